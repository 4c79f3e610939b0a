"""Stored fiscal documents, and the message that requests a receipt's delivery to its buyer."""

import datetime as dt
import functools
from typing import Any

from chalicelib.core.fiscal.compression import compress, decompress
from chalicelib.core.fiscal.document import FiscalDocument, FiscalDocumentKind, OperationType
from chalicelib.runtime.model import Model


class StoredDocument(Model):
    """A fiscal document and the client that owns it. Amounts are in kopecks."""

    owner: str
    """Id of the client who owned the register when the document arrived."""
    fiscal_drive: str
    number: int
    fiscal_sign: int
    register_id: str
    kind: FiscalDocumentKind
    at: dt.datetime
    shift: int | None = None
    operation: OperationType | None = None
    total: int = 0
    cash: int = 0
    electronic: int = 0
    buyer_contact: str | None = None
    """Telephone number or e-mail address as the cashier entered it; may be unusable."""
    packed: bytes
    """The whole document, compressed by :func:`compress`."""

    @classmethod
    def of(cls, owner: str, document: FiscalDocument) -> "StoredDocument":
        """Return ``document`` in the form in which it is stored for the client ``owner``."""
        fields = document.model_dump(exclude={"content"})
        return cls(owner=owner, packed=compress(document.content), **fields)

    @property
    def day(self) -> dt.date:
        """Date of the document, in Moscow."""
        return self.at.date()

    @property
    def is_settlement(self) -> bool:
        """Whether the document records a payment."""
        return self.kind.is_settlement

    @property
    def closes_shift(self) -> bool:
        """Whether the document closes its shift."""
        return self.kind is FiscalDocumentKind.SHIFT_CLOSING

    @property
    def has_delivery(self) -> bool:
        """Whether the document is a receipt whose buyer left a contact."""
        return self.is_settlement and self.buyer_contact is not None

    @functools.cached_property
    def content(self) -> dict[str, Any]:
        """The whole document in the tax service's JSON form."""
        return decompress(self.packed)


class DeliveryRequested(Model):
    """Message of the queue Deliveries: a receipt has arrived whose buyer left a contact."""

    client_id: str
    fiscal_drive: str
    document_number: int
