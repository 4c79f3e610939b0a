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
        ("308103020101", "308103020101"),  # long form stays as sent
        ("3080248004014100000000", "3003040141"),
    ],
)
def test_definite(encoded: str, expected: str) -> None:
    assert ber.definite(bytes.fromhex(encoded)).hex() == expected


def test_what_is_definite_is_not_copied() -> None:
    encoded = bytes.fromhex("3003020101")

    assert ber.definite(encoded) is encoded


@pytest.mark.parametrize("length", [100, 200, 255, 256, 300, 65_535, 65_536])
def test_lengths_of_every_size(length: int) -> None:
    """An indefinite encoding may be as long as the definite one; it must change all the same."""
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
        "3080020101",  # no end
        "30050201010000",  # end-of-contents where none belongs
        "04800000",  # a primitive of indefinite length
        "1f810100",  # high tag number
        "3085000000000100",  # length of five bytes
        "2403020101",  # an octet string in pieces that are no octet strings
        "300630800201010000",  # an end outside its parent
        "0600",
        "0200",
    ],
)
def test_malformed(encoded: str, refused) -> None:
    with refused("malformed"):
        ber.definite(bytes.fromhex(encoded))


def test_bounds(refused) -> None:
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
def test_either_form_of_a_tree_reads_the_same(tree) -> None:
    def encode(node, *, indefinite: bool) -> bytes:
        if isinstance(node, bytes):
            return ber.element(0x04, node)
        contents = b"".join(encode(child, indefinite=indefinite) for child in node)
        return b"\x30\x80" + contents + b"\0\0" if indefinite else ber.element(0x30, contents)

    assert ber.definite(encode(tree, indefinite=True)) == encode(tree, indefinite=False)


def test_armour_needs_to_be_whole(refused) -> None:
    for text in (b"-----BEGIN CMS-----\nMAA=\n", b"MAA", b"%%%%"):
        with refused("malformed"):
            ber.unarmour(text)
    with refused("too-large"):
        ber.unarmour(b"\x30" + bytes(ber.MAX_BYTES))
