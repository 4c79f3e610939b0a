"""Uploads: files of up to 15 MB, sent past the size limit of a request body."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.requisites import single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Payload, example
from chalicelib.runtime.object_store import Form

MOST_BYTES = 15 * 1024 * 1024
"""Largest size of an upload."""
MOST_IN_BODY = 1024 * 1024
"""Largest size, in bytes, of a file inside a request body."""


class NewUpload(Payload):
    """A file that is going to be uploaded."""

    model_config = example(
        filename="Товарный знак.pdf", size=2_000_028, media_type="application/pdf"
    )

    filename: Annotated[str, single_line(200)]
    size: Annotated[int, Field(ge=1, le=MOST_BYTES)]
    """Size in bytes."""
    media_type: Annotated[
        str, Field(pattern=r"^[a-z0-9]+/[A-Za-z0-9.+-]{1,80}$", examples=["application/pdf"])
    ]
    """Media type as the sender names it. The operation that uses the file checks its content."""


class Content(Payload):
    """Content of a file: base64 in `content`, up to 1 MB, or an upload in `upload_id`."""

    model_config = example(content="JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK")

    content: base64_bytes(MOST_IN_BODY) | None = None  # type: ignore[valid-type]
    upload_id: Identifier | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.content is None) == (self.upload_id is None):
            raise ValueError("Передайте либо content, либо upload_id.")
        return self


class Upload(Form):
    """A form that sends the file, and the id of the upload."""

    model_config = example(
        url="https://storage.example.com/uploads",
        fields={
            "key": "client-romashka/01a20cb15b0ed969fa7935d0257f",
            "Content-Type": "application/pdf",
            "policy": "eyJleHBpcmF0aW9uIjogIjIwMjYtMTEtMjRUMDk6MTA6MDBaIn0=",
            "x-amz-signature": "35e1a607a73b219b73cf3e446781ab1871bf1aa17fd1e60cf0920369fd60d8e5",
        },
    )

    upload_id: Identifier
    expires_at: dt.datetime
    """When the form stops accepting a file. An uploaded file is kept for a day."""
