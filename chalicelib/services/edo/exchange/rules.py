"""Who may take which step of a document, and what the files of the steps must contain."""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.runtime.history import Actor
from chalicelib.runtime.problem import PayloadInvalid, Problem
from chalicelib.services.edo.documents.model import (
    Box,
    Document,
    DocumentKind,
    DocumentState,
    DocumentStep,
    FileRole,
    SignedFile,
    UpdFacts,
)
from chalicelib.services.edo.documents.rules import DocumentStateNotAllowed, require_step
from chalicelib.services.edo.exchange.model import AnswerDraft, DraftKind
from chalicelib.services.edo.formats.codes import UpdFunction
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participants.model import (
    Participant,
    is_served_by,
    participant_from_id,
)

if TYPE_CHECKING:  # importing the XML library slows the start of functions that do not need it
    from chalicelib.services.edo.formats.buyer_title import BuyerTitle
    from chalicelib.services.edo.formats.seller_title import SellerTitle

MOST_FAULTS = 50
"""Faults of a refused title in an answer, at most."""


class RecipientUnknown(Problem):
    """There is no participant with that identifier."""

    status = 422
    slug = "edo-recipient-unknown"
    title = "Получатель не найден"
    detail = (
        "Участника с таким идентификатором нет. Найдите контрагента по ИНН и возьмите "
        "идентификатор оттуда."
    )


class RecipientIsSender(Problem):
    """The recipient of the document is its sender."""

    status = 422
    slug = "edo-recipient-is-sender"
    title = "Получатель совпадает с отправителем"
    detail = "Отправить документ самому себе нельзя. Укажите идентификатор контрагента."


class WrongSide(Problem):
    """Only the other side may take the step."""

    slug = "edo-wrong-side"
    title = "Действие другой стороны"
    detail = "Это действие доступно только другой стороне документа."


class DraftMissing(Problem):
    """The file to sign has not been made, or answers another file."""

    slug = "edo-draft-missing"
    title = "Нечего подписывать"
    detail = (
        "Сначала сформируйте файл для подписи ({kind}) вызовом drafts и подпишите его содержимое."
    )


class ReasonDiffers(Problem):
    """The reason is not the reason in the signed file."""

    status = 422
    slug = "edo-reason-differs"
    title = "Причина отличается"
    detail = "В подписанном файле указана другая причина. Сформируйте файл с этой причиной заново."


class NotUpd(Problem):
    """A buyer's title is requested for a document that is not a УПД."""

    slug = "edo-not-upd"
    title = "Это не УПД"
    detail = "Титул покупателя бывает только у УПД. Подпишите содержимое самого документа."


class NoAnswerAwaited(Problem):
    """The document is an invoice (СЧФ), which the recipient does not answer."""

    slug = "edo-no-answer-awaited"
    title = "Ответ не нужен"
    detail = "Счёт-фактура (СЧФ) не подписывается получателем: ответ на неё не предусмотрен."


def recipient_of(
    participant_id: str, current: Participant | None, sender: Participant, operator_code: str
) -> Participant:
    """Return the recipient of a document.

    ``current`` is the recipient in the directory. A participant of another operator need not be in
    the directory: its identifier contains the ИНН and the КПП.

    Raises:
        RecipientIsSender: the identifier is the sender's.
        RecipientUnknown: the participant is not in the directory, and this operator serves it or
            its identifier contains no ИНН.
    """
    if participant_id == sender.participant_id:
        raise RecipientIsSender
    if current is not None:
        return current
    ours = is_served_by(participant_id, operator_code)
    recipient = None if ours else participant_from_id(participant_id)
    if recipient is None:
        raise RecipientUnknown
    return recipient


def new_document(
    document_id: str,
    file: SignedFile,
    sender: Participant,
    recipient: Participant,
    *,
    kind: DocumentKind,
    exchange_id: str | None = None,
    upd: UpdFacts | None = None,
    licence_id: str | None = None,
) -> Document:
    """Return a new document: the sender's copy, or the recipient's if the sender is in roaming.

    A document to another operator's participant is sent; any other is delivered at once. Without
    ``exchange_id``, ``document_id`` serves as one.
    """
    sent_at = file.signature.received_at
    sent = DocumentStep(
        status=DocumentState.SENT.value,
        at=sent_at,
        by=Actor.CLIENT,
        participant_id=sender.participant_id,
    )
    delivered = DocumentStep(status=DocumentState.DELIVERED.value, at=sent_at, by=Actor.SYSTEM)
    return Document(
        document_id=document_id,
        exchange_id=exchange_id or document_id,
        client_id=sender.owner or recipient.owner or "",
        box=Box.INBOX if sender.roaming else Box.OUTBOX,
        kind=kind,
        status=DocumentState.SENT if recipient.roaming else DocumentState.DELIVERED,
        sender=sender,
        recipient=recipient,
        sent_at=sent_at,
        upd=upd,
        licence_id=licence_id,
        files=(file,),
        history=(sent,) if recipient.roaming else (sent, delivered),
    )


@contextlib.contextmanager
def title_faults_at(pointer: str) -> Iterator[None]:
    """Turn a refused title into a refused payload, within the block.

    Raises:
        PayloadInvalid: with an error for each fault, up to 50, at the ``pointer`` of the field.
    """
    try:
        yield
    except TitleRefused as error:
        raise PayloadInvalid(
            [
                {"pointer": pointer, "detail": f"{place}: {word}" if place else word}
                for place, word in error.errors[:MOST_FAULTS]
            ]
        ) from error


