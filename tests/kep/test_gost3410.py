import base64
import secrets

import pytest
from asn1crypto import cms
from gostcrypto import gostsignature
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kep import certificate, crl, gost3410, streebog
from chalicelib.kep.curves import CURVES, Curve
from chalicelib.kep.gost3410 import PublicKey
from infra.gost_pki import Key

ALL_CURVES = list(dict.fromkeys(CURVES.values()))

# The test parameter sets (RFC 7091, 7.1 and 7.2), which the package refuses.
TEST_256 = Curve(
    name="test-256",
    size=32,
    p=0x8000000000000000000000000000000000000000000000000000000000000431,
    a=7,
    b=0x5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E,
    q=0x8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3,
    x=2,
    y=0x08E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8,
)
TEST_512 = Curve(
    name="test-512",
    size=64,
    p=int(
        "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
        "F1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
        16,
    ),
    a=7,
    b=int(
        "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC43"
        "61834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
        16,
    ),
    q=int(
        "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
        "A82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
        16,
    ),
    x=int(
        "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762"
        "FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
        16,
    ),
    y=int(
        "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C"
        "83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
        16,
    ),
)
TEST_KEY_256 = PublicKey(
    TEST_256,
    0x7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B,
    0x26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA,
)

# R 1323565.1.023-2018, appendix: certificates on CryptoPro-XchA and on tc26-512-B.
R_023_256 = """
MIICYjCCAg+gAwIBAgIBATAKBggqhQMHAQEDAjBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNv
bTEpMCcGA1UEAxMgR29zdFIzNDEwLTIwMTIgKDI1NiBiaXQpIGV4YW1wbGUwHhcNMTMxMTA1MTQwMjM3WhcNMzAxMTAxMTQw
MjM3WjBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNvbTEpMCcGA1UEAxMgR29zdFIzNDEwLTIw
MTIgKDI1NiBiaXQpIGV4YW1wbGUwZjAfBggqhQMHAQEBATATBgcqhQMCAiQABggqhQMHAQECAgNDAARAut/Qw1MUq9KPqkdH
C2xAF3K7TugHfo9n525D2s5mFZdD5pwf90/i4vF0mFmr9nfRwMYP4o0Pg1mOn5RlaXNYraOBwDCBvTAdBgNVHQ4EFgQU1fIe
N1HaPbw+XWUzbkJ+kHJUT0AwCwYDVR0PBAQDAgHGMA8GA1UdEwQIMAYBAf8CAQEwfgYDVR0BBHcwdYAU1fIeN1HaPbw+XWUz
bkJ+kHJUT0ChWqRYMFYxKTAnBgkqhkiG9w0BCQEWGkdvc3RSMzQxMC0yMDEyQGV4YW1wbGUuY29tMSkwJwYDVQQDEyBHb3N0
UjM0MTAtMjAxMiAoMjU2IGJpdCkgZXhhbXBsZYIBATAKBggqhQMHAQEDAgNBAF5bm4BbARR6hJLEoWJkOsYV3Hd7kXQQjz3C
dqQfmHrz6TI6Xojdh/t8ckODv/587NS5/6KsM77vc6Wh90NAT2s="""
R_023_512 = """
MIIC6DCCAlSgAwIBAgIBATAKBggqhQMHAQEDAzBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNv
bTEpMCcGA1UEAxMgR29zdFIzNDEwLTIwMTIgKDUxMiBiaXQpIGV4YW1wbGUwHhcNMTMxMDA0MDczNjA0WhcNMzAxMDAxMDcz
NjA0WjBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNvbTEpMCcGA1UEAxMgR29zdFIzNDEwLTIw
MTIgKDUxMiBiaXQpIGV4YW1wbGUwgaowIQYIKoUDBwEBAQIwFQYJKoUDBwECAQICBggqhQMHAQECAwOBhAAEgYATGQ9VCiM5
FRGCQ8MEz2F1dANqhaEuywa8CbxOnTvaGJpFQVXQwkwvLFAKh7hk542vOEtxpKtTCXfGf84nRhMH/Q9bZeAc2eO/yhxrsQhT
Bufa1Fuou2oe/jUOaG6RAtUUvRzhNTppRGGl1+EIY2vzzUua9j9Ol/gAoy/LNKQIfqOBwDCBvTAdBgNVHQ4EFgQUPcbTRXJZ
nHtjj+eBP7b5lcTMekIwCwYDVR0PBAQDAgHGMA8GA1UdEwQIMAYBAf8CAQEwfgYDVR0BBHcwdYAUPcbTRXJZnHtjj+eBP7b5
lcTMekKhWqRYMFYxKTAnBgkqhkiG9w0BCQEWGkdvc3RSMzQxMC0yMDEyQGV4YW1wbGUuY29tMSkwJwYDVQQDEyBHb3N0UjM0
MTAtMjAxMiAoNTEyIGJpdCkgZXhhbXBsZYIBATAKBggqhQMHAQEDAwOBgQBObS7oppPTXzHyVR1DtPa8b57nudJzI4czhsfe
X5HDntOq45t9B/qSs8dC6eGxbhHZ9zCOSFtxWYdmg0au8XI9Xb8vTC1qdwWID7FFjMWDNQZb6lYh/J+8F2xKylvB5nIlRZqO
o3eUNFkNyHJwQCk2WoOlO16zwGk2tdKH4KmD5w=="""
# RFC 9215, appendix A.2: certificate and CRL on tc26-256-A.
RFC_9215_256A = """
MIIBJTCB06ADAgECAgEKMAoGCCqFAwcBAQMCMBIxEDAOBgNVBAMTB0V4YW1wbGUwIBcNMDEwMTAxMDAwMDAwWhgPMjA1MDEy
MzEwMDAwMDBaMBIxEDAOBgNVBAMTB0V4YW1wbGUwXjAXBggqhQMHAQEBATALBgkqhQMHAQIBAQEDQwAEQHQnldS+6ITd8oUP
7APqP68YROAdnaYLZFCTpV4m38OZePWWz01NDGzx0YlD2UST0WuewKFtUS0uEnzEaRpjGOKjEzARMA8GA1UdEwEB/wQFMAMB
Af8wCgYIKoUDBwEBAwIDQQAUC02pEksJyw1c6Sjuh0JzoxASlJLsDik2njt5EkhXjB0OHaW+NHxvG1JWx66sIArWSsd6b1s6
DglzGOeubudp"""
RFC_9215_256A_CRL = """
MIGSMEECAQEwCgYIKoUDBwEBAwIwEjEQMA4GA1UEAxMHRXhhbXBsZRcNMTQwMTAxMDAwMDAwWhcNMTQwMTAyMDAwMDAwWjAK
BggqhQMHAQEDAgNBABS9aAh8O5A8eqKLB/6y571v4JY/VjJnNZ9c2Oq0UFmtHQ4dpb40fG8bUlbHrqwgCtZKx3pvWzoOCXMY
565u52k="""
# RFC 9215, appendix A.3: a certificate on the 512-bit test parameter set.
RFC_9215_512_TEST = """
MIIBqjCCARagAwIBAgIBCzAKBggqhQMHAQEDAzASMRAwDgYDVQQDEwdFeGFtcGxlMCAXDTAxMDEwMTAwMDAwMFoYDzIwNTAx
MjMxMDAwMDAwWjASMRAwDgYDVQQDEwdFeGFtcGxlMIGgMBcGCCqFAwcBAQECMAsGCSqFAwcBAgECAAOBhAAEgYDh7zDVLGEz
3dmdHVxBRVz3302LTJJbvGmvFDPRVlhRWt0hRoUMMlxbgcEzvmVaqMTUQOe5io1ZSHsMdpa8xV0R7L53NqnsNX/y/TmTH04R
TLjNo1knCsfw5/9D2UGUGeph/Sq3f12fY1I9O1CgT2PioM9Rt8E63CFWDwvUDMnHN6MTMBEwDwYDVR0TAQH/BAUwAwEB/zAK
BggqhQMHAQEDAwOBgQBBVwPYkvGl8/aMQ1MYmn7iB7gLVjHvnUlSmk1rVCws+hWqLqzxH0cP3n2VSFaQPDX9j5Ve8wDZXHdT
SnJKDu5wL4b6YKCBCRoj3XleHjxonuUSo8gu4NzCZDx47qj8rNNUklWEhrIPHJ7Bl8kGmYUCYMk7y82cXDMX4ZNE4XOuNg=="""


