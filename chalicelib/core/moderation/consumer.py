"""Automatic checks of submitted applications, and the report of overdue ones."""

from chalicelib.core.moderation import file_type, rules, store
from chalicelib.core.moderation.files import APPLICATIONS, load_file
from chalicelib.core.moderation.model import (
    Application,
    ApplicationState,
    ApplicationSubmitted,
    Flag,
)
from chalicelib.core.moderation.name_check import check_name
from chalicelib.core.moderation.rules import ApplicationStateNotAllowed
from chalicelib.core.moderation.store import MODERATION, QUEUE, SUBJECTS
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.history import Actor
from chalicelib.runtime.log import MetricUnit, logger, metrics
from chalicelib.runtime.table import every, fetch

_MOST_OVERDUE = 1_000


@consumer(
    QUEUE,
    reads=[ORGANISATION, APPLICATIONS],
    writes=[MODERATION, *SUBJECTS],
    batch_size=1,
    memory=2048,
)
def check_application(message: ApplicationSubmitted) -> None:
    """Flag an application and move it to ``in_review``; a repeated message changes nothing.

    Raises:
        ApplicationUnknown: there is no such application.
    """
    stored, profile = fetch(
        store.application(message.client_id, message.service, message.application_id),
        organisation.profile(message.client_id),
    )
    application = rules.require_application(stored)
    if application.state is not ApplicationState.SUBMITTED:
        logger.info(
            "application already checked or cancelled", application_id=application.application_id
        )
        return
    flags = _file_flags(application)
    if application.name is not None:
        filenames = [file.filename for file in application.files]
        flags |= check_name(application.name, profile.name if profile else "", filenames)
    move = rules.APPLICATION.move(
        application,
        ApplicationState.IN_REVIEW,
        Actor.SYSTEM,
        flags=tuple(sorted(flags)),
        review_due=rules.review_due(application.submitted_at),
    )
    try:
        transact(store.move(move))
    except ApplicationStateNotAllowed:
        logger.info("application moved meanwhile", application_id=application.application_id)


def _file_flags(application: Application) -> set[Flag]:
    flags = set()
    for file in application.files:
        content = load_file(file.key)
        try:
            if content is None or file_type.recognise(content) != file.media_type:
                flags.add(Flag.FILE_UNREADABLE)
            elif file.media_type == file_type.PDF and file_type.is_encrypted(content):
                flags.add(Flag.FILE_ENCRYPTED)
        except ValueError:
            flags.add(Flag.FILE_UNREADABLE)
    return flags


@scheduled("rate(1 hour)", reads=[MODERATION], alarms=["OverdueApplications"], timeout=60)
def report_overdue() -> None:
    """Report the number of overdue applications, at most 1000, as ``OverdueApplications``."""
    overdue = every(store.worklist(ApplicationState.IN_REVIEW, due=clock.now()), most=_MOST_OVERDUE)
    metrics.add_metric("OverdueApplications", MetricUnit.Count, len(overdue))
    metrics.flush_metrics()
