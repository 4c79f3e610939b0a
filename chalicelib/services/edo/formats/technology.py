"""Technology messages of the exchange: what operators and participants say about a document."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from lxml import etree

from chalicelib.runtime.clock import MOSCOW
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner, Operator
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schema import Schema
from chalicelib.services.edo.formats.title_parts import PROGRAM
from chalicelib.services.edo.formats.xml import (
    add,
    add_person,
    add_signatures,
    attribute,
    child,
    date_and_time,
    moment,
    parse,
    place,
    signature,
)


class TechnologyKind(StrEnum):
    """The message, by the prefix of its file's name."""

    DATE_OF_RECEIPT = "DP_PDPOL"
    DATE_OF_SENDING = "DP_PDOTPR"
    RECEIPT_NOTICE = "DP_IZVPOL"
    CORRECTION_REQUEST = "DP_UVUTOCH"
    ANNULMENT_OFFER = "DP_PRANNUL"


@dataclass(frozen=True, slots=True)
class ReferencedFile:
    """The file that a message is about, with the signatures (DER) over it."""

    name: str
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A technology message that came in, valid by its schema."""

    kind: TechnologyKind
    file_id: str
    """Its own name without ``.xml``."""
    about: ReferencedFile
    author_id: str
    """Participant or operator code of who says it."""
    addressee_id: str
    """Participant or operator code of who it is said to; a date confirmation: the document's
    recipient (sending) or sender (receipt)."""
    said_at: dt.datetime | None
    """The date it confirms (naive); an annulment offer has none."""
    text: str | None
    """What is asked to be corrected, or why to annul."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the same things are called in the format of one kind."""

    schema: Schema
    knd: str | None
    author: str
    addressee: str
    said: str
    """The element with what is said; in it stands ``file``, and in that the signatures."""
    file: str
    file_name: str
    signature: str
    date: tuple[str, str] | None = ("ДатаПол", "ВремяПол")
    text: str | None = None
    store: str | None = None
    """The attribute of a power of attorney that says where it is kept."""
    version: str = "1.03"


_RECEIVED: Final = ("СведПолФайл", "ИмяПолФайла", "ЭППолФайл")
_SENT: Final = ("СведОтпрФайл", "ИмяОтпрФайла", "ЭПОтпрФайл")
_ANNULLED: Final = ("СведАнФайл", "ИмяАнФайла", "ЭЦПАнФайл")
_LAYOUTS: Final = {
    TechnologyKind.DATE_OF_RECEIPT: _Layout(
        Schema.DATE_OF_RECEIPT, "1115112", "ОперЭДО", "СвОтпрДок", "СведПодтв", *_RECEIVED
    ),
    TechnologyKind.DATE_OF_SENDING: _Layout(
        Schema.DATE_OF_SENDING,
        "1115111",
        "ОперЭДО",
        "СвПолДок",
        "СведПодтв",
        *_SENT,
        date=("ДатаОтпр", "ВремяОтпр"),
    ),
    TechnologyKind.RECEIPT_NOTICE: _Layout(
        Schema.RECEIPT_NOTICE,
        "1115110",
        "УчастЭДО",
        "ОтпрДок",
        "СвИзвПолуч",
        *_RECEIVED,
        store="ИдСистХран",
    ),
    TechnologyKind.CORRECTION_REQUEST: _Layout(
        Schema.CORRECTION_REQUEST,
        "1115113",
        "УчастЭДО",
        "ОтпрДок",
        "СвУведУточ",
        *_RECEIVED,
        text="ТекстУведУточ",
        store="СвСистХран",
    ),
    TechnologyKind.ANNULMENT_OFFER: _Layout(
        Schema.ANNULMENT_OFFER,
        None,
        "УчастЭДО",
        "НапрПредАн",
        "СвПредАн",
        *_ANNULLED,
        date=None,
        text="ТекстПредАн",
        version="1.02",
    ),
}


