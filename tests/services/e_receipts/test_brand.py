"""Names that may replace the legal name in an SMS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.services.e_receipts import brand


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Ромашка", "Ромашка"),
        (" Ромашка ", "Ромашка"),
        ("Я", "Я"),
        ("Дом-2", "Дом-2"),
        ("«Ёлка» 24", "«Ёлка» 24"),
        ("Т.  К.", "Т. К."),
        ("И\u0306од", "Йод"),
        ("абвгдеёжзий", "абвгдеёжзий"),
    ],
)
def test_valid_name_is_normalised(given_name: str, kept: str) -> None:
    assert brand.check(given_name) == kept


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "не может быть пустым"),
        ("   ", "не может быть пустым"),
        ("абвгдеёжзийк", "не больше 11"),
        ("Romashka", "только кириллица"),
        ("Рoмашка", "только кириллица"),  # a Latin o
        ("Дом\nСад", "только кириллица"),
        ("Дом\u202eСад", "только кириллица"),
        ("Дом!", "только кириллица"),
        ("Дом\u00a02", "только кириллица"),
        ("а\u0483б", "только кириллица"),  # a combining titlo
        ("24-7", "хотя бы одна буква"),
        (11, "строка"),
    ],
)
def test_invalid_name_is_refused_with_the_reason(name: object, reason: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){reason}"):
        brand.check(name)


def test_every_fault_is_reported() -> None:
    with pytest.raises(ValueError, match=r"^Не больше 11 символов; только кириллица.*; нужна"):
        brand.check("supermarket 24")


@given(st.text(max_size=14))
def test_normalisation_is_idempotent(name: str) -> None:
    try:
        kept = brand.check(name)
    except ValueError:
        return
    assert brand.check(kept) == kept
    assert 1 <= len(kept) <= brand.MOST
    # SMS are sent in UCS-2, where every allowed character takes one unit.
    assert len(kept.encode("utf-16-be")) == 2 * len(kept)


def test_payload_type_refuses_in_russian() -> None:
    with pytest.raises(ValidationError, match="Только кириллица"):
        TypeAdapter(brand.Brand).validate_json('"Shop Ы"', strict=True)
