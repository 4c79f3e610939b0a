"""Lifecycle of an application, its deadline, and the moderator's view of it."""

import datetime as dt
from collections.abc import Iterable

from chalicelib.core.moderation.model import (
    Application,
    ApplicationCard,
    ApplicationLine,
    ApplicationState,
    Flag,
    FlagNote,
)
from chalicelib.runtime.clock import MOSCOW
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem

REVIEW_DAYS = 3
"""Business days for a decision, not counting the day of submission."""

_STATES = {
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
    """There is no such application, or it belongs to another client."""

    slug = "application-unknown"
    detail = "Такой заявки нет."


class ApplicationOpen(Problem):
    """An application for the service is already open."""

    slug = "application-open"
    title = "Заявка уже подана"
    detail = "Заявка на эту услугу уже рассматривается. Чтобы подать новую, отмените её."


class ApplicationStateNotAllowed(StateNotAllowed):
    """The application is in a state that does not allow the action."""

    slug = "application-state-not-allowed"
    title = "Заявка в другом состоянии"
    detail = "Заявка сейчас {now}, поэтому действие невозможно."
    member = "application_state"
    in_words = _STATES


APPLICATION = Lifecycle(
    {
        ApplicationState.SUBMITTED: {ApplicationState.IN_REVIEW, ApplicationState.CANCELLED},
        ApplicationState.IN_REVIEW: {
            ApplicationState.APPROVED,
            ApplicationState.REJECTED,
            ApplicationState.CANCELLED,
        },
    },
    refusal=ApplicationStateNotAllowed,
)


def require_application(application: Application | None) -> Application:
    """Return the application that was read.

    Raises:
        ApplicationUnknown: there is none.
    """
    if application is None:
        raise ApplicationUnknown
    return application


def review_due(submitted_at: dt.datetime) -> dt.datetime:
    """Return the end of the third business day in Moscow after the day of submission.

    Business days are those of the Russian production calendar, with its transferred days off and
    working Saturdays.
    """
    # The import takes a second of processor time, too long for the start of an action.
    from holidays import country_holidays

    day = submitted_at.astimezone(MOSCOW).date()
    last = country_holidays("RU").get_nth_working_day(day, REVIEW_DAYS)
    midnight = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), MOSCOW)
    return midnight.astimezone(dt.UTC)


def is_overdue(state: ApplicationState, due: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether an application is still open after its deadline."""
    return not APPLICATION.is_final(state) and due is not None and due <= now


def notes(flags: Iterable[Flag]) -> tuple[FlagNote, ...]:
    """Return flags with their descriptions."""
    return tuple(FlagNote(flag=flag, detail=_FLAGS[flag]) for flag in flags)


def line(application: Application, now: dt.datetime) -> ApplicationLine:
    """Return an application as the moderator sees it in a list."""
    return ApplicationLine(
        **application.model_dump(include=set(ApplicationCard.model_fields)),
        client_id=application.client_id,
        flags=notes(application.flags),
        overdue=is_overdue(application.state, application.review_due, now),
        decided_by=application.decided_by,
    )
