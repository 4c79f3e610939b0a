"""Where applications are kept, with the items of services that they are about.

Sort key ``application#<service>#<id>`` in the client's partition. For the operator: index
``worklist`` lists a state, the oldest deadline first; index ``application_id`` finds one.

Every change of state writes the application and the service's item in one transaction.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from boto3.dynamodb.conditions import Attr

from chalicelib.core.moderation.model import (
    Application,
    ApplicationState,
    ApplicationSubmitted,
    Flag,
)
from chalicelib.core.moderation.rules import OPEN, ApplicationStateNotAllowed
from chalicelib.runtime import clock, outbox
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

MODERATION = Table("Moderation")
QUEUE = Queue("Moderation")

SUBJECTS = (Table("EReceipts"),)
"""Tables of services whose items an application may be about."""


def application(client_id: str, service: str, application_id: str) -> Get[Application]:
    """One application of a client."""
    sk = f"application#{service}#{application_id}"
    return MODERATION.get(client_id, sk, Application.model_validate)


def applications(client_id: str, service: str) -> Query[Application]:
    """A client's applications for a service, newest first."""
    return MODERATION.list(
        client_id, f"application#{service}#", Application.model_validate, newest_first=True
    )


def application_of_all(application_id: str) -> Query[Application]:
    """The application of that id, whoever's; for the operator."""
    return MODERATION.index("application_id", application_id, Application.model_validate)


def worklist(state: ApplicationState, due: dt.datetime | None = None) -> Query[Application]:
    """Everybody's applications in a state, the oldest deadline first; those ``due`` by then."""
    # After the ids of that very moment.
    up_to = None if due is None else f"{_moment(due)}~"
    return MODERATION.index("worklist", state.value, Application.model_validate, up_to=up_to)


def submit(new: Application) -> list[Write]:
    """Keep a new application and tell moderation; the service writes its own item beside it."""
    # A wrong name must fail here, not at the decision.
    _subject_table(new)
    item = to_item(new) | {"sk": _sk(new)} | _place(new, new.state, new.submitted_at)
    told = ApplicationSubmitted(
        client_id=new.client_id, service=new.service, application_id=new.application_id
    )
    return [MODERATION.put(item, new=True), outbox.message(new.client_id, QUEUE, told)]


def review(seen: Application, flags: Iterable[Flag], due: dt.datetime) -> list[Write]:
    """Put a submitted application before a person, with its flags and deadline."""
    put = {"flags": [flag.value for flag in flags], "review_due": due.isoformat()}
    return _move(seen, ApplicationState.IN_REVIEW, Actor.SYSTEM, put, due)


def cancel(seen: Application) -> list[Write]:
    """Let the client take an open application back."""
    return _move(seen, ApplicationState.CANCELLED, Actor.CLIENT)


def decide(seen: Application, state: ApplicationState, reason: str | None, by: str) -> list[Write]:
    """Approve or reject an application, with the effect on the service's item."""
    put = {"decided_by": by} | ({"reason": reason} if reason else {})
    return _move(seen, state, Actor.OPERATOR, put)


def moved(seen: Application, state: ApplicationState, by: Actor, **changes: Any) -> Application:
    """Return the application as a change of state leaves it."""
    history = (*seen.history, HistoryEntry.now(state.value, by))
    return seen.model_copy(update={"state": state, "history": history, **changes})


def _move(
    seen: Application,
    state: ApplicationState,
    by: Actor,
    put: Mapping[str, Any] | None = None,
    due: dt.datetime | None = None,
) -> list[Write]:
    place = _place(seen, state, due or seen.review_due or clock.now())
    changed = MODERATION.update(
        seen.client_id,
        _sk(seen),
        put={**(put or {}), "state": state.value, **place},
        append={"history": to_item(HistoryEntry.now(state.value, by))},
        when=Attr("state").eq(seen.state.value),
        otherwise=lambda found: ApplicationStateNotAllowed(_found_state(found, seen)),
    )
    return [changed, *_effect(seen, state)]


def _effect(seen: Application, state: ApplicationState) -> list[Write]:
    """Return what a state makes of the service's item."""
    put = seen.subject.outcomes.get(state, {})
    closed = state not in OPEN
    if not put and not closed:
        return []
    effect = _subject_table(seen).update(
        seen.client_id,
        seen.subject.sk,
        put=put,
        remove=["open_application"] if closed else [],
        when=Attr("open_application").eq(seen.application_id),
        otherwise=ApplicationStateNotAllowed(seen.state),
    )
    return [effect]


def _subject_table(seen: Application) -> Table:
    (table,) = (one for one in SUBJECTS if one.name == seen.subject.table)
    return table


def _sk(seen: Application) -> str:
    return f"application#{seen.service}#{seen.application_id}"


def _place(seen: Application, state: ApplicationState, due: dt.datetime) -> Item:
    """Return where an application stands in the operator's list of a state."""
    return {"worklist": state.value, "worklist_sort": f"{_moment(due)}#{seen.application_id}"}


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _found_state(found: Item | None, seen: Application) -> ApplicationState:
    return ApplicationState(found["state"]) if found else seen.state
