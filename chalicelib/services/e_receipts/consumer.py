"""Delivery of receipts to their buyers."""

from collections.abc import Callable
from typing import Any

from chalicelib.core.fiscal import store as fiscal
from chalicelib.core.fiscal.model import DeliveryRequested
from chalicelib.core.fiscal.store import DELIVERIES, FISCAL
from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.notification.carrier import RecipientRefused, Reference
from chalicelib.core.notification.carriers import send_letter, send_sms
from chalicelib.core.notification.deduplication import SentRecord, send_once
from chalicelib.core.notification.mail import SENDER, Letter
from chalicelib.core.notification.settings import MailSettings, SmsSettings
from chalicelib.core.notification.sms import SMS, Sms
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.table import Get, fetch_all
from chalicelib.services.e_receipts import contact, store
from chalicelib.services.e_receipts.active_logo import active_logo
from chalicelib.services.e_receipts.application_model import AdditionalService, ServiceItem
from chalicelib.services.e_receipts.application_store import E_RECEIPTS, service_item
from chalicelib.services.e_receipts.contact import Channel, Contact
from chalicelib.services.e_receipts.model import Counters
from chalicelib.services.e_receipts.receipt import Receipt, from_document
from chalicelib.services.e_receipts.receipt_email import receipt_email
from chalicelib.services.e_receipts.rules import active_brand
from chalicelib.services.e_receipts.settings import EReceiptsSettings
from chalicelib.services.e_receipts.sms_text import sms_text


class ReceiptNotStored(Exception):
    """The receipt to be delivered is not stored, or belongs to another client."""


@consumer(
    DELIVERIES,
    reads=[FISCAL, APPLICATIONS],
    writes=[E_RECEIPTS, SENDER, SMS, DELIVERIES],
    settings=[EReceiptsSettings, MailSettings, SmsSettings],
    concurrency=10,
    timeout=60,
)
def deliver_receipt(delivery: DeliveryRequested) -> None:
    """Send a receipt to its buyer if the channel is on, and add it to the statistics.

    The receipt is sent once as far as can be known (see :func:`send_once`) and counted exactly
    once.

    Raises:
        ReceiptNotStored: the receipt is not stored, or belongs to another client.
        BeingSent: another delivery of the message is sending the receipt.
        CarrierUnavailable: the receipt waits for the carrier.
    """
    owner = delivery.client_id
    gets: list[Get[Any]] = [
        fiscal.receipt(delivery.fiscal_drive, delivery.document_number),
        store.channel(owner, Channel.SMS),
        store.channel(owner, Channel.EMAIL),
        service_item(owner, AdditionalService.BRANDED_MESSAGE),
        service_item(owner, AdditionalService.LOGO),
    ]
    stored, sms_switch, email_switch, brand, logo = fetch_all(gets)
    if stored is None or stored.owner != owner:
        raise ReceiptNotStored
    receipt = from_document(stored.content)
    if not receipt.buyer:
        logger.info("no contact to deliver to")
        return
    buyer = contact.read(receipt.buyer)
    switch = sms_switch if buyer.channel is Channel.SMS else email_switch
    if switch is None or not switch.enabled:
        logger.info("channel is off", channel=buyer.channel.value)
        return
    if buyer.unusable:
        send = _fail(owner, buyer.channel, buyer.unusable.value)
    elif buyer.channel is Channel.SMS:
        send = _by_sms(store.reference(delivery), receipt, buyer, active_brand(brand))
    else:
        send = _by_email(store.reference(delivery), receipt, buyer, logo)
    if not send_once(store.sending(delivery), send):
        logger.info("receipt delivered before")


def _fail(owner: str, channel: Channel, reason: str) -> Callable[[], SentRecord]:
    return lambda: store.delivered(owner, channel, Counters(failed=1), reason)


def _by_sms(
    reference: Reference, receipt: Receipt, buyer: Contact, brand: str | None
) -> Callable[[], SentRecord]:
    settings = EReceiptsSettings.load()
    text = sms_text(receipt, receipt.link(settings.public_url), brand)
    cost = text.parts * settings.price(Channel.SMS)
    counters = Counters(sent=1, parts=text.parts, cost_kopecks=cost)
    message = Sms(buyer.address, text.text, reference)
    return _hand_over(reference, Channel.SMS, counters, lambda: send_sms(message))


def _by_email(
    reference: Reference, receipt: Receipt, buyer: Contact, logo: ServiceItem | None
) -> Callable[[], SentRecord]:
    settings = EReceiptsSettings.load()
    email = receipt_email(receipt, receipt.link(settings.public_url), active_logo(logo))
    counters = Counters(sent=1, cost_kopecks=settings.price(Channel.EMAIL))
    letter = Letter(buyer.address, email.subject, email.text, email.html, email.pictures, reference)
    return _hand_over(reference, Channel.EMAIL, counters, lambda: send_letter(letter))


def _hand_over(
    reference: Reference, channel: Channel, counters: Counters, hand_over: Callable[[], None]
) -> Callable[[], SentRecord]:
    """Return the step that gives a receipt to the carrier and tells what to record."""

    def send() -> SentRecord:
        try:
            hand_over()
        except RecipientRefused as refusal:
            return _fail(reference.client_id, channel, refusal.reason)()
        return store.delivered(reference.client_id, channel, counters)

    return send
