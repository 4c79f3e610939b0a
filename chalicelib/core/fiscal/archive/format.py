"""The file of an archive: fiscal documents in blocks, each readable alone, and an index of them.

A file is the four bytes ``FDA1``, the blocks, the index, the length of the index in four bytes (big
endian) and ``FDA1`` again. A block is zlib (RFC 1950) of up to :data:`BLOCK` lines, a line the JSON
of one document in UTF-8, in order of numbers. The index is zlib of a JSON list with an entry for
each block: first and last number, earliest and latest time, offset and length in bytes.

Files are kept for years and never written again. A changed format gets another name than ``FDA1``,
and this one stays readable; a test holds that by the bytes of a file.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chalicelib.core.fiscal.compression import compress
from chalicelib.core.fiscal.model import StoredDocument

MEDIA_TYPE = "application/octet-stream"
NAME = b"FDA1"
BLOCK = 64
"""Documents of a block: a single receipt is read with that many, some twenty kilobytes."""
_TAIL = 4 + len(NAME)


class Block(NamedTuple):
    """An entry of the index."""

    first: int
    last: int
    earliest: str
    latest: str
    offset: int
    length: int


class ArchiveDamaged(Exception):
    """The bytes are not those of an archive."""


def encode(documents: Sequence[StoredDocument]) -> tuple[bytes, bytes]:
    """Return the file of ``documents``, which are in order of numbers, and its index."""
    content = bytearray(NAME)
    blocks = []
    for start in range(0, len(documents), BLOCK):
        group = documents[start : start + BLOCK]
        packed = zlib.compress(b"\n".join(map(line, group)), 9)
        times = sorted(document.at for document in group)
        span = (group[0].number, group[-1].number, times[0].isoformat(), times[-1].isoformat())
        blocks.append(Block(*span, len(content), len(packed)))
        content += packed
    index = zlib.compress(json.dumps(blocks, separators=(",", ":")).encode(), 9)
    content += index + len(index).to_bytes(4) + NAME
    return bytes(content), index


def read_index(content: bytes) -> bytes:
    """Return the index of a whole file.

    Raises:
        ArchiveDamaged: the file is not whole.
    """
    if content[: len(NAME)] != NAME or content[-len(NAME) :] != NAME:
        raise ArchiveDamaged
    length = int.from_bytes(content[-_TAIL : -len(NAME)])
    return content[-_TAIL - length : -_TAIL]


def blocks_of(index: bytes) -> list[Block]:
    """Return the entries of an index.

    Raises:
        ArchiveDamaged: the bytes are not those of an index.
    """
    return [Block(*entry) for entry in json.loads(_inflate(index))]


def decode(content: bytes, offset: int, blocks: Iterable[Block]) -> Iterator[StoredDocument]:
    """Yield the documents of ``blocks``, given the file's bytes from ``offset``.

    Raises:
        ArchiveDamaged: the bytes are not those of the blocks.
    """
    for block in blocks:
        start = block.offset - offset
        yield from map(_read, _inflate(content[start : start + block.length]).split(b"\n"))


def line(document: StoredDocument) -> bytes:
    """Return the line of a document; two documents are the same if their lines are."""
    fields = document.model_dump(mode="json", exclude={"packed"}, exclude_defaults=True)
    fields["content"] = document.content
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode()


def _inflate(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ArchiveDamaged from error


def _read(text: bytes) -> StoredDocument:
    fields = json.loads(text)
    return StoredDocument(packed=compress(fields.pop("content")), **fields)
