"""Access of registers, subscriptions, credentials and period files in the table.

Items in the client's partition:

- ``access#<register_id>``: all terms of access of a register,
- ``subscription#<subscription_id>``: a subscription,
- ``credentials``: the credentials of 1C as the cabinet shows them,
- ``prepared#<message_id>``: the file of a period, ready or not.

Items in partitions of their own:

- ``register#<register_id>``: ``trial``: a register has one trial, whoever owns it,
- ``login#<login>``: ``credentials``: the client of a login.

The index ``due`` lists accesses by their last day until the client has been reminded.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.table import Get, Query, Write, to_item
from chalicelib.services.integration_1c.model import (
    FileState,
    PreparedMessage,
    RegisterAccess,
    StoredCredentials,
    Subscription,
    SubscriptionState,
)
from chalicelib.services.integration_1c.resources import INTEGRATION_1C
from chalicelib.services.integration_1c.rules import (
    AccessChanged,
    CredentialsChanged,
    TrialUsed,
)

MOST_REGISTERS = 5_000
"""Maximum number of registers of a client whose accesses are read."""
_DUE = "accesses"
_FILES_EXPIRE_AFTER = dt.timedelta(days=7)


class EndingAccess(RegisterAccess):
    """An access whose last day is near, with its client."""

    client_id: str


class StoredSubscription(Subscription):
    """A subscription with its client."""

    client_id: str


def access(client_id: str, register_id: str) -> Get[RegisterAccess]:
    """Describe the read of the access of a register."""
    return INTEGRATION_1C.get(client_id, f"access#{register_id}", RegisterAccess.model_validate)


def accesses(client_id: str) -> Query[RegisterAccess]:
    """Describe the accesses of all registers of a client that ever had access."""
    return INTEGRATION_1C.list(client_id, "access#", RegisterAccess.model_validate)


def put_access(client_id: str, changed: RegisterAccess, current: RegisterAccess | None) -> Write:
    """Describe the write of an access with a new term, and of the reminder of its end.

    Raises:
        AccessChanged: on commit, the access differs from ``current``.
    """
    item = to_item(changed) | {
        "client_id": client_id,
        "sk": f"access#{changed.register_id}",
        "until": changed.until.isoformat(),
        "due": _DUE,
        "due_sort": f"{changed.until.isoformat()}#{client_id}#{changed.register_id}",
    }
    if current is None:
        return INTEGRATION_1C.put(item, new=True, otherwise=AccessChanged())
    unchanged = Attr("until").eq(current.until.isoformat())
    return INTEGRATION_1C.put(item, when=unchanged, otherwise=AccessChanged())


def trial(register_id: str) -> Get[bool]:
    """Describe the read of whether a register has used its trial; None if it has not."""
    return INTEGRATION_1C.get(f"register#{register_id}", "trial", lambda item: True)


def use_trial(client_id: str, register_id: str, at: dt.datetime) -> Write:
    """Describe the record that a register has used its trial, which began at ``at``.

    Raises:
        TrialUsed: on commit, the register has used its trial before.
    """
    item = {
        "client_id": f"register#{register_id}",
        "sk": "trial",
        "used_by": client_id,
        "at": at.isoformat(),
    }
    return INTEGRATION_1C.put(item, new=True, otherwise=TrialUsed())


def ending(up_to: dt.date) -> Query[EndingAccess]:
    """Describe the accesses of all clients that end by ``up_to`` and need a reminder."""
    # "$" sorts after "#", so the accesses of the last day are included.
    last = f"{up_to.isoformat()}$"
    return INTEGRATION_1C.index("due", _DUE, EndingAccess.model_validate, up_to=last)


def put_reminded(current: EndingAccess) -> Write:
    """Describe the record that the client has been reminded of the end of an access.

    Raises:
        AccessChanged: on commit, the access was extended or the client was reminded before.
    """
    return INTEGRATION_1C.update(
        current.client_id,
        f"access#{current.register_id}",
        put={"reminded_at": clock.now().isoformat()},
        remove=["due", "due_sort"],
        when=Attr("until").eq(current.until.isoformat()) & Attr("due").exists(),
        otherwise=AccessChanged(),
    )


def subscription(client_id: str, subscription_id: str) -> Get[StoredSubscription]:
    """Describe the read of a subscription."""
    sk = f"subscription#{subscription_id}"
    return INTEGRATION_1C.get(client_id, sk, StoredSubscription.model_validate)


def put_subscription(client_id: str, subscription: Subscription) -> Write:
    """Describe the write of a new subscription."""
    sk = f"subscription#{subscription.subscription_id}"
    return INTEGRATION_1C.put({"client_id": client_id, "sk": sk, **to_item(subscription)}, new=True)


def move_subscription(move: Move[SubscriptionState, StoredSubscription]) -> Write:
    """Describe the write of a subscription's change of state."""
    subscription = move.changed
    sk = f"subscription#{subscription.subscription_id}"
    return move.write(INTEGRATION_1C, subscription.client_id, sk)


