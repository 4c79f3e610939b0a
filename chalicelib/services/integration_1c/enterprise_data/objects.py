"""The objects of EnterpriseData 1.17 and 1.8 as XML.

Elements have the names and the order of the format. ``docs/decisions/enterprise-data.md`` lists
the differences between the versions.
"""

import functools
import zlib
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from chalicelib.core.fiscal.document import OperationType
from chalicelib.services.integration_1c.enterprise_data.comment import comment, roubles
from chalicelib.services.integration_1c.enterprise_data.item_matching import ItemMatch, text
from chalicelib.services.integration_1c.enterprise_data.reference import reference
from chalicelib.services.integration_1c.enterprise_data.retail_report import (
    ReportLine,
    ReportOrganisation,
    RetailReport,
    Warehouse,
)
from chalicelib.services.integration_1c.enterprise_data.units import UNITS
from chalicelib.services.integration_1c.enterprise_data.vat import Rate
from chalicelib.services.integration_1c.enterprise_data.version import FormatVersion

_CURRENCY = (
    "<Валюта><ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование>"
    "</ДанныеКлассификатора></Валюта>"
)
_LONGEST_NAME = 100
"""Maximum length of ``Наименование``: 1С:Бухгалтерия 3.0 truncates longer names."""
_TABLES = {
    OperationType.INCOME: "ТоварыПродажа",
    OperationType.INCOME_RETURN: "ТоварыВозвратПродажи",
    OperationType.EXPENSE: "ТоварыЗакупка",
    OperationType.EXPENSE_RETURN: "ТоварыВозвратЗакупки",
}
_NOT_CASH = {
    "electronic": "Безналичная оплата",
    "prepaid": "Предоплата (зачет аванса)",
    "credit": "Постоплата (в кредит)",
    "provision": "Встречное предоставление",
}
_NAMES_IN_1_8 = {
    Rate(20): "НДС20",
    Rate(20, calculated=True): "НДС20_120",
    Rate(18): "НДС18",
    Rate(18, calculated=True): "НДС18_118",
    Rate(10): "НДС10",
    Rate(10, calculated=True): "НДС10_110",
    Rate(0): "НДС0",
    Rate(0, exempt=True): "БезНДС",
}


def can_express(rate: Rate, version: FormatVersion) -> bool:
    """Return whether the format version can express the rate."""
    return rate.is_known and (version == "1.17" or rate in _NAMES_IN_1_8)


def element(name: str, content: str | None) -> str:
    """Return an element with a text; an empty string if the text is empty or None."""
    return f"<{name}>{escape(content)}</{name}>" if content else ""


@functools.cache
def _rate(rate: Rate, version: FormatVersion) -> str:
    if version == "1.8":
        return f"<СтавкаНДС>{_NAMES_IN_1_8[rate]}</СтавкаНДС>"
    if rate.exempt:
        kind, percent = "БезНДС", ""
    else:
        reduced = {0: "Нулевая", 10: "Пониженная"}.get(rate.percent, "Общая")
        kind = f"{reduced}Расчетная" if rate.calculated else reduced
        percent = f"<Ставка>{rate.percent}</Ставка>"
    return (
        f"<СтавкаНДС>{percent}<РасчетнаяСтавка>{_boolean(rate.calculated)}</РасчетнаяСтавка>"
        f"<НеОблагается>{_boolean(rate.exempt)}</НеОблагается>"
        f"<ВидСтавки>{kind}</ВидСтавки></СтавкаНДС>"
    )


def _boolean(value: bool) -> str:
    return "true" if value else "false"


@functools.cache
def _unit_properties(code: str) -> str:
    return (
        f"<Ссылка>{reference('ЕдиницаИзмерения', code)}</Ссылка><ДанныеКлассификатора>"
        f"<Код>{code}</Код><Наименование>{UNITS[code].name}</Наименование></ДанныеКлассификатора>"
    )


@functools.cache
def _unit(code: str) -> str:
    return f"<ЕдиницаИзмерения>{_unit_properties(code)}</ЕдиницаИзмерения>"


