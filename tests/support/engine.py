"""What a simulated cloud holds, held by the local one, whose transactions are atomic."""

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local import inspection
from infra.local.cloud import REGION, Cloud
from tests.support import cloud
from tests.support.chaos import Books, masked

Place = tuple[str, str, str]
"""A table, and in it the two keys of an item."""
Items = dict[Place, dict[str, Any]]

_BATCH = 25
"""Items that one call of BatchWriteItem takes."""


@dataclasses.dataclass(frozen=True)
class Changes:
    """What has come, or changed, or gone (None) since a moment, and what was sent."""

    items: Mapping[Place, dict[str, Any] | None]
    files: Mapping[tuple[str, str], bytes]
    sent: Books

    def make(self) -> None:
        """Make them in the simulated cloud too, but for what was sent."""
        _write(cloud.client("dynamodb"), self.items)
        for (bucket, key), content in self.files.items():
            cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=content)


class Engine:
    """Tables, buckets and senders of a local cloud, made as those of the simulated one."""

    def __init__(self, running: Cloud) -> None:
        self._running = running
        self._items: Items = {}
        self._tags: dict[tuple[str, str], str] = {}
        self._sent: Books = Counter()
        self._dynamodb, self._s3 = running.client("dynamodb"), running.client("s3")
        cloud.create(running.client)
        self._tables = self._dynamodb.list_tables()["TableNames"]
        self._buckets = [bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]]

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process of the product call this cloud, where it may do anything."""
        return {
            "AWS_ENDPOINT_URL": self._running.endpoint,
            "AWS_CA_BUNDLE": str(self._running.ca_bundle),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_SESSION_TOKEN": "",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def hold(self, kept: cloud.Kept) -> None:
        """Hold the items and files of a simulated cloud, and no others."""
        wanted = {
            _place(name, item): item
            for name, table in kept.tables.items()
            for item in (item.to_json()["Attributes"] for item in table.all_items())
        }
        _write(self._dynamodb, _difference(self._items, wanted))
        self._items = wanted
        files = {(bucket, key): content for bucket, key, content in kept.files}
        for bucket, key in self._tags.keys() - files.keys():
            self._s3.delete_object(Bucket=bucket, Key=key)
        tags = {}
        for (bucket, key), content in files.items():
            tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
            if self._tags.get((bucket, key)) != tag:
                self._s3.put_object(Bucket=bucket, Key=key, Body=content)
            tags[bucket, key] = tag
        self._tags = tags
        self._sent = self._all_sent()

    def changes(self) -> Changes:
        """Return what is otherwise than it was when this began to hold."""
        items = {_place(name, item): item for name in self._tables for item in self._scan(name)}
        changed = _difference(self._items, items)
        tags = {
            (bucket, stored["Key"]): stored["ETag"]
            for bucket in self._buckets
            for stored in self._s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        }
        files = {
            (bucket, key): self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            for (bucket, key), tag in tags.items()
            if self._tags.get((bucket, key)) != tag
        }
        self._items, self._tags = items, tags
        return Changes(changed, files, self._all_sent() - self._sent)

    def _scan(self, table: str) -> Iterator[dict[str, Any]]:
        for page in self._dynamodb.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True
        ):
            yield from page["Items"]

    def _all_sent(self) -> Books:
        where = (self._running.http, self._running.endpoint)
        entries = [f"sent {_subject(mail)}" for mail in inspection.mails(*where)]
        entries += [f"sent to {text['to']}" for text in inspection.texts(*where, log="")]
        return Counter(entries)


def _subject(mail: inspection.Message) -> str:
    """Name a mail as the books do, which do not read those that carry their pictures."""
    if '"data:' in mail.get("html", ""):
        return "with pictures"
    return masked(mail.get("subject", ""))


def _place(table: str, item: Mapping[str, Any]) -> Place:
    return table, item["client_id"]["S"], item["sk"]["S"]


def _difference(old: Items, new: Items) -> dict[Place, dict[str, Any] | None]:
    gone: dict[Place, dict[str, Any] | None] = dict.fromkeys(old.keys() - new.keys())
    return gone | {place: item for place, item in new.items() if old.get(place) != item}


def _write(dynamodb: Any, changes: Mapping[Place, dict[str, Any] | None]) -> None:
    requests = [
        (table, {"PutRequest": {"Item": item}})
        if item
        else (table, {"DeleteRequest": {"Key": {"client_id": {"S": owner}, "sk": {"S": sk}}}})
        for (table, owner, sk), item in changes.items()
    ]
    for start in range(0, len(requests), _BATCH):
        wanted: dict[str, Any] = {}
        for table, request in requests[start : start + _BATCH]:
            wanted.setdefault(table, []).append(request)
        left = dynamodb.batch_write_item(RequestItems=wanted)
        assert not left.get("UnprocessedItems")
