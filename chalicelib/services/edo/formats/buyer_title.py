"""The buyer's title of a УПД, format 5.03 (order of the tax service ЕД-7-26/970@, 2023-12-19)."""

import datetime as dt
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from lxml import etree

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats import xml
from chalicelib.services.edo.formats.codes import Acceptance, UpdFunction
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner
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
    """A valid buyer's title."""

    file_id: str
    sender_id: str
    recipient_id: str
    seller_file_id: str
    """``SellerTitle.file_id`` of the answered title."""
    seller_signatures: tuple[bytes, ...]
    """Signatures of the seller over the seller's title, as DER."""
    made_at: dt.datetime
    """Naive: the format has no time zone."""
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
    """Return the file name, with ``.xml``, and the content of a title for the buyer to sign.

    Args:
        title: The answered title.
        seller_signatures: Detached signatures over the answered title, as DER.
        buyer: The author of the new title.
        signer: The person who accepts the goods and signs the title.
        moment: The moment at which the title is made.
        guid: Makes the file name unique.
        outcome: The result of the acceptance.
        accepted_on: The day of the acceptance; by default the day of ``moment`` in Moscow.

    Raises:
        TitleRefused: a value does not fit the format, or the answered title is an invoice (СЧФ).
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
        content, "СвПрин", СодОпер=outcome.operation, ДатаПрин=f"{accepted_on:%d.%m.%Y}"
    )
    xml.add(acceptance, "КодСодОпер", КодИтога=outcome)
    if signer.position:
        worker = xml.add(xml.add(acceptance, "СвЛицПрин"), "РабОргПок", Должность=signer.position)
        xml.add_person(worker, signer.name)


def read(content: bytes, file_name: str) -> BuyerTitle:
    """Parse and check a file whose name is ``file_name``, with or without ``.xml``.

    The caller must check which title the file answers.

    Raises:
        TitleRefused: with every fault of the file, up to a limit.
    """
    root, faults = open_title(content, file_name, Schema.BUYER_TITLE, prefix=names.BUYER, knd=KND)
    document = xml.child(root, "Документ")
    answered = xml.child(document, "ИдИнфПрод")
    accepted = xml.child(document, "СодФХЖ4")
    acceptance = xml.child(accepted, "СвПрин")
    if accepted.get("Функция") not in set(UpdFunction):
        faults.append((xml.place(accepted, "Функция"), "Такой функции в формате нет."))
    signatures = []
    for element in answered.iterchildren("ЭП"):
        try:
            signatures.append(xml.read_signature(element))
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
