"""The seller's title of a УПД, format 5.03 (order of the tax service ЕД-7-26/970@, 2023-12-19)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from lxml import etree

from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import sums
from chalicelib.services.edo.formats.codes import UpdFunction
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schema import MOST_FAULTS, Schema
from chalicelib.services.edo.formats.sums import TitleLine, TitleTotal
from chalicelib.services.edo.formats.title_parts import inn_faults, open_title
from chalicelib.services.edo.formats.title_party import (
    TitleParty,
    read_party,
    read_reference,
    read_signer,
)
from chalicelib.services.edo.formats.xml import attribute, child, date, moment, place

KND: Final = "1115131"


@dataclass(frozen=True, slots=True)
class SellerTitle:
    """A valid seller's title."""

    file_id: str
    """``@ИдФайл``: the file name without ``.xml``."""
    function: UpdFunction
    sender_id: str
    recipient_id: str
    made_at: dt.datetime
    """Naive: the format has no time zone."""
    number: str
    date: dt.date
    document_name: str
    """Name that the parties have agreed on; by default the name of the function."""
    seller: TitleParty
    buyer: TitleParty
    currency: str
    """Code of the currency in ОКВ: ``643`` is the rouble."""
    lines: tuple[TitleLine, ...]
    total: TitleTotal | None
    """Amount to pay; None for a transfer document without a table of lines."""
    operation: str | None
    """Content of the operation: ``Товары переданы``."""
    transferred_on: dt.date | None
    basis: tuple[str, ...]
    """Agreements on which the transfer is based."""
    signers: tuple[str, ...]
    """Position and name of each signer named in the document."""
    made_under: str | None
    """Document that permits another organisation to make the title for the seller, if any."""


def read(content: bytes, file_name: str) -> SellerTitle:
    """Parse and check a file whose name is ``file_name``, with or without ``.xml``.

    The checks cover the schema and its rules, the file name, the check digits of the ИНН of seller
    and buyer, and the sums.

    Raises:
        TitleRefused: with every fault of the file, up to a limit.
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
        (f"{place(row)}/{where}", detail)
        for row, line in zip(rows, lines, strict=True)
        for where, detail in sums.line_faults(line)
    )
    faults += islice(wrong_rows, MOST_FAULTS)
    if table is not None and total is not None:
        path = place(child(table, "ВсегоОпл"))
        faults += ((f"{path}/{at}", detail) for at, detail in sums.total_faults(lines, total))
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
        seller=read_party(child(invoice, "СвПрод")),
        buyer=read_party(child(invoice, "СвПокуп")),
        currency=attribute(child(invoice, "ДенИзм"), "КодОКВ"),
        lines=lines,
        total=total,
        operation=None if transfer is None else transfer.get("СодОпер"),
        transferred_on=_transferred_on(transfer),
        basis=()
        if transfer is None
        else tuple(map(read_reference, transfer.iterchildren("ОснПер"))),
        signers=tuple(map(read_signer, document.iterchildren("Подписант"))),
        made_under=None if authority is None else read_reference(authority),
    )


def _line(row: etree._Element) -> TitleLine:
    quantity, price = row.get("КолТов"), row.get("ЦенаТов")
    return TitleLine(
        number=int(attribute(row, "НомСтр")),
        name=row.get("НаимТов") or _description(row.find("ДопСведТов")),
        unit=row.get("НаимЕдИзм"),
        quantity=None if quantity is None else Decimal(quantity),
        price=None if price is None else Decimal(price),
        net_kopecks=sums.kopecks(row.get("СтТовБезНДС")),
        vat_rate=attribute(row, "НалСт"),
        vat_kopecks=sums.kopecks(row.findtext("СумНал/СумНал")),
        total_kopecks=sums.kopecks(row.get("СтТовУчНал")),
    )


def _description(more: etree._Element | None) -> str:
    """Return the description of a line without a name; the rules require one of the fields."""
    known = map(more.get, ("ХарактерТов", "АртикулТов", "КодТов")) if more is not None else ()
    return " ".join(filter(None, known))


def _total(element: etree._Element) -> TitleTotal:
    return TitleTotal(
        net_kopecks=sums.kopecks(element.get("СтТовБезНДСВсего")),
        vat_kopecks=sums.kopecks(element.findtext("СумНалВсего/СумНал")),
        total_kopecks=sums.kopecks(element.get("СтТовУчНалВсего")),
    )


def _transferred_on(transfer: etree._Element | None) -> dt.date | None:
    """Return the day of the transfer, or the last day of its period."""
    if transfer is None:
        return None
    name = "ДатаПер" if transfer.get("ДатаПер") else "ДатаОконПер"
    return date(transfer, name) if transfer.get(name) else None
