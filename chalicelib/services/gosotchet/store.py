"""Table of licences, registrations and amendments.

Sort keys in the partition of a client:

- ``licence#<id>``
- ``registration#<id>``
- ``change#<registration>#<id>``: an amendment
- ``credentials#<delivery>``: the record that a login and password were sent, without their values

The index ``worklist`` lists registrations and amendments by state. The index ``registration_id``
finds a registration for the operator.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.core.notification.store import Sending
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item
from chalicelib.services.gosotchet.model import (
    Amendment,
    AmendmentState,
    ApplyAmendment,
    IssueCredentials,
    Licence,
    LicenceState,
    Registration,
    RegistrationState,
)
from chalicelib.services.gosotchet.rules import (
    AMENDMENT,
    REGISTRATION,
    AmendmentFinished,
    AmendmentOpen,
    LicenceUsed,
)

GOSOTCHET = Table("Gosotchet")
QUEUE = Queue("Gosotchet")
"""Queue of notifications that an invoice for a licence is paid or has expired."""
PROVISIONING = Queue("GosotchetProvisioning")
"""Queue of requests to the reporting system."""

_RECORD_KEPT_FOR = dt.timedelta(days=30)


class CredentialsBeingSent(Problem):
    """A delivery is sending the login and password at this moment."""


# --- licences


def licence(client_id: str, licence_id: str) -> Get[Licence]:
    """Describe the read of a licence."""
    return GOSOTCHET.get(client_id, f"licence#{licence_id}", Licence.model_validate)


def licences(client_id: str) -> Query[Licence]:
    """Describe the licences of a client, newest first."""
    return GOSOTCHET.list(client_id, "licence#", Licence.model_validate, newest_first=True)


def put_licence(new: Licence) -> Write:
    """Describe the write of a new licence."""
    return GOSOTCHET.put({**to_item(new), "sk": f"licence#{new.licence_id}"}, new=True)


def move_licence(move: Move[LicenceState, Licence]) -> Write:
    """Describe the write of a move of a licence."""
    licence = move.changed
    return move.write(GOSOTCHET, licence.client_id, f"licence#{licence.licence_id}")


def take_licence(client_id: str, licence_id: str, registration_id: str) -> Write:
    """Describe the use of a licence for a registration.

    The write fails with ``LicenceUsed`` if the licence is not active or has a registration.
    """
    return GOSOTCHET.update(
        client_id,
        f"licence#{licence_id}",
        put={"registration_id": registration_id},
        when=Attr("status").eq(LicenceState.ACTIVE.value) & Attr("registration_id").not_exists(),
        otherwise=LicenceUsed(),
    )


def _free_licence(registration: Registration) -> Write:
    return GOSOTCHET.update(
        registration.client_id,
        f"licence#{registration.licence_id}",
        remove=["registration_id"],
        when=Attr("registration_id").eq(registration.registration_id),
    )


# --- registrations


def registration(client_id: str, registration_id: str) -> Get[Registration]:
    """Describe the read of a registration."""
    return GOSOTCHET.get(client_id, f"registration#{registration_id}", Registration.model_validate)


def registrations(client_id: str) -> Query[Registration]:
    """Describe the registrations of a client, newest first."""
    return GOSOTCHET.list(
        client_id, "registration#", Registration.model_validate, newest_first=True
    )


def registration_of_all(registration_id: str) -> Query[Registration]:
    """Describe the registration with this identifier, of any client, for the operator."""
    return GOSOTCHET.index("registration_id", registration_id, Registration.model_validate)


def registrations_of_all(state: RegistrationState) -> Query[Registration]:
    """Describe the registrations of all clients in a state, the oldest request first."""
    return GOSOTCHET.index("worklist", f"registrations#{state}", Registration.model_validate)


def put_registration(new: Registration) -> list[Write]:
    """Describe the writes of a new registration, and the message that has the password sent."""
    item = to_item(new) | {
        "sk": f"registration#{new.registration_id}",
        "worklist": f"registrations#{new.status}",
        "worklist_sort": new.delivery_id,
    }
    return [
        GOSOTCHET.put(item, new=True),
        take_licence(new.client_id, new.licence_id, new.registration_id),
        request_delivery(new),
    ]


def request_delivery(registration: Registration) -> Write:
    """Describe the message that has the login and password sent."""
    message = IssueCredentials(
        client_id=registration.client_id,
        registration_id=registration.registration_id,
        delivery_id=registration.delivery_id,
    )
    return outbox.message(registration.client_id, PROVISIONING, message)


def request_credentials(
    current: Registration, move: Move[RegistrationState, Registration]
) -> list[Write]:
    """Describe the writes of a new request for a login or password, and of its message.

    A registration that failed without an account takes its licence again.
    """
    writes = [_move_registration(current, move), request_delivery(move.changed)]
    if current.status is RegistrationState.FAILED and current.login is None:
        writes.append(take_licence(current.client_id, current.licence_id, current.registration_id))
    return writes


def provision(current: Registration, login: str) -> Write:
    """Describe the record that the login and password were sent."""
    sent = REGISTRATION.move(
        current, RegistrationState.CREDENTIALS_SENT, Actor.SYSTEM, login=login, reason=None
    )
    return _move_registration(current, sent)


def fail(current: Registration, reason: str, by: Actor) -> list[Write]:
    """Describe the failure of a request.

    Without an account the licence becomes free for another registration.
    """
    failed = REGISTRATION.move(current, RegistrationState.FAILED, by, reason=reason)
    write = _move_registration(current, failed)
    return [write] if current.login else [write, _free_licence(current)]


def sending(registration: Registration) -> Sending:
    """Return the sending of the login and password last requested, to be done once."""
    sk = f"credentials#{registration.delivery_id}"
    return Sending(GOSOTCHET, registration.client_id, sk, _RECORD_KEPT_FOR)


def require_not_sending(registration: Registration) -> Write:
    """Describe the check that no delivery is sending the login and password at this moment.

    The transaction fails with ``CredentialsBeingSent`` if a delivery holds the lease.
    """
    now = int(clock.now().timestamp())
    return GOSOTCHET.check(
        registration.client_id,
        sending(registration).sk,
        when=Attr("leased_until").not_exists() | Attr("leased_until").lt(now),
        otherwise=CredentialsBeingSent(),
    )


def _move_registration(current: Registration, move: Move[RegistrationState, Registration]) -> Write:
    # The condition on the request: a delivery must not complete a request that followed its own.
    return move.write(
        GOSOTCHET,
        current.client_id,
        f"registration#{current.registration_id}",
        put={
            "worklist": f"registrations#{move.after}",
            "worklist_sort": move.changed.delivery_id,
        },
        when=Attr("delivery_id").eq(current.delivery_id),
    )


# --- amendments


def amendment(client_id: str, registration_id: str, change_id: str) -> Get[Amendment]:
    """Describe the read of an amendment."""
    return GOSOTCHET.get(
        client_id, f"change#{registration_id}#{change_id}", Amendment.model_validate
    )


def amendments(client_id: str, registration_id: str) -> Query[Amendment]:
    """Describe the amendments of a registration, newest first."""
    return GOSOTCHET.list(
        client_id, f"change#{registration_id}#", Amendment.model_validate, newest_first=True
    )


def open_amendments() -> Query[Amendment]:
    """Describe the unfinished amendments of all clients, oldest first."""
    return GOSOTCHET.index(
        "worklist", f"changes#{AmendmentState.ACCEPTED}", Amendment.model_validate
    )


def put_amendment(new: Amendment) -> list[Write]:
    """Describe the writes of a new amendment and of the message that has it applied.

    The write fails with ``AmendmentOpen`` if the registration has an unfinished amendment.
    """
    item = to_item(new) | {
        "sk": f"change#{new.registration_id}#{new.change_id}",
        "worklist": f"changes#{new.status}",
        "worklist_sort": new.change_id,
    }
    submitted = HistoryEntry(status="change-submitted", at=new.submitted_at, by=Actor.CLIENT)
    return [
        GOSOTCHET.put(item, new=True),
        GOSOTCHET.update(
            new.client_id,
            f"registration#{new.registration_id}",
            put={"open_change": new.change_id},
            append={"history": to_item(submitted)},
            when=Attr("open_change").not_exists() & Attr("login").exists(),
            otherwise=AmendmentOpen(),
        ),
        request_amendment(new),
    ]


def request_amendment(amendment: Amendment) -> Write:
    """Describe the message that has an amendment applied at the reporting system."""
    message = ApplyAmendment(
        client_id=amendment.client_id,
        registration_id=amendment.registration_id,
        change_id=amendment.change_id,
    )
    return outbox.message(amendment.client_id, PROVISIONING, message)


def complete(current: Amendment, amended: Registration) -> list[Write]:
    """Describe the completion of an amendment. ``amended`` is the registration with its changes."""
    put = {
        "authorities": [to_item(authority) for authority in amended.authorities],
        "certificate": to_item(amended.certificate),
    }
    return _end(AMENDMENT.move(current, AmendmentState.COMPLETED, Actor.SYSTEM), put)


def give_up(current: Amendment, reason: str, by: Actor) -> list[Write]:
    """Describe the failure of an amendment. The registration keeps its data."""
    return _end(AMENDMENT.move(current, AmendmentState.FAILED, by, reason=reason), {})


def _end(move: Move[AmendmentState, Amendment], put: Item) -> list[Write]:
    amendment = move.changed
    entry = move.entry.model_copy(update={"status": f"change-{move.after}"})
    return [
        move.write(
            GOSOTCHET,
            amendment.client_id,
            f"change#{amendment.registration_id}#{amendment.change_id}",
            remove=["worklist", "worklist_sort"],
        ),
        GOSOTCHET.update(
            amendment.client_id,
            f"registration#{amendment.registration_id}",
            put=put,
            append={"history": to_item(entry)},
            remove=["open_change"],
            when=Attr("open_change").eq(amendment.change_id),
            otherwise=AmendmentFinished(move.before),
        ),
    ]
