"""Statements and registrations in the table Edo.

In the client's partition: ``registration``, and ``statement#<id>``, which expires after a day.
"""

import datetime as dt

from chalicelib.runtime import clock
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Get, Item, Write, to_item
from chalicelib.services.edo.participants import store as participants
from chalicelib.services.edo.registration.model import JoiningStatement, ParticipantRegistration
from chalicelib.services.edo.registration.rules import AlreadyRegistered
from chalicelib.services.edo.resources import EDO

STATEMENT_VALID = dt.timedelta(days=1)


def statement(client_id: str, statement_id: str) -> Get[JoiningStatement | None]:
    """Describe the read of a statement; an expired statement is read as None."""

    def read(item: Item) -> JoiningStatement | None:
        expired = item["expires_at"] <= clock.now().timestamp()
        return None if expired else JoiningStatement.model_validate(item)

    return EDO.get(client_id, f"statement#{statement_id}", read)


def put_statement(client_id: str, new: JoiningStatement) -> Write:
    """Keep a statement for a day."""
    item = to_item(new) | {
        "client_id": client_id,
        "sk": f"statement#{new.statement_id}",
        "expires_at": int((clock.now() + STATEMENT_VALID).timestamp()),
    }
    return EDO.put(item, new=True)


def registration(client_id: str) -> Get[ParticipantRegistration]:
    """Describe the read of a client's registration."""
    return EDO.get(client_id, "registration", ParticipantRegistration.model_validate)


def put_registration(client_id: str, new: ParticipantRegistration) -> list[Write]:
    """Keep a registration and add its participant to the directory.

    Raises:
        AlreadyRegistered: the client or its organisation is a participant already.
    """

    def refuse(item: Item | None) -> Problem:
        return AlreadyRegistered(participant_id=item["participant_id"] if item else "")

    item = {"client_id": client_id, "sk": "registration", **to_item(new)}
    return [
        EDO.put(item, new=True, otherwise=refuse),
        *participants.put_own(new.participant(client_id), refuse),
    ]
