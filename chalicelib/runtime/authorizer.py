"""Verifies the bearer token of a request (RFC 7519, RFC 8725)."""

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
from chalicelib.runtime.throttling import api_key, bucket_of

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
    """The token is not valid here; the reason is for the log alone."""


class Keys:
    """The published keys of the issuer, cached for ten minutes.

    An unknown key id makes the cache ask the issuer again, at most every 30 seconds.
    """

    def __init__(self, url: str) -> None:
        self._client = PyJWKClient(url, cache_jwk_set=True, lifespan=_KEYS_LIVE, timeout=3)
        self._refreshed_at = -float(_REFRESH_AT_MOST_EVERY)

    def find(self, kid: str) -> PyJWK:
        """Return the key with the key id ``kid``.

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
    """Return the claims of a token that the configured issuer has signed for this audience.

    Raises:
        TokenRefused: the token is malformed, expired, of another issuer or audience, or badly
            signed.
        PyJWKClientConnectionError: the issuer does not answer with its keys.
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
    """Return the context that the gateway passes to actions for an ``Authorization`` header.

    Raises:
        TokenRefused: the header holds no bearer token, or :func:`verify` refuses the token.
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


def authorize(request: AuthRequest) -> dict[str, Any]:
    """Return the policy of the gateway for a request: all calls for a known caller, or none.

    A refusal is a policy, since an exception would ring the alarm for every forged token. The
    gateway caches the policy by token, so the policy does not depend on the path. With the policy
    the gateway learns by which API key to throttle the caller's organisation.
    """
    try:
        passed = context(request.token)
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
    principal = passed.pop("principalId")
    policy = AuthResponse(routes=["*"], principal_id=principal, context=passed).to_dict(request)
    # arn:aws:execute-api:<region>:<account>:<API>/<stage>/<method>/<path>
    api_id = request.method_arn.split(":")[5].partition("/")[0]
    policy["usageIdentifierKey"] = api_key(api_id, bucket_of(passed["client_id"]))
    return policy
