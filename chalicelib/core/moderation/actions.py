"""«Модерация»: the operator's employees list applications and decide on them."""

from chalicelib.core.moderation import mail, rules, store
from chalicelib.core.moderation.files import APPLICATIONS, file_link
from chalicelib.core.moderation.model import (
    ApplicationForReview,
    ApplicationLine,
    ApplicationsQuery,
    Decision,
)
from chalicelib.core.moderation.store import MODERATION, SUBJECTS
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, page
from chalicelib.runtime.settings import PageSettings, StorageSettings
from chalicelib.runtime.table import fetch, first


@action(
    "GET /moderation/applications", caller="operator", reads=[MODERATION], settings=[PageSettings]
)
def list_applications_to_moderate(
    caller: Caller, query: ApplicationsQuery
) -> Page[ApplicationLine]:
    """List the applications in a state, earliest deadline first."""
    applications = page(store.worklist(query.state), query, caller.client_id)
    lines = [rules.line(application, clock.now()) for application in applications.items]
    return Page(items=lines, next=applications.next)


@action(
    "GET /moderation/applications/{application_id}",
    caller="operator",
    reads=[MODERATION, ORGANISATION, APPLICATIONS],
    settings=[StorageSettings],
)
def get_application_to_moderate(caller: Caller, application_id: str) -> ApplicationForReview:
    """Return an application with its flags and with links to its files.

    The links are valid for five minutes.
    """
    application = rules.require_application(first(store.application_of_all(application_id)))
    # A second read: only the application names its client.
    profile = fetch(organisation.profile(application.client_id))
    return ApplicationForReview(
        **rules.line(application, clock.now()).model_dump(exclude={"files"}),
        organisation_name=profile.name if profile else None,
        organisation_inn=profile.inn if profile else None,
        files=tuple(map(file_link, application.files)),
    )


@action(
    "POST /moderation/applications/{application_id}/decision",
    caller="operator",
    reads=[ORGANISATION],
    writes=[MODERATION, OUTBOX, *SUBJECTS],
)
def decide_application(caller: Caller, application_id: str, payload: Decision) -> ApplicationLine:
    """Approve or reject an application.

    An approval switches the service on. The client is notified by e-mail.
    """
    application = rules.require_application(first(store.application_of_all(application_id)))
    move = rules.APPLICATION.move(
        application,
        payload.state,
        Actor.OPERATOR,
        reason=payload.reason,
        decided_by=caller.subject,
    )
    # A second read: only the application names its client.
    profile = require_profile(fetch(organisation.profile(application.client_id)))
    return commit(
        rules.line(move.changed, move.at),
        *store.move(move),
        mail.decided(move.changed, profile.email),
    )
