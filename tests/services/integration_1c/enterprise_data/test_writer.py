"""Messages equal the receipts of the shifts and are valid by the published schemas."""

import datetime as dt
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.fiscal.document import FiscalDocument, OperationType
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.services.integration_1c.enterprise_data.item_matching import (
    OnecItem,
    match_of,
    settle,
)
from chalicelib.services.integration_1c.enterprise_data.retail_report import (
    ReportOrganisation,
    RetailReport,
    retail_reports,
)
from chalicelib.services.integration_1c.enterprise_data.vat import Rate
from chalicelib.services.integration_1c.enterprise_data.writer import (
    NAMESPACE,
    MessageHeader,
    RateNotInVersion,
    write,
)
from tests.support.samples import SAMPLES
from tests.support.shifts import INN, closing, item, month, stored

Written = Callable[..., bytes]
Faults = Callable[[bytes, str], str]
REPORT, CASH = "Документ.ОтчетОРозничныхПродажах", "Документ.ПКОРозничнаяВыручка"
ITEM = "Справочник.Номенклатура"


def reports(*documents: StoredDocument, **options: Any) -> list[RetailReport]:
    return list(retail_reports(documents, options.pop("nomenclature", {}), **options))


def body(message: bytes) -> list[Element]:
    found = fromstring(message).find("{*}Body")
    assert found is not None
    return list(found)


def objects(message: bytes, kind: str) -> list[Element]:
    return [one for one in body(message) if one.tag.endswith("}" + kind)]


def said(element: Element, path: str) -> str | None:
    return element.findtext("/".join("{*}" + step for step in path.split("/")))


def rows(element: Element, table: str) -> list[Element]:
    return element.findall(f"{{*}}{table}/{{*}}Строка")


def kopecks(element: Element, path: str) -> int:
    return int(Decimal(said(element, path) or "") * 100)


def references(message: bytes) -> set[str | None]:
    return {one.text for one in fromstring(message).iter() if one.tag.endswith("}Ссылка")}


def everything() -> list[StoredDocument]:
    """Return a shift whose receipts contain everything that a receipt may contain."""
    return [
        stored(1, items=[item(nds=code, name=f"Ставка {code}") for code in range(1, 13)]),
        stored(2, operationType=2, items=[item(itemsQuantityMeasure=11, quantity=0.3335)]),
        stored(3, operationType=3, items=[item(name='<&>"\x07', productType=4)]),
        stored(4, operationType=4, code=31),
        stored(5, ecashTotalSum=25_00, prepaidSum=25_00, creditSum=25_00, provisionSum=25_00),
        closing(6),
    ]


PLAIN = [1, 2, 3, 4, 5, 6]
"""Codes of rates that both format versions can express since 2019."""


def test_amounts_in_the_message_equal_those_of_the_receipts(written: Written) -> None:
    documents = list(month(2, 2, 60))
    message = written(reports(*documents))
    by_shift: dict[str, list[StoredDocument]] = {}
    for one in documents:
        by_shift.setdefault(
            f"Касса {one.register_id}, ФН {one.fiscal_drive}, смена {one.shift} ", []
        ).append(one)
    found = objects(message, REPORT)
    assert len(found) == 4
    for one in found:
        remark = said(one, "ОбщиеСвойстваОбъектовФормата/Комментарий") or ""
        receipts = next(of for name, of in by_shift.items() if remark.startswith(name))
        sold = sum(x.total for x in receipts if x.operation is OperationType.INCOME)
        back = sum(x.total for x in receipts if x.operation is OperationType.INCOME_RETURN)
        assert sum(kopecks(x, "Сумма") for x in rows(one, "ТоварыПродажа")) == sold
        assert sum(kopecks(x, "Сумма") for x in rows(one, "ТоварыВозвратПродажи")) == back
        assert kopecks(one, "Сумма") == sold - back
        quantity = sum(Decimal(said(x, "Количество") or "") for x in rows(one, "ТоварыПродажа"))
        assert quantity == sum(
            line["quantity"]
            for x in receipts
            if x.operation is OperationType.INCOME
            for line in x.content["items"]
        )


