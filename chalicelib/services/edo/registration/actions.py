"""«Регистрация в ЭДО»: an organisation joins the exchange with its qualified signature."""

import secrets

from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.participants.model import PersonNames
from chalicelib.services.edo.registration import name_correction, rules, statement, store
from chalicelib.services.edo.registration.model import (
    ChosenCertificate,
    ParticipantRegistration,
    SignedStatement,
    StatementToSign,
)
from chalicelib.services.edo.resources import EDO
from chalicelib.services.edo.settings import EdoSettings


@action("POST /edo/registration/statement", caller="client", reads=[ORGANISATION], writes=[EDO])
def draw_up_statement(caller: Caller, chosen: ChosenCertificate) -> StatementToSign:
    """Read a certificate and return the statement to sign.

    The request may correct the names; the address is changed in the profile.
    """
    from chalicelib.services.edo.registration import certificate

    profile, current = fetch(
        organisation.profile(caller.client_id), store.registration(caller.client_id)
    )
    profile = require_profile(profile)
    rules.require_not_registered(current)
    registering = statement.organisation_of(profile)
    card = certificate.read(chosen.certificate, registering, clock.now())
    names, faults = name_correction.correct(card, chosen)
    if faults:
        raise PayloadInvalid(faults)
    drawn_up = statement.draw_up(profile, PersonNames.model_validate(names), card)
    return commit(drawn_up.to_sign(), store.put_statement(caller.client_id, drawn_up))


@action("GET /edo/registration", caller="client", reads=[EDO])
def get_registration(caller: Caller) -> ParticipantRegistration:
    """Return the registration: the statement, the accepted texts and the signature."""
    registration = fetch(store.registration(caller.client_id))
    if registration is None:
        raise rules.ParticipantRegistrationUnknown
    return registration


@action(
    "POST /edo/registration",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION, TRUST],
    writes=[EDO, EVIDENCE],
    memory=1024,
    settings=[EdoSettings, SigningSettings],
)
def register_participant(caller: Caller, payload: SignedStatement) -> ParticipantRegistration:
    """Register the organisation by a statement signed with the certificate named in it."""
    from chalicelib.core.signing.acceptance import accept_signature

    rules.require_acceptances(payload)
    profile, drawn_up, current = fetch(
        organisation.profile(caller.client_id),
        store.statement(caller.client_id, payload.statement_id),
        store.registration(caller.client_id),
    )
    profile = require_profile(profile)
    rules.require_not_registered(current)
    drawn_up = rules.require_current(drawn_up, statement.organisation_of(profile))
    signature = accept_signature(
        caller.client_id,
        drawn_up.text.encode(),
        payload.signature,
        inn=drawn_up.organisation.inn,
        ogrn=drawn_up.organisation.ogrn,
        certificate_sha256=drawn_up.certificate.sha256,
    )
    registration = rules.new_registration(
        drawn_up,
        signature,
        EdoSettings.load().edo_operator_code,
        clock.now().astimezone(clock.MOSCOW),
        secrets.randbelow(10**7),
    )
    return commit(registration, *store.put_registration(caller.client_id, registration))
