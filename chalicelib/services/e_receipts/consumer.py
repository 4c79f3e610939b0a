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
from chalicelib.core.notification.mail import MAIL_EVENTS, SENDER, Letter
from chalicelib.core.notification.report import REPORTS, Outcome, Report
from chalicelib.core.notification.ses_events import SesEvent
from chalicelib.core.notification.settings import MailSettings, SmsSettings
from chalicelib.core.notification.sms import SMS, Sms
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.postponement import TryLater
from chalicelib.runtime.table import Get, fetch, fetch_all
from chalicelib.services.e_receipts import contact, store
from chalicelib.services.e_receipts.active_logo import active_logo
from chalicelib.services.e_receipts.application_model import AdditionalService, ServiceItem
from chalicelib.services.e_receipts.application_store import E_RECEIPTS, service_item
from chalicelib.services.e_receipts.charge import handed_over, reported
from chalicelib.services.e_receipts.contact import Channel, Contact
from chalicelib.services.e_receipts.model import BeingDelivered, Counters
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
    writes=[E_RECEIPTS, SENDER, MAIL_EVENTS, SMS, DELIVERIES],
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
        send = _fail(store.reference(delivery), buyer.channel, buyer.unusable.value)
    elif buyer.channel is Channel.SMS:
        send = _by_sms(store.reference(delivery), receipt, buyer, active_brand(brand))
    else:
        send = _by_email(store.reference(delivery), receipt, buyer, logo)
    if not send_once(store.sending(delivery), send):
        logger.info("receipt delivered before")


@consumer(REPORTS, writes=[E_RECEIPTS, REPORTS])
def record_report(message: Report | SesEvent) -> None:
    """Record what a carrier reports about a receipt, count it, and bill it if so agreed.

    Reports about other messages are logged. A repeat, or a report that comes late, changes nothing.

    Raises:
        TryLater: the receipt is reported before the sending is recorded.
        DeliveryReported: another report was recorded meanwhile; the next delivery decides again.
    """
    report = message if isinstance(message, Report) else message.report()
    if report is None:
        logger.warning("recipient complained about an e-mail")
        return
    get = store.delivery(report)
    if get is None:
        if report.outcome is Outcome.UNDELIVERED:
            logger.warning("e-mail not delivered", mail_id=report.message_id, reason=report.reason)
        return
    current = fetch(get)
    if current is None:
        logger.warning("report about an unknown delivery", outcome=report.outcome.value)
        return
    if isinstance(current, BeingDelivered):
        raise TryLater("the receipt is not recorded as sent")
    added = reported(current, report.outcome)
    if added is None:
        logger.info("report changes nothing", outcome=report.outcome.value)
        return
    transact(store.record_report(current, report, added))


def _fail(reference: Reference, channel: Channel, reason: str) -> Callable[[], SentRecord]:
    return lambda: store.delivered(reference, channel, Counters(failed=1), reason=reason)


def _by_sms(
    reference: Reference, receipt: Receipt, buyer: Contact, brand: str | None
) -> Callable[[], SentRecord]:
    settings = EReceiptsSettings.load()
    text = sms_text(receipt, receipt.link(settings.public_url), brand)
    cost = text.parts * settings.price(Channel.SMS)
    message = Sms(buyer.address, text.text, reference)
    counted = handed_over(text.parts, cost, settings.billed_on)
    return _hand_over(reference, Channel.SMS, counted, lambda: send_sms(message))


def _by_email(
    reference: Reference, receipt: Receipt, buyer: Contact, logo: ServiceItem | None
) -> Callable[[], SentRecord]:
    settings = EReceiptsSettings.load()
    email = receipt_email(receipt, receipt.link(settings.public_url), active_logo(logo))
    letter = Letter(buyer.address, email.subject, email.text, email.html, email.pictures, reference)
    counted = handed_over(0, settings.price(Channel.EMAIL), settings.billed_on)
    return _hand_over(reference, Channel.EMAIL, counted, lambda: send_letter(letter))


def _hand_over(
    reference: Reference,
    channel: Channel,
    counted: tuple[Counters, int],
    hand_over: Callable[[], None],
) -> Callable[[], SentRecord]:
    """Return the step that gives a receipt to the carrier and tells what to record."""

    def send() -> SentRecord:
        try:
            hand_over()
        except RecipientRefused as refusal:
            return _fail(reference, channel, refusal.reason)()
        counters, due = counted
        return store.delivered(reference, channel, counters, due_kopecks=due)

    return send
