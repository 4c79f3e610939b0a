"""One-time passwords: generation, hashing and verification."""

import hashlib
import hmac
import secrets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits without those that look alike in print."""
_GROUPS, _IN_GROUP = 4, 4
"""16 of 31 characters: 79 bits of entropy."""

_N, _R, _P = 2**14, 8, 5
"""Cost of scrypt by the OWASP Password Storage Cheat Sheet: 16 MiB, about 0.2 s."""
_SALT_BYTES = 16


def generate() -> str:
    """Return a new one-time password: four groups of four characters joined by hyphens."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """Return the scrypt hash (RFC 7914) of a password with its cost and a random salt."""
    salt = secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${digest.hex()}"


def matches(password: str, password_hash: str | None) -> bool:
    """Return whether a password has the given hash.

    Without a hash the answer is False and takes as long, so that response times do not reveal
    which logins exist.
    """
    _, n, r, p, salt, expected = (password_hash or _NO_HASH).split("$")
    digest = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p)
    )
    return hmac.compare_digest(digest, bytes.fromhex(expected)) and password_hash is not None


_NO_HASH = f"scrypt${_N}${_R}${_P}${'00' * _SALT_BYTES}${'00' * 64}"
