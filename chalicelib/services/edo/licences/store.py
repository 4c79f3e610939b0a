"""Purchases and licences in the table Edo.

In the client's partition: ``purchase#<id>``, and ``licence#<last day>#<id>``, so that the licences
whose terms have not ended are one range of keys in the order of their last days.
"""

import datetime as dt

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.lifecycle import Move
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Query, Write, to_item
from chalicelib.services.edo.licences.model import EdoLicence, Purchase, PurchaseState
from chalicelib.services.edo.licences.rules import LicenceSpent
from chalicelib.services.edo.resources import EDO

LICENCES = Queue("EdoLicences")
"""Receives a message when an invoice for a package is paid or expires."""
MOST_LICENCES = 500
"""Licences of one client whose terms overlap, at most."""


def purchase(client_id: str, purchase_id: str) -> Get[Purchase]:
    """Describe the read of a purchase."""
    return EDO.get(client_id, f"purchase#{purchase_id}", Purchase.model_validate)


def purchases(client_id: str) -> Query[Purchase]:
    """Describe the list of a client's purchases, newest first."""
    return EDO.list(client_id, "purchase#", Purchase.model_validate, newest_first=True)


def put_purchase(new: Purchase) -> Write:
    """Keep a new purchase."""
    return EDO.put(to_item(new) | {"sk": f"purchase#{new.purchase_id}"}, new=True)


def move_purchase(move: Move[PurchaseState, Purchase]) -> Write:
    """Move a purchase to another state.

    Raises:
        StateNotAllowed: the purchase is no longer in the state that was read.
    """
    purchase = move.changed
    return move.write(EDO, purchase.client_id, f"purchase#{purchase.purchase_id}")


def put_licence(client_id: str, new: EdoLicence) -> Write:
    """Keep a new licence."""
    return EDO.put({"client_id": client_id, "sk": _licence_key(new), **to_item(new)}, new=True)


def running_licences(client_id: str, today: dt.date) -> Query[EdoLicence]:
    """Describe the list of licences whose terms have not ended, by the last day."""
    first = f"licence#{today.isoformat()}"
    return EDO.between(client_id, first, "licence#~", EdoLicence.model_validate)


def charge(client_id: str, licence: EdoLicence) -> Write:
    """Take a document from a licence.

    Raises:
        LicenceSpent: no document is left.
    """
    return EDO.update(
        client_id,
        _licence_key(licence),
        add={"documents_left": -1},
        when=Attr("documents_left").gte(1),
        otherwise=LicenceSpent(),
    )


def _licence_key(licence: EdoLicence) -> str:
    return f"licence#{licence.valid_until.isoformat()}#{licence.licence_id}"
