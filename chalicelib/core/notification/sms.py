"""The port to whoever carries messages to telephones; which carrier, the deployment decides."""

from typing import Protocol

from botocore.exceptions import ClientError

from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import SmsProvider

SMS = SmsProvider("Sms")


class NumberRefused(Exception):
    """The carrier takes no messages to this number, now or later."""


class SmsCarrier(Protocol):
    """Whoever carries messages to telephones."""

    def send(self, to: str, text: str) -> None:
        """Take a message to a number in E.164.

        Raises:
            NumberRefused: it will never be taken; whatever else is raised may pass.
        """


class Sns:
    """Amazon SNS, and clouds that speak it."""

    def send(self, to: str, text: str) -> None:
        """Hand the message over, as one that must arrive rather than be cheap."""
        kind = {"DataType": "String", "StringValue": "Transactional"}
        try:
            client("sns").publish(
                PhoneNumber=to, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
            )
        except ClientError as error:
            said = error.response["Error"]
            if said["Code"] == "InvalidParameter" and "PhoneNumber" in said.get("Message", ""):
                raise NumberRefused from error
            raise


_CARRIERS: dict[str, SmsCarrier] = {"sns": Sns()}


def send(to: str, text: str) -> None:
    """Hand a message to the carrier of this deployment; raises as :class:`SmsCarrier` says."""
    _CARRIERS[SMS.physical_name].send(to, text)
