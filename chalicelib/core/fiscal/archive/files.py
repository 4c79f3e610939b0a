"""Bucket FiscalArchive: the files of archives, under ``<fiscal drive>/<month>-<SHA-256>``."""

import hashlib
from collections.abc import Sequence

from chalicelib.core.fiscal.archive.bucket import FISCAL_ARCHIVE
from chalicelib.core.fiscal.archive.format import (
    MEDIA_TYPE,
    ArchiveDamaged,
    blocks_of,
    decode,
    encode,
    line,
    read_index,
)
from chalicelib.core.fiscal.archive.model import Archive
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime import clock, object_store


def store_archive(month: str, documents: Sequence[StoredDocument]) -> Archive:
    """Store the file of a drive's documents, read the file back, and return its catalogue entry.

    Raises:
        ArchiveDamaged: what was read is not what was to be stored.
    """
    content, index = encode(documents)
    archive = Archive(
        fiscal_drive=documents[0].fiscal_drive,
        month=month,
        first=documents[0].number,
        last=documents[-1].number,
        documents=len(documents),
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        index=index,
        archived_at=clock.now(),
    )
    object_store.put(FISCAL_ARCHIVE, archive.key, content, MEDIA_TYPE)
    stored = object_store.get(FISCAL_ARCHIVE, archive.key) or b""
    read = decode(stored, 0, blocks_of(read_index(stored)))
    if stored != content or [*map(line, read)] != [*map(line, documents)]:
        raise ArchiveDamaged
    return archive


def read_archive(archive: Archive, first: int, last: int) -> list[StoredDocument]:
    """Return the documents ``first`` to ``last`` of an archive, in one read of a part of its file.

    A file whose retention has ended has no documents.
    """
    blocks = [
        block for block in blocks_of(archive.index) if block.first <= last and first <= block.last
    ]
    if not blocks:
        return []
    offset, end = blocks[0].offset, blocks[-1].offset + blocks[-1].length
    content = object_store.get(FISCAL_ARCHIVE, archive.key, first=offset, last=end - 1)
    if content is None:
        return []
    return [
        document for document in decode(content, offset, blocks) if first <= document.number <= last
    ]
