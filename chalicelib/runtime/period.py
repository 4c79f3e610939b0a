"""The period of a query."""

import datetime as dt
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from chalicelib.runtime.model import Payload, example


class Period(Payload):
    """Business days in Moscow, both ends included."""

    model_config = example(**{"from": "2026-11-01", "to": "2026-11-24"})

    most_days: ClassVar[int] = 366

    first: Annotated[dt.date, Field(alias="from", description="First day.")]
    last: Annotated[dt.date, Field(alias="to", description="Last day.")]

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.last < self.first:
            raise ValueError("Конец периода раньше начала.")
        if (self.last - self.first).days >= self.most_days:
            days = "дня" if self.most_days % 10 == 1 and self.most_days % 100 != 11 else "дней"
            raise ValueError(f"Период не может быть длиннее {self.most_days} {days}.")
        return self