@pytest.mark.parametrize("version", ["1.17", "1.8"])
def test_payments_and_the_cash_order_add_up_to_the_report(written: Written, version: str) -> None:
    message = written(
        reports(
            stored(
                1,
                cashTotalSum=10_00,
                ecashTotalSum=20_00,
                prepaidSum=30_00,
                creditSum=40_00,
                items=[item(nds=6)],
            ),
            stored(
                2,
                operationType=2,
                cashTotalSum=3_00,
                ecashTotalSum=7_00,
                items=[item(nds=6, sum=10_00)],
            ),
        ),
        version=version,
    )
    (report,), (cash,) = objects(message, REPORT), objects(message, CASH)
    paid = {
        said(x, "ВидКарты"): kopecks(x, "СуммаОплаты")
        for x in rows(report, "ОплатаПлатежнымиКартами")
    }
    assert paid == {
        "Безналичная оплата": 13_00,
        "Предоплата (зачет аванса)": 30_00,
        "Постоплата (в кредит)": 40_00,
    }
    assert kopecks(cash, "ОбщиеДанные/Сумма") == 7_00
    assert kopecks(report, "Сумма") == 7_00 + sum(paid.values())


@pytest.mark.parametrize("operation", [1, 2])
def test_shift_without_net_cash_has_no_cash_order(written: Written, operation: int) -> None:
    one = stored(1, operationType=operation, cashTotalSum=100_00 if operation == 2 else 0)
    assert objects(written(reports(one)), CASH) == []


def test_same_shift_has_the_same_identifiers(written: Written) -> None:
    once = written(reports(*everything()))
    assert written(reports(*everything())) == once
    late = written(reports(*everything(), stored(7)))
    assert references(late) == references(once)
    (before,), (after,) = objects(once, REPORT), objects(late, REPORT)
    assert said(before, "КлючевыеСвойства/Номер") == said(after, "КлючевыеСвойства/Номер")


def test_document_numbers_are_unique_and_fit_1c(written: Written) -> None:
    message = written(reports(*month(20, 3, 1)))
    numbers = [said(one, "КлючевыеСвойства/Номер") or "" for one in objects(message, REPORT)]
    assert len(set(numbers)) == 60
    assert {len(one) for one in numbers} == {11}


def test_referenced_objects_stand_once_before_the_reference(written: Written) -> None:
    seen: set[str] = set()
    for one in body(written(reports(*month(3, 3, 4), *everything()))):
        own = said(one, "КлючевыеСвойства/Ссылка") or ""
        assert own not in seen
        seen.add(own)
        assert {x.text for x in one.iter() if x.tag.endswith("}Ссылка")} <= seen


def test_item_of_1c_is_referenced_but_not_described(written: Written) -> None:
    ours = match_of(INN, item())
    theirs = OnecItem(id="0f7c5cc4-7f0b-4c67-9f8b-000000000001", name="Морс клюквенный")
    message = written(reports(stored(1), nomenclature={ours.key: settle(ours, theirs)}))
    assert objects(message, ITEM) == []
    (row,) = rows(objects(message, REPORT)[0], "ТоварыПродажа")
    assert said(row, "ДанныеНоменклатуры/Номенклатура/Ссылка") == str(theirs.id)
    assert said(row, "ДанныеНоменклатуры/Номенклатура/Наименование") == "Морс клюквенный"


RATES_1_17 = {
    1: ("20", "false", "false", "Общая"),
    2: ("10", "false", "false", "Пониженная"),
    3: ("20", "true", "false", "ОбщаяРасчетная"),
    4: ("10", "true", "false", "ПониженнаяРасчетная"),
    5: ("0", "false", "false", "Нулевая"),
    6: (None, "false", "true", "БезНДС"),
    7: ("5", "false", "false", "Общая"),
    8: ("7", "false", "false", "Общая"),
    9: ("5", "true", "false", "ОбщаяРасчетная"),
    10: ("7", "true", "false", "ОбщаяРасчетная"),
    11: ("22", "false", "false", "Общая"),
    12: ("22", "true", "false", "ОбщаяРасчетная"),
}


