"""The automatic checks of a new application, and the watch over deadlines."""

from chalicelib.core.moderation import file_type, name_check, rules, store
from chalicelib.core.moderation.files import APPLICATIONS, load_file
from chalicelib.core.moderation.model import (
    Application,
    ApplicationState,
    ApplicationSubmitted,
    Flag,
)
from chalicelib.core.moderation.rules import ApplicationStateNotAllowed, ApplicationUnknown
from chalicelib.core.moderation.store import MODERATION, QUEUE, SUBJECTS
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer, scheduled
from chalicelib.runtime.log import MetricUnit, logger, metrics
from chalicelib.runtime.table import every, fetch

_AT_ONCE = 1_000


@consumer(
    QUEUE,
    reads=[ORGANISATION, APPLICATIONS],
    writes=[MODERATION, *SUBJECTS],
    batch_size=1,
    memory=2048,
)
def check_application(told: ApplicationSubmitted) -> None:
    """Flag what a person should look at, and put the application before one, once."""
    seen, sender = fetch(
        store.application(told.client_id, told.service, told.application_id),
        organisation.profile(told.client_id),
    )
    if seen is None:
        raise ApplicationUnknown
    if seen.state is not ApplicationState.SUBMITTED:
        logger.info("application already checked or cancelled", application_id=seen.application_id)
        return
    found = _file_flags(seen)
    if seen.name is not None:
        filenames = [one.filename for one in seen.files]
        found |= name_check.flags(seen.name, sender.name if sender else "", filenames)
    due = rules.review_due(seen.submitted_at)
    try:
        transact(store.review(seen, sorted(found), due))
    except ApplicationStateNotAllowed:
        logger.info("application moved meanwhile", application_id=seen.application_id)


def _file_flags(seen: Application) -> set[Flag]:
    found = set()
    for one in seen.files:
        content = load_file(one.key)
        try:
            if content is None or file_type.recognise(content) != one.media_type:
                found.add(Flag.FILE_UNREADABLE)
            elif one.media_type == file_type.PDF and file_type.is_encrypted(content):
                found.add(Flag.FILE_ENCRYPTED)
        except ValueError:
            found.add(Flag.FILE_UNREADABLE)
    return found


@scheduled("rate(1 hour)", reads=[MODERATION], alarms=["OverdueApplications"], timeout=60)
def report_overdue() -> None:
    """Report how many applications should have been decided by now, up to a thousand."""
    overdue = every(store.worklist(ApplicationState.IN_REVIEW, due=clock.now()), most=_AT_ONCE)
    metrics.add_metric("OverdueApplications", MetricUnit.Count, len(overdue))
    metrics.flush_metrics()
