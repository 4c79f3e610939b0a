"""The turnover that a grant covers, read by register and summed by day or month."""

from collections.abc import Iterable, Sequence

from chalicelib.core.fiscal.register_documents import read_turnover
from chalicelib.core.fiscal.turnover import Turnover
from chalicelib.core.organisation import store as organisation
from chalicelib.runtime.table import every
from chalicelib.services.rent.model import KeptTenantGrant, RentParty
from chalicelib.services.rent.rules import visible_days
from chalicelib.services.rent.turnover_model import (
    Granularity,
    RegisterTurnover,
    TenantTurnover,
    TurnoverQuery,
    TurnoverRow,
    TurnoverSums,
    VisibleDays,
)

_MOST_BINDINGS = 1_000
"""Bindings of a register that are read, the latest first. Earlier days belong to no shop."""


def read(
    grant: KeptTenantGrant, query: TurnoverQuery, *, landlord: RentParty, tenant: RentParty
) -> TenantTurnover:
    """Return the turnover of a period that ``grant`` covers, by two queries for each register."""
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
        turnover
        for turnover in read
        # A day with only an opened or closed shift has no turnover to show.
        if turnover.operations and any(days.first <= turnover.day <= days.last for days in visible)
    ]


def rows(days: Iterable[Turnover], by: Granularity) -> list[TurnoverRow]:
    """Return the turnover of each day or month, the oldest first."""
    periods: dict[str, list[Turnover]] = {}
    for turnover in days:
        day = turnover.day
        period = day.isoformat() if by is Granularity.DAY else day.strftime("%Y-%m")
        periods.setdefault(period, []).append(turnover)
    return [
        TurnoverRow(period=period, **total(turnovers).model_dump())
        for period, turnovers in sorted(periods.items())
    ]


def total(days: Sequence[Turnover]) -> TurnoverSums:
    """Return the sums of turnover."""
    return TurnoverSums(
        receipts=sum(day.receipts for day in days),
        returns=sum(day.returns for day in days),
        turnover_kopecks=sum(day.turnover for day in days),
        last_document_at=max(
            (day.last_document_at for day in days if day.last_document_at), default=None
        ),
    )