def check_parties(title: "SellerTitle", sender: Participant, recipient: Participant) -> None:
    """Check that a seller's title names its sender as the seller and its recipient as the buyer.

    Another organisation may send the title for the seller; then ``title.made_under`` names the
    document that permits it, and the seller may differ from the sender.

    Raises:
        TitleRefused: with a fault for each party that differs.
    """
    invoice = "/Файл/Документ/СвСчФакт"
    seller_inn = title.seller.inn if title.made_under else sender.inn
    _require_equal(
        ("/Файл/@ИдФайл", title.sender_id, sender.participant_id, "Отправитель не тот"),
        ("/Файл/@ИдФайл", title.recipient_id, recipient.participant_id, "Получатель не тот"),
        (f"{invoice}/СвПрод", title.seller.inn, seller_inn, "ИНН продавца не отправителя"),
        (f"{invoice}/СвПокуп", title.buyer.inn, recipient.inn, "ИНН покупателя не получателя"),
    )


def check_answer(title: "BuyerTitle", document: Document) -> None:
    """Check that a buyer's title answers the document and goes from its recipient to its sender.

    Raises:
        TitleRefused: with a fault for each field that differs.
    """
    _require_equal(
        ("/Файл/@ИдФайл", title.sender_id, document.recipient.participant_id, "Отправитель не тот"),
        ("/Файл/@ИдФайл", title.recipient_id, document.sender.participant_id, "Получатель не тот"),
        (
            "/Файл/ИнфПок/ИдИнфПрод/@ИдФайлИнфПр",
            title.seller_file_id,
            document.original.file_name.removesuffix(".xml"),
            "Ответ на другой титул продавца",
        ),
    )


def _require_equal(*fields: tuple[str, str | None, str | None, str]) -> None:
    faults = [
        (place, f"{word}: {value or 'не указан'}, ожидается {expected}.")
        for place, value, expected, word in fields
        if value != expected
    ]
    if faults:
        raise TitleRefused(*faults)


def as_other_side(document: Document) -> Document:
    """Return a copy of a document from the point of view of the other side."""
    box = Box.OUTBOX if document.box is Box.INBOX else Box.INBOX
    return document.model_copy(update={"box": box})


def answered_file(document: Document, kind: DraftKind) -> SignedFile:
    """Return the file that an answer is about.

    A correction request refuses the annulment offer, if one is open; any other answer is about the
    document itself.
    """
    offered = document.status is DocumentState.REVOCATION_OFFERED
    if offered and kind is DraftKind.CORRECTION_REQUEST:
        return document.last_file(FileRole.ANNULMENT_OFFER)
    return document.original


def require_signable(document: Document) -> None:
    """Require that the side may sign the document as its recipient.

    Raises:
        WrongSide: the side is the sender.
        NoAnswerAwaited: the document is an invoice.
        DocumentStateNotAllowed: the document is not in the state ``delivered``.
    """
    require_recipient(document)
    require_awaited(document)
    require_step(document.status, DocumentState.SIGNED)


def require_awaited(document: Document) -> None:
    """Require that the document awaits an answer of its recipient.

    Raises:
        NoAnswerAwaited: the document is an invoice.
    """
    if document.upd is not None and document.upd.function == UpdFunction.INVOICE.value:
        raise NoAnswerAwaited


def require_recipient(document: Document) -> None:
    """Require that the side is the recipient.

    Raises:
        WrongSide: the side is the sender.
    """
    if document.box is not Box.INBOX:
        raise WrongSide


def require_answerable_revocation(document: Document) -> None:
    """Require that the other side has offered to revoke the document.

    Raises:
        DocumentStateNotAllowed: no offer is open.
        WrongSide: the side has made the offer itself.
    """
    if document.revocation is None or document.status is not DocumentState.REVOCATION_OFFERED:
        raise DocumentStateNotAllowed(document.status)
    if document.revocation.offered_by == document.mine.participant_id:
        raise WrongSide


def state_after_rejection(document: Document) -> DocumentState:
    """Return the state to which a correction request of this side leads.

    The request rejects the other side's offer to revoke the document, if one is open; otherwise it
    rejects the document.

    Raises:
        WrongSide: the side has sent the document, or has made the offer.
        DocumentStateNotAllowed: neither the document nor an offer awaits an answer.
    """
    if document.revocation is not None and document.status is DocumentState.REVOCATION_OFFERED:
        require_answerable_revocation(document)
        return document.revocation.before
    require_recipient(document)
    require_step(document.status, DocumentState.REJECTED)
    return DocumentState.REJECTED


def require_draftable(document: Document, kind: DraftKind) -> None:
    """Require that the side may give an answer of that kind now.

    Raises:
        WrongSide: only the other side may.
        DocumentStateNotAllowed: the state of the document does not permit the answer.
        NotUpd: the answer is a buyer's title and the document is not a УПД.
        NoAnswerAwaited: the answer is a buyer's title and the document is an invoice.
    """
    match kind:
        case DraftKind.BUYER_TITLE:
            require_recipient(document)
            if document.kind is not DocumentKind.UPD:
                raise NotUpd
            require_awaited(document)
            require_step(document.status, DocumentState.SIGNED)
        case DraftKind.CORRECTION_REQUEST:
            state_after_rejection(document)
        case DraftKind.ANNULMENT_OFFER:
            require_step(document.status, DocumentState.REVOCATION_OFFERED)


def require_draft(
    draft: AnswerDraft | None, document: Document, kind: DraftKind, reason: str | None = None
) -> AnswerDraft:
    """Return the draft if it answers the right file with the same reason.

    Raises:
        DraftMissing: there is no draft, or it answers another file.
        ReasonDiffers: the draft has another reason.
    """
    if draft is None or draft.about != answered_file(document, kind).file_name:
        raise DraftMissing(kind=kind.value)
    if draft.reason != reason:
        raise ReasonDiffers
    return draft
