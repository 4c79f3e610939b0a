"""A retail report equals the receipts of its shift to the kopeck."""

import datetime as dt
import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.fiscal.document import FiscalDocumentKind, OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.services.integration_1c.enterprise_data.item_matching import key_of, match_of
from chalicelib.services.integration_1c.enterprise_data.retail_report import (
    ReportOrganisation,
    RetailReport,
    Warehouse,
    retail_reports,
)
from chalicelib.services.integration_1c.enterprise_data.vat import EXEMPT, Rate
from tests.support.shifts import INN, closing, item, stored

KOPECKS = st.integers(0, 10_000_00)
ITEMS = st.builds(
    lambda name, price, quantity, off, nds: item(
        name=name,
        price=price,
        quantity=quantity / 1000,
        sum=max(0, price * quantity // 1000 + off),
        nds=nds,
    ),
    st.sampled_from(["Хлеб", "ХЛЕБ ", "Молоко", "Сыр\x00 «Ё»", "A" * 130, ""]),
    KOPECKS,
    st.integers(1, 20_000),
    st.integers(-1, 1),
    st.integers(1, 12),
)


@st.composite
def shifts(draw: st.DrawFn) -> list[StoredDocument]:
    """A shift over two days with receipts, returns, expenses, corrections and wrong totals."""
    documents = []
    for number in range(1, draw(st.integers(2, 8))):
        items = draw(st.lists(ITEMS, max_size=4))
        total = max(0, sum(item["sum"] for item in items) + draw(st.integers(-99, 99)))
        cash = draw(st.integers(0, total))
        documents.append(
            stored(
                number,
                code=draw(st.sampled_from([3, 4, 31, 41])),
                operationType=draw(st.integers(1, 4)),
                dateTime=f"2026-11-2{draw(st.integers(4, 5))}T12:05:00",
                items=items,
                totalSum=total,
                cashTotalSum=cash,
                ecashTotalSum=total - cash,
            )
        )
    return documents


def report_of(*documents: StoredDocument, **options: Any) -> RetailReport:
    (report,) = retail_reports(documents, options.pop("nomenclature", {}), **options)
    return report


@settings(max_examples=150, deadline=None)
@given(shifts())
def test_report_equals_its_receipts(documents: list[StoredDocument]) -> None:
    report = report_of(*documents)
    for operation in OperationType:
        receipts = [receipt for receipt in documents if receipt.operation is operation]
        totals = report.of(operation)
        assert totals.count == len(receipts)
        assert totals.total == sum(receipt.total for receipt in receipts)
        assert totals.cash + totals.electronic == totals.total
        lines = report.lines.get(operation, ())
        assert sum(line.sum for line in lines) == totals.total
        assert all(line.sum >= 0 <= line.vat <= line.sum for line in lines)


@settings(max_examples=100, deadline=None)
@given(shifts())
def test_turnover_of_days_equals_that_of_the_feed(documents: list[StoredDocument]) -> None:
    fed: dict[dt.date, Turnover] = {}
    for document in documents:
        day = fed.get(document.day) or Turnover.empty(
            "client-1", document.register_id, document.day, ""
        )
        fed[document.day] = day.plus([document])
    report = report_of(*documents)
    assert report.days == {day: turnover.turnover for day, turnover in fed.items()}
    assert report.turnover == sum(day.turnover for day in fed.values())
    assert report.net("cash") == sum(day.cash for day in fed.values())
    assert len(report.corrections) == sum(day.corrections for day in fed.values())


@settings(max_examples=50, deadline=None)
@given(shifts(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_documents_change_nothing(
    documents: list[StoredDocument], chance: random.Random
) -> None:
    shuffled = [*documents, *documents[:2]]
    chance.shuffle(shuffled)
    assert report_of(*shuffled) == report_of(*documents)


@settings(max_examples=100, deadline=None)
@given(shifts())
def test_tax_of_each_rate_is_distributed_exactly(documents: list[StoredDocument]) -> None:
    report = report_of(*documents)
    for lines in report.lines.values():
        tax, sums = defaultdict(int), defaultdict(int)
        for line in lines:
            tax[line.rate] += line.vat
            sums[line.rate] += line.sum
        for rate in tax:  # each receipt is rounded separately: half a kopeck
            assert abs(tax[rate] - rate.tax_in(sums[rate])) <= len(documents)


def test_items_are_grouped_by_nomenclature_price_and_rate() -> None:
    report = report_of(
        stored(1, items=[item(), item(name="морс  ЯГОДНЫЙ 0,2"), item(price=90_00, sum=90_00)]),
        stored(2, items=[item(quantity=2.5, sum=250_00), item(nds=2)]),
    )
    lines = [(x.item.name, x.price, x.rate, x.quantity, x.sum) for x in report.lines[1]]
    assert lines == [
        ("Морс ягодный 0,2", 90_00, Rate(22), 1_000_000, 90_00),
        ("Морс ягодный 0,2", 100_00, Rate(10), 1_000_000, 100_00),
        ("Морс ягодный 0,2", 100_00, Rate(22), 4_500_000, 450_00),
    ]
    assert len({line.item.item_id for line in report.lines[1]}) == 1


def test_rounded_total_is_distributed_among_the_items() -> None:
    report = report_of(stored(items=[item(sum=100_33), item(nds=2, sum=200_34)], totalSum=300_00))
    assert [line.sum for line in report.lines[OperationType.INCOME]] == [199_89, 100_11]


def test_tax_is_taken_from_the_receipts() -> None:
    stated = {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 18_02}]}}
    reports = [
        report_of(stored(1, **stated), stored(2)),
        report_of(stored(1, **stated | {"nds10": 5})),
    ]
    assert [line.vat for line in reports[0].lines[1]] == [18_02 + 18_03]
    assert [line.vat for line in reports[1].lines[1]] == [18_02]
    wrong = {"amountsReceiptNds": {"amountsNds": [{"nds": 11, "ndsSum": 99_00}]}}
    assert [line.vat for line in report_of(stored(1, **wrong)).lines[1]] == [18_03]


