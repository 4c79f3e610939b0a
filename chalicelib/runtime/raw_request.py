"""An unparsed request, for actions that speak a protocol other than JSON over HTTP."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class RawRequest:
    """The body as bytes, and the headers by names in lower case."""

    body: bytes
    headers: Mapping[str, str]
