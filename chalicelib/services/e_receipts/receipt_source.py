"""The one place that knows how the receipt feed keeps documents.

In the partition ``drive#<fiscal drive>``, which is no client's: ``document#<number>``, with the
client whose it is as ``owner`` and the tax service's JSON as ``document``.
"""

import json

from pydantic import BaseModel, ConfigDict

from chalicelib.runtime.resource import Queue
from chalicelib.runtime.table import Get, Item, Table
from chalicelib.services.e_receipts.receipt import Receipt, from_document

FISCAL = Table("Fiscal")
DELIVERIES = Queue("Deliveries")
"""Where the feed tells of each receipt whose buyer left a contact."""


class StoredReceipt(BaseModel):
    """A receipt and whose it is."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    receipt: Receipt


def stored_receipt(fiscal_drive: str, document_number: int) -> Get[StoredReceipt]:
    """A receipt, whoever's it is."""
    return FISCAL.get(f"drive#{fiscal_drive}", f"document#{document_number:010}", _read)


def _read(item: Item) -> StoredReceipt:
    receipt = from_document(json.loads(item["document"]))
    return StoredReceipt(client_id=item["owner"], receipt=receipt)
