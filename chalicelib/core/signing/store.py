"""Whom signatures are trusted by, and where accepted ones are kept for ever.

Bucket Trust: ``bundle.pem``, the certificates of the authorities; ``crls/<name>.json``, the
validated revocation lists of one authority, by the address each was fetched from, where ``<name>``
is the SHA-256 of its DER name. Bucket Evidence: ``<client>/<signature id>/`` with the content, the
signature and why it was accepted.
"""

import functools
import hashlib
import json
import time
from collections.abc import Iterator, Mapping

from chalicelib.core.signing.buckets import EVIDENCE, TRUST, evidence_key
from chalicelib.core.signing.model import Evidence
from chalicelib.core.signing.settings import SigningSettings
from chalicelib.kep import CRL, Trust
from chalicelib.runtime import object_store

_BUNDLE = "bundle.pem"
_REMEMBERED_SECONDS = 300


def crl_key(issuer_name: bytes) -> str:
    """Return where the revocation lists of an authority are kept, by its DER name."""
    return f"crls/{hashlib.sha256(issuer_name).hexdigest()}.json"


def kept_crls(issuer_name: bytes) -> dict[str, str]:
    """Return an authority's revocation lists (``CRL.to_json``) by their addresses."""
    found = object_store.get(TRUST, crl_key(issuer_name))
    kept: dict[str, str] = json.loads(found) if found else {}
    return kept


def keep_crl(crl: CRL, url: str) -> None:
    """Keep a validated revocation list in place of the one fetched from there before."""
    kept = kept_crls(crl.issuer_name) | {url: crl.to_json()}
    content = json.dumps(kept).encode()
    object_store.put(TRUST, crl_key(crl.issuer_name), content, "application/json")


class _Crls(Mapping[bytes, list[CRL]]):
    """Revocation lists by the issuer's name, read when they are asked for: all are too many."""

    def __init__(self) -> None:
        self._read: dict[bytes, list[CRL]] = {}

    def __getitem__(self, issuer_name: bytes) -> list[CRL]:
        if issuer_name not in self._read:
            kept = kept_crls(issuer_name).values()
            self._read[issuer_name] = [CRL.from_json(text) for text in kept]
        return self._read[issuer_name]

    def __iter__(self) -> Iterator[bytes]:
        raise TypeError("revocation lists are not listed")

    def __len__(self) -> int:
        raise TypeError("revocation lists are not counted")


def load_trust() -> Trust:
    """Return whom we trust now, as it was at most five minutes ago.

    Raises:
        LookupError: no bundle was put into the bucket: nothing can be verified.
    """
    return _load_trust(int(time.monotonic() // _REMEMBERED_SECONDS))


@functools.lru_cache(maxsize=1)
def _load_trust(period: int) -> Trust:  # the period makes the memory expire
    bundle = object_store.get(TRUST, _BUNDLE)
    if bundle is None:
        raise LookupError("the trust bucket has no bundle.pem")
    unknown = SigningSettings.load().revocation_unknown
    trust = Trust.from_pem(bundle, revocation_unknown=unknown)
    return trust.with_crls(_Crls())


def keep(client_id: str, evidence: Evidence, content: bytes, signature: bytes) -> None:
    """Keep what was signed, the signature, and why it was accepted; the evidence comes last.

    Called before the commit that refers to it: a crash between leaves files that nothing names.
    """
    said = evidence.model_dump_json().encode()
    for name, kept, media_type in (
        ("content", content, "application/octet-stream"),
        ("signature.p7s", signature, "application/pkcs7-signature"),
        ("evidence.json", said, "application/json"),
    ):
        key = evidence_key(client_id, evidence.signature.signature_id, name)
        object_store.put(EVIDENCE, key, kept, media_type)
