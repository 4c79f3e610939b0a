"""The running product, as the end-to-end tests have it."""

from tests.end_to_end.conftest import running

__all__ = ["running"]
