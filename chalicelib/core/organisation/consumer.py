"""Messages of the operator's cabinet about organisations and their registers."""

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
    """Store an organisation or a register as the cabinet sent it; a repeat changes nothing."""
    if isinstance(message, ProfileChanged):
        _follow_profile(message)
    else:
        _follow_register(message.client_id, message.cash_register)


def _follow_profile(message: ProfileChanged) -> None:
    current = fetch(store.profile(message.client_id))
    put = store.change_profile if current else store.put_profile
    transact([put(message.client_id, message.profile)])


def _follow_register(client_id: str, register: Register) -> None:
    """Store a register and its owner, and remove the register from its previous owner."""
    current, owner = fetch(
        store.register(client_id, register.register_id), store.register_owner(register.register_id)
    )
    put = store.change_register if current else store.put_register
    writes = [
        put(client_id, register),
        store.own_register(register.register_id, client_id, owner),
    ]
    if owner not in (None, client_id):
        previous = fetch(store.register(owner, register.register_id))
        writes += store.release_register(owner, previous) if previous else []
    transact(writes)
