"""Technology messages: statements of operators and participants about an exchanged file.

The tax service defines the formats, except that of the annulment offer, which the operators have
agreed on (РОСЭУ). See ``schemas/README.md``.
"""

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
    read_signature,
)


class TechnologyKind(StrEnum):
    """Kind of a message, by the prefix of its file name."""

    DATE_OF_RECEIPT = "DP_PDPOL"
    DATE_OF_SENDING = "DP_PDOTPR"
    RECEIPT_NOTICE = "DP_IZVPOL"
    CORRECTION_REQUEST = "DP_UVUTOCH"
    ANNULMENT_OFFER = "DP_PRANNUL"


@dataclass(frozen=True, slots=True)
class ReferencedFile:
    """The file that a message is about, and the signatures over that file, as DER."""

    name: str
    signatures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """Content of a received technology message."""

    kind: TechnologyKind
    file_id: str
    """Name of the message's own file without ``.xml``."""
    about: ReferencedFile
    author_id: str
    """Identifier of the participant, or code of the operator, that made the message."""
    addressee_id: str
    """Identifier of the participant that the message is for."""
    stated_at: dt.datetime | None
    """Confirmed moment, naive; None for an annulment offer."""
    text: str | None
    """Requested correction, or reason of an annulment."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Names of the elements and attributes in the format of one kind."""

    schema: Schema
    knd: str | None
    author: str
    addressee: str
    statement: str
    """Element that contains ``file``, which contains the signatures."""
    file: str
    file_name: str
    signature: str
    date: tuple[str, str] | None = ("ДатаПол", "ВремяПол")
    text: str | None = None
    store: str | None = None
    """Attribute with the system that keeps a power of attorney."""
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
    """Return ПДПОЛ: the operator confirms to the sender when the file was received.

    Like the other functions that make a message, returns the file name, with ``.xml``, and the
    content. ``guid`` makes the file name unique.

    Raises:
        TitleRefused: a value does not fit the format.
    """
    message = _MessageBuilder(
        TechnologyKind.DATE_OF_RECEIPT, sender.participant_id, operator.code, received_at, guid
    )
    message.add_operator(operator)
    message.add_statement(about)
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
    """Return ПДОТПР: the operator confirms to the recipient when the file was sent."""
    message = _MessageBuilder(
        TechnologyKind.DATE_OF_SENDING, recipient.participant_id, operator.code, sent_at, guid
    )
    message.add_operator(operator)
    message.add_statement(about)
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
    """Return ИЗВПОЛ: the recipient notifies the sender of the receipt of a file."""
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
    """Return УВУТОЧ: the recipient requests a correction, which rejects the document.

    ``about`` must have exactly one signature.
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
    """Return ПРАННУЛ: one side offers the other to revoke the document."""
    return _from_participant(
        TechnologyKind.ANNULMENT_OFFER, about, author, addressee, signer, text, offered_at, guid
    )


def read(content: bytes) -> ParsedMessage:
    """Parse and check a message; the identifier in the file determines the kind.

    The caller must check the file name and the author.

    Raises:
        TitleRefused: with every fault of the file, up to a limit.
    """
    root = parse(content)
    file_id = root.get("ИдФайл", "")
    try:
        prefix = names.read(file_id).prefix
        form = _LAYOUTS[TechnologyKind(prefix)]
    except ValueError:
        detail = "Это не технологическое сообщение: его вида нет в идентификаторе файла."
        raise TitleRefused((place(root, "ИдФайл"), detail)) from None
    if faults := form.schema.form_faults(root) or form.schema.rule_faults(root, file_id):
        raise TitleRefused(*faults)
    document = child(root, "Документ")
    statement = child(document, form.statement)
    file = child(statement, form.file)
    author, addressee = child(document, form.author), child(document, form.addressee)
    return ParsedMessage(
        kind=TechnologyKind(prefix),
        file_id=file_id,
        about=ReferencedFile(
            attribute(file, form.file_name),
            tuple(map(read_signature, file.iterchildren(form.signature))),
        ),
        author_id=author.get("ИдУчастЭДО") or attribute(author, "ИдОперЭДО"),
        addressee_id=attribute(addressee, "ИдУчастЭДО"),
        stated_at=moment(statement, *form.date) if form.date else None,
        text=statement.findtext(form.text) if form.text else None,
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
    message.add_statement(about, text)
    message.add_party(_LAYOUTS[kind].addressee, addressee)
    message.add_signer(signer)
    return message.write()


class _MessageBuilder:
    """Builds a message; the parts are added in the order of the format."""

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

    def add_statement(self, about: ReferencedFile, text: str | None = None) -> None:
        form = self._form
        statement = add(self._document, form.statement)
        if form.date:
            for name, value in zip(form.date, date_and_time(self._at), strict=True):
                statement.set(name, value)
        file = add(statement, form.file, **{form.file_name: about.name})
        add_signatures(file, form.signature, about.signatures)
        if form.text:
            add(statement, form.text, text)

    def add_party(self, name: str, party: DocumentParty) -> None:
        element = add(self._document, name, ИдУчастЭДО=party.participant_id)
        if party.person:
            add_person(add(element, "ИП", ИННФЛ=party.inn), party.person)
        else:
            add(element, "ЮЛ", НаимОрг=party.name, ИННЮЛ=party.inn, КПП=party.kpp)

    def add_signer(self, signer: FileSigner) -> None:
        element = add(self._document, "Подписант")
        add_person(element, signer.name)
        if not self._form.store:  # the format of annulment offers has no powers of attorney
            if signer.position:
                element.set("Должность", signer.position)
            return
        # СтатПодп: 1, authority by office; 2, by a machine-readable power of attorney.
        granted = signer.power_of_attorney
        element.set("СтатПодп", "2" if granted else "1")
        if signer.position:
            element.set("Должн", signer.position)
        if granted:
            issued_on = f"{granted.issued_on:%d.%m.%Y}"
            store = {self._form.store: granted.kept_at}
            add(
                element,
                "СвДоверЭл",
                НомДовер=granted.number,
                ДатаВыдДовер=issued_on,
                СпособПредставл="2",  # not enclosed: the system in `store` returns it
                **store,
            )

    def write(self) -> tuple[str, bytes]:
        return self._form.schema.write(self._root, self._name)
