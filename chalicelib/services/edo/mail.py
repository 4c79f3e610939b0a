"""What participants are told by e-mail about documents."""

from chalicelib.runtime import notify
from chalicelib.runtime.table import Write
from chalicelib.services.edo.document_model import Box, Document, Status
from chalicelib.services.edo.participant import Participant


def received(document: Document, to: str) -> Write:
    """Tell the recipient that a document has come."""
    title = _title(document)
    return _letter(
        document,
        document.recipient,
        to,
        subject=f"Получен документ: {title}",
        said=f"{_name(document.sender)} отправил вам документ: {title}.",
    )


def moved(before: Document, after: Document, by: Participant, to: str) -> Write | None:
    """Tell the other side what ``by`` did with a document; of a delivery nobody is told."""
    match before.status, after.status:
        case Status.REVOCATION_OFFERED, Status.DELIVERED | Status.SIGNED:
            head, verb = "Аннулирование отклонено", "отклонил предложение аннулировать документ"
        case _, Status.SIGNED:
            head, verb = "Документ подписан", "подписал документ"
        case _, Status.REJECTED:
            head, verb = "Документ отклонён", "отклонил документ"
        case _, Status.REVOCATION_OFFERED:
            head, verb = "Предложено аннулировать документ", "предлагает аннулировать документ"
        case _, Status.REVOKED:
            head, verb = "Документ аннулирован", "согласился аннулировать документ"
        case _:
            return None
    other = after.sender if by == after.recipient else after.recipient
    title = _title(after)
    reason = after.reason or (after.revocation.reason if after.revocation else None)
    because = f"\n\nПричина: {reason}" if reason else ""
    return _letter(
        after,
        other,
        to,
        subject=f"{head}: {title}",
        said=f"{_name(by)} {verb}: {title}.{because}",
    )


def _letter(document: Document, whom: Participant, to: str, *, subject: str, said: str) -> Write:
    box = Box.INBOX if whom == document.recipient else Box.OUTBOX
    where = "Входящие" if box is Box.INBOX else "Исходящие"
    return notify.email(
        whom.owner or "",
        to=to,
        subject=subject,
        text=(
            f"Здравствуйте!\n\n{said}\n\n"
            f"Документ в личном кабинете: «Сервис и Услуги» — «Платформа ЭДО» — «{where}»."
        ),
    )


def _title(document: Document) -> str:
    if document.upd is not None:
        return f"УПД № {document.upd.number} от {document.upd.date:%d.%m.%Y}"
    return document.original.file_name


def _name(one: Participant) -> str:
    return one.name or f"Участник {one.participant_id}"