def test_example_of_rfc_7091() -> None:
    digest = 0x2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5
    r = 0x41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493
    s = 0x01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40
    signature = s.to_bytes(32) + r.to_bytes(32)

    assert gost3410.verify(TEST_KEY_256, digest.to_bytes(32, "little"), signature)
    assert not gost3410.verify(TEST_KEY_256, (digest ^ 1).to_bytes(32, "little"), signature)


@pytest.mark.parametrize("text", [R_023_256, R_023_512, RFC_9215_256A])
def test_self_signed_certificates_of_the_standards(text: str) -> None:
    example = certificate.read(text.encode())

    assert example.signed.is_signed_by(example.public_key)


def test_crl_of_rfc_9215() -> None:
    issuer = certificate.read(RFC_9215_256A.encode())
    example = crl.parse(base64.b64decode(RFC_9215_256A_CRL))

    assert example.is_issued_by(issuer)


def test_example_of_rfc_9215_on_the_test_parameter_set(refused) -> None:
    example = certificate.read(RFC_9215_512_TEST.encode())
    point = example.subject_public_key_info[-128:]
    key = PublicKey(
        TEST_512, int.from_bytes(point[:64], "little"), int.from_bytes(point[64:], "little")
    )

    assert TEST_512.contains(key.x, key.y)
    assert gost3410.verify(
        key, streebog.digest(example.signed.to_be_signed, 64), example.signed.signature_value
    )
    with refused("weak-algorithm"):
        _ = example.public_key