def date_confirmation_of_receipt(
    about: ReferencedFile,
    operator: Operator,
    sender: DocumentParty,
    recipient: DocumentParty,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПДПОЛ: the operator tells the sender when it took the sender's file."""
    message = _MessageBuilder(
        TechnologyKind.DATE_OF_RECEIPT, sender.participant_id, operator.code, received_at, guid
    )
    message.add_operator(operator)
    message.add_said(about)
    message.add_party("СвОтпрДок", sender)
    message.add_party("СвПолДок", recipient)
    return message.write()


def date_confirmation_of_sending(
    about: ReferencedFile,
    operator: Operator,
    sender: DocumentParty,
    recipient: DocumentParty,
    sent_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПДОТПР: the operator tells the recipient when it sent them the file."""
    message = _MessageBuilder(
        TechnologyKind.DATE_OF_SENDING, recipient.participant_id, operator.code, sent_at, guid
    )
    message.add_operator(operator)
    message.add_said(about)
    message.add_party("СвОтпрДок", sender)
    message.add_party("СвПолДок", recipient)
    return message.write()


def receipt_notice(
    about: ReferencedFile,
    recipient: DocumentParty,
    sender: DocumentParty,
    signer: FileSigner,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ИЗВПОЛ: who received a file tells its sender."""
    return _from_participant(
        TechnologyKind.RECEIPT_NOTICE, about, recipient, sender, signer, None, received_at, guid
    )


def correction_request(
    about: ReferencedFile,
    recipient: DocumentParty,
    sender: DocumentParty,
    signer: FileSigner,
    text: str,
    received_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """УВУТОЧ: the recipient asks the sender to correct the document; the way to reject it.

    ``about`` has one signature: the format takes no more.
    """
    return _from_participant(
        TechnologyKind.CORRECTION_REQUEST, about, recipient, sender, signer, text, received_at, guid
    )


def annulment_offer(
    about: ReferencedFile,
    author: DocumentParty,
    addressee: DocumentParty,
    signer: FileSigner,
    text: str,
    offered_at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    """ПРАННУЛ: one side offers the other to annul the document."""
    return _from_participant(
        TechnologyKind.ANNULMENT_OFFER, about, author, addressee, signer, text, offered_at, guid
    )


def read(content: bytes) -> ParsedMessage:
    """Read a message of any kind; raises `TitleRefused` with everything found wrong.

    Which kind it is, is told by its identifier. That the file is named by it, and that it comes
    from whoever it names, is for whoever took it in.
    """
    root = parse(content)
    file_id = root.get("ИдФайл", "")
    try:
        prefix = names.read(file_id).prefix
        form = _LAYOUTS[TechnologyKind(prefix)]
    except ValueError:
        word = "Это не технологическое сообщение: его вида нет в идентификаторе файла."
        raise TitleRefused((place(root, "ИдФайл"), word)) from None
    if faults := form.schema.form_faults(root) or form.schema.rule_faults(root, file_id):
        raise TitleRefused(*faults)
    document = child(root, "Документ")
    said = child(document, form.said)
    file = child(said, form.file)
    author, addressee = child(document, form.author), child(document, form.addressee)
    return ParsedMessage(
        kind=TechnologyKind(prefix),
        file_id=file_id,
        about=ReferencedFile(
            attribute(file, form.file_name),
            tuple(map(signature, file.iterchildren(form.signature))),
        ),
        author_id=author.get("ИдУчастЭДО") or attribute(author, "ИдОперЭДО"),
        addressee_id=attribute(addressee, "ИдУчастЭДО"),
        said_at=moment(said, *form.date) if form.date else None,
        text=said.findtext(form.text) if form.text else None,
    )


def _from_participant(
    kind: TechnologyKind,
    about: ReferencedFile,
    author: DocumentParty,
    addressee: DocumentParty,
    signer: FileSigner,
    text: str | None,
    at: dt.datetime,
    guid: UUID,
) -> tuple[str, bytes]:
    message = _MessageBuilder(kind, addressee.participant_id, author.participant_id, at, guid)
    message.add_party("УчастЭДО", author)
    message.add_said(about, text)
    message.add_party(_LAYOUTS[kind].addressee, addressee)
    message.add_signer(signer)
    return message.write()


class _MessageBuilder:
    """A message in the making; its parts are added in the order of the format."""

    def __init__(
        self, kind: TechnologyKind, addressee_id: str, author_id: str, at: dt.datetime, guid: UUID
    ) -> None:
        self._form = _LAYOUTS[kind]
        self._at = at
        self._name = names.technology(
            kind, addressee_id, author_id, at.astimezone(MOSCOW).date(), guid
        )
        self._root = etree.Element(
            "Файл", ИдФайл=self._name, ВерсПрог=PROGRAM, ВерсФорм=self._form.version
        )
        self._document = add(self._root, "Документ", КНД=self._form.knd)

    def add_operator(self, operator: Operator) -> None:
        add(
            self._document,
            "ОперЭДО",
            НаимОрг=operator.name,
            ИННЮЛ=operator.inn,
            ИдОперЭДО=operator.code,
        )

    def add_said(self, about: ReferencedFile, text: str | None = None) -> None:
        form = self._form
        said = add(self._document, form.said)
        if form.date:
            for name, value in zip(form.date, date_and_time(self._at), strict=True):
                said.set(name, value)
        file = add(said, form.file, **{form.file_name: about.name})
        add_signatures(file, form.signature, about.signatures)
        if form.text:
            add(said, form.text, text)

    def add_party(self, name: str, party: DocumentParty) -> None:
        element = add(self._document, name, ИдУчастЭДО=party.participant_id)
        if party.person:
            add_person(add(element, "ИП", ИННФЛ=party.inn), party.person)
        else:
            add(element, "ЮЛ", НаимОрг=party.name, ИННЮЛ=party.inn, КПП=party.kpp)

    def add_signer(self, signer: FileSigner) -> None:
        element = add(self._document, "Подписант")
        add_person(element, signer.name)
        if not self._form.store:  # an annulment offer knows no powers of attorney
            if signer.position:
                element.set("Должность", signer.position)
            return
        # СтатПодп: 1 acts by office, 2 by an electronic power of attorney.
        granted = signer.power_of_attorney
        element.set("СтатПодп", "2" if granted else "1")
        if signer.position:
            element.set("Должн", signer.position)
        if granted:
            issued_on = f"{granted.issued_on:%d.%m.%Y}"
            kept = {self._form.store: granted.kept_at}
            add(
                element,
                "СвДоверЭл",
                НомДовер=granted.number,
                ДатаВыдДовер=issued_on,
                СпособПредставл="2",  # not enclosed, to be asked of the system that keeps it
                **kept,
            )

    def write(self) -> tuple[str, bytes]:
        return self._form.schema.write(self._root, self._name)
