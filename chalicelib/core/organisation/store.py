"""Table Organisation: organisations, registers, shops and agreements.

Sort keys in a client's partition: ``profile``; ``agreement#<kind>``; ``register#<РНМ>``;
``shop#<id>``; ``binding#<РНМ>#<id>``, an item for each time a register was moved to a shop or taken
out, from which turnover is attributed to shops by day.

The partition ``register#<РНМ>`` belongs to no client: its item ``owner`` names the client who owns
the register, because a fiscal document names only its register.

Index ``standing`` lists a client's registers that are in a shop, by shop and register number.
"""

from boto3.dynamodb.conditions import Attr

from chalicelib.core.organisation.model import (
    Agreement,
    Binding,
    NewAddress,
    Profile,
    Register,
    Shop,
)
from chalicelib.core.organisation.rules import (
    AgreementSigned,
    RegisterMoved,
    RegisterNotInShop,
    RegisterUnknown,
    ShopUnknown,
)
from chalicelib.runtime import clock
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.table import Get, Item, Otherwise, Query, Table, Write, to_item

ORGANISATION = Table("Organisation")
MOST_REGISTERS = 5_000
"""Most registers of one client."""


def profile(client_id: str) -> Get[Profile]:
    """Describe the read of a client's profile."""
    return ORGANISATION.get(client_id, "profile", Profile.model_validate)


def put_profile(client_id: str, profile: Profile) -> Write:
    """Describe the write of a new client's profile."""
    return ORGANISATION.put({"client_id": client_id, "sk": "profile", **to_item(profile)}, new=True)


def change_profile(client_id: str, profile: Profile) -> Write:
    """Describe the change of a profile, except address and tax office: the client owns these."""
    put = to_item(profile)
    for name in NewAddress.model_fields:
        put.pop(name)
    remove = [name for name in Profile.model_fields if getattr(profile, name) is None]
    return ORGANISATION.update(client_id, "profile", put=put, remove=remove)


def change_address(client_id: str, address: NewAddress) -> Write:
    """Describe the change of a client's address and tax office."""
    return ORGANISATION.update(client_id, "profile", put=to_item(address))


def register(client_id: str, register_id: str) -> Get[Register]:
    """Describe the read of one cash register of a client."""
    return ORGANISATION.get(client_id, f"register#{register_id}", Register.model_validate)


def registers(client_id: str) -> Query[Register]:
    """Describe a client's cash registers by number."""
    return ORGANISATION.list(client_id, "register#", Register.model_validate)


def registers_in(client_id: str, first_shop: str, last_shop: str) -> Query[Register]:
    """Describe the registers in the shops ``first_shop`` to ``last_shop`` inclusive, by shop.

    The index is eventually consistent: a register that has just moved may be listed in its previous
    shop.
    """
    first, last = f"{first_shop}#", f"{last_shop}#~"
    return ORGANISATION.between(client_id, first, last, Register.model_validate, index="standing")


def put_register(client_id: str, register: Register) -> Write:
    """Describe the write of a new register, which is in no shop."""
    item = {"client_id": client_id, "sk": f"register#{register.register_id}"}
    return ORGANISATION.put(item | _cabinet_fields(register), new=True)


def change_register(client_id: str, register: Register) -> Write:
    """Describe the change of a register, except its shop: the client owns this."""
    put = _cabinet_fields(register)
    return ORGANISATION.update(client_id, f"register#{register.register_id}", put=put)


def register_owner(register_id: str) -> Get[str]:
    """Describe the read of the id of the client who owns a register."""
    return ORGANISATION.get(f"register#{register_id}", "owner", _read_owner)


def own_register(register_id: str, client_id: str, current: str | None) -> Write:
    """Describe the write that makes a client the owner of a register.

    The commit fails if the owner is not ``current``; None stands for no owner.
    """
    item = {"client_id": f"register#{register_id}", "sk": "owner", "owner": client_id}
    if current is None:
        return ORGANISATION.put(item, new=True)
    return ORGANISATION.put(item, when=Attr("owner").eq(current))


def release_register(client_id: str, current: Register) -> list[Write]:
    """Describe the writes that take a register from its client and out of its shop.

    The commit fails if the register is not in the shop that ``current`` names.
    """
    shop = Attr("shop_id")
    unmoved = shop.not_exists() if current.shop_id is None else shop.eq(current.shop_id)
    delete = ORGANISATION.delete(client_id, f"register#{current.register_id}", when=unmoved)
    if current.shop_id is None:
        return [delete]
    return [delete, _put_binding(client_id, current.register_id, None)]


