"""«Организация»: the client's profile, registers and shops."""

from chalicelib.core.organisation import store
from chalicelib.core.organisation.agreement_templates import TEMPLATES, template_of
from chalicelib.core.organisation.model import (
    Agreement,
    AgreementCard,
    AgreementState,
    NewAddress,
    NewShop,
    NewSignature,
    Profile,
    Register,
    Shop,
    ShopWithRegisters,
)
from chalicelib.core.organisation.rules import (
    AgreementSigned,
    OrganisationUnknown,
    RegisterUnknown,
)
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.table import every, fetch


@action("GET /organisation", caller="client", reads=[ORGANISATION])
def get_organisation(caller: Caller) -> Profile:
    """Return the caller's organisation."""
    profile = fetch(store.profile(caller.client_id))
    if profile is None:
        raise OrganisationUnknown
    return profile


@action("PUT /organisation/address", caller="client", writes=[ORGANISATION])
def change_address(caller: Caller, new: NewAddress) -> Profile:
    """Change the address of registration and the tax office it belongs to."""
    profile = get_organisation(caller)
    changed = profile.model_copy(update=new.model_dump())
    return commit(changed, store.change_address(caller.client_id, new.address, new.tax_office_code))


@action("GET /organisation/registers", caller="client", reads=[ORGANISATION])
def list_registers(caller: Caller, query: PageQuery) -> Page[Register]:
    """List the cash registers with the fiscal drives in them."""
    return page(store.registers(caller.client_id), query, caller.client_id)


@action("GET /organisation/shops", caller="client", reads=[ORGANISATION])
def list_shops(caller: Caller, query: PageQuery) -> Page[ShopWithRegisters]:
    """List the shops with the registers bound to them, in two reads: shops, then registers."""
    shops = page(store.shops(caller.client_id), query, caller.client_id)
    if not shops.items:
        return Page(items=[], next=None)
    first, last = shops.items[0].shop_id, shops.items[-1].shop_id
    bound = store.registers_in(caller.client_id, first, last)
    registers = every(bound, most=store.MOST_REGISTERS)
    return Page(
        items=[
            ShopWithRegisters(
                **shop.model_dump(),
                registers=[one for one in registers if one.shop_id == shop.shop_id],
            )
            for shop in shops.items
        ],
        next=shops.next,
    )


@action(
    "POST /organisation/shops",
    caller="client",
    idempotent=True,
    status=201,
    writes=[ORGANISATION],
)
def open_shop(caller: Caller, new: NewShop) -> ShopWithRegisters:
    """Open a shop, with no registers yet."""
    shop = Shop(shop_id=new_identifier(), name=new.name, address=new.address)
    answer = ShopWithRegisters(**shop.model_dump(), registers=[])
    return commit(answer, store.open_shop(caller.client_id, shop))


@action(
    "PUT /organisation/shops/{shop_id}/registers/{register_id}",
    caller="client",
    writes=[ORGANISATION],
)
def bind_register(caller: Caller, shop_id: str, register_id: str) -> Register:
    """Put a register into a shop; it leaves the shop it stood in."""
    register = fetch(store.register(caller.client_id, register_id))
    if register is None:
        raise RegisterUnknown
    if register.shop_id == shop_id:
        return register
    bound = register.model_copy(update={"shop_id": shop_id})
    return commit(bound, *store.bind(caller.client_id, shop_id, register))


@action(
    "DELETE /organisation/shops/{shop_id}/registers/{register_id}",
    caller="client",
    writes=[ORGANISATION],
)
def unbind_register(caller: Caller, shop_id: str, register_id: str) -> None:
    """Take a register out of a shop."""
    commit(None, *store.unbind(caller.client_id, shop_id, register_id))


@action("GET /organisation/agreements", caller="client", reads=[ORGANISATION])
def list_agreements(caller: Caller) -> Page[AgreementCard]:
    """List the agreements that there are, signed or not."""
    signed = {
        one.kind: one for one in every(store.agreements(caller.client_id), most=len(TEMPLATES))
    }
    cards = [
        signed.get(kind.value)
        or AgreementCard(
            kind=kind.value,
            title=wording.title,
            version=wording.version,
            state=AgreementState.UNSIGNED,
        )
        for kind, wording in TEMPLATES.items()
    ]
    return Page(items=[AgreementCard(**card.model_dump()) for card in cards], next=None)


@action("GET /organisation/agreements/{kind}", caller="client", reads=[ORGANISATION])
def get_agreement(caller: Caller, kind: str) -> Agreement:
    """Return an agreement with its exact text: the one to sign, or the one signed."""
    return _agreement(caller, kind)[1]


@action(
    "POST /organisation/agreements/{kind}/signature",
    caller="client",
    reads=[TRUST],
    writes=[ORGANISATION, EVIDENCE],
    memory=1024,
)
def sign_agreement(caller: Caller, kind: str, new: NewSignature) -> Agreement:
    """Sign an agreement: a detached signature over its exact text by who acts for the client.

    Besides its read and its write, it reads the trusted authorities and keeps the evidence in S3.
    """
    from chalicelib.core.signing.acceptance import accept_signature

    profile, agreement = _agreement(caller, kind)
    if agreement.state is AgreementState.SIGNED:
        raise AgreementSigned
    signature = accept_signature(
        caller.client_id,
        agreement.text.encode(),
        new.signature,
        inn=profile.inn,
        ogrn=profile.ogrn,
    )
    signed = agreement.model_copy(update={"state": AgreementState.SIGNED, "signature": signature})
    return commit(signed, store.sign_agreement(caller.client_id, signed))


def _agreement(caller: Caller, kind: str) -> tuple[Profile, Agreement]:
    wording = template_of(kind)
    profile, signed = fetch(
        store.profile(caller.client_id), store.agreement(caller.client_id, kind)
    )
    if profile is None:
        raise OrganisationUnknown
    return profile, signed or Agreement(
        kind=kind,
        title=wording.title,
        version=wording.version,
        state=AgreementState.UNSIGNED,
        text=wording.text(profile),
    )
