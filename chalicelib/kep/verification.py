"""Verification of qualified signatures: CMS structure, signature values, certification paths."""

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
"""Maximum size of the signed content. Without OpenSSL's provider 1 MB takes over a second."""

Digest = Callable[[int], bytes]


def verify(message: bytes, content: bytes | None, trust: Trust, at: datetime) -> list[Signer]:
    """Verify all signatures of a message and return their signers.

    Args:
        message: CMS SignedData in DER, BER, PEM or base64.
        content: the signed bytes of a detached signature; None if the message contains them. If
            both are present they must be equal.
        trust: anchors, revocation lists and rules.
        at: when the message was received, by the verifier's clock and with a time zone. Validity
            and revocation of certificates are checked for this moment.

    Returns:
        One signer for each SignerInfo, in the order of the message.

    Raises:
        KepError: a signature or a certificate is not accepted; see ``errors`` for the codes. No
            input bytes raise anything else.
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs a time zone")
    signed_data = cms.parse(message)
    signed_content = _content(signed_data, content)
    embedded = list(_parseable(signed_data.certificates))
    builder = PathBuilder(trust, at, embedded)
    signers = [_signer(info, embedded, builder) for info in signed_data.signer_infos]
    # Last: the cost of this step grows with the content, and untrusted senders do not reach it.
    digests = {size: streebog.digest(signed_content, size) for size in _digest_sizes(signed_data)}
    for info in signed_data.signer_infos:
        if digests[gost3410.DIGEST_SIZES[info.digest_algorithm]] != info.message_digest:
            raise KepError("digest-mismatch")
    return signers


def attached_content(message: bytes) -> bytes | None:
    """Return the content of a message, None if the signature is detached. Nothing is verified.

    Raises:
        KepError: as ``cms.parse``.
    """
    return cms.parse(message).content


def _content(signed_data: SignedData, content: bytes | None) -> bytes:
    if signed_data.content is None and content is None:
        raise KepError("content-missing")
    if content is None or signed_data.content is None:
        signed_content = content if signed_data.content is None else signed_data.content
    elif content != signed_data.content:
        raise KepError("digest-mismatch", "another content attached")
    else:
        signed_content = content
    if signed_content is None or len(signed_content) > MAX_CONTENT_BYTES:
        raise KepError("too-large", "content")
    return signed_content


def _digest_sizes(signed_data: SignedData) -> set[int]:
    return {gost3410.DIGEST_SIZES[info.digest_algorithm] for info in signed_data.signer_infos}


def _parseable(encoded: Sequence[bytes]) -> list[Certificate]:
    """Return the embedded certificates that can be parsed; others cannot be the signer's."""
    parsed = []
    for der in dict.fromkeys(encoded):
        try:
            parsed.append(certificates.parse(der))
        except KepError:
            continue
    return parsed


def _signer(info: SignerInfo, embedded: Sequence[Certificate], builder: PathBuilder) -> Signer:
    """Return the signer by the first certificate with a valid signature and path.

    Raises:
        KepError: ``weak-algorithm`` or ``no-signing-certificate``, or the code of the last
            certificate that was tried.
    """
    if (
        gost3410.DIGEST_SIZES.get(info.digest_algorithm) is None
        or gost3410.SIGNATURE_SIZES.get(info.signature_algorithm)
        != gost3410.DIGEST_SIZES[info.digest_algorithm]
    ):
        raise KepError("weak-algorithm", "digest or signature algorithm of the message")
    problem = KepError("no-signing-certificate")
    for candidate in (c for c in embedded if info.identifies(c)):
        try:
            _check_signature(info, candidate)
            return Signer(
                certificate=candidate,
                claimed_time=info.signing_time,
                profile="CAdES-BES" if info.signing_certificates else "CMS",
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
        for attributes in info.signed_attributes
    ):
        raise KepError("signature-invalid")
