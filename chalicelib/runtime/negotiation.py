"""Which of the forms of an answer the caller accepts (RFC 9110, §12.5.1)."""

import re
from collections.abc import Sequence

from chalicelib.runtime.problem import NotAcceptable

_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


class MediaType(str):
    """The type of the answer that a caller gets, one of those its action produces."""

    __slots__ = ()


def negotiate(accept: str, offered: Sequence[str]) -> MediaType:
    """Return the type of ``offered`` that ``accept`` prefers, the first of equals.

    Of the ranges that fit a type the most specific one weighs it. A header that is absent or says
    nothing that can be read accepts everything.

    Raises:
        NotAcceptable: none of them.
    """
    weights = _weights(accept) or {"*/*": 1.0}

    def weight(media_type: str) -> float:
        fitting = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        return next((weights[one] for one in fitting if one in weights), 0.0)

    best = max(offered, key=weight)
    if not weight(best):
        raise NotAcceptable(offered=", ".join(offered))
    return MediaType(best)


def _weights(accept: str) -> dict[str, float]:
    """Return the weight of each range; what is none is left out."""
    weights = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (one.strip() for one in part.split(";"))
        quality = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        if "/" in media_range and _QUALITY.fullmatch(quality):
            weights[media_range] = float(quality)
    return weights
