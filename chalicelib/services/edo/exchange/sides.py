"""Reads of the two sides of a document."""

from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.exchange import rules
from chalicelib.services.edo.participants import store as participants
from chalicelib.services.edo.participants.model import Participant
from chalicelib.services.edo.registration import store as registrations
from chalicelib.services.edo.registration.rules import NotRegistered
from chalicelib.services.edo.settings import EdoSettings


def load_sides(client_id: str, recipient_id: str) -> tuple[Participant, Participant]:
    """Return the client as the sender of a new document, and the recipient, in one read.

    Raises:
        OrganisationUnknown: the client has no profile.
        NotRegistered: the client is not a participant.
        RecipientIsSender, RecipientUnknown: see :func:`rules.recipient_of`.
    """
    profile, registration, recipient = fetch(
        organisation.profile(client_id),
        registrations.registration(client_id),
        participants.participant(recipient_id),
    )
    profile = require_profile(profile)
    if registration is None:
        raise NotRegistered
    sender = registration.participant(client_id).as_of(profile)
    code = EdoSettings.load().edo_operator_code
    return sender, rules.recipient_of(recipient_id, recipient, sender, code)


def load_current(participant: Participant) -> Participant:
    """Return a participant with the current name and address of its organisation.

    A participant of another operator is returned unchanged.
    """
    if participant.owner is None:
        return participant
    return participant.as_of(fetch(organisation.profile(participant.owner)))


def load_email(participant: Participant) -> str | None:
    """Return the e-mail address of our participant; None for one of another operator."""
    profile = fetch(organisation.profile(participant.owner)) if participant.owner else None
    return profile.email if profile else None
