"""Archives stay readable: by the bytes of a file, and each block alone."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.fiscal.archive.format import (
    BLOCK,
    NAME,
    ArchiveDamaged,
    Block,
    blocks_of,
    decode,
    encode,
    line,
    read_index,
)
from chalicelib.core.fiscal.document import FiscalDocument
from chalicelib.core.fiscal.model import StoredDocument
from tests.core.fiscal.conftest import Make

SAMPLE = Path(__file__).parents[3] / "samples/archives/FDA1.bin"
"""Made by the first version of the format; never made again."""
DIGEST = "4f44dc07be3da585fece18b46c39e5c8921c69584aa43cbfb0efa9b84cf06abb"


def stored(content: dict[str, Any], owner: str = "client-1") -> StoredDocument:
    return StoredDocument.of(owner, FiscalDocument.model_validate(content))


def many(receipt: Make, count: int) -> list[StoredDocument]:
    return [stored(receipt(number * 3, total=number)) for number in range(1, count + 1)]


def everything(content: bytes) -> list[StoredDocument]:
    return [*decode(content, 0, blocks_of(read_index(content)))]


def test_a_file_of_the_first_version_is_read() -> None:
    content = SAMPLE.read_bytes()
    assert hashlib.sha256(content).hexdigest() == DIGEST, "the sample was replaced"
    documents = everything(content)
    assert [document.number for document in documents] == [*range(1, 71)]
    correction = documents[41]
    assert correction.owner == "client-2"
    assert correction.kind == 31
    assert correction.buyer_contact == "pokupatel@example.ru"
    assert correction.total == 1_234_56
    assert correction.at == dt.datetime.fromisoformat("2026-07-15T10:42:00+03:00")
    assert correction.content["items"][0]["name"] == "Творог <5%> & «Ко»"
    assert correction.content["items"][0]["quantity"] == 2.337
    assert documents[0].kind == 1
    assert documents[0].shift is None
    first, second = blocks_of(read_index(content))
    assert (first.first, first.last, second.first, second.last) == (1, 64, 65, 70)
    assert (second.earliest, second.latest) == (
        "2026-07-15T11:05:00+03:00",
        "2026-07-15T11:10:00+03:00",
    )


def test_what_is_written_is_read_to_the_last_field(receipt: Make) -> None:
    documents = many(receipt, BLOCK * 2 + 5)
    content, index = encode(documents)
    assert read_index(content) == index
    assert everything(content) == documents
    assert encode(documents)[0] == content, "equal documents, equal files"


def test_a_block_is_read_alone(receipt: Make) -> None:
    documents = many(receipt, BLOCK + 1)
    content, index = encode(documents)
    block = blocks_of(index)[1]
    part = content[block.offset : block.offset + block.length]
    assert [*decode(part, block.offset, [block])] == documents[BLOCK:]


def test_a_block_is_smaller_than_its_documents_in_the_table(receipt: Make) -> None:
    documents = many(receipt, 640)
    content, _ = encode(documents)
    assert len(content) < sum(len(document.packed) for document in documents) / 3


def test_another_document_has_another_line(receipt: Make) -> None:
    lines = {
        line(stored(receipt(1))),
        line(stored(receipt(1), owner="client-2")),
        line(stored(receipt(1, fiscalSign=5))),
        line(stored(receipt(1, retailPlace="Киоск"))),
    }
    assert len(lines) == 4


@pytest.mark.parametrize("damage", ["short", "empty", "other"])
def test_a_damaged_file_is_refused(damage: str, receipt: Make) -> None:
    content, _ = encode(many(receipt, 3))
    damaged = {"short": content[:-1], "empty": b"", "other": b"FDA2" + content[4:]}[damage]
    with pytest.raises(ArchiveDamaged):
        read_index(damaged)


def test_a_damaged_block_is_refused(receipt: Make) -> None:
    content, index = encode(many(receipt, 3))
    (block,) = blocks_of(index)
    damaged = bytearray(content)
    damaged[block.offset + block.length - 1] ^= 1
    with pytest.raises(ArchiveDamaged):
        list(decode(bytes(damaged), 0, [block]))
    with pytest.raises(ArchiveDamaged):
        list(decode(content, 0, [Block(1, 3, "", "", len(NAME), 0)]))
