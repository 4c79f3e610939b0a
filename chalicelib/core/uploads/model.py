"""A file on its way in, past the limit of a request's body."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from chalicelib.requisites import single_line
from chalicelib.runtime.action import Payload
from chalicelib.runtime.files import Form
from chalicelib.runtime.identifier import Identifier

MOST_BYTES = 15 * 1024 * 1024
"""Of one upload."""


class NewUpload(Payload):
    """A file to be uploaded."""

    filename: Annotated[str, single_line(200)]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    """Bytes."""
    media_type: Annotated[
        str, Field(pattern=r"^[a-z0-9]+/[A-Za-z0-9.+-]{1,80}$", examples=["application/pdf"])
    ]
    """What the sender takes it for; whoever takes the file in looks at its content."""


class Upload(Form):
    """A form to send the file with, and the id to name it by afterwards."""

    upload_id: Identifier
    expires_at: dt.datetime
    """The form is good until then; what it sent is kept for a day."""
