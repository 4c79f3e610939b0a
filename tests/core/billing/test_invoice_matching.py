"""The invoice of a payment, from purposes as payers write them."""

from datetime import date

import pytest

from chalicelib.core.billing.invoice_matching import invoice_numbers, match
from chalicelib.core.billing.model import InvoiceReference
from chalicelib.core.billing.payment_model import MatchOutcome
from chalicelib.core.billing.statement import StatementDocument, StatementParty

NAMED = [
    "Оплата по счёту № СУ-000042 от 24.11.2026",
    "Оплата по счету №СУ-000042 от 24.11.2026, в т.ч. НДС 22% - 2200-00",
    "оплата по сч. су-000042",
    "СУ000042",
    "СУ 000042",
    "СУ № 000042",
    "СУ – 000042",
    "СУ\u00a0\u2011\u00a0000042",
    "CУ-000042",  # Latin C
    "СY-000042",  # Latin Y
    "cy-000042",  # Latin both
    "(СУ-000042)",
    "счет СУ-000042от 24.11",
    "Счет на оплату СУ-000042; СУ-000042",
    "По счету № СУ-42 от 24.11.2026",
    "по счёту СУ-42",
    "сч.СУ-42",
    "сч СУ 0042",
    "ПО СЧЁТУ N СУ-42",
    "по счетам: СУ-42",
    "СУ-0000042",
]
NOT_NAMED = [
    "",
    "Оплата по счёту № 42",
    "сч.42 от 24.11.2026",
    "по счету 000042",
    "Оплата от ООО СУ-155 за работы",  # a building trust
    "СУ-42",
    "Расчёт с СУ-155 по договору 000042",
    "Взаиморасчёт СУ-155",
    "счётчик СУ-42",
    "МСУ-000042",  # another series
    "ПСУ 000042",
    "1СУ-000042",
    "СУ-0000000000042",  # ten digits
    "СУ от 000042",
    "НДС 22%, сумма 000042",
    "счёт-фактура 000042",
]


@pytest.mark.parametrize("purpose", NAMED)
def test_number_is_read_from_the_purpose(purpose: str) -> None:
    assert invoice_numbers(purpose) == ["СУ-000042"]


@pytest.mark.parametrize("purpose", NOT_NAMED)
def test_uncertain_number_is_ignored(purpose: str) -> None:
    assert invoice_numbers(purpose) == []


def test_several_numbers_are_read_in_order() -> None:
    purpose = "По счетам СУ-000043, СУ-000042 и № СУ-1234567, СУ-000043"
    assert invoice_numbers(purpose) == ["СУ-000043", "СУ-000042", "СУ-1234567"]
    assert invoice_numbers("счёт СУ-43, затем СУ-000042") == ["СУ-000043", "СУ-000042"]


def document(
    purpose: str = "Счёт № СУ-000042", amount: int = 12_200_00, inn: str = "7728168971"
) -> StatementDocument:
    payer = StatementParty(name="ООО", inn=inn, kpp="", account="40702810138250123017")
    return StatementDocument(
        kind="Платежное поручение",
        number="1",
        issued_on=date(2026, 11, 24),
        amount_kopecks=amount,
        payer=payer,
        payee=payer,
        purpose=purpose,
        received_on=None,
    )


KNOWN = {
    number: InvoiceReference(
        client_id="client-1",
        invoice_id=number,
        payer_inn="7728168971",
        total_kopecks=12_200_00,
        subject="order-1",
        queue="FiscalDrives",
    )
    for number in ("СУ-000042", "СУ-000043")
}


@pytest.mark.parametrize(
    ("paid", "outcome", "number", "is_certain"),
    [
        (document(), MatchOutcome.MATCHED, "СУ-000042", True),
        (document(amount=12_199_99), MatchOutcome.AMOUNT_DIFFERS, "СУ-000042", True),
        (document(amount=99_000_00), MatchOutcome.AMOUNT_DIFFERS, "СУ-000042", True),
        (document(inn="7707083893"), MatchOutcome.PAYER_DIFFERS, "СУ-000042", False),
        (document(inn="", amount=1), MatchOutcome.PAYER_DIFFERS, "СУ-000042", False),
        (document("СУ-000042, СУ-000043"), MatchOutcome.AMBIGUOUS, None, False),
        (document("СУ-000042, СУ-000099"), MatchOutcome.AMBIGUOUS, None, False),
        (document("СУ-000099"), MatchOutcome.NOT_FOUND, None, False),
        (document("СУ-000098, СУ-000099"), MatchOutcome.NOT_FOUND, None, False),
        (document("сч. 42"), MatchOutcome.NOT_FOUND, None, False),
    ],
)
def test_payment_is_compared_with_the_invoice(
    paid: StatementDocument, outcome: MatchOutcome, number: str | None, is_certain: bool
) -> None:
    result = match(paid, KNOWN)
    assert (result.outcome, result.invoice_number) == (outcome, number)
    assert result.is_certain == is_certain
