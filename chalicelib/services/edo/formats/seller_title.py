"""The seller's title of a УПД, format 5.03 (order ЕД-7-26/970@ of 19.12.2023)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from lxml import etree

from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import sums
from chalicelib.services.edo.formats.model import UpdFunction
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schema import MOST_FAULTS, Schema
from chalicelib.services.edo.formats.sums import TitleLine, TitleTotal
from chalicelib.services.edo.formats.title_parts import inn_faults, open_title
from chalicelib.services.edo.formats.title_party import (
    TitleParty,
    agreement,
    participant,
    signer,
)
from chalicelib.services.edo.formats.xml import attribute, child, date, moment, place

KND: Final = "1115131"


@dataclass(frozen=True, slots=True)
class SellerTitle:
    """A seller's title that holds: its schema, name, parties and sums were checked."""

    file_id: str
    """``@ИдФайл``: the file's name without ``.xml``."""
    function: UpdFunction
    sender_id: str
    recipient_id: str
    made_at: dt.datetime
    """Naive: the format says date and time without a zone."""
    number: str
    date: dt.date
    document_name: str
    """What the parties agreed to call it; the function's own name where they did not."""
    seller: TitleParty
    buyer: TitleParty
    currency: str
    """Its code in ОКВ: ``643`` is the rouble."""
    lines: tuple[TitleLine, ...]
    total: TitleTotal | None
    """What is to be paid; a transfer document may have no table."""
    operation: str | None
    """What was done: ``Товары переданы``."""
    transferred_on: dt.date | None
    basis: tuple[str, ...]
    """The agreements the document rests on."""
    signers: tuple[str, ...]
    """Position and name of whoever signs, as the document says."""
    made_under: str | None
    """The document by which someone else makes the title for the seller, if so."""


def read(content: bytes, file_name: str) -> SellerTitle:
    """Read and check the file; raises `TitleRefused` with everything found wrong.

    ``file_name`` may end in ``.xml``. Checked are the form and the rules of the schema, the file's
    name, the ИНН of seller and buyer, and the sums.
    """
    root, faults = open_title(content, file_name, Schema.SELLER_TITLE, prefix=names.SELLER, knd=KND)
    document = child(root, "Документ")
    invoice = child(document, "СвСчФакт")
    if document.get("Функция") not in set(UpdFunction):
        wrong = (place(document, "Функция"), "Принимаются функции СЧФ, СЧФДОП и ДОП.")
        raise TitleRefused(*faults, wrong)
    for party in invoice.iterchildren("СвПрод", "СвПокуп"):
        faults += inn_faults(party)
    table = document.find("ТаблСчФакт")
    rows = [] if table is None else list(table.iterchildren("СведТов"))
    lines = tuple(map(_line, rows))
    total = None if table is None else _total(child(table, "ВсегоОпл"))
    wrong_rows = (
        (f"{place(row)}/{where}", word)
        for row, line in zip(rows, lines, strict=True)
        for where, word in sums.line_faults(line)
    )
    faults += islice(wrong_rows, MOST_FAULTS)
    if table is not None and total is not None:
        path = place(child(table, "ВсегоОпл"))
        faults += ((f"{path}/{at}", word) for at, word in sums.total_faults(lines, total))
    if faults:
        raise TitleRefused(*faults)
    return _title(root, lines, total)


def _title(
    root: etree._Element, lines: tuple[TitleLine, ...], total: TitleTotal | None
) -> SellerTitle:
    document = child(root, "Документ")
    invoice = child(document, "СвСчФакт")
    transfer = document.find("СвПродПер/СвПер")
    authority = document.find("ОснДоверОргСост")
    name = names.read(attribute(root, "ИдФайл"))
    function = UpdFunction(attribute(document, "Функция"))
    return SellerTitle(
        file_id=attribute(root, "ИдФайл"),
        function=function,
        sender_id=name.sender_id,
        recipient_id=name.recipient_id,
        made_at=moment(document, "ДатаИнфПр", "ВремИнфПр"),
        number=attribute(invoice, "НомерДок"),
        date=date(invoice, "ДатаДок"),
        document_name=document.get("НаимДокОпр") or function.document_name,
        seller=participant(child(invoice, "СвПрод")),
        buyer=participant(child(invoice, "СвПокуп")),
        currency=attribute(child(invoice, "ДенИзм"), "КодОКВ"),
        lines=lines,
        total=total,
        operation=None if transfer is None else transfer.get("СодОпер"),
        transferred_on=_transferred_on(transfer),
        basis=() if transfer is None else tuple(map(agreement, transfer.iterchildren("ОснПер"))),
        signers=tuple(map(signer, document.iterchildren("Подписант"))),
        made_under=None if authority is None else agreement(authority),
    )


def _line(row: etree._Element) -> TitleLine:
    quantity, price = row.get("КолТов"), row.get("ЦенаТов")
    return TitleLine(
        number=int(attribute(row, "НомСтр")),
        name=row.get("НаимТов") or _known_by(row.find("ДопСведТов")),
        unit=row.get("НаимЕдИзм"),
        quantity=None if quantity is None else Decimal(quantity),
        price=None if price is None else Decimal(price),
        net_kopecks=sums.kopecks(row.get("СтТовБезНДС")),
        vat_rate=attribute(row, "НалСт"),
        vat_kopecks=sums.kopecks(row.findtext("СумНал/СумНал")),
        total_kopecks=sums.kopecks(row.get("СтТовУчНал")),
    )


def _known_by(more: etree._Element | None) -> str:
    """What a line without a name is known by: the rules ask for one of these."""
    known = map(more.get, ("ХарактерТов", "АртикулТов", "КодТов")) if more is not None else ()
    return " ".join(filter(None, known))


def _total(element: etree._Element) -> TitleTotal:
    return TitleTotal(
        net_kopecks=sums.kopecks(element.get("СтТовБезНДСВсего")),
        vat_kopecks=sums.kopecks(element.findtext("СумНалВсего/СумНал")),
        total_kopecks=sums.kopecks(element.get("СтТовУчНалВсего")),
    )


def _transferred_on(transfer: etree._Element | None) -> dt.date | None:
    """The day of transfer, or the last of the period."""
    if transfer is None:
        return None
    name = "ДатаПер" if transfer.get("ДатаПер") else "ДатаОконПер"
    return date(transfer, name) if transfer.get(name) else None
