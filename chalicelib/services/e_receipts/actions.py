"""«Электронные чеки»: channels, additional services, statistics and receipt pages."""

from typing import Any

from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.documents import find_document
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.moderation import rules as moderation_rules
from chalicelib.core.moderation import store as moderation
from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.moderation.model import ApplicationCard, ApplicationState
from chalicelib.core.moderation.store import MODERATION
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.agreement_templates import AgreementKind
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.period import Period
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import Get, every, fetch, fetch_all
from chalicelib.services.e_receipts import (
    application_store,
    new_application,
    rules,
    store,
)
from chalicelib.services.e_receipts.active_logo import active_logo
from chalicelib.services.e_receipts.application_model import AdditionalService, NewApplication
from chalicelib.services.e_receipts.application_rules import service_of
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
from chalicelib.services.e_receipts.settings import EReceiptsSettings

_PRIVATE_PAGE = {
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
}


@action(
    "GET /e-receipts",
    caller="client",
    reads=[ORGANISATION, E_RECEIPTS],
    settings=[EReceiptsSettings],
)
def get_e_receipts(caller: Caller) -> EReceiptsOverview:
    """Return the channels, the additional services, and whether the client may use the latter."""
    client_id, settings = caller.client_id, EReceiptsSettings.load()
    gets: list[Get[Any]] = [
        organisation.profile(client_id),
        organisation.agreement(client_id, AgreementKind.E_RECEIPTS.value),
        *(store.channel(client_id, channel) for channel in Channel),
        *(application_store.service_item(client_id, service) for service in AdditionalService),
    ]
    profile, agreement, *rest = fetch_all(gets)
    return rules.overview(
        rules.is_eligible(require_profile(profile), agreement is not None),
        channels=dict(zip(Channel, rest[: len(Channel)], strict=True)),
        services=dict(zip(AdditionalService, rest[len(Channel) :], strict=True)),
        prices={channel: settings.price(channel) for channel in Channel},
    )


@action(
    "PUT /e-receipts/channels/{channel}",
    caller="client",
    writes=[E_RECEIPTS],
    settings=[EReceiptsSettings],
)
def switch_channel(caller: Caller, channel: str, payload: Switch) -> ChannelCard:
    """Switch the delivery of receipts by SMS or e-mail on or off, from the next receipt on."""
    selected = rules.channel_of(channel)
    price = EReceiptsSettings.load().price(selected)
    card = ChannelCard(enabled=payload.enabled, price_kopecks=price)
    return commit(card, *store.switch_channel(caller.client_id, selected, payload.enabled))


@action(
    "PUT /e-receipts/services/{service}",
    caller="client",
    reads=[ORGANISATION],
    writes=[E_RECEIPTS],
)
def switch_service(caller: Caller, service: str, payload: Switch) -> ServiceCard:
    """Switch an approved service on or off, from the next receipt on.

    No new application is needed.
    """
    selected = service_of(service)
    profile, agreement, item = fetch(
        organisation.profile(caller.client_id),
        organisation.agreement(caller.client_id, AgreementKind.E_RECEIPTS.value),
        application_store.service_item(caller.client_id, selected),
    )
    rules.require_eligible(require_profile(profile), agreement is not None)
    if item is None:
        raise rules.ServiceNotApproved
    card = ServiceCard(state=item.state.value, enabled=payload.enabled, brand=item.brand)
    return commit(card, *store.switch_service(caller.client_id, selected, payload.enabled))


@action("GET /e-receipts/statistics", caller="client", reads=[E_RECEIPTS])
def get_statistics(caller: Caller, period: Period) -> Statistics:
    """Return the number and the cost of deliveries by channel and day."""
    days = every(
        store.statistics(caller.client_id, period.first, period.last), most=rules.MOST_ROWS
    )
    return rules.statistics(days)


@action(
    "GET /e-receipts/services/{service}/preview",
    caller="client",
    reads=[ORGANISATION, E_RECEIPTS, APPLICATIONS],
    settings=[EReceiptsSettings],
)
def get_preview(caller: Caller, service: str) -> Preview:
    """Return the SMS or the e-mail of an example receipt, as buyers receive it now."""
    from chalicelib.services.e_receipts.preview import preview

    selected = service_of(service)
    profile, item = fetch(
        organisation.profile(caller.client_id),
        application_store.service_item(caller.client_id, selected),
    )
    return preview(
        selected,
        require_profile(profile),
        clock.now(),
        EReceiptsSettings.load().public_url,
        brand=rules.active_brand(item),
        logo=active_logo(item),
    )


