"""Settings of electronic receipts."""

from typing import Annotated

from pydantic import Field

from chalicelib.runtime.settings import Settings
from chalicelib.services.e_receipts.contact import Channel


class EReceiptsSettings(Settings):
    """Base URL of receipt pages, and tariffs of delivery in kopecks."""

    public_url: str
    sms_part_kopecks: Annotated[int, Field(ge=0)] = 180
    email_kopecks: Annotated[int, Field(ge=0)] = 0

    def price(self, channel: Channel) -> int:
        """Return the tariff in kopecks: per part of an SMS, or per e-mail."""
        return self.sms_part_kopecks if channel is Channel.SMS else self.email_kopecks
