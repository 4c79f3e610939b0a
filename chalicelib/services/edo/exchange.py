"""What a signed file causes: the copies of its document, technology messages, mail, a dispatch.

The calls of participants and what comes from roaming go this one way.
"""

import base64
import dataclasses
import uuid
from typing import TYPE_CHECKING, Self

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write
from chalicelib.services.edo import document_rules, document_store, mail, roaming
from chalicelib.services.edo.document_model import (
    Document,
    DocumentKind,
    OfferedRevocation,
    Role,
    SignedFile,
    Status,
    Step,
    TechnologyMessage,
    UpdFacts,
)
from chalicelib.services.edo.document_store import Move
from chalicelib.services.edo.formats.model import Operator
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participant import Participant
from chalicelib.services.edo.settings import EdoSettings

if TYPE_CHECKING:  # it reads XML, which not every function does
    from chalicelib.services.edo.formats import technology


@dataclasses.dataclass(frozen=True)
class Signed:
    """Bytes that a participant signed, and the signature."""

    role: Role
    file_name: str
    content: bytes
    signature: bytes

    @classmethod
    def again(cls, role: Role, kept: SignedFile, signature: bytes) -> Self:
        """Return a signature of the other side's over a file that is kept already."""
        return cls(role, kept.file_name, document_store.content(kept), signature)

    def accept(self, client_id: str, by: Participant) -> SignedFile:
        """Verify that ``by`` signed it, and keep it in the evidence of ``client_id``.

        Raises:
            SignatureRefused: it does not hold, or the signer may not act for ``by``.
        """
        from chalicelib.core.signing.acceptance import accept_signature

        return SignedFile(
            role=self.role,
            file_name=self.file_name,
            size=len(self.content),
            signed_by=by.participant_id,
            evidence_of=client_id,
            signature=accept_signature(
                client_id, self.content, self.signature, inn=by.inn, ogrn=by.ogrn
            ),
        )


def upd_facts(signed: Signed, sender: Participant, recipient: Participant) -> UpdFacts:
    """Read a seller's title, and make sure that it is from its sender to its recipient.

    Raises:
        TitleRefused: with everything found wrong.
    """
    from chalicelib.services.edo.formats import seller_title

    title = seller_title.read(signed.content, signed.file_name)
    document_rules.check_parties(title, sender, recipient)
    return UpdFacts.of(title)


def check_buyer_title(signed: Signed, seen: Document) -> None:
    """Make sure that a buyer's title is the other side's answer to this very document.

    Raises:
        TitleRefused: with everything found wrong.
    """
    from chalicelib.services.edo.formats import buyer_title

    title = buyer_title.read(signed.content, signed.file_name)
    document_rules.check_answer(title, seen)


def text_of(signed: Signed, kind: "technology.Kind", about: SignedFile, author: Participant) -> str:
    """Return what a correction request or an annulment offer of ``author`` says of that very file.

    Raises:
        TitleRefused: it is none, another's, or about another file.
    """
    from chalicelib.services.edo.formats import technology

    said = technology.read(signed.content)
    found = (said.kind, said.author_id, said.about.name)
    if found != (kind, author.participant_id, about.file_name):
        wanted = f"{kind.value} от {author.participant_id} о файле {about.file_name}"
        raise TitleRefused(("", f"Ожидается {wanted}."))
    return said.text or ""


def begin(new: Document, signed: Signed, mail_to: str | None) -> list[Write | None]:
    """Return what a new document commits with: ours sent, or one that came from roaming.

    ``mail_to`` is the address of its recipient, if that is ours.
    """
    messages = _messages(new, new.original, signed.signature)
    return [
        *document_store.put_copies(new),
        *document_store.put_messages(new.document_id, messages),
        document_store.put_exchanged(new) if new.roaming else None,
        document_store.put_title(new.original.file_name.removesuffix(".xml"), new.document_id)
        if new.kind is DocumentKind.UPD
        else None,
        mail.received(new, mail_to) if mail_to else None,
        _dispatched(new, new.original, signed, messages),
    ]


