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
    body_element = fromstring(message).find("{*}Body")
    assert body_element is not None
    return list(body_element)


def objects(message: bytes, kind: str) -> list[Element]:
    return [element for element in body(message) if element.tag.endswith("}" + kind)]


def text_at(element: Element, path: str) -> str | None:
    return element.findtext("/".join("{*}" + step for step in path.split("/")))


def rows(element: Element, table: str) -> list[Element]:
    return element.findall(f"{{*}}{table}/{{*}}Строка")


def kopecks(element: Element, path: str) -> int:
    return int(Decimal(text_at(element, path) or "") * 100)


def references(message: bytes) -> set[str | None]:
    return {
        element.text for element in fromstring(message).iter() if element.tag.endswith("}Ссылка")
    }


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
    for document in documents:
        by_shift.setdefault(
            f"Касса {document.register_id}, ФН {document.fiscal_drive}, смена {document.shift} ", []
        ).append(document)
    report_elements = objects(message, REPORT)
    assert len(report_elements) == 4
    for element in report_elements:
        remark = text_at(element, "ОбщиеСвойстваОбъектовФормата/Комментарий") or ""
        receipts = next(of for name, of in by_shift.items() if remark.startswith(name))
        sold = sum(x.total for x in receipts if x.operation is OperationType.INCOME)
        back = sum(x.total for x in receipts if x.operation is OperationType.INCOME_RETURN)
        assert sum(kopecks(x, "Сумма") for x in rows(element, "ТоварыПродажа")) == sold
        assert sum(kopecks(x, "Сумма") for x in rows(element, "ТоварыВозвратПродажи")) == back
        assert kopecks(element, "Сумма") == sold - back
        quantity = sum(
            Decimal(text_at(x, "Количество") or "") for x in rows(element, "ТоварыПродажа")
        )
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
        text_at(x, "ВидКарты"): kopecks(x, "СуммаОплаты")
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
    document = stored(1, operationType=operation, cashTotalSum=100_00 if operation == 2 else 0)
    assert objects(written(reports(document)), CASH) == []


def test_same_shift_has_the_same_identifiers(written: Written) -> None:
    once = written(reports(*everything()))
    assert written(reports(*everything())) == once
    late = written(reports(*everything(), stored(7)))
    assert references(late) == references(once)
    (before,), (after,) = objects(once, REPORT), objects(late, REPORT)
    assert text_at(before, "КлючевыеСвойства/Номер") == text_at(after, "КлючевыеСвойства/Номер")


def test_document_numbers_are_unique_and_fit_1c(written: Written) -> None:
    message = written(reports(*month(20, 3, 1)))
    numbers = [
        text_at(element, "КлючевыеСвойства/Номер") or "" for element in objects(message, REPORT)
    ]
    assert len(set(numbers)) == 60
    assert {len(number) for number in numbers} == {11}


def test_referenced_objects_stand_once_before_the_reference(written: Written) -> None:
    known: set[str] = set()
    for element in body(written(reports(*month(3, 3, 4), *everything()))):
        own = text_at(element, "КлючевыеСвойства/Ссылка") or ""
        assert own not in known
        known.add(own)
        assert {x.text for x in element.iter() if x.tag.endswith("}Ссылка")} <= known


def test_item_of_1c_is_referenced_but_not_described(written: Written) -> None:
    ours = match_of(INN, item())
    theirs = OnecItem(id="0f7c5cc4-7f0b-4c67-9f8b-000000000001", name="Морс клюквенный")
    message = written(reports(stored(1), nomenclature={ours.key: settle(ours, theirs)}))
    assert objects(message, ITEM) == []
    (row,) = rows(objects(message, REPORT)[0], "ТоварыПродажа")
    assert text_at(row, "ДанныеНоменклатуры/Номенклатура/Ссылка") == str(theirs.id)
    assert text_at(row, "ДанныеНоменклатуры/Номенклатура/Наименование") == "Морс клюквенный"


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
    assert tuple(text_at(row, f"СтавкаНДС/{member}") for member in members) == expected


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
    assert text_at(row, "СтавкаНДС") == expected


