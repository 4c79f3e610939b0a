"""Breaks off a step of a life at every call of the cloud, and compares the books with unbroken ones.

The books are all that is kept and sent: items, files, e-mails, SMS, without what differs between
two lives: identifiers, moments, secrets. Whoever gets no answer, or 5xx, asks once more, with the
same ``Idempotency-Key`` where there is one; queues deliver again; the relay repeats.
"""

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.runtime.commit import IDEMPOTENCY
from tests.support import cloud, estate
from tests.support.crash import Died, How, Interruption, Side
from tests.support.life import Step
from tests.support.world import Answer, World, Worlds

Books = Counter[str]

WAYS: tuple[tuple[Side, How], ...] = (
    ("before", "death"),
    ("before", "throttle"),
    ("after", "death"),
    ("after", "silence"),
)
_SENDING = {"SendEmail", "Publish"}
"""What cannot be taken back nor asked about: such a message may go twice, never not at all."""

_DIFFER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # UUID
    r"|[0-9a-f]{16,}"  # identifiers, hashes
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[0-9:.]*(Z|[+-]\d\d:?\d\d)?"  # moments
    r"|\b1[78]\d{8}(\.\d+|\d{3})?\b"  # moments, as seconds or milliseconds
    r"|[A-Za-z0-9+/_=-]{40,}"  # what is encoded
    r"|1c-[0-9a-f]{12}|go(-\d{6}){3}|СУ-\d{10}"  # logins, numbers of invoices
)

_SECRETS = {"carried", "digest", "password_hash", "salt", "size", "version", "expires_at"}
"""Attributes that differ between two lives, or tell how often an item was written.

A ``size`` does by a byte, where moments are packed.
"""

BY_DESIGN: Sequence[tuple[str, str, str]] = (
    (
        "",
        "file test-(evidence|edo|applications)-bucket/",
        "files go before the commit that names them",
    ),
    ("switch_", "EReceipts .*switched#", "each time that a switch was set is kept"),
    ("provision_account", "GosotchetAccounts", "a password is made until one is known to be sent"),
    ("sign_in_gosotchet", "GosotchetAccounts", "the former password is wrong the second time"),
    ("get_tenant_turnover", "Rent .*access#", "who looked twice is noted twice"),
    ("draw_up_statement", "Edo .*statement#", "a text to sign, which expires"),
    ("exchange_with_1c", "Integration1c .*transfer#", "a way to fetch a file, which expires"),
    ("exchange_with_1c", "(Integration1c|file test-exchanges)", "a message is made anew later"),
)
"""What may differ after all: where it was broken off, which entry, why that is well."""


@dataclasses.dataclass(frozen=True)
class Found:
    """Where a step was broken off, by the functions that made the calls, and what went wrong."""

    places: list[str]
    wrong: list[str]


def break_off(begin: Worlds, step: Step, side: Side, how: How) -> Found:
    """Take a step unbroken, then broken off at each place there is."""
    whole = begin(step.begins)
    counting = Interruption(-1, side, how)
    whole.around = counting
    answer = step.act(whole)
    assert answer is None or answer.status < 300, answer.body
    whole.drain()
    wanted, wrong = books(whole), []
    for place in range(counting.calls):
        broken = Interruption(place, side, how)
        world = begin(step.begins)
        problem = _break(world, step, broken, answer, wanted)
        if problem:
            call = whole.calls[place]
            wrong.append(
                f"{step.name}: {how} {side} {call.operation} of {call.function}: {problem}"
            )
    return Found([call.function for call in whole.calls[: counting.calls]], wrong)


def _break(
    world: World, step: Step, interruption: Interruption, unbroken: Answer | None, wanted: Books
) -> str:
    world.around = interruption
    answer, answered = None, False
    try:
        answer = step.act(world)
        answered = answer is None or answer.status < 500
        world.drain()
    except (Died, ReadTimeoutError, ClientError):
        pass
    if interruption.calls <= interruption.place:
        return "it was not broken off"
    sending = world.calls[interruption.place].operation in _SENDING
    noting = interruption.place and world.calls[interruption.place - 1].operation in _SENDING
    world.around = lambda perform: perform()
    if not answered:
        answer = step.act(world)
    world.drain()
    if world.dead:
        return f"dead letters: {[name for name, _ in world.dead]}"
    if step.keyed and answer and unbroken and answer.status != unbroken.status:
        return f"answered {answer.status}, not {unbroken.status}: {answer.body.decode()}"
    function = world.calls[interruption.place].function
    return difference(wanted, books(world), function, mails=not (sending or noting))


def difference(wanted: Books, actual: Books, function: str, *, mails: bool = True) -> str:
    """Say in what books differ, but for what a function may by design; empty if in nothing.

    Without ``mails`` some may have gone twice.
    """
    admitted = [entry for who, entry, _ in BY_DESIGN if re.match(who, function)]
    if not mails:
        admitted.append("sent ")
    lost, more = (_without(admitted, counted) for counted in (wanted - actual, actual - wanted))
    return "" if not lost and not more else f"lost {dict(lost)}, too much {dict(more)}"


def books(world: World) -> Books:
    """Return all that is kept and sent, without what differs between two lives."""
    assert world.outbox() == [], "a message was left unsent"
    entries = [
        f"{table.name} {_same(item)}"
        for table in estate.tables()
        for item in world.items(table)
        if table.name != IDEMPOTENCY.name
    ]
    entries += [f"file {bucket}/{masked(key)}" for bucket, key, _ in cloud.keep().files]
    entries += [f"sent {masked(_subject(mail))}" for mail in world.mails()]
    entries += [f"sent to {number}" for number, _ in world.texts()]
    return Counter(entries)


def _without(admitted: list[str], entries: Books) -> Books:
    kept = [text for text in entries if not any(re.match(entry, text) for entry in admitted)]
    return Counter({text: entries[text] for text in kept})


def _subject(mail: Any) -> str:
    return str(getattr(mail, "subject", "with pictures"))


def _same(item: dict[str, Any]) -> str:
    kept = {name: value for name, value in item.items() if name not in _SECRETS}
    return masked(json.dumps(kept, default=repr, sort_keys=True, ensure_ascii=False))


def masked(text: str) -> str:
    """Return a text without what differs between two lives."""
    return _DIFFER.sub("…", text)
