"""Whether a built file still stands for what it was made from."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path


@contextlib.contextmanager
def fresh(target: Path, sources: Sequence[Path], said: str = "") -> Iterator[bool]:
    """Tell whether ``target`` must be made again; when the block ends well, note that it was.

    ``said`` is whatever else it is made from.
    """
    note = target.with_name(target.name + ".inputs")
    fingerprint = _fingerprint(sources, said)
    stale = not (target.exists() and note.exists() and note.read_text() == fingerprint)
    yield stale
    if stale:
        note.write_text(fingerprint)


def _fingerprint(sources: Sequence[Path], said: str) -> str:
    digest = hashlib.sha256(said.encode())
    for source in sources:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
