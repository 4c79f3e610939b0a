"""Tariffs and credentials.

In the client's partition: ``access#<РНМ>`` with all terms of a register; ``subscription#<id>``;
``credentials``, which names the login. In partitions of no client: ``register#<РНМ>``: ``trial``,
since a register has one whoever owns it; ``login#<login>``: ``credentials``, by which a call of 1С
finds its client. Index ``due`` holds accesses by their last day, until their owner is reminded.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.resource import Bucket, Queue
from chalicelib.runtime.table import Get, Query, Table, Write, to_item
from chalicelib.services.integration_1c.model import (
    Access,
    KeptCredentials,
    Subscription,
    SubscriptionStatus,
)
from chalicelib.services.integration_1c.rules import (
    AccessChanged,
    CredentialsChanged,
    SubscriptionMoved,
    TrialUsed,
)

INTEGRATION_1C = Table("Integration1c")
SUBSCRIPTIONS = Queue("Integration1c")
"""Where the service hears of its invoices."""

PREPARATIONS = Queue("Preparations")
"""Messages that take longer than a call."""
EXCHANGES = Bucket("Exchanges")
"""Messages of both sides, for a week."""

MOST_REGISTERS = 5_000
_DUE = "accesses"


class Ending(Access):
    """Access about to end, and whose it is."""

    client_id: str


def access(client_id: str, register_id: str) -> Get[Access]:
    """The access of a register."""
    return INTEGRATION_1C.get(client_id, f"access#{register_id}", Access.model_validate)


def accesses(client_id: str) -> Query[Access]:
    """The accesses of all registers that ever had one."""
    return INTEGRATION_1C.list(client_id, "access#", Access.model_validate)


def put_access(client_id: str, changed: Access, seen: Access | None) -> Write:
    """Keep access with a term more than was ``seen``; its owner is to be reminded of its end."""
    item = to_item(changed) | {
        "client_id": client_id,
        "sk": f"access#{changed.register_id}",
        "until": changed.until.isoformat(),
        "due": _DUE,
        "due_sort": f"{changed.until.isoformat()}#{client_id}#{changed.register_id}",
    }
    if seen is None:
        return INTEGRATION_1C.put(item, new=True, otherwise=AccessChanged())
    still = Attr("until").eq(seen.until.isoformat())
    return INTEGRATION_1C.put(item, when=still, otherwise=AccessChanged())


def trial(register_id: str) -> Get[bool]:
    """Whether a register had its trial."""
    return INTEGRATION_1C.get(f"register#{register_id}", "trial", lambda item: True)


def use_trial(client_id: str, register_id: str) -> Write:
    """Note that a register has had its trial."""
    item = {
        "client_id": f"register#{register_id}",
        "sk": "trial",
        "used_by": client_id,
        "at": clock.now().isoformat(),
    }
    return INTEGRATION_1C.put(item, new=True, otherwise=TrialUsed())


def ending(up_to: dt.date) -> Query[Ending]:
    """Accesses that end by ``up_to`` and whose owners are not reminded."""
    # After every access of that day.
    return INTEGRATION_1C.index("due", _DUE, Ending.model_validate, up_to=f"{up_to.isoformat()}$")


def reminded(seen: Ending) -> Write:
    """Note that the owner knows of the end, unless it has moved."""
    return INTEGRATION_1C.update(
        seen.client_id,
        f"access#{seen.register_id}",
        put={"reminded_at": clock.now().isoformat()},
        remove=["due", "due_sort"],
        when=Attr("until").eq(seen.until.isoformat()) & Attr("due").exists(),
        otherwise=AccessChanged(),
    )


def subscription(client_id: str, subscription_id: str) -> Get[Subscription]:
    """One subscription."""
    sk = f"subscription#{subscription_id}"
    return INTEGRATION_1C.get(client_id, sk, Subscription.model_validate)


def put_subscription(client_id: str, new: Subscription) -> Write:
    """Keep a new subscription."""
    sk = f"subscription#{new.subscription_id}"
    return INTEGRATION_1C.put({"client_id": client_id, "sk": sk, **to_item(new)}, new=True)


def move(client_id: str, seen: Subscription, status: SubscriptionStatus, by: Actor) -> Write:
    """Move a subscription on from the status in which it was ``seen``."""
    return INTEGRATION_1C.update(
        client_id,
        f"subscription#{seen.subscription_id}",
        put={"status": status.value},
        append={"history": to_item(HistoryEntry.now(status.value, by))},
        when=Attr("status").eq(seen.status.value),
        otherwise=SubscriptionMoved(),
    )


def login(client_id: str) -> Get[KeptCredentials]:
    """What a client's page shows of his credentials."""
    return INTEGRATION_1C.get(client_id, "credentials", KeptCredentials.model_validate)


def credentials(login: str) -> Get[KeptCredentials]:
    """What a login stands for."""
    return INTEGRATION_1C.get(f"login#{login}", "credentials", KeptCredentials.model_validate)


def issue(client_id: str, new: KeptCredentials, seen: KeptCredentials | None) -> list[Write]:
    """Put new credentials in place of those ``seen``, which end with it."""
    item = new.model_dump(exclude_none=True) | {"created_at": new.created_at.isoformat()}
    own = item | {"client_id": client_id, "sk": "credentials"}
    found_by = item | {"client_id": f"login#{new.login}", "sk": "credentials"}
    return [
        INTEGRATION_1C.put(own, new=True, otherwise=CredentialsChanged())
        if seen is None
        else INTEGRATION_1C.put(
            own, when=Attr("login").eq(seen.login), otherwise=CredentialsChanged()
        ),
        INTEGRATION_1C.put(found_by, new=True, otherwise=CredentialsChanged()),
        *([_forget(seen)] if seen else []),
    ]


def revoke(client_id: str, seen: KeptCredentials) -> list[Write]:
    """End credentials."""
    same = Attr("login").eq(seen.login)
    return [
        INTEGRATION_1C.delete(client_id, "credentials", when=same, otherwise=CredentialsChanged()),
        _forget(seen),
    ]


def _forget(seen: KeptCredentials) -> Write:
    return INTEGRATION_1C.delete(f"login#{seen.login}", "credentials")


def count_failure(seen: KeptCredentials, failures: int) -> Write:
    """Note a wrong password, with how many there were in a row."""
    return INTEGRATION_1C.update(
        f"login#{seen.login}",
        "credentials",
        put={"failures": failures, "failed_at": clock.now().isoformat()},
    )
