"""«Интеграция 1С»: the actions of the cabinet."""

import io

from chalicelib.core.billing.sale import Sold
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import RegisterUnknown, require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings, StorageSettings
from chalicelib.runtime.table import fetch, fetch_all
from chalicelib.services.integration_1c import credentials, rules, store
from chalicelib.services.integration_1c.model import (
    CredentialsCard,
    FileState,
    IssuedCredentials,
    MessageQuery,
    NewMessage,
    NewSubscription,
    PreparedMessage,
    PreparePeriodFile,
    RegisterTariff,
    RetailDocument,
    RetailDocumentsQuery,
    Subscription,
)
from chalicelib.services.integration_1c.nomenclature import catalogue
from chalicelib.services.integration_1c.nomenclature import store as nomenclature
from chalicelib.services.integration_1c.nomenclature.model import (
    NomenclatureChoice,
    NomenclatureItem,
)
from chalicelib.services.integration_1c.resources import EXCHANGES, INTEGRATION_1C, PREPARATIONS
from chalicelib.services.integration_1c.sale import SALE
from chalicelib.services.integration_1c.settings import Integration1cSettings
from chalicelib.services.integration_1c.tariff import register_tariff
from chalicelib.services.integration_1c.web_service import actions as web_service

ROOMS = (web_service,)
"""Modules that declare the other actions of this section: importing this module imports them."""

XML = "application/xml"
_MOST_LISTED = 10_000
"""Maximum number of documents from which a list of retail documents is made."""
_MOST_INLINE = 3_000
"""Maximum number of documents of a message that is written within one call."""
_MOST_INLINE_BYTES = 2_000_000
"""As text of an answer a Cyrillic letter, of two bytes, may take six (``limits.PAYLOAD``)."""


