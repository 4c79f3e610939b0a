"""Clients are spread over the buckets by which the gateway throttles."""

import collections

from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.throttling import BUCKETS, api_key, bucket_of


def test_clients_are_spread_evenly() -> None:
    sizes = collections.Counter(bucket_of(new_identifier()) for _ in range(200 * BUCKETS))
    assert set(sizes) == set(range(BUCKETS))
    assert max(sizes.values()) < 2 * 200


def test_bucket_is_the_same_in_every_process() -> None:
    assert [bucket_of(name) for name in ("client-1", "client-2", "operator")] == [36, 27, 59]


def test_keys_are_as_the_gateway_accepts_them() -> None:
    """Between 20 and 128 characters, and unique."""
    keys = {api_key("a1b2c3d4e5", bucket) for bucket in range(BUCKETS)}
    assert len(keys) == BUCKETS
    assert {len(key) for key in keys} <= set(range(20, 129))
