"""Items of the table Rent.

The partition ``landlords``, which belongs to no client, has ``landlord#<id>``; for the list
``name#<folded name>#<id>``; for the search ``search#<entry>#<id>`` (:mod:`.landlord_search`).

The partition of a tenant has ``tenancy#<landlord>``, with a revision and the consents and grants in
force; ``consent#<id>`` and ``grant#<id>``, kept without limit of time; and
``access#<grant>#<id>``, the log of accesses. A grant is active only if its tenancy names it.

The partition of a landlord has ``tenant#<grant>`` for each grant in force.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.history import Actor
from chalicelib.runtime.lifecycle import Transition
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item
from chalicelib.services.rent import landlord_search
from chalicelib.services.rent.model import (
    Consent,
    ConsentState,
    Grant,
    GrantState,
    KeptTenantGrant,
    Landlord,
    LandlordCard,
    Tenancy,
)
from chalicelib.services.rent.rules import (
    CONSENT,
    GrantUnknown,
    LandlordChanged,
    LandlordUnknown,
    TenancyChanged,
)
from chalicelib.services.rent.turnover_model import Access

RENT = Table("Rent")
QUEUE = Queue("Rent")
"""Notifies the service of withdrawn consents."""

_DIRECTORY = "landlords"


class LandlordEntry(LandlordCard):
    """An entry of the search for landlords."""

    shared: int
    """Characters shared with the entry before, see :func:`landlord_search.entries`."""


class AccessedBefore(Problem):
    """Another request has recorded the first access before."""


def landlord(landlord_id: str) -> Get[Landlord]:
    """Describe a landlord, whether enrolled or struck off."""
    return RENT.get(_DIRECTORY, f"landlord#{landlord_id}", Landlord.model_validate)


def landlords() -> Query[LandlordCard]:
    """List the enrolled landlords by name."""
    return RENT.list(_DIRECTORY, "name#", LandlordCard.model_validate)


def landlords_found(sought: str) -> Query[LandlordEntry]:
    """List the entries of landlords that begin with ``sought``."""
    return RENT.list(_DIRECTORY, f"search#{sought}", LandlordEntry.model_validate)


def enrol(changed: Landlord, current: Landlord | None) -> list[Write]:
    """Write a landlord that is enrolled, renamed or struck off, and its entries of the search."""
    before = _directory(current) if current else {}
    after = _directory(changed)
    item = {
        "client_id": _DIRECTORY,
        "sk": f"landlord#{changed.landlord_id}",
        **to_item(changed),
    }
    refusal = LandlordChanged()
    write = (
        RENT.put(
            item,
            when=Attr("enrolled").eq(current.enrolled)
            & Attr("name").eq(current.name)
            & Attr("inn").eq(current.inn),
            otherwise=refusal,
        )
        if current
        else RENT.put(item, new=True, otherwise=refusal)
    )
    return [
        write,
        *(RENT.delete(_DIRECTORY, sk) for sk in before.keys() - after.keys()),
        *(RENT.put(row) for sk, row in after.items() if before.get(sk) != row),
    ]


def is_enrolled(landlord_id: str) -> Write:
    """Require that a landlord is enrolled when the transaction commits."""
    return RENT.check(
        _DIRECTORY,
        f"landlord#{landlord_id}",
        when=Attr("enrolled").eq(value=True),
        otherwise=LandlordUnknown(),
    )


def tenancy(client_id: str, landlord_id: str) -> Get[Tenancy]:
    """Describe the tenancy of a tenant and a landlord."""
    return RENT.get(client_id, f"tenancy#{landlord_id}", Tenancy.model_validate)


def put_tenancy(client_id: str, changed: Tenancy) -> Write:
    """Write a changed tenancy, unless another request has changed it since it was read."""
    item = {
        "client_id": client_id,
        "sk": f"tenancy#{changed.landlord_id}",
        **to_item(changed),
        "revision": changed.revision + 1,
    }
    if not changed.revision:
        return RENT.put(item, new=True, otherwise=TenancyChanged())
    unchanged = Attr("revision").eq(changed.revision)
    return RENT.put(item, when=unchanged, otherwise=TenancyChanged())


def consent(client_id: str, consent_id: str) -> Get[Consent]:
    """Describe a consent."""
    return RENT.get(client_id, f"consent#{consent_id}", Consent.model_validate)


def consents(client_id: str) -> Query[Consent]:
    """List the consents of a tenant, the newest first."""
    return RENT.list(client_id, "consent#", Consent.model_validate, newest_first=True)


def put_consent(client_id: str, new: Consent) -> Write:
    """Write a signed consent. Only the state changes afterwards."""
    item = {"client_id": client_id, "sk": f"consent#{new.consent_id}", **to_item(new)}
    return RENT.put(item, new=True)


def withdraw(client_id: str, consent_id: str, at: dt.datetime) -> Write:
    """Describe the withdrawal, at ``at``, of a consent in force."""
    withdrawal = CONSENT.transition(
        ConsentState.SIGNED, ConsentState.WITHDRAWN, Actor.CLIENT, at=at
    )
    return withdrawal.write(RENT, client_id, f"consent#{consent_id}", otherwise=TenancyChanged())


def grant(client_id: str, grant_id: str) -> Get[Grant]:
    """Describe a grant of a tenant."""
    return RENT.get(client_id, f"grant#{grant_id}", Grant.model_validate)


def grants(client_id: str) -> Query[Grant]:
    """List the grants of a tenant, the newest first."""
    return RENT.list(client_id, "grant#", Grant.model_validate, newest_first=True)


def put_grant(client_id: str, new: Grant, shown: KeptTenantGrant) -> list[Write]:
    """Write a new grant to the partitions of the tenant and of the landlord."""
    item = {"client_id": client_id, "sk": f"grant#{new.grant_id}", **to_item(new)}
    row = {**to_item(shown), "sk": f"tenant#{new.grant_id}"}
    return [RENT.put(item, new=True), RENT.put(row, new=True)]


def end_grant(
    client_id: str, landlord_id: str, grant_id: str, end: Transition[GrantState]
) -> list[Write]:
    """Describe the end of a grant in force, in the tenant's partition and in the landlord's."""
    return [
        end.write(RENT, client_id, f"grant#{grant_id}"),
        RENT.delete(landlord_id, f"tenant#{grant_id}"),
    ]


def tenant(landlord_id: str, grant_id: str) -> Get[KeptTenantGrant]:
    """Describe a grant in the partition of the landlord."""
    return RENT.get(landlord_id, f"tenant#{grant_id}", KeptTenantGrant.model_validate)


def tenants(landlord_id: str) -> Query[KeptTenantGrant]:
    """List the grants to a landlord, the oldest first."""
    return RENT.list(landlord_id, "tenant#", KeptTenantGrant.model_validate)


def accesses(client_id: str, grant_id: str) -> Query[Access]:
    """List the accesses to a grant, the latest first."""
    return RENT.list(client_id, f"access#{grant_id}#", Access.model_validate, newest_first=True)


def log_access(grant: KeptTenantGrant, access: Access) -> list[Write]:
    """Record an access to a grant, provided that the grant is active."""
    item = {
        "client_id": grant.tenant_id,
        "sk": f"access#{grant.grant_id}#{access.access_id}",
        **to_item(access),
    }
    is_active = RENT.check(
        grant.tenant_id,
        f"tenancy#{grant.client_id}",
        when=Attr(f"grants.{grant.grant_id}").exists(),
        otherwise=GrantUnknown(),
    )
    return [is_active, RENT.put(item, new=True)]


def record_first_access(grant: KeptTenantGrant, access: Access) -> Write:
    """Record the first access to a grant.

    The write is refused with AccessedBefore if there was an access before.
    """
    return RENT.update(
        grant.client_id,
        f"tenant#{grant.grant_id}",
        put={"seen_at": access.at.isoformat()},
        when=Attr("seen_at").not_exists(),
        otherwise=lambda item: AccessedBefore() if item else GrantUnknown(),
    )


def _directory(landlord: Landlord) -> dict[str, Item]:
    """Return the items of a landlord for the list and for the search, by sort key."""
    if not landlord.enrolled:
        return {}
    card = to_item(landlord.card())
    folded = landlord_search.fold(landlord.name)
    rows: dict[str, Item] = {f"name#{folded}#{landlord.landlord_id}": card}
    for entry, shared in landlord_search.entries(landlord.name, landlord.inn).items():
        rows[f"search#{entry}#{landlord.landlord_id}"] = {**card, "shared": shared}
    return {sk: {"client_id": _DIRECTORY, "sk": sk, **row} for sk, row in rows.items()}
