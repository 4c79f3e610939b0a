"""«Аренда»: landlords, consents, grants, and the turnover that a grant covers."""

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.fiscal.store import FISCAL
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.negotiation import MediaType
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import fetch
from chalicelib.services.rent import (
    access_log,
    landlord_search,
    report,
    rules,
    store,
    tenant_turnover,
)
from chalicelib.services.rent.model import (
    Consent,
    ConsentState,
    ConsentText,
    Enrolment,
    Grant,
    GrantState,
    Landlord,
    LandlordCard,
    LandlordsQuery,
    NewConsent,
    NewGrant,
    TenantGrant,
    Withdrawn,
)
from chalicelib.services.rent.new_grant import prepare_grant, registers_stand_in_shop
from chalicelib.services.rent.store import RENT
from chalicelib.services.rent.tenancies import read_consent, read_tenancies, read_tenant_grant
from chalicelib.services.rent.turnover_model import Access, TenantTurnover, TurnoverQuery

# --- the directory of landlords


@action("GET /rent/landlords", caller=("client", "operator"), reads=[RENT], settings=[PageSettings])
def list_landlords(caller: Caller, query: LandlordsQuery) -> Page[LandlordCard]:
    """Return the landlords in the order of their names, or those that a search finds.

    The search is by a part of the name, or by the beginning of the ИНН. A page of the landlords
    found may be shorter than `limit`.
    """
    if not query.q:
        return page(store.landlords(), query, caller.client_id)
    sought = landlord_search.sought(query.q)
    if not sought:
        return Page(items=[], next=None)
    entries = page(store.landlords_found(sought), query, caller.client_id)
    return Page(
        items=[entry.card() for entry in entries.items if entry.shared < len(sought)],
        next=entries.next,
    )


@action("GET /rent/landlords/{landlord_id}", caller="operator", reads=[RENT])
def get_landlord(caller: Caller, landlord_id: str) -> Landlord:
    """Return a landlord with the history of its enrolment."""
    landlord = fetch(store.landlord(landlord_id))
    if landlord is None:
        raise rules.LandlordUnknown
    return landlord


@action("PUT /rent/landlords/{landlord_id}", caller="operator", reads=[ORGANISATION], writes=[RENT])
def enrol_landlord(caller: Caller, landlord_id: str) -> Landlord:
    """Enrol an organisation as a landlord, or update the name of an enrolled landlord.

    The landlord's identifier is the identifier of the organisation.
    """
    profile, current = fetch(organisation.profile(landlord_id), store.landlord(landlord_id))
    profile = require_profile(profile)
    if current and current.enrolled and (current.name, current.inn) == (profile.name, profile.inn):
        return current
    enrolled = Landlord(
        landlord_id=landlord_id,
        name=profile.name,
        inn=profile.inn,
        enrolled=True,
        history=(*(current.history if current else ()), Enrolment.of("enrolled", caller.subject)),
    )
    return commit(enrolled, *store.enrol(enrolled, current))


@action("DELETE /rent/landlords/{landlord_id}", caller="operator", writes=[RENT])
def strike_off_landlord(caller: Caller, landlord_id: str) -> Landlord:
    """Strike a landlord off.

    Clients no longer find the landlord, and the landlord sees no turnover until another enrolment.
    """
    current = fetch(store.landlord(landlord_id))
    if current is None or not current.enrolled:
        raise rules.LandlordUnknown
    history = (*current.history, Enrolment.of("struck_off", caller.subject))
    struck_off = current.model_copy(update={"enrolled": False, "history": history})
    return commit(struck_off, *store.enrol(struck_off, current))


# --- the tenant's consents


