"""Settings of «Электронные чеки»."""

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.runtime.settings import PublicUrl, Settings
from chalicelib.services.e_receipts.charge import BilledOn
from chalicelib.services.e_receipts.contact import Channel


class EReceiptsSettings(Settings):
    """The public address of receipts, and the tariffs of their delivery in kopecks."""

    public_url: PublicUrl
    sms_part_kopecks: Annotated[
        int, Field(ge=0, description="Price of one part of an SMS for the client.")
    ] = 180
    email_kopecks: Annotated[
        int, Field(ge=0, description="Price of an e-mailed receipt for the client.")
    ] = 0

    receipts_billed_on: Annotated[
        Literal["handed-over", "delivered"],
        Field(description="Whether a receipt is paid for once sent, or once reported delivered."),
    ] = "handed-over"

    @property
    def billed_on(self) -> BilledOn:
        """What the client pays for."""
        return BilledOn(self.receipts_billed_on)

    def price(self, channel: Channel) -> int:
        """Return the tariff in force: of one part of an SMS, or of one e-mail."""
        return self.sms_part_kopecks if channel is Channel.SMS else self.email_kopecks
