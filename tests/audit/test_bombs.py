"""Files that expand when read: each is answered within bounded time and memory."""

import base64
import contextlib
import functools
import resource
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from zeep.exceptions import Fault

from infra import declarations
from tests.support import applications as by
from tests.support import estate, onec
from tests.support.world import World

SECONDS, MEGABYTES = 12, 300
"""Seconds of CPU; the slowest machine measured used half of them."""
ANSWERED = {*range(200, 203), 409, 413, 422}
FILES = {"certificate", "content", "file", "logo", "signature"}
"""Names of fields that hold a file in base64."""


def chunk(name: bytes, body: bytes) -> bytes:
    check_sum = zlib.crc32(name + body).to_bytes(4, "big")
    return struct.pack(">I4s", len(body), name) + body + check_sum


def zeros(number: int) -> bytes:
    """Return that many zeros compressed, without holding all of them in memory."""
    packer, part = zlib.compressobj(9), bytes(1_000_000)
    parts = [packer.compress(part) for _ in range(number // len(part))]
    return b"".join([*parts, packer.flush()])


def png(width: int, height: int, *more: bytes, inside: int = 0) -> bytes:
    """Return a PNG whose data are ``inside`` zeros, whatever its header states."""
    header = chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zeros(inside))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + data + chunk(b"IEND", b"")


@functools.cache
def bombs() -> dict[str, bytes]:
    profile = chunk(b"iCCP", b"a\0\0" + zeros(200_000_000))
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
    laughs = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><a>&a19;</a>'
    document = "СекцияДокумент=а\r\nКонецДокумента\r\n".encode("cp1251")
    return {
        "a picture larger than any": png(60_000, 60_000),
        # Pillow would still decode this one.
        "a large picture, whole": png(13_000, 13_000, inside=13_000 * 39_001 // 10**6 * 10**6),
        "a picture too long": png(170, 68, inside=200_000_000),
        "a colour profile": png(170, 68, profile),
        "a document of zeros": b"%PDF-1.7\n" + bytes(700_000) + b"\nstartxref\n9\n%%EOF",
        "nested DER": b"\x30\x80" * 300_000,
        "one long number in DER": b"\x02\x83\x0a\x00\x00" + b"\xff" * 0xA0000,
        "entities": laughs.encode(),
        "a statement of empty documents": document * 60_000,
    }


def takers() -> Iterator[Any]:
    """Yield each call that takes a file: the action, the body, the place of the file, path names."""
    for declared in declarations.actions():
        for where, _ in estate.leaves(estate.body(declared) or {}):
            if where[-1] in FILES:
                yield pytest.param(declared, {}, where, {}, id=f"{declared.name}-{where[-1]}")
        if declared.name in {"apply_for_service", "preview_service"}:
            named = {"service": by.LOGO}
            yield pytest.param(declared, by.logo_form(), ("logo",), named, id=declared.name)
        if declared.name == "send_document":
            parsed = estate.body(declared) | {"kind": "upd"}
            yield pytest.param(declared, parsed, ("file", "content"), {}, id="send_document-upd")


@pytest.mark.parametrize(("declared", "body", "where", "named"), list(takers()))
def test_file_that_expands_is_answered_within_bounds(
    world: World, declared: Any, body: Any, where: Any, named: dict[str, str]
) -> None:
    body = body or estate.body(declared, world)
    ids = estate.own_ids(world, "client-1", declared)
    who = sorted(declared.callers)[0].value if declared.callers else "nobody"
    for why, content in bombs().items():
        sent = estate.changed(body, where, base64.b64encode(content).decode())
        with bounded(why):
            answer = world.call(estate.route(declared, ids | named), sent, who=who)
        assert answer.status in ANSWERED, (why, answer.body)
    world.drain()
    assert world.dead == []


@contextlib.contextmanager
def bounded(why: str, seconds: int = SECONDS) -> Iterator[None]:
    """Check that the block stays within its limits of CPU time and memory."""
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - started < seconds, why
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < MEGABYTES * 1024, why


def xml_bombs(size: int) -> dict[str, bytes]:
    """Return documents of ``size`` bytes that cost much more to read."""
    few = b"<a/>" * (size // 4)
    return {
        "elements": b"<Message>" + few + b"</Message>",
        "objects": b"<Message><Body>" + few + b"</Body></Message>",
        "one object": b"<Message><Body><a>" + few + b"</a></Body></Message>",
        "a deep one": b"<a>" * (size // 7) + b"</a>" * (size // 7),
        "attributes": b"<Message " + b" ".join(b'a%d=""' % n for n in range(size // 13)) + b"/>",
        "a comment": b"<Message><!--" + b"a" * size + b"--></Message>",
        "entities": bombs()["entities"],
    }


def test_envelope_of_1c_is_answered_within_bounds(world: World) -> None:
    made = world.ok("POST /integration-1c/credentials")
    authorization = onec.basic(made["login"], made["password"])
    for why, content in xml_bombs(4_000_000).items():
        with bounded(why):
            answer = onec.call(world, "/ws/Exchange_3_0_1_1", content, authorization)
        assert b"<s:Fault>" in answer.body, why


def test_message_of_1c_is_answered_within_bounds(world: World) -> None:
    base = onec.OneC.connect(world)
    files = {why: onec.zipped(content) for why, content in xml_bombs(60_000_000).items()}
    for why, content in {**files, "zeros": onec.zipped(bytes(500_000_000))}.items():
        file_id = base.put_file(content, 2_000_000)
        # A legitimate message may be as large; the call may take 29 s.
        with bounded(why, 2 * SECONDS), pytest.raises(Fault):
            base.service.DownloadData(onec.PLAN, base.code, file_id, None, None, True)
