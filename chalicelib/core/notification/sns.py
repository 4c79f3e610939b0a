"""Amazon SNS, and clouds with the same API, as a carrier of SMS."""

from botocore.exceptions import ClientError

from chalicelib.core.notification.aws_errors import waiting
from chalicelib.core.notification.carrier import RecipientRefused
from chalicelib.core.notification.sms import PHONE_REFUSED, Sms
from chalicelib.runtime.aws import client


class Sns:
    """Implements :class:`~chalicelib.core.notification.sms.SmsPort`.

    ``sender`` is the sender id that buyers see; empty for the number of the account.
    """

    def __init__(self, sender: str) -> None:
        self._attributes = {"AWS.SNS.SMS.SMSType": _text("Transactional")}
        if sender:
            self._attributes["AWS.SNS.SMS.SenderID"] = _text(sender)

    def send(self, message: Sms) -> None:
        """Send a message as transactional, which SNS optimises for delivery rather than cost.

        Raises:
            CarrierUnavailable: SNS throttles or does not answer.
            RecipientRefused: SNS calls the telephone number an invalid parameter.
            ClientError: SNS refused the call for another reason.
        """
        try:
            with waiting():
                client("sns").publish(
                    PhoneNumber=message.to,
                    Message=message.text,
                    MessageAttributes=self._attributes,
                )
        except ClientError as error:
            details = error.response["Error"]
            if details["Code"] == "InvalidParameter" and "PhoneNumber" in details.get(
                "Message", ""
            ):
                raise RecipientRefused(PHONE_REFUSED) from error
            raise


def _text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}