@pytest.mark.parametrize("code", range(7, 13))
def test_rate_missing_in_1_8_is_refused_with_its_receipts(written: Written, code: int) -> None:
    documents = [
        stored(1, items=[item(nds=6)]),
        stored(2, items=[item(nds=6), item(nds=code)]),
        stored(3, shiftNumber=60, items=[item(nds=code)]),
    ]
    with pytest.raises(RateNotInVersion) as refused:
        written(reports(*documents), version="1.8")
    receipts = ["ФН 9960440300412358 ФД 2", "ФН 9960440300412358 ФД 3"]
    assert refused.value.members == {"version": "1.8", "receipts": receipts}
    assert ", ".join(receipts) in refused.value.detail


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
    assert text_at(objects(message, REPORT)[0], "Налогообложение") == expected


def test_comment_contains_what_the_tables_cannot(written: Written) -> None:
    remark = text_at(
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
    comment = (
        text_at(objects(open_shift, REPORT)[0], "ОбщиеСвойстваОбъектовФормата/Комментарий") or ""
    )
    assert "смена 59 (не закрыта)." in comment
    assert comment.endswith(" 19, 20 и ещё 9.")


def test_kind_of_person_of_an_organisation(written: Written) -> None:
    for inn, kind in (("770123456789", "ФизическоеЛицо"), ("7728168971", "ЮридическоеЛицо")):
        organisation = ReportOrganisation(inn, "Р" * 300, kpp=None)
        (element,) = objects(
            written(reports(stored(1), organisation=organisation)), "Справочник.Организации"
        )
        assert text_at(element, "КлючевыеСвойства/ЮридическоеФизическоеЛицо") == kind
        assert len(text_at(element, "КлючевыеСвойства/Наименование") or "") == 100


def test_header_contains_addresses_and_numbers(written: Written) -> None:
    header = fromstring(written(reports(stored(1))))[0]
    assert text_at(header, "Format") == NAMESPACE + "1.17"
    assert text_at(header, "CreationDate") == "2026-11-25T03:00:00"
    values = [
        text_at(header, f"Confirmation/{name}")
        for name in ("To", "From", "MessageNo", "ReceivedNo")
    ]
    assert values == ["БП", "ОФ", "7", "3"]


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
    return sorted(documents, key=lambda document: (document.fiscal_drive, document.number))


@pytest.mark.parametrize("version", ["1.17", "1.8"])
def test_message_of_real_receipts_is_valid(written: Written, faults: Faults, version: str) -> None:
    documents = real(SAMPLES / "receipts")
    assert len(documents) >= 29
    expressible = [
        report
        for report in reports(*documents)
        if version == "1.17" or not report.rates.keys() & {Rate(22), Rate(5), Rate(7)}
    ]
    message = written(expressible, version=version)
    total = sum(kopecks(element, "Сумма") for element in objects(message, REPORT))
    receipts = {
        number for report in expressible for numbers in report.rates.values() for number in numbers
    }
    assert total == sum(receipt.total for receipt in documents if receipt.number in receipts)
    assert faults(message, version) == ""


def test_1c_accounting_3_0_loads_every_object_sent(written: Written) -> None:
    lines = (SAMPLES / "enterprisedata" / "received_by_bp30.txt").read_text().splitlines()
    received = {tuple(line.split()) for line in lines if not line.startswith("#")}
    sent = {element.tag.rpartition("}")[2] for element in body(written(reports(*everything())))}
    assert sent == {
        "Справочник.Организации",
        "Справочник.Склады",
        "Справочник.ЕдиницыИзмерения",
        ITEM,
        REPORT,
        CASH,
    }
    assert {(version, name) for version in ("1.8", "1.10") for name in sent} <= received
