"""The simulated product for measurements, with the environment that its template gives."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from tests.support import cloud


@contextmanager
def one_world() -> Iterator[Any]:
    """Hold a product with an empty cloud within the block."""
    with mock.patch.dict(os.environ, {**cloud.ACCESS, **cloud.variables()}):
        os.environ.pop("SECTION", None)
        from tests.support.world import World

        logging.disable()
        try:
            with World.several() as begin:
                yield begin()
        finally:
            logging.disable(logging.NOTSET)
