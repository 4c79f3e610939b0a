"""The sale of packages: the licence starts when the invoice is paid."""

from chalicelib.core.billing.sale import Sale
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write
from chalicelib.services.edo.licences import rules, store
from chalicelib.services.edo.licences.model import Purchase, PurchaseState


def _paid(purchase: Purchase) -> list[Write]:
    paid = rules.PURCHASE.move(purchase, PurchaseState.PAID, Actor.BANK)
    paid_on = clock.business_day(paid.at)
    licence = rules.licence_of(purchase.purchase_id, purchase.package, paid_on)
    return [store.move_purchase(paid), store.put_licence(purchase.client_id, licence)]


def _expired(purchase: Purchase) -> list[Write]:
    return [store.move_purchase(rules.PURCHASE.move(purchase, PurchaseState.EXPIRED, Actor.TIME))]


SALE = Sale(
    queue=store.LICENCES,
    first=PurchaseState.INVOICED,
    lifecycle=rules.PURCHASE,
    get=store.purchase,
    unknown=rules.PurchaseUnknown,
    paid=_paid,
    expired=_expired,
)
