"""«Платформа ЭДО»: registration, licence, counterparties; documents are in their own rooms."""

import secrets

from chalicelib.core.billing import invoicing
from chalicelib.core.billing import store as billing
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import OrganisationUnknown
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.problem import PayloadInvalid
from chalicelib.runtime.table import every, fetch
from chalicelib.services.edo import (  # noqa: F401 - the section's other calls declare themselves
    document_actions,
    names,
    packages,
    response_actions,
    rules,
    statement,
    store,
)
from chalicelib.services.edo.model import (
    ChosenCertificate,
    CounterpartiesQuery,
    Counterparty,
    NewRegistration,
    Overview,
    Package,
    Purchase,
    PurchaseState,
    PurchaseWithInvoice,
    Registration,
    Statement,
    StatementToSign,
)
from chalicelib.services.edo.participant import PersonNames, new_participant_id
from chalicelib.services.edo.settings import EdoSettings
from chalicelib.services.edo.store import EDO

_MOST_COUNTERPARTIES = 100


@action("GET /edo", caller="client", reads=[EDO])
def get_edo(caller: Caller) -> Overview:
    """Return the participant's identifier and the licence, in two reads."""
    registration = fetch(store.registration(caller.client_id))
    running = store.licences(caller.client_id, clock.today())
    return Overview(
        registered=registration is not None,
        participant_id=registration.participant_id if registration else None,
        licence=rules.licence_card(every(running, most=store.MOST_LICENCES)),
    )


@action("POST /edo/registration/statement", caller="client", reads=[ORGANISATION], writes=[EDO])
def draw_up_statement(caller: Caller, chosen: ChosenCertificate) -> StatementToSign:
    """Read a certificate and return what will be registered, with the statement to sign.

    The names may be corrected by sending them; the address is changed in the profile.
    """
    from chalicelib.services.edo import certificate

    profile, registered = fetch(
        organisation.profile(caller.client_id), store.registration(caller.client_id)
    )
    if profile is None:
        raise OrganisationUnknown
    if registered is not None:
        raise rules.AlreadyRegistered(participant_id=registered.participant_id)
    registering = statement.organisation_of(profile)
    card = certificate.read(chosen.certificate, registering, clock.now())
    said, faults = names.corrected(card, chosen)
    if faults:
        raise PayloadInvalid(faults)
    person = PersonNames.model_validate(said)
    drawn_up = Statement(
        statement_id=new_identifier(),
        certificate=card,
        person=person,
        organisation=registering,
        address_note=statement.address_note(profile.kind),
        offer=statement.OFFER,
        personal_data_policy=statement.PERSONAL_DATA_POLICY,
        text=statement.text(registering, person, card),
    )
    return commit(drawn_up.shown(), store.put_statement(caller.client_id, drawn_up))


@action("GET /edo/registration", caller="client", reads=[EDO])
def get_registration(caller: Caller) -> Registration:
    """Return the registration: what was stated, accepted and signed."""
    registration = fetch(store.registration(caller.client_id))
    if registration is None:
        raise rules.RegistrationUnknown
    return registration


@action(
    "POST /edo/registration",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION, TRUST],
    writes=[EDO, EVIDENCE],
    memory=1024,
)
def register_participant(caller: Caller, said: NewRegistration) -> Registration:
    """Register the organisation by a statement signed with the certificate that it names."""
    from chalicelib.core.signing.acceptance import accept_signature

    rules.require_acceptances(said)
    profile, drawn_up, registered = fetch(
        organisation.profile(caller.client_id),
        store.statement(caller.client_id, said.statement_id),
        store.registration(caller.client_id),
    )
    if profile is None:
        raise OrganisationUnknown
    if registered is not None:
        raise rules.AlreadyRegistered(participant_id=registered.participant_id)
    if drawn_up is None:
        raise rules.StatementUnknown
    registering = statement.organisation_of(profile)
    if drawn_up.text != statement.text(registering, drawn_up.person, drawn_up.certificate):
        raise rules.StatementOutdated
    signature = accept_signature(
        caller.client_id,
        drawn_up.text.encode(),
        said.signature,
        inn=registering.inn,
        ogrn=registering.ogrn,
        certificate_sha256=drawn_up.certificate.sha256,
    )
    moment = clock.now().astimezone(clock.MOSCOW)
    registration = Registration(
        participant_id=new_participant_id(
            EdoSettings.load().edo_operator_code,
            registering.inn,
            registering.kpp,
            moment,
            secrets.randbelow(10**7),
        ),
        registered_at=signature.received_at,
        person=drawn_up.person,
        certificate=drawn_up.certificate,
        organisation=registering,
        offer_version=drawn_up.offer.version,
        personal_data_version=drawn_up.personal_data_policy.version,
        statement_text=drawn_up.text,
        signature=signature,
    )
    return commit(registration, *store.register(caller.client_id, registration))


@action("GET /edo/licence-packages", caller="client")
def list_packages(caller: Caller) -> Page[Package]:
    """List the packages on sale."""
    return Page(items=list(packages.on_sale()), next=None)


@action(
    "POST /edo/licence-packages/{package_id}/purchase",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[EDO, BILLING],
)
def purchase_package(caller: Caller, package_id: str) -> PurchaseWithInvoice:
    """Buy a package: its invoice is returned, and the licence is active when it is paid."""
    package = packages.package_of(package_id)
    payer, registered = fetch(
        organisation.profile(caller.client_id), store.registration(caller.client_id)
    )
    if payer is None:
        raise OrganisationUnknown
    if registered is None:
        raise rules.NotRegistered
    invoice = invoicing.draw_up(payer, rules.invoice_lines(package))
    purchase = Purchase(
        purchase_id=new_identifier(),
        client_id=caller.client_id,
        package=package,
        state=PurchaseState.INVOICED,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=(HistoryEntry.now(PurchaseState.INVOICED.value, Actor.CLIENT),),
    )
    return commit(
        PurchaseWithInvoice(**purchase.model_dump(), invoice=invoice),
        store.put_purchase(purchase),
        *billing.issue(
            caller.client_id, invoice, subject=purchase.purchase_id, queue=store.LICENCES
        ),
    )


@action("GET /edo/purchases", caller="client", reads=[EDO])
def list_purchases(caller: Caller, query: PageQuery) -> Page[Purchase]:
    """List the packages bought, newest first, paid or not."""
    return page(store.purchases(caller.client_id), query, caller.client_id)


@action("GET /edo/counterparties", caller="client", reads=[EDO])
def find_counterparties(caller: Caller, query: CounterpartiesQuery) -> Page[Counterparty]:
    """Find the participants of a taxpayer, ours or other operators'."""
    found = every(store.participants(query.inn), most=_MOST_COUNTERPARTIES)
    return Page(items=[Counterparty.of(one) for one in found], next=None)