def go_on(
    seen: Document,
    by: Participant,
    status: Status,
    signed: tuple[SignedFile, Signed] | None,
    *,
    reason: str | None = None,
    mail_to: str | None = None,
) -> tuple[Document, list[Write | None]]:
    """Return a document as ``by`` moves it on, and what that commits with.

    ``signed`` is the file that does it; ``mail_to`` the address of the other side, if that is
    ours.
    """
    file, said = signed or (None, None)
    offer = None
    if status is Status.REVOCATION_OFFERED:
        offer = OfferedRevocation(
            offered_by=by.participant_id, reason=reason or "", before=seen.status
        )
    step = Step(
        status=status.value,
        at=clock.now(),
        by=Actor.CLIENT if file else Actor.SYSTEM,
        participant_id=by.participant_id if file else None,
    )
    made = Move(status, step, file, reason, offer)
    moved = document_store.moved(seen, made)
    messages = _messages(seen, file, said.signature) if file and said else ()
    return moved, [
        *document_store.move(seen, made),
        *document_store.put_messages(seen.document_id, messages),
        mail.moved(seen, moved, by, mail_to) if mail_to else None,
        _dispatched(moved, file, said, messages) if file and said else None,
    ]


def _dispatched(
    document: Document,
    file: SignedFile,
    signed: Signed,
    messages: tuple[TechnologyMessage, ...],
) -> Write | None:
    by_ours = file.signed_by == document.mine.participant_id
    if not (document.roaming and by_ours):
        return None
    return roaming.dispatch(document, file, signed.content, signed.signature, messages)


def _messages(
    document: Document, file: SignedFile, signature: bytes
) -> tuple[TechnologyMessage, ...]:
    """Return what is said of the passing of a УПД or its answer (order 14н of the Ministry of
    Finance, 05.02.2021): to its sender when it was taken, to its recipient when it was sent, and
    the recipient's notice of receipt, each by the operator that serves the one concerned."""
    if document.kind is not DocumentKind.UPD or file.role not in {Role.DOCUMENT, Role.ANSWER}:
        return ()
    from chalicelib.kep import ber
    from chalicelib.services.edo.formats import technology

    answers = file.role is Role.ANSWER
    sender = document.recipient if answers else document.sender
    recipient = document.sender if answers else document.recipient
    about = technology.SignedFile(file.file_name, (ber.unarmour(signature),))
    moment = file.signature.received_at

    def said(kind: technology.Kind, addressee: Participant, made: tuple[str, bytes]) -> None:
        name, content = made
        found.append(
            TechnologyMessage(
                kind=kind.value,
                file_name=name,
                about=file.file_name,
                addressee_id=addressee.participant_id,
                made_at=moment,
                content=base64.b64encode(content).decode(),
            )
        )

    found: list[TechnologyMessage] = []
    sides = (sender.party(), recipient.party())
    if not sender.roaming:
        made = technology.date_confirmation_of_receipt(
            about, operator(), *sides, moment, uuid.uuid4()
        )
        said(technology.Kind.DATE_OF_RECEIPT, sender, made)
    if not recipient.roaming:
        made = technology.date_confirmation_of_sending(
            about, operator(), *sides, moment, uuid.uuid4()
        )
        said(technology.Kind.DATE_OF_SENDING, recipient, made)
        made = technology.receipt_notice(
            about, sides[1], sides[0], recipient.signer(), moment, uuid.uuid4()
        )
        said(technology.Kind.RECEIPT_NOTICE, sender, made)
    return tuple(found)


def operator() -> Operator:
    """Return us, as operators name themselves."""
    seller = BillingSettings.load().seller
    return Operator(code=EdoSettings.load().edo_operator_code, name=seller.name, inn=seller.inn)
