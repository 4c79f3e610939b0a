"""What every test may ask for: the product in a simulated cloud."""

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.support")


@pytest.fixture(scope="session")
def environment() -> Iterator[None]:
    """Set the environment that the template gives, with credentials that open nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECTION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
            patch.delenv(name, raising=False)
        patch.setenv("POWERTOOLS_LOG_LEVEL", "INFO")
        from tests.support import cloud

        for name, value in {**cloud.ACCESS, **cloud.variables()}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def world(environment: None) -> Iterator["World"]:  # noqa: F821 - imported late, see environment
    """Hold the product with an empty cloud, fresh for each test."""
    from tests.support.world import World

    with World.several() as fresh:
        yield fresh()
