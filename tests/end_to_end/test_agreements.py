"""An agreement signed by КЭП through the whole product, under the roles of production."""

import base64
from collections.abc import Callable

from infra.local.api import Api
from infra.local.product import Product

AGREEMENT = "/organisation/agreements/e-receipts"


def test_agreement_is_signed_once_and_by_its_own(
    running: Product, persona: Callable[..., Api]
) -> None:
    arenda = persona("arenda")
    text = arenda.get(AGREEMENT).json["text"]

    def sign(who: str, content: str, **how: str) -> dict[str, str]:
        made = running.pki.sign(content.encode(), who, **how)  # type: ignore[arg-type]
        return {"signature": base64.b64encode(made).decode()}

    path = f"{AGREEMENT}/signature"
    for body, code in (
        (sign("arenda", text + "."), "digest-mismatch"),
        (sign("petrova", text), "another-organisation"),
        (sign("operator", text), "power-of-attorney-required"),
        (sign("arenda", text, variant="expired"), "expired"),
    ):
        assert arenda.post(path, body, expect=422).json["code"] == code
    assert arenda.get(AGREEMENT).json["state"] == "unsigned"
    signed = arenda.post(path, sign("arenda", text), expect=200).json
    assert signed["state"] == "signed"
    arenda.post(path, sign("arenda", text), expect=409)
    assert persona("petrova").get(AGREEMENT).json["state"] == "unsigned"
