"""An application for an additional service: what comes in, and the service's own item."""

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


class AdditionalService(StrEnum):
    """What a client may apply for."""

    BRANDED_MESSAGE = "branded-message"
    LOGO = "logo"


class ApplicationDocument(Content):
    """A document: its content, up to 1 MB, or an upload, up to 5 MB."""

    model_config = example(
        filename="Товарный знак.pdf", content="JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK"
    )

    filename: Annotated[str, single_line(200)]


class NewApplication(Payload):
    """An application: a name with documents for `branded-message`, a logo for `logo`."""

    model_config = example(
        name="Ромашка",
        documents=[
            {"filename": "Товарный знак.pdf", "content": "JVBERi0xLjQKc3RhcnR4cmVmCjkKJSVFT0YK"}
        ],
    )

    name: Brand | None = None
    # A list: of a tuple whose one item is wrong, pydantic says too that it is too short.
    documents: Annotated[
        list[ApplicationDocument] | None, Field(min_length=1, max_length=MOST_DOCUMENTS)
    ] = None
    """PDF, JPEG or PNG, by their content."""
    logo: base64_bytes(MOST_IN_BODY, "iVBORw0KGgo=") | None = None  # type: ignore[valid-type]
    """PNG of 170×68 pixels, at most 204 800 bytes."""


class ServiceItem(Model):
    """A service of a client's as it is kept: ``service#<service>``.

    ``state`` is the first application's until one is approved, and ``approved`` ever after: a later
    application changes nothing before its own approval.
    """

    state: ApplicationState
    enabled: bool = False
    brand: str | None = None
    logo_key: str | None = None
    """Of the picture in the bucket Applications."""
    open_application: str | None = None
