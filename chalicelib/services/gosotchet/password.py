"""Passwords: made, judged, and kept as hashes only."""

import hashlib
import hmac
import secrets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another in print."""
_GROUPS, _IN_GROUP = 4, 4
"""16 of 31 letters: 79 bits."""

_N, _R, _P = 2**14, 8, 5
"""OWASP, Password Storage Cheat Sheet: 16 MiB and a fifth of a second."""
_SALT_BYTES = 16


def make() -> str:
    """Return a new one-time password, fit to be typed from paper."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def digest(password: str) -> str:
    """Return what to keep of a password: scrypt (RFC 7914) with its cost and a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    made = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${made.hex()}"


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the kept one; without one the answer takes as long, and is no."""
    _, n, r, p, salt, made = (kept or _NOBODYS).split("$")
    said = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p))
    return hmac.compare_digest(said, bytes.fromhex(made)) and kept is not None


_NOBODYS = f"scrypt${_N}${_R}${_P}${'00' * _SALT_BYTES}${'00' * 64}"
