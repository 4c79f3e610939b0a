"""The glossary names each term once, by an identifier that the code uses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import openapi

GLOSSARY = Path("docs/glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+?) \| .+? \| `(.+?)` \|$", GLOSSARY, re.MULTILINE)
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted(Path("chalicelib").rglob("*.py"))
)


@pytest.mark.parametrize("identifier", [identifier for _, identifier in ROWS])
def test_identifier_occurs_in_the_code(identifier: str) -> None:
    assert re.search(rf"(?<![A-Za-z]){re.escape(identifier)}(?![a-z])", CODE)


def test_each_term_has_one_identifier_and_each_identifier_one_term() -> None:
    terms = [term for terms, _ in ROWS for term in terms.split(", ")]
    identifiers = [identifier for _, identifier in ROWS]
    assert len(set(terms)) == len(terms)
    assert len(set(identifiers)) == len(identifiers)


def descriptions(node: Any) -> Iterator[str]:
    """Give every summary and description of an OpenAPI document; examples are not among them."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in {"summary", "description"} and isinstance(value, str):
                yield value
            elif name not in {"example", "examples", "x-problems"}:
                yield from descriptions(value)
    elif isinstance(node, list):
        for item in node:
            yield from descriptions(item)


def russian(text: str) -> list[str]:
    """Return the Russian words of a text, without quoted names «…» and `code`."""
    return re.findall("[0-9]*[а-яёА-ЯЁ]+", re.sub("«[^»]*»|`[^`]*`", "", text))


def test_the_api_is_described_in_english_and_terms_of_the_glossary() -> None:
    terms = {term for terms, _ in ROWS for term in terms.split(", ") if " " not in term}
    texts = [*descriptions(json.loads(openapi.render(openapi.document())))]
    assert len(texts) > 500
    strange = {text: words for text in texts if (words := set(russian(text)) - terms)}
    assert strange == {}


def test_russian_is_told_from_quotations_and_code() -> None:
    assert russian("The form of «Сформировать счёт», `Договор`, ИНН of 1С") == ["ИНН", "1С"]
