"""Makes a seller's title of a УПД from a form."""

import datetime as dt
from typing import Final
from uuid import UUID

from lxml import etree

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import seller_title
from chalicelib.services.edo.formats.codes import EXEMPT, UpdFunction
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner
from chalicelib.services.edo.formats.schema import Schema
from chalicelib.services.edo.formats.sums import roubles
from chalicelib.services.edo.formats.title_parts import PROGRAM, VERSION, add_signer, author
from chalicelib.services.edo.formats.upd_form import (
    FormLine,
    ReferencedDocument,
    UpdForm,
    UpdVatRate,
)
from chalicelib.services.edo.formats.xml import add, add_person, date_and_time

DOCUMENT_NAME: Final = "Универсальный передаточный документ"


def make(
    form: UpdForm,
    sender: DocumentParty,
    recipient: DocumentParty,
    signer: FileSigner,
    moment: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """Return the file name, with ``.xml``, and the content of a title for the sender to sign.

    ``guid`` makes the file name unique.

    Raises:
        TitleRefused: a value does not fit the format: for example, a surname over 60 characters.
    """
    name = names.seller(
        recipient.participant_id, sender.participant_id, moment.astimezone(MOSCOW).date(), guid
    )
    root = etree.Element("Файл", ИдФайл=name, ВерсФорм=VERSION, ВерсПрог=PROGRAM)
    day, time = date_and_time(moment)
    is_transfer = form.function is not UpdFunction.INVOICE
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


def _add_invoice(
    document: etree._Element, form: UpdForm, seller: DocumentParty, buyer: DocumentParty
) -> None:
    invoice = add(document, "СвСчФакт", НомерДок=form.number, ДатаДок=_day(form.date))
    _add_party(invoice, "СвПрод", seller)
    if form.shipped_by:
        _add_agreement(invoice, "ДокПодтвОтгрНом", form.shipped_by)
    elif form.function is UpdFunction.INVOICE_AND_TRANSFER:
        itself = ReferencedDocument(name=DOCUMENT_NAME, number=form.number, date=form.date)
        _add_agreement(invoice, "ДокПодтвОтгрНом", itself)
    _add_party(invoice, "СвПокуп", buyer)
    add(invoice, "ДенИзм", КодОКВ="643", НаимОКВ="Российский рубль")


def _add_party(invoice: etree._Element, name: str, party: DocumentParty) -> None:
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
    if all(line.vat_rate is UpdVatRate.EXEMPT for line in lines):
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


def _add_agreement(parent: etree._Element, name: str, agreement: ReferencedDocument) -> None:
    add(
        parent,
        name,
        РеквНаимДок=agreement.name,
        РеквНомерДок=agreement.number,
        РеквДатаДок=_day(agreement.date),
    )


def _day(day: dt.date) -> str:
    return f"{day:%d.%m.%Y}"
