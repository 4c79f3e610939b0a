"""States of a document and the problems of finding and changing a document."""

from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.edo.documents.model import DocumentState, DocumentStep

_IN_RUSSIAN = {
    DocumentState.SENT: "отправлен и ещё не доставлен",
    DocumentState.DELIVERED: "доставлен и ожидает подписи получателя",
    DocumentState.SIGNED: "подписан обеими сторонами",
    DocumentState.REJECTED: "отклонён получателем",
    DocumentState.REVOCATION_OFFERED: "предложен к аннулированию",
    DocumentState.REVOKED: "аннулирован",
}


class DocumentUnknown(NotFound):
    """Neither box of the caller has such a document."""

    slug = "edo-document-unknown"
    detail = "Такого документа нет."


class SignatureUnknown(NotFound):
    """The document has no such signature."""

    slug = "edo-signature-unknown"
    detail = "Такой подписи у документа нет."


class TitleSent(Problem):
    """A title with the same file identifier was sent before."""

    slug = "edo-title-sent"
    title = "Титул уже отправлен"
    detail = "Файл с таким идентификатором уже отправлен. Сформируйте документ заново."


class DocumentStateNotAllowed(StateNotAllowed):
    """The document is in a state from which the step is not possible."""

    slug = "edo-document-status-not-allowed"
    title = "Документ в другом состоянии"

    detail = "Документ {now}, поэтому действие невозможно."
    member = "document_status"
    in_words = _IN_RUSSIAN


class TooLargeToPass(Problem):
    """The file is larger than an answer may be; ``url`` returns the file for five minutes."""

    status = 413
    slug = "edo-file-too-large-to-pass"
    title = "Файл больше ответа"
    detail = "Файл больше 4 МБ. Скачайте его по адресу из поля url, адрес действует пять минут."


DOCUMENT = Lifecycle(
    {
        DocumentState.SENT: {DocumentState.DELIVERED},
        DocumentState.DELIVERED: {
            DocumentState.SIGNED,
            DocumentState.REJECTED,
            DocumentState.REVOCATION_OFFERED,
        },
        DocumentState.SIGNED: {DocumentState.REVOCATION_OFFERED},
        DocumentState.REVOCATION_OFFERED: {
            DocumentState.REVOKED,
            # A refused offer returns the document to `OfferedRevocation.before`.
            DocumentState.DELIVERED,
            DocumentState.SIGNED,
        },
    },
    refusal=DocumentStateNotAllowed,
    field="status",
    entry=DocumentStep,
)


def require_step(current: DocumentState, target: DocumentState) -> None:
    """Require that a step can lead from the state ``current`` to ``target``.

    The refusal of an offer to revoke the document is no such step: it leads back to a state to
    which the document had come by another step.

    Raises:
        DocumentStateNotAllowed: the lifecycle has no such step.
    """
    offered = current is DocumentState.REVOCATION_OFFERED
    if offered and target is not DocumentState.REVOKED:
        raise DocumentStateNotAllowed(current)
    DOCUMENT.require(current, target)
