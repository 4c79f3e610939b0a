"""Which tokens are believed: those of our issuer, for us, in force, by an algorithm of ours."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from chalice.app import AuthRequest, AuthResponse
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWKClientConnectionError

from chalicelib.runtime import authorizer
from chalicelib.runtime.authorizer import OidcSettings, TokenRefused

ISSUER, AUDIENCE = "https://issuer.example", "service-menu"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: Any, kid: str, **members: Any) -> dict[str, Any]:
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **members}


class Issuer:
    """Publishes keys; counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [jwk(RSA, "rsa", alg="RS256"), jwk(EC, "ec"), jwk(RSA, "unnamed")]
        self.keys += [jwk(RSA, "rs512", alg="RS512")]
        self.keys += [{"kty": "oct", "k": "c2VjcmV0", "kid": "oct", "use": "sig", "alg": "HS256"}]
        self.asked = 0
        self.body: bytes | None = None
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                body = issuer.body or json.dumps({"keys": issuer.keys}).encode()
                self.send_response(200)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/jwks.json"


@pytest.fixture
def issuer(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    made = Issuer()
    monkeypatch.setenv("OIDC_JWKS_URL", made.url)
    forget()
    yield made
    made.server.shutdown()
    made.server.server_close()
    forget()


def forget() -> None:
    OidcSettings.load.cache_clear()
    authorizer._keys.cache_clear()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "exp": now + 300,
        "iat": now,
        "client_id": "client-1",
        "roles": ["client"],
    }
    return {name: value for name, value in (said | changes).items() if value is not ...}


def token(
    payload: dict[str, Any] | None = None,
    key: Any = RSA,
    algorithm: str = "RS256",
    kid: Any = "rsa",
    **headers: Any,
) -> str:
    header = {"kid": kid, **headers} if kid is not None else headers
    return jwt.encode(payload or claims(), key, algorithm, headers=header)


