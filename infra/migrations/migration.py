"""What a migration declares."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

Attributes = Mapping[str, Any]
"""Values of attributes by name, as Python objects."""


@dataclasses.dataclass(frozen=True)
class Migration:
    """A change of the items of one table, each by itself."""

    name: str
    """Under which the migration is recorded; never changed and never used again."""
    table: str
    """Logical id of the table in ``infra/resources.yaml``."""
    reads: tuple[str, ...]
    """Attributes that :attr:`change` looks at beside the key; an item changes only if they are
    still as read."""
    change: Callable[[Attributes], Attributes]
    """Returns the attributes to set in an item with this key and these attributes; none if the item
    has its new shape or is not meant. Pure, and given its own result returns none."""
