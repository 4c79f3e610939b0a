"""«Платформа Госотчёт»: licences, registration with the authorities, login and password."""

from chalicelib.core.billing.sale import Sold
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit, transact
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import fetch, first
from chalicelib.services.gosotchet import account as accounts
from chalicelib.services.gosotchet import account_store, rules, store
from chalicelib.services.gosotchet.account import SignedIn, SignIn
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.model import (
    Amendment,
    AmendmentCard,
    AmendmentState,
    Licence,
    NewAmendment,
    NewCredentials,
    NewLicence,
    NewRegistration,
    Registration,
    RegistrationAccepted,
    RegistrationCard,
    RegistrationLine,
    RegistrationsQuery,
    RegistrationState,
)
from chalicelib.services.gosotchet.sale import SALE
from chalicelib.services.gosotchet.settings import ReportingSettings
from chalicelib.services.gosotchet.store import GOSOTCHET
from chalicelib.services.gosotchet.tariff import Tariff, find, tariffs

BOTH = ("client", "operator")


@action("GET /gosotchet/tariffs", caller="client")
def list_gosotchet_tariffs(caller: Caller) -> Page[Tariff]:
    """List the tariffs on sale with the authorities each admits."""
    return Page(items=list(tariffs()), next=None)


@action("GET /gosotchet/licences", caller="client", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_licences(caller: Caller, query: PageQuery) -> Page[Licence]:
    """List the caller's licences, newest first."""
    return page(store.licences(caller.client_id), query, caller.client_id)


@action(
    "POST /gosotchet/licences",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[GOSOTCHET, BILLING],
    settings=[BillingSettings],
)
def buy_gosotchet_licence(caller: Caller, wanted: NewLicence) -> Sold[Licence]:
    """Order a licence; it is active when its invoice is paid."""
    payer = fetch(organisation.profile(caller.client_id))
    if payer is None:
        raise OrganisationUnknown
    tariff = find(wanted.tariff)
    if tariff is None:
        raise rules.TariffUnknown
    opening = SALE.begin(payer, rules.invoice_lines(tariff))
    invoice = opening.invoice
    licence = Licence(
        licence_id=new_identifier(),
        client_id=caller.client_id,
        tariff=tariff,
        status=opening.state,
        ordered_at=opening.at,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=opening.history,
    )
    return commit(
        Sold(sold=licence, invoice=invoice),
        store.put_licence(licence),
        *SALE.issue(caller.client_id, invoice, licence.licence_id),
    )


@action(
    "POST /gosotchet/registrations",
    caller="client",
    idempotent=True,
    status=202,
    reads=[ORGANISATION, TRUST],
    writes=[GOSOTCHET, OUTBOX],
    settings=[SigningSettings],
)
def register_gosotchet_licence(caller: Caller, form: NewRegistration) -> RegistrationAccepted:
    """Register a licence with the authorities; login and password follow by e-mail."""
    from chalicelib.services.gosotchet import certificate as certificates

    licence, owner = fetch(
        store.licence(caller.client_id, form.licence_id), organisation.profile(caller.client_id)
    )
    if licence is None:
        raise rules.LicenceUnknown
    if owner is None:
        raise OrganisationUnknown
    valid_until = rules.require_free(licence, clock.today())
    certificate, errors = certificates.read(form.certificate, owner)
    errors = rules.faults(form.authorities, licence.tariff, owner) + errors
    if certificate is None or errors:
        raise PayloadInvalid(errors)
    beginning = rules.REGISTRATION.begin(RegistrationState.ACCEPTED, Actor.CLIENT)
    registration = Registration(
        registration_id=new_identifier(),
        licence_id=licence.licence_id,
        client_id=caller.client_id,
        status=beginning.state,
        authorities=form.authorities,
        certificate=certificate,
        email=form.email,
        requested_at=beginning.at,
        credentials_due=beginning.at + rules.PROMISED,
        organisation_name=owner.name,
        organisation_inn=owner.inn,
        tariff=licence.tariff,
        valid_until=valid_until,
        delivery_id=new_identifier(),
        history=beginning.history,
    )
    return commit(
        rules.accepted(registration),
        *store.put_registration(registration),
    )


@action("GET /gosotchet/registrations", caller="client", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_registrations(caller: Caller, query: PageQuery) -> Page[RegistrationCard]:
    """List the caller's registrations, newest first."""
    found = page(store.registrations(caller.client_id), query, caller.client_id)
    return Page(items=[one.card() for one in found.items], next=found.next)


@action("GET /gosotchet/registrations/{registration_id}", caller=BOTH, reads=[GOSOTCHET])
def get_gosotchet_registration(caller: Caller, registration_id: str) -> RegistrationCard:
    """Return one registration with its history."""
    if caller.is_operator:
        return _of_all(registration_id).card()
    return _own(caller, registration_id).card()


@action("GET /gosotchet/worklist", caller="operator", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_worklist(caller: Caller, query: RegistrationsQuery) -> Page[RegistrationLine]:
    """List everybody's registrations in a status, those that failed by default."""
    found = page(store.registrations_of_all(query.status), query, caller.client_id)
    return Page(items=[one.line() for one in found.items], next=found.next)


@action(
    "POST /gosotchet/registrations/{registration_id}/retry",
    caller="operator",
    writes=[GOSOTCHET, OUTBOX],
)
def retry_gosotchet_registration(caller: Caller, registration_id: str) -> RegistrationCard:
    """Have a registration that failed provisioned once more."""
    current = _of_all(registration_id)
    request = rules.request_credentials(current, RegistrationState.ACCEPTED, Actor.OPERATOR)
    return commit(request.changed.card(), *store.request_credentials(current, request))


@action(
    "POST /gosotchet/registrations/{registration_id}/credentials",
    caller="client",
    idempotent=True,
    status=202,
    writes=[GOSOTCHET, OUTBOX],
)
def resend_gosotchet_credentials(
    caller: Caller, registration_id: str, wanted: NewCredentials
) -> RegistrationAccepted:
    """Mail a new one-time password; the former ceases to be valid."""
    current = _own(caller, registration_id)
    request = rules.request_credentials(
        current, RegistrationState.CREDENTIALS_REQUESTED, Actor.CLIENT, wanted.email
    )
    rules.require_pause(current, request.at)
    return commit(rules.accepted(request.changed), *store.request_credentials(current, request))


@action(
    "POST /gosotchet/registrations/{registration_id}/changes",
    caller="client",
    idempotent=True,
    status=202,
    reads=[ORGANISATION, TRUST],
    writes=[GOSOTCHET, OUTBOX],
    settings=[SigningSettings],
)
def change_gosotchet_registration(
    caller: Caller, registration_id: str, wanted: NewAmendment
) -> AmendmentCard:
    """Add authorities to a registration, or put a new certificate in place of its own."""
    from chalicelib.services.gosotchet import certificate as certificates

    seen, owner = fetch(
        store.registration(caller.client_id, registration_id),
        organisation.profile(caller.client_id),
    )
    if seen is None:
        raise rules.RegistrationUnknown
    if owner is None:
        raise OrganisationUnknown
    rules.require_changeable(seen, clock.today())
    errors = rules.faults(wanted.authorities, seen.tariff, owner, seen.authorities)
    certificate = None
    if wanted.certificate is not None:
        certificate, refusals = certificates.read(wanted.certificate, owner)
        errors += refusals + rules.certificate_faults(certificate, seen.certificate)
    if errors:
        raise PayloadInvalid(errors)
    beginning = rules.AMENDMENT.begin(AmendmentState.ACCEPTED, Actor.CLIENT)
    change = Amendment(
        change_id=new_identifier(),
        registration_id=registration_id,
        client_id=caller.client_id,
        status=beginning.state,
        authorities=wanted.authorities,
        certificate=certificate,
        submitted_at=beginning.at,
        history=beginning.history,
    )
    return commit(change.card(), *store.put_change(change))


@action(
    "GET /gosotchet/registrations/{registration_id}/changes",
    caller="client",
    reads=[GOSOTCHET],
    settings=[PageSettings],
)
def list_gosotchet_changes(
    caller: Caller, registration_id: str, query: PageQuery
) -> Page[AmendmentCard]:
    """List the changes of a registration, newest first. Two reads: whose it is, and they."""
    _own(caller, registration_id)
    found = page(store.changes(caller.client_id, registration_id), query, caller.client_id)
    return Page(items=[one.card() for one in found.items], next=found.next)


@action(
    "POST /gosotchet/sessions",
    caller="anyone",
    writes=[ACCOUNTS],
    rate_limit=20,
    refuses=[403],
    settings=[ReportingSettings],
)
def sign_in_gosotchet(said: SignIn) -> SignedIn:
    """Sign in to the embedded reporting system; a one-time password must be changed with it."""
    from chalicelib.services.gosotchet import password as passwords

    accounts.require_embedded()
    account = fetch(account_store.account(said.login.strip().lower()))
    if account is None or account.password_hash is None:
        passwords.fits(said.password, None)
        raise accounts.SignInRefused
    accounts.require_open(account, clock.now())
    if not passwords.fits(said.password, account.password_hash):
        transact([account_store.fail(account)])
        raise accounts.SignInRefused
    if account.must_change and said.new_password is None:
        transact([account_store.sign_in(account, None)])
        raise accounts.PasswordChangeRequired
    new_hash = passwords.digest(said.new_password) if said.new_password else None
    return commit(account.signed_in(), account_store.sign_in(account, new_hash))


def _own(caller: Caller, registration_id: str) -> Registration:
    seen = fetch(store.registration(caller.client_id, registration_id))
    if seen is None:
        raise rules.RegistrationUnknown
    return seen


def _of_all(registration_id: str) -> Registration:
    seen = first(store.registration_of_all(registration_id))
    if seen is None:
        raise rules.RegistrationUnknown
    return seen