@pytest.mark.parametrize(("code", "expected"), RATES_1_17.items())
def test_rates_in_1_17(written: Written, code: int, expected: tuple[str | None, ...]) -> None:
    message = written(reports(stored(1, items=[item(nds=code)])))
    (row,) = rows(objects(message, REPORT)[0], "ТоварыПродажа")
    members = ("Ставка", "РасчетнаяСтавка", "НеОблагается", "ВидСтавки")
    assert tuple(said(row, f"СтавкаНДС/{one}") for one in members) == expected


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        (1, "2026-11-24", "НДС20"),
        (1, "2018-12-31", "НДС18"),
        (2, "2026-11-24", "НДС10"),
        (3, "2026-11-24", "НДС20_120"),
        (3, "2018-12-31", "НДС18_118"),
        (4, "2026-11-24", "НДС10_110"),
        (5, "2026-11-24", "НДС0"),
        (6, "2026-11-24", "БезНДС"),
    ],
)
def test_rates_in_1_8(written: Written, code: int, day: str, expected: str) -> None:
    receipt = stored(1, dateTime=f"{day}T12:00:00", items=[item(nds=code)])
    (row,) = rows(objects(written(reports(receipt), version="1.8"), REPORT)[0], "ТоварыПродажа")
    assert said(row, "СтавкаНДС") == expected


@pytest.mark.parametrize("code", range(7, 13))
def test_rate_missing_in_1_8_is_refused_with_its_receipts(written: Written, code: int) -> None:
    documents = [
        stored(1, items=[item(nds=6)]),
        stored(2, items=[item(nds=6), item(nds=code)]),
        stored(3, shiftNumber=60, items=[item(nds=code)]),
    ]
    with pytest.raises(RateNotInVersion) as refused:
        written(reports(*documents), version="1.8")
    told = ["ФН 9960440300412358 ФД 2", "ФН 9960440300412358 ФД 3"]
    assert refused.value.members == {"version": "1.8", "receipts": told}
    assert ", ".join(told) in refused.value.detail


@pytest.mark.parametrize("code", [0, 13, "11", None])
def test_unknown_rate_is_refused(written: Written, code: Any) -> None:
    if code is None:  # no rate stands for exempt
        assert objects(written(reports(stored(1, items=[item(nds=None)]))), REPORT)
        return
    with pytest.raises(RateNotInVersion, match="rate-not-in-version"):
        written(reports(stored(1, items=[item(nds=code)])))


def test_refusal_names_at_most_a_hundred_receipts(written: Written) -> None:
    many = [stored(n, items=[item(nds=7)]) for n in range(1, 300)]
    with pytest.raises(RateNotInVersion) as refused:
        written(reports(*many), version="1.8")
    assert len(refused.value.members["receipts"]) == 100


@pytest.mark.parametrize(
    ("changes", "version", "expected"),
    [
        ({}, "1.17", "ПродажаОблагаетсяНДС"),
        ({"items": [item(nds=6)]}, "1.17", "ПродажаНеОблагаетсяНДС"),
        ({"items": [item(nds=5)]}, "1.17", "ПродажаОблагаетсяНДС"),
        ({"items": [item(nds=6)], "appliedTaxationType": 32}, "1.17", "ПродажаПоПатенту"),
        ({"items": [item(nds=6)], "appliedTaxationType": 32}, "1.8", "ПродажаНеОблагаетсяНДС"),
    ],
)
def test_taxation(written: Written, changes: Any, version: Any, expected: str) -> None:
    message = written(reports(stored(1, **changes)), version=version)
    assert said(objects(message, REPORT)[0], "Налогообложение") == expected


def test_comment_contains_what_the_tables_cannot(written: Written) -> None:
    remark = said(
        objects(written(reports(*everything())), REPORT)[0],
        "ОбщиеСвойстваОбъектовФормата/Комментарий",
    )
    assert remark == (
        "Касса 0004817236006552, ФН 9960440300412358, смена 59. "
        "Приход: чеков 2 на 1300.00, наличными 1300.00, безналичными 25.00, предоплатой 25.00, "
        "в кредит 25.00, встречным предоставлением 25.00. "
        "Возврат прихода: чеков 1 на 100.00, наличными 100.00. "
        "Расход: чеков 1 на 100.00, наличными 100.00. "
        "Возврат расхода: чеков 1 на 100.00, наличными 100.00. "
        "Чеки коррекции: ФД 4."
    )
    open_shift = written(reports(*[stored(n, code=31) for n in range(1, 30)]))
    told = said(objects(open_shift, REPORT)[0], "ОбщиеСвойстваОбъектовФормата/Комментарий") or ""
    assert "смена 59 (не закрыта)." in told
    assert told.endswith(" 19, 20 и ещё 9.")


