"""An unparsed request, for actions that speak a protocol other than JSON over HTTP."""

import dataclasses
from collections.abc import Mapping

from chalicelib.runtime import limits
from chalicelib.runtime.problem import TooLarge


@dataclasses.dataclass(frozen=True)
class RawRequest:
    """The body as bytes, and the headers by names in lower case."""

    content: bytes
    headers: Mapping[str, str]

    @property
    def body(self) -> bytes:
        """The body.

        Raises:
            TooLarge: the body is larger than ``limits.BODY``. The action is left to answer in the
                protocol of its caller.
        """
        if len(self.content) > limits.BODY:
            raise TooLarge
        return self.content
