"""An answer that is a file."""

import base64
import dataclasses
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from chalice.app import Response

_TEXT = re.compile(r"text/|application/(.+\+)?(json|xml)\b")


def is_text(media_type: str) -> bool:
    """Return whether a media type is text in UTF-8, which leaves a function as it is.

    Other content leaves a function as base64. API Gateway decodes base64 only for a caller whose
    ``Accept`` names a type of ``BinaryMediaTypes``; without the header the caller gets base64.
    """
    return bool(_TEXT.match(media_type))


@dataclasses.dataclass(frozen=True)
class FileResponse:
    """The content of a file, its media type and the name under which a browser saves it."""

    content: bytes
    media_type: str
    name: str | None
    """None for an answer of a protocol, which no browser saves."""
    inline: bool = False
    """Whether a browser may display the file instead of saving it."""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Further headers."""
    status: int | None = None
    """Status, if it differs from the one that the action declares."""

    def response(self, status: int, headers: Mapping[str, str | list[str]]) -> Response:
        """Return the HTTP answer; the file name is encoded as RFC 6266 says."""
        sent: dict[str, str | list[str]] = {**headers, **self.headers}
        sent["Content-Type"] = self.media_type
        if self.name is not None:
            disposition = "inline" if self.inline else "attachment"
            sent["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(self.name)}"
        text = is_text(self.media_type)
        return (Response if text else _Binary)(
            body=self.content.decode() if text else self.content,
            status_code=self.status or status,
            headers=sent,
        )


class _Binary(Response):
    """A response that is base64 for the gateway whatever its media type."""

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        body = base64.b64encode(self.body).decode()
        single, multiple = self._sort_headers(self.headers)
        return {
            "statusCode": self.status_code,
            "headers": single,
            "multiValueHeaders": multiple,
            "body": body,
            "isBase64Encoded": True,
        }
