"""A client that floods the API is refused, and no other client notices."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.runtime.throttling import bucket_of
from infra.local.api import Api
from infra.local.personas import PERSONAS
from infra.local.product import Product

ADMITTED = 5


@pytest.fixture
def strict(running: Product) -> Iterator[None]:
    """A limit that a slow machine exceeds: the limit in force admits more than it can call."""
    gateway = running.cloud.client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]

    def limit(rate: float, burst: int) -> None:
        changes = {"rateLimit": str(rate), "burstLimit": str(burst)}
        gateway.update_usage_plan(
            usagePlanId=plan["id"],
            patchOperations=[
                {"op": "replace", "path": f"/throttle/{name}", "value": value}
                for name, value in changes.items()
            ],
        )

    limit(0.001, ADMITTED)
    yield
    limit(plan["throttle"]["rateLimit"], plan["throttle"]["burstLimit"])


@pytest.mark.usefixtures("strict")
def test_flood_of_one_client_starves_no_other(romashka: Api, petrova: Api) -> None:
    clients = [PERSONAS[name].client_id for name in ("romashka", "petrova")]
    assert len({*map(bucket_of, clients)}) == len(clients)
    flood = [romashka.get("/organisation", expect=None) for _ in range(3 * ADMITTED)]
    refused = [answer for answer in flood if answer.status == 429]
    assert len(refused) >= 2 * ADMITTED
    document: dict[str, Any] = refused[0].json
    assert document["type"] == "/problems/too-many-requests"
    assert document["request_id"] == refused[0].headers["X-Request-Id"]
    assert int(refused[0].headers["Retry-After"]) > 0
    assert petrova.get("/organisation").status == 200
