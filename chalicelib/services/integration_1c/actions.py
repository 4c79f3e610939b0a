"""«Интеграция 1С»: connect registers, see what loads, and let 1С load it."""

import io

from chalicelib.core.billing import invoicing
from chalicelib.core.billing import store as billing
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.model import Register
from chalicelib.core.organisation.rules import OrganisationUnknown, RegisterUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings, StorageSettings
from chalicelib.runtime.table import fetch, fetch_all
from chalicelib.services.integration_1c import catalogue, credentials, rules, store, web_service
from chalicelib.services.integration_1c.catalogue import Choice, NomenclatureItem
from chalicelib.services.integration_1c.message import nomenclature
from chalicelib.services.integration_1c.model import (
    Access,
    CredentialsCard,
    DocumentsQuery,
    FileState,
    MessageQuery,
    NewCredentials,
    NewMessage,
    NewSubscription,
    PreparedMessage,
    RegisterAccess,
    RetailDocument,
    Subscription,
    SubscriptionStatus,
    SubscriptionWithInvoice,
)
from chalicelib.services.integration_1c.settings import Integration1cSettings
from chalicelib.services.integration_1c.store import EXCHANGES, INTEGRATION_1C, PREPARATIONS

__all__ = ["web_service"]
"""Declares the calls of 1С, which belong to this section too."""

XML = "application/xml"
_MOST_SHOWN = 10_000
"""Documents that a list of retail reports is made of."""
_MOST_INLINE = 3_000
"""Documents of a message that is made within one call."""
_MOST_INLINE_BYTES = 4 * 1024 * 1024


@action(
    "GET /integration-1c/registers",
    caller="client",
    reads=[INTEGRATION_1C, ORGANISATION],
    settings=[Integration1cSettings, PageSettings],
)
def list_register_tariffs(caller: Caller, query: PageQuery) -> Page[RegisterAccess]:
    """List the caller's registers with their tariffs, and what a tariff costs.

    Three reads, however many registers: registers, their accesses, their trials.
    """
    registers = page(organisation.registers(caller.client_id), query, caller.client_id)
    names = [one.register_id for one in registers.items]
    accesses = fetch_all([store.access(caller.client_id, one) for one in names]) if names else []
    trials = fetch_all([store.trial(one) for one in names]) if names else []
    return Page(
        items=[
            _tariff(register, access, trial_used=bool(used))
            for register, access, used in zip(registers.items, accesses, trials, strict=True)
        ],
        next=registers.next,
    )


def _tariff(register: Register, access: Access | None, *, trial_used: bool) -> RegisterAccess:
    settings, today = Integration1cSettings.load(), clock.today()
    state = rules.state(access, today)
    return RegisterAccess(
        register_id=register.register_id,
        model=register.model,
        shop_id=register.shop_id,
        state=state,
        until=access.until if access else None,
        trial_available=not trial_used and not (access and access.until >= today),
        trial_days=settings.onec_trial_days,
        prices=settings.prices,
    )


@action(
    "POST /integration-1c/registers/{register_id}/trial",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[INTEGRATION_1C],
    settings=[Integration1cSettings],
)
def begin_trial(caller: Caller, register_id: str) -> RegisterAccess:
    """Let a register's documents load for a trial, which it has once, whoever owns it."""
    register, access = fetch(
        organisation.register(caller.client_id, register_id),
        store.access(caller.client_id, register_id),
    )
    if register is None:
        raise RegisterUnknown
    days = Integration1cSettings.load().onec_trial_days
    begun = rules.begin_trial(register_id, access, days, clock.today())
    return commit(
        _tariff(register, begun, trial_used=True),
        store.use_trial(caller.client_id, register_id),
        store.put_access(caller.client_id, begun, access),
    )


@action(
    "POST /integration-1c/registers/{register_id}/subscription",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[INTEGRATION_1C, BILLING],
    settings=[BillingSettings, Integration1cSettings],
)
def subscribe_register(
    caller: Caller, register_id: str, wanted: NewSubscription
) -> SubscriptionWithInvoice:
    """Issue an invoice for a month or a year of a register; the period begins when it is paid."""
    register, payer = fetch(
        organisation.register(caller.client_id, register_id),
        organisation.profile(caller.client_id),
    )
    if register is None:
        raise RegisterUnknown
    if payer is None:
        raise OrganisationUnknown
    price = Integration1cSettings.load().price(wanted.period)
    invoice = invoicing.draw_up(payer, [rules.invoice_line(register_id, wanted.period, price)])
    new = Subscription(
        subscription_id=new_identifier(),
        register_id=register_id,
        period=wanted.period,
        status=SubscriptionStatus.INVOICED,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=(HistoryEntry.now(SubscriptionStatus.INVOICED.value, Actor.CLIENT),),
    )
    subject, queue = new.subscription_id, store.SUBSCRIPTIONS
    return commit(
        SubscriptionWithInvoice(**new.model_dump(), invoice=invoice),
        store.put_subscription(caller.client_id, new),
        *billing.issue(caller.client_id, invoice, subject=subject, queue=queue),
    )


@action(
    "GET /integration-1c/credentials",
    caller="client",
    reads=[INTEGRATION_1C],
    settings=[Integration1cSettings],
)
def get_credentials(caller: Caller) -> CredentialsCard:
    """Return the login that 1С was given and the address to enter there; never the password."""
    kept = fetch(store.login(caller.client_id))
    return CredentialsCard(
        login=kept.login if kept else None,
        created_at=kept.created_at if kept else None,
        address=Integration1cSettings.load().public_url,
    )


