"""A УПД made from a form, for those who have no accounting program."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from lxml import etree
from pydantic import Field, model_validator

from chalicelib.requisites import MAX_KOPECKS, single_line
from chalicelib.runtime.action import Payload
from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import seller_title
from chalicelib.services.edo.formats.model import Party, Signer
from chalicelib.services.edo.formats.schema import Schema
from chalicelib.services.edo.formats.seller_title import Function
from chalicelib.services.edo.formats.sums import EXEMPT, TOLERANCE, roubles
from chalicelib.services.edo.formats.title import PROGRAM, VERSION, add_signer, author
from chalicelib.services.edo.formats.xml import add, add_person, date_and_time

DOCUMENT_NAME: Final = "Универсальный передаточный документ"


class VatRate(StrEnum):
    """Rates of VAT that a document may bear now (Tax Code, article 164, as of 2026)."""

    STANDARD = "22"
    REDUCED = "10"
    SIMPLIFIED_7 = "7"
    SIMPLIFIED_5 = "5"
    ZERO = "0"
    EXEMPT = "none"

    @property
    def percent(self) -> int:
        """Whole per cent; nought for both the zero rate and the exempt."""
        return 0 if self is VatRate.EXEMPT else int(self.value)

    @property
    def written(self) -> str:
        """As the format writes it (``@НалСт``)."""
        return EXEMPT if self is VatRate.EXEMPT else f"{self.value}%"


class FormLine(Payload):
    """One thing sold."""

    name: Annotated[str, single_line(1000)]
    quantity: Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)]
    unit: Annotated[str, single_line(20)]
    unit_code: Annotated[str, Field(pattern=r"^[0-9]{3,4}$")] | None = None
    """The unit's code in ОКЕИ: ``796`` is a piece."""
    price_kopecks: Annotated[int, Field(ge=1, le=MAX_KOPECKS)]
    """Of one unit, VAT included."""
    vat_rate: VatRate

    @property
    def total_kopecks(self) -> int:
        """Quantity × price, half a kopeck up."""
        return _round(self.quantity * self.price_kopecks)

    @property
    def vat_kopecks(self) -> int:
        """VAT inside the total: total × rate / (100 + rate), half a kopeck up."""
        percent = self.vat_rate.percent
        return (2 * self.total_kopecks * percent + 100 + percent) // (2 * (100 + percent))

    @property
    def net_kopecks(self) -> int:
        """The total without its VAT."""
        return self.total_kopecks - self.vat_kopecks

    @property
    def net_price(self) -> Decimal:
        """Roubles of one unit without VAT, with as few decimals (2 to 11) as the cost allows."""
        exact = Decimal(self.price_kopecks) / (100 + self.vat_rate.percent)
        for decimals in range(2, 12):
            price = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
            if abs(self.quantity * price * 100 - self.net_kopecks) <= TOLERANCE:
                break
        return price


class Agreement(Payload):
    """A document that this one rests on: ``Договор`` № ``5`` of a date."""

    name: Annotated[str, single_line(255)]
    number: Annotated[str, single_line(255)]
    date: dt.date


class UpdForm(Payload):
    """What the sender fills in; the parties are taken from their profiles. Currency: the rouble."""

    number: Annotated[str, single_line(100)]
    date: dt.date
    function: Function
    lines: Annotated[list[FormLine], Field(min_length=1, max_length=1000)]
    operation: Annotated[str, single_line(255)] = "Товары переданы, работы сданы, услуги оказаны"
    transferred_on: dt.date | None = None
    """The date of the document itself where it is left out."""
    basis: Annotated[list[Agreement], Field(max_length=20)] = Field(default_factory=list)
    """None: handed over without an agreement in writing."""
    shipped_by: Agreement | None = None
    """The document of shipment (line 5а), which a bare invoice must name."""

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.function is Function.INVOICE and self.shipped_by is None:
            raise ValueError("Для счёта-фактуры (СЧФ) укажите документ об отгрузке.")
        if sum(line.total_kopecks for line in self.lines) > MAX_KOPECKS:
            raise ValueError("Сумма документа слишком велика, проверьте цены и количества.")
        return self