def test_kind_of_person_of_an_organisation(written: Written) -> None:
    for inn, kind in (("770123456789", "ФизическоеЛицо"), ("7728168971", "ЮридическоеЛицо")):
        one = ReportOrganisation(inn, "Р" * 300, kpp=None)
        (found,) = objects(written(reports(stored(1), organisation=one)), "Справочник.Организации")
        assert said(found, "КлючевыеСвойства/ЮридическоеФизическоеЛицо") == kind
        assert len(said(found, "КлючевыеСвойства/Наименование") or "") == 100


def test_header_contains_addresses_and_numbers(written: Written) -> None:
    header = fromstring(written(reports(stored(1))))[0]
    assert said(header, "Format") == NAMESPACE + "1.17"
    assert said(header, "CreationDate") == "2026-11-25T03:00:00"
    told = [
        said(header, f"Confirmation/{one}") for one in ("To", "From", "MessageNo", "ReceivedNo")
    ]
    assert told == ["БП", "ОФ", "7", "3"]


def test_full_message_continues_in_the_next() -> None:
    coming, shifts, parts, full = retail_reports(month(3, 3, 2), {}), 0, 0, True
    while full:
        target = io.BytesIO()
        summary = write(target, MessageHeader(dt.datetime(2026, 11, 25)), coming, most=60_000)
        assert summary.reports == len(objects(target.getvalue(), REPORT))
        shifts, parts, full = shifts + summary.reports, parts + 1, summary.full
    assert (shifts, parts) == (9, 4)  # the last message is empty


@pytest.mark.parametrize("version", ["1.17", "1.8"])
def test_message_is_valid_by_the_published_schema(
    written: Written, faults: Faults, version: str
) -> None:
    documents = everything()
    if version == "1.8":
        lines = [item(nds=code, name=f"Ставка {code}") for code in PLAIN]
        documents = [stored(n, operationType=n, code=31, items=lines) for n in (1, 2, 3, 4)]
        documents.append(stored(5, ecashTotalSum=99_00, items=[item(nds=6)]))
    message = written(reports(*documents), version=version)
    assert faults(message, version) == ""
    assert faults(message.replace("Налогообложение>".encode(), b"Tax>"), version)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(), st.text(), st.text(), st.floats(), st.integers())
def test_message_of_arbitrary_receipts_is_valid_by_the_schema(
    written: Written,
    faults: Faults,
    name: str,
    user: str,
    inn: str,
    quantity: float,
    gtin: int,
) -> None:
    odd = item(
        name=_kept(name), quantity=_finite(quantity), productCodeData={"gtin": gtin % 10**15}
    )
    organisation = {"user": _kept(user), "userInn": _kept(inn)[:12], "retailPlace": _kept(name)}
    assert faults(written(reports(stored(1, items=[odd], **organisation))), "1.17") == ""


def _kept(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _finite(value: float) -> float:
    return value if value - value == 0 else 1.0


def real(folder: Path) -> list[StoredDocument]:
    documents = [
        StoredDocument.of("client-1", FiscalDocument.model_validate(json.loads(file.read_text())))
        for file in folder.glob("*.json")
    ]
    return sorted(documents, key=lambda one: (one.fiscal_drive, one.number))


@pytest.mark.parametrize("version", ["1.17", "1.8"])
def test_message_of_real_receipts_is_valid(written: Written, faults: Faults, version: str) -> None:
    documents = real(SAMPLES / "receipts")
    assert len(documents) >= 29
    found = [
        one
        for one in reports(*documents)
        if version == "1.17" or not one.rates.keys() & {Rate(22), Rate(5), Rate(7)}
    ]
    message = written(found, version=version)
    total = sum(kopecks(one, "Сумма") for one in objects(message, REPORT))
    receipts = {number for one in found for numbers in one.rates.values() for number in numbers}
    assert total == sum(one.total for one in documents if one.number in receipts)
    assert faults(message, version) == ""


def test_1c_accounting_3_0_loads_every_object_sent(written: Written) -> None:
    lines = (SAMPLES / "enterprisedata" / "received_by_bp30.txt").read_text().splitlines()
    received = {tuple(line.split()) for line in lines if not line.startswith("#")}
    sent = {one.tag.rpartition("}")[2] for one in body(written(reports(*everything())))}
    assert sent == {
        "Справочник.Организации",
        "Справочник.Склады",
        "Справочник.ЕдиницыИзмерения",
        ITEM,
        REPORT,
        CASH,
    }
    assert {(version, name) for version in ("1.8", "1.10") for name in sent} <= received
