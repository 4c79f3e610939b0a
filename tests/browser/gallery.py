"""Takes the pictures of the cabinet page anew and writes docs/cabinet.md.

python -m tests.browser.gallery
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "cabinet"
PAGE = ROOT / "docs" / "cabinet.md"
LARGEST = 120 * 1024
"""Bytes of a picture."""
HEAD = """\
# The cabinet page in pictures

The tests in `tests/browser` take these pictures in Chromium, from the product as `make run` starts it;
`make gallery` takes them again. «Рис.» are the figures in the description of the menu.
"""


def place(picture: dict[str, str]) -> tuple[bool, int]:
    """The whole menu comes first, then the figures of the description, then the rest as taken."""
    match = re.match(r"Рис\. (\d+)", picture["caption"])
    figure = int(match[1]) if match else 0
    return not figure and picture["name"] != "home", figure


def main() -> int | str:
    """Return the exit code of the tests, or what is wrong with the pictures."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-n", "0", str(ROOT / "tests" / "browser")]
    run = subprocess.run(tests, cwd=ROOT, env=os.environ | {"GALLERY": str(FOLDER)})
    if run.returncode:
        return run.returncode
    notes = FOLDER / "taken.json"
    taken = sorted(json.loads(notes.read_text(encoding="utf-8")), key=place)
    notes.unlink()
    pictures = [
        f"## {picture['caption']}\n\n![{picture['caption']}](cabinet/{picture['name']}.png)\n"
        for picture in taken
    ]
    PAGE.write_text("\n".join([HEAD, *pictures]), encoding="utf-8")
    large = [path.name for path in FOLDER.iterdir() if path.stat().st_size > LARGEST]
    return f"Larger than {LARGEST} bytes: {', '.join(large)}" if large else 0


if __name__ == "__main__":
    sys.exit(main())
