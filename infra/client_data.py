"""Everything that a stage holds of one client: items and files, with the rule of each."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.runtime.table import from_wire
from infra import stacks
from infra.cloudformation import Clients, Stack
from infra.retention import CLIENT, FILES, ITEMS, Rule, rule_of_item

Item = Mapping[str, Any]


class UnknownKind(Exception):
    """An item has no rule; the text names its table and kind."""


@dataclasses.dataclass(frozen=True)
class KeptItem:
    """An item of the client, in plain values."""

    table: str
    partition: str
    sk: str
    rule: Rule
    item: Item
    owner: str | None = None
    """Attribute that must name the client for the item to be the client's."""


@dataclasses.dataclass(frozen=True)
class KeptFile:
    """A file of the client."""

    bucket: str
    key: str
    rule: Rule


class ClientData:
    """The items and files of one client.

    Args:
        clients: Makes the clients of the cloud.
        stage: The stage.
        client_id: The client.
    """

    def __init__(self, clients: Clients, stage: str, client_id: str) -> None:
        self._stack = Stack(clients("cloudformation"), stacks.stack_name(stage, stacks.DATA))
        self.dynamodb, self.s3 = clients("dynamodb"), clients("s3")
        self.client_id = client_id
        self._names: dict[str, str] = {}

    def name(self, logical_id: str) -> str:
        """Return the cloud's name of a table or bucket.

        Raises:
            DeploymentError: the stage or the resource does not exist.
        """
        if logical_id not in self._names:
            self._names[logical_id] = self._stack.physical_id(logical_id)
        return self._names[logical_id]

    def own_items(self) -> list[KeptItem]:
        """Return the items in the client's partitions, those of Organisation last.

        Raises:
            UnknownKind: an item has no rule.
        """
        tables = sorted(ITEMS, key=lambda table: (table == "Organisation", table))
        return [
            self._kept(table, item)
            for table in tables
            for item in self._query(table, self.client_id)
        ]

    def related_items(self, own: Sequence[KeptItem]) -> list[KeptItem]:
        """Return the client's items in other partitions, which the client's own items name."""
        named: list[tuple[str, str, str, str | None]] = []
        for kept in own:
            match kept.table, kept.sk.partition("#")[0]:
                case "Organisation", "register":
                    register = kept.item["register_id"]
                    named.append(("Organisation", f"register#{register}", "owner", "owner"))
                case "Integration1c", "credentials":
                    login = kept.item["login"]
                    named.append(("Integration1c", f"login#{login}", "credentials", "owner"))
                case "Edo", "registration":
                    participant = kept.item["participant_id"]
                    organisation = kept.item["organisation"]
                    sk = f"participant#own#{organisation.get('kpp') or ''}"
                    named.append(("Edo", f"participant#{participant}", "participant", "owner"))
                    named.append(("Edo", f"inn#{organisation['inn']}", sk, "owner"))
                case "Gosotchet", "registration" if kept.item.get("login"):
                    named.append(("GosotchetAccounts", kept.item["login"], "account", None))
        items = [self._get(*name) for name in dict.fromkeys(named)]
        return [kept for kept in items if kept is not None]

    def landlord(self) -> Item | None:
        """Return the client's entry among the landlords, struck off or not."""
        kept = self._get("Rent", "landlords", f"landlord#{self.client_id}", None)
        return kept.item if kept else None

    def files(self) -> Iterator[KeptFile]:
        """Yield the client's files."""
        for bucket, rules in FILES.items():
            for rule in rules:
                if CLIENT not in rule.partition:
                    continue
                folder = rule.partition.replace(CLIENT, self.client_id) + "/"
                pages = self.s3.get_paginator("list_objects_v2").paginate(
                    Bucket=self.name(f"{bucket}Bucket"), Prefix=folder
                )
                for page in pages:
                    for entry in page.get("Contents", []):
                        yield KeptFile(bucket, entry["Key"], rule)

    def _query(self, table: str, partition: str) -> Iterator[Item]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.name(f"{table}Table"),
            KeyConditionExpression="client_id = :client_id",
            ExpressionAttributeValues={":client_id": {"S": partition}},
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(from_wire, page["Items"])

    def _get(self, table: str, partition: str, sk: str, owner: str | None) -> KeptItem | None:
        answer = self.dynamodb.get_item(
            TableName=self.name(f"{table}Table"),
            Key={"client_id": {"S": partition}, "sk": {"S": sk}},
            ConsistentRead=True,
        )
        if "Item" not in answer:
            return None
        item = from_wire(answer["Item"])
        if owner and item.get(owner) != self.client_id:
            return None
        return self._kept(table, item, owner)

    def _kept(self, table: str, item: Item, owner: str | None = None) -> KeptItem:
        partition, sk = item["client_id"], item["sk"]
        rule = rule_of_item(table, partition, sk, frozenset({self.client_id}))
        if rule is None:
            raise UnknownKind(f"{table}: {sk.partition('#')[0]}")
        return KeptItem(table, partition, sk, rule, item, owner)
