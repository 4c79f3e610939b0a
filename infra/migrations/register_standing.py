"""Give registers that are in a shop the sort key of the index ``standing``."""

from infra.migrations.migration import Attributes, Migration


def _standing(item: Attributes) -> Attributes:
    kind, _, register_id = item["sk"].partition("#")
    if kind != "register" or "shop_id" not in item or "standing" in item:
        return {}
    return {"standing": f"{item['shop_id']}#{register_id}"}


REGISTER_STANDING = Migration(
    name="register-standing",
    table="OrganisationTable",
    reads=("shop_id", "standing"),
    change=_standing,
)
"""Registers that were put into a shop before the index existed are missing from lists by shop."""
