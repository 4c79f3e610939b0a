"""A crowd that uses the running product at once, and remembers what it was promised.

Each client of it orders drives, pays for some, takes back some, and sells: receipts come in by the
queue and go out by e-mail. Whoever gets no answer, or 5xx, asks again with the same key. At the end
the books of the product are compared with what everybody was told.
"""

import dataclasses
import itertools
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3

from chalicelib.runtime import clock
from infra.local.api import Answer, Api
from infra.local.personas import PERSONAS, Persona, Register
from infra.local.product import DATA_STACK, Product
from infra.local.seed import cabinet_messages

MODEL, STOCK = "fn-crowd", 100_000
FORM = {
    "contact_name": "Смирнова Мария Андреевна",
    "phone": "+79161234567",
    "email": "romashka@example.ru",
    "delivery": {"method": "pickup"},
}
RECEIPT_KOPECKS = 100_00
_PATIENCE_SECONDS = 60


@dataclasses.dataclass
class Client:
    """One of the crowd: who it is, and how it counts on things to stand."""

    persona: Persona
    api: Api
    orders: dict[str, str] = dataclasses.field(default_factory=dict)
    """The status of each order, by its id."""
    receipts: int = 0

    @property
    def client_id(self) -> str:
        """Its id, in its token."""
        return self.persona.client_id

    @property
    def register(self) -> Register:
        """Its only cash register."""
        assert self.persona.organisation is not None
        return self.persona.organisation.registers[0]

    @property
    def email(self) -> str:
        """Whom its receipts go to."""
        return f"{self.client_id}@example.ru"


