"""Which clients are throttled together at the gateway.

API Gateway throttles by API key. The keys are a fixed number of buckets, made by the deployment; a
client falls into one of them by its id, and the authorizer tells the gateway which. See
``docs/decisions/throttling.md``.
"""

import hashlib

BUCKETS = 64


def bucket_of(client_id: str) -> int:
    """Return the bucket of a client, the same in every process."""
    digest = hashlib.sha256(client_id.encode()).digest()
    return int.from_bytes(digest[:8]) % BUCKETS


def api_key(api_id: str, bucket: int) -> str:
    """Return the API key of a bucket, which no other API of the account has.

    The key is no secret: the gateway takes it from the authorizer alone.
    """
    return f"{api_id}-bucket-of-clients-{bucket:02}"
