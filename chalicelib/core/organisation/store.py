"""Where organisations, registers and shops are kept.

Sort keys: ``profile``; ``agreement#<kind>``; ``register#<РНМ>``; ``shop#<id>``;
``binding#<РНМ>#<moment>``, one for each time a register was bound or unbound, so that turnover can
be told by shop and day. In partitions of no client, ``register#<РНМ>``: ``owner``, whose the
register is, since a fiscal document names its register alone.

Index ``standing`` holds a client's registers that stand in a shop, by shop and number.
"""

from boto3.dynamodb.conditions import Attr

from chalicelib.core.organisation.model import Agreement, Binding, Profile, Register, Shop
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


def profile(client_id: str) -> Get[Profile]:
    """The organisation itself."""
    return ORGANISATION.get(client_id, "profile", Profile.model_validate)


def put_profile(client_id: str, new: Profile) -> Write:
    """Keep an organisation that was not known."""
    return ORGANISATION.put({"client_id": client_id, "sk": "profile", **to_item(new)}, new=True)


def change_profile(client_id: str, changed: Profile) -> Write:
    """Change what the cabinet keeps; the address and tax office are the client's own."""
    kept = to_item(changed)
    for own in ("address", "tax_office_code"):
        kept.pop(own)
    gone = [name for name in Profile.model_fields if getattr(changed, name) is None]
    return ORGANISATION.update(client_id, "profile", put=kept, remove=gone)


def change_address(client_id: str, address: str, tax_office_code: str) -> Write:
    """Change where the organisation is registered."""
    changed = {"address": address, "tax_office_code": tax_office_code}
    return ORGANISATION.update(client_id, "profile", put=changed)


def register(client_id: str, register_id: str) -> Get[Register]:
    """One cash register."""
    return ORGANISATION.get(client_id, f"register#{register_id}", Register.model_validate)


def registers(client_id: str) -> Query[Register]:
    """Cash registers by number."""
    return ORGANISATION.list(client_id, "register#", Register.model_validate)


def registers_in(client_id: str, first_shop: str, last_shop: str) -> Query[Register]:
    """Cash registers in the shops from one to another, both in, by shop.

    An index, so a register just moved may stand where it stood for a moment.
    """
    first, last = f"{first_shop}#", f"{last_shop}#~"
    return ORGANISATION.between(client_id, first, last, Register.model_validate, index="standing")


def put_register(client_id: str, new: Register) -> Write:
    """Keep a register that was not known, in no shop yet."""
    sk = f"register#{new.register_id}"
    return ORGANISATION.put({"client_id": client_id, "sk": sk, **_told(new)}, new=True)


def change_register(client_id: str, changed: Register) -> Write:
    """Change what the cabinet tells of a register; the shop it stands in is the client's own."""
    kept = _told(changed)
    return ORGANISATION.update(client_id, f"register#{changed.register_id}", put=kept)


def register_owner(register_id: str) -> Get[str]:
    """The client whose register it is."""
    return ORGANISATION.get(f"register#{register_id}", "owner", _read_owner)


def own_register(register_id: str, client_id: str, seen: str | None) -> Write:
    """Say whose a register is, if that was ``seen``, None for nobody's."""
    item = {"client_id": f"register#{register_id}", "sk": "owner", "owner": client_id}
    if seen is None:
        return ORGANISATION.put(item, new=True)
    return ORGANISATION.put(item, when=Attr("owner").eq(seen))


def release_register(client_id: str, released: Register) -> list[Write]:
    """Take a register from the client it was with, out of the shop it stood in."""
    shop = Attr("shop_id")
    seen = shop.not_exists() if released.shop_id is None else shop.eq(released.shop_id)
    gone = ORGANISATION.delete(client_id, f"register#{released.register_id}", when=seen)
    if released.shop_id is None:
        return [gone]
    return [gone, _binding(client_id, released.register_id, None)]


def bindings(client_id: str, register_id: str) -> Query[Binding]:
    """Each time that a register was bound or unbound, newest first."""
    return ORGANISATION.list(
        client_id, f"binding#{register_id}#", Binding.model_validate, newest_first=True
    )


def stands_in(client_id: str, shop_id: str, register_id: str, *, otherwise: Otherwise) -> Write:
    """Demand that a register stands in a shop as the transaction commits."""
    return ORGANISATION.check(
        client_id,
        f"register#{register_id}",
        when=Attr("shop_id").eq(shop_id),
        otherwise=otherwise,
    )


def shop(client_id: str, shop_id: str) -> Get[Shop]:
    """One shop."""
    return ORGANISATION.get(client_id, f"shop#{shop_id}", Shop.model_validate)


def shops(client_id: str) -> Query[Shop]:
    """Shops, oldest first."""
    return ORGANISATION.list(client_id, "shop#", Shop.model_validate)


def open_shop(client_id: str, shop: Shop) -> Write:
    """Keep a new shop."""
    sk = f"shop#{shop.shop_id}"
    return ORGANISATION.put({"client_id": client_id, "sk": sk, **to_item(shop)}, new=True)


def bind(client_id: str, shop_id: str, seen: Register) -> list[Write]:
    """Put a register into a shop, out of the one it was seen in."""
    sk = f"shop#{shop_id}"
    stood = Attr("shop_id").eq(seen.shop_id) if seen.shop_id else Attr("shop_id").not_exists()
    return [
        ORGANISATION.check(client_id, sk, when=Attr("sk").exists(), otherwise=ShopUnknown()),
        ORGANISATION.update(
            client_id,
            f"register#{seen.register_id}",
            put={"shop_id": shop_id, "standing": f"{shop_id}#{seen.register_id}"},
            when=stood,
            otherwise=lambda found: RegisterMoved() if found else RegisterUnknown(),
        ),
        _binding(client_id, seen.register_id, shop_id),
    ]


def unbind(client_id: str, shop_id: str, register_id: str) -> list[Write]:
    """Take a register out of the shop it stands in."""
    return [
        ORGANISATION.update(
            client_id,
            f"register#{register_id}",
            remove=["shop_id", "standing"],
            when=Attr("shop_id").eq(shop_id),
            otherwise=lambda found: RegisterNotInShop() if found else RegisterUnknown(),
        ),
        _binding(client_id, register_id, None),
    ]


def agreement(client_id: str, kind: str) -> Get[Agreement]:
    """An agreement that is signed."""
    return ORGANISATION.get(client_id, f"agreement#{kind}", Agreement.model_validate)


def agreements(client_id: str) -> Query[Agreement]:
    """The agreements that are signed."""
    return ORGANISATION.list(client_id, "agreement#", Agreement.model_validate)


def sign_agreement(client_id: str, signed: Agreement) -> Write:
    """Keep a signed agreement, which nothing changes afterwards."""
    item = {"client_id": client_id, "sk": f"agreement#{signed.kind}", **to_item(signed)}
    return ORGANISATION.put(item, new=True, otherwise=AgreementSigned())


def _read_owner(item: Item) -> str:
    return str(item["owner"])


def _told(register: Register) -> Item:
    return to_item(register.model_copy(update={"shop_id": None}))


def _binding(client_id: str, register_id: str, shop_id: str | None) -> Write:
    item = {
        "client_id": client_id,
        "sk": f"binding#{register_id}#{new_identifier()}",
        "at": clock.now().isoformat(),
    }
    return ORGANISATION.put(item | ({"shop_id": shop_id} if shop_id else {}), new=True)
