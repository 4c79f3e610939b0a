"""What a licence permits, and which licence a document is charged to."""

import datetime as dt
from collections.abc import Sequence

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.runtime.lifecycle import Lifecycle
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.edo.licences.model import (
    EdoLicence,
    LicenceCard,
    Package,
    PurchaseState,
)

PURCHASE = Lifecycle({PurchaseState.INVOICED: {PurchaseState.PAID, PurchaseState.EXPIRED}})


class PackageUnknown(NotFound):
    """There is no such package on sale."""

    slug = "edo-package-unknown"
    detail = "Такого пакета нет."


class PurchaseUnknown(NotFound):
    """The client has no such purchase."""

    slug = "edo-purchase-unknown"
    detail = "Такой покупки нет."


class LicenceRequired(Problem):
    """The document is in roaming and no licence is active."""

    slug = "edo-licence-required"
    title = "Нужна лицензия"
    detail = (
        "Для работы с документами в роуминге нужна активная лицензия. Купите пакет в разделе "
        "«Лицензия» и повторите."
    )


class LicenceSpent(Problem):
    """Another request has just taken the last document of the package."""

    slug = "edo-licence-spent"
    title = "Пакет израсходован"
    detail = "Последний документ пакета только что израсходован другим запросом. Повторите."


def invoice_lines(package: Package) -> list[InvoiceLine]:
    """Return the lines of the invoice for a package, with VAT at the standard rate."""
    return [
        InvoiceLine(
            title=f"Лицензия «Платформа ЭДО». {package.title}",
            quantity=1,
            unit="шт.",
            price_kopecks=package.price_kopecks,
            vat_rate=VatRate.STANDARD,
        )
    ]


def licence_of(licence_id: str, package: Package, paid_on: dt.date) -> EdoLicence:
    """Return the licence that a package paid on the day ``paid_on`` gives."""
    return EdoLicence(
        licence_id=licence_id,
        package_id=package.package_id,
        title=package.title,
        documents=package.documents,
        documents_left=package.documents,
        valid_until=paid_on + dt.timedelta(days=package.days),
    )


def licence_in_use(licences: Sequence[EdoLicence]) -> EdoLicence | None:
    """Return the licence that the next document is charged to, or None.

    ``licences`` are ordered by the last day of their terms; the first that has a document left is
    in use.
    """
    return next((licence for licence in licences if licence.documents_left > 0), None)


def require_licence(licences: Sequence[EdoLicence]) -> EdoLicence:
    """Return the licence in use, see :func:`licence_in_use`.

    Raises:
        LicenceRequired: no licence has a document left.
    """
    licence = licence_in_use(licences)
    if licence is None:
        raise LicenceRequired
    return licence


def licence_card(licences: Sequence[EdoLicence]) -> LicenceCard:
    """Return what the section «Лицензия» shows for the licences whose terms have not ended."""
    active = [licence for licence in licences if licence.documents_left > 0]
    if not active:
        return LicenceCard(state="none", colour="red")
    first, *following = active
    return LicenceCard(
        state="active",
        colour="orange",
        package=first.title,
        documents_left=first.documents_left,
        valid_until=first.valid_until,
        next_packages=tuple(following),
    )
