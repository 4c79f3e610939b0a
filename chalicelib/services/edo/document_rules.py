"""The way of a document, and who may take which step."""

from typing import TYPE_CHECKING

from chalicelib.runtime.problem import NotFound, PayloadInvalid, Problem
from chalicelib.services.edo.document_model import (
    Box,
    Document,
    DocumentKind,
    Draft,
    DraftKind,
    Status,
)
from chalicelib.services.edo.formats.model import Function
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participant import Participant, is_ours, named_by_id

if TYPE_CHECKING:  # as in the model
    from chalicelib.services.edo.formats.buyer_title import BuyerTitle
    from chalicelib.services.edo.formats.seller_title import SellerTitle

TRANSITIONS = {
    Status.SENT: {Status.DELIVERED},
    Status.DELIVERED: {Status.SIGNED, Status.REJECTED, Status.REVOCATION_OFFERED},
    Status.SIGNED: {Status.REVOCATION_OFFERED},
    # Refused, it goes back to where it stood: see `rejected`.
    Status.REVOCATION_OFFERED: {Status.REVOKED},
    Status.REJECTED: set[Status](),
    Status.REVOKED: set[Status](),
}

MOST_FAULTS = 50
"""Of a refused title that are told."""

_IN_RUSSIAN = {
    Status.SENT: "отправлен и ещё не доставлен",
    Status.DELIVERED: "доставлен и ожидает подписи получателя",
    Status.SIGNED: "подписан обеими сторонами",
    Status.REJECTED: "отклонён получателем",
    Status.REVOCATION_OFFERED: "предложен к аннулированию",
    Status.REVOKED: "аннулирован",
}


class DocumentUnknown(NotFound):
    """No such document in either box of the caller."""

    slug = "edo-document-unknown"
    detail = "Такого документа нет."


class SignatureUnknown(NotFound):
    """The document has no such signature."""

    slug = "edo-signature-unknown"
    detail = "Такой подписи у документа нет."


class RecipientUnknown(Problem):
    """Nobody takes part under that identifier."""

    status = 422
    slug = "edo-recipient-unknown"
    title = "Получатель не найден"
    detail = (
        "Участника с таким идентификатором нет. Найдите контрагента по ИНН и возьмите "
        "идентификатор оттуда."
    )


class RecipientIsSender(Problem):
    """A document to oneself."""

    status = 422
    slug = "edo-recipient-is-sender"
    title = "Получатель совпадает с отправителем"
    detail = "Отправить документ самому себе нельзя. Укажите идентификатор контрагента."


class TitleSent(Problem):
    """A title of that identifier was sent before."""

    slug = "edo-title-sent"
    title = "Титул уже отправлен"
    detail = "Файл с таким идентификатором уже отправлен. Сформируйте документ заново."


class StatusNotAllowed(Problem):
    """The document cannot go there from where it stands."""

    slug = "edo-document-status-not-allowed"
    title = "Документ в другом состоянии"

    def __init__(self, status: Status) -> None:
        said = f"Документ {_IN_RUSSIAN[status]}, поэтому действие невозможно."
        super().__init__(said, document_status=status.value)


class WrongSide(Problem):
    """Only the other side may do that."""

    slug = "edo-wrong-side"
    title = "Действие другой стороны"
    detail = "Это действие доступно только другой стороне документа."


class DraftMissing(Problem):
    """What is to be signed was not made yet."""

    slug = "edo-draft-missing"
    title = "Нечего подписывать"
    detail = (
        "Сначала сформируйте файл для подписи ({kind}) вызовом drafts и подпишите его содержимое."
    )


class ReasonDiffers(Problem):
    """The reason is not the one in the file that was signed."""

    status = 422
    slug = "edo-reason-differs"
    title = "Причина отличается"
    detail = "В подписанном файле указана другая причина. Сформируйте файл с этой причиной заново."


class NotUpd(Problem):
    """A buyer's title for a document that is no УПД."""

    slug = "edo-not-upd"
    title = "Это не УПД"
    detail = "Титул покупателя бывает только у УПД. Подпишите содержимое самого документа."


class NoAnswerAwaited(Problem):
    """A bare invoice is not answered."""

    slug = "edo-no-answer-awaited"
    title = "Ответ не нужен"
    detail = "Счёт-фактура (СЧФ) не подписывается получателем: ответ на неё не предусмотрен."


class TooLargeToPass(Problem):
    """The file is larger than an answer may be; ``url`` gives it for some minutes."""

    status = 413
    slug = "edo-file-too-large-to-pass"
    title = "Файл больше ответа"
    detail = "Файл больше 4 МБ. Скачайте его по адресу из поля url, адрес действует пять минут."


def recipient_of(
    participant_id: str, known: Participant | None, sender: Participant, operator_code: str
) -> Participant:
    """Return whom a document goes to; another operator's need not be in the directory.

    Raises:
        RecipientIsSender, RecipientUnknown: as said.
    """
    if participant_id == sender.participant_id:
        raise RecipientIsSender
    if known is not None:
        return known
    named = None if is_ours(participant_id, operator_code) else named_by_id(participant_id)
    if named is None:
        raise RecipientUnknown
    return named


