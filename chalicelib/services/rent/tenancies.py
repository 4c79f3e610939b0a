"""Reads of tenancies, of the consent for a landlord, and of a grant with its parties."""

from collections.abc import Iterable
from typing import Any

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.model import Profile
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime.table import Get, fetch, fetch_all
from chalicelib.services.rent import consent_text, rules, store
from chalicelib.services.rent.model import (
    ConsentState,
    ConsentText,
    KeptTenantGrant,
    RentParty,
    Tenancy,
)

Pair = tuple[str, str]
"""A tenant and a landlord."""


def read_consent(client_id: str, landlord_id: str) -> tuple[Tenancy | None, Profile, ConsentText]:
    """Return the tenancy, the tenant, and the current text of the consent, unsigned.

    Raises:
        LandlordUnknown: the landlord is not enrolled.
        LandlordIsTenant: the landlord is the tenant.
        OrganisationUnknown: the profile of the tenant or of the landlord is not known.
    """
    gets: list[Get[Any]] = [
        store.landlord(landlord_id),
        store.tenancy(client_id, landlord_id),
        organisation.profile(client_id),
        organisation.profile(landlord_id),
    ]
    landlord, tenancy, tenant, owner = fetch_all(gets)
    landlord = rules.require_landlord(landlord, client_id)
    tenant = require_profile(tenant)
    text = consent_text.CONSENT.text(tenant, require_profile(owner), BillingSettings.load().seller)
    offered = ConsentText(
        landlord=landlord.card(),
        title=consent_text.CONSENT.title,
        version=consent_text.CONSENT.version,
        state=ConsentState.UNSIGNED,
        text=text,
    )
    return tenancy, tenant, offered


def read_tenant_grant(
    landlord_id: str, grant_id: str
) -> tuple[RentParty, Profile, KeptTenantGrant]:
    """Return the landlord, the tenant, and a grant to the landlord.

    Raises:
        GrantUnknown: the landlord has no such grant, or is not enrolled.
        OrganisationUnknown: the profile of the tenant is not known.
    """
    landlord, grant = fetch(store.landlord(landlord_id), store.tenant(landlord_id, grant_id))
    if landlord is None or not landlord.enrolled or grant is None:
        raise rules.GrantUnknown
    tenant = require_profile(fetch(organisation.profile(grant.tenant_id)))
    return rules.party(landlord), tenant, grant


def read_tenancies(pairs: Iterable[Pair]) -> dict[Pair, Tenancy | None]:
    """Return the tenancies of up to 100 pairs of a tenant and a landlord."""
    distinct = sorted(set(pairs))
    tenancies = fetch_all([store.tenancy(*pair) for pair in distinct]) if distinct else []
    return dict(zip(distinct, tenancies, strict=True))
