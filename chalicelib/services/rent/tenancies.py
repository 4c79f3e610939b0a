"""What a tenant is to sign for a landlord, and how things stand between the two."""

from collections.abc import Iterable
from typing import Any

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.model import Profile
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.runtime.table import Get, fetch_all
from chalicelib.services.rent import consent_text, rules, store
from chalicelib.services.rent.model import ConsentState, ConsentText, Tenancy

Pair = tuple[str, str]
"""A tenant and a landlord."""


def read_consent(client_id: str, landlord_id: str) -> tuple[Tenancy | None, Profile, ConsentText]:
    """Return the tenancy, the tenant, and the text of the version in force, as yet unsigned.

    Raises:
        LandlordUnknown, LandlordIsTenant, OrganisationUnknown: as said.
    """
    gets: list[Get[Any]] = [
        store.landlord(landlord_id),
        store.tenancy(client_id, landlord_id),
        organisation.profile(client_id),
        organisation.profile(landlord_id),
    ]
    found, tenancy, tenant, owner = fetch_all(gets)
    landlord = rules.require_landlord(found, client_id)
    if tenant is None or owner is None:
        raise OrganisationUnknown
    offered = ConsentText(
        landlord=landlord.card(),
        title=consent_text.CONSENT.title,
        version=consent_text.CONSENT.version,
        state=ConsentState.UNSIGNED,
        text=consent_text.CONSENT.text(tenant, owner, BillingSettings.load().seller),
    )
    return tenancy, tenant, offered


def read_tenancies(pairs: Iterable[Pair]) -> dict[Pair, Tenancy | None]:
    """Return how things stand between tenants and landlords, up to 100 pairs."""
    wanted = sorted(set(pairs))
    found = fetch_all([store.tenancy(*pair) for pair in wanted]) if wanted else []
    return dict(zip(wanted, found, strict=True))