@action(
    "GET /integration-1c/registers",
    caller="client",
    reads=[INTEGRATION_1C, ORGANISATION],
    settings=[Integration1cSettings, PageSettings],
)
def list_register_tariffs(caller: Caller, query: PageQuery) -> Page[RegisterTariff]:
    """List the caller's registers with their access and the prices of a subscription."""
    # Three reads: registers, their accesses, their trials.
    registers = page(organisation.registers(caller.client_id), query, caller.client_id)
    ids = [register.register_id for register in registers.items]
    accesses = (
        fetch_all([store.access(caller.client_id, register_id) for register_id in ids])
        if ids
        else []
    )
    trials = fetch_all([store.trial(register_id) for register_id in ids]) if ids else []
    today = clock.today()
    return Page(
        items=[
            register_tariff(register, access, today, trial_used=bool(used))
            for register, access, used in zip(registers.items, accesses, trials, strict=True)
        ],
        next=registers.next,
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
def begin_trial(caller: Caller, register_id: str) -> RegisterTariff:
    """Start the trial of a register. A register has one trial, whoever owns it."""
    register, access = fetch(
        organisation.register(caller.client_id, register_id),
        store.access(caller.client_id, register_id),
    )
    if register is None:
        raise RegisterUnknown
    days, now = Integration1cSettings.load().onec_trial_days, clock.now()
    changed = rules.begin_trial(register_id, access, days, now)
    return commit(
        register_tariff(register, changed, clock.business_day(now), trial_used=True),
        store.use_trial(caller.client_id, register_id, now),
        store.put_access(caller.client_id, changed, access),
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
    caller: Caller, register_id: str, form: NewSubscription
) -> Sold[Subscription]:
    """Issue an invoice for a subscription of a register. The period begins when it is paid."""
    register, payer = fetch(
        organisation.register(caller.client_id, register_id),
        organisation.profile(caller.client_id),
    )
    if register is None:
        raise RegisterUnknown
    payer = require_profile(payer)
    price = Integration1cSettings.load().price(form.period)
    opening = SALE.begin(payer, [rules.invoice_line(register_id, form.period, price)])
    invoice = opening.invoice
    subscription = Subscription(
        subscription_id=new_identifier(),
        register_id=register_id,
        period=form.period,
        status=opening.state,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=opening.history,
    )
    return commit(
        Sold(sold=subscription, invoice=invoice),
        store.put_subscription(caller.client_id, subscription),
        *SALE.issue(caller.client_id, invoice, subscription.subscription_id),
    )


@action(
    "GET /integration-1c/credentials",
    caller="client",
    reads=[INTEGRATION_1C],
    settings=[Integration1cSettings],
)
def get_credentials(caller: Caller) -> CredentialsCard:
    """Return the login of 1C and the address to be entered in 1C, without the password."""
    current = fetch(store.own_credentials(caller.client_id))
    return CredentialsCard(
        login=current.login if current else None,
        created_at=current.created_at if current else None,
        address=Integration1cSettings.load().public_url,
    )


@action(
    "POST /integration-1c/credentials",
    caller="client",
    status=201,
    writes=[INTEGRATION_1C],
    settings=[Integration1cSettings],
)
def issue_credentials(caller: Caller) -> IssuedCredentials:
    """Issue a login and a password for 1C. Earlier credentials stop working."""
    current = fetch(store.own_credentials(caller.client_id))
    issued, password = credentials.generate(caller.client_id)
    address = Integration1cSettings.load().public_url
    return commit(
        IssuedCredentials(login=issued.login, password=password, address=address),
        *store.put_credentials(caller.client_id, issued, current),
    )


@action("DELETE /integration-1c/credentials", caller="client", writes=[INTEGRATION_1C])
def revoke_credentials(caller: Caller) -> None:
    """Revoke the login and the password of 1C."""
    current = fetch(store.own_credentials(caller.client_id))
    if current is not None:
        commit(None, *store.delete_credentials(caller.client_id, current))


@action(
    "GET /integration-1c/documents",
    caller="client",
    reads=[INTEGRATION_1C, ORGANISATION, FISCAL, FISCAL_ARCHIVE],
    timeout=29,
    memory=1536,
    refuses=[409],
)
def list_retail_documents(caller: Caller, query: RetailDocumentsQuery) -> Page[RetailDocument]:
    """List the retail documents of a register: one for each shift that ended in the period."""
    # One read for each shift: a retail document is computed from receipts.
    from chalicelib.services.integration_1c import retail_reports, shifts

    access = fetch(store.access(caller.client_id, query.register_id))
    if access is None:
        return Page(items=[], next=None)
    ended = shifts.ended_shifts(caller.client_id, access, query.first, query.last, clock.today())
    documents = sum(shift.documents for shift in ended)
    if documents > _MOST_LISTED:
        raise rules.PeriodTooLarge(receipts=documents, most=_MOST_LISTED)
    reports = retail_reports.read_reports(caller.client_id, ended, store_items=False)
    return Page(items=list(map(retail_reports.retail_document, reports)), next=None)


@action(
    "GET /integration-1c/message",
    caller="client",
    produces=XML,
    reads=[INTEGRATION_1C, ORGANISATION, FISCAL, FISCAL_ARCHIVE],
    timeout=29,
    memory=1536,
    refuses=[409],
)
def get_message(caller: Caller, query: MessageQuery) -> FileResponse:
    """Return the EnterpriseData message of a period, for loading into 1C by hand.

    A message that is too large for one call is refused with ``message-too-large``. Such a message
    is prepared in the background: ``POST /integration-1c/messages``.
    """
    from chalicelib.services.integration_1c import period_files, shifts
    from chalicelib.services.integration_1c.exchange.messages import write_message

    client_id = caller.client_id
    ended = shifts.ended_shifts_of_client(client_id, query.first, query.last, clock.today())
    if not ended:
        raise rules.NothingToLoad
    if sum(shift.documents for shift in ended) > _MOST_INLINE:
        raise rules.MessageTooLarge
    target = io.BytesIO()
    write_message(target, client_id, ended, query.version, store_items=False)
    content = target.getvalue()
    if len(content) > _MOST_INLINE_BYTES:
        raise rules.MessageTooLarge
    return FileResponse(content, XML, f"{period_files.file_name(query.first, query.last)}.xml")


@action(
    "POST /integration-1c/messages",
    caller="client",
    idempotent=True,
    status=202,
    writes=[INTEGRATION_1C, OUTBOX],
)
def prepare_period(caller: Caller, form: NewMessage) -> PreparedMessage:
    """Request the message of a period as a file, which is prepared in the background."""
    beginning = rules.PERIOD_FILE.begin(FileState.PREPARING, Actor.CLIENT)
    file = PreparedMessage(
        message_id=new_identifier(),
        first=form.first,
        last=form.last,
        version=form.version,
        state=beginning.state,
        asked_at=beginning.at,
        history=beginning.history,
    )
    request = PreparePeriodFile(client_id=caller.client_id, message_id=file.message_id)
    return commit(
        file,
        store.put_period_file(caller.client_id, file),
        outbox.message(caller.client_id, PREPARATIONS, request),
    )


@action(
    "GET /integration-1c/messages/{message_id}",
    caller="client",
    reads=[INTEGRATION_1C, EXCHANGES],
    settings=[StorageSettings],
)
def get_prepared_message(caller: Caller, message_id: str) -> PreparedMessage:
    """Return the state of a file and, when the file is ready, a link to it."""
    from chalicelib.services.integration_1c import period_files

    file = fetch(store.period_file(caller.client_id, message_id))
    if file is None:
        raise rules.MessageUnknown
    return period_files.with_link(caller.client_id, file)


@action(
    "GET /integration-1c/nomenclature",
    caller="client",
    reads=[INTEGRATION_1C],
    settings=[PageSettings],
)
def list_nomenclature(caller: Caller, query: PageQuery) -> Page[NomenclatureItem]:
    """List the items in the caller's receipts with their matches and candidates in 1C."""
    items = page(nomenclature.items(caller.client_id), query, caller.client_id)
    return Page(items=list(map(NomenclatureItem.of, items.items)), next=items.next)


@action("PUT /integration-1c/nomenclature/{item_id}", caller="client", writes=[INTEGRATION_1C])
def settle_nomenclature(
    caller: Caller, item_id: str, choice: NomenclatureChoice
) -> NomenclatureItem:
    """Choose the item of 1C that an item of receipts is, or none of the candidates."""
    current = fetch(nomenclature.item(caller.client_id, item_id))
    if current is None:
        raise rules.ItemUnknown
    candidates = {candidate.id: candidate for candidate in current.candidates}
    chosen = candidates.get(choice.onec_id) if choice.onec_id else None
    if choice.onec_id is not None and chosen is None:
        raise rules.ChoiceUnknown
    settled = catalogue.choose(current, chosen)
    return commit(
        NomenclatureItem.of(settled), nomenclature.put(caller.client_id, settled, current)
    )
