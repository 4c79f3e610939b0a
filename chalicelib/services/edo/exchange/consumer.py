"""Receives the messages of other operators."""

from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.log import logger
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.exchange import arrivals
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.participants import store as participants
from chalicelib.services.edo.resources import EDO, EDO_FILES, FULL_CORE
from chalicelib.services.edo.roaming import store as roaming
from chalicelib.services.edo.roaming.connector import INBOUND, FileRefused
from chalicelib.services.edo.roaming.model import (
    Arrival,
    DocumentArrived,
    MessageArrived,
    ParticipantKnown,
    StatusArrived,
)
from chalicelib.services.edo.settings import EdoSettings


@consumer(
    INBOUND,
    reads=[ORGANISATION, EDO_FILES, TRUST],
    writes=[EDO, OUTBOX, EVIDENCE],
    batch_size=1,
    memory=FULL_CORE,
    settings=[BillingSettings, EdoSettings, SigningSettings],
)
def receive_from_roaming(arrival: Arrival) -> None:
    """Receive a document, a step, a technology message or a participant of another operator."""
    if isinstance(arrival, ParticipantKnown):
        arrivals.require_foreign(arrival.participant)
        transact(participants.put_foreign(arrival.participant))
        return
    try:
        if fetch(roaming.received(arrival.dispatch_id)):
            raise roaming.AlreadyReceived
        match arrival:
            case DocumentArrived():
                arrivals.receive_document(arrival)
            case StatusArrived():
                arrivals.receive_step(arrival)
            case MessageArrived():
                arrivals.receive_message(arrival)
    except roaming.AlreadyReceived:
        logger.info("dispatch repeated")
    except TitleRefused as error:  # its message quotes the file, which the log must not contain
        places = ", ".join(place for place, _ in error.errors)
        raise FileRefused(f"invalid at: {places}") from None
