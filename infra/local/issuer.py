"""The demonstration identity provider: tokens as a real OpenID provider would sign them."""

import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from infra.local.personas import Persona

AUDIENCE = "cabinet"
LIFETIME = dt.timedelta(hours=8)

Algorithm = Literal["RS256", "ES256"]
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Issuer:
    """Signs tokens with keys kept in a folder, so that tokens outlive a restart.

    Args:
        folder: where the two keys are, made on first use.
        url: the issuer's identifier, under which its metadata is served.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self._keys: dict[Algorithm, _Key] = {
            "RS256": _load_or_make(folder / "rs256.pem", _new_rsa),
            "ES256": _load_or_make(folder / "es256.pem", _new_ec),
        }

    @property
    def jwks_url(self) -> str:
        """Where the public keys are served."""
        return f"{self.url}/.well-known/jwks.json"

    def configuration(self) -> dict[str, Any]:
        """The provider's metadata (OpenID Connect Discovery 1.0, section 3), as far as it goes."""
        return {
            "issuer": self.url,
            "jwks_uri": self.jwks_url,
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(self._keys),
            "claims_supported": ["sub", "client_id", "roles", "iss", "aud", "iat", "exp"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JSON Web Key Set (RFC 7517)."""
        return {
            "keys": [
                _public_jwk(key)
                | {"kid": _key_id(key), "alg": algorithm, "use": "sig", "key_ops": ["verify"]}
                for algorithm, key in self._keys.items()
            ]
        }

    def token(self, persona: Persona, *, algorithm: Algorithm = "RS256", **overrides: Any) -> str:
        """A token for a persona, valid for `LIFETIME` from now.

        `overrides` replace claims by name; None leaves a claim out.
        """
        now = dt.datetime.now(dt.UTC)
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": persona.subject,
            "client_id": persona.client_id,
            "roles": list(persona.roles),
            "iat": now,
            "exp": now + LIFETIME,
        } | overrides
        key = self._keys[algorithm]
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            key,
            algorithm=algorithm,
            headers={"kid": _key_id(key)},
        )


def _new_rsa() -> _Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _new_ec() -> _Key:
    return ec.generate_private_key(ec.SECP256R1())


def _load_or_make(path: Path, make: Any) -> Any:
    if path.exists():
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    key = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def _public_jwk(key: _Key) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


def _key_id(key: _Key) -> str:
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(public).hexdigest()[:16]
