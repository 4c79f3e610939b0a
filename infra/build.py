"""What is deployed, built when what it is made from has changed."""

import dataclasses
from pathlib import Path

from infra import artifact, synth
from infra.artifact import BUILD, ROOT
from infra.fingerprint import fresh


@dataclasses.dataclass(frozen=True)
class Build:
    """A template and the artifact that its functions run."""

    template: Path
    artifact: Path


def build(architecture: str | None = None) -> Build:
    """Return the template and the artifact of an architecture, this machine's by default."""
    architecture = architecture or artifact.architecture()
    made = Build(BUILD / "template.json", BUILD / f"artifact-{architecture}.zip")
    sources = [ROOT / "app.py", ROOT / ".chalice", ROOT / "chalicelib", ROOT / "infra"]
    with fresh(made.template, sources) as stale:
        if stale:
            synth.write(made.template)
    artifact.build(made.artifact, architecture)
    return made
