"""Table Moderation: applications, and their effect on the items of services.

Sort key ``application#<service>#<id>`` in the client's partition. Two indexes serve the operator:
``worklist`` lists the applications in a state by deadline, ``application_id`` finds an application
by its id.

Every change of state writes the application and the service's item in one transaction.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.core.moderation.model import (
    Application,
    ApplicationState,
    ApplicationSubmitted,
)
from chalicelib.core.moderation.rules import APPLICATION, ApplicationStateNotAllowed
from chalicelib.runtime import outbox
from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item

MODERATION = Table("Moderation")
QUEUE = Queue("Moderation")

SUBJECTS = (Table("EReceipts"),)
"""Tables of the services whose items an application may be about."""


def application(client_id: str, service: str, application_id: str) -> Get[Application]:
    """Describe the read of one application of a client."""
    sk = f"application#{service}#{application_id}"
    return MODERATION.get(client_id, sk, Application.model_validate)


def applications(client_id: str, service: str) -> Query[Application]:
    """Describe a client's applications for a service, newest first."""
    return MODERATION.list(
        client_id, f"application#{service}#", Application.model_validate, newest_first=True
    )


def application_of_all(application_id: str) -> Query[Application]:
    """Describe the application with this id of any client; for the operator."""
    return MODERATION.index("application_id", application_id, Application.model_validate)


def worklist(state: ApplicationState, due: dt.datetime | None = None) -> Query[Application]:
    """Describe all clients' applications in a state, earliest deadline first.

    ``due`` limits the list to applications with a deadline no later than that.
    """
    # "~" follows every character of an id.
    up_to = None if due is None else f"{_moment(due)}~"
    return MODERATION.index("worklist", state.value, Application.model_validate, up_to=up_to)


def submit(application: Application) -> list[Write]:
    """Describe the writes of a new application and of the message that starts its checks.

    The service writes its own item in the same transaction.
    """
    _subject_table(application)  # an unknown table must fail here, not at the decision
    item = to_item(application) | {"sk": _sk(application)}
    message = ApplicationSubmitted(
        client_id=application.client_id,
        service=application.service,
        application_id=application.application_id,
    )
    return [
        MODERATION.put(item | _worklist(application, application.submitted_at), new=True),
        outbox.message(application.client_id, QUEUE, message),
    ]


def move(move: Move[ApplicationState, Application]) -> list[Write]:
    """Describe the writes of a change of state, with its effect on the service's item.

    The commit raises ApplicationStateNotAllowed if the application has changed its state.
    """
    application = move.changed
    put = _worklist(application, application.review_due or move.at)
    changed = move.write(MODERATION, application.client_id, _sk(application), put=put)
    return [changed, *_effect(application, move.before)]


def _effect(application: Application, before: ApplicationState) -> list[Write]:
    put = application.subject.outcomes.get(application.state, {})
    closed = APPLICATION.is_final(application.state)
    if not put and not closed:
        return []
    effect = _subject_table(application).update(
        application.client_id,
        application.subject.sk,
        put=put,
        remove=["open_application"] if closed else [],
        when=Attr("open_application").eq(application.application_id),
        otherwise=ApplicationStateNotAllowed(before),
    )
    return [effect]


def _subject_table(application: Application) -> Table:
    (table,) = (table for table in SUBJECTS if table.name == application.subject.table)
    return table


def _sk(application: Application) -> str:
    return f"application#{application.service}#{application.application_id}"


def _worklist(application: Application, due: dt.datetime) -> Item:
    """Return the keys of the operator's index."""
    return {
        "worklist": application.state.value,
        "worklist_sort": f"{_moment(due)}#{application.application_id}",
    }


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
