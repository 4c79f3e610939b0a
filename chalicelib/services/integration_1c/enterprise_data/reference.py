"""``Ссылка``, the identifier of a sent object. The same object always has the same identifier.

1C finds an object that was loaded before by its ``Ссылка`` and updates it, so loading a message
again creates no duplicates.
"""

import uuid

# Must never change: with another namespace 1C would load all objects as new ones.
_NAMESPACE = uuid.UUID("5f8c3c6a-7f0e-5d0a-9f43-0c8a4a3a6f11")


def reference(kind: str, *natural_key: str) -> uuid.UUID:
    """Return the UUIDv5 (RFC 9562) of an object by its kind and its natural key."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *natural_key)))
