"""A file on its way in, past the limit of a request's body."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.requisites import single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Payload
from chalicelib.runtime.object_store import Form

MOST_BYTES = 15 * 1024 * 1024
"""Of one upload."""
MOST_IN_BODY = 1024 * 1024
"""Bytes of a file within a request's body."""


class NewUpload(Payload):
    """A file to be uploaded."""

    filename: Annotated[str, single_line(200)]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    """Bytes."""
    media_type: Annotated[
        str, Field(pattern=r"^[a-z0-9]+/[A-Za-z0-9.+-]{1,80}$", examples=["application/pdf"])
    ]
    """What the sender takes it for; whoever takes the file in looks at its content."""


class Content(Payload):
    """What a file holds: here, up to 1 MB, or by an upload."""

    content: base64_bytes(MOST_IN_BODY) | None = None  # type: ignore[valid-type]
    upload_id: Identifier | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.content is None) == (self.upload_id is None):
            raise ValueError("Передайте либо content, либо upload_id.")
        return self


class Upload(Form):
    """A form to send the file with, and the id to name it by afterwards."""

    upload_id: Identifier
    expires_at: dt.datetime
    """The form is good until then; what it sent is kept for a day."""