def unit_object(code: str) -> str:
    """Return ``Справочник.ЕдиницыИзмерения``."""
    return (
        f"<Справочник.ЕдиницыИзмерения><КлючевыеСвойства>{_unit_properties(code)}"
        f"</КлючевыеСвойства><НаименованиеПолное>{UNITS[code].full_name}</НаименованиеПолное>"
        "</Справочник.ЕдиницыИзмерения>\n"
    )


def _organisation_properties(organisation: ReportOrganisation) -> str:
    person = "ФизическоеЛицо" if len(organisation.inn) == 12 else "ЮридическоеЛицо"
    return (
        f"<Ссылка>{reference('Организация', organisation.inn)}</Ссылка>"
        f"{element('Наименование', text(organisation.name)[:_LONGEST_NAME] or organisation.inn)}"
        f"{element('НаименованиеПолное', text(organisation.full_name or organisation.name))}"
        f"{element('ИНН', organisation.inn)}{element('КПП', organisation.kpp)}"
        f"<ЮридическоеФизическоеЛицо>{person}</ЮридическоеФизическоеЛицо>"
    )


def organisation_object(organisation: ReportOrganisation) -> str:
    """Return ``Справочник.Организации``."""
    return (
        "<Справочник.Организации><КлючевыеСвойства>"
        f"{_organisation_properties(organisation)}</КлючевыеСвойства></Справочник.Организации>\n"
    )


def _warehouse_properties(warehouse: Warehouse, inn: str) -> str:
    return (
        f"<Ссылка>{reference('Склад', inn, warehouse.id)}</Ссылка>"
        f"{element('Наименование', text(warehouse.name)[:_LONGEST_NAME])}"
        "<ТипСклада>Розничный</ТипСклада>"
    )


def warehouse_object(warehouse: Warehouse, inn: str) -> str:
    """Return ``Справочник.Склады``."""
    return (
        f"<Справочник.Склады><КлючевыеСвойства>{_warehouse_properties(warehouse, inn)}"
        "</КлючевыеСвойства>"
        f"{element('АдресСтрокой', text(warehouse.address))}</Справочник.Склады>\n"
    )


def item_object(match: ItemMatch, rate: Rate, version: FormatVersion) -> str:
    """Return ``Справочник.Номенклатура``; for the rate 22/122 its rate is 22."""
    plain = Rate(rate.percent, exempt=rate.exempt)
    name = escape(match.shown_name)
    return (
        f"<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{match.reference}</Ссылка>"
        f"<НаименованиеПолное>{name}</НаименованиеПолное>{_item_name(match)}</КлючевыеСвойства>"
        f"<ТипНоменклатуры>{'Услуга' if match.is_service else 'Товар'}</ТипНоменклатуры>"
        f"{_unit(match.unit)}{_rate(plain, version)}</Справочник.Номенклатура>\n"
    )


def _item_name(match: ItemMatch) -> str:
    return element("Наименование", match.shown_name[:_LONGEST_NAME])


def report_object(report: RetailReport, version: FormatVersion) -> str:
    """Return ``Документ.ОтчетОРозничныхПродажах``."""
    comment_element = element("Комментарий", comment(report))
    return "".join(
        (
            "<Документ.ОтчетОРозничныхПродажах>",
            _document_properties(report, "ОтчетОРозничныхПродажах"),
            _CURRENCY,
            f"<Сумма>{roubles(report.turnover)}</Сумма><СуммаВключаетНДС>true</СуммаВключаетНДС>",
            f"<Склад>{_warehouse_properties(report.warehouse, report.organisation.inn)}</Склад>",
            f"<Налогообложение>{_taxation(report, version)}</Налогообложение>",
            comment_element if version == "1.8" else "",
            *_tables(report, version),
            _payments(report, version),
            _common(comment_element) if version == "1.17" else "",
            "</Документ.ОтчетОРозничныхПродажах>\n",
        )
    )