def own_credentials(client_id: str) -> Get[StoredCredentials]:
    """Describe the read of the client's credentials."""
    return INTEGRATION_1C.get(client_id, "credentials", StoredCredentials.model_validate)


def credentials(login: str) -> Get[StoredCredentials]:
    """Describe the read of credentials by login."""
    return INTEGRATION_1C.get(f"login#{login}", "credentials", StoredCredentials.model_validate)


def put_credentials(
    client_id: str, issued: StoredCredentials, current: StoredCredentials | None
) -> list[Write]:
    """Describe the replacement of the client's credentials. The former login stops working.

    Raises:
        CredentialsChanged: on commit, the credentials differ from ``current``.
    """
    fields = issued.model_dump(exclude_none=True) | {"created_at": issued.created_at.isoformat()}
    own = fields | {"client_id": client_id, "sk": "credentials"}
    by_login = fields | {"client_id": f"login#{issued.login}", "sk": "credentials"}
    return [
        INTEGRATION_1C.put(own, new=True, otherwise=CredentialsChanged())
        if current is None
        else INTEGRATION_1C.put(
            own, when=Attr("login").eq(current.login), otherwise=CredentialsChanged()
        ),
        INTEGRATION_1C.put(by_login, new=True, otherwise=CredentialsChanged()),
        *([_delete_login(current)] if current else []),
    ]


def delete_credentials(client_id: str, current: StoredCredentials) -> list[Write]:
    """Describe the removal of the client's credentials.

    Raises:
        CredentialsChanged: on commit, the credentials differ from ``current``.
    """
    unchanged = Attr("login").eq(current.login)
    return [
        INTEGRATION_1C.delete(
            client_id, "credentials", when=unchanged, otherwise=CredentialsChanged()
        ),
        _delete_login(current),
    ]


def _delete_login(current: StoredCredentials) -> Write:
    return INTEGRATION_1C.delete(f"login#{current.login}", "credentials")


def put_failures(current: StoredCredentials, failures: int) -> Write:
    """Describe the record of a wrong password; ``failures`` is their number in a row."""
    return INTEGRATION_1C.update(
        f"login#{current.login}",
        "credentials",
        put={"failures": failures, "failed_at": clock.now().isoformat()},
    )


def period_file(client_id: str, message_id: str) -> Get[PreparedMessage]:
    """Describe the read of the file of a period, ready or not."""
    return INTEGRATION_1C.get(client_id, f"prepared#{message_id}", PreparedMessage.model_validate)


def put_period_file(client_id: str, file: PreparedMessage) -> Write:
    """Describe the write of a file of a period that is to be prepared."""
    item = to_item(file) | {
        "client_id": client_id,
        "sk": f"prepared#{file.message_id}",
        "expires_at": int((clock.now() + _FILES_EXPIRE_AFTER).timestamp()),
    }
    return INTEGRATION_1C.put(item, new=True)


def end_period_file(client_id: str, end: Move[FileState, PreparedMessage]) -> Write:
    """Describe the record that the file of a period is in the bucket, or cannot be prepared.

    Raises:
        AlreadyPrepared: on commit, the file is ready or has failed.
    """
    return end.write(INTEGRATION_1C, client_id, f"prepared#{end.changed.message_id}")