@action(
    "GET /rent/landlords/{landlord_id}/consent",
    caller="client",
    reads=[RENT, ORGANISATION],
    refuses=[409],
    settings=[BillingSettings],
)
def get_consent(caller: Caller, landlord_id: str) -> ConsentText:
    """Return the text of the consent for a landlord: the text to sign, or the text signed."""
    # Two reads where a consent is signed: the tenancy names the consent to read.
    tenancy, _, offered = read_consent(caller.client_id, landlord_id)
    if tenancy is None or tenancy.version != offered.version:
        return offered
    signed = fetch(store.consent(caller.client_id, tenancy.consents[-1]))
    return signed.shown() if signed else offered


@action("GET /rent/consents", caller="client", reads=[RENT], settings=[PageSettings])
def list_consents(caller: Caller, query: PageQuery) -> Page[Consent]:
    """Return the signed consents, withdrawn ones included, newest first.

    Each has its text and signature.
    """
    return page(store.consents(caller.client_id), query, caller.client_id)


@action(
    "POST /rent/consents",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION, TRUST],
    writes=[RENT, EVIDENCE],
    memory=1024,
    settings=[BillingSettings, SigningSettings],
)
def sign_consent(caller: Caller, payload: NewConsent) -> Consent:
    """Sign the consent for a landlord with a detached signature over its exact text.

    The signer must be entitled to act for the tenant.
    """
    # Also reads the trusted authorities and stores the evidence in S3.
    from chalicelib.core.signing.acceptance import accept_signature

    tenancy, tenant, offered = read_consent(caller.client_id, payload.landlord_id)
    rules.require_unsigned(tenancy, offered.version)
    signature = accept_signature(
        caller.client_id,
        offered.text.encode(),
        payload.signature,
        inn=tenant.inn,
        ogrn=tenant.ogrn,
    )
    beginning = rules.CONSENT.begin(ConsentState.SIGNED, Actor.CLIENT)
    consent = Consent.of(offered, signature, beginning)
    return commit(
        consent,
        store.put_tenancy(caller.client_id, rules.signed(tenancy, consent)),
        store.put_consent(caller.client_id, consent),
    )


@action("DELETE /rent/consents/{landlord_id}", caller="client", writes=[RENT, OUTBOX])
def withdraw_consent(caller: Caller, landlord_id: str) -> None:
    """Withdraw the consent for a landlord, which ends all grants to the landlord at once."""
    tenancy = fetch(store.tenancy(caller.client_id, landlord_id))
    if tenancy is None or not tenancy.consents:
        raise rules.ConsentUnknown
    withdrawal = Withdrawn(
        client_id=caller.client_id,
        landlord_id=landlord_id,
        grant_ids=tuple(tenancy.grants),
        at=clock.now(),
    )
    commit(
        None,
        store.put_tenancy(caller.client_id, rules.withdrawn(tenancy)),
        *(store.withdraw(caller.client_id, consent, withdrawal.at) for consent in tenancy.consents),
        outbox.message(caller.client_id, store.QUEUE, withdrawal) if withdrawal.grant_ids else None,
    )


# --- the tenant's grants


@action(
    "POST /rent/grants",
    caller="client",
    idempotent=True,
    status=201,
    writes=[RENT, ORGANISATION],
)
def grant_registers(caller: Caller, payload: NewGrant) -> Grant:
    """Grant a landlord access to the turnover of registers of one shop.

    The access begins today, or on the earlier day `visible_from`.
    """
    tenancy, grant, shown = prepare_grant(caller.client_id, payload)
    return commit(
        grant,
        store.put_tenancy(caller.client_id, rules.granted(tenancy, grant)),
        *store.put_grant(caller.client_id, grant, shown),
        store.is_enrolled(payload.landlord_id),
        *registers_stand_in_shop(caller.client_id, payload),
    )


@action("GET /rent/grants", caller="client", reads=[RENT], settings=[PageSettings])
def list_grants(caller: Caller, query: PageQuery) -> Page[Grant]:
    """Return the grants of the caller, ended ones included, newest first."""
    # Two reads: the grants, then the tenancies that name the active ones.
    grants = page(store.grants(caller.client_id), query, caller.client_id)
    keys = {(caller.client_id, grant.landlord.landlord_id) for grant in grants.items}
    tenancies = {landlord: tenancy for (_, landlord), tenancy in read_tenancies(keys).items()}
    items = [rules.with_current_state(grant, tenancies) for grant in grants.items]
    return Page(items=items, next=grants.next)


