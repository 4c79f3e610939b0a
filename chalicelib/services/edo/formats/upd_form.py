"""The form from which a УПД is made; separate, because reading the form needs no XML library."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.requisites import MAX_KOPECKS, single_line
from chalicelib.runtime.model import Payload, example
from chalicelib.services.edo.formats.codes import EXEMPT, UpdFunction


# Not the rates of invoices (``VatRate`` of billing), which may have the former standard rate too.
class UpdVatRate(StrEnum):
    """Rates of VAT that a new document may have (Tax Code, article 164, as of 2026)."""

    STANDARD = "22"
    REDUCED = "10"
    SIMPLIFIED_7 = "7"
    SIMPLIFIED_5 = "5"
    ZERO = "0"
    EXEMPT = "none"

    @property
    def percent(self) -> int:
        """Whole percent; 0 for both the zero rate and exemption."""
        return 0 if self is UpdVatRate.EXEMPT else int(self.value)

    @property
    def written(self) -> str:
        """The rate as the format writes it (``@НалСт``)."""
        return EXEMPT if self is UpdVatRate.EXEMPT else f"{self.value}%"


class FormLine(Payload):
    """A line of goods, works or services."""

    model_config = example(
        name="Чай чёрный",
        quantity=3,
        unit="шт",
        unit_code="796",
        price_kopecks=122_00,
        vat_rate="22",
    )

    name: Annotated[str, single_line(1000)]
    quantity: Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=6)]
    unit: Annotated[str, single_line(20)]
    unit_code: Annotated[str, Field(pattern=r"^[0-9]{3,4}$")] | None = None
    """Code of the unit in ОКЕИ: ``796`` is a piece."""
    price_kopecks: Annotated[int, Field(ge=1, le=MAX_KOPECKS)]
    """Price of a unit, including VAT."""
    vat_rate: UpdVatRate

    @property
    def total_kopecks(self) -> int:
        """Quantity × price, rounded half up."""
        return _round(self.quantity * self.price_kopecks)

    @property
    def vat_kopecks(self) -> int:
        """VAT in the total: total × rate / (100 + rate), rounded half up."""
        percent = self.vat_rate.percent
        return (2 * self.total_kopecks * percent + 100 + percent) // (2 * (100 + percent))

    @property
    def net_kopecks(self) -> int:
        """The total without VAT."""
        return self.total_kopecks - self.vat_kopecks

    @property
    def net_price(self) -> Decimal:
        """Price of a unit without VAT, in roubles, with the fewest decimals (2 to 11) that give
        ``net_kopecks`` within the tolerance."""
        from chalicelib.services.edo.formats.sums import TOLERANCE

        exact = Decimal(self.price_kopecks) / (100 + self.vat_rate.percent)
        for decimals in range(2, 12):
            price = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
            if abs(self.quantity * price * 100 - self.net_kopecks) <= TOLERANCE:
                break
        return price


class ReferencedDocument(Payload):
    """A document to which the УПД refers: an agreement, or a document of shipment."""

    model_config = example(name="Договор", number="5", date="2026-11-01")

    name: Annotated[str, single_line(255)]
    number: Annotated[str, single_line(255)]
    date: dt.date


class UpdForm(Payload):
    """Content of a УПД in roubles; the parties are taken from their profiles."""

    model_config = example(
        number="17",
        date="2026-11-24",
        function="СЧФДОП",
        operation="Товары переданы",
        basis=[{"name": "Договор", "number": "5", "date": "2026-11-01"}],
    )

    number: Annotated[str, single_line(100)]
    date: dt.date
    function: UpdFunction
    lines: Annotated[list[FormLine], Field(min_length=1, max_length=1000)]
    operation: Annotated[str, single_line(255)] = "Товары переданы, работы сданы, услуги оказаны"
    transferred_on: dt.date | None = None
    """Day of the transfer; by default the date of the document."""
    basis: Annotated[list[ReferencedDocument], Field(max_length=20)] = Field(default_factory=list)
    """Agreements on which the transfer is based; empty if there is no written agreement."""
    shipped_by: ReferencedDocument | None = None
    """Document of shipment (line «5а»), required for an invoice (СЧФ)."""

    @model_validator(mode="after")
    def _require_consistent(self) -> Self:
        if self.function is UpdFunction.INVOICE and self.shipped_by is None:
            raise ValueError("Для счёта-фактуры (СЧФ) укажите документ об отгрузке.")
        if sum(line.total_kopecks for line in self.lines) > MAX_KOPECKS:
            raise ValueError("Сумма документа слишком велика, проверьте цены и количества.")
        return self


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
