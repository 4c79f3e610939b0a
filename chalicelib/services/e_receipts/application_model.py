"""Applications for additional services, and the stored state of a service."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from chalicelib.core.moderation.model import ApplicationState
from chalicelib.core.uploads.model import MOST_IN_BODY, Content
from chalicelib.requisites import single_line
from chalicelib.runtime.encoded import base64_bytes
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.e_receipts.brand import Brand

MOST_DOCUMENTS = 5
"""Most documents of one application."""


class AdditionalService(StrEnum):
    """Services that a client applies for."""

    BRANDED_MESSAGE = "branded-message"
    LOGO = "logo"


class ApplicationDocument(Content):
    """A document of an application: base64, up to 1 MB, or an upload, up to 5 MB."""

    model_config = example(
        filename="Товарный знак.pdf", content="JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK"
    )

    filename: Annotated[str, single_line(200)]


class NewApplication(Payload):
    """An application: `name` and `documents` for `branded-message`, `logo` for `logo`."""

    model_config = example(
        name="Ромашка",
        documents=[
            {"filename": "Товарный знак.pdf", "content": "JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK"}
        ],
    )

    name: Brand | None = None
    # A list, because of a tuple with an invalid item pydantic reports also that it is too short.
    documents: Annotated[
        list[ApplicationDocument] | None, Field(min_length=1, max_length=MOST_DOCUMENTS)
    ] = None
    """Files in PDF, JPEG or PNG format; the content decides, not the file name."""
    logo: base64_bytes(MOST_IN_BODY, "iVBORw0KGgo=") | None = None  # type: ignore[valid-type]
    """PNG of exactly 170×68 pixels and at most 204 800 bytes."""


class ServiceItem(Model):
    """A client's additional service, as stored.

    Until an application is approved, ``state`` is the state of the latest application. After the
    first approval it stays ``approved``: a later application has no effect before its own approval.
    """

    state: ApplicationState
    enabled: bool = False
    brand: str | None = None
    logo_key: str | None = None
    """Object key of the logo in the bucket Applications."""
    open_application: str | None = None
    """Id of the application that is not decided yet."""
