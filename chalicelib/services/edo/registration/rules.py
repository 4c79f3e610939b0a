"""Who may register, and with which statement."""

import datetime as dt

from chalicelib.core.signing.model import Signature
from chalicelib.runtime.problem import NotFound, PayloadInvalid, Problem
from chalicelib.services.edo.participants.model import new_participant_id
from chalicelib.services.edo.registration import statement
from chalicelib.services.edo.registration.model import (
    JoiningStatement,
    ParticipantRegistration,
    RegisteredOrganisation,
    SignedStatement,
)


class AlreadyRegistered(Problem):
    """The organisation is a participant already, with the identifier ``participant_id``."""

    slug = "edo-already-registered"
    title = "Организация уже зарегистрирована"
    detail = "Организация уже зарегистрирована в ЭДО, её идентификатор: {participant_id}."


class NotRegistered(Problem):
    """The action is for participants, and the organisation is not one."""

    slug = "edo-not-registered"
    title = "Организация не зарегистрирована в ЭДО"
    detail = "Сначала присоединитесь к ЭДО: зарегистрируйтесь с КЭП организации."


class ParticipantRegistrationUnknown(NotFound):
    """The organisation is not a participant, so there is no registration to return."""

    slug = "edo-registration-unknown"
    title = NotRegistered.title
    detail = NotRegistered.detail


class CertificateRefused(Problem):
    """The certificate cannot be read, or its holder may not sign for the organisation.

    ``code`` is a stable reason from ``chalicelib.kep.errors``; ``detail`` says what to do.
    """

    status = 422
    slug = "certificate-refused"
    title = "Сертификат не подходит"


class StatementUnknown(NotFound):
    """The statement does not exist or is older than a day."""

    slug = "edo-statement-unknown"
    detail = "Заявление не найдено или устарело: оно действует сутки. Получите его заново."


class StatementOutdated(Problem):
    """The profile, the offer or the policy has changed since the statement was made."""

    slug = "edo-statement-outdated"
    title = "Заявление устарело"
    detail = "Данные профиля или условия изменились. Получите заявление заново и подпишите его."


def require_acceptances(payload: SignedStatement) -> None:
    """Require both legal texts to be accepted.

    Raises:
        PayloadInvalid: with an error for each text that is not accepted.
    """
    details = {
        "accept_offer": "Примите условия договора-оферты.",
        "accept_personal_data": "Примите условия обработки персональных данных.",
    }
    faults = [
        {"pointer": f"/{name}", "detail": detail}
        for name, detail in details.items()
        if not getattr(payload, name)
    ]
    if faults:
        raise PayloadInvalid(faults)


def require_not_registered(current: ParticipantRegistration | None) -> None:
    """Require that the organisation is not a participant.

    Raises:
        AlreadyRegistered: ``current`` is its registration.
    """
    if current is not None:
        raise AlreadyRegistered(participant_id=current.participant_id)


def require_current(
    drawn_up: JoiningStatement | None, organisation: RegisteredOrganisation
) -> JoiningStatement:
    """Return the statement if its text is still what would be drawn up now.

    Raises:
        StatementUnknown: there is no such statement.
        StatementOutdated: the profile or a legal text has changed.
    """
    if drawn_up is None:
        raise StatementUnknown
    if drawn_up.text != statement.text(organisation, drawn_up.person, drawn_up.certificate):
        raise StatementOutdated
    return drawn_up


def new_registration(
    drawn_up: JoiningStatement,
    signature: Signature,
    operator_code: str,
    moment: dt.datetime,
    digits: int,
) -> ParticipantRegistration:
    """Return the registration that the signed statement leads to.

    ``moment``, in Moscow time, and the seven random ``digits`` become part of the identifier.
    """
    organisation = drawn_up.organisation
    return ParticipantRegistration(
        participant_id=new_participant_id(
            operator_code, organisation.inn, organisation.kpp, moment, digits
        ),
        registered_at=signature.received_at,
        person=drawn_up.person,
        certificate=drawn_up.certificate,
        organisation=organisation,
        offer_version=drawn_up.offer.version,
        personal_data_version=drawn_up.personal_data_policy.version,
        statement_text=drawn_up.text,
        signature=signature,
    )
