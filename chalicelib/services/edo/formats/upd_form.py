"""The form from which a УПД is made; apart, so that taking it in needs no XML."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.requisites import MAX_KOPECKS, single_line
from chalicelib.runtime.model import Payload, example
from chalicelib.services.edo.formats.model import UpdFunction
from chalicelib.services.edo.formats.sums import EXEMPT, TOLERANCE


class UpdVatRate(StrEnum):
    """Rates of VAT that a document may bear now (Tax Code, article 164, as of 2026)."""

    STANDARD = "22"
    REDUCED = "10"
    SIMPLIFIED_7 = "7"
    SIMPLIFIED_5 = "5"
    ZERO = "0"
    EXEMPT = "none"

    @property
    def percent(self) -> int:
        """Whole per cent; nought for both the zero rate and the exempt."""
        return 0 if self is UpdVatRate.EXEMPT else int(self.value)

    @property
    def written(self) -> str:
        """As the format writes it (``@НалСт``)."""
        return EXEMPT if self is UpdVatRate.EXEMPT else f"{self.value}%"


class FormLine(Payload):
    """One thing sold."""

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
    """The unit's code in ОКЕИ: ``796`` is a piece."""
    price_kopecks: Annotated[int, Field(ge=1, le=MAX_KOPECKS)]
    """Of one unit, VAT included."""
    vat_rate: UpdVatRate

    @property
    def total_kopecks(self) -> int:
        """Quantity × price, half a kopeck up."""
        return _round(self.quantity * self.price_kopecks)

    @property
    def vat_kopecks(self) -> int:
        """VAT inside the total: total × rate / (100 + rate), half a kopeck up."""
        percent = self.vat_rate.percent
        return (2 * self.total_kopecks * percent + 100 + percent) // (2 * (100 + percent))

    @property
    def net_kopecks(self) -> int:
        """The total without its VAT."""
        return self.total_kopecks - self.vat_kopecks

    @property
    def net_price(self) -> Decimal:
        """Roubles of one unit without VAT, with as few decimals (2 to 11) as the cost allows."""
        exact = Decimal(self.price_kopecks) / (100 + self.vat_rate.percent)
        for decimals in range(2, 12):
            price = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
            if abs(self.quantity * price * 100 - self.net_kopecks) <= TOLERANCE:
                break
        return price


class ReferencedDocument(Payload):
    """A document that this one rests on: ``Договор`` № ``5`` of a date."""

    model_config = example(name="Договор", number="5", date="2026-11-01")

    name: Annotated[str, single_line(255)]
    number: Annotated[str, single_line(255)]
    date: dt.date


class UpdForm(Payload):
    """What the sender fills in; the parties are taken from their profiles. Currency: the rouble."""

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
    """The date of the document itself where it is left out."""
    basis: Annotated[list[ReferencedDocument], Field(max_length=20)] = Field(default_factory=list)
    """None: handed over without an agreement in writing."""
    shipped_by: ReferencedDocument | None = None
    """The document of shipment (line «5а»), which a bare invoice must name."""

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.function is UpdFunction.INVOICE and self.shipped_by is None:
            raise ValueError("Для счёта-фактуры (СЧФ) укажите документ об отгрузке.")
        if sum(line.total_kopecks for line in self.lines) > MAX_KOPECKS:
            raise ValueError("Сумма документа слишком велика, проверьте цены и количества.")
        return self


def _round(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
