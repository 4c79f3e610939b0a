"""«Электронные чеки»: applications for additional services."""

from chalicelib.core.moderation import rules as moderation_rules
from chalicelib.core.moderation import store as moderation
from chalicelib.core.moderation.model import (
    Application,
    ApplicationCard,
    State,
    Subject,
)
from chalicelib.core.moderation.rules import ApplicationUnknown
from chalicelib.core.moderation.store import APPLICATIONS, MODERATION
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.agreements import AgreementKind
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.uploads import store as uploads
from chalicelib.core.uploads.store import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor, Change
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.table import fetch
from chalicelib.services.e_receipts import application_rules, application_store
from chalicelib.services.e_receipts.application_model import NewApplication
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.e_receipts.rules import require_eligible


@action(
    "POST /e-receipts/services/{service}/applications",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION, UPLOADS],
    writes=[E_RECEIPTS, MODERATION, OUTBOX, APPLICATIONS],
    timeout=29,
    memory=2048,
)
def apply_for_service(caller: Caller, service: str, form: NewApplication) -> ApplicationCard:
    """Apply for an additional service; a moderator decides within three business days.

    Besides its read and its write, it reads uploads and keeps the files in S3 before the commit
    that names them: a crash between leaves files that nothing names.
    """
    wanted = application_rules.service_of(service)
    profile, agreement, seen = fetch(
        organisation.profile(caller.client_id),
        organisation.agreement(caller.client_id, AgreementKind.E_RECEIPTS.value),
        application_store.service_item(caller.client_id, wanted),
    )
    if profile is None:
        raise OrganisationUnknown
    require_eligible(profile, agreement is not None)
    if seen is not None and seen.open_application is not None:
        raise moderation_rules.ApplicationOpen
    checked = application_rules.check(
        wanted, form, lambda upload_id: uploads.take(caller.client_id, upload_id)
    )
    application_id = new_identifier()
    kept = moderation.keep_files(caller.client_id, application_id, checked)
    granted = {"brand": form.name} if form.name else {"logo_key": kept[0].key}
    application = Application(
        application_id=application_id,
        client_id=caller.client_id,
        service=wanted.value,
        service_title=application_rules.TITLES[wanted],
        state=State.SUBMITTED,
        name=form.name,
        files=kept,
        submitted_at=clock.now(),
        history=(Change.now(State.SUBMITTED.value, Actor.CLIENT),),
        subject=Subject(
            table=E_RECEIPTS.name,
            sk=application_store.service_sk(wanted),
            outcomes=application_rules.outcomes(seen, granted),
        ),
    )
    return commit(
        application.card(),
        *moderation.submit(application),
        application_store.open_application(caller.client_id, wanted, seen, application_id),
    )


@action("GET /e-receipts/services/{service}/applications", caller="client", reads=[MODERATION])
def list_applications(caller: Caller, service: str, query: PageQuery) -> Page[ApplicationCard]:
    """List the caller's applications for a service, newest first."""
    wanted = application_rules.service_of(service)
    found = page(moderation.applications(caller.client_id, wanted), query, caller.client_id)
    return Page(items=[one.card() for one in found.items], next=found.next)


@action(
    "GET /e-receipts/services/{service}/applications/{application_id}",
    caller="client",
    reads=[MODERATION],
)
def get_application(caller: Caller, service: str, application_id: str) -> ApplicationCard:
    """Return one application with its history."""
    return _application(caller, service, application_id).card()


@action(
    "POST /e-receipts/services/{service}/applications/{application_id}/cancellation",
    caller="client",
    writes=[MODERATION, E_RECEIPTS],
)
def cancel_application(caller: Caller, service: str, application_id: str) -> ApplicationCard:
    """Cancel an application that is not decided; then a new one may be sent."""
    seen = _application(caller, service, application_id)
    moderation_rules.require(seen.state, State.CANCELLED)
    cancelled = moderation.moved(seen, State.CANCELLED, Actor.CLIENT)
    return commit(cancelled.card(), *moderation.cancel(seen))


def _application(caller: Caller, service: str, application_id: str) -> Application:
    wanted = application_rules.service_of(service)
    seen = fetch(moderation.application(caller.client_id, wanted, application_id))
    if seen is None:
        raise ApplicationUnknown
    return seen