def refused(error: TitleRefused, field: str) -> PayloadInvalid:
    """Return the answer to a title that does not hold, every fault with its place in the file."""
    return PayloadInvalid(
        [
            {"pointer": field, "detail": f"{place}: {word}" if place else word}
            for place, word in error.errors[:MOST_FAULTS]
        ]
    )


def check_parties(title: "SellerTitle", sender: Participant, recipient: Participant) -> None:
    """Make sure that a title is from its sender to its recipient, who are seller and buyer.

    Someone else may send it for the seller, where the title says by which document.

    Raises:
        TitleRefused: with each party that is another.
    """
    invoice = "/Файл/Документ/СвСчФакт"
    seller_inn = title.seller.inn if title.made_under else sender.inn
    faults = []
    for place, said, wanted, word in (
        ("/Файл/@ИдФайл", title.sender_id, sender.participant_id, "Отправитель не тот"),
        ("/Файл/@ИдФайл", title.recipient_id, recipient.participant_id, "Получатель не тот"),
        (f"{invoice}/СвПрод", title.seller.inn, seller_inn, "ИНН продавца не отправителя"),
        (f"{invoice}/СвПокуп", title.buyer.inn, recipient.inn, "ИНН покупателя не получателя"),
    ):
        if said != wanted:
            faults.append((place, f"{word}: {said or 'не указан'}, ожидается {wanted}."))
    if faults:
        raise TitleRefused(*faults)


def check_answer(title: "BuyerTitle", seen: Document) -> None:
    """Make sure that a buyer's title answers this very document, from its recipient to its sender.

    Raises:
        TitleRefused: with whatever is of another.
    """
    faults = []
    for place, said, wanted, word in (
        ("/Файл/@ИдФайл", title.sender_id, seen.recipient.participant_id, "Отправитель не тот"),
        ("/Файл/@ИдФайл", title.recipient_id, seen.sender.participant_id, "Получатель не тот"),
        (
            "/Файл/ИнфПок/ИдИнфПрод/@ИдФайлИнфПр",
            title.seller_file_id,
            seen.original.file_name.removesuffix(".xml"),
            "Ответ на другой титул продавца",
        ),
    ):
        if said != wanted:
            faults.append((place, f"{word}: {said}, ожидается {wanted}."))
    if faults:
        raise TitleRefused(*faults)


def as_other_side(seen: Document) -> Document:
    """Return a document as its other side sees it."""
    box = Box.OUTBOX if seen.box is Box.INBOX else Box.INBOX
    return seen.model_copy(update={"box": box})


def require(now: Status, wanted: Status) -> None:
    """Refuse a step that the way of a document does not have.

    Raises:
        StatusNotAllowed: as said.
    """
    if wanted not in TRANSITIONS[now]:
        raise StatusNotAllowed(now)


def require_awaited(seen: Document) -> None:
    """Refuse to answer a document that is not answered.

    Raises:
        NoAnswerAwaited: as said.
    """
    if seen.upd is not None and seen.upd.function == Function.INVOICE.value:
        raise NoAnswerAwaited


def require_inbox(seen: Document) -> None:
    """Refuse the sender what is the recipient's to do.

    Raises:
        WrongSide: as said.
    """
    if seen.box is not Box.INBOX:
        raise WrongSide


def require_answerable_revocation(seen: Document) -> None:
    """Refuse to answer a revocation that was not offered, or by oneself.

    Raises:
        StatusNotAllowed, WrongSide: as said.
    """
    if seen.revocation is None or seen.status is not Status.REVOCATION_OFFERED:
        raise StatusNotAllowed(seen.status)
    if seen.revocation.offered_by == seen.mine.participant_id:
        raise WrongSide


def rejected(seen: Document) -> Status:
    """Return where a rejection leaves the document: an offer to revoke it is rejected before it.

    Raises:
        StatusNotAllowed, WrongSide: nothing there to reject.
    """
    if seen.revocation is not None and seen.status is Status.REVOCATION_OFFERED:
        require_answerable_revocation(seen)
        return seen.revocation.before
    require_inbox(seen)
    require(seen.status, Status.REJECTED)
    return Status.REJECTED


def require_draftable(seen: Document, kind: DraftKind) -> None:
    """Refuse to make an answer that the caller could not give now.

    Raises:
        WrongSide, StatusNotAllowed, NotUpd, NoAnswerAwaited: as said.
    """
    match kind:
        case DraftKind.BUYER_TITLE:
            require_inbox(seen)
            if seen.kind is not DocumentKind.UPD:
                raise NotUpd
            require_awaited(seen)
            require(seen.status, Status.SIGNED)
        case DraftKind.CORRECTION_REQUEST:
            rejected(seen)
        case DraftKind.ANNULMENT_OFFER:
            require(seen.status, Status.REVOCATION_OFFERED)


def require_draft(
    draft: Draft | None, seen: Document, kind: DraftKind, reason: str | None = None
) -> Draft:
    """Return the draft to be signed, which answers what is to be answered, for the reason said.

    Raises:
        DraftMissing, ReasonDiffers: as said.
    """
    if draft is None or draft.about != seen.answered_by(kind).file_name:
        raise DraftMissing(kind=kind.value)
    if draft.reason != reason:
        raise ReasonDiffers
    return draft
