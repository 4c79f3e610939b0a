"""VAT rates of receipts (tag 1199)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of VAT."""

    percent: int | None
    """``None``: без НДС."""
    calculated: bool = False
    """Whether it is taken from an advance: 22/122 and the like."""
