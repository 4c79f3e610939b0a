"""Items of nomenclature, as stored and as shown, and the choice of a match."""

import uuid

from chalicelib.runtime.model import Model, Payload, example
from chalicelib.services.integration_1c.enterprise_data.item_matching import ItemMatch, OnecItem


class CatalogueItem(Model):
    """An item of nomenclature as stored: its match, and the candidates for another match."""

    match: ItemMatch
    candidates: tuple[OnecItem, ...] = ()
    """Items of 1C that may be this item; the client chooses one of them."""


class NomenclatureItem(Model):
    """An item of nomenclature as the cabinet shows it."""

    model_config = example(
        name="Чай чёрный",
        unit="796",
        recognised_by="name",
        onec_id=None,
        onec_name=None,
        settled=False,
    )

    item_id: uuid.UUID
    name: str
    unit: str
    """Code of the unit of measure by ОКЕИ."""
    recognised_by: str
    """What identifies the item in receipts: ``gtin`` or ``name``."""
    onec_id: uuid.UUID | None
    """Identifier of the matching item of 1C."""
    onec_name: str | None
    settled: bool
    """Whether a user of the cabinet chose the match."""
    candidates: tuple[OnecItem, ...]
    """Items of 1C that may be this item. One of them can be chosen, and another one later."""

    @classmethod
    def of(cls, item: CatalogueItem) -> "NomenclatureItem":
        """Return a stored item as it is shown."""
        match = item.match
        return cls(
            **match.model_dump(include={"item_id", "name", "unit", "onec_id", "onec_name"}),
            recognised_by=match.key.partition(":")[0],
            settled=match.settled,
            candidates=item.candidates,
        )


class NomenclatureChoice(Payload):
    """The item of 1C that an item of receipts is; null if it is none of the candidates."""

    model_config = example(onec_id="11111111-1111-4111-8111-111111111111")

    onec_id: uuid.UUID | None