def make(
    form: UpdForm, sender: Party, recipient: Party, signer: Signer, moment: dt.datetime, guid: UUID
) -> tuple[str, bytes]:
    """The seller's title for the form: its file's name (with ``.xml``) and its bytes.

    Raises `TitleRefused` for what the format does not take, a surname over 60 characters, say.
    """
    name = names.seller(
        recipient.participant_id, sender.participant_id, moment.astimezone(MOSCOW).date(), guid
    )
    root = etree.Element("Файл", ИдФайл=name, ВерсФорм=VERSION, ВерсПрог=PROGRAM)
    day, time = date_and_time(moment)
    is_transfer = form.function is not Function.INVOICE
    document = add(
        root,
        "Документ",
        КНД=seller_title.KND,
        Функция=form.function,
        ПоФактХЖ=form.function.document_name,
        НаимДокОпр=DOCUMENT_NAME if is_transfer else None,
        ДатаИнфПр=day,
        ВремИнфПр=time,
        НаимЭконСубСост=author(sender),
    )
    _add_invoice(document, form, sender, recipient)
    _add_lines(document, form.lines)
    if is_transfer:
        _add_transfer(document, form)
    add_signer(document, signer)
    return Schema.SELLER_TITLE.write(root, name)


def _add_invoice(document: etree._Element, form: UpdForm, seller: Party, buyer: Party) -> None:
    invoice = add(document, "СвСчФакт", НомерДок=form.number, ДатаДок=_day(form.date))
    _add_party(invoice, "СвПрод", seller)
    if form.shipped_by:
        _add_agreement(invoice, "ДокПодтвОтгрНом", form.shipped_by)
    elif form.function is Function.INVOICE_AND_TRANSFER:
        itself = Agreement(name=DOCUMENT_NAME, number=form.number, date=form.date)
        _add_agreement(invoice, "ДокПодтвОтгрНом", itself)
    _add_party(invoice, "СвПокуп", buyer)
    add(invoice, "ДенИзм", КодОКВ="643", НаимОКВ="Российский рубль")


def _add_party(invoice: etree._Element, name: str, party: Party) -> None:
    element = add(invoice, name)
    identity = add(element, "ИдСв")
    if party.person:
        add_person(add(identity, "СвИП", ИННФЛ=party.inn), party.person)
    else:
        add(identity, "СвЮЛУч", НаимОрг=party.name, ИННЮЛ=party.inn, КПП=party.kpp)
    add(
        add(element, "Адрес"),
        "АдрИнф",
        КодСтр="643",
        НаимСтран="Россия",
        АдрТекст=party.address,
    )


def _add_lines(document: etree._Element, lines: list[FormLine]) -> None:
    table = add(document, "ТаблСчФакт")
    for number, line in enumerate(lines, start=1):
        row = add(
            table,
            "СведТов",
            НомСтр=str(number),
            НаимТов=line.name,
            ОКЕИ_Тов=line.unit_code,
            НаимЕдИзм=line.unit,
            КолТов=f"{line.quantity:f}",
            ЦенаТов=f"{line.net_price:f}",
            СтТовБезНДС=roubles(line.net_kopecks),
            НалСт=line.vat_rate.written,
            СтТовУчНал=roubles(line.total_kopecks),
        )
        _add_vat(row, "СумНал", [line])
    total = add(
        table,
        "ВсегоОпл",
        СтТовБезНДСВсего=roubles(sum(line.net_kopecks for line in lines)),
        СтТовУчНалВсего=roubles(sum(line.total_kopecks for line in lines)),
    )
    _add_vat(total, "СумНалВсего", lines)


def _add_vat(parent: etree._Element, name: str, lines: list[FormLine]) -> None:
    element = add(parent, name)
    if all(line.vat_rate is VatRate.EXEMPT for line in lines):
        add(element, "БезНДС", EXEMPT)
    else:
        add(element, "СумНал", roubles(sum(line.vat_kopecks for line in lines)))


def _add_transfer(document: etree._Element, form: UpdForm) -> None:
    transfer = add(
        add(document, "СвПродПер"),
        "СвПер",
        СодОпер=form.operation,
        ДатаПер=_day(form.transferred_on or form.date),
    )
    for agreement in form.basis:
        _add_agreement(transfer, "ОснПер", agreement)
    if not form.basis:
        add(transfer, "БезДокОснПер", "1")


def _add_agreement(parent: etree._Element, name: str, agreement: Agreement) -> None:
    add(
        parent,
        name,
        РеквНаимДок=agreement.name,
        РеквНомерДок=agreement.number,
        РеквДатаДок=_day(agreement.date),
    )


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
