"""A demonstration certificate authority that the tests trust, and signatures by it."""

import base64
from typing import Any

from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.trust import store_crl
from chalicelib.kep import Subject, Trust, crl
from chalicelib.runtime import object_store
from infra.demonstration_pki import DemonstrationPki
from tests.support.steps import PROFILE
from tests.support.world import World

SUBJECTS = {
    "director": Subject(
        organisation=PROFILE["name"],
        organisation_inn=PROFILE["inn"],
        ogrn=PROFILE["ogrn"],
        inn="500100732259",
        surname="Смирнова",
        given_name="Мария",
        patronymic="Андреевна",
        position="Директор",
    ),
    "stranger": Subject(
        organisation="ООО «Чужая»",
        organisation_inn="7707083893",
        ogrn="1027700132195",
        surname="Орлов",
        given_name="Павел",
    ),
}
BUNDLE = "bundle.pem"


def trust(world: World, pki: DemonstrationPki, *, crls: bool = True) -> None:
    """Let the world trust the authority, at its present moment."""
    world.moment = pki.present()
    bundle = pki.bundle()
    with world.running("refresh_crls"):
        object_store.put(TRUST, BUNDLE, bundle.encode(), "application/x-pem-file")
        for number, data in enumerate(pki.crls() if crls else []):
            issuers = Trust.from_pem(bundle).authorities_named(crl.parse(data).issuer_name)
            store_crl(crl.validate(data, issuers, world.moment), f"https://crl/{number}")


def signature(pki: DemonstrationPki, text: str, who: str = "director", **how: Any) -> str:
    """Return a detached signature over a text in base64."""
    return base64.b64encode(pki.sign(text.encode(), who, **how)).decode()
