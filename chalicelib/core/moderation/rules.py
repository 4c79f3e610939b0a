"""The way of an application, and until when it is decided."""

import datetime as dt
from collections.abc import Iterable

from chalicelib.core.moderation.model import ApplicationState, Flag, FlagNote
from chalicelib.runtime.clock import MOSCOW
from chalicelib.runtime.problem import NotFound, Problem

TRANSITIONS = {
    ApplicationState.SUBMITTED: {ApplicationState.IN_REVIEW, ApplicationState.CANCELLED},
    ApplicationState.IN_REVIEW: {
        ApplicationState.APPROVED,
        ApplicationState.REJECTED,
        ApplicationState.CANCELLED,
    },
    ApplicationState.APPROVED: set[ApplicationState](),
    ApplicationState.REJECTED: set[ApplicationState](),
    ApplicationState.CANCELLED: set[ApplicationState](),
}
OPEN = {state for state, onward in TRANSITIONS.items() if onward}

REVIEW_DAYS = 3
"""Business days after the one of submission."""

_IN_RUSSIAN = {
    ApplicationState.SUBMITTED: "проходит автоматическую проверку",
    ApplicationState.IN_REVIEW: "на рассмотрении",
    ApplicationState.APPROVED: "одобрена",
    ApplicationState.REJECTED: "отклонена",
    ApplicationState.CANCELLED: "отменена",
}
_FLAGS = {
    Flag.FILE_UNREADABLE: "Файл не читается.",
    Flag.FILE_ENCRYPTED: "Файл PDF защищён паролем или ограничениями.",
    Flag.NAME_OBSCENE: "Название похоже на непристойное.",
    Flag.NAME_OF_AUTHORITY: "Название совпадает с названием банка, органа власти или службы.",
    Flag.NAME_UNRELATED: (
        "Название не похоже на наименование организации, а документа на товарный знак, судя по "
        "именам файлов, нет."
    ),
}


class ApplicationUnknown(NotFound):
    """No such application, or not the caller's."""

    slug = "application-unknown"
    detail = "Такой заявки нет."


class ApplicationOpen(Problem):
    """An application for the service is open already."""

    slug = "application-open"
    title = "Заявка уже подана"
    detail = "Заявка на эту услугу уже рассматривается. Чтобы подать новую, отмените её."


class ApplicationStateNotAllowed(Problem):
    """The application cannot go there from where it stands."""

    slug = "application-state-not-allowed"
    title = "Заявка в другом состоянии"
    detail = "Заявка сейчас {now}, поэтому действие невозможно."

    def __init__(self, state: ApplicationState) -> None:
        super().__init__(self.detail.format(now=_IN_RUSSIAN[state]), application_state=state.value)


def require(now: ApplicationState, wanted: ApplicationState) -> None:
    """Refuse a step that the way of an application does not have.

    Raises:
        ApplicationStateNotAllowed: as said.
    """
    if wanted not in TRANSITIONS[now]:
        raise ApplicationStateNotAllowed(now)


def review_due(submitted_at: dt.datetime) -> dt.datetime:
    """Return the end of the third business day after the day of submission, both in Moscow.

    Business days are those of the Russian production calendar, transferred days off and working
    Saturdays included.
    """
    # A second of import and every country's module: not for the start of an action.
    from holidays import country_holidays

    day = submitted_at.astimezone(MOSCOW).date()
    last = country_holidays("RU").get_nth_working_day(day, REVIEW_DAYS)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), MOSCOW)
    return midnight.astimezone(dt.UTC)


def is_overdue(state: ApplicationState, due: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether an application should have been decided."""
    return state in OPEN and due is not None and due <= now


def notes(flags: Iterable[Flag]) -> tuple[FlagNote, ...]:
    """Return flags in words."""
    return tuple(FlagNote(flag=one, detail=_FLAGS[one]) for one in flags)