class Crowd:
    """So many clients of a running product, each in a thread of its own."""

    def __init__(self, product: Product, clients: int) -> None:
        self._product = product
        self.seconds: dict[str, list[float]] = defaultdict(list)
        """How long each call that was answered took, by what it was."""
        self.troubles: Counter[str] = Counter()
        """Answers of 5xx and calls without an answer."""
        self._keys = itertools.count()
        self._operator = product.api.as_bearer(product.issuer.token(PERSONAS["operator"]))
        people = [_persona(number) for number in range(1, clients + 1)]
        self.clients = [
            Client(person, product.api.as_bearer(product.issuer.token(person))) for person in people
        ]

    # --- what it does

    def gather(self) -> None:
        """Let every client be known, with a register, and receipts go out by e-mail."""
        drive = {
            "title": "Фискальный накопитель",
            "months": 15,
            "price_kopecks": 100_00,
            "fits_register_models": [],
            "received": STOCK,
        }
        self._operator.put(f"/fiscal-drives/{MODEL}", drive, key="crowd")
        for client in self.clients:
            for message in cabinet_messages(client.persona, clock.today()):
                self._send("CabinetQueueUrl", message)
        for client in self.clients:
            self._until_known(client)
            client.api.put("/e-receipts/channels/email", {"enabled": True})

    def use(self, seconds: float) -> float:
        """Use the product for so long, all at once; return how long it took."""
        started = time.monotonic()
        deadline = started + seconds
        with ThreadPoolExecutor(len(self.clients)) as pool:
            for done in [pool.submit(self._live, client, deadline) for client in self.clients]:
                done.result()
        return time.monotonic() - started

    def _live(self, client: Client, deadline: float) -> None:
        for turn in itertools.count():
            if time.monotonic() > deadline:
                return
            self._ask("catalogue", lambda: client.api.get("/fiscal-drives", expect=None))
            self._sell(client)
            made = self._order(client)
            client.orders[made["order_id"]] = "invoiced"
            self._ask("orders", lambda: client.api.get("/fiscal-drives/orders", expect=None))
            if turn % 3 == 0:
                self._pay(made)
                client.orders[made["order_id"]] = "paid"
            elif turn % 3 == 1:
                self._cancel(client, made["order_id"])
                client.orders[made["order_id"]] = "cancelled"

    def _order(self, client: Client) -> Any:
        key = f"crowd-{next(self._keys)}"
        cart = f"/fiscal-drives/cart/{MODEL}"
        self._ask("cart", lambda: client.api.put(cart, {"quantity": 1}, expect=None))
        answer = self._ask(
            "order",
            lambda: client.api.post("/fiscal-drives/orders", FORM, key=key, expect=None),
        )
        return answer.json

    def _pay(self, made: Any) -> None:
        body = {
            "invoice_number": made["invoice_number"],
            "amount_kopecks": made["total_kopecks"],
            "bank_reference": f"crowd/{made['invoice_number']}",
            "paid_on": clock.today().isoformat(),
        }
        key = f"crowd-{next(self._keys)}"
        self._ask("payment", lambda: self._operator.post("/payments", body, key=key, expect=None))

    def _cancel(self, client: Client, order_id: str) -> None:
        path = f"/fiscal-drives/orders/{order_id}/cancellation"
        # One that was heard but not answered is told, at the repeat, that it is cancelled already.
        self._ask("cancellation", lambda: client.api.post(path, expect=None), admit=409)

    def _sell(self, client: Client) -> None:
        client.receipts += 1
        receipt = {
            "code": 3,
            "kktRegId": client.register.register_id,
            "fiscalDriveNumber": client.register.fiscal_drive_number,
            "fiscalDocumentNumber": client.receipts,
            "fiscalSign": client.receipts,
            "dateTime": "2026-11-24T12:00:00",
            "shiftNumber": 1,
            "operationType": 1,
            "totalSum": RECEIPT_KOPECKS,
            "buyerPhoneOrAddress": client.email,
            "items": [
                {"name": "Чай", "price": RECEIPT_KOPECKS, "quantity": 1, "sum": RECEIPT_KOPECKS}
            ],
        }
        self._send("FiscalDocumentsQueueUrl", receipt)

    def _send(self, queue: str, message: Any) -> None:
        self._product.cloud.client("sqs").send_message(
            QueueUrl=self._product.outputs[queue],
            MessageBody=json.dumps(message, ensure_ascii=False),
        )

    def _ask(self, what: str, call: Callable[[], Answer], *, admit: int = 0) -> Answer:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        for attempt in itertools.count():
            started = time.monotonic()
            try:
                answer = call()
            except urllib3.exceptions.HTTPError as error:
                self.troubles[type(error).__name__] += 1
            else:
                if answer.status < 300 or (attempt and answer.status == admit):
                    self.seconds[what].append(time.monotonic() - started)
                    return answer
                if answer.status < 500:
                    raise AssertionError(f"{what}: {answer.status} {answer.body.decode()}")
                self.troubles[f"{what}: {answer.status}"] += 1
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: nobody answered: {dict(self.troubles)}")
            time.sleep(0.1)
        raise AssertionError

    def _until_known(self, client: Client) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while client.api.get("/organisation", expect=None).status != 200:
            assert time.monotonic() < deadline, "the cabinet's messages were not handled"
            time.sleep(0.1)

    # --- how things stand

    def settle(self, seconds: float) -> None:
        """Wait until nothing waits on a queue and nothing changes any more."""
        deadline = time.monotonic() + seconds
        before: Any = None
        while True:
            waiting = [
                queue
                for queue in self._product.cloud.queues()
                if queue["waiting"] + queue["in_flight"] + queue["delayed"]
            ]
            now = (waiting, self.wrong())
            if not waiting and (now == before or not now[1]):
                return
            if time.monotonic() > deadline:
                return
            before = now
            time.sleep(1)

    def wrong(self, *, mails_may_repeat: bool = False) -> list[str]:
        """Compare the books with what was promised; return where they differ."""
        return [*self._wrong(mails_may_repeat)]

    def _wrong(self, mails_may_repeat: bool) -> Iterator[str]:
        sold, mails = 0, self._mails()
        turnover = {
            item["client_id"]["S"]: item for item in self._items("FiscalTable", "turnover#")
        }
        delivered = Counter[str]()
        for item in self._items("EReceiptsTable", "statistics#"):
            delivered[item["client_id"]["S"]] += int(item.get("sent", {"N": "0"})["N"])
        for client in self.clients:
            kept = self._orders(client)
            if kept != client.orders:
                different = Counter(
                    (client.orders.get(item), kept.get(item)) for item in kept | client.orders
                )
                yield f"{client.client_id}: orders (promised, kept) {dict(different)}"
            sold += sum(status != "cancelled" for status in kept.values())
            operations = turnover.get(client.client_id, {}).get("operations", {"M": {}})["M"]
            counted = {
                name: int(value["N"]) for name, value in operations.get("1", {"M": {}})["M"].items()
            }
            wanted = {"count": client.receipts, "total": client.receipts * RECEIPT_KOPECKS}
            if counted != wanted:
                yield f"{client.client_id}: turnover {counted}, not {wanted}"
            sent = delivered[client.client_id]
            if sent != client.receipts:
                yield f"{client.client_id}: {sent} receipts delivered of {client.receipts}"
            got = mails[client.email]
            if got < client.receipts or (got > client.receipts and not mails_may_repeat):
                yield f"{client.client_id}: {got} e-mails of {client.receipts} receipts"
        left = next(
            item["in_stock"]
            for item in self.clients[0].api.get("/fiscal-drives").json["items"]
            if item["model"] == MODEL
        )
        if left != STOCK - sold:
            yield f"{left} drives in stock, {STOCK} less {sold} ordered"
        for queue in self._product.cloud.queues():
            if queue["dead"]:
                yield f"{queue['dead']} dead letters of {queue['queue']}"

    def _orders(self, client: Client) -> dict[str, str]:
        orders, path = {}, "/fiscal-drives/orders?limit=100"
        after = ""
        while True:
            page = client.api.get(path + after).json
            orders |= {order["order_id"]: order["status"] for order in page["items"]}
            if page["next"] is None:
                return orders
            after = f"&next={page['next']}"

    def _items(self, table: str, prefix: str) -> Iterator[Mapping[str, Any]]:
        cloud = self._product.cloud
        name = cloud.client("cloudformation").describe_stack_resource(
            StackName=DATA_STACK, LogicalResourceId=table
        )["StackResourceDetail"]["PhysicalResourceId"]
        for page in cloud.client("dynamodb").get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                if item["client_id"]["S"].startswith("crowd-") and item["sk"]["S"].startswith(
                    prefix
                ):
                    yield item

    def _mails(self) -> Counter[str]:
        return Counter(message["to"] for message in self._product.cloud.messages())


def percentile(seconds: list[float], share: float) -> float:
    """Return what that share of the times does not exceed."""
    return sorted(seconds)[max(0, math.ceil(share * len(seconds)) - 1)]


def workers(product: Product) -> list[int]:
    """Return the processes of the functions, as the local cloud has started them."""
    parent = product.cloud.process_id
    processes = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = (path / "stat").read_text()
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status.rpartition(")")[2].split()[1]) == parent and b"_worker" in command:
            processes.append(int(path.name))
    return processes


def resident(process: int) -> int:
    """Return the megabytes of memory that a process holds; 0 for one that has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096 // 2**20


def _persona(number: int) -> Persona:
    """Return somebody like the demonstration's client, with one register of his own."""
    like = PERSONAS["romashka"]
    assert like.organisation is not None
    (register, *_) = like.organisation.registers
    own = dataclasses.replace(
        register,
        register_id=f"00048172{number:08}",
        serial=f"{number:014}",
        fiscal_drive_number=f"99604403{number:08}",
    )
    organisation = dataclasses.replace(like.organisation, registers=(own,))
    return dataclasses.replace(like, client_id=f"crowd-{number}", organisation=organisation)
