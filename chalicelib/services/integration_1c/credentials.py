"""Passwords issued to 1C, stored as scrypt digests (RFC 7914), and their verification."""

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
from chalicelib.services.integration_1c.model import StoredCredentials
from chalicelib.services.integration_1c.rules import CLOSED_FOR, LoginClosed, PasswordWrong

MOST_FAILURES = 10
"""Number of wrong passwords in a row that closes a login for a while."""

# 16 MB and about 50 ms: the parameters of RFC 7914 for interactive logins.
_COST = {"n": 2**14, "r": 8, "p": 1}


def generate(client_id: str) -> tuple[StoredCredentials, str]:
    """Return new credentials of a client in stored form, and their password."""
    password, salt = secrets.token_urlsafe(18), secrets.token_bytes(16)
    stored = StoredCredentials(
        login=f"1c-{secrets.token_hex(6)}",
        owner=client_id,
        salt=salt,
        digest=_digest(password, salt),
        created_at=clock.now(),
    )
    return stored, password


def authenticate(authorization: str) -> str:
    """Return the client whose login and password an ``Authorization`` header contains.

    The scheme is Basic (RFC 7617).

    Raises:
        PasswordWrong: the header is not valid, or the login or the password is wrong.
        LoginClosed: ``MOST_FAILURES`` wrong passwords in a row were sent for this login.
    """
    login, password = _parse(authorization)
    stored = fetch(store.credentials(login))
    if stored is None:
        raise PasswordWrong
    failures = stored.failures
    if stored.failed_at is None or clock.now() - stored.failed_at > CLOSED_FOR:
        failures = 0
    if failures >= MOST_FAILURES:
        raise LoginClosed
    if not hmac.compare_digest(_digest(password, stored.salt), stored.digest):
        write_alone(store.put_failures(stored, failures + 1))
        raise PasswordWrong
    return stored.owner


def _parse(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise PasswordWrong from None
    login, colon, password = text.partition(":")
    if scheme.lower() != "basic" or not colon or not 0 < len(login) <= 64 or len(password) > 128:
        raise PasswordWrong
    return login, password


# One exchange makes many calls with one password, so its digest is computed once in a process.
@functools.lru_cache(maxsize=64)
def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **_COST)
