"""A receipt as formatted text, for the page and the e-mail."""

import dataclasses

from chalicelib.services.e_receipts import legal_name
from chalicelib.services.e_receipts import receipt_labels as labels
from chalicelib.services.e_receipts.receipt import Receipt, ReceiptLine

Row = tuple[str, str]
"""Label and value."""


@dataclasses.dataclass(frozen=True)
class ReceiptLineView:
    """A line of a receipt as text."""

    number: int
    name: str
    reckoning: str
    """Quantity and price: ``2 шт. × 50,00``."""
    total: str
    kinds: list[str]
    """VAT rate, product kind and payment kind."""
    codes: list[str]


@dataclasses.dataclass(frozen=True)
class ReceiptView:
    """A receipt as text."""

    title: str
    operation: str
    organisation: str
    moment: str
    total: str
    items: list[ReceiptLineView]
    payments: list[Row]
    vat: list[Row]
    seller: list[Row]
    fiscal: list[Row]
    check_code: str


def view(receipt: Receipt) -> ReceiptView:
    """Return the receipt as text; rows without a value are left out."""
    return ReceiptView(
        title=labels.DOCUMENTS.get(receipt.code, labels.DOCUMENTS[3]),
        operation=labels.OPERATIONS[receipt.operation],
        organisation=legal_name.short_name(receipt.organisation),
        moment=f"{receipt.at:%d.%m.%Y %H:%M}",
        total=labels.money(receipt.total),
        items=[_item(number, item) for number, item in enumerate(receipt.items, start=1)],
        payments=_sums(
            ("Наличными", receipt.cash),
            ("Безналичными", receipt.electronic),
            ("Предоплата (аванс)", receipt.prepaid),
            ("В кредит", receipt.credit),
            ("Встречным предоставлением", receipt.provision),
        ),
        vat=[
            (_vat_label(code), labels.money(kopecks))
            for code, kopecks in receipt.vat.items()
            if code in labels.VAT_RATES
        ],
        seller=_rows(
            ("ИНН", receipt.inn),
            ("Адрес расчётов", receipt.address),
            ("Место расчётов", receipt.place),
            ("Кассир", receipt.cashier),
            ("Система налогообложения", labels.TAXATIONS.get(receipt.taxation, "")),
            ("Смена", receipt.shift),
            ("Номер чека за смену", receipt.number_in_shift),
        ),
        fiscal=_rows(
            ("Рег. номер ККТ", receipt.register_id),
            ("Номер ФН", receipt.fiscal_drive),
            ("Номер ФД", receipt.document),
            ("Фискальный признак", receipt.sign),
            ("Сайт ФНС", receipt.tax_site or "www.nalog.gov.ru"),
        ),
        check_code=receipt.check_code,
    )


def _item(number: int, item: ReceiptLine) -> ReceiptLineView:
    measure = labels.MEASURES.get(item.measure, "")
    amount = f"{labels.quantity(item.quantity)} {measure}".strip()
    vat = labels.VAT_RATES.get(item.vat, "")
    if vat and item.vat_sum:
        vat = f"{vat}: {labels.money(item.vat_sum)}"
    kinds = [
        vat,
        labels.PRODUCT_KINDS.get(item.product_kind, ""),
        labels.PAYMENT_KINDS.get(item.payment_kind, ""),
    ]
    codes = [
        f"Код маркировки: {item.marking}" if item.marking else "",
        f"ИНН поставщика: {item.supplier_inn}" if item.supplier_inn else "",
    ]
    return ReceiptLineView(
        number=number,
        name=item.name or "Без наименования",
        reckoning=f"{amount} × {labels.money(item.price)}",
        total=labels.money(item.total),
        kinds=[kind for kind in kinds if kind],
        codes=[code for code in codes if code],
    )


def _vat_label(code: int) -> str:
    rate = labels.VAT_RATES[code]
    match code:
        case 5:
            return f"Сумма с {rate}"
        case 6:
            return "Сумма без НДС"
        case _:
            return f"в т. ч. {rate}"


def _sums(*rows: tuple[str, int]) -> list[Row]:
    return [(label, labels.money(kopecks)) for label, kopecks in rows if kopecks]


def _rows(*rows: tuple[str, str | int]) -> list[Row]:
    return [(label, str(value)) for label, value in rows if value]