@pytest.mark.parametrize(("number", "signer"), [("01", R_023_256), ("02", R_023_512)])
def test_signed_messages_of_tc26(ministry_samples, number: str, signer: str) -> None:
    """R 1323565.1.025-2019: messages signed with the keys of the certificates above."""
    message = cms.ContentInfo.load((ministry_samples / f"tc26_vector_{number}.der").read_bytes())
    [signer_info] = message["content"]["signer_infos"]
    key = certificate.read(signer.encode()).public_key
    digest = streebog.digest(b"Test message", key.curve.size)

    assert gost3410.verify(key, digest, signer_info["signature"].native)
    assert not gost3410.verify(key, digest[::-1], signer_info["signature"].native)


@pytest.mark.parametrize("curve", ALL_CURVES, ids=lambda curve: curve.name)
def test_order_of_the_base_point(curve: Curve) -> None:
    key = PublicKey(curve, curve.x, curve.y)

    assert curve.contains(curve.x, curve.y)
    assert gost3410._combine(key, 0, curve.q) is None
    assert gost3410._combine(key, 0, curve.q + 1) == (curve.x, curve.y)
    assert pow(2, curve.q - 1, curve.q) == pow(2, curve.p - 1, curve.p) == 1


@pytest.mark.parametrize("curve", ALL_CURVES, ids=lambda curve: curve.name)
def test_constants_equal_those_of_gostcrypto(curve: Curve) -> None:
    other = gostsignature.CURVES_R_1323565_1_024_2019[curve.name]

    assert {name: other[name] for name in "pabqxy"} == {
        name: getattr(curve, name) for name in "pabqxy"
    }


@pytest.mark.parametrize("parameters", CURVES)
def test_signatures_of_gostcrypto_are_valid_and_altered_ones_are_not(parameters: str) -> None:
    private = Key.generate(parameters)
    key = gost3410.read_key(private.public_key_info())
    data = secrets.token_bytes(50)
    digest, signature = streebog.digest(data, private.size), private.sign(data)
    altered = bytes((signature[0] ^ 1, *signature[1:]))

    assert gost3410.verify(key, digest, signature)
    assert not gost3410.verify(key, digest, altered)
    assert not gost3410.verify(key, digest[::-1], signature)
    assert not gost3410.verify(key, digest, signature[private.size :] + signature[: private.size])


def test_signature_values_out_of_range_are_refused() -> None:
    curve = TEST_256
    for s, r in [(0, 1), (1, 0), (curve.q, 1), (1, curve.q), (0, 0)]:
        signature = s.to_bytes(32) + r.to_bytes(32)
        assert not gost3410.verify(TEST_KEY_256, bytes(32), signature)
    assert not gost3410.verify(TEST_KEY_256, bytes(32), b"\1" * 63)
    assert not gost3410.verify(TEST_KEY_256, bytes(64), b"\1" * 64)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**256), st.integers(0, 2**256), st.sampled_from(ALL_CURVES))
def test_combination_of_multiples_is_linear(u: int, w: int, curve: Curve) -> None:
    """With Q = 3G, uG + wQ equals (u + 3w)G, computed with other table entries."""
    three = gost3410._odd_multiples(curve, curve.x, curve.y, 3)[1]
    generator = PublicKey(curve, curve.x, curve.y)

    assert gost3410._combine(PublicKey(curve, *three), u, w) == gost3410._combine(
        generator, (u + 3 * w) % curve.q, 0
    )


def _altered(info: bytes, old: str, new: str) -> bytes:
    assert bytes.fromhex(old) in info
    return info.replace(bytes.fromhex(old), bytes.fromhex(new), 1)


def test_invalid_keys_are_refused(refused) -> None:
    info = Key.generate().public_key_info()
    xch_a = "06072a850302022400"
    for code, damaged in {
        "weak-algorithm": [
            _altered(info, xch_a, "06072a850302022300"),  # the test parameter set
            _altered(info, "06082a85030701010101", "06082a85030701010102"),  # 512-bit algorithm
            _altered(info, "06082a85030701010202", "06082a85030701010203"),  # 512-bit digest
            _altered(info, "06082a85030701010101", "06082a85030701010109"),
        ],
        "malformed": [
            info[:-1] + bytes((info[-1] ^ 1,)),  # not on the curve
            info[:-1],
            b"",
            b"\x30\x00",
            info + b"\0",
        ],
    }.items():
        for variant in damaged:
            with refused(code):
                gost3410.read_key(variant)
