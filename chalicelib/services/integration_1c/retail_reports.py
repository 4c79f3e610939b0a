"""Retail reports of shifts, made of receipts, nomenclature and shops."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from chalicelib.core.fiscal.document import OperationType
from chalicelib.core.fiscal.documents import list_documents
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime.table import Get, fetch, fetch_all
from chalicelib.services.integration_1c.enterprise_data.retail_report import (
    OperationTotals,
    ReportOrganisation,
    RetailReport,
    Warehouse,
    retail_reports,
)
from chalicelib.services.integration_1c.model import RetailDocument
from chalicelib.services.integration_1c.nomenclature.catalogue import ItemMatches
from chalicelib.services.integration_1c.shifts import LONGEST_SHIFT, RegisterShift

T = TypeVar("T")

MOST_DOCUMENTS_OF_SHIFT = 50_000
"""Maximum number of documents of a shift."""
_BATCH = 100
"""Maximum number of items in one read."""


def read_reports(
    client_id: str, shifts: Sequence[RegisterShift], *, store_items: bool = True
) -> Iterator[RetailReport]:
    """Yield the retail reports of shifts, with one shift in memory at a time.

    Args:
        client_id: the client.
        shifts: the shifts.
        store_items: whether to add new items of the receipts to the catalogue.

    Raises:
        OrganisationUnknown: the client has no profile.
    """
    profile = require_profile(fetch(organisation.profile(client_id)))
    seller = ReportOrganisation(inn=profile.inn, name=profile.name, kpp=profile.kpp)
    warehouses = _warehouses(client_id, {shift.register_id for shift in shifts})
    matches = ItemMatches(client_id, profile.inn, store_new=store_items)
    for shift in shifts:
        listed = list_documents(
            shift.fiscal_drive,
            shift.first,
            shift.last,
            since=shift.day - LONGEST_SHIFT,
            most=MOST_DOCUMENTS_OF_SHIFT,
        )
        documents = [
            document
            for document in listed
            if document.owner == client_id and document.shift == shift.number
        ]
        yield from retail_reports(
            documents, matches.of(documents), organisation=seller, warehouses=warehouses
        )


def _warehouses(client_id: str, register_ids: Iterable[str]) -> Mapping[str, Warehouse]:
    """Return the shop of each register that has one, by register."""
    registers = _fetch_existing(
        [organisation.register(client_id, register_id) for register_id in register_ids]
    )
    shop_ids = {
        register.register_id: register.shop_id for register in registers if register.shop_id
    }
    shops = _fetch_existing(
        [organisation.shop(client_id, shop_id) for shop_id in {*shop_ids.values()}]
    )
    warehouses = {
        shop.shop_id: Warehouse(id=shop.shop_id, name=shop.name, address=shop.address)
        for shop in shops
    }
    return {
        register_id: warehouses[shop_id]
        for register_id, shop_id in shop_ids.items()
        if shop_id in warehouses
    }


def _fetch_existing(gets: Sequence[Get[T]]) -> list[T]:
    """Read any number of items and return those that exist."""
    batches = (gets[start : start + _BATCH] for start in range(0, len(gets), _BATCH))
    return [item for batch in batches for item in fetch_all(batch) if item is not None]


def retail_document(report: RetailReport) -> RetailDocument:
    """Return a report as the cabinet shows it."""
    empty = OperationTotals()
    income = report.totals.get(OperationType.INCOME, empty)
    returned = report.totals.get(OperationType.INCOME_RETURN, empty)
    return RetailDocument(
        document_id=report.reference,
        register_id=report.register_id,
        fiscal_drive_number=report.fiscal_drive,
        shift=report.shift,
        closed=report.closed,
        closed_at=report.at,
        receipts=sum(totals.count for totals in report.totals.values()),
        sales_kopecks=income.total,
        returns_kopecks=returned.total,
        turnover_kopecks=report.turnover,
        cash_kopecks=income.cash - returned.cash,
        electronic_kopecks=income.electronic - returned.electronic,
        corrections=len(report.corrections),
        lines=sum(len(lines) for lines in report.lines.values()),
    )
