"""Verification of Russian qualified electronic signatures (КЭП).

CMS / CAdES-BES with GOST R 34.10-2012 and Streebog, in pure Python. ``verify`` says who signed
exactly these bytes, or raises one ``KepError``; ``acts_for`` whether that is enough to act for an
organisation; ``certificate.read`` reads a bare certificate. The package only verifies, fetches
nothing and knows nothing of the rest of the product.
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
