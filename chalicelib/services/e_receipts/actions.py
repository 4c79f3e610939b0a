"""«Электронные чеки»: channels, additional services, statistics, the receipt's page."""

from typing import Any

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.moderation import rules as moderation_rules
from chalicelib.core.moderation import store as moderation
from chalicelib.core.moderation.files import APPLICATIONS, store_files
from chalicelib.core.moderation.model import (
    Application,
    ApplicationCard,
    ApplicationState,
    ApplicationSubject,
)
from chalicelib.core.moderation.rules import ApplicationUnknown
from chalicelib.core.moderation.store import MODERATION
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.agreement_templates import AgreementKind
from chalicelib.core.organisation.model import Profile
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.uploads import files as uploads
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.period import Period
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.runtime.table import Get, every, fetch, fetch_all
from chalicelib.services.e_receipts import application_rules, application_store, rules, store
from chalicelib.services.e_receipts.active_logo import active_logo
from chalicelib.services.e_receipts.application_model import AdditionalService, NewApplication
from chalicelib.services.e_receipts.application_store import E_RECEIPTS
from chalicelib.services.e_receipts.contact import Channel
from chalicelib.services.e_receipts.model import (
    ChannelCard,
    EReceiptsOverview,
    Preview,
    PreviewForm,
    ServiceCard,
    Statistics,
    Switch,
)
from chalicelib.services.e_receipts.receipt import from_document
from chalicelib.services.e_receipts.rules import require_eligible
from chalicelib.services.e_receipts.settings import EReceiptsSettings

_SEEN_BY_NOBODY_ELSE = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
}


@action("GET /e-receipts", caller="client", reads=[ORGANISATION, E_RECEIPTS])
def get_e_receipts(caller: Caller) -> EReceiptsOverview:
    """Return what is on, what stands where, and whether additional services may be had."""
    client_id, settings = caller.client_id, EReceiptsSettings.load()
    gets: list[Get[Any]] = [
        organisation.profile(client_id),
        organisation.agreement(client_id, AgreementKind.E_RECEIPTS.value),
        *(store.channel(client_id, which) for which in Channel),
        *(application_store.service_item(client_id, which) for which in AdditionalService),
    ]
    profile, agreement, *rest = fetch_all(gets)
    if profile is None:
        raise OrganisationUnknown
    return rules.overview(
        rules.is_eligible(profile, agreement is not None),
        channels=dict(zip(Channel, rest[: len(Channel)], strict=True)),
        services=dict(zip(AdditionalService, rest[len(Channel) :], strict=True)),
        prices={which: settings.price(which) for which in Channel},
    )


@action("PUT /e-receipts/channels/{channel}", caller="client", writes=[E_RECEIPTS])
def switch_channel(caller: Caller, channel: str, switch: Switch) -> ChannelCard:
    """Let receipts go to telephones or e-mail addresses, from the next one on, or stop it."""
    which = rules.channel_of(channel)
    card = ChannelCard(enabled=switch.enabled, price_kopecks=EReceiptsSettings.load().price(which))
    return commit(card, *store.switch_channel(caller.client_id, which, switch.enabled))


@action(
    "PUT /e-receipts/services/{service}",
    caller="client",
    reads=[ORGANISATION],
    writes=[E_RECEIPTS],
)
def switch_service(caller: Caller, service: str, switch: Switch) -> ServiceCard:
    """Switch an approved service, from the next receipt on; that needs no new application."""
    which = application_rules.service_of(service)
    profile, agreement, item = fetch(
        organisation.profile(caller.client_id),
        organisation.agreement(caller.client_id, AgreementKind.E_RECEIPTS.value),
        application_store.service_item(caller.client_id, which),
    )
    if profile is None:
        raise OrganisationUnknown
    require_eligible(profile, agreement is not None)
    if item is None:
        raise rules.ServiceNotApproved
    card = ServiceCard(state=item.state.value, enabled=switch.enabled, brand=item.brand)
    return commit(card, *store.switch_service(caller.client_id, which, switch.enabled))


@action("GET /e-receipts/statistics", caller="client", reads=[E_RECEIPTS])
def get_statistics(caller: Caller, period: Period) -> Statistics:
    """Return what was delivered and what it cost, by channel and day."""
    days = every(
        store.statistics(caller.client_id, period.first, period.last), most=rules.MOST_ROWS
    )
    return rules.statistics(days)


