"""Hostile input raises only KepError, no change goes unnoticed, and no input takes long."""

import time
import tracemalloc

import pytest
from asn1crypto import cms, core
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.kep import KepError, Trust, ber, certificate, crl, verify
from infra.gost_pki import Key, issue

CONTENT = b"exactly these bytes"
FUZZ = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def trust(pki) -> Trust:
    return pki.trust()


@pytest.fixture(scope="module")
def messages(pki) -> list[bytes]:
    chain = [pki["ca"].certificate]
    return [
        pki.sign(CONTENT, "legal", certificates=chain),
        pki.sign(CONTENT, "legal", "entrepreneur", attached=True),
    ]


@pytest.fixture(scope="module")
def unnoticed(messages, trust, at):
    """Return a check that fails if a changed message is accepted with another result."""
    originals = [verify(m, CONTENT, trust, at) for m in messages]

    def check(index: int, changed: bytes) -> None:
        try:
            signers = verify(changed, CONTENT, trust, at)
        except KepError:
            return
        results = {(s.certificate, s.claimed_time, s.profile) for s in signers}
        assert results <= {(s.certificate, s.claimed_time, s.profile) for s in originals[index]}
        assert signers

    return check


@FUZZ
@given(index=st.integers(0, 1), place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_changed_byte_is_noticed(messages, unnoticed, index: int, place: float, bits: int) -> None:
    message = bytearray(messages[index])
    message[int(place * len(message))] ^= bits

    unnoticed(index, bytes(message))


@FUZZ
@given(
    index=st.integers(0, 1),
    start=st.floats(0, 1),
    length=st.integers(0, 40),
    inserted=st.binary(max_size=40),
)
def test_changed_slice_is_noticed(messages, unnoticed, index, start, length, inserted) -> None:
    message = messages[index]
    at = int(start * len(message))

    unnoticed(index, message[:at] + inserted + message[at + length :])


@FUZZ
@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"0")
@example(data=b"0\x80\0\0")
@example(data=b"-----BEGIN CMS-----\n-----END CMS-----")
def test_arbitrary_bytes_raise_kep_error_only(data: bytes, trust, at) -> None:
    for read in (
        lambda: verify(data, CONTENT, trust, at),
        lambda: verify(b"\x30" + data, None, trust, at),
        lambda: certificate.read(data),
        lambda: crl.parse(data),
        lambda: Trust.from_pem(data),
    ):
        try:
            read()
        except KepError:
            continue


def _fields_of(signed_data: list[bytes]) -> bytes:
    encoded = ber.element(0x30, b"".join(signed_data))
    return ber.element(
        0x30,
        core.ObjectIdentifier("1.2.840.113549.1.7.2").dump() + ber.element(0xA0, encoded),
    )


trees = st.recursive(
    st.tuples(
        st.sampled_from([0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x17, 0x18, 0x1E, 0x80]),
        st.binary(max_size=20),
    ).map(lambda node: ber.element(*node)),
    lambda inner: st.tuples(
        st.sampled_from([0x30, 0x31, 0xA0, 0xA1, 0xA3, 0x24]), st.lists(inner, max_size=5)
    ).map(lambda node: ber.element(node[0], b"".join(node[1]))),
    max_leaves=25,
)


@FUZZ
@given(fields=st.lists(trees, max_size=6), place=st.integers(0, 5))
def test_arbitrary_asn1_raises_kep_error_only(
    messages, trust, at, fields: list[bytes], place: int
) -> None:
    """Arbitrary ASN.1 trees, alone and in place of a field of a real message."""
    explicit = cms.ContentInfo.load(messages[0])["content"]
    _, start, end = ber.header(explicit.dump(), 0, len(explicit.dump()))
    inner = explicit.dump()[start:end]
    _, start, end = ber.header(inner, 0, len(inner))
    real = [inner[at_:stop] for _, at_, stop in ber.children(inner, start, end)]
    real[place % len(real) : place % len(real) + 1] = fields
    for message in (_fields_of(fields), _fields_of(real)):
        try:
            verify(message, CONTENT, trust, at)
        except KepError:
            continue


@FUZZ
@given(tree=trees, place=st.integers(0, 7))
def test_arbitrary_certificate_fields_raise_kep_error_only(
    pki, trust, at, tree: bytes, place: int
) -> None:
    """A certificate with a replaced field is refused or equals the original."""
    der = pki["legal"].certificate
    _, outer, _ = ber.header(der, 0, len(der))
    _, start, end = ber.header(der, outer, len(der))
    fields = [der[at_:stop] for _, at_, stop in ber.children(der, start, end)]
    fields[place] = tree
    changed = ber.element(0x30, ber.element(0x30, b"".join(fields)) + der[end:])
    try:
        certificate.read(changed)
        crl.parse(changed)
    except KepError:
        return


