"""Settings of «Интеграция 1С»."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import PublicUrl, Settings
from chalicelib.services.integration_1c.model import Prices, SubscriptionPeriod


class Integration1cSettings(Settings):
    """The length of a trial, the prices, and the address at which 1C reaches this API."""

    onec_trial_days: Annotated[
        int,
        Field(ge=1, le=365, description="Length of the trial of a register, in days."),
    ] = 14
    onec_month_kopecks: Annotated[
        int,
        Field(
            ge=1,
            description="Price of a month of «Интеграция 1С» for a register, in kopecks with VAT.",
        ),
    ] = 20_000
    onec_year_kopecks: Annotated[
        int,
        Field(
            ge=1,
            description="Price of a year of «Интеграция 1С» for a register, in kopecks with VAT.",
        ),
    ] = 200_000
    public_url: PublicUrl

    @property
    def prices(self) -> Prices:
        """The prices of a register's subscription."""
        return Prices(month_kopecks=self.onec_month_kopecks, year_kopecks=self.onec_year_kopecks)

    def price(self, period: SubscriptionPeriod) -> int:
        """Return the price of a period, in kopecks."""
        return {
            SubscriptionPeriod.MONTH: self.onec_month_kopecks,
            SubscriptionPeriod.YEAR: self.onec_year_kopecks,
        }[period]
