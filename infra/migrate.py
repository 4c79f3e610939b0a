"""Runs the migrations of a stage that have not run yet; what was interrupted goes on.

    python -m infra.migrate STAGE [--dry-run] [--items-per-second 500] [--again NAME]

A table is read page by page. After each page the position is recorded in the table itself, in the
partition ``#migrations``, so that a table that is restored brings its own record. An item is
changed on the condition that what the migration looked at is unchanged; an item that has changed is
read again. So a migration may run beside the product, twice, or twice at once.

Run a migration when the release that needs it answers all calls: the release before may still write
the former shape.
"""

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from infra import names
from infra.cloudformation import Clients
from infra.migrations import MIGRATIONS
from infra.migrations.migration import Migration

Item = dict[str, Any]

PARTITION = "#migrations"
"""Partition key of the records; no client has such an id."""
_PAGE = 100
_ITEMS_PER_SECOND = 500.0
_KEY = ("client_id", "sk")
_read = TypeDeserializer().deserialize
_write = TypeSerializer().serialize


@dataclasses.dataclass
class Progress:
    """How far a migration is."""

    items: int = 0
    changed: int = 0


@dataclasses.dataclass(frozen=True)
class Migrator:
    """The migrations of one stage."""

    dynamodb: Any
    stage: str
    migrations: Sequence[Migration] = MIGRATIONS
    page: int = _PAGE
    items_per_second: float = _ITEMS_PER_SECOND
    sleep: Callable[[float], None] = time.sleep

    def pending(self) -> list[Migration]:
        """Return the migrations that are not recorded as done."""
        return [migration for migration in self.migrations if not self._is_done(migration)]

    def run(self, migration: Migration, *, dry_run: bool = False) -> Progress:
        """Run a migration to its end, from the position where the last run was interrupted.

        Returns:
            How many items were read and changed, those of interrupted runs included. With
            ``dry_run`` nothing is written, and all items are read and those to change counted.

        Raises:
            ClientError: the cloud refused a call; what was done is recorded.
        """
        record = {} if dry_run else self._record(migration)
        progress = Progress(int(record.get("items", 0)), int(record.get("changed", 0)))
        for page, position in self._pages(migration, record.get("position")):
            started = time.monotonic()
            for item in page:
                progress.items += 1
                progress.changed += self._apply(migration, item, dry_run=dry_run)
            if not dry_run:
                self._save(migration, progress, position)
            pause = len(page) / self.items_per_second - (time.monotonic() - started)
            self.sleep(max(0.0, pause))
        return progress

    def forget(self, migration: Migration) -> None:
        """Forget that a migration has run, so that it runs again from the beginning."""
        self.dynamodb.put_item(TableName=self._table(migration), Item=self._record_key(migration))

    def _pages(
        self, migration: Migration, position: Mapping[str, str] | None
    ) -> Iterator[tuple[list[Item], Item | None]]:
        """Yield each page of the table after ``position`` with the position behind the page."""
        attributes = dict(enumerate((*_KEY, *migration.reads)))
        request: dict[str, Any] = {
            "TableName": self._table(migration),
            "Limit": self.page,
            # An item written a moment before must not be passed over.
            "ConsistentRead": True,
            "ProjectionExpression": ", ".join(f"#a{number}" for number in attributes),
            "ExpressionAttributeNames": {
                f"#a{number}": name for number, name in attributes.items()
            },
        }
        while True:
            if position:
                request["ExclusiveStartKey"] = {key: _write(position[key]) for key in _KEY}
            page = self.dynamodb.scan(**request)
            last = page.get("LastEvaluatedKey")
            position = {key: _read(last[key]) for key in _KEY} if last else None
            items = [_plain(item) for item in page["Items"]]
            yield [item for item in items if item["client_id"] != PARTITION], position
            if position is None:
                return

    def _apply(self, migration: Migration, item: Item | None, *, dry_run: bool) -> bool:
        """Change an item if it is to be changed; return whether it was."""
        while item is not None:
            put = migration.change(item)
            if not put or dry_run:
                return bool(put)
            if self._put(migration, item, put):
                return True
            item = self._again(migration, item)
        return False

    def _put(self, migration: Migration, item: Item, put: Mapping[str, Any]) -> bool:
        """Set attributes of an item; return False if the item is not as read any more."""
        named = {f"#s{number}": name for number, name in enumerate(put)}
        values = {f":s{number}": _write(put[name]) for number, name in enumerate(put)}
        conditions = ["attribute_exists(sk)"]
        for number, name in enumerate(migration.reads):
            named[f"#r{number}"] = name
            if name in item:
                values[f":r{number}"] = _write(item[name])
                conditions.append(f"#r{number} = :r{number}")
            else:
                conditions.append(f"attribute_not_exists(#r{number})")
        assignments = ", ".join(f"#s{number} = :s{number}" for number in range(len(put)))
        try:
            self.dynamodb.update_item(
                TableName=self._table(migration),
                Key={key: _write(item[key]) for key in _KEY},
                UpdateExpression=f"SET {assignments}",
                ConditionExpression=" AND ".join(conditions),
                ExpressionAttributeNames=named,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def _again(self, migration: Migration, item: Item) -> Item | None:
        """Return an item as it is now; None if it is gone."""
        present = self.dynamodb.get_item(
            TableName=self._table(migration),
            Key={key: _write(item[key]) for key in _KEY},
            ConsistentRead=True,
        ).get("Item")
        if present is None:
            return None
        read = _plain(present)
        return {name: read[name] for name in (*_KEY, *migration.reads) if name in read}

    # --- The record

    def _record(self, migration: Migration) -> Item:
        answer = self.dynamodb.get_item(
            TableName=self._table(migration), Key=self._record_key(migration), ConsistentRead=True
        )
        return _plain(answer.get("Item", {}))

    def _is_done(self, migration: Migration) -> bool:
        return bool(self._record(migration).get("done"))

    def _save(self, migration: Migration, progress: Progress, position: Item | None) -> None:
        record = dataclasses.asdict(progress) | {"done": position is None}
        if position:
            record["position"] = position
        item = {name: _write(value) for name, value in record.items()}
        self.dynamodb.put_item(
            TableName=self._table(migration), Item=self._record_key(migration) | item
        )

    def _record_key(self, migration: Migration) -> Item:
        return {"client_id": _write(PARTITION), "sk": _write(migration.name)}

    def _table(self, migration: Migration) -> str:
        return names.name(migration.table).replace("${Stage}", self.stage)


def _plain(item: Mapping[str, Any]) -> Item:
    return {name: _read(value) for name, value in item.items()}


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Migrate from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.migrate")
    options.add_argument("stage")
    options.add_argument("--dry-run", action="store_true", help="count what would change")
    options.add_argument("--items-per-second", type=float, default=_ITEMS_PER_SECOND)
    options.add_argument("--again", metavar="NAME", help="run a migration that is done")
    chosen = options.parse_args(arguments)
    migrator = Migrator(clients("dynamodb"), chosen.stage, items_per_second=chosen.items_per_second)
    try:
        for migration in MIGRATIONS:
            if migration.name == chosen.again:
                migrator.forget(migration)
        pending = migrator.pending()
        for migration in pending:
            progress = migrator.run(migration, dry_run=chosen.dry_run)
            would = "would be changed" if chosen.dry_run else "changed"
            print(f"{migration.name}: {progress.items} items read, {progress.changed} {would}")
    except (ClientError, BotoCoreError) as error:
        print(f"Not migrated to the end: {error}\nRun it again to go on.", file=sys.stderr)
        return 1
    if not pending:
        print("No migration is pending.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