def test_changed_content_is_refused(messages, trust, at) -> None:
    for position in range(len(CONTENT)):
        changed = bytearray(CONTENT)
        changed[position] ^= 1
        for message in messages:
            with pytest.raises(KepError):
                verify(message, bytes(changed), trust, at)


def _deep(tag: bytes) -> bytes:
    return tag * 200_000


def _thousand_certificates(pki, rebuilt) -> bytes:
    """Certificates whose subject is the issuer of the signer's certificate."""
    message = pki.sign(CONTENT, "legal")
    return rebuilt(
        message, certificates=[pki["legal"].certificate] + [pki["twin"].certificate] * 999
    )


def _many_cross_certificates(pki, rebuilt, at) -> bytes:
    """The maximum number of certificates: one name, valid signatures, no path to an anchor."""
    key = Key.generate()
    [name] = [pki["ca"].name]
    own = issue(key=key, name=name, issuer=None, not_before=at, not_after=at, authority=True)
    ring = [
        issue(key=key, name=name, issuer=own, not_before=at, not_after=at, authority=True)
        for _ in range(25)
    ]
    leaf = issue(key=key, name=pki["legal"].name, issuer=own, not_before=at, not_after=at)
    message = type(pki)(pki.identities | {"ring": leaf}).sign(CONTENT, "ring")
    return rebuilt(message, certificates=[leaf.certificate, *(i.certificate for i in ring)])


@pytest.fixture(
    params=[
        "deep-indefinite",
        "deep-definite",
        "thousand-certificates",
        "cross-certificates",
        "huge-serial",
        "huge-identifier",
        "ten-megabytes",
        "ten-megabytes-of-pieces",
        "many-signers",
        "many-attributes",
        "base64-of-ten-megabytes",
    ]
)
def hostile(request, pki, messages, rebuilt, resigned, at) -> bytes:
    signer = cms.ContentInfo.load(messages[0])["content"]["signer_infos"][0].dump()

    def huge_serial(info) -> None:
        info["sid"].chosen["serial_number"] = 1 << 8_000_000

    def many_attributes(info) -> None:
        info["signed_attrs"] = cms.CMSAttributes(
            [*info["signed_attrs"]]
            + [
                cms.CMSAttribute({"type": f"1.2.3.{n}", "values": [core.Null()]})
                for n in range(4000)
            ]
        )

    match request.param:
        case "deep-indefinite":
            return _deep(b"\x30\x80")
        case "deep-definite":
            nested = b""
            for _ in range(2000):
                nested = ber.element(0x30, nested)
            return nested
        case "thousand-certificates":
            return _thousand_certificates(pki, rebuilt)
        case "cross-certificates":
            return _many_cross_certificates(pki, rebuilt, at)
        case "huge-serial":
            return resigned(messages[0], pki["legal"], huge_serial)
        case "huge-identifier":
            return _fields_of([ber.element(0x06, b"\xff" * 1_000_000 + b"\1")])
        case "ten-megabytes":
            return pki.sign(bytes(10_000_000), "legal", attached=True)
        case "ten-megabytes-of-pieces":
            return b"\x30\x80" + b"\x24\x80" + b"\x04\x01a" * 3_300_000 + b"\0\0" * 2
        case "many-signers":
            return rebuilt(messages[0], signer_infos=[signer] * 5000)
        case "many-attributes":
            return resigned(messages[0], pki["legal"], many_attributes)
        case _:
            return b"MIIC" * 2_500_000


def test_hostile_messages_are_refused_quickly(hostile: bytes, trust, at) -> None:
    started = time.process_time()
    with pytest.raises(KepError):
        verify(hostile, CONTENT, trust, at)
    spent = time.process_time() - started

    tracemalloc.start()
    with pytest.raises(KepError):
        verify(hostile, CONTENT, trust, at)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert spent < 3
    assert peak < 100_000_000


def test_content_of_untrusted_signers_is_not_hashed(pki, trust, at, refused, monkeypatch) -> None:
    """The cost of hashing grows with the content, so the path is validated first."""
    from chalicelib.kep import streebog

    message = pki.sign(CONTENT, "of_foreign")
    hashed = []
    digest = streebog.digest
    monkeypatch.setattr(
        streebog, "digest", lambda data, size: hashed.append(data) or digest(data, size)
    )
    with refused("untrusted"):
        verify(message, bytes(5_000_000), trust, at)

    assert max(map(len, hashed)) < 10_000
