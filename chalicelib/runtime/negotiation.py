"""Content negotiation by the ``Accept`` header (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence

from chalicelib.runtime.problem import NotAcceptable

_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


class MediaType(str):
    """The media type chosen for an answer, of those that the action produces."""

    __slots__ = ()


def negotiate(accept: str, offered: Sequence[str]) -> MediaType:
    """Return the type of ``offered`` with the highest weight in ``accept``; of equals, the first.

    The weight of a type is that of the most specific range that covers the type. A header that is
    absent or unreadable accepts everything.

    Raises:
        NotAcceptable: ``accept`` admits no type of ``offered``.
    """
    weights = _weights(accept) or {"*/*": 1.0}

    def weight(media_type: str) -> float:
        fitting = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        return next((weights[ranged] for ranged in fitting if ranged in weights), 0.0)

    best = max(offered, key=weight)
    if not weight(best):
        raise NotAcceptable(offered=", ".join(offered))
    return MediaType(best)


def _weights(accept: str) -> dict[str, float]:
    """Return the weight of each media range; unreadable parts are left out."""
    weights = {}
    for part in accept.lower().split(","):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        if "/" in media_range and _QUALITY.fullmatch(quality):
            weights[media_range] = float(quality)
    return weights
