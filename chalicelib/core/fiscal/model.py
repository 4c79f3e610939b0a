"""A fiscal document as it is kept, and the message that it may be delivered to its buyer."""

import datetime as dt
import functools
from typing import Any

from chalicelib.core.fiscal.compression import compress, decompress
from chalicelib.core.fiscal.document import FiscalDocument, FiscalDocumentKind, OperationType
from chalicelib.runtime.model import Model


class StoredDocument(Model):
    """A fiscal document with its owner. Amounts are kopecks, as in :class:`FiscalDocument`."""

    owner: str
    """The client whose register it was when the document came."""
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
    """Telephone or e-mail as the cashier entered it, which need not be usable."""
    packed: bytes

    @classmethod
    def of(cls, owner: str, document: FiscalDocument) -> "StoredDocument":
        """Return a document as it is to be kept for ``owner``."""
        said = document.model_dump(exclude={"content"})
        return cls(owner=owner, packed=compress(document.content), **said)

    @property
    def day(self) -> dt.date:
        """Its own date."""
        return self.at.date()

    @property
    def is_settlement(self) -> bool:
        """Whether money passed."""
        return self.kind.is_settlement

    @property
    def closes_shift(self) -> bool:
        """Whether it is the closing of its shift."""
        return self.kind is FiscalDocumentKind.SHIFT_CLOSING

    @property
    def to_be_delivered(self) -> bool:
        """Whether its buyer left somewhere to send it to."""
        return self.is_settlement and self.buyer_contact is not None

    @functools.cached_property
    def content(self) -> dict[str, Any]:
        """The document whole, in the tax service's form."""
        return decompress(self.packed)


class DeliveryRequested(Model):
    """A document has come whose buyer left a contact: message of the queue ``Deliveries``."""

    client_id: str
    fiscal_drive: str
    document_number: int
