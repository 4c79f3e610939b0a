"""Objects of EnterpriseData as XML: what each consists of, and in which order.

Of versions 1.17 and 1.8; ``docs/decisions/enterprise-data.md`` says where they differ. Names are
the format's own.
"""

import functools
import zlib
from collections.abc import Iterable, Iterator
from typing import Literal
from xml.sax.saxutils import escape

from chalicelib.core.fiscal.document import OperationType
from chalicelib.services.integration_1c.message.nomenclature import Match, text
from chalicelib.services.integration_1c.message.reference import reference
from chalicelib.services.integration_1c.message.shift import (
    Line,
    Organisation,
    RetailReport,
    Shop,
)
from chalicelib.services.integration_1c.message.unit import UNITS
from chalicelib.services.integration_1c.message.vat import Rate
from chalicelib.services.integration_1c.message.wording import comment, roubles

Version = Literal["1.17", "1.8"]

_CURRENCY = (
    "<Валюта><ДанныеКлассификатора><Код>643</Код><Наименование>руб.</Наименование>"
    "</ДанныеКлассификатора></Валюта>"
)
_LONGEST_NAME = 100
"""Of ``Наименование`` in the catalogues of БП 3.0, which cuts the rest off."""
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


def can_say(rate: Rate, version: Version) -> bool:
    """Whether the version has a word for the rate."""
    return rate.is_known and (version == "1.17" or rate in _NAMES_IN_1_8)


def element(name: str, content: str | None) -> str:
    """Return an element of a text; nothing if there is none."""
    return f"<{name}>{escape(content)}</{name}>" if content else ""


@functools.cache
def _rate(rate: Rate, version: Version) -> str:
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


def _organisation_properties(one: Organisation) -> str:
    person = "ФизическоеЛицо" if len(one.inn) == 12 else "ЮридическоеЛицо"
    return (
        f"<Ссылка>{reference('Организация', one.inn)}</Ссылка>"
        f"{element('Наименование', text(one.name)[:_LONGEST_NAME] or one.inn)}"
        f"{element('НаименованиеПолное', text(one.full_name or one.name))}"
        f"{element('ИНН', one.inn)}{element('КПП', one.kpp)}"
        f"<ЮридическоеФизическоеЛицо>{person}</ЮридическоеФизическоеЛицо>"
    )


def organisation_object(one: Organisation) -> str:
    """Return ``Справочник.Организации``."""
    return (
        "<Справочник.Организации><КлючевыеСвойства>"
        f"{_organisation_properties(one)}</КлючевыеСвойства></Справочник.Организации>\n"
    )


def _shop_properties(one: Shop, inn: str) -> str:
    return (
        f"<Ссылка>{reference('Склад', inn, one.id)}</Ссылка>"
        f"{element('Наименование', text(one.name)[:_LONGEST_NAME])}<ТипСклада>Розничный</ТипСклада>"
    )


def shop_object(one: Shop, inn: str) -> str:
    """Return ``Справочник.Склады``."""
    return (
        f"<Справочник.Склады><КлючевыеСвойства>{_shop_properties(one, inn)}</КлючевыеСвойства>"
        f"{element('АдресСтрокой', text(one.address))}</Справочник.Склады>\n"
    )


def item_object(one: Match, rate: Rate, version: Version) -> str:
    """Return ``Справочник.Номенклатура``; the rate is of an advance if of nothing else."""
    usual = Rate(rate.percent, exempt=rate.exempt)
    name = escape(one.shown_name)
    return (
        f"<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{one.reference}</Ссылка>"
        f"<НаименованиеПолное>{name}</НаименованиеПолное>{_item_name(one)}</КлючевыеСвойства>"
        f"<ТипНоменклатуры>{'Услуга' if one.is_service else 'Товар'}</ТипНоменклатуры>"
        f"{_unit(one.unit)}{_rate(usual, version)}</Справочник.Номенклатура>\n"
    )


def _item_name(one: Match) -> str:
    return element("Наименование", one.shown_name[:_LONGEST_NAME])


