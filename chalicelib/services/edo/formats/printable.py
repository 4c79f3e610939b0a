"""The printable view of a document with the marks of its electronic signatures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.services.edo.formats.seller_title import SellerTitle


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the mark of an electronic signature shows (ГОСТ Р 7.0.97-2016, 5.23)."""

    owner: str
    """Surname, given name and patronymic."""
    organisation: str
    position: str | None
    certificate_serial: str
    """Hexadecimal."""
    valid_from: dt.datetime
    valid_until: dt.datetime
    signed_at: dt.datetime
    """When the signature was taken in; aware."""


def render(
    title: SellerTitle | None, file_name: str, stamps: Sequence[Stamp], *, document_id: str
) -> bytes:
    """A PDF: the УПД as people read it, or for any other file a sheet that names it."""
    raise NotImplementedError
