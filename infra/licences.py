"""Lists the licence of every package that ships in a Lambda, and refuses licences not allowed.

    python -m infra.licences

writes ``docs/licences.md`` from the metadata of the packages.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "licences.md"

COPIED = ("chalice",)
"""Packages that ship without being required: the artifact takes two modules of Chalice."""

# Names of licences in metadata that are not SPDX, and their SPDX expression.
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
"""Licences (SPDX) whose only condition is that their text is kept."""

ARGUED: Mapping[str, tuple[str, str]] = {
    "num2words": (
        "LGPL-2.1-or-later",
        "Used as it is, by import, and nothing is derived from it. What runs in the operator's own "
        "account is not distributed; who hands the artifact on must hand on its source too.",
    ),
}
"""Packages under a copyleft licence: the licence, and why it may be used here."""


class LicenceRefused(Exception):
    """A package ships under a licence that is neither permissive nor argued for."""


def shipped() -> list[str]:
    """Return the names of the packages that ship, as ``requirements.txt`` pins them."""
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return sorted([*re.findall(r"^([a-z0-9-]+)==", pinned, re.MULTILINE), *COPIED])


def licence(name: str) -> str:
    """Return the licence of an installed package as an SPDX expression.

    Raises:
        LicenceRefused: the licence is neither known to be permissive nor argued for.
    """
    names = list(_declared_licences(name))
    for declared in names:
        expression = _SPDX.get(declared, declared)
        if _is_permissive(expression) or ARGUED.get(name, ("", ""))[0] == expression:
            return expression
    raise LicenceRefused(f"{name}: {names or 'says nothing'}")


def _is_permissive(expression: str) -> bool:
    """Whether one alternative of an SPDX expression (annex D, no brackets) is permissive."""
    return any(
        set(alternative.split(" AND ")) <= PERMISSIVE for alternative in expression.split(" OR ")
    )


def _declared_licences(name: str) -> Iterator[str]:
    """Yield the licences in the metadata of a package, the most exact first."""
    declared = metadata.metadata(name)
    if "License-Expression" in declared:
        yield declared["License-Expression"]
        return
    classifiers = [line.split(" :: ") for line in declared.get_all("Classifier") or []]
    named = [line[-1] for line in classifiers if line[0] == "License"]
    yield from (line.strip() for line in declared.get_all("License") or [] if line.strip())
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
    """Write the document, or end with the reason why it cannot be written."""
    try:
        TARGET.write_text(render(), encoding="utf-8")
    except LicenceRefused as error:
        sys.exit(f"not permissive, nor argued for: {error}")


if __name__ == "__main__":
    main()
