"""«Платформа ЭДО»: the main screen."""

from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.model import Model
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.documents import actions as documents
from chalicelib.services.edo.exchange import actions as exchange
from chalicelib.services.edo.licences import actions as licences
from chalicelib.services.edo.licences import rules as licence_rules
from chalicelib.services.edo.licences.lookup import load_running_licences
from chalicelib.services.edo.licences.model import LicenceCard
from chalicelib.services.edo.participants import actions as participants
from chalicelib.services.edo.participants.model import ParticipantId
from chalicelib.services.edo.registration import actions as registration
from chalicelib.services.edo.registration import store as registrations
from chalicelib.services.edo.resources import EDO

ROOMS = (participants, registration, licences, documents, exchange)
"""Modules that declare the other actions of this section: importing this module imports them."""


class EdoOverview(Model):
    """The main screen of «Платформа ЭДО»."""

    registered: bool
    participant_id: ParticipantId | None
    licence: LicenceCard


@action("GET /edo", caller="client", reads=[EDO])
def get_edo(caller: Caller) -> EdoOverview:
    """Return the participant's identifier and the state of the licence."""
    # Two reads: the licences are a range of keys, which a read of single items cannot return.
    current = fetch(registrations.registration(caller.client_id))
    return EdoOverview(
        registered=current is not None,
        participant_id=current.participant_id if current else None,
        licence=licence_rules.licence_card(load_running_licences(caller.client_id)),
    )
