"""A client that leaves takes everything along and leaves behind only what the law requires."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.billing.store import BILLING
from chalicelib.core.fiscal.store import FISCAL, FISCAL_DOCUMENTS
from chalicelib.core.moderation.files import APPLICATIONS
from chalicelib.core.organisation.store import ORGANISATION
from chalicelib.core.signing.buckets import EVIDENCE
from chalicelib.runtime.declaration import Action
from chalicelib.runtime.resource import Bucket
from chalicelib.runtime.table import Table, from_wire
from chalicelib.services.edo.resources import EDO
from chalicelib.services.fiscal_drives.store import FISCAL_DRIVES
from chalicelib.services.gosotchet.account_store import ACCOUNTS
from chalicelib.services.rent.store import RENT
from infra import declarations, erase, export
from infra.retention import CLIENT, FILES, ITEMS, Verdict, rule_of_file, rule_of_item
from infra.stacks import data
from tests.support import cloud, life, onec, steps
from tests.support.world import Beginning, World, Worlds

CLIENTS = frozenset({"client-1", "client-2", "client-3", "client-4", "client-5", "client-6"})
ARN = "arn:aws:iam::123456789012:user/volkova"


@pytest.fixture(scope="module")
def after_life(worlds: Worlds) -> Beginning:
    """Return where a world stands in which client-1 has used every function once."""
    world = worlds()
    life.live(world)
    return world.keep()


@pytest.fixture
def lived(worlds: Worlds, after_life: Beginning) -> World:
    """Return a world in which client-1 has used every function once."""
    return worlds(after_life)


class Stack:
    """Tells the names of the simulated cloud's resources."""

    def describe_stack_resource(self, *, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803
        assert StackName == "test-service-menu-data"
        name = cloud.physical_name(LogicalResourceId)
        return {"StackResourceDetail": {"PhysicalResourceId": name}}


class Deployed:
    """Runs the deployed functions in process."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": ARN}

    def invoke(self, *, FunctionName: str, Qualifier: str, Payload: bytes) -> Any:  # noqa: N803
        import app

        assert Qualifier == "live"

        with self._world.running(FunctionName.removeprefix("test-").replace("-", "_")):
            answer = app.app(json.loads(Payload), None)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def clients_of(world: World) -> Callable[[str], Any]:
    others = {"cloudformation": Stack(), "lambda": Deployed(world), "sts": Deployed(world)}
    return lambda service: others.get(service) or cloud.client(service)


def run_erase(world: World, *arguments: str) -> int:
    return erase.main(["client-1", "--stage", "test", *arguments], clients_of(world))


def settle(world: World) -> None:
    """Finish what is open, as the operator and time do."""
    world.advance(days=30)
    world.run("expire_invoices")
    world.drain()
    for item in cloud.items(FISCAL_DRIVES):
        order = from_wire(item)
        path = f"/fiscal-drives/orders/{order['sk'].partition('#')[2]}/status"
        for status in ("assembling", "shipped", "delivered"):
            if order["sk"].startswith("order#") and order["status"] not in ("delivered", status):
                world.call(
                    f"POST {path}", {"status": status, "tracking_number": "1"}, who="operator"
                )


def all_items() -> list[tuple[str, dict[str, Any]]]:
    return [(table, from_wire(item)) for table in ITEMS for item in cloud.items(Table(table))]


def test_every_table_and_bucket_has_rules() -> None:
    declared = data.resources()

    def names(kind: str, suffix: str) -> set[str]:
        ids = (name for name, entry in declared.items() if entry["Type"] == f"AWS::{kind}")
        return {name.removesuffix(suffix) for name in ids}

    assert set(ITEMS) == names("DynamoDB::Table", "Table")
    assert set(FILES) == names("S3::Bucket", "Bucket")


def test_every_item_and_file_of_a_life_has_a_rule(lived: World) -> None:
    missing = {
        f"{table}: {item['client_id']} {item['sk']}"
        for table, item in all_items()
        if rule_of_item(table, item["client_id"], item["sk"], CLIENTS) is None
    }
    assert not missing
    buckets = {Bucket(name).physical_name: name for name in FILES}
    files = {(buckets[bucket], key) for bucket, key, _ in cloud.keep().files}
    assert not {file for file in files if rule_of_file(*file, CLIENTS) is None}


def test_every_rule_of_a_clients_items_is_of_something(lived: World) -> None:
    items = all_items()
    unused = {
        f"{table}: {rule.begins}"
        for table, rules in ITEMS.items()
        for rule in rules
        if rule.partition == CLIENT
        and not any(
            rule is rule_of_item(table, item["client_id"], item["sk"], CLIENTS)
            for other, item in items
            if other == table
        )
    }
    assert unused <= {"FiscalDrives: cart", "Integration1c: credentials", "Edo: draft#"}


def test_without_confirmation_nothing_is_done(
    lived: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = all_items()
    assert run_erase(lived) == 0
    assert all_items() == before
    shown = capsys.readouterr().out
    assert "Organisation, profile" in shown
    assert "402-ФЗ" in shown
    assert "7728168971" not in shown, "kinds and numbers only"
    with pytest.raises(SystemExit):
        run_erase(lived, "--confirm", "client-2")


def test_what_is_open_is_finished_first(lived: World, capsys: pytest.CaptureFixture[str]) -> None:
    steps.put_on_sale(lived)
    steps.order(lived)
    before = all_items()
    assert run_erase(lived, "--confirm", "client-1") == 1
    assert "an invoice awaits payment" in capsys.readouterr().err
    assert all_items() == before


def test_what_the_law_requires_stays_and_the_rest_goes(lived: World) -> None:
    settle(lived)
    kept = {
        (table, item["client_id"], item["sk"]): item
        for table, item in all_items()
        if item["client_id"] == "client-1"
        and rule_of_item(table, "client-1", item["sk"], CLIENTS).verdict is Verdict.KEEP  # type: ignore[union-attr]
    }
    others = [(table, item) for table, item in all_items() if item["client_id"] == "client-4"]
    evidence = [file for file in cloud.keep().files if file[0] == EVIDENCE.physical_name]
    assert run_erase(lived, "--confirm", "client-1") == 0
    lived.drain()
    assert lived.dead == []
    left = {
        (table, item["client_id"], item["sk"]): item
        for table, item in all_items()
        if item["client_id"] == "client-1" and table not in ("Outbox", "Idempotency")
    }
    assert set(kept) <= set(left)
    assert all(left[key] == item for key, item in kept.items() if key[0] in ("Billing", "Fiscal"))
    assert set(left) == set(kept)
    remaining = all_items()
    assert all(item in remaining for item in others), "of other clients everything"
    files = cloud.keep().files
    assert [file for file in files if file[0] == EVIDENCE.physical_name] == evidence
    assert not [f for f in files if f[0] == APPLICATIONS.physical_name]
    for personal in ("Смирнова Мария", "+79161234567", steps.PROFILE["email"]):
        for key, item in left.items():
            if key[0] not in ("Billing", "Edo", "Rent", "Organisation"):
                assert personal not in str(item), key


def test_nobody_reaches_a_client_that_left(lived: World) -> None:
    settle(lived)
    assert len(cloud.items(ACCOUNTS)) > 0
    assert run_erase(lived, "--confirm", "client-1") == 0
    lived.drain()
    assert cloud.items(ACCOUNTS) == []
    owners = [from_wire(item) for item in (*cloud.items(EDO), *cloud.items(ORGANISATION))]
    reachable = [
        item["client_id"]
        for item in owners
        if item.get("owner") == "client-1" and not item["client_id"].startswith("exchange#")
    ]
    assert reachable == []
    assert not [i for i in map(from_wire, cloud.items(RENT)) if i["sk"].startswith("tenancy#")]


def test_calls_with_the_token_of_a_client_that_left_are_answered(lived: World) -> None:
    settle(lived)
    assert run_erase(lived, "--confirm", "client-1") == 0
    lived.drain()
    answered = 0
    for action in declarations.actions():
        if not _is_plain_read(action):
            continue
        answer = lived.call(f"GET {action.path}")
        assert answer.status in (200, 400, 404, 409, 422), (action.name, answer.body)
        answered += 1
    assert answered > 20
    assert lived.call("GET /organisation").problem == "organisation-unknown"


def _is_plain_read(action: Action) -> bool:
    return action.is_read and "client" in action.callers and "{" not in action.path


def test_a_second_run_has_nothing_to_do(lived: World, capsys: pytest.CaptureFixture[str]) -> None:
    settle(lived)
    assert run_erase(lived, "--confirm", "client-1") == 0
    capsys.readouterr()
    assert run_erase(lived) == 0
    shown = capsys.readouterr().out
    erased = shown.partition("erase:")[2]
    kinds = {line.split(maxsplit=1)[1].partition(":")[0] for line in erased.splitlines()[1:]}
    assert kinds <= {"Outbox, " + kind for kind in _outbox_kinds()}, shown


def _outbox_kinds() -> set[str]:
    outbox = [from_wire(item) for item in cloud.items(Table("Outbox"))]
    return {item["sk"].partition("#")[0] for item in outbox if item["client_id"] == "client-1"}


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_run_that_was_broken_off_is_continued(after: int, lived: World) -> None:
    settle(lived)
    database = cloud.client("dynamodb")

    class Dying:
        deletions = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(database, name)

        def delete_item(self, **request: Any) -> Any:
            self.deletions += 1
            if self.deletions > after:
                raise RuntimeError
            return database.delete_item(**request)

    clients, dying = clients_of(lived), Dying()
    with pytest.raises(RuntimeError):
        erase.main(
            ["client-1", "--stage", "test", "--confirm", "client-1"],
            lambda service: dying if service == "dynamodb" else clients(service),
        )
    assert run_erase(lived, "--confirm", "client-1") == 0
    lived.drain()
    assert cloud.items(ACCOUNTS) == []
    assert not [
        item
        for table, item in all_items()
        if item["client_id"] == "client-1"
        and table != "Outbox"
        and rule_of_item(table, "client-1", item["sk"], CLIENTS).verdict is Verdict.ERASE  # type: ignore[union-attr]
    ]


def test_a_register_sold_meanwhile_stays_with_its_new_owner(world: World) -> None:
    steps.know_register(world)
    steps.know_organisation(world, "client-2")
    erasure = erase.Erasure(clients_of(world), "test", "client-1")
    steps.know_register(world, client_id="client-2")
    erasure.perform()
    register = f"register#{steps.REGISTER['register_id']}"
    (owner,) = (
        item for item in map(from_wire, cloud.items(ORGANISATION)) if item["client_id"] == register
    )
    assert owner["owner"] == "client-2"


def exported(world: World, path: Path) -> Mapping[str, bytes]:
    output = path / "client.zip"
    arguments = ["client-1", "--stage", "test", "--output", str(output)]
    assert export.main(arguments, clients_of(world)) == 0
    with zipfile.ZipFile(output) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_export_has_everything_of_the_client(lived: World, tmp_path: Path) -> None:
    content = exported(lived, tmp_path)
    for table, item in all_items():
        if item["client_id"] == "client-1" and table not in ("Outbox", "Idempotency"):
            listed = json.loads(content[f"items/{table}.json"])
            assert item["sk"] in [entry["sk"] for entry in listed], table
    for bucket, key, body in cloud.keep().files:
        if "client-1/" in key and bucket != "test-fiscal-archive-bucket":
            assert [part for name, part in content.items() if name.endswith(key)] == [body]
    assert "ООО «Ромашка»" in content["items/Organisation.json"].decode()
    assert "402-ФЗ" in content["kinds.txt"].decode()
    assert "Данные клиента client-1" in content["README.txt"].decode()
    together = b"".join(content.values())
    (account,) = map(from_wire, cloud.items(ACCOUNTS)[:1])
    assert account["password_hash"].encode() not in together
    assert not [name for name in content if "client-4" in name]


def test_an_export_has_archived_receipts(world: World, tmp_path: Path) -> None:
    onec.know_register(world)
    documents = onec.shift(59, first=700)
    for document in documents:
        world.send(FISCAL_DOCUMENTS, document)
    world.drain()
    fresh = exported(world, tmp_path)
    (name,) = (name for name in fresh if name.startswith("documents/"))
    assert [json.loads(line) for line in fresh[name].splitlines()] == documents
    world.advance(days=130)
    world.run("request_archives")
    world.drain()
    assert not [i for i in map(from_wire, cloud.items(FISCAL)) if i["sk"].startswith("document#")]
    from chalicelib.runtime import clock

    with clock.at(world.moment):
        assert exported(world, tmp_path)[name] == fresh[name]


def test_an_export_of_nobody_is_told(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "nobody.zip"
    arguments = ["nobody", "--stage", "test", "--output", str(output)]
    assert export.main(arguments, clients_of(world)) == 1
    assert "Nothing is kept of nobody" in capsys.readouterr().err
    assert not output.exists()
    assert cloud.items(BILLING) == []
