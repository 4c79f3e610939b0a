"""``Ссылка`` of the objects we send: the same thing always has the same one.

1С finds an object that it loaded before by it, so loading again changes it and makes no double.
"""

import uuid

# Never changed: with another one 1С would load everything it has once more.
_NAMESPACE = uuid.UUID("5f8c3c6a-7f0e-5d0a-9f43-0c8a4a3a6f11")


def reference(kind: str, *natural_key: str) -> uuid.UUID:
    """Return the UUIDv5 (RFC 9562) of an object by its kind and what is unique in the world."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *natural_key)))