@action("DELETE /rent/grants/{grant_id}", caller="client", writes=[RENT])
def revoke_grant(caller: Caller, grant_id: str) -> None:
    """Revoke a grant. The landlord's next request answers 404."""
    # Two reads: the grant names the landlord whose tenancy to read.
    grant = fetch(store.grant(caller.client_id, grant_id))
    if grant is None:
        raise rules.GrantUnknown
    landlord_id = grant.landlord.landlord_id
    tenancy = rules.revoked(fetch(store.tenancy(caller.client_id, landlord_id)), grant_id)
    end = rules.GRANT.transition(GrantState.ACTIVE, GrantState.REVOKED, Actor.CLIENT)
    commit(
        None,
        store.put_tenancy(caller.client_id, tenancy),
        *store.end_grant(caller.client_id, landlord_id, grant_id, end),
    )


@action(
    "GET /rent/grants/{grant_id}/accesses", caller="client", reads=[RENT], settings=[PageSettings]
)
def list_accesses(caller: Caller, grant_id: str, query: PageQuery) -> Page[Access]:
    """Return the log of a landlord's accesses to a grant, newest first."""
    # Two reads: the grant, then its accesses.
    if fetch(store.grant(caller.client_id, grant_id)) is None:
        raise rules.GrantUnknown
    return page(store.accesses(caller.client_id, grant_id), query, caller.client_id)


# --- what the landlord sees


@action("GET /rent/tenants", caller="landlord", reads=[RENT], settings=[PageSettings])
def list_tenants(caller: Caller, query: PageQuery) -> Page[TenantGrant]:
    """Return the active grants to the caller, oldest first."""
    # Three reads: the caller's enrolment, the grants, and the tenancies that name the active ones.
    landlord = fetch(store.landlord(caller.client_id))
    if landlord is None or not landlord.enrolled:
        return Page(items=[], next=None)
    grants = page(store.tenants(caller.client_id), query, caller.client_id)
    tenancies = read_tenancies({(grant.tenant_id, caller.client_id) for grant in grants.items})
    return Page(
        items=[
            grant.card()
            for grant in grants.items
            if (tenancy := tenancies[grant.tenant_id, caller.client_id])
            and grant.grant_id in tenancy.grants
        ],
        next=grants.next,
    )


@action(
    "GET /rent/tenants/{grant_id}/turnover",
    caller="landlord",
    produces=("application/json", report.CSV, report.XLSX),
    reads=[ORGANISATION, FISCAL],
    writes=[RENT, OUTBOX],
    timeout=29,
    memory=1769,
)
def get_tenant_turnover(
    caller: Caller, grant_id: str, query: TurnoverQuery, media_type: MediaType
) -> TenantTurnover | FileResponse:
    """Return the turnover that a grant covers, by day or month, per register and in total.

    Each access is recorded in a log that the tenant can read. The tenant is notified of the first
    access by e-mail.
    """
    # This action writes: the turnover is returned only if the entry of the log commits while the
    # grant is active. It reads the grant, the tenant, and two lists for each register: the shops
    # and the turnover.
    landlord, tenant, grant = read_tenant_grant(caller.client_id, grant_id)
    turnover = tenant_turnover.read(grant, query, landlord=landlord, tenant=rules.party(tenant))
    access = Access(
        access_id=new_identifier(),
        at=clock.now(),
        landlord=turnover.landlord,
        subject=caller.subject,
        **query.model_dump(),
        media_type=media_type,
    )
    access_log.record(grant, access, tenant)
    if media_type == "application/json":
        return turnover
    return report.render(turnover, media_type, access.at)
