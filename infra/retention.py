"""What is kept of a client and what is erased, for every kind of item and of file, with the reason.

A kind of item is told by its table, its partition and the beginning of its sort key, a kind of file
by its bucket and the beginning of its key. The first rule that fits decides. Tests hold that every
table and bucket has rules, and that every item and file of a life with the product fits one.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum

CLIENT = "<client>"
"""The client's own partition of a table, or folder of a bucket."""


class Verdict(StrEnum):
    """What happens to a kind of item or file when a client is erased."""

    KEEP = "keep"
    ERASE = "erase"


@dataclasses.dataclass(frozen=True)
class Rule:
    """What happens to a kind of item or file, and why."""

    verdict: Verdict
    begins: str
    """Beginning of the sort key or, after the client's folder, of the file's key."""
    reason: str
    partition: str = CLIENT
    """The client's partition or folder, or the beginning of another one."""

    def fits(self, partition: str, key: str, client_ids: frozenset[str]) -> bool:
        """Whether an item, or a file of a folder, is of this kind."""
        own = self.partition == CLIENT
        there = partition in client_ids if own else partition.startswith(self.partition)
        return there and key.startswith(self.begins)


ACCOUNTING = "accounting documents, kept for five years after their year (402-ФЗ, article 29)"
SIGNED = "signed documents and their proof, kept for as long as they may be disputed, five years"
FISCAL = "fiscal documents, kept uncorrected for five years (54-ФЗ, article 4.5)"
JOURNAL = "journal: who changed or saw what; proves that processing was lawful; names no person"
ENDED = "no obligation to keep it once the client has left (152-ФЗ, articles 5 and 21)"
DIRECTORY = "shows the client to others, who must not reach a client that has left"
TECHNICAL = "serves calls in progress and expires by itself"
OTHERS = "of the operator or of others, not of a client"


def _keep(begins: str, reason: str, partition: str = CLIENT) -> Rule:
    return Rule(Verdict.KEEP, begins, reason, partition)


def _erase(begins: str, reason: str = ENDED, partition: str = CLIENT) -> Rule:
    return Rule(Verdict.ERASE, begins, reason, partition)


ITEMS: Mapping[str, Sequence[Rule]] = {
    "Organisation": (
        _keep("agreement#", SIGNED),
        _keep("binding#", JOURNAL),
        _erase("owner", DIRECTORY, "register#"),
        _erase("shop#"),
        _erase("register#"),
        _erase("profile"),
    ),
    "Billing": (
        _keep("invoice#", ACCOUNTING),
        _keep("invoice", ACCOUNTING, "number#"),
        _keep("payment", ACCOUNTING, "bank-reference#"),
    ),
    "FiscalDrives": (
        _keep("drive#", OTHERS, "catalogue"),
        _erase("cart"),
        _erase("order#"),
    ),
    "EReceipts": (
        _keep("statistics#", ACCOUNTING),
        _keep("switched#", JOURNAL),
        _erase("channel#"),
        _erase("service#"),
        _erase("delivery#"),
    ),
    "Fiscal": (
        _keep("document#", FISCAL, "drive#"),
        _keep("archive#", FISCAL, "drive#"),
        _keep("", FISCAL, "drive-months#"),
        _keep("", FISCAL, "archiving"),
        _keep("turnover#", FISCAL),
    ),
    "Moderation": (_erase("application#"),),
    "Rent": (
        _keep("consent#", SIGNED),
        _keep("grant#", JOURNAL),
        _keep("access#", JOURNAL),
        _erase("tenancy#", DIRECTORY),
        _keep("landlord#", JOURNAL, "landlords"),
        _keep("name#", "leaves with the landlord's enrolment", "landlords"),
        _keep("search#", "leaves with the landlord's enrolment", "landlords"),
    ),
    "Edo": (
        _keep("inbox#", SIGNED),
        _keep("outbox#", SIGNED),
        _keep("purchase#", ACCOUNTING),
        _keep("licence#", ACCOUNTING),
        _keep("message#", SIGNED, "document#"),
        _keep("document", SIGNED, "exchange#"),
        _keep("document", SIGNED, "file#"),
        _keep("received", TECHNICAL, "dispatch#"),
        _erase("participant", DIRECTORY, "participant#"),
        _erase("participant#own#", DIRECTORY, "inn#"),
        _keep("participant#roaming#", OTHERS, "inn#"),
        _erase("draft#"),
        _erase("statement#"),
        _erase("registration"),
    ),
    "Gosotchet": (
        _keep("licence#", ACCOUNTING),
        _erase("change#"),
        _erase("credentials#"),
        _erase("registration#"),
    ),
    "GosotchetAccounts": (_erase("account", ENDED, "go-"),),
    "Integration1c": (
        _keep("subscription#", ACCOUNTING),
        _keep("trial", "a register is tried once, whoever owns it; names no person", "register#"),
        _erase("credentials", DIRECTORY, "login#"),
        _erase("credentials"),
        _erase("access#"),
        _erase("node#"),
        _erase("operation#"),
        _erase("message#"),
        _erase("loaded#"),
        _erase("prepared#"),
        _erase("file#"),
        _erase("item#"),
    ),
    "Idempotency": (
        _keep("", OTHERS, "operator"),
        _erase("", TECHNICAL),
    ),
    "Outbox": (
        _keep("", TECHNICAL, "archiving"),
        _keep("", OTHERS, "operator"),
        _erase("", TECHNICAL),
    ),
}
"""Rules of tables, by the table's name in declarations."""

FILES: Mapping[str, Sequence[Rule]] = {
    "Evidence": (_keep("", SIGNED),),
    "FiscalArchive": (_keep("", FISCAL, ""),),
    "Trust": (_keep("", OTHERS, ""),),
    "Applications": (_erase(""),),
    "Uploads": (_erase(""),),
    "Exchanges": (_erase(""),),
    "Edo": (
        _erase("", ENDED, f"drafts/{CLIENT}"),
        _erase("", ENDED, f"archives/{CLIENT}"),
        _keep("", "passes to and from other operators; expires after 30 days", "roaming"),
    ),
}
"""Rules of buckets, by the bucket's name in declarations."""


def rule_of_item(table: str, partition: str, sk: str, client_ids: frozenset[str]) -> Rule | None:
    """Return the rule of an item; None if there is none."""
    return next((rule for rule in ITEMS[table] if rule.fits(partition, sk, client_ids)), None)


def rule_of_file(bucket: str, key: str, client_ids: frozenset[str]) -> Rule | None:
    """Return the rule of a file; None if there is none."""
    for rule in FILES[bucket]:
        folders = [rule.partition.replace(CLIENT, client_id) for client_id in client_ids]
        if any(key.startswith(f"{folder}/" if folder else "") for folder in folders):
            return rule
    return None
