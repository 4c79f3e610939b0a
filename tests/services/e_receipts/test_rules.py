"""Active services, and document numbers in links."""

import pytest

from chalicelib.core.moderation.model import ApplicationState
from chalicelib.services.e_receipts import rules
from chalicelib.services.e_receipts.application_model import ServiceItem


@pytest.mark.parametrize("state", list(ApplicationState))
@pytest.mark.parametrize("enabled", [True, False])
def test_service_is_active_if_approved_and_switched_on(
    state: ApplicationState, enabled: bool
) -> None:
    item = ServiceItem(state=state, enabled=enabled, brand="Ёлка")
    assert rules.is_active(item) is (state is ApplicationState.APPROVED and enabled)


def test_service_without_an_application_is_not_active() -> None:
    assert not rules.is_active(None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("4294967295", 4294967295),
        ("0", None),
        ("01", None),
        ("+1", None),
        ("1.0", None),
        ("٣", None),
        ("12345678901", None),
        ("", None),
        ("1\n", None),
    ],
)
def test_document_number_has_one_spelling(text: str, number: int | None) -> None:
    assert rules.document_number(text) == number
