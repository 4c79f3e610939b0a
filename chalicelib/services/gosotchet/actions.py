"""«Платформа Госотчёт»: licences, registration with the authorities, login and password."""

from chalicelib.core.billing.sale import Sold
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.outbox import OUTBOX
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import registrations, rules, store
from chalicelib.services.gosotchet.account import SignedIn, SignIn
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.gosotchet.model import (
    AmendmentCard,
    Licence,
    NewAmendment,
    NewCredentials,
    NewLicence,
    NewRegistration,
    RegistrationAccepted,
    RegistrationCard,
    RegistrationLine,
    RegistrationsQuery,
    RegistrationState,
)
from chalicelib.services.gosotchet.sale import SALE
from chalicelib.services.gosotchet.settings import ReportingSettings
from chalicelib.services.gosotchet.store import GOSOTCHET
from chalicelib.services.gosotchet.tariff import Tariff, find_tariff, tariffs

BOTH = ("client", "operator")


@action("GET /gosotchet/tariffs", caller="client")
def list_gosotchet_tariffs(caller: Caller) -> Page[Tariff]:
    """List the tariffs on sale with the authorities that each tariff covers."""
    return Page(items=list(tariffs()), next=None)


@action("GET /gosotchet/licences", caller="client", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_licences(caller: Caller, query: PageQuery) -> Page[Licence]:
    """List the licences of the caller, newest first."""
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
def buy_gosotchet_licence(caller: Caller, payload: NewLicence) -> Sold[Licence]:
    """Order a licence. The licence becomes active when its invoice is paid."""
    payer = require_profile(fetch(organisation.profile(caller.client_id)))
    tariff = find_tariff(payload.tariff)
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
    """Register a licence with the authorities. The login and password are sent by e-mail."""
    from chalicelib.services.gosotchet.form_check import check_registration

    licence, owner = fetch(
        store.licence(caller.client_id, form.licence_id), organisation.profile(caller.client_id)
    )
    if licence is None:
        raise rules.LicenceUnknown
    owner = require_profile(owner)
    valid_until = rules.require_free(licence, clock.today())
    certificate = check_registration(form, licence, owner)
    registration = rules.new_registration(licence, owner, form, certificate, valid_until)
    return commit(rules.accepted(registration), *store.put_registration(registration))


@action("GET /gosotchet/registrations", caller="client", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_registrations(caller: Caller, query: PageQuery) -> Page[RegistrationCard]:
    """List the registrations of the caller, newest first."""
    result = page(store.registrations(caller.client_id), query, caller.client_id)
    return Page(items=[item.card() for item in result.items], next=result.next)


@action("GET /gosotchet/registrations/{registration_id}", caller=BOTH, reads=[GOSOTCHET])
def get_gosotchet_registration(caller: Caller, registration_id: str) -> RegistrationCard:
    """Return a registration with its history."""
    if caller.is_operator:
        return registrations.read_any(registration_id).card()
    return registrations.read_own(caller, registration_id).card()


@action("GET /gosotchet/worklist", caller="operator", reads=[GOSOTCHET], settings=[PageSettings])
def list_gosotchet_worklist(caller: Caller, query: RegistrationsQuery) -> Page[RegistrationLine]:
    """List the registrations of all clients in a state, by default those that failed."""
    result = page(store.registrations_of_all(query.status), query, caller.client_id)
    return Page(items=[item.line() for item in result.items], next=result.next)


@action(
    "POST /gosotchet/registrations/{registration_id}/retry",
    caller="operator",
    writes=[GOSOTCHET, OUTBOX],
)
def retry_gosotchet_registration(caller: Caller, registration_id: str) -> RegistrationCard:
    """Repeat the request of a failed registration to the reporting system."""
    current = registrations.read_any(registration_id)
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
    caller: Caller, registration_id: str, payload: NewCredentials
) -> RegistrationAccepted:
    """Send a new one-time password by e-mail. The previous password becomes invalid."""
    current = registrations.read_own(caller, registration_id)
    request = rules.request_credentials(
        current, RegistrationState.CREDENTIALS_REQUESTED, Actor.CLIENT, payload.email
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
    caller: Caller, registration_id: str, payload: NewAmendment
) -> AmendmentCard:
    """Add authorities to a registration, replace its certificate, or both."""
    from chalicelib.services.gosotchet.form_check import check_amendment

    current, owner = fetch(
        store.registration(caller.client_id, registration_id),
        organisation.profile(caller.client_id),
    )
    if current is None:
        raise rules.RegistrationUnknown
    owner = require_profile(owner)
    rules.require_amendable(current, clock.today())
    certificate = check_amendment(payload, current, owner)
    amendment = rules.new_amendment(current, payload, certificate)
    return commit(amendment.card(), *store.put_amendment(amendment))


@action(
    "GET /gosotchet/registrations/{registration_id}/changes",
    caller="client",
    reads=[GOSOTCHET],
    settings=[PageSettings],
)
def list_gosotchet_changes(
    caller: Caller, registration_id: str, query: PageQuery
) -> Page[AmendmentCard]:
    """List the amendments of a registration, newest first."""
    # Two reads: a registration without amendments is told from an unknown one.
    registrations.read_own(caller, registration_id)
    result = page(store.amendments(caller.client_id, registration_id), query, caller.client_id)
    return Page(items=[item.card() for item in result.items], next=result.next)


@action(
    "POST /gosotchet/sessions",
    caller="anyone",
    writes=[ACCOUNTS],
    rate_limit=20,
    refuses=[403],
    settings=[ReportingSettings],
)
def sign_in_gosotchet(payload: SignIn) -> SignedIn:
    """Sign in to the embedded reporting system. A one-time password must be changed at once."""
    from chalicelib.services.gosotchet.sign_in import sign_in

    return sign_in(payload)
