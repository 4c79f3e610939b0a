"""Lists the licence of everything that ships in a Lambda, and refuses what may not.

    python -m infra.licences

writes ``docs/licences.md`` from what the packages say of themselves.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "licences.md"

COPIED = ("chalice",)
"""Ships though it is not required: the artifact takes two modules of it."""

# What packages say, beside SPDX, by the name that SPDX has for it.
_SPDX: Mapping[str, str] = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-2.1-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
}
PERMISSIVE = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "HPND", "ISC", "MIT", "MIT-0"}
PERMISSIVE |= {"MIT-CMU", "PSF-2.0", "Unlicense", "Zlib"}
"""Licences (SPDX) that ask for their text to be kept and for nothing more."""

ARGUED: Mapping[str, tuple[str, str]] = {
    "num2words": (
        "LGPL-2.1-or-later",
        "Used as it is, by import, and nothing is derived from it. What runs in the operator's own "
        "account is not distributed; who hands the artifact on must hand on its source too.",
    ),
}
"""Packages under a copyleft: the licence, and why it is well here."""


class LicenceRefused(Exception):
    """A package ships under a licence that is not known, or not argued for."""


def shipped() -> list[str]:
    """Return the names of the packages that ship, as ``requirements.txt`` pins them."""
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return sorted([*re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE), *COPIED])


def licence(name: str) -> str:
    """Return the licence of an installed package as an SPDX expression.

    Raises:
        LicenceRefused: it is not one that we know to be permissive, and nothing argues for it.
    """
    said = list(_said(name))
    for one in said:
        expression = _SPDX.get(one, one)
        if _is_permissive(expression) or ARGUED.get(name, ("", ""))[0] == expression:
            return expression
    raise LicenceRefused(f"{name}: {said or 'says nothing'}")


def _is_permissive(expression: str) -> bool:
    """Whether all of some alternative is (SPDX, annex D, without its brackets)."""
    return any(set(one.split(" AND ")) <= PERMISSIVE for one in expression.split(" OR "))


def _said(name: str) -> Iterator[str]:
    """Give what a package says of its licence, the most exact first."""
    read = metadata.metadata(name)
    if "License-Expression" in read:
        yield read["License-Expression"]
        return
    classifiers = [one.split(" :: ") for one in read.get_all("Classifier") or []]
    named = [one[-1] for one in classifiers if one[0] == "License"]
    yield from (one.strip() for one in read.get_all("License") or [] if one.strip())
    yield from named


def render() -> str:
    """Return the document.

    Raises:
        LicenceRefused: see :func:`licence`.
    """
    rows = [f"| `{name}` | {licence(name)} |" for name in shipped()]
    argued = [f"- `{name}` ({spdx}): {why}" for name, (spdx, why) in sorted(ARGUED.items())]
    return "\n".join(
        [
            "# Licences of what ships in a Lambda",
            "",
            "Written by `make licences` from what the packages say of themselves; a test compares,",
            "and refuses a licence that is not known to be permissive. Wheels carry libraries of",
            "their own: `cryptography` OpenSSL (Apache-2.0), `pillow` libjpeg-turbo, libpng, zlib",
            "and others (permissive, texts in its `dist-info`). `font-roboto` is the typeface",
            "Roboto, Apache-2.0 too.",
            "",
            "| package | licence (SPDX) |",
            "|---|---|",
            *rows,
            "",
            "Under a copyleft, and why it is well:",
            "",
            *argued,
            "",
        ]
    )


def main() -> None:
    """Write the document, or say what keeps it from being written."""
    try:
        TARGET.write_text(render(), encoding="utf-8")
    except LicenceRefused as error:
        sys.exit(f"not permissive, nor argued for: {error}")


if __name__ == "__main__":
    main()