def test_totals_distinguish_means_of_payment() -> None:
    report = report_of(
        stored(1, cashTotalSum=10_00, ecashTotalSum=20_00, prepaidSum=30_00, creditSum=40_00),
        stored(2, operationType=2, provisionSum=100_00, cashTotalSum=0),
    )
    income, returned = report.of(OperationType.INCOME), report.of(OperationType.INCOME_RETURN)
    assert (income.cash, income.electronic, income.prepaid) == (10_00, 20_00, 30_00)
    assert (income.credit, returned.provision, report.net("provision")) == (40_00, 100_00, -100_00)


def test_totals_distinguish_advances_repayments_and_agents() -> None:
    report = report_of(
        stored(1, items=[item(paymentType=3), item(paymentType=7), item()]),
        stored(2, items=[item(paymentAgentByProductType=64, providerInn="7810940284")]),
        stored(3, paymentAgentType=64),
    )
    totals = report.of(OperationType.INCOME)
    assert (totals.advance, totals.repayment, totals.agents) == (100_00, 100_00, 200_00)


def test_correction_without_items_has_a_line_for_each_rate() -> None:
    old = {"code": FiscalDocumentKind.RECEIPT_CORRECTION, "items": None, "totalSum": 220_00}
    report = report_of(stored(5, **old, nds18=20_00, ndsNo=100_00), stored(6, **old | {"code": 41}))
    assert report.corrections == (5, 6)
    assert [(line.rate, line.sum, line.vat) for line in report.lines[1]] == [
        (EXEMPT, 100_00, 0),
        (Rate(20), 120_00, 20_00),
        (EXEMPT, 220_00, 0),
    ]


def test_shift_without_receipts_has_no_report() -> None:
    assert list(retail_reports([closing(9)], {})) == []


def test_report_is_dated_by_the_closing_of_the_shift() -> None:
    still = report_of(stored(1), stored(2, dateTime="2026-11-24T13:00:00"))
    done = report_of(stored(1), closing(2))
    assert (still.at.hour, still.closed) == (13, False)
    assert (done.at.hour, done.closed) == (23, True)
    assert done.reference == still.reference


def test_each_register_drive_and_shift_has_its_own_report() -> None:
    documents = [
        stored(1),
        stored(2, shiftNumber=60),
        stored(1, fiscalDriveNumber="9960440300412359"),
        stored(1, kktRegId="0004817236006553"),
    ]
    assert len({report.reference for report in retail_reports(documents, {})}) == 4


def test_documents_of_a_shift_must_be_adjacent() -> None:
    documents = [stored(1), stored(2, shiftNumber=60), stored(3)]
    with pytest.raises(ValueError, match="shift 59 of drive"):
        list(retail_reports(documents, {}))


def test_other_kinds_of_documents_are_ignored() -> None:
    state = stored(2, code=21, shiftNumber=None)
    assert report_of(stored(1), state, stored(3)).of(OperationType.INCOME).count == 2


def test_known_matches_are_used() -> None:
    known = match_of(INN, item()).model_copy(update={"onec_name": "Морс"})
    report = report_of(stored(1), nomenclature={key_of(item()): known})
    assert [line.item for line in report.lines[1]] == [known]


def test_data_of_the_cabinet_take_precedence_over_the_receipt() -> None:
    ours, shop = (
        ReportOrganisation("7728168971", "Ромашка", kpp="772801001"),
        Warehouse("shop-1", "Угловой"),
    )
    report = report_of(stored(1), organisation=ours, warehouses={"0004817236006552": shop})
    assert (report.organisation, report.warehouse) == (ours, shop)
    by_receipt = report_of(stored(1))
    assert (by_receipt.organisation.inn, by_receipt.warehouse.name) == (INN, "Магазин «На углу»")


@pytest.mark.parametrize(
    "field",
    ["items", "retailPlace", "user", "nds10", "amountsReceiptNds", "prepaidSum", "taxationType"],
)
@pytest.mark.parametrize("value", ["x", 7, [], {}, [None], {"x": [1]}, [[1]]])
def test_receipt_field_of_a_wrong_type_is_ignored(field: str, value: Any) -> None:
    assert (
        report_of(stored(totalSum=100_00, **{"items": [item()]} | {field: value})).turnover == 10000
    )


@pytest.mark.parametrize(
    "field",
    [
        "name",
        "price",
        "quantity",
        "sum",
        "nds",
        "paymentType",
        "productType",
        "unit",
        "itemsQuantityMeasure",
        "productCodeNew",
    ],
)
@pytest.mark.parametrize("value", [None, "x", -7, 1.5, [], {}, True, {"gs1m": "x"}])
def test_item_field_of_a_wrong_type_is_ignored(field: str, value: Any) -> None:
    odd = item() | {field: value}
    assert report_of(stored(totalSum=100_00, items=[odd, item()])).turnover == 10000
