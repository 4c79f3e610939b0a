"""«Организация»: the client's profile, registers, shops and agreements."""

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
from chalicelib.core.organisation.rules import AgreementSigned, RegisterUnknown, require_profile
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE, TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.commit import commit
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.page import Page, PageQuery, page
from chalicelib.runtime.settings import PageSettings
from chalicelib.runtime.table import every, fetch


@action("GET /organisation", caller="client", reads=[ORGANISATION])
def get_organisation(caller: Caller) -> Profile:
    """Return the caller's organisation."""
    return require_profile(fetch(store.profile(caller.client_id)))


@action("PUT /organisation/address", caller="client", writes=[ORGANISATION])
def change_address(caller: Caller, payload: NewAddress) -> Profile:
    """Change the legal address, or address of registration, and its tax office."""
    profile = require_profile(fetch(store.profile(caller.client_id)))
    changed = profile.model_copy(update=payload.model_dump())
    return commit(changed, store.change_address(caller.client_id, payload))


@action(
    "GET /organisation/registers", caller="client", reads=[ORGANISATION], settings=[PageSettings]
)
def list_registers(caller: Caller, query: PageQuery) -> Page[Register]:
    """List the cash registers and their fiscal drives."""
    return page(store.registers(caller.client_id), query, caller.client_id)


@action("GET /organisation/shops", caller="client", reads=[ORGANISATION], settings=[PageSettings])
def list_shops(caller: Caller, query: PageQuery) -> Page[ShopWithRegisters]:
    """List the shops with their registers."""
    shops = page(store.shops(caller.client_id), query, caller.client_id)
    if not shops.items:
        return Page(items=[], next=None)
    # A second read: the registers of the shops on this page.
    first, last = shops.items[0].shop_id, shops.items[-1].shop_id
    bound = store.registers_in(caller.client_id, first, last)
    registers = every(bound, most=store.MOST_REGISTERS)
    return Page(
        items=[ShopWithRegisters.of(shop, registers) for shop in shops.items], next=shops.next
    )


@action(
    "POST /organisation/shops",
    caller="client",
    idempotent=True,
    status=201,
    writes=[ORGANISATION],
)
def open_shop(caller: Caller, payload: NewShop) -> ShopWithRegisters:
    """Open a shop without registers."""
    shop = Shop(shop_id=new_identifier(), name=payload.name, address=payload.address)
    return commit(ShopWithRegisters.of(shop, []), store.put_shop(caller.client_id, shop))


@action(
    "PUT /organisation/shops/{shop_id}/registers/{register_id}",
    caller="client",
    writes=[ORGANISATION],
)
def bind_register(caller: Caller, shop_id: str, register_id: str) -> Register:
    """Move a register to a shop, out of the shop it is in."""
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
    """List all agreements, signed and unsigned."""
    agreements = every(store.agreements(caller.client_id), most=len(TEMPLATES))
    signed = {agreement.kind: agreement.card() for agreement in agreements}
    cards = [signed.get(kind.value) or template.card() for kind, template in TEMPLATES.items()]
    return Page(items=cards, next=None)


@action("GET /organisation/agreements/{kind}", caller="client", reads=[ORGANISATION])
def get_agreement(caller: Caller, kind: str) -> Agreement:
    """Return an agreement with its exact text: the text to sign, or the text signed."""
    template = template_of(kind)
    profile, signed = fetch(
        store.profile(caller.client_id), store.agreement(caller.client_id, kind)
    )
    return signed or template.agreement(require_profile(profile))


@action(
    "POST /organisation/agreements/{kind}/signature",
    caller="client",
    reads=[TRUST],
    writes=[ORGANISATION, EVIDENCE],
    memory=1024,
    settings=[SigningSettings],
)
def sign_agreement(caller: Caller, kind: str, payload: NewSignature) -> Agreement:
    """Sign an agreement with a detached signature over its exact text.

    The signer must be entitled to act for the organisation.
    """
    # Besides its read and its write, the action reads the trusted authorities from S3 and stores
    # the evidence there.
    from chalicelib.core.signing.acceptance import accept_signature

    template = template_of(kind)
    stored, signed = fetch(store.profile(caller.client_id), store.agreement(caller.client_id, kind))
    if signed is not None:
        raise AgreementSigned
    profile = require_profile(stored)
    agreement = template.agreement(profile)
    signature = accept_signature(
        caller.client_id,
        agreement.text.encode(),
        payload.signature,
        inn=profile.inn,
        ogrn=profile.ogrn,
    )
    changed = agreement.model_copy(update={"state": AgreementState.SIGNED, "signature": signature})
    return commit(changed, store.put_agreement(caller.client_id, changed))
