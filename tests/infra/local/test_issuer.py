"""The demonstration issuer's tokens verify against the keys it serves, and outlive a restart."""

import datetime as dt
from pathlib import Path
from typing import Any

import jwt
import pytest

from infra.local.issuer import AUDIENCE, Issuer
from infra.local.personas import PERSONAS

URL = "http://127.0.0.1:8000/local"


def verified(issuer: Issuer, token: str) -> dict[str, Any]:
    keys = jwt.PyJWKSet.from_dict(issuer.jwks())
    header = jwt.get_unverified_header(token)
    claims: dict[str, Any] = jwt.decode(
        token,
        keys[header["kid"]].key,
        algorithms=[header["alg"]],
        audience=AUDIENCE,
        issuer=URL,
        options={"require": ["exp", "iat", "sub", "iss", "aud"]},
    )
    return claims


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_token_says_who_the_persona_is(tmp_path: Path, algorithm: Any) -> None:
    issuer = Issuer(tmp_path, URL)

    claims = verified(issuer, issuer.token(PERSONAS["arenda"], algorithm=algorithm))

    assert claims["client_id"] == "client-arenda"
    assert claims["roles"] == ["client", "landlord"]
    assert claims["exp"] - claims["iat"] == 8 * 3600


def test_a_token_outlives_a_restart(tmp_path: Path) -> None:
    token = Issuer(tmp_path, URL).token(PERSONAS["romashka"])

    assert verified(Issuer(tmp_path, URL), token)["sub"] == "user-romashka-1"
    with pytest.raises(KeyError):
        verified(Issuer(tmp_path / "another", URL), token)


def test_claims_can_be_replaced_and_left_out(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, URL)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)

    with pytest.raises(jwt.ExpiredSignatureError):
        verified(issuer, issuer.token(PERSONAS["romashka"], exp=past))
    with pytest.raises(jwt.MissingRequiredClaimError):
        verified(issuer, issuer.token(PERSONAS["romashka"], sub=None))


def test_private_keys_stay_private(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path, URL)

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert all("d" not in key for key in issuer.jwks()["keys"])
    assert {key["alg"] for key in issuer.jwks()["keys"]} == {"RS256", "ES256"}


def test_metadata_leads_to_the_keys(tmp_path: Path) -> None:
    configuration = Issuer(tmp_path, URL).configuration()

    assert configuration["issuer"] == URL
    assert configuration["jwks_uri"] == f"{URL}/.well-known/jwks.json"
