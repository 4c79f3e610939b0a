"""An issuer of tokens for the tests: its keys, whom it vouches for, and tokens that it never made."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from chalicelib.runtime import authorizer
from chalicelib.runtime.authorizer import OidcSettings

ISSUER, AUDIENCE = "https://issuer.example", "service-menu"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: Any, kid: str, **members: Any) -> dict[str, Any]:
    """Return the public half of a key as an issuer publishes it (RFC 7517)."""
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
        """Where the keys are."""
        return f"http://127.0.0.1:{self.server.server_port}/jwks.json"


def forget() -> None:
    """Let the authorizer begin as a new process does."""
    OidcSettings.load.cache_clear()
    authorizer._keys.cache_clear()


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token, changed; ``...`` leaves one out."""
    now = int(time.time())
    standard = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "exp": now + 300,
        "iat": now,
        "client_id": "client-1",
        "roles": ["client"],
    }
    return {name: value for name, value in (standard | changes).items() if value is not ...}


def token(
    payload: dict[str, Any] | None = None,
    key: Any = RSA,
    algorithm: str = "RS256",
    kid: Any = "rsa",
    **headers: Any,
) -> str:
    """Return a token over ``payload``, a good one unless something is said."""
    header = {"kid": kid, **headers} if kid is not None else headers
    return jwt.encode(payload or claims(), key, algorithm, headers=header)


def handmade(header: Any, payload: Any = None, signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [header if isinstance(header, bytes) else json.dumps(header).encode()]
    parts += [json.dumps(payload or claims()).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def public_pem() -> bytes:
    """Return the issuer's public key, which anybody has."""
    return RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_public_key() -> str:
    """Signed by HMAC with the public key as the secret: the classic confusion of algorithms."""
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

"""Tokens to be believed, by what is odd about them."""

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
"""Tokens to be refused, by why."""
