"""Verification of Russian qualified electronic signatures (КЭП).

A pure Python verifier for CMS SignedData (RFC 5652) and CAdES-BES (ETSI EN 319 122-1) with
GOST R 34.10-2012 signatures and GOST R 34.11-2012 (Streebog) hashes.

- ``verify`` returns the signers of the given content or raises ``KepError``.
- ``acts_for`` checks that a signer may represent an organisation without a power of attorney.
- ``certificate.read`` parses a certificate without verifying it.

The package makes no network calls, creates no signatures and does not depend on the rest of the
product.
"""

from chalicelib.kep import certificate, crl
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.crl import CRL
from chalicelib.kep.errors import KepError
from chalicelib.kep.signer import Signer, acts_for
from chalicelib.kep.subject import Subject
from chalicelib.kep.trust import Trust
from chalicelib.kep.verification import attached_content, verify

__all__ = [
    "CRL",
    "Certificate",
    "KepError",
    "Signer",
    "Subject",
    "Trust",
    "acts_for",
    "attached_content",
    "certificate",
    "crl",
    "verify",
]
