"""Writes everything that is kept of one client into a ZIP that a person can read.

    python -m infra.export CLIENT_ID --stage STAGE [--output FILE]

The archive holds the client's items as JSON, a file for each table, the fiscal documents of the
client's registers, the client's files as they are stored, and a list of what is there and why.
Digests of passwords are left out, and so are copies that serve calls in progress.
"""

import argparse
import base64
import datetime as dt
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.documents import list_documents
from chalicelib.core.fiscal.store import FISCAL, day
from chalicelib.core.fiscal.turnover import Turnover
from infra.client_data import ClientData, KeptItem, UnknownKind
from infra.cloudformation import Clients, DeploymentError

_COPIES = {"Idempotency", "Outbox"}
_SECRETS = {"digest", "password_hash", "salt"}
_NUMBERS_AT_ONCE = 5_000
_README = """Данные клиента {client_id}

items/      записи таблиц сервиса, по файлу JSON на таблицу
documents/  фискальные документы касс клиента, по строке JSON на документ, по файлу на накопитель
files/      файлы клиента: подписанные документы с подписями, заявки, обмены
kinds.txt   какие виды данных здесь есть, что с ними станет после ухода клиента и почему

Время указано по UTC, если не написано иначе; суммы — в копейках; двоичные значения — в base64.
Не включены: хеши паролей и служебные копии, которые удаляются сами.
"""


def export(data: ClientData, output: Path) -> int:
    """Write the archive of a client; return the number of items and files in it.

    Raises:
        UnknownKind: an item has no rule.
    """
    own = [kept for kept in data.own_items() if kept.table not in _COPIES]
    items = [*own, *data.related_items(own)]
    landlord = data.landlord()
    kinds: dict[str, int] = {}
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README.format(client_id=data.client_id))
        tables: dict[str, list[Any]] = {}
        for kept in items:
            tables.setdefault(kept.table, []).append(_readable(kept.item))
            _count(kinds, f"{kept.table}, {kept.sk.partition('#')[0]}", kept.rule)
        if landlord:
            tables.setdefault("Rent", []).append(_readable(landlord))
        for table, content in tables.items():
            archive.writestr(f"items/{table}.json", _json(content))
        for drive, documents in _documents(data, own):
            archive.writestr(f"documents/{drive}.jsonl", "".join(documents))
        for file in data.files():
            stored = data.s3.get_object(Bucket=data.name(f"{file.bucket}Bucket"), Key=file.key)
            archive.writestr(f"files/{file.bucket}/{file.key}", stored["Body"].read())
            _count(kinds, f"{file.bucket}, files", file.rule)
        archive.writestr("kinds.txt", "".join(f"{n:8} {k}\n" for k, n in sorted(kinds.items())))
    return sum(kinds.values())


def _count(kinds: dict[str, int], kind: str, rule: Any) -> None:
    name = f"{kind}: {rule.verdict} - {rule.reason}"
    kinds[name] = kinds.get(name, 0) + 1


def _documents(data: ClientData, own: Sequence[KeptItem]) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the lines of the client's fiscal documents by drive, those in archives included."""
    drives: dict[str, list[Turnover]] = {}
    for kept in own:
        if kept.table == "Fiscal":
            key = kept.sk.split("#")
            get = day(data.client_id, key[1], dt.date.fromisoformat(key[2]), key[3])
            turnover = get.read(dict(kept.item))
            drives.setdefault(turnover.fiscal_drive, []).append(turnover)
    for drive, days in drives.items():
        yield drive, _lines(data.client_id, drive, days)


def _lines(client_id: str, drive: str, days: Sequence[Turnover]) -> Iterator[str]:
    since = min(turnover.day for turnover in days)
    last = max(turnover.numbers[1] for turnover in days)
    for first in range(1, last + 1, _NUMBERS_AT_ONCE):
        end = min(first + _NUMBERS_AT_ONCE - 1, last)
        for document in list_documents(drive, first, end, since=since, most=_NUMBERS_AT_ONCE):
            if document.owner == client_id:
                yield json.dumps(document.content, ensure_ascii=False) + "\n"


def _readable(item: Any) -> Any:
    return {name: value for name, value in item.items() if name not in _SECRETS}


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return sorted(value) if isinstance(value, set) else str(value)


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Export from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.export")
    options.add_argument("client_id")
    options.add_argument("--stage", required=True)
    options.add_argument("--output", type=Path, help="the ZIP; CLIENT_ID.zip by default")
    chosen = options.parse_args(arguments)
    output = chosen.output or Path(f"{chosen.client_id}.zip")
    try:
        data = ClientData(clients, chosen.stage, chosen.client_id)
        for resource in (FISCAL, FISCAL_ARCHIVE):  # where the product's own readers look
            os.environ[resource.variable] = data.name(resource.logical_id)
        count = export(data, output)
    except (DeploymentError, UnknownKind, ClientError, BotoCoreError, OSError) as error:
        print(f"Not exported: {error}", file=sys.stderr)
        return 1
    if not count:
        output.unlink()
        print(f"Nothing is kept of {chosen.client_id}", file=sys.stderr)
        return 1
    print(f"{count} items and files in {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
