"""Packages on sale, purchases and licences."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.requisites import Kopecks, Line
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, example


class Package(Model):
    """A package on sale: a number of outgoing documents for a term."""

    model_config = example(
        package_id="start-50",
        title="Старт: 50 документов на 12 месяцев",
        documents=50,
        days=365,
        price_kopecks=600_00,
    )

    package_id: Identifier
    title: Line
    documents: Annotated[int, Field(ge=1)]
    days: Annotated[int, Field(ge=1)]
    """Term from the payment, in days."""
    price_kopecks: Kopecks
    """Price including VAT."""


class PurchaseState(StrEnum):
    """State of a purchase."""

    INVOICED = "invoiced"
    PAID = "paid"
    EXPIRED = "expired"


class Purchase(Model):
    """A purchase of a package, which keeps the package as it was on sale."""

    model_config = example(client_id="client-romashka", invoice_number="СУ-1072022639")

    purchase_id: Identifier
    client_id: str
    package: Package
    state: PurchaseState
    invoice_id: Identifier
    invoice_number: str
    history: tuple[HistoryEntry, ...]


class EdoLicence(Model):
    """A paid package and the number of documents left in it."""

    model_config = example(
        package_id="start-50",
        title="Старт: 50 документов на 12 месяцев",
        documents=50,
        documents_left=48,
        valid_until="2027-11-24",
    )

    licence_id: Identifier
    package_id: str
    title: str
    documents: int
    documents_left: int
    valid_until: dt.date
    """Last day of the term, in Moscow."""


class LicenceCard(Model):
    """The section «Лицензия»: the licence in use and the licences that follow."""

    model_config = example(
        state="active",
        colour="orange",
        package="Старт: 50 документов на 12 месяцев",
        documents_left=48,
        valid_until="2027-11-24",
        next_packages=[],
    )

    state: Literal["none", "active"]
    colour: Literal["red", "orange"]
    package: str | None = None
    """Title of the package in use."""
    documents_left: int = 0
    """Documents left in the package in use."""
    valid_until: dt.date | None = None
    next_packages: tuple[EdoLicence, ...] = ()
    """Licences in the order in which they will be used."""
