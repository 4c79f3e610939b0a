"""What the operator's cabinet tells of its organisations and their registers."""

from chalicelib.core.organisation import store
from chalicelib.core.organisation.model import CabinetMessage, ProfileChanged, Register
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.runtime.commit import transact
from chalicelib.runtime.consumer import consumer
from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import fetch

CABINET = Queue("Cabinet")


@consumer(CABINET, writes=[ORGANISATION])
def follow_cabinet(message: CabinetMessage) -> None:
    """Keep an organisation or a register as the cabinet knows it; the same word twice is once."""
    client_id = message.client_id
    if isinstance(message, ProfileChanged):
        known = fetch(store.profile(client_id))
        put = store.change_profile if known else store.put_profile
        transact([put(client_id, message.profile)])
    else:
        _follow_register(client_id, message.cash_register)


def _follow_register(client_id: str, register: Register) -> None:
    """Keep a register, and whose it is; from another client it moves with nothing left behind."""
    there, owner = fetch(
        store.register(client_id, register.register_id), store.register_owner(register.register_id)
    )
    keep = store.change_register if there else store.put_register
    writes = [
        keep(client_id, register),
        store.own_register(register.register_id, client_id, owner),
    ]
    if owner not in (None, client_id):
        left = fetch(store.register(owner, register.register_id))
        writes += store.release_register(owner, left) if left else []
    transact(writes)
