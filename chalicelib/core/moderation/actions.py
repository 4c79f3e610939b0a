"""«Модерация»: applications as the operator's employees see and decide them."""

from chalicelib.core.moderation import mail, rules, store
from chalicelib.core.moderation.files import APPLICATIONS, file_link
from chalicelib.core.moderation.model import (
    Application,
    ApplicationCard,
    ApplicationForReview,
    ApplicationLine,
    ApplicationsQuery,
    Decision,
)
from chalicelib.core.moderation.store import MODERATION, SUBJECTS
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, page
from chalicelib.runtime.table import fetch, first


@action("GET /moderation/applications", caller="operator", reads=[MODERATION])
def list_applications_to_moderate(
    caller: Caller, query: ApplicationsQuery
) -> Page[ApplicationLine]:
    """List the applications in a state, the oldest deadline first."""
    found = page(store.worklist(query.state), query, caller.client_id)
    return Page(items=[_line(one) for one in found.items], next=found.next)


@action(
    "GET /moderation/applications/{application_id}",
    caller="operator",
    reads=[MODERATION, ORGANISATION, APPLICATIONS],
)
def get_application_to_moderate(caller: Caller, application_id: str) -> ApplicationForReview:
    """Return an application with its flags, and links to its files that live five minutes.

    Two reads: the application, then the organisation that sent it.
    """
    seen = _application(application_id)
    sender = fetch(organisation.profile(seen.client_id))
    return ApplicationForReview(
        **_line(seen).model_dump(exclude={"files"}),
        organisation_name=sender.name if sender else None,
        organisation_inn=sender.inn if sender else None,
        files=tuple(map(file_link, seen.files)),
    )


@action(
    "POST /moderation/applications/{application_id}/decision",
    caller="operator",
    reads=[ORGANISATION],
    writes=[MODERATION, OUTBOX, *SUBJECTS],
)
def decide_application(caller: Caller, application_id: str, said: Decision) -> ApplicationLine:
    """Approve an application, which switches the service on, or reject it; the client is told.

    Two reads: the application, then the address to write to.
    """
    seen = _application(application_id)
    rules.require(seen.state, said.state)
    sender = fetch(organisation.profile(seen.client_id))
    if sender is None:
        raise OrganisationUnknown
    decided = store.moved(
        seen, said.state, Actor.OPERATOR, reason=said.reason, decided_by=caller.subject
    )
    return commit(
        _line(decided),
        *store.decide(seen, said.state, said.reason, caller.subject),
        mail.decided(decided, sender.email),
    )


def _application(application_id: str) -> Application:
    found = first(store.application_of_all(application_id))
    if found is None:
        raise rules.ApplicationUnknown
    return found


def _line(seen: Application) -> ApplicationLine:
    return ApplicationLine(
        **seen.model_dump(include=set(ApplicationCard.model_fields)),
        client_id=seen.client_id,
        flags=rules.notes(seen.flags),
        overdue=rules.is_overdue(seen.state, seen.review_due, clock.now()),
        decided_by=seen.decided_by,
    )
