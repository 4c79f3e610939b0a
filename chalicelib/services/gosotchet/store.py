"""Where licences, registrations and their changes are kept.

In a client's partition: ``licence#<id>``; ``registration#<id>``; ``change#<registration>#<id>``;
``credentials#<delivery>``, that a login and password went out, never what they are. Index
``worklist`` holds registrations and changes by status, ``registration_id`` finds a registration for
the operator.
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
    ChangeDone,
    ChangeOpen,
    LicenceUsed,
)

GOSOTCHET = Table("Gosotchet")
QUEUE = Queue("Gosotchet")
"""Where the service hears of its invoices."""
PROVISIONING = Queue("GosotchetProvisioning")
"""What is to be done at the reporting system."""

_REPEATS_KNOWN = dt.timedelta(days=30)


class CredentialsUnderWay(Problem):
    """Somebody is sending them at this moment."""


# --- licences


def licence(client_id: str, licence_id: str) -> Get[Licence]:
    """One licence of a client."""
    return GOSOTCHET.get(client_id, f"licence#{licence_id}", Licence.model_validate)


def licences(client_id: str) -> Query[Licence]:
    """A client's licences, newest first."""
    return GOSOTCHET.list(client_id, "licence#", Licence.model_validate, newest_first=True)


def put_licence(new: Licence) -> Write:
    """Keep a new licence."""
    return GOSOTCHET.put({**to_item(new), "sk": f"licence#{new.licence_id}"}, new=True)


def move_licence(move: Move[LicenceState, Licence]) -> Write:
    """Keep a move of a licence."""
    licence = move.changed
    return move.write(GOSOTCHET, licence.client_id, f"licence#{licence.licence_id}")


def take_licence(client_id: str, licence_id: str, registration_id: str) -> Write:
    """Use a licence for a registration, the only one."""
    return GOSOTCHET.update(
        client_id,
        f"licence#{licence_id}",
        put={"registration_id": registration_id},
        when=Attr("status").eq(LicenceState.ACTIVE.value) & Attr("registration_id").not_exists(),
        otherwise=LicenceUsed(),
    )


def _free_licence(seen: Registration) -> Write:
    return GOSOTCHET.update(
        seen.client_id,
        f"licence#{seen.licence_id}",
        remove=["registration_id"],
        when=Attr("registration_id").eq(seen.registration_id),
    )


# --- registrations


def registration(client_id: str, registration_id: str) -> Get[Registration]:
    """One registration of a client."""
    return GOSOTCHET.get(client_id, f"registration#{registration_id}", Registration.model_validate)


def registrations(client_id: str) -> Query[Registration]:
    """A client's registrations, newest first."""
    return GOSOTCHET.list(
        client_id, "registration#", Registration.model_validate, newest_first=True
    )


def registration_of_all(registration_id: str) -> Query[Registration]:
    """The registration of that id, whoever's; for the operator."""
    return GOSOTCHET.index("registration_id", registration_id, Registration.model_validate)


def registrations_of_all(status: RegistrationState) -> Query[Registration]:
    """Everybody's registrations in a status, the oldest request first."""
    return GOSOTCHET.index("worklist", f"registrations#{status}", Registration.model_validate)


def put_registration(new: Registration) -> list[Write]:
    """Keep a new registration, use its licence, and have the login and password sent."""
    item = to_item(new) | {
        "sk": f"registration#{new.registration_id}",
        "worklist": f"registrations#{new.status}",
        "worklist_sort": new.delivery_id,
    }
    return [
        GOSOTCHET.put(item, new=True),
        take_licence(new.client_id, new.licence_id, new.registration_id),
        issue_credentials(new),
    ]


def issue_credentials(of: Registration) -> Write:
    """Have login and password sent."""
    told = IssueCredentials(
        client_id=of.client_id,
        registration_id=of.registration_id,
        delivery_id=of.delivery_id,
    )
    return outbox.message(of.client_id, PROVISIONING, told)


def request_credentials(
    current: Registration, move: Move[RegistrationState, Registration]
) -> list[Write]:
    """Keep the request of a new login or password and have it sent.

    A registration that failed without an account takes its licence again.
    """
    writes = [_move_registration(current, move), issue_credentials(move.changed)]
    if current.status is RegistrationState.FAILED and current.login is None:
        writes.append(take_licence(current.client_id, current.licence_id, current.registration_id))
    return writes


def provision(current: Registration, login: str) -> Write:
    """Record that login and password were sent."""
    sent = REGISTRATION.move(
        current, RegistrationState.CREDENTIALS_SENT, Actor.SYSTEM, login=login, reason=None
    )
    return _move_registration(current, sent)


def fail(current: Registration, reason: str, by: Actor) -> list[Write]:
    """Give a request up; without an account, the licence may be registered again."""
    failed = REGISTRATION.move(current, RegistrationState.FAILED, by, reason=reason)
    write = _move_registration(current, failed)
    return [write] if current.login else [write, _free_licence(current)]


def sending(of: Registration) -> Sending:
    """Login and password as something to be sent once."""
    return Sending(GOSOTCHET, of.client_id, f"credentials#{of.delivery_id}", _REPEATS_KNOWN)


def require_idle(of: Registration) -> Write:
    """Demand that nobody is sending login and password at this moment."""
    now = int(clock.now().timestamp())
    return GOSOTCHET.check(
        of.client_id,
        sending(of).sk,
        when=Attr("leased_until").not_exists() | Attr("leased_until").lt(now),
        otherwise=CredentialsUnderWay(),
    )


def _move_registration(current: Registration, move: Move[RegistrationState, Registration]) -> Write:
    """Keep a move of a registration, provided that no other request of credentials came first."""
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


# --- changes


def change(client_id: str, registration_id: str, change_id: str) -> Get[Amendment]:
    """One change of a registration."""
    return GOSOTCHET.get(
        client_id, f"change#{registration_id}#{change_id}", Amendment.model_validate
    )


def changes(client_id: str, registration_id: str) -> Query[Amendment]:
    """The changes of a registration, newest first."""
    return GOSOTCHET.list(
        client_id, f"change#{registration_id}#", Amendment.model_validate, newest_first=True
    )


def open_changes() -> Query[Amendment]:
    """Everybody's changes under way, oldest first."""
    return GOSOTCHET.index(
        "worklist", f"changes#{AmendmentState.ACCEPTED}", Amendment.model_validate
    )


def put_change(new: Amendment) -> list[Write]:
    """Keep a new change, the only one open of its registration, and have it applied."""
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
            otherwise=ChangeOpen(),
        ),
        apply_change(new),
    ]


def apply_change(of: Amendment) -> Write:
    """Have a change applied at the reporting system."""
    told = ApplyAmendment(
        client_id=of.client_id, registration_id=of.registration_id, change_id=of.change_id
    )
    return outbox.message(of.client_id, PROVISIONING, told)


def complete(current: Amendment, amended: Registration) -> list[Write]:
    """Record that an amendment was applied, and keep the registration ``amended`` by it."""
    put = {
        "authorities": [to_item(authority) for authority in amended.authorities],
        "certificate": to_item(amended.certificate),
    }
    return _end(AMENDMENT.move(current, AmendmentState.COMPLETED, Actor.SYSTEM), put)


def give_up(current: Amendment, reason: str, by: Actor) -> list[Write]:
    """Give an amendment up; the registration stays as it was."""
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
            otherwise=ChangeDone(move.before),
        ),
    ]
