"""Port to the SMS provider; the deployment chooses the provider."""

from typing import Protocol

from botocore.exceptions import ClientError

from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import SmsProvider

SMS = SmsProvider("Sms")


class NumberRefused(Exception):
    """The provider permanently refuses messages to this number."""


class SmsPort(Protocol):
    """Interface to an SMS provider."""

    def send(self, to: str, text: str) -> None:
        """Send a message to a number in E.164 format.

        Raises:
            NumberRefused: the provider permanently refuses the number. Any other exception may be
                temporary.
        """


class Sns:
    """Amazon SNS, and clouds with the same API."""

    def send(self, to: str, text: str) -> None:
        """Send a message as transactional, which SNS optimises for delivery rather than cost.

        Raises:
            NumberRefused: SNS calls the telephone number an invalid parameter.
            ClientError: SNS refused the call for another reason.
        """
        kind = {"DataType": "String", "StringValue": "Transactional"}
        try:
            client("sns").publish(
                PhoneNumber=to, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
            )
        except ClientError as error:
            details = error.response["Error"]
            if details["Code"] == "InvalidParameter" and "PhoneNumber" in details.get(
                "Message", ""
            ):
                raise NumberRefused from error
            raise


_PROVIDERS: dict[str, SmsPort] = {"sns": Sns()}


def send(to: str, text: str) -> None:
    """Send a message with the provider of this deployment.

    Raises:
        NumberRefused: the provider permanently refuses the number.
    """
    _PROVIDERS[SMS.physical_name].send(to, text)
