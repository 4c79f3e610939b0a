"""A УПД made from a form is read with the same sums."""

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.services.edo.formats import seller_title, upd_from_form
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner, FullName
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.upd_form import UpdForm, UpdVatRate

MakeForm = Callable[..., UpdForm]
MakeTitle = Callable[..., tuple[str, bytes]]

LINES = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.text("Абв «»№😀<&\"'", min_size=1, max_size=20).filter(str.strip),
            "quantity": st.decimals(Decimal("0.000001"), 9_999_999, places=6),
            "unit": st.just("шт"),
            "price_kopecks": st.integers(1, 10**5),
            "vat_rate": st.sampled_from([str(rate.value) for rate in UpdVatRate]),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(lines=LINES)
def test_sums_of_a_form_agree_exactly(make_title: MakeTitle, lines: list[dict[str, Any]]) -> None:
    name, content = make_title(lines=lines)
    title = seller_title.read(content, name)
    assert title.total is not None
    for asked, line in zip(lines, title.lines, strict=True):
        exact = Decimal(asked["quantity"]) * asked["price_kopecks"]
        assert line.total_kopecks == exact.quantize(Decimal(1), ROUND_HALF_UP)
        assert line.net_kopecks is not None
        assert line.net_kopecks + (line.vat_kopecks or 0) == line.total_kopecks
        assert line.name == asked["name"].strip()
    assert sum(line.total_kopecks or 0 for line in title.lines) == title.total.total_kopecks
    assert sum(line.net_kopecks or 0 for line in title.lines) == title.total.net_kopecks
    assert sum(line.vat_kopecks or 0 for line in title.lines) == (title.total.vat_kopecks or 0)


def test_price_of_a_form_includes_vat(make_form: MakeForm) -> None:
    line = make_form().lines[0]
    assert (line.net_kopecks, line.vat_kopecks) == (30_000, 6_600)
    assert line.net_price == Decimal("100.00")


@pytest.mark.parametrize(("quantity", "price"), [("1", "81.98"), ("1000", "81.9754")])
def test_price_has_the_fewest_decimals_that_fit_the_cost(
    make_form: MakeForm, quantity: str, price: str
) -> None:
    line = {"name": "Кабель", "unit": "м", "price_kopecks": 10_001, "vat_rate": "22"}
    [made] = make_form(lines=[{**line, "quantity": quantity}]).lines
    assert made.net_price == Decimal(price)


def test_document_with_exempt_lines_has_no_vat(make_title: MakeTitle) -> None:
    line = {"name": "Услуга", "quantity": 1, "unit": "шт", "price_kopecks": 100}
    name, content = make_title(lines=[{**line, "vat_rate": "none"}], basis=[])
    text = content.decode("windows-1251")
    assert text.count("<БезНДС>без НДС</БезНДС>") == 2
    assert "<БезДокОснПер>1</БезДокОснПер>" in text
    title = seller_title.read(content, name)
    assert title.total is not None
    assert title.total.vat_kopecks is None


def test_title_contains_the_power_of_attorney(
    make_form: MakeForm,
    organisation: DocumentParty,
    entrepreneur: DocumentParty,
    employee: FileSigner,
    moment: dt.datetime,
    guid: UUID,
) -> None:
    name, content = upd_from_form.make(
        make_form(), entrepreneur, organisation, employee, moment, guid
    )
    assert 'СпосПодтПолном="3"' in content.decode("windows-1251")
    title = seller_title.read(content, name)
    assert title.sender_id == entrepreneur.participant_id
    assert title.signers == ("Кладовщик, Сидоров Пётр",)


@pytest.mark.parametrize(
    "changes",
    [
        {"function": "СЧФ"},
        {"function": "СвРК"},
        {"lines": []},
        {"number": ""},
        {"number": "1\n2"},
        {"date": "31.02.2026"},
    ],
)
def test_invalid_form_is_refused(make_form: MakeForm, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_form(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 0},
        {"quantity": "1.0000001"},
        {"quantity": 10**9},
        {"price_kopecks": 0},
        {"price_kopecks": 10**13, "quantity": 2},
        {"vat_rate": "20"},
        {"unit_code": "шт"},
    ],
)
def test_invalid_line_is_refused(make_form: MakeForm, changes: dict[str, Any]) -> None:
    line = {"name": "Кабель", "quantity": 1, "unit": "м", "price_kopecks": 1, "vat_rate": "22"}
    make_form(lines=[line])
    with pytest.raises(ValidationError):
        make_form(lines=[line | changes])


def test_value_that_does_not_fit_the_format_is_refused(
    make_form: MakeForm,
    organisation: DocumentParty,
    entrepreneur: DocumentParty,
    moment: dt.datetime,
    guid: UUID,
) -> None:
    signer = FileSigner(FullName("И" * 61, "Иван"))
    with pytest.raises(TitleRefused, match="длиннее допустимого"):
        upd_from_form.make(make_form(), organisation, entrepreneur, signer, moment, guid)
