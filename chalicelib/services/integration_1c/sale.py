"""The sale of subscriptions: what follows when the invoice is paid or expires."""

from chalicelib.core.billing.sale import Sale
from chalicelib.core.organisation import store as organisation
from chalicelib.core.organisation.rules import require_profile
from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor
from chalicelib.runtime.table import Write, fetch
from chalicelib.services.integration_1c import mail, resources, rules, store
from chalicelib.services.integration_1c.model import SubscriptionState
from chalicelib.services.integration_1c.store import StoredSubscription


def _paid(subscription: StoredSubscription) -> list[Write]:
    """Describe the activation: the days of access and an e-mail to the client.

    Raises:
        OrganisationUnknown: the client has no profile.
    """
    client_id, register_id = subscription.client_id, subscription.register_id
    access, payer = fetch(store.access(client_id, register_id), organisation.profile(client_id))
    payer = require_profile(payer)
    now = clock.now()
    extended = rules.extend(register_id, access, subscription.period, now)
    active = rules.SUBSCRIPTION.move(subscription, SubscriptionState.ACTIVE, Actor.BANK, at=now)
    return [
        store.move_subscription(active),
        store.put_access(client_id, extended, access),
        mail.subscribed(client_id, payer, extended),
    ]


def _expired(subscription: StoredSubscription) -> list[Write]:
    expired = rules.SUBSCRIPTION.move(subscription, SubscriptionState.EXPIRED, Actor.TIME)
    return [store.move_subscription(expired)]


SALE = Sale(
    queue=resources.SUBSCRIPTIONS,
    first=SubscriptionState.INVOICED,
    lifecycle=rules.SUBSCRIPTION,
    get=store.subscription,
    unknown=rules.SubscriptionUnknown,
    paid=_paid,
    expired=_expired,
)
