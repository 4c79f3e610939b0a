"""E-mails to participants about documents."""

from chalicelib.runtime import notify
from chalicelib.runtime.table import Write
from chalicelib.services.edo.documents.model import Document, DocumentState
from chalicelib.services.edo.participants.model import Participant


def document_received(document: Document, to: str) -> Write:
    """Return the e-mail that notifies the recipient of a new document."""
    title = _title(document)
    return _email(
        document,
        document.recipient,
        to,
        subject=f"Получен документ: {title}",
        text=f"{_name(document.sender)} отправил вам документ: {title}.",
    )


def document_moved(before: Document, after: Document, author: Participant, to: str) -> Write | None:
    """Return the e-mail that notifies the other side of a step of ``author``.

    A delivery sends no e-mail.
    """
    match before.status, after.status:
        case DocumentState.REVOCATION_OFFERED, DocumentState.DELIVERED | DocumentState.SIGNED:
            head, verb = "Аннулирование отклонено", "отклонил предложение аннулировать документ"
        case _, DocumentState.SIGNED:
            head, verb = "Документ подписан", "подписал документ"
        case _, DocumentState.REJECTED:
            head, verb = "Документ отклонён", "отклонил документ"
        case _, DocumentState.REVOCATION_OFFERED:
            head, verb = "Предложено аннулировать документ", "предлагает аннулировать документ"
        case _, DocumentState.REVOKED:
            head, verb = "Документ аннулирован", "согласился аннулировать документ"
        case _:
            return None
    other = after.sender if author == after.recipient else after.recipient
    title = _title(after)
    reason = after.reason or (after.revocation.reason if after.revocation else None)
    because = f"\n\nПричина: {reason}" if reason else ""
    return _email(
        after,
        other,
        to,
        subject=f"{head}: {title}",
        text=f"{_name(author)} {verb}: {title}.{because}",
    )


def _email(
    document: Document, addressee: Participant, to: str, *, subject: str, text: str
) -> Write:
    box = "Входящие" if addressee == document.recipient else "Исходящие"
    return notify.email(
        addressee.owner or "",
        to=to,
        subject=subject,
        text=(
            f"Здравствуйте!\n\n{text}\n\n"
            f"Документ в личном кабинете: «Сервис и Услуги» — «Платформа ЭДО» — «{box}»."
        ),
    )


def _title(document: Document) -> str:
    if document.upd is not None:
        return f"УПД № {document.upd.number} от {document.upd.date:%d.%m.%Y}"
    return document.original.file_name


def _name(participant: Participant) -> str:
    return participant.name or f"Участник {participant.participant_id}"