def report_object(report: RetailReport, version: Version) -> str:
    """Return ``Документ.ОтчетОРозничныхПродажах``."""
    remark = element("Комментарий", comment(report))
    return "".join(
        (
            "<Документ.ОтчетОРозничныхПродажах>",
            _document_properties(report, "ОтчетОРозничныхПродажах"),
            _CURRENCY,
            f"<Сумма>{roubles(report.turnover)}</Сумма><СуммаВключаетНДС>true</СуммаВключаетНДС>",
            f"<Склад>{_shop_properties(report.shop, report.organisation.inn)}</Склад>",
            f"<Налогообложение>{_taxation(report, version)}</Налогообложение>",
            remark if version == "1.8" else "",
            *_tables(report, version),
            _payments(report, version),
            _common(remark) if version == "1.17" else "",
            "</Документ.ОтчетОРозничныхПродажах>\n",
        )
    )


def cash_object(report: RetailReport, version: Version) -> str:
    """Return ``Документ.ПКОРозничнаяВыручка`` of the shift's cash."""
    remark = element("Комментарий", comment(report))
    return "".join(
        (
            "<Документ.ПКОРозничнаяВыручка>",
            _document_properties(report, "ПКОРозничнаяВыручка"),
            f"<ОбщиеДанные>{_CURRENCY}<Сумма>{roubles(report.net('cash'))}</Сумма>",
            remark if version == "1.8" else "",
            "<Основание>Розничная выручка</Основание></ОбщиеДанные>",
            f"<Склад>{_shop_properties(report.shop, report.organisation.inn)}</Склад>",
            "<ВыручкаНТТ>false</ВыручкаНТТ>",
            _common(remark) if version == "1.17" else "",
            "</Документ.ПКОРозничнаяВыручка>\n",
        )
    )


def _common(remark: str) -> str:
    return f"<ОбщиеСвойстваОбъектовФормата>{remark}</ОбщиеСвойстваОбъектовФормата>"


def _document_properties(report: RetailReport, kind: str) -> str:
    return (
        f"<КлючевыеСвойства><Ссылка>{report.document_id(kind)}</Ссылка>"
        f"<Дата>{report.at:%Y-%m-%dT%H:%M:%S}</Дата><Номер>{number_of(report)}</Номер>"
        f"<Организация>{_organisation_properties(report.organisation)}</Организация>"
        "</КлючевыеСвойства>"
    )


def number_of(report: RetailReport) -> str:
    """Return the document's number: eleven characters, the length of БП 3.0, ending in the shift.

    1С wants numbers of a year to be unique, so drives with shifts of the same number are told apart
    by five characters made of the drive's own number.
    """
    mark, digits = zlib.crc32(report.fiscal_drive.encode()), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    told = ""
    for _ in range(5):
        mark, place = divmod(mark, 36)
        told += digits[place]
    return f"ОФ{told}{report.shift:04}"


def _taxation(report: RetailReport, version: Version) -> str:
    if report.on_patent and version == "1.17":
        return "ПродажаПоПатенту"
    taxed = any(not rate.exempt for rate in report.rates)
    return "ПродажаОблагаетсяНДС" if taxed else "ПродажаНеОблагаетсяНДС"


def _tables(report: RetailReport, version: Version) -> Iterator[str]:
    for operation, table in _TABLES.items():
        if lines := report.lines.get(operation):
            yield f"<{table}>{''.join(_rows(lines, version))}</{table}>"


def _rows(lines: Iterable[Line], version: Version) -> Iterator[str]:
    for place, line in enumerate(lines, start=1):
        # Members common to the tables of what is sold and of what comes back, in their one order.
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


def _payments(report: RetailReport, version: Version) -> str:
    # What is in none of the tables of payment, 1С takes for cash; so all that is not cash is here.
    card_number = "<НомерКарты></НомерКарты>" if version == "1.8" else ""
    rows = "".join(
        f"<Строка><СуммаОплаты>{roubles(amount)}</СуммаОплаты>"
        f"<ВидКарты>{kind}</ВидКарты>{card_number}</Строка>"
        for what, kind in _NOT_CASH.items()
        if (amount := report.net(what))
    )
    return f"<ОплатаПлатежнымиКартами>{rows}</ОплатаПлатежнымиКартами>" if rows else ""
