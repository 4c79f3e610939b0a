"""Bucket Trust: the certificate authorities that the product trusts and their revocation lists.

``bundle.pem`` holds the certificates of the authorities. ``crls/<name>.json`` holds the validated
revocation lists of one authority, by the URL from which each list was fetched; ``<name>`` is the
SHA-256 of the authority's DER-encoded name.
"""

import functools
import hashlib
import json
import time
from collections.abc import Iterator, Mapping

from chalicelib.core.signing.buckets import TRUST
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.kep import CRL, Trust
from chalicelib.runtime import object_store

_BUNDLE = "bundle.pem"
_CACHE_SECONDS = 300


def crl_key(issuer_name: bytes) -> str:
    """Return the object key of an authority's revocation lists, given its DER-encoded name."""
    return f"crls/{hashlib.sha256(issuer_name).hexdigest()}.json"


def load_crls(issuer_name: bytes) -> dict[str, str]:
    """Return an authority's revocation lists (``CRL.to_json``) by the URL of each list."""
    content = object_store.get(TRUST, crl_key(issuer_name))
    crls: dict[str, str] = json.loads(content) if content else {}
    return crls


def store_crl(crl: CRL, url: str) -> None:
    """Store a validated revocation list; the list fetched from ``url`` before is replaced."""
    crls = load_crls(crl.issuer_name) | {url: crl.to_json()}
    content = json.dumps(crls).encode()
    object_store.put(TRUST, crl_key(crl.issuer_name), content, "application/json")


class _CrlsByIssuer(Mapping[bytes, list[CRL]]):
    """Revocation lists by issuer name, loaded on first access: loading all is too slow."""

    def __init__(self) -> None:
        self._loaded: dict[bytes, list[CRL]] = {}

    def __getitem__(self, issuer_name: bytes) -> list[CRL]:
        if issuer_name not in self._loaded:
            crls = load_crls(issuer_name).values()
            self._loaded[issuer_name] = [CRL.from_json(crl) for crl in crls]
        return self._loaded[issuer_name]

    def __iter__(self) -> Iterator[bytes]:
        raise TypeError("revocation lists cannot be iterated")

    def __len__(self) -> int:
        raise TypeError("revocation lists cannot be counted")


def load_trust() -> Trust:
    """Return the trusted authorities and their revocation lists, at most five minutes old.

    Raises:
        LookupError: the bucket has no bundle, so that no signature can be verified.
    """
    return _load_trust(int(time.monotonic() // _CACHE_SECONDS))


@functools.lru_cache(maxsize=1)
def _load_trust(period: int) -> Trust:  # a new period is a new cache key
    bundle = object_store.get(TRUST, _BUNDLE)
    if bundle is None:
        raise LookupError("the trust bucket has no bundle.pem")
    unknown = SigningSettings.load().revocation_unknown
    trust = Trust.from_pem(bundle, revocation_unknown=unknown)
    return trust.with_crls(_CrlsByIssuer())
