"""What the bench of growth must not forget."""

import pytest


@pytest.mark.usefixtures("environment")
def test_every_list_and_total_is_measured_or_argued_away() -> None:
    from tests.bench import growth

    assert growth.unmeasured() == set()
