"""A signature is accepted for its own text and client only, and only once."""

import re
from typing import Any

import pytest

from chalicelib.runtime.declaration import Action
from infra import declarations
from infra.demonstration_pki import DemonstrationPki
from tests.support import estate, signing
from tests.support.world import World

AGREEMENT = "/organisation/agreements/e-receipts"
OTHER_TEXTS = ["", "Согласен", AGREEMENT, "e-receipts", "\ufeff"]


def place_of_signature(declared: Action) -> tuple[Any, ...] | None:
    places = [where for where, _ in estate.leaves(estate.body(declared) or {})]
    return next((where for where in places if where and where[-1] == "signature"), None)


SIGNED = [action for action in declarations.actions() if place_of_signature(action)]


@pytest.mark.parametrize("declared", SIGNED, ids=lambda action: action.name)
def test_signature_over_another_text_is_refused(
    world: World, pki: DemonstrationPki, declared: Action
) -> None:
    where = place_of_signature(declared)
    assert where
    ids = estate.own_ids(world, "client-1", declared)
    route, before = estate.route(declared, ids), kept(world)
    body = estate.body(declared, world)
    agreement = world.get(AGREEMENT)["text"]
    texts = [*OTHER_TEXTS, *([] if "agreements" in declared.path else [agreement])]
    for text in texts:
        made = estate.changed(body, where, signing.signature(pki, text))
        answer = world.call(route, made)
        assert 400 <= answer.status < 500, (text, answer.body)
        if answer.status == 422:
            assert answer.problem in {"signature-refused", "payload-invalid"}
    assert kept(world) == before


def test_signature_for_one_client_is_refused_for_another(
    world: World, pki: DemonstrationPki
) -> None:
    """Even two cabinets of the same organisation have different texts."""
    ours, theirs = (world.get(AGREEMENT, who=who)["text"] for who in ("client", "other_client"))
    assert ours != theirs
    made = {"signature": signing.signature(pki, ours)}
    stolen = world.call(f"POST {AGREEMENT}/signature", made, who="other_client")
    assert (stolen.status, stolen.json["code"]) == (422, "digest-mismatch")
    assert world.ok(f"POST {AGREEMENT}/signature", made)["state"] == "signed"
    assert world.call(f"POST {AGREEMENT}/signature", made).status == 409
    assert world.get(AGREEMENT, who="other_client")["state"] == "unsigned"


def test_attached_signature_over_another_text_is_refused(
    world: World, pki: DemonstrationPki
) -> None:
    made = signing.signature(pki, "Другой текст", attached=True)
    answer = world.call(f"POST {AGREEMENT}/signature", {"signature": made})
    assert (answer.status, answer.problem) == (422, "signature-refused")


def kept(world: World) -> list[Any]:
    return [
        [estate.items(world, client_id), estate.files(client_id)]
        for client_id in ("client-1", "client-2")
    ]


def test_every_call_that_takes_a_signature_is_attacked() -> None:
    assert "sign_agreement" in {action.name for action in SIGNED}
    for declared in declarations.actions():
        if re.search("signature$", declared.path) and not declared.is_read:
            assert declared in SIGNED
