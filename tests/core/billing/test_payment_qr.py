"""The payment code: order and limits of the standard, and the published examples."""

from collections.abc import Callable

import zxingcpp
from PIL import Image

from chalicelib.core.billing.model import Invoice, Party, Seller
from chalicelib.core.billing.payment_qr import encode, qr_code
from tests.support.samples import SAMPLES


def test_text_of_the_code(make_invoice: Callable[..., Invoice]) -> None:
    assert encode(make_invoice()) == (
        "ST00012|Name=ООО «Оператор данных»|PersonalAcc=40702810900000000042"
        "|BankName=ПАО «Пример Банк», г. Москва|BIC=044525225|CorrespAcc=30101810400000000225"
        "|Sum=1220000|Purpose=Оплата по счёту № СУ-000042 от 24.11.2026"
        "|PayeeINN=7707083893|KPP=770701001"
    )


def test_limits_and_separator(make_invoice: Callable[..., Invoice], seller: Seller) -> None:
    long = {"name": "Имя|" * 100, "bank_name": "Банк|" * 30, "kpp": None, "inn": "500100732259"}
    text = encode(make_invoice(seller=Seller.model_validate(seller.model_dump() | long)))
    fields = dict(pair.split("=", 1) for pair in text.split("|")[1:])
    assert len(fields["Name"]) == 160
    assert len(fields["BankName"]) == 45
    assert fields["Name"].startswith("Имя/Имя/")
    assert "KPP" not in fields


def test_amount_of_an_invoice_paid_in_part(make_invoice: Callable[..., Invoice]) -> None:
    assert "|Sum=220000|" in encode(make_invoice(paid_kopecks=10_000_00))


def test_code_is_readable(make_invoice: Callable[..., Invoice]) -> None:
    invoice = make_invoice()
    code = qr_code(invoice)
    assert code.error == "M"
    rows = list(code.matrix_iter(scale=4, border=4))
    image = Image.frombytes(
        "L", (len(rows), len(rows)), bytes(0 if dark else 255 for row in rows for dark in row)
    )
    (read,) = zxingcpp.read_barcodes(image)
    assert read.bytes.decode() == encode(invoice)


def test_published_examples_have_our_order(make_invoice: Callable[..., Invoice]) -> None:
    ours = [pair.split("=")[0] for pair in encode(make_invoice()).split("|")]
    for sample in sorted((SAMPLES / "bank").glob("*ST00012*")):
        parts = sample.read_text("utf-8").split("|")
        assert [part.split("=")[0] for part in parts][:6] == ours[:6], sample.name


def test_payer_is_not_in_the_code(make_invoice: Callable[..., Invoice], payer: Party) -> None:
    assert payer.inn not in encode(make_invoice())
