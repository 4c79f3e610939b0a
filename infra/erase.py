"""Ends the services of a client that leaves, and erases what need not be kept of the client.

    python -m infra.erase CLIENT_ID --stage STAGE                        # shows what would be done
    python -m infra.erase CLIENT_ID --stage STAGE --confirm CLIENT_ID

What is kept and why is in ``infra/retention.py``. First everything ends by which others reach the
client: consents are withdrawn and the landlord is struck off by the deployed functions, then the
entries in directories go, then files, then items, the profile last. A run that was broken off is
continued by the next one, and a run that finds nothing more is the proof that all is gone. Only
kinds and numbers are shown, since content and keys may be personal.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.client_data import ClientData, KeptFile, KeptItem, UnknownKind
from infra.cloudformation import Clients, DeploymentError
from infra.enrol import enrol
from infra.invocation import CallRefused, invoke
from infra.retention import Verdict

_OPEN = {
    ("Billing", "invoice"): ("state", {"open"}, "an invoice awaits payment"),
    ("FiscalDrives", "order"): (
        "status",
        {"paid", "assembling", "shipped"},
        "an order is under way",
    ),
    ("Gosotchet", "registration"): (
        "status",
        {"accepted", "credentials_requested"},
        "a password for the reporting system is being sent",
    ),
}
"""What has to be finished before: attribute, its values, and how to say so."""
_MOST_DELETED = 1000
"""Versions in one call of DeleteObjects."""


class MattersOpen(Exception):
    """Something of the client is not finished; the text says what."""


def open_matters(items: Sequence[KeptItem]) -> list[str]:
    """Return what has to be finished or cancelled before the client can be erased."""
    matters = []
    for kept in items:
        attribute, values, text = _OPEN.get(
            (kept.table, kept.sk.partition("#")[0]), ("", set[str](), "")
        )
        if kept.item.get(attribute) in values:
            matters.append(text)
    return [f"{count} x {text}" for text, count in sorted(Counter(matters).items())]


class Erasure:
    """The erasure of one client, as far as what was found goes.

    Args:
        clients: Makes the clients of the cloud.
        stage: The stage.
        client_id: The client.

    Raises:
        UnknownKind: an item has no rule.
    """

    def __init__(self, clients: Clients, stage: str, client_id: str) -> None:
        self._clients, self._stage, self._client_id = clients, stage, client_id
        self._data = ClientData(clients, stage, client_id)
        self._own = self._data.own_items()
        self._related = self._data.related_items(self._own)
        self._files = [*self._data.files()]
        self.open_matters = open_matters(self._own)

    def kinds(self, verdict: Verdict) -> list[str]:
        """Return what is there of a verdict: number, kind and reason."""
        counted: Counter[str] = Counter()
        for kept in (*self._related, *self._own):
            if kept.rule.verdict is verdict:
                counted[f"{kept.table}, {kept.sk.partition('#')[0]}: {kept.rule.reason}"] += 1
        for file in self._files:
            if file.rule.verdict is verdict:
                counted[f"{file.bucket}, files: {file.rule.reason}"] += 1
        return [f"{count:7} {kind}" for kind, count in sorted(counted.items())]

    def perform(self) -> None:
        """End the client's services and erase.

        Raises:
            MattersOpen: something is not finished; nothing was done.
            CallRefused: a consent or an enrolment could not be ended; nothing was erased.
        """
        if self.open_matters:
            raise MattersOpen("; ".join(self.open_matters))
        self._withdraw_consents()
        landlord = self._data.landlord()
        if landlord and landlord["enrolled"]:
            enrol(self._clients, self._stage, self._client_id, strike_off=True)
        for kept in self._erased(self._related):
            self._delete(kept)
        for file in self._files:
            if file.rule.verdict is Verdict.ERASE:
                self._delete_versions(file)
        for kept in self._erased(self._own):
            self._delete(kept)

    def _withdraw_consents(self) -> None:
        for kept in self._own:
            if kept.table == "Rent" and kept.sk.startswith("tenancy#") and kept.item["consents"]:
                invoke(
                    self._clients,
                    f"{self._stage}-withdraw-consent",
                    "DELETE /rent/consents/{landlord_id}",
                    {"landlord_id": kept.item["landlord_id"]},
                    client_id=self._client_id,
                    role="client",
                )

    @staticmethod
    def _erased(items: Sequence[KeptItem]) -> Iterator[KeptItem]:
        return (kept for kept in items if kept.rule.verdict is Verdict.ERASE)

    def _delete(self, kept: KeptItem) -> None:
        condition = {}
        if kept.owner:
            # It may have become another client's meanwhile, as a register does that is sold.
            condition = {
                "ConditionExpression": "#owner = :client_id",
                "ExpressionAttributeNames": {"#owner": kept.owner},
                "ExpressionAttributeValues": {":client_id": {"S": self._client_id}},
            }
        try:
            self._data.dynamodb.delete_item(
                TableName=self._data.name(f"{kept.table}Table"),
                Key={"client_id": {"S": kept.partition}, "sk": {"S": kept.sk}},
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise

    def _delete_versions(self, file: KeptFile) -> None:
        """Delete a file with its earlier versions and markers."""
        bucket = self._data.name(f"{file.bucket}Bucket")
        pages = self._data.s3.get_paginator("list_object_versions").paginate(
            Bucket=bucket, Prefix=file.key, PaginationConfig={"PageSize": _MOST_DELETED}
        )
        for page in pages:
            versions = [
                {"Key": entry["Key"], "VersionId": entry["VersionId"]}
                for entry in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
                if entry["Key"] == file.key
            ]
            if versions:
                self._data.s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": versions, "Quiet": True}
                )


def main(arguments: list[str] | None = None, clients: Clients = boto3.client) -> int:
    """Erase from the command line; return the exit code."""
    options = argparse.ArgumentParser(prog="python -m infra.erase")
    options.add_argument("client_id")
    options.add_argument("--stage", required=True)
    options.add_argument("--confirm", help="the client once more: erase, and do not only show")
    chosen = options.parse_args(arguments)
    if chosen.confirm and chosen.confirm != chosen.client_id:
        options.error("--confirm names another client")
    try:
        erasure = Erasure(clients, chosen.stage, chosen.client_id)
        for verdict in Verdict:
            print(f"{verdict}:")
            for kind in erasure.kinds(verdict):
                print(kind)
        for matter in erasure.open_matters:
            print(f"first to be finished: {matter}")
        if chosen.confirm:
            erasure.perform()
            print("erased; run again to see that nothing is left")
    except (
        CallRefused,
        DeploymentError,
        MattersOpen,
        UnknownKind,
        ClientError,
        BotoCoreError,
    ) as error:
        print(f"Not erased: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
