"""Migrations change kept items once, go on after an interruption and lose no concurrent write."""

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import migrate
from infra.migrate import PARTITION, Migrator
from infra.migrations import MIGRATIONS
from infra.migrations.migration import Attributes, Migration
from infra.migrations.register_standing import REGISTER_STANDING
from tests.support.world import World

TABLE = "test-organisation-table"
KEPT = Path("tests/samples/kept/organisation-before-standing.json")
SHOPS = "GET /organisation/shops"


@pytest.fixture
def dynamodb(world: World) -> Any:
    """The tables of a stage, with what an earlier version kept in Organisation."""
    client = boto3.client("dynamodb")
    for item in json.loads(KEPT.read_bytes()):
        client.put_item(TableName=TABLE, Item=item)
    return client


def everything(dynamodb: Any) -> list[Any]:
    items = dynamodb.scan(TableName=TABLE)["Items"]
    return sorted(
        (item for item in items if item["client_id"]["S"] != PARTITION),
        key=lambda item: (item["client_id"]["S"], item["sk"]["S"]),
    )


def standing(dynamodb: Any) -> dict[str, str]:
    """The sort key of each register that has one in the index."""
    return {
        item["sk"]["S"]: item["standing"]["S"]
        for item in everything(dynamodb)
        if "standing" in item
    }


def shown(world: World) -> list[list[str]]:
    """The registers of each shop, as the client sees them."""
    shops = world.ok(SHOPS)["items"]
    return [[register["register_id"][-2:] for register in shop["registers"]] for shop in shops]


def test_registers_kept_before_the_index_are_listed_after_the_migration(
    world: World, dynamodb: Any
) -> None:
    before = everything(dynamodb)
    assert shown(world) == [[], []]
    assert Migrator(dynamodb, "test").run(REGISTER_STANDING).changed == 3
    assert shown(world) == [["11"], ["12", "13"]]
    after = everything(dynamodb)
    for item in after:
        item.pop("standing", None)
    assert after == before, "nothing else has changed"


def test_a_migrated_register_moves_as_any_other(world: World, dynamodb: Any) -> None:
    Migrator(dynamodb, "test").run(REGISTER_STANDING)
    first, second = world.ok(SHOPS)["items"]
    (register,) = first["registers"]
    world.ok(f"PUT /organisation/shops/{second['shop_id']}/registers/{register['register_id']}")
    assert shown(world) == [[], ["11", "12", "13"]]


def test_an_interrupted_migration_goes_on_where_it_was(world: World, dynamodb: Any) -> None:
    pages = 0

    def interrupt(_: float) -> None:
        nonlocal pages
        pages += 1
        if pages == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Migrator(dynamodb, "test", page=3, sleep=interrupt).run(REGISTER_STANDING)
    half = standing(dynamodb)
    assert 0 < len(half) < 3
    migrator = Migrator(dynamodb, "test", page=3)
    assert migrator.pending() == list(MIGRATIONS)
    read: list[Any] = []
    scan = dynamodb.scan

    def noted(**request: Any) -> Any:
        read.append(request.get("ExclusiveStartKey"))
        return scan(**request)

    dynamodb.scan = noted
    progress = migrator.run(REGISTER_STANDING)
    dynamodb.scan = scan
    assert read[0] is not None, "from the position, not from the beginning"
    assert progress.changed == 3
    assert len(standing(dynamodb)) == 3
    assert shown(world) == [["11"], ["12", "13"]]
    assert migrator.pending() == []


def test_a_repeat_changes_nothing(dynamodb: Any) -> None:
    migrator = Migrator(dynamodb, "test")
    migrator.run(REGISTER_STANDING)
    once = everything(dynamodb)
    migrator.forget(REGISTER_STANDING)
    assert migrator.run(REGISTER_STANDING).changed == 0
    assert everything(dynamodb) == once


def test_a_dry_run_counts_and_writes_nothing(
    dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(dynamodb)
    assert migrate.main(["test", "--dry-run"], boto3.client) == 0
    assert "register-standing: 24 items read, 3 would be changed" in capsys.readouterr().out
    assert everything(dynamodb) == before
    assert Migrator(dynamodb, "test").pending() == list(MIGRATIONS)


def test_a_register_that_moves_meanwhile_keeps_its_new_shop(dynamodb: Any) -> None:
    key = {"client_id": {"S": "client-1"}, "sk": {"S": "register#0004817236006511"}}

    def moving(item: Attributes) -> Attributes:
        put = REGISTER_STANDING.change(item)
        if item["sk"] == key["sk"]["S"] and item.get("shop_id") != "new":
            dynamodb.update_item(
                TableName=TABLE,
                Key=key,
                UpdateExpression="SET shop_id = :new",
                ExpressionAttributeValues={":new": {"S": "new"}},
            )
        return put

    overtaken = Migration("moving", "OrganisationTable", REGISTER_STANDING.reads, moving)
    assert Migrator(dynamodb, "test", (overtaken,)).run(overtaken).changed == 3
    assert standing(dynamodb)["register#0004817236006511"] == "new#0004817236006511"


def test_an_item_that_goes_meanwhile_is_not_made_again(dynamodb: Any) -> None:
    def deleting(item: Attributes) -> Attributes:
        if put := REGISTER_STANDING.change(item):
            key = {name: {"S": item[name]} for name in ("client_id", "sk")}
            dynamodb.delete_item(TableName=TABLE, Key=key)
        return put

    overtaken = Migration("deleting", "OrganisationTable", REGISTER_STANDING.reads, deleting)
    assert Migrator(dynamodb, "test", (overtaken,)).run(overtaken).changed == 0
    assert standing(dynamodb) == {}


def test_keeps_the_rate(dynamodb: Any) -> None:
    pauses: list[float] = []
    Migrator(dynamodb, "test", page=8, items_per_second=4, sleep=pauses.append).run(
        REGISTER_STANDING
    )
    assert 0 < sum(pauses) <= 24 / 4, "a slow machine pauses less"


def test_says_what_is_done_and_what_failed(
    dynamodb: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.main(["test"], boto3.client) == 0
    assert "3 changed" in capsys.readouterr().out
    assert migrate.main(["test"], boto3.client) == 0
    assert "No migration is pending." in capsys.readouterr().out
    assert migrate.main(["test", "--again", "register-standing"], boto3.client) == 0
    assert "24 items read, 0 changed" in capsys.readouterr().out
    assert migrate.main(["nowhere"], boto3.client) == 1
    assert "Run it again to go on." in capsys.readouterr().err


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda migration: migration.name)
def test_a_migration_is_declared_in_full(migration: Migration, dynamodb: Any) -> None:
    """What a migration returns for an item it has changed is nothing; what it reads is declared."""
    assert migration.table.endswith("Table")
    names = [each.name for each in MIGRATIONS]
    assert names.count(migration.name) == 1
    changed = 0
    for kept in everything(dynamodb):
        item = migrate._plain(kept)
        read = {name: item[name] for name in ("client_id", "sk", *migration.reads) if name in item}
        put = migration.change(read)
        assert put == migration.change(item), "looks at what it does not declare"
        assert migration.change({**read, **put}) == {}
        changed += bool(put)
    assert changed
    with pytest.raises(ClientError):
        Migrator(dynamodb, "nowhere").run(migration)
