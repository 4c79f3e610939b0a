"""What a grant shows of a period: read by register, added up by day or month."""

from collections.abc import Iterable, Sequence

from chalicelib.core.fiscal.register_documents import read_turnover
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.core.organisation import store as organisation
from chalicelib.runtime.table import every
from chalicelib.services.rent.model import (
    Granularity,
    KeptTenantGrant,
    RegisterTurnover,
    RentParty,
    TenantTurnover,
    TurnoverQuery,
    TurnoverRow,
    TurnoverSums,
    VisibleDays,
)
from chalicelib.services.rent.rules import visible_days

_MOST_BINDINGS = 1_000
"""Of one register, the latest: days before them belong to no shop."""


def read(
    grant: KeptTenantGrant, query: TurnoverQuery, *, landlord: RentParty, tenant: RentParty
) -> TenantTurnover:
    """Return what ``grant`` shows of a period: two queries a register, however many receipts."""
    first = max(query.first, grant.visible_from)
    registers, everything = [], []
    for register_id in grant.register_ids:
        listed = every(organisation.bindings(grant.tenant_id, register_id), most=_MOST_BINDINGS)
        visible = visible_days(listed[::-1], grant.shop.shop_id, first, query.last)
        shown = _shown(grant.tenant_id, register_id, visible)
        everything += shown
        registers.append(
            RegisterTurnover(
                register_id=register_id,
                visible=visible,
                rows=rows(shown, query.by),
                total=total(shown),
            )
        )
    return TenantTurnover(
        grant_id=grant.grant_id,
        landlord=landlord,
        tenant=tenant,
        shop=grant.shop,
        first=query.first,
        last=query.last,
        by=query.by,
        registers=registers,
        rows=rows(everything, query.by),
        total=total(everything),
    )


def _shown(client_id: str, register_id: str, visible: Sequence[VisibleDays]) -> list[Turnover]:
    if not visible:
        return []
    read = read_turnover(client_id, register_id, visible[0].first, visible[-1].last)
    return [
        one
        for one in read
        # A day on which nothing but a shift was opened or closed has no turnover to show.
        if one.operations and any(days.first <= one.day <= days.last for days in visible)
    ]


def rows(days: Iterable[Turnover], by: Granularity) -> list[TurnoverRow]:
    """Return turnover by day or month, in order of time."""
    periods: dict[str, list[Turnover]] = {}
    for one in days:
        period = one.day.isoformat() if by is Granularity.DAY else one.day.strftime("%Y-%m")
        periods.setdefault(period, []).append(one)
    return [
        TurnoverRow(period=period, **total(of_it).model_dump())
        for period, of_it in sorted(periods.items())
    ]


def total(days: Sequence[Turnover]) -> TurnoverSums:
    """Return turnover added up."""
    return TurnoverSums(
        receipts=sum(one.receipts for one in days),
        returns=sum(one.returns for one in days),
        turnover_kopecks=sum(one.turnover for one in days),
        last_document_at=max(
            (one.last_document_at for one in days if one.last_document_at), default=None
        ),
    )