def handmade(header: Any, payload: Any = None, signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [header if isinstance(header, bytes) else json.dumps(header).encode()]
    parts += [json.dumps(payload or claims()).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def public_pem() -> bytes:
    return RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_public_key() -> str:
    """Signed by HMAC with the public key as the secret: the classic confusion of algorithms."""
    import hashlib
    import hmac

    unsigned = handmade({"alg": "HS256", "kid": "rsa", "typ": "JWT"}).rpartition(".")[0]
    tag = hmac.digest(public_pem(), unsigned.encode(), hashlib.sha256)
    return f"{unsigned}.{base64.urlsafe_b64encode(tag).decode().rstrip('=')}"


GOOD: dict[str, Callable[[], str]] = {
    "RS256": token,
    "ES256": lambda: token(key=EC, algorithm="ES256", kid="ec"),
    "a key that names no algorithm": lambda: token(kid="unnamed"),
    "an audience of several": lambda: token(claims(aud=["another", AUDIENCE])),
    "a clock a little ahead": lambda: token(claims(iat=int(time.time()) + 3)),
    "just expired": lambda: token(claims(exp=int(time.time()) - 2)),
}

BAD: dict[str, Callable[[], str]] = {
    "nothing signed": lambda: handmade({"alg": "none", "kid": "rsa"}),
    "none in capitals": lambda: handmade({"alg": "NONE", "kid": "rsa"}),
    "the public key as a secret": by_public_key,
    "a symmetric key of the issuer": lambda: token(key=b"secret", algorithm="HS256", kid="oct"),
    "RS384": lambda: token(algorithm="RS384"),
    "PS256": lambda: token(algorithm="PS256"),
    "RS512 by a key for it": lambda: token(algorithm="RS512", kid="rs512"),
    "ES256 under an RSA key's name": lambda: token(key=EC, algorithm="ES256"),
    "another's key": lambda: token(key=FOREIGN),
    "unknown key": lambda: token(kid="other"),
    "no key id": lambda: token(kid=None),
    "a key id that is no text": lambda: handmade({"alg": "RS256", "kid": 1}),
    "a key of its own": lambda: token(key=FOREIGN, jwk=jwk(FOREIGN, "rsa")),
    "a critical header": lambda: token(crit=["b64"], b64=False),
    "expired": lambda: token(claims(exp=int(time.time()) - 60)),
    "not yet": lambda: token(claims(nbf=int(time.time()) + 60)),
    "issued in the future": lambda: token(claims(iat=int(time.time()) + 60)),
    "another issuer": lambda: token(claims(iss="https://evil.example")),
    "the issuer with a slash": lambda: token(claims(iss=ISSUER + "/")),
    "another audience": lambda: token(claims(aud="another")),
    "an expiry that is no number": lambda: token(claims(exp="soon")),
    "a subject that is no text": lambda: handmade({"alg": "RS256", "kid": "rsa"}, claims(sub=1)),
    "a client id with a hash": lambda: token(claims(client_id="client-1#order")),
    "an empty client id": lambda: token(claims(client_id="")),
    "a long client id": lambda: token(claims(client_id="a" * 65)),
    "a client id that is a list": lambda: token(claims(client_id=["client-1"])),
    "a client id that is a number": lambda: token(claims(client_id=1)),
    "a client id with a line end": lambda: token(claims(client_id="client-1\n")),
    "roles that are text": lambda: token(claims(roles="operator")),
    "roles that are an object": lambda: token(claims(roles={"operator": True})),
    "payload that is a list": lambda: jwt.api_jws.encode(b"[]", RSA, "RS256", {"kid": "rsa"}),
    "garbage": lambda: "garbage",
    "dots": lambda: "..",
    "five parts": lambda: "a.b.c.d.e",
    "not base64": lambda: "\u044f.\u044f.\u044f",
    "a header that is a list": lambda: handmade([]),
    "a deep header": lambda: handmade(b"[" * 7_000),
    "a header of bad text": lambda: handmade(b"\xff\xfe"),
    "empty": lambda: "",
    **{
        f"no {name}": lambda name=name: token(claims(**{name: ...}))  # type: ignore[misc]
        for name in ("iss", "aud", "sub", "exp", "client_id", "roles")
    },
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
def test_token_of_our_issuer_is_believed(issuer: Issuer, make: Callable[[], str]) -> None:
    assert authorizer.context(f"Bearer {make()}") == {
        "principalId": "user-1",
        "client_id": "client-1",
        "roles": "client",
    }


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_doubtful_token_is_refused_not_failed_on(issuer: Issuer, make: Callable[[], str]) -> None:
    made = make()
    with pytest.raises(TokenRefused) as refused:
        authorizer.context(f"Bearer {made}")
    policy = authorizer.authorize(AuthRequest("TOKEN", f"Bearer {made}", "arn"))
    assert isinstance(policy, dict)
    (statement,) = policy["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Deny", ["*"])
    assert len(str(refused.value)) < 60


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer ", "Basic abc", "bearer  ", "{}"])
def test_other_schemes_are_refused(issuer: Issuer, said: str) -> None:
    with pytest.raises(TokenRefused):
        authorizer.context(said or "")
    with pytest.raises(TokenRefused):
        authorizer.context(token())


def test_signature_covers_every_claim(issuer: Issuer) -> None:
    header, _, signature = token().split(".")
    payload = handmade({}, claims(roles=["operator"])).split(".")[1]
    with pytest.raises(TokenRefused):
        authorizer.context(f"Bearer {header}.{payload}.{signature}")


def test_unknown_roles_are_left_out(issuer: Issuer) -> None:
    made = token(claims(roles=["operator", "admin", 1, None, "client", "client"]))
    assert authorizer.context(f"bearer {made}")["roles"] == "client operator"


def test_known_caller_may_call_every_path(issuer: Issuer) -> None:
    arn = "arn:aws:execute-api:xx-nowhere-1:123456789012:api/api/GET/health"
    policy = authorizer.authorize(AuthRequest("TOKEN", f"Bearer {token()}", arn))
    assert isinstance(policy, AuthResponse)
    assert policy.routes == ["*"]
    assert policy.context == {"client_id": "client-1", "roles": "client"}


def test_silent_issuer_is_an_error_and_not_a_refusal(issuer: Issuer) -> None:
    issuer.server.shutdown()
    issuer.server.server_close()
    with pytest.raises(PyJWKClientConnectionError):
        authorizer.authorize(AuthRequest("TOKEN", f"Bearer {token()}", "arn"))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}"])
def test_broken_issuer_lets_nobody_in(issuer: Issuer, body: bytes) -> None:
    issuer.body = body
    with pytest.raises(Exception):  # noqa: B017, PT011 - which one is the library's affair
        authorizer.context(f"Bearer {token()}")


def test_keys_are_kept_between_calls(issuer: Issuer) -> None:
    for _ in range(5):
        authorizer.context(f"Bearer {token()}")
    assert issuer.asked == 1


def test_new_key_of_the_issuer_is_found(issuer: Issuer) -> None:
    authorizer.context(f"Bearer {token()}")
    issuer.keys = [jwk(FOREIGN, "new")]
    assert authorizer.context(f"Bearer {token(key=FOREIGN, kid='new')}")
    assert issuer.asked == 2
    with pytest.raises(TokenRefused):
        authorizer.context(f"Bearer {token()}")


def test_unknown_keys_do_not_send_us_to_the_issuer_each_time(issuer: Issuer) -> None:
    for number in range(20):
        with pytest.raises(TokenRefused):
            authorizer.context(f"Bearer {token(kid=f'unknown-{number}')}")
    assert issuer.asked <= 2


def test_tokens_are_not_logged(issuer: Issuer, logged: list[dict[str, Any]]) -> None:
    made = token(claims(aud="another", sub="smirnova@example.ru"))
    authorizer.authorize(AuthRequest("TOKEN", f"Bearer {made}", "arn"))
    said = json.dumps(logged)
    assert "InvalidAudienceError" in said
    assert "smirnova" not in said
    assert made.split(".")[1] not in said
