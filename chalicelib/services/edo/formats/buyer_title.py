"""The buyer's title of a УПД, format 5.03 (order ЕД-7-26/970@ of 19.12.2023)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lxml import etree

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import xml
from chalicelib.services.edo.formats.model import Acceptance, DocumentParty, FileSigner, UpdFunction
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schema import Schema
from chalicelib.services.edo.formats.seller_title import SellerTitle
from chalicelib.services.edo.formats.title_parts import (
    PROGRAM,
    VERSION,
    add_signer,
    author,
    open_title,
)

KND: Final = "1115132"


@dataclass(frozen=True, slots=True)
class BuyerTitle:
    """A buyer's title that holds."""

    file_id: str
    sender_id: str
    recipient_id: str
    seller_file_id: str
    """`SellerTitle.file_id` of what it answers."""
    seller_signatures: tuple[bytes, ...]
    """The seller's signatures (DER) over the seller's title."""
    made_at: dt.datetime
    """Naive: the format says date and time without a zone."""
    function: UpdFunction
    outcome: Acceptance
    accepted_on: dt.date


def make(
    title: SellerTitle,
    seller_signatures: tuple[bytes, ...],
    buyer: DocumentParty,
    signer: FileSigner,
    moment: dt.datetime,
    guid: UUID,
    *,
    outcome: Acceptance = Acceptance.ACCEPTED,
    accepted_on: dt.date | None = None,
) -> tuple[str, bytes]:
    """The title for the buyer to sign: its file's name (with ``.xml``) and its bytes.

    ``seller_signatures`` are the detached signatures (DER) over the seller's file. The goods are
    accepted by the signer, on the day of ``moment`` in Moscow unless ``accepted_on`` says
    otherwise. Raises `TitleRefused` for what the format does not take, and for an invoice, which
    no buyer answers.
    """
    if not title.function.awaits_buyer:
        raise TitleRefused(("", "На счёт-фактуру (СЧФ) покупатель не отвечает."))
    today = moment.astimezone(MOSCOW).date()
    marks = names.read(title.file_id).marks or names.NO_MARKS
    name = names.buyer(title.sender_id, buyer.participant_id, today, guid, marks)
    root = etree.Element("Файл", ИдФайл=name, ВерсФорм=VERSION, ВерсПрог=PROGRAM)
    day, time = xml.date_and_time(moment)
    document = xml.add(
        root,
        "Документ",
        КНД=KND,
        ДатаИнфПок=day,
        ВремИнфПок=time,
        НаимЭконСубСост=author(buyer),
    )
    answered = xml.add(
        document,
        "ИдИнфПрод",
        ИдФайлИнфПр=title.file_id,
        ДатаФайлИнфПр=f"{title.made_at:%d.%m.%Y}",
        ВремФайлИнфПр=f"{title.made_at:%H.%M.%S}",
    )
    xml.add_signatures(answered, "ЭП", seller_signatures)
    content = xml.add(
        document,
        "СодФХЖ4",
        НаимДокОпрПр=title.document_name,
        Функция=title.function,
        ПорНомДокИнфПр=title.number,
        ДатаДокИнфПр=f"{title.date:%d.%m.%Y}",
    )
    _add_acceptance(content, outcome, accepted_on or today, signer)
    add_signer(document, signer)
    return Schema.BUYER_TITLE.write(root, name)


def _add_acceptance(
    content: etree._Element, outcome: Acceptance, accepted_on: dt.date, signer: FileSigner
) -> None:
    acceptance = xml.add(
        content, "СвПрин", СодОпер=outcome.words, ДатаПрин=f"{accepted_on:%d.%m.%Y}"
    )
    xml.add(acceptance, "КодСодОпер", КодИтога=outcome)
    if signer.position:
        worker = xml.add(xml.add(acceptance, "СвЛицПрин"), "РабОргПок", Должность=signer.position)
        xml.add_person(worker, signer.name)


def read(content: bytes, file_name: str) -> BuyerTitle:
    """Read and check the file; raises `TitleRefused` with everything found wrong.

    That it answers the title it should, and that its signatures are that title's, is for whoever
    knows the title.
    """
    root, faults = open_title(content, file_name, Schema.BUYER_TITLE, prefix=names.BUYER, knd=KND)
    document = xml.child(root, "Документ")
    answered = xml.child(document, "ИдИнфПрод")
    accepted = xml.child(document, "СодФХЖ4")
    acceptance = xml.child(accepted, "СвПрин")
    if accepted.get("Функция") not in set(UpdFunction):
        faults.append((xml.place(accepted, "Функция"), "Такой функции в формате нет."))
    signatures = []
    for one in answered.iterchildren("ЭП"):
        try:
            signatures.append(xml.signature(one))
        except TitleRefused as refused:
            faults += refused.errors
    if faults:
        raise TitleRefused(*faults)
    name = names.read(xml.attribute(root, "ИдФайл"))
    return BuyerTitle(
        file_id=xml.attribute(root, "ИдФайл"),
        sender_id=name.sender_id,
        recipient_id=name.recipient_id,
        seller_file_id=xml.attribute(answered, "ИдФайлИнфПр"),
        seller_signatures=tuple(signatures),
        made_at=xml.moment(document, "ДатаИнфПок", "ВремИнфПок"),
        function=UpdFunction(xml.attribute(accepted, "Функция")),
        outcome=Acceptance(xml.attribute(xml.child(acceptance, "КодСодОпер"), "КодИтога")),
        accepted_on=xml.date(acceptance, "ДатаПрин"),
    )
