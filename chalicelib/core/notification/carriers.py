"""The carriers of this deployment.

An adapter is imported when needed: a function starts faster without the adapters of other carriers.
"""

import functools

from chalicelib.core.notification.carrier import calling
from chalicelib.core.notification.mail import SENDER, Letter, MailPort
from chalicelib.core.notification.settings import MailSettings, SmsSettings
from chalicelib.core.notification.sms import SMS, Sms, SmsPort


def send_letter(letter: Letter) -> None:
    """Hand an e-mail to the carrier.

    Raises:
        CarrierUnavailable: the carrier cannot take the e-mail now.
        RecipientRefused: the carrier refuses the recipient or the e-mail for good.
    """
    with calling("mail"):
        _mail(MailSettings.load(), SENDER.physical_name).send(letter)


def send_sms(message: Sms) -> None:
    """Hand an SMS to the carrier.

    Raises:
        CarrierUnavailable: the carrier cannot take the message now.
        RecipientRefused: the carrier refuses the number for good.
    """
    with calling("sms"):
        _sms(SmsSettings.load(), SMS.physical_name).send(message)


@functools.lru_cache(maxsize=1)
def _mail(settings: MailSettings, sender: str) -> MailPort:
    if settings.mail_provider == "smtp":
        from chalicelib.core.notification.smtp import Smtp

        return Smtp(settings, sender)
    from chalicelib.core.notification.ses import Ses

    return Ses()


@functools.lru_cache(maxsize=1)
def _sms(settings: SmsSettings, carrier: str) -> SmsPort:
    if carrier == "gateway":
        from chalicelib.core.notification.sms_gateway import SmsGateway

        return SmsGateway(settings)
    from chalicelib.core.notification.sns import Sns

    return Sns(settings.sms_sender)
