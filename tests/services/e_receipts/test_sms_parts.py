"""Number of parts of an SMS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.e_receipts import sms_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # An escape and its character stay together: 152 of 153 septets, then the pair.
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ч" * 70, 1),
        ("ч" * 71, 2),
        ("ч" * 134, 2),
        ("ч" * 135, 3),
        ("a" * 70 + "ч", 2),
        # A surrogate pair stays together: 66 of 67 units, then the pair.
        ("ч" * 66 + "😀" + "ч" * 65, 2),
        ("ч" * 66 + "😀" + "ч" * 66, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("`", 1),
        ("`" * 71, 2),
        ("ç" * 71, 2),
        ("Ç" * 160, 1),
        ("₽", 1),
    ],
)
def test_number_of_parts(text: str, parts: int) -> None:
    assert sms_parts.count_parts(text) == parts


@given(st.text(alphabet="aä€[ч😀`\n", max_size=700))
def test_number_of_parts_is_the_smallest_possible(text: str) -> None:
    gsm = all(c in "aä€[\n" for c in text)
    width = {c: 2 if (c in "€[" if gsm else c == "😀") else 1 for c in text}
    alone, part = (160, 153) if gsm else (70, 67)
    total, count = sum(width[c] for c in text), sms_parts.count_parts(text)
    assert (count == 1) == (total <= alone)
    if count > 1:
        assert total <= count * part
        # At most one unit of a part is left empty before a character of two units.
        assert total > (count - 1) * (part - 1)


@given(st.text(alphabet="aч€", max_size=300), st.sampled_from("aч€"))
def test_longer_text_never_has_fewer_parts(text: str, more: str) -> None:
    assert sms_parts.count_parts(text + more) >= sms_parts.count_parts(text)
