"""Where participants, statements, purchases and licences are kept.

In a client's partition: ``registration``; ``statement#<id>``, for a day; ``purchase#<id>``;
``licence#<last day>#<id>``, a paid package, so that those still running are one range in the order
of their ends. In partitions of no client: ``participant#<identifier>``: ``participant``, which
makes the identifier unique; ``inn#<ИНН>``: the participants of that taxpayer, ours
``participant#own#<КПП>``, one an organisation, others' ``participant#roaming#<identifier>``.
Documents are in the same table, see ``document_store``.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.problem import Problem, Unavailable
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Query, Table, Write, to_item
from chalicelib.services.edo.model import Licence, Purchase, PurchaseState, Registration, Statement
from chalicelib.services.edo.participant import Participant
from chalicelib.services.edo.rules import AlreadyRegistered, LicenceSpent

EDO = Table("Edo")
LICENCES = Queue("EdoLicences")
"""Where the service hears of its invoices."""

STATEMENT_VALID = dt.timedelta(days=1)
MOST_LICENCES = 500
"""Packages of one client that run at the same time."""


class PurchaseClosed(Problem):
    """The purchase was followed already."""


def statement(client_id: str, statement_id: str) -> Get[Statement | None]:
    """A statement that waits for its signature; None where its day is over."""

    def read(item: Item) -> Statement | None:
        expired = item["expires_at"] <= clock.now().timestamp()
        return None if expired else Statement.model_validate(item)

    return EDO.get(client_id, f"statement#{statement_id}", read)


def put_statement(client_id: str, new: Statement) -> Write:
    """Keep a statement for a day."""
    item = to_item(new) | {
        "client_id": client_id,
        "sk": f"statement#{new.statement_id}",
        "expires_at": int((clock.now() + STATEMENT_VALID).timestamp()),
    }
    return EDO.put(item, new=True)


def registration(client_id: str) -> Get[Registration]:
    """A client's registration."""
    return EDO.get(client_id, "registration", Registration.model_validate)


def register(client_id: str, new: Registration) -> list[Write]:
    """Keep a registration and put its participant into the directory, once an organisation."""

    def refuse(found: Item | None) -> Problem:
        return AlreadyRegistered(participant_id=found["participant_id"] if found else "")

    participant = new.participant(client_id)
    kept = {"client_id": client_id, "sk": "registration", **to_item(new)}
    found_by_inn = to_item(participant) | {
        "client_id": f"inn#{participant.inn}",
        "sk": f"participant#own#{participant.kpp or ''}",
    }
    return [
        EDO.put(kept, new=True, otherwise=refuse),
        EDO.put(found_by_inn, new=True, otherwise=refuse),
        EDO.put(_by_id(participant), new=True, otherwise=Unavailable()),
    ]


def participant(participant_id: str) -> Get[Participant]:
    """A participant by its identifier."""
    return EDO.get(f"participant#{participant_id}", "participant", Participant.model_validate)


def participants(inn: str) -> Query[Participant]:
    """The participants of a taxpayer, ours first."""
    return EDO.list(f"inn#{inn}", "participant#", Participant.model_validate)


def put_roaming_participant(known: Participant) -> list[Write]:
    """Keep another operator's participant, new or changed."""
    found_by_inn = to_item(known) | {
        "client_id": f"inn#{known.inn}",
        "sk": f"participant#roaming#{known.participant_id}",
    }
    return [EDO.put(_by_id(known)), EDO.put(found_by_inn)]


def _by_id(one: Participant) -> Item:
    key = {"client_id": f"participant#{one.participant_id}", "sk": "participant"}
    return key | to_item(one)


def purchase(client_id: str, purchase_id: str) -> Get[Purchase]:
    """One purchase of a package."""
    return EDO.get(client_id, f"purchase#{purchase_id}", Purchase.model_validate)


def purchases(client_id: str) -> Query[Purchase]:
    """The purchases of a client, newest first."""
    return EDO.list(client_id, "purchase#", Purchase.model_validate, newest_first=True)


def put_purchase(new: Purchase) -> Write:
    """Keep a new purchase."""
    return EDO.put(to_item(new) | {"sk": f"purchase#{new.purchase_id}"}, new=True)


def close_purchase(seen: Purchase, state: PurchaseState, by: Actor) -> Write:
    """Say what became of a purchase's invoice, once."""
    return EDO.update(
        seen.client_id,
        f"purchase#{seen.purchase_id}",
        put={"state": state.value},
        append={"history": to_item(HistoryEntry.now(state.value, by))},
        when=Attr("state").eq(PurchaseState.INVOICED.value),
        otherwise=PurchaseClosed(),
    )


def put_licence(client_id: str, new: Licence) -> Write:
    """Keep a paid package."""
    return EDO.put({"client_id": client_id, "sk": _licence_key(new), **to_item(new)}, new=True)


def licences(client_id: str, today: dt.date) -> Query[Licence]:
    """The paid packages whose term still runs, in the order of their ends."""
    first = f"licence#{today.isoformat()}"
    return EDO.between(client_id, first, "licence#~", Licence.model_validate)


def charge(client_id: str, licence: Licence) -> Write:
    """Take a document from a package, unless another request took the last one."""
    return EDO.update(
        client_id,
        _licence_key(licence),
        add={"documents_left": -1},
        when=Attr("documents_left").gte(1),
        otherwise=LicenceSpent(),
    )


def _licence_key(licence: Licence) -> str:
    return f"licence#{licence.valid_until.isoformat()}#{licence.licence_id}"
