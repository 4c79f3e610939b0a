"""Whether a built file is up to date with its sources."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path


@contextlib.contextmanager
def fresh(target: Path, sources: Sequence[Path], also: str = "") -> Iterator[bool]:
    """Yield whether ``target`` must be built again.

    When the block ends without an error, the state of the sources is recorded beside the target.

    Args:
        target: the file or folder that is built.
        sources: the files and folders it is built from.
        also: what else it is built from, as text.
    """
    note = target.with_name(target.name + ".inputs")
    fingerprint = _fingerprint(sources, also)
    stale = not (target.exists() and note.exists() and note.read_text() == fingerprint)
    yield stale
    if stale:
        note.write_text(fingerprint)


def _fingerprint(sources: Sequence[Path], also: str) -> str:
    digest = hashlib.sha256(also.encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