def cash_object(report: RetailReport, version: FormatVersion) -> str:
    """Return ``Документ.ПКОРозничнаяВыручка`` for the cash of a shift."""
    comment_element = element("Комментарий", comment(report))
    return "".join(
        (
            "<Документ.ПКОРозничнаяВыручка>",
            _document_properties(report, "ПКОРозничнаяВыручка"),
            f"<ОбщиеДанные>{_CURRENCY}<Сумма>{roubles(report.net('cash'))}</Сумма>",
            comment_element if version == "1.8" else "",
            "<Основание>Розничная выручка</Основание></ОбщиеДанные>",
            f"<Склад>{_warehouse_properties(report.warehouse, report.organisation.inn)}</Склад>",
            "<ВыручкаНТТ>false</ВыручкаНТТ>",
            _common(comment_element) if version == "1.17" else "",
            "</Документ.ПКОРозничнаяВыручка>\n",
        )
    )


def _common(comment_element: str) -> str:
    return f"<ОбщиеСвойстваОбъектовФормата>{comment_element}</ОбщиеСвойстваОбъектовФормата>"


def _document_properties(report: RetailReport, kind: str) -> str:
    return (
        f"<КлючевыеСвойства><Ссылка>{report.document_id(kind)}</Ссылка>"
        f"<Дата>{report.at:%Y-%m-%dT%H:%M:%S}</Дата><Номер>{number_of(report)}</Номер>"
        f"<Организация>{_organisation_properties(report.organisation)}</Организация>"
        "</КлючевыеСвойства>"
    )


def number_of(report: RetailReport) -> str:
    """Return the document number: 11 characters, as in 1С:Бухгалтерия 3.0.

    The number ends in the number of the shift. 1C requires numbers to be unique within a year, so
    five characters are computed from the number of the fiscal drive.
    """
    checksum, digits = (
        zlib.crc32(report.fiscal_drive.encode()),
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )
    drive = ""
    for _ in range(5):
        checksum, place = divmod(checksum, 36)
        drive += digits[place]
    return f"ОФ{drive}{report.shift:04}"


def _taxation(report: RetailReport, version: FormatVersion) -> str:
    if report.on_patent and version == "1.17":
        return "ПродажаПоПатенту"
    taxed = any(not rate.exempt for rate in report.rates)
    return "ПродажаОблагаетсяНДС" if taxed else "ПродажаНеОблагаетсяНДС"


def _tables(report: RetailReport, version: FormatVersion) -> Iterator[str]:
    for operation, table in _TABLES.items():
        if lines := report.lines.get(operation):
            yield f"<{table}>{''.join(_rows(lines, version))}</{table}>"


def _rows(lines: Iterable[ReportLine], version: FormatVersion) -> Iterator[str]:
    for place, line in enumerate(lines, start=1):
        # The elements that the tables of sales and of returns share, in the order of both.
        yield (
            f"<Строка><НомерСтрокиДокумента>{place}</НомерСтрокиДокумента><ДанныеНоменклатуры>"
            f"<Номенклатура><Ссылка>{line.item.reference}</Ссылка>{_item_name(line.item)}"
            f"</Номенклатура></ДанныеНоменклатуры>{_unit(line.unit)}"
            f"<Количество>{_quantity(line.quantity)}</Количество>"
            f"<Сумма>{roubles(line.sum)}</Сумма><Цена>{roubles(line.price)}</Цена>"
            f"{_rate(line.rate, version)}<СуммаНДС>{roubles(line.vat)}</СуммаНДС></Строка>"
        )


def _quantity(millionths: int) -> str:
    thousandths = (millionths + 500) // 1000
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def _payments(report: RetailReport, version: FormatVersion) -> str:
    # 1C treats everything outside the tables of payments as cash.
    card_number = "<НомерКарты></НомерКарты>" if version == "1.8" else ""
    rows = "".join(
        f"<Строка><СуммаОплаты>{roubles(amount)}</СуммаОплаты>"
        f"<ВидКарты>{kind}</ВидКарты>{card_number}</Строка>"
        for field, kind in _NOT_CASH.items()
        if (amount := report.net(field))
    )
    return f"<ОплатаПлатежнымиКартами>{rows}</ОплатаПлатежнымиКартами>" if rows else ""