@action(
    "POST /integration-1c/credentials",
    caller="client",
    status=201,
    writes=[INTEGRATION_1C],
    settings=[Integration1cSettings],
)
def issue_credentials(caller: Caller) -> NewCredentials:
    """Make a login and a password for 1С, shown this once; those before end."""
    seen = fetch(store.login(caller.client_id))
    kept, password = credentials.make(caller.client_id)
    address = Integration1cSettings.load().public_url
    return commit(
        NewCredentials(login=kept.login, password=password, address=address),
        *store.issue(caller.client_id, kept, seen),
    )


@action("DELETE /integration-1c/credentials", caller="client", writes=[INTEGRATION_1C])
def revoke_credentials(caller: Caller) -> None:
    """End the login and password of 1С."""
    seen = fetch(store.login(caller.client_id))
    if seen is not None:
        commit(None, *store.revoke(caller.client_id, seen))


@action(
    "GET /integration-1c/documents",
    caller="client",
    reads=[INTEGRATION_1C, ORGANISATION, FISCAL],
    timeout=29,
    memory=1536,
    refuses=[409],
)
def list_retail_documents(caller: Caller, query: DocumentsQuery) -> Page[RetailDocument]:
    """List what loads of a register: a retail report for each shift that ended in the period.

    A read for each shift, since that is what a report is made of.
    """
    from chalicelib.services.integration_1c import loading

    access = fetch(store.access(caller.client_id, query.register_id))
    if access is None:
        return Page(items=[], next=None)
    shifts = loading.ended_shifts(caller.client_id, access, query.first, query.last, clock.today())
    documents = sum(one.documents for one in shifts)
    if documents > _MOST_SHOWN:
        raise rules.PeriodTooLarge(receipts=documents, most=_MOST_SHOWN)
    made = loading.reports(caller.client_id, shifts, keep_items=False)
    return Page(items=[loading.document(one) for one in made], next=None)


@action(
    "GET /integration-1c/message",
    caller="client",
    produces=XML,
    reads=[INTEGRATION_1C, ORGANISATION, FISCAL],
    timeout=29,
    memory=1536,
    refuses=[409],
)
def get_message(caller: Caller, query: MessageQuery) -> FileResponse:
    """Return the EnterpriseData message of a period, to be loaded by hand.

    A period too long for one call is refused (``message-too-large``): ask for it apart.
    """
    from chalicelib.services.integration_1c import loading, preparation, sending

    shifts = loading.all_ended_shifts(caller.client_id, query.first, query.last, clock.today())
    if not shifts:
        raise rules.NothingToLoad
    if sum(one.documents for one in shifts) > _MOST_INLINE:
        raise rules.MessageTooLarge
    target = io.BytesIO()
    sending.write(target, caller.client_id, shifts, query.version, keep_items=False)
    content = target.getvalue()
    if len(content) > _MOST_INLINE_BYTES:
        raise rules.MessageTooLarge
    return FileResponse(content, XML, f"{preparation.file_name(query.first, query.last)}.xml")


@action(
    "POST /integration-1c/messages",
    caller="client",
    idempotent=True,
    status=202,
    writes=[INTEGRATION_1C, OUTBOX],
)
def prepare_period(caller: Caller, wanted: NewMessage) -> PreparedMessage:
    """Let the message of a period be prepared, however long that takes."""
    from chalicelib.services.integration_1c import preparation

    new = PreparedMessage(
        message_id=new_identifier(),
        first=wanted.first,
        last=wanted.last,
        version=wanted.version,
        state=FileState.PREPARING,
        asked_at=clock.now(),
    )
    told = preparation.PeriodMessage(client_id=caller.client_id, message_id=new.message_id)
    return commit(
        new,
        preparation.ask(caller.client_id, new),
        outbox.message(caller.client_id, PREPARATIONS, told),
    )


@action(
    "GET /integration-1c/messages/{message_id}",
    caller="client",
    reads=[INTEGRATION_1C, EXCHANGES],
    settings=[StorageSettings],
)
def get_prepared_message(caller: Caller, message_id: str) -> PreparedMessage:
    """Return whether a message is prepared and, if so, the address to get it from."""
    from chalicelib.services.integration_1c import preparation

    found = fetch(preparation.prepared(caller.client_id, message_id))
    if found is None:
        raise rules.MessageUnknown
    return preparation.with_link(caller.client_id, found)


@action(
    "GET /integration-1c/nomenclature",
    caller="client",
    reads=[INTEGRATION_1C],
    settings=[PageSettings],
)
def list_nomenclature(caller: Caller, query: PageQuery) -> Page[NomenclatureItem]:
    """List the items that receipts sold, with what 1С calls them and what is to be chosen."""
    found = page(catalogue.items(caller.client_id), query, caller.client_id)
    return Page(items=[NomenclatureItem.of(one) for one in found.items], next=found.next)


@action("PUT /integration-1c/nomenclature/{item_id}", caller="client", writes=[INTEGRATION_1C])
def settle_nomenclature(caller: Caller, item_id: str, choice: Choice) -> NomenclatureItem:
    """Say which item of 1С an item of receipts is, or that it is none of them."""
    seen = fetch(catalogue.item(caller.client_id, item_id))
    if seen is None:
        raise rules.ItemUnknown
    chosen = next((one for one in seen.candidates if one.id == choice.onec_id), None)
    if choice.onec_id is not None and chosen is None:
        raise rules.ChoiceUnknown
    match = nomenclature.settle(seen.match, chosen)
    settled = catalogue.CatalogueItem(match=match, candidates=seen.candidates)
    return commit(NomenclatureItem.of(settled), catalogue.put(caller.client_id, settled, seen))
