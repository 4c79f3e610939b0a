"""The file of a stage: the values of the templates' parameters by name."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from infra.artifact import ROOT
from infra.cloudformation import DeploymentError

Json = dict[str, Any]


def options(program: str) -> argparse.ArgumentParser:
    """Return the options of a command that needs the file of a stage."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("stage")
    parser.add_argument("--parameters", type=Path, help="JSON; by default infra/stages/STAGE.json")
    parser.add_argument("--bucket", default=os.environ.get("ARTIFACT_BUCKET"))
    return parser


def read(chosen: argparse.Namespace) -> Json:
    """Return the values of a stage, ``Stage`` and ``ArtifactBucket`` among them.

    Raises:
        DeploymentError: there is no file, or no bucket is named.
    """
    file = chosen.parameters or ROOT / "infra" / "stages" / f"{chosen.stage}.json"
    if not file.exists():
        raise DeploymentError(f"no parameters for {chosen.stage}: {file} is not there")
    values: Json = json.loads(file.read_bytes()) | {"Stage": chosen.stage}
    if chosen.bucket:
        values["ArtifactBucket"] = chosen.bucket
    if not values.get("ArtifactBucket"):
        raise DeploymentError("give --bucket, ARTIFACT_BUCKET or, in the file, ArtifactBucket")
    return values