@action(
    "POST /e-receipts/services/{service}/preview",
    caller="client",
    reads=[ORGANISATION],
    memory=1024,
    settings=[EReceiptsSettings],
)
def preview_service(caller: Caller, service: str, form: PreviewForm) -> Preview:
    """Return the SMS or the e-mail of an example receipt with a new name or logo.

    Nothing is stored.
    """
    from chalicelib.services.e_receipts import logo
    from chalicelib.services.e_receipts.preview import preview

    selected = service_of(service)
    if faults := rules.preview_faults(selected, form, logo.check):
        raise PayloadInvalid(faults)
    profile = require_profile(fetch(organisation.profile(caller.client_id)))
    return preview(
        selected,
        profile,
        clock.now(),
        EReceiptsSettings.load().public_url,
        brand=form.name,
        logo=logo.normalise(form.logo) if form.logo else None,
    )


@action(
    "GET /r/{fiscal_drive}/{document}/{fiscal_sign}",
    caller="anyone",
    produces="text/html",
    reads=[FISCAL, FISCAL_ARCHIVE, E_RECEIPTS, APPLICATIONS],
    rate_limit=20,
)
def get_receipt_page(fiscal_drive: str, document: str, fiscal_sign: str) -> FileResponse:
    """Return the page of a receipt.

    Whoever knows fiscal drive, document number and fiscal sign may see the receipt.
    """
    from chalicelib.services.e_receipts.receipt_page import receipt_page

    number = rules.document_number(document)
    stored = find_document(fiscal_drive, number) if number else None
    if stored is None or not stored.is_settlement or str(stored.fiscal_sign) != fiscal_sign:
        raise rules.ReceiptUnknown
    # A second read: only the receipt names the client whose logo it shows.
    item = fetch(application_store.service_item(stored.owner, AdditionalService.LOGO))
    return FileResponse(
        receipt_page(from_document(stored.content), active_logo(item)),
        "text/html; charset=utf-8",
        f"чек-{document}.html",
        inline=True,
        headers=_PRIVATE_PAGE,
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
def apply_for_service(caller: Caller, service: str, payload: NewApplication) -> ApplicationCard:
    """Apply for an additional service.

    A moderator decides within three business days.
    """
    selected, client_id = service_of(service), caller.client_id
    current = new_application.read_current(client_id, selected)
    application = new_application.prepare_application(client_id, selected, payload, current)
    return commit(
        application.card(),
        *moderation.submit(application),
        application_store.open_application(
            client_id, selected, current, application.application_id
        ),
    )


@action(
    "GET /e-receipts/services/{service}/applications",
    caller="client",
    reads=[MODERATION],
    settings=[PageSettings],
)
def list_applications(caller: Caller, service: str, query: PageQuery) -> Page[ApplicationCard]:
    """List the client's applications for a service, newest first."""
    listed = moderation.applications(caller.client_id, service_of(service))
    applications = page(listed, query, caller.client_id)
    cards = [application.card() for application in applications.items]
    return Page(items=cards, next=applications.next)


@action(
    "GET /e-receipts/services/{service}/applications/{application_id}",
    caller="client",
    reads=[MODERATION],
)
def get_application(caller: Caller, service: str, application_id: str) -> ApplicationCard:
    """Return an application with its history."""
    stored = fetch(moderation.application(caller.client_id, service_of(service), application_id))
    return moderation_rules.require_application(stored).card()


@action(
    "POST /e-receipts/services/{service}/applications/{application_id}/cancellation",
    caller="client",
    writes=[MODERATION, E_RECEIPTS],
)
def cancel_application(caller: Caller, service: str, application_id: str) -> ApplicationCard:
    """Cancel an application that is not decided yet.

    Afterwards the client may submit a new one.
    """
    stored = fetch(moderation.application(caller.client_id, service_of(service), application_id))
    current = moderation_rules.require_application(stored)
    move = moderation_rules.APPLICATION.move(current, ApplicationState.CANCELLED, Actor.CLIENT)
    return commit(move.changed.card(), *moderation.move(move))