def bindings(client_id: str, register_id: str) -> Query[Binding]:
    """Describe the changes of a register's shop, newest first."""
    return ORGANISATION.list(
        client_id, f"binding#{register_id}#", Binding.model_validate, newest_first=True
    )


def stands_in(client_id: str, shop_id: str, register_id: str, *, otherwise: Otherwise) -> Write:
    """Describe the condition that a register is in a shop when the transaction commits."""
    return ORGANISATION.check(
        client_id,
        f"register#{register_id}",
        when=Attr("shop_id").eq(shop_id),
        otherwise=otherwise,
    )


def shop(client_id: str, shop_id: str) -> Get[Shop]:
    """Describe the read of one shop of a client."""
    return ORGANISATION.get(client_id, f"shop#{shop_id}", Shop.model_validate)


def shops(client_id: str) -> Query[Shop]:
    """Describe a client's shops, oldest first."""
    return ORGANISATION.list(client_id, "shop#", Shop.model_validate)


def put_shop(client_id: str, shop: Shop) -> Write:
    """Describe the write of a new shop."""
    sk = f"shop#{shop.shop_id}"
    return ORGANISATION.put({"client_id": client_id, "sk": sk, **to_item(shop)}, new=True)


def bind(client_id: str, shop_id: str, current: Register) -> list[Write]:
    """Describe the writes that move a register to a shop.

    The commit raises ShopUnknown if the client has no such shop, RegisterUnknown if the register is
    gone, and RegisterMoved if it has left the shop that ``current`` names.
    """
    shop = Attr("shop_id")
    unmoved = shop.eq(current.shop_id) if current.shop_id else shop.not_exists()
    return [
        ORGANISATION.check(
            client_id, f"shop#{shop_id}", when=Attr("sk").exists(), otherwise=ShopUnknown()
        ),
        ORGANISATION.update(
            client_id,
            f"register#{current.register_id}",
            put={"shop_id": shop_id, "standing": f"{shop_id}#{current.register_id}"},
            when=unmoved,
            otherwise=lambda item: RegisterMoved() if item else RegisterUnknown(),
        ),
        _put_binding(client_id, current.register_id, shop_id),
    ]


def unbind(client_id: str, shop_id: str, register_id: str) -> list[Write]:
    """Describe the writes that take a register out of a shop.

    The commit raises RegisterUnknown if the client has no such register, and RegisterNotInShop if
    it is not in this shop.
    """
    return [
        ORGANISATION.update(
            client_id,
            f"register#{register_id}",
            remove=["shop_id", "standing"],
            when=Attr("shop_id").eq(shop_id),
            otherwise=lambda item: RegisterNotInShop() if item else RegisterUnknown(),
        ),
        _put_binding(client_id, register_id, None),
    ]


def agreement(client_id: str, kind: str) -> Get[Agreement]:
    """Describe the read of a signed agreement."""
    return ORGANISATION.get(client_id, f"agreement#{kind}", Agreement.model_validate)


def agreements(client_id: str) -> Query[Agreement]:
    """Describe a client's signed agreements."""
    return ORGANISATION.list(client_id, "agreement#", Agreement.model_validate)


def put_agreement(client_id: str, agreement: Agreement) -> Write:
    """Describe the write of a signed agreement, which never changes afterwards.

    The commit raises AgreementSigned if an agreement of this kind is already signed.
    """
    item = {"client_id": client_id, "sk": f"agreement#{agreement.kind}", **to_item(agreement)}
    return ORGANISATION.put(item, new=True, otherwise=AgreementSigned())


def _read_owner(item: Item) -> str:
    return str(item["owner"])


def _cabinet_fields(register: Register) -> Item:
    return to_item(register.model_copy(update={"shop_id": None}))


def _put_binding(client_id: str, register_id: str, shop_id: str | None) -> Write:
    item = {
        "client_id": client_id,
        "sk": f"binding#{register_id}#{new_identifier()}",
        "at": clock.now().isoformat(),
    }
    return ORGANISATION.put(item | ({"shop_id": shop_id} if shop_id else {}), new=True)
