"""What the deployment decides about «Интеграция 1С»."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import Settings
from chalicelib.services.integration_1c.model import Prices, SubscriptionPeriod


class Integration1cSettings(Settings):
    """The length of a trial in days, tariffs in kopecks, and where 1С reaches this API."""

    onec_trial_days: Annotated[int, Field(ge=1, le=365)]
    onec_month_kopecks: Annotated[int, Field(ge=1)]
    onec_year_kopecks: Annotated[int, Field(ge=1)]
    public_url: str

    @property
    def prices(self) -> Prices:
        """What a register costs."""
        return Prices(month_kopecks=self.onec_month_kopecks, year_kopecks=self.onec_year_kopecks)

    def price(self, period: SubscriptionPeriod) -> int:
        """Return the tariff of a period, in kopecks."""
        return {
            SubscriptionPeriod.MONTH: self.onec_month_kopecks,
            SubscriptionPeriod.YEAR: self.onec_year_kopecks,
        }[period]
