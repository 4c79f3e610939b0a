"""Verifies the bearer token of a request (RFC 7519, RFC 8725); anything doubtful is refused."""

import functools
import re
import time
from typing import Annotated, Any

import jwt
from chalice.app import AuthRequest, AuthResponse
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError, PyJWTError
from pydantic import Field

from chalicelib.runtime.caller import Role
from chalicelib.runtime.log import logger
from chalicelib.runtime.settings import Settings

_ALGORITHMS = ["RS256", "ES256"]
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEYS_LIVE = 600
_REFRESH_AT_MOST_EVERY = 30


class OidcSettings(Settings):
    """The issuer whose tokens are accepted."""

    oidc_issuer: Annotated[str, Field(description="The `iss` of accepted tokens.")]
    oidc_audience: Annotated[str, Field(description="The `aud` of accepted tokens.")]
    oidc_jwks_url: Annotated[
        str,
        Field(pattern=r"^https?://.+$", description="Address of the issuer's public keys, a JWKS."),
    ]


class TokenRefused(Exception):
    """The token is not one of ours; the message says why, for the log alone."""


class Keys:
    """The issuer's published keys, cached; an unknown key id asks again, but not at every call."""

    def __init__(self, url: str) -> None:
        self._client = PyJWKClient(url, cache_jwk_set=True, lifespan=_KEYS_LIVE, timeout=3)
        self._refreshed_at = -float(_REFRESH_AT_MOST_EVERY)

    def find(self, kid: str) -> PyJWK:
        """Return the key ``kid``.

        Raises:
            TokenRefused: the issuer has no such key.
            PyJWKClientConnectionError: the issuer does not answer.
        """
        for refresh in (False, True):
            if refresh:
                if time.monotonic() - self._refreshed_at < _REFRESH_AT_MOST_EVERY:
                    break
                self._refreshed_at = time.monotonic()
            for key in self._client.get_signing_keys(refresh=refresh):
                if key.key_id == kid:
                    return key
        raise TokenRefused("unknown key")


@functools.cache
def _keys() -> Keys:
    return Keys(OidcSettings.load().oidc_jwks_url)


def verify(token: str) -> dict[str, Any]:
    """Return the claims of a token that the configured issuer signed for us and that is in force.

    Raises:
        TokenRefused: it is not; nothing in it may be used.
        PyJWKClientConnectionError: the issuer's keys cannot be had.
    """
    settings = OidcSettings.load()
    try:
        kid = jwt.get_unverified_header(token).get("kid")
        if not isinstance(kid, str):
            raise TokenRefused("no key id")
        key = _keys().find(kid)
        claims = jwt.decode(
            token,
            key,
            algorithms=[name for name in _ALGORITHMS if name == key.algorithm_name],
            audience=settings.oidc_audience,
            issuer=settings.oidc_issuer,
            options={"require": ["exp", "iss", "aud", "sub", "client_id", "roles"]},
            leeway=5,
        )
    except PyJWKClientConnectionError:
        raise
    except PyJWTError as error:
        raise TokenRefused(type(error).__name__) from error
    client_id = claims["client_id"]
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise TokenRefused("malformed client_id")
    if not isinstance(claims["roles"], list):
        raise TokenRefused("malformed roles")
    return claims


def context(authorization: str) -> dict[str, str]:
    """Return what the gateway passes to the actions for an ``Authorization`` header.

    Raises:
        TokenRefused: see :func:`verify`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("not a bearer token")
    claims = verify(token.strip())
    known = sorted(set(Role) & {role for role in claims["roles"] if isinstance(role, str)})
    return {
        "principalId": str(claims["sub"]),
        "client_id": str(claims["client_id"]),
        "roles": " ".join(known),
    }


def authorize(request: AuthRequest) -> AuthResponse | dict[str, Any]:
    """Return the gateway's policy for a request: everything for a known caller, or nothing.

    A refusal is an answer, not an error: an error would raise the alarm for every forged token.
    The gateway remembers the answer for the token, so it must hold for every path alike.
    """
    try:
        found = context(request.token)
    except TokenRefused as error:
        logger.info("token refused", reason=str(error))
        return {
            "principalId": "nobody",
            "policyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": ["*"]}
                ],
            },
        }
    principal = found.pop("principalId")
    return AuthResponse(routes=["*"], principal_id=principal, context=found)
