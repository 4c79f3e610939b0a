"""Files that are small outside and large inside: refused soon, within little memory."""

import base64
import resource
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from infra import declarations
from tests.support import applications as by
from tests.support import estate
from tests.support.world import World

SECONDS, MEGABYTES = 5, 600
FILES = {"certificate", "content", "file", "logo", "signature"}
"""What fields with files in base64 are called."""


def chunk(name: bytes, body: bytes) -> bytes:
    check_sum = zlib.crc32(name + body).to_bytes(4, "big")
    return struct.pack(">I4s", len(body), name) + body + check_sum


def png(width: int, height: int, *more: bytes, inside: int = 1_000) -> bytes:
    """A picture of so many zeros, whatever its header says."""
    header = chunk(b"IHDR", struct.pack(">II5B", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(inside), 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + data + chunk(b"IEND", b"")


PROFILE = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000), 1))
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 20))
LAUGHS = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{ENTITIES}]><a>&a19;</a>'
BOMBS = {
    "a large picture": png(60_000, 60_000),
    "a picture too long": png(170, 68, inside=200_000_000),
    "a colour profile": png(170, 68, PROFILE),
    "a document of zeros": b"%PDF-1.7\n" + bytes(4_000_000) + b"\nstartxref\n9\n%%EOF",
    "nested DER": b"\x30\x80" * 300_000,
    "one long number in DER": b"\x02\x84\x00\x30\x00\x00" + b"\xff" * 0x300000,
    "entities": LAUGHS.encode(),
    "a statement of empty documents": "СекцияДокумент=а\r\nКонецДокумента\r\n".encode("cp1251")
    * 60_000,
}


def takers() -> Iterator[Any]:
    """Give each call that takes a file: its route's declaration, its body, where the file goes."""
    for declared in declarations.actions():
        body = estate.body(declared)
        for where, _ in estate.leaves(body or {}):
            if where[-1] in FILES:
                yield pytest.param(declared, body, where, {}, id=f"{declared.name}-{where[-1]}")
        if declared.name in {"apply_for_service", "preview_service"}:
            named = {"service": by.LOGO}
            yield pytest.param(declared, by.logo_form(), ("logo",), named, id=declared.name)


@pytest.mark.parametrize(("declared", "body", "where", "named"), list(takers()))
def test_bomb_does_not_go_off(
    world: World, declared: Any, body: Any, where: Any, named: dict[str, str]
) -> None:
    ids = {one: estate.owned(world, "client-1", one)[0] for one in estate.parameters(declared)}
    who = sorted(declared.callers)[0].value
    for why, content in BOMBS.items():
        sent = estate.changed(body, where, base64.b64encode(content).decode())
        before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        answer = world.call(estate.route(declared, ids | named), sent, who=who)
        assert answer.status in {*range(200, 202), 409, 413, 422}, (why, answer.body)
        assert time.process_time() - started < SECONDS, why
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < MEGABYTES * 1024, why
    world.drain()
    assert world.dead == []
