"""Documents refer to files that exist."""

import re
from pathlib import Path

import pytest

DOCUMENTS = [*Path().glob("*.md"), *sorted(Path("docs").rglob("*.md"))]
PATH = re.compile(r"`((?:chalicelib|tests|infra|cabinet|docs|core|lib)/[\w/.\-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)\)")
FOLDERS = [Path(), Path("chalicelib"), Path("cabinet")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [name for name in PATH.findall(text) if not any((f / name).exists() for f in FOLDERS)]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []
