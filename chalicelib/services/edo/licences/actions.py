"""«Лицензии ЭДО»: packages of outgoing documents are bought and paid for by invoice."""

from chalicelib.core.billing.sale import Sold
from chalicelib.core.billing.settings import BillingSettings
from chalicelib.core.billing.store import BILLING
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import fetch
from chalicelib.services.edo.licences import catalogue, rules, store
from chalicelib.services.edo.licences.model import Package, Purchase
from chalicelib.services.edo.licences.sale import SALE
from chalicelib.services.edo.registration import store as registrations
from chalicelib.services.edo.registration.rules import NotRegistered
from chalicelib.services.edo.resources import EDO


@action("GET /edo/licence-packages", caller="client")
def list_packages(caller: Caller) -> Page[Package]:
    """Return the packages on sale."""
    return Page(items=list(catalogue.packages_on_sale()), next=None)


@action(
    "POST /edo/licence-packages/{package_id}/purchase",
    caller="client",
    idempotent=True,
    status=201,
    reads=[ORGANISATION],
    writes=[EDO, BILLING],
    settings=[BillingSettings],
)
def purchase_package(caller: Caller, package_id: str) -> Sold[Purchase]:
    """Buy a package and return the purchase with its invoice.

    The licence becomes active when the invoice is paid.
    """
    package = catalogue.package_on_sale(package_id)
    payer, registration = fetch(
        organisation.profile(caller.client_id), registrations.registration(caller.client_id)
    )
    payer = require_profile(payer)
    if registration is None:
        raise NotRegistered
    opening = SALE.begin(payer, rules.invoice_lines(package))
    invoice = opening.invoice
    purchase = Purchase(
        purchase_id=new_identifier(),
        client_id=caller.client_id,
        package=package,
        state=opening.state,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        history=opening.history,
    )
    return commit(
        Sold(sold=purchase, invoice=invoice),
        store.put_purchase(purchase),
        *SALE.issue(caller.client_id, invoice, purchase.purchase_id),
    )


@action("GET /edo/purchases", caller="client", reads=[EDO], settings=[PageSettings])
def list_purchases(caller: Caller, query: PageQuery) -> Page[Purchase]:
    """Return the purchases of packages in every state, newest first."""
    return page(store.purchases(caller.client_id), query, caller.client_id)
