"""What is deployed, built when what it is made from has changed."""

import dataclasses
import json
from pathlib import Path

from infra import artifact, interpreter, synth
from infra.artifact import BUILD, ROOT
from infra.fingerprint import fresh


@dataclasses.dataclass(frozen=True)
class Build:
    """The templates of the stacks and the artifact that the functions run."""

    folder: Path
    artifact: Path

    @property
    def templates(self) -> dict[str, Path]:
        """The template of each stack, in the order of deployment."""
        order: list[str] = json.loads((self.folder / synth.ORDER).read_bytes())
        return {name: self.folder / f"{name}.json" for name in order}


def build(architecture: str | None = None, *, python: Path | None = None) -> Build:
    """Return the templates and the artifact of an architecture, this machine's by default.

    Args:
        architecture: by Lambda's name.
        python: the interpreter that will run the functions; None for Lambda's.
    """
    folder = BUILD / "templates"
    sources = [ROOT / "app.py", ROOT / ".chalice", ROOT / "chalicelib", ROOT / "infra"]
    with fresh(folder, sources) as stale:
        if stale:
            synth.write(folder)
    version = interpreter.version_of(python) if python else interpreter.PINNED
    return Build(folder, artifact.build(architecture or artifact.architecture(), version))
