"""Fixtures: fiscal documents in the tax service's JSON form."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import steps

Make = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def hold_deliveries(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the messages of the queue Deliveries unprocessed, so that tests can read them."""
    from tests.support.world import World

    monkeypatch.setattr(World, "held", frozenset({"Deliveries"}))


@pytest.fixture
def receipt() -> Make:
    """Return a factory of ФФД 1.2 receipts of the register that ``steps.know_register`` adds."""

    def make(number: int = 1, **changes: Any) -> dict[str, Any]:
        total = changes.get("totalSum", 100_00)
        made = {
            "code": 3,
            "fiscalDocumentFormatVer": 4,
            "fiscalDriveNumber": steps.REGISTER["fiscal_drive_number"],
            "kktRegId": steps.REGISTER["register_id"] + "    ",
            "userInn": "7728168971  ",
            "user": steps.PROFILE["name"],
            "fiscalDocumentNumber": number,
            "fiscalSign": 1_000_000 + number,
            "dateTime": "2026-11-24T12:30:00",
            "shiftNumber": 7,
            "operationType": 1,
            "totalSum": total,
            "cashTotalSum": total,
            "ecashTotalSum": 0,
            "items": [
                {"name": "Хлеб", "price": total, "quantity": 1, "sum": total, "nds": 2},
            ],
        }
        return {**made, **changes}

    return make
