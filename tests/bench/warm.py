"""What the product adds to its AWS calls when warm, beside one call of DynamoDB by boto3."""

import json
import time
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from chalicelib.runtime.outbox import OUTBOX
from tests.bench.worlds import one_world
from tests.support import cloud, steps
from tests.support import world as product

_TIMES = 30


def run() -> list[tuple[str, str]]:
    """(what, figure). CPU seconds, the best of several, of the handler alone."""
    inside = 0.0
    perform = BaseClient._make_api_call

    def timed(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        nonlocal inside
        started = time.process_time()
        try:
            return perform(client, operation, parameters)
        finally:
            inside += time.process_time() - started

    handlers, calls = [], []
    with one_world() as world:
        import app

        steps.know_organisation(world)
        steps.put_on_sale(world, received=10_000)
        form = steps.FORM
        for number in range(_TIMES):
            steps.fill_cart(world)
            event = _event(form, f"warm-{number}")
            # Outermost: what the world does round a call is not the handler's.
            with (
                mock.patch.object(BaseClient, "_make_api_call", timed),
                world.running("order_fiscal_drives"),
            ):
                inside = 0.0
                started = time.process_time()
                answer = app.app(event, None)
                handlers.append(time.process_time() - started - inside)
            if answer["statusCode"] >= 300:
                raise RuntimeError(answer["body"])
            calls.append(_transaction(number))
    own, call = min(handlers), min(calls)
    return [
        (
            "warm order_fiscal_drives less its AWS calls",
            f"{own / call:.2f}× one TransactWriteItems ({own * 1e3:.2f} of {call * 1e3:.2f} ms)",
        )
    ]


def _event(body: Any, key: str) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    path = "/fiscal-drives/orders"
    event = product._event("POST", path, headers, json.dumps(body, ensure_ascii=False).encode())
    who = product.PERSONAS["client"]
    event["requestContext"] |= {"requestId": key, "authorizer": who}
    return event


def _transaction(number: int) -> float:
    """Return the seconds of one write of one small item."""
    item = {"client_id": {"S": "bench"}, "sk": {"S": str(number)}}
    put = {"Put": {"TableName": OUTBOX.physical_name, "Item": item}}
    started = time.process_time()
    cloud.client("dynamodb").transact_write_items(TransactItems=[put])
    return time.process_time() - started
