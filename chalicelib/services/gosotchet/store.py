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
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item
from chalicelib.services.gosotchet.model import (
    ApplyChange,
    Change,
    ChangeStatus,
    IssueCredentials,
    Licence,
    LicenceStatus,
    Registration,
    RegistrationStatus,
)
from chalicelib.services.gosotchet.rules import (
    ChangeDone,
    ChangeOpen,
    LicenceNotActive,
    LicenceUsed,
    RegistrationStatusNotAllowed,
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


def move_licence(
    seen: Licence, status: LicenceStatus, by: Actor, valid_until: dt.date | None = None
) -> Write:
    """Move a licence on when its invoice is paid or expires."""
    put = {"status": status.value}
    if valid_until is not None:
        put["valid_until"] = valid_until.isoformat()
    return GOSOTCHET.update(
        seen.client_id,
        f"licence#{seen.licence_id}",
        put=put,
        append={"history": _step(status.value, by)},
        when=Attr("status").eq(seen.status.value),
        otherwise=LicenceNotActive(),
    )


def take_licence(client_id: str, licence_id: str, registration_id: str) -> Write:
    """Use a licence for a registration, the only one."""
    return GOSOTCHET.update(
        client_id,
        f"licence#{licence_id}",
        put={"registration_id": registration_id},
        when=Attr("status").eq(LicenceStatus.ACTIVE.value) & Attr("registration_id").not_exists(),
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


def registrations_of_all(status: RegistrationStatus) -> Query[Registration]:
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


def ask_again(seen: Registration, asked: Registration, by: Actor) -> list[Write]:
    """Have login and password sent anew, as ``asked`` says; one that failed takes its licence."""
    writes = [_move(seen, asked, by), issue_credentials(asked)]
    if seen.status is RegistrationStatus.FAILED and seen.login is None:
        writes.append(take_licence(seen.client_id, seen.licence_id, seen.registration_id))
    return writes


def provision(seen: Registration, login: str) -> Write:
    """Note that login and password were sent."""
    sent = seen.model_copy(update={"status": RegistrationStatus.CREDENTIALS_SENT, "login": login})
    return _move(seen, sent, Actor.SYSTEM)


def fail(seen: Registration, reason: str, by: Actor) -> list[Write]:
    """Give a request up; without an account, the licence may be registered anew."""
    failed = seen.model_copy(update={"status": RegistrationStatus.FAILED, "reason": reason})
    moved = _move(seen, failed, by)
    return [moved] if seen.login else [moved, _free_licence(seen)]


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


def _move(seen: Registration, moved: Registration, by: Actor) -> Write:
    """Move a registration on from the status and request in which it was ``seen``."""

    def refuse(found: Item | None) -> Problem:
        return RegistrationStatusNotAllowed(
            RegistrationStatus(found["status"]) if found else seen.status
        )

    kept = to_item(moved)
    changed = ("status", "email", "login", "requested_at", "credentials_due", "delivery_id")
    return GOSOTCHET.update(
        seen.client_id,
        f"registration#{seen.registration_id}",
        put={name: kept[name] for name in (*changed, "reason") if name in kept}
        | {"worklist": f"registrations#{moved.status}", "worklist_sort": moved.delivery_id},
        append={"history": _step(moved.status.value, by)},
        remove=[] if moved.reason else ["reason"],
        when=Attr("status").eq(seen.status.value) & Attr("delivery_id").eq(seen.delivery_id),
        otherwise=refuse,
    )


# --- changes


def change(client_id: str, registration_id: str, change_id: str) -> Get[Change]:
    """One change of a registration."""
    return GOSOTCHET.get(client_id, f"change#{registration_id}#{change_id}", Change.model_validate)


def changes(client_id: str, registration_id: str) -> Query[Change]:
    """The changes of a registration, newest first."""
    return GOSOTCHET.list(
        client_id, f"change#{registration_id}#", Change.model_validate, newest_first=True
    )


def open_changes() -> Query[Change]:
    """Everybody's changes under way, oldest first."""
    return GOSOTCHET.index("worklist", f"changes#{ChangeStatus.ACCEPTED}", Change.model_validate)


def put_change(new: Change) -> list[Write]:
    """Keep a new change, the only one open of its registration, and have it applied."""
    item = to_item(new) | {
        "sk": f"change#{new.registration_id}#{new.change_id}",
        "worklist": f"changes#{new.status}",
        "worklist_sort": new.change_id,
    }
    return [
        GOSOTCHET.put(item, new=True),
        GOSOTCHET.update(
            new.client_id,
            f"registration#{new.registration_id}",
            put={"open_change": new.change_id},
            append={"history": _step("change-submitted", Actor.CLIENT)},
            when=Attr("open_change").not_exists() & Attr("login").exists(),
            otherwise=ChangeOpen(),
        ),
        apply_change(new),
    ]


def apply_change(of: Change) -> Write:
    """Have a change applied at the reporting system."""
    told = ApplyChange(
        client_id=of.client_id, registration_id=of.registration_id, change_id=of.change_id
    )
    return outbox.message(of.client_id, PROVISIONING, told)


def complete(seen: Change, changed: Registration) -> list[Write]:
    """Note that a change was applied, and keep the registration as it is ``changed``."""
    put = {
        "authorities": [to_item(one) for one in changed.authorities],
        "certificate": to_item(changed.certificate),
    }
    return _end(seen, ChangeStatus.COMPLETED, Actor.SYSTEM, put)


def give_up(seen: Change, reason: str, by: Actor) -> list[Write]:
    """Give a change up; the registration stays as it was."""
    return _end(seen, ChangeStatus.FAILED, by, {}, reason)


def _end(
    seen: Change, status: ChangeStatus, by: Actor, put: Item, reason: str | None = None
) -> list[Write]:
    return [
        GOSOTCHET.update(
            seen.client_id,
            f"change#{seen.registration_id}#{seen.change_id}",
            put={"status": status.value} | ({"reason": reason} if reason else {}),
            append={"history": _step(status.value, by)},
            remove=["worklist", "worklist_sort"],
            when=Attr("status").eq(ChangeStatus.ACCEPTED.value),
            otherwise=ChangeDone(),
        ),
        GOSOTCHET.update(
            seen.client_id,
            f"registration#{seen.registration_id}",
            put=put,
            append={"history": _step(f"change-{status}", by)},
            remove=["open_change"],
            when=Attr("open_change").eq(seen.change_id),
            otherwise=ChangeDone(),
        ),
    ]


def _step(status: str, by: Actor) -> Item:
    return to_item(HistoryEntry.now(status, by))
