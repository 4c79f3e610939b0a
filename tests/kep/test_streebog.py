import hashlib

import gostcrypto
import pytest
from asn1crypto import cms
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kep import streebog

# RFC 6986, section 10: messages and hashes as printed, most significant byte first.
M1 = (
    "323130393837363534333231303938373635343332313039383736353433323130393837363534333231303938373635"
    "343332313039383736353433323130"
)
M2 = (
    "fbe2e5f0eee3c820fbeafaebef20fffbf0e1e0f0f520e0ed20e8ece0ebe5f0f2f120fff0eeec20f120faf2fee5e2202c"
    "e8f6f3ede220e8e6eee1e8f0f2d1202ce8f0f2e5e220e5d1"
)
VECTORS = {
    (M1, 64): "486f64c1917879417fef082b3381a4e211c324f074654c38823a7b76f830ad00"
    "fa1fbae42b1285c0352f227524bc9ab16254288dd6863dccd5b9f54a1ad0541b",
    (M1, 32): "00557be5e584fd52a449b16b0251d05d27f94ab76cbaa6da890b59d8ef1e159d",
    (M2, 64): "28fbc9bada033b1460642bdcddb90c3fb3e56c497ccd0f62b8a2ad4935e85f03"
    "7613966de4ee00531ae60f3b5a47f8dae06915d5f2f194996fcabf2622e6881e",
    (M2, 32): "508f7e553c06501d749a66fc28c6cac0b005746d97537fa85d9e40904efed29d",
}


@pytest.mark.parametrize(("message", "size"), VECTORS)
def test_vectors_of_rfc_6986(message: str, size: int) -> None:
    digest = streebog.digest(bytes.fromhex(message)[::-1], size)

    assert digest[::-1].hex() == VECTORS[message, size]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([32, 64]))
def test_agrees_with_gostcrypto(data: bytes, size: int) -> None:
    other = gostcrypto.gosthash.new(f"streebog{size * 8}", data=bytearray(data))

    assert streebog.digest(data, size) == bytes(other.digest())


@pytest.mark.parametrize("length", [0, 1, 63, 64, 65, 127, 128, 16_383, 16_384, 20_000])
def test_provider_and_pure_python_agree(gost_engine: None, length: int) -> None:
    # A Python with its own OpenSSL cannot load the provider of the system.
    native = streebog._native() or streebog.digest
    data = bytes(i % 251 for i in range(length))

    assert [native(data, size) for size in (32, 64)] == [
        streebog._pure(data, size) for size in (32, 64)
    ]


def test_long_content_is_hashed_in_python_without_a_provider(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    streebog._native.cache_clear()

    def unsupported(*_: object) -> None:
        raise ValueError("unsupported hash type")

    monkeypatch.setattr(hashlib, "new", unsupported)
    data = bytes(20_000)
    try:
        assert streebog.digest(data, 32) == streebog._pure(data, 32)
    finally:
        streebog._native.cache_clear()


def test_incorrect_provider_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    streebog._native.cache_clear()
    monkeypatch.setattr(hashlib, "new", lambda _, data: hashlib.sha256(data))
    try:
        assert streebog._native() is None
    finally:
        streebog._native.cache_clear()


def test_other_sizes_raise_value_error() -> None:
    with pytest.raises(ValueError, match="48"):
        streebog.digest(b"", 48)


@pytest.mark.parametrize(("number", "size"), [("03", 32), ("04", 64)])
def test_digested_messages_of_tc26(ministry_samples, number: str, size: int) -> None:
    """R 1323565.1.025-2019: DigestedData with content and hash."""
    encoded = (ministry_samples / f"tc26_vector_{number}.der").read_bytes()
    digested = cms.ContentInfo.load(encoded)["content"]
    content = bytes(digested["encap_content_info"]["content"])

    assert streebog.digest(content, size) == digested["digest"].native
