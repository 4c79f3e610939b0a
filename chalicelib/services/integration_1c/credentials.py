"""Passwords that we make for 1С: shown once, kept as scrypt digests (RFC 7914), slow to guess."""

import base64
import binascii
import functools
import hashlib
import hmac
import secrets

from chalicelib.runtime import clock
from chalicelib.runtime.commit import write_alone
from chalicelib.runtime.table import fetch
from chalicelib.services.integration_1c import store
from chalicelib.services.integration_1c.model import KeptCredentials
from chalicelib.services.integration_1c.rules import CLOSED_FOR, LoginClosed, PasswordWrong

MOST_FAILURES = 10
"""Wrong passwords in a row, after which a login is closed for a while."""

# 16 MB and some fifty milliseconds: the parameters that RFC 7914 gives for interactive logins.
_COST = {"n": 2**14, "r": 8, "p": 1}


def make(client_id: str) -> tuple[KeptCredentials, str]:
    """Return new credentials of a client as they are kept, and their password."""
    password, salt = secrets.token_urlsafe(18), secrets.token_bytes(16)
    kept = KeptCredentials(
        login=f"1c-{secrets.token_hex(6)}",
        owner=client_id,
        salt=salt,
        digest=_digest(password, salt),
        created_at=clock.now(),
    )
    return kept, password


def authenticate(authorization: str) -> str:
    """Return the client whose login and password an ``Authorization`` header brings (RFC 7617).

    Raises:
        PasswordWrong: they are not right, or it brings none.
        LoginClosed: too many wrong ones came before.
    """
    login, password = _read(authorization)
    kept = fetch(store.credentials(login))
    if kept is None:
        raise PasswordWrong
    failures = kept.failures
    if kept.failed_at is None or clock.now() - kept.failed_at > CLOSED_FOR:
        failures = 0
    if failures >= MOST_FAILURES:
        raise LoginClosed
    if not hmac.compare_digest(_digest(password, kept.salt), kept.digest):
        write_alone(store.count_failure(kept, failures + 1))
        raise PasswordWrong
    return kept.owner


def _read(authorization: str) -> tuple[str, str]:
    scheme, _, said = authorization.partition(" ")
    try:
        text = base64.b64decode(said.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise PasswordWrong from None
    login, colon, password = text.partition(":")
    if scheme.lower() != "basic" or not colon or not 0 < len(login) <= 64 or len(password) > 128:
        raise PasswordWrong
    return login, password


# An exchange is many calls under one password: a process reckons it once.
@functools.lru_cache(maxsize=64)
def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)
