"""The API as Chalice packages it: the only route table there is."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent


def chalice_definition() -> Json:
    """Return the Swagger of ``chalice package``, made from a copy that has nothing to install."""
    with tempfile.TemporaryDirectory() as folder:
        project, out = Path(folder, "project"), Path(folder, "out")
        project.mkdir()
        shutil.copy(ROOT / "app.py", project)
        shutil.copytree(ROOT / ".chalice", project / ".chalice")
        shutil.copytree(
            ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("*.pyc")
        )
        (project / "requirements.txt").touch()
        command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", "api"]
        environment = os.environ | {"AWS_DEFAULT_REGION": "ru-central1"}
        subprocess.run(
            [*command, str(out)],
            cwd=project,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        sam = json.loads(Path(out, "sam.json").read_text())
    body: Json = sam["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    body.pop("x-amazon-apigateway-binary-media-types", None)
    return body
