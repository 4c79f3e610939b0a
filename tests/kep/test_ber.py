import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kep import ber


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("3003020101", "3003020101"),
        ("30800201010000", "3003020101"),
        ("3080308002010100000000", "30053003020101"),
        ("2480040141040242430000", "0403414243"),
        ("24080401412403040142", "04024142"),
        ("308103020101", "308103020101"),  # the long form is not changed
        ("3080248004014100000000", "3003040141"),
    ],
)
def test_conversion_to_definite_lengths(encoded: str, expected: str) -> None:
    assert ber.definite(bytes.fromhex(encoded)).hex() == expected


def test_definite_encoding_is_returned_unchanged() -> None:
    encoded = bytes.fromhex("3003020101")

    assert ber.definite(encoded) is encoded


@pytest.mark.parametrize("length", [100, 200, 255, 256, 300, 65_535, 65_536])
def test_lengths_of_all_sizes(length: int) -> None:
    """An indefinite encoding is converted even if the definite one has the same length."""
    contents = ber.element(0x04, bytes(length))
    indefinite = b"\x30\x80" + contents + b"\0\0"

    assert ber.definite(indefinite) == ber.element(0x30, contents)
    assert ber.definite(b"\x30\x80" + indefinite + b"\0\0") == ber.element(
        0x30, ber.element(0x30, contents)
    )


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "30",
        "3003020101ff",  # trailing byte
        "3004020101",  # truncated
        "30800201010000ff",
        "3080020101",  # no end-of-contents
        "30050201010000",  # end-of-contents in a definite length
        "04800000",  # a primitive of indefinite length
        "1f810100",  # high tag number
        "3085000000000100",  # length of five bytes
        "2403020101",  # a constructed octet string of other elements
        "300630800201010000",  # end-of-contents outside the parent
        "0600",
        "0200",
    ],
)
def test_malformed(encoded: str, refused) -> None:
    with refused("malformed"):
        ber.definite(bytes.fromhex(encoded))


def test_depth_and_number_of_elements_are_limited(refused) -> None:
    for hostile in (
        b"\x30\x80" * 100_000,
        b"\x30\x80" * (ber.MAX_DEPTH + 2) + b"\0\0" * (ber.MAX_DEPTH + 2),
        ber.element(0x30, b"\x05\0" * (ber.MAX_ELEMENTS + 1)),
        ber.element(0x02, b"\1" * 1_000_000),
        ber.element(0x06, b"\x81" * 1_000_000 + b"\1"),
    ):
        with refused("malformed"):
            ber.definite(hostile)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(st.binary(max_size=40), lambda inner: st.lists(inner, max_size=4), max_leaves=20)
)
def test_both_length_forms_give_the_same_result(tree) -> None:
    def encode(node, *, indefinite: bool) -> bytes:
        if isinstance(node, bytes):
            return ber.element(0x04, node)
        contents = b"".join(encode(child, indefinite=indefinite) for child in node)
        return b"\x30\x80" + contents + b"\0\0" if indefinite else ber.element(0x30, contents)

    assert ber.definite(encode(tree, indefinite=True)) == encode(tree, indefinite=False)


def test_incomplete_armour_is_refused(refused) -> None:
    for text in (b"-----BEGIN CMS-----\nMAA=\n", b"MAA", b"%%%%"):
        with refused("malformed"):
            ber.unarmour(text)
    with refused("too-large"):
        ber.unarmour(b"\x30" + bytes(ber.MAX_BYTES))
