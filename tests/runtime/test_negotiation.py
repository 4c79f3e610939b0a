"""Content negotiation by RFC 9110, §12.5.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.runtime.negotiation import negotiate
from chalicelib.runtime.problem import NotAcceptable

OFFERED = ("application/json", "text/csv")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv;q=0.4, */*", "application/json"),
        ("*/*, text/csv;q=0.1", "application/json"),
        ("application/json;q=0, */*;q=0.1", "text/csv"),
        ("application/json ; q=0.2 , text/csv ; q=0.3", "text/csv"),
        ("text/csv;q=oops, ;,nonsense", "application/json"),
    ],
)
def test_preferred_media_type_is_chosen(accept: str, chosen: str) -> None:
    assert negotiate(accept, OFFERED) == chosen


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/html, text/csv;q=0.000"])
def test_nothing_acceptable_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiate(accept, OFFERED)


@given(st.text(max_size=60))
def test_any_header_is_accepted_or_refused(accept: str) -> None:
    try:
        assert negotiate(accept, OFFERED) in OFFERED
    except NotAcceptable:
        assert "/" in accept
