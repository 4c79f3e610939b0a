"""A request as it came, for an action that speaks a protocol of its own."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Raw:
    """The bytes of a body, whatever they are, and the headers, by names in lower case."""

    body: bytes
    headers: Mapping[str, str]
