"""States of a document and the problems of finding and changing a document."""

from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.edo.documents.model import DocumentState

TRANSITIONS = {
    DocumentState.SENT: {DocumentState.DELIVERED},
    DocumentState.DELIVERED: {
        DocumentState.SIGNED,
        DocumentState.REJECTED,
        DocumentState.REVOCATION_OFFERED,
    },
    DocumentState.SIGNED: {DocumentState.REVOCATION_OFFERED},
    # A refused offer returns the document to `OfferedRevocation.before`.
    DocumentState.REVOCATION_OFFERED: {DocumentState.REVOKED},
    DocumentState.REJECTED: set[DocumentState](),
    DocumentState.REVOKED: set[DocumentState](),
}

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


class DocumentStateNotAllowed(Problem):
    """The document is in a state from which the step is not possible."""

    slug = "edo-document-status-not-allowed"
    title = "Документ в другом состоянии"

    def __init__(self, state: DocumentState) -> None:
        detail = f"Документ {_IN_RUSSIAN[state]}, поэтому действие невозможно."
        super().__init__(detail, document_status=state.value)


class TooLargeToPass(Problem):
    """The file is larger than an answer may be; ``url`` returns the file for five minutes."""

    status = 413
    slug = "edo-file-too-large-to-pass"
    title = "Файл больше ответа"
    detail = "Файл больше 4 МБ. Скачайте его по адресу из поля url, адрес действует пять минут."


def require(current: DocumentState, state: DocumentState) -> None:
    """Require that a document can go from the state ``current`` to ``state``.

    Raises:
        DocumentStateNotAllowed: the lifecycle has no such transition.
    """
    if state not in TRANSITIONS[current]:
        raise DocumentStateNotAllowed(current)