@action(
    "GET /e-receipts/services/{service}/preview",
    caller="client",
    reads=[ORGANISATION, E_RECEIPTS, APPLICATIONS],
)
def get_preview(caller: Caller, service: str) -> Preview:
    """Return the message or the e-mail as customers get it now, of an example receipt.

    Besides its read it reads the logo from S3.
    """
    which = application_rules.service_of(service)
    profile, item = fetch(
        organisation.profile(caller.client_id),
        application_store.service_item(caller.client_id, which),
    )
    if profile is None:
        raise OrganisationUnknown
    brand = item.brand if item and rules.is_active(item) else None
    return _preview(profile, which, brand, active_logo(item))


@action(
    "POST /e-receipts/services/{service}/preview",
    caller="client",
    reads=[ORGANISATION],
    memory=1024,
)
def preview_service(caller: Caller, service: str, form: PreviewForm) -> Preview:
    """Return the same with a name or a logo that is not applied for yet; nothing is kept."""
    from chalicelib.services.e_receipts import logo

    which = application_rules.service_of(service)
    if faults := rules.preview_faults(which, form, logo.check):
        raise PayloadInvalid(faults)
    profile = fetch(organisation.profile(caller.client_id))
    if profile is None:
        raise OrganisationUnknown
    return _preview(profile, which, form.name, logo.normalise(form.logo) if form.logo else None)


def _preview(
    profile: Profile, which: AdditionalService, brand: str | None, logo: bytes | None
) -> Preview:
    from chalicelib.services.e_receipts.preview import email_preview, message_preview

    url = EReceiptsSettings.load().public_url
    if which is AdditionalService.BRANDED_MESSAGE:
        return message_preview(profile, clock.now(), url, brand)
    return email_preview(profile, clock.now(), url, logo)


@action(
    "GET /r/{fiscal_drive}/{document}/{fiscal_sign}",
    caller="anyone",
    produces="text/html",
    reads=[FISCAL, E_RECEIPTS, APPLICATIONS],
    rate_limit=20,
)
def get_receipt_page(fiscal_drive: str, document: str, fiscal_sign: str) -> FileResponse:
    """Show a receipt to whoever knows its fiscal drive, document number and fiscal sign.

    Three reads: the receipt says whose it is; then that client's logo, from its table and S3.
    """
    from chalicelib.services.e_receipts.receipt_page import receipt_page

    number = rules.document_number(document)
    stored = fetch(fiscal.receipt(fiscal_drive, number)) if number else None
    if stored is None or not stored.is_settlement or str(stored.fiscal_sign) != fiscal_sign:
        raise rules.ReceiptUnknown
    item = fetch(application_store.service_item(stored.owner, AdditionalService.LOGO))
    page = receipt_page(from_document(stored.content), active_logo(item))
    return FileResponse(
        page,
        "text/html; charset=utf-8",
        f"чек-{document}.html",
        inline=True,
        headers=_SEEN_BY_NOBODY_ELSE,
    )


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
        wanted, form, lambda upload_id: uploads.load_upload(caller.client_id, upload_id)
    )
    application_id = new_identifier()
    kept = store_files(caller.client_id, application_id, checked)
    granted = {"brand": form.name} if form.name else {"logo_key": kept[0].key}
    application = Application(
        application_id=application_id,
        client_id=caller.client_id,
        service=wanted.value,
        service_title=application_rules.TITLES[wanted],
        state=ApplicationState.SUBMITTED,
        name=form.name,
        files=kept,
        submitted_at=clock.now(),
        history=(HistoryEntry.now(ApplicationState.SUBMITTED.value, Actor.CLIENT),),
        subject=ApplicationSubject(
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
    moderation_rules.require(seen.state, ApplicationState.CANCELLED)
    cancelled = moderation.moved(seen, ApplicationState.CANCELLED, Actor.CLIENT)
    return commit(cancelled.card(), *moderation.cancel(seen))


def _application(caller: Caller, service: str, application_id: str) -> Application:
    wanted = application_rules.service_of(service)
    seen = fetch(moderation.application(caller.client_id, wanted, application_id))
    if seen is None:
        raise ApplicationUnknown
    return seen
