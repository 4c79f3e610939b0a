"""Verification of a qualified signature: CMS, the signer's certificate, its path."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from chalicelib.kep import certificate as certificates
from chalicelib.kep import cms, gost3410, streebog
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.cms import SignedData, SignerInfo
from chalicelib.kep.errors import KepError
from chalicelib.kep.path import PathBuilder
from chalicelib.kep.signer import Signer
from chalicelib.kep.trust import Trust

MAX_CONTENT_BYTES: Final = 16 * 1024 * 1024
"""Of what is signed; without OpenSSL's provider a megabyte takes more than a second."""

Digest = Callable[[int], bytes]


def verify(message: bytes, content: bytes | None, trust: Trust, at: datetime) -> list[Signer]:
    """Everyone who signed ``content``, each signature and certificate having held.

    ``message`` is CMS SignedData in DER, BER, PEM or base64; ``content`` the exact bytes for a
    detached signature, or None for one that carries them (given for such a one, they must be the
    same). ``at`` is when the message was received, by our clock and with its time zone: validity
    and revocation are judged for that moment.

    Raises KepError; the codes are in ``errors``. Whatever the bytes, nothing else is raised.
    Raises ValueError for an ``at`` without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs a time zone")
    signed_data = cms.parse(message)
    signed = _content(signed_data, content)
    embedded = list(_readable(signed_data.certificates))
    builder = PathBuilder(trust, at, embedded)
    signers = [_signer(info, embedded, builder) for info in signed_data.signers]
    # Last, for it is the one step whose cost grows with the content: strangers do not get here.
    digests = {size: streebog.digest(signed, size) for size in _sizes(signed_data)}
    for info in signed_data.signers:
        if digests[gost3410.DIGEST_SIZES[info.digest_algorithm]] != info.message_digest:
            raise KepError("digest-mismatch")
    return signers


def attached_content(message: bytes) -> bytes | None:
    """The content that a message carries, None if it is detached. Verifies nothing.

    Raises KepError as reading the message does.
    """
    return cms.parse(message).content


def _content(signed_data: SignedData, content: bytes | None) -> bytes:
    if signed_data.content is None and content is None:
        raise KepError("content-missing")
    if content is None or signed_data.content is None:
        signed = content if signed_data.content is None else signed_data.content
    elif content != signed_data.content:
        raise KepError("digest-mismatch", "another content attached")
    else:
        signed = content
    if signed is None or len(signed) > MAX_CONTENT_BYTES:
        raise KepError("too-large", "content")
    return signed


def _sizes(signed_data: SignedData) -> set[int]:
    return {gost3410.DIGEST_SIZES[info.digest_algorithm] for info in signed_data.signers}


def _readable(encoded: Sequence[bytes]) -> list[Certificate]:
    """The embedded certificates that can be read; the others are nobody's business here."""
    found = []
    for der in dict.fromkeys(encoded):
        try:
            found.append(certificates.parse(der))
        except KepError:
            continue
    return found


def _signer(info: SignerInfo, embedded: Sequence[Certificate], builder: PathBuilder) -> Signer:
    """Try every certificate that the signature may mean; one must hold in all."""
    if (
        gost3410.DIGEST_SIZES.get(info.digest_algorithm) is None
        or gost3410.SIGNATURE_SIZES.get(info.signature_algorithm)
        != gost3410.DIGEST_SIZES[info.digest_algorithm]
    ):
        raise KepError("weak-algorithm", "digest or signature algorithm of the message")
    problem = KepError("no-signing-certificate")
    for candidate in (c for c in embedded if info.names(c)):
        try:
            _check_signature(info, candidate)
            return Signer(
                certificate=candidate,
                claimed_time=info.claimed_time,
                profile="CAdES-BES" if info.references else "CMS",
                evidence=builder.validate(candidate),
            )
        except KepError as error:
            problem = error
    raise problem


def _check_signature(info: SignerInfo, candidate: Certificate) -> None:
    key = candidate.public_key
    size = gost3410.DIGEST_SIZES[info.digest_algorithm]
    if key.curve.size != size:
        raise KepError("weak-algorithm", "digest of another size than the key")
    if not any(
        gost3410.verify(key, streebog.digest(attributes, size), info.signature)
        for attributes in info.signed
    ):
        raise KepError("signature-invalid")
