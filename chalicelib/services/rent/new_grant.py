"""A new grant: the reads that it needs, its checks, and its conditions on registers."""

from typing import Any

from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import Get, Write, fetch_all
from chalicelib.services.rent import consent_text, rules, store
from chalicelib.services.rent.model import Grant, GrantState, KeptTenantGrant, NewGrant, Tenancy


def prepare_grant(client_id: str, payload: NewGrant) -> tuple[Tenancy, Grant, KeptTenantGrant]:
    """Return the tenancy as read, the new grant, and the grant as kept for the landlord.

    Raises:
        LandlordUnknown: the landlord is not enrolled.
        LandlordIsTenant: the landlord is the tenant.
        ConsentUnsigned: the consent in its current version is not signed.
        OrganisationUnknown: the profile of the tenant is not known.
        RentShopUnknown: the tenant has no such shop.
        Problem: the registers or the first day are refused, see :func:`.rules.require_registers`.
    """
    gets: list[Get[Any]] = [
        store.landlord(payload.landlord_id),
        store.tenancy(client_id, payload.landlord_id),
        organisation.profile(client_id),
        organisation.shop(client_id, payload.shop_id),
    ]
    gets += [organisation.register(client_id, register_id) for register_id in payload.register_ids]
    landlord, tenancy, profile, shop, *registers = fetch_all(gets)
    landlord = rules.require_landlord(landlord, client_id)
    tenancy = rules.require_consent(tenancy, consent_text.CONSENT.version)
    tenant = rules.party(require_profile(profile))
    if shop is None:
        raise rules.RentShopUnknown
    beginning = rules.GRANT.begin(GrantState.ACTIVE, Actor.CLIENT)
    today = clock.business_day(beginning.at)
    rules.require_registers(payload, registers, tenancy, today)
    grant = Grant(
        grant_id=new_identifier(),
        landlord=landlord.card(),
        shop=shop,
        register_ids=payload.register_ids,
        visible_from=payload.visible_from or today,
        granted_at=beginning.at,
        consent_id=tenancy.consents[-1],
        state=beginning.state,
        history=beginning.history,
    )
    return tenancy, grant, KeptTenantGrant.of(grant, client_id, tenant)


def registers_stand_in_shop(client_id: str, payload: NewGrant) -> list[Write]:
    """Require that the registers are in the shop when the transaction commits.

    The writes are refused with RegisterElsewhere.
    """
    return [
        organisation.stands_in(
            client_id,
            payload.shop_id,
            register_id,
            otherwise=rules.RegisterElsewhere(register_id=register_id),
        )
        for register_id in payload.register_ids
    ]
