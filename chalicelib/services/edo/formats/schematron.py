"""The Schematron rules in the annotations of the schemas, which XSD validators skip.

Each rule is an XPath 1.0 test in the context of an element name. The rules use two extensions,
``iif(condition, then, else)`` and ``getFileName()``, of the namespace
``http://www.unisoftware.ru/schematron-extensions``. Both are translated to plain XPath.
"""

from collections.abc import Iterator
from typing import cast

from lxml import etree

from chalicelib.services.edo.formats.xml import place

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_USCH = "{http://www.unisoftware.ru/schematron-extensions}"


class SchematronRules:
    """The compiled rules of one schema."""

    def __init__(self, schema: etree._ElementTree) -> None:
        self._rules = [_Assertion(test) for test in schema.iter(f"{_SCH}assert")]

    def __len__(self) -> int:
        return len(self._rules)

    def faults(self, root: etree._Element, file_name: str) -> Iterator[tuple[str, str]]:
        """Yield each place where the document breaks a rule, with the text of the rule."""
        for rule in self._rules:
            yield from rule.faults(root, file_name)


class _Assertion:
    """A test and the text about the elements that fail the test."""

    def __init__(self, test: etree._Element) -> None:
        rule, error = test.getparent(), test.find(f"{_USCH}error")
        if rule is None or error is None:
            raise ValueError("a rule without a context or a text")
        self._breaches = etree.XPath(
            f"//{rule.get('context')}[not({_plain(test.get('test', ''))})]"
        )
        self._path = error.get("path", "")
        self._words: list[str | etree.XPath] = [error.text or ""]
        for value in error:
            self._words += [
                etree.XPath(f"string({_plain(value.get('select', ''))})"),
                value.tail or "",
            ]

    def faults(self, root: etree._Element, file_name: str) -> Iterator[tuple[str, str]]:
        for element in cast(list[etree._Element], self._breaches(root, file_name=file_name)):
            words = (
                word if isinstance(word, str) else str(word(element, file_name=file_name))
                for word in self._words
            )
            yield f"{place(element)}/{self._path}", " ".join("".join(words).split())


def _plain(test: str) -> str:
    """Return the test with both extensions translated to plain XPath."""
    test = test.replace("usch:getFileName()", "$file_name").strip()
    head, call, rest = test.partition("usch:iif(")
    if not call:
        return test
    arguments, end = _arguments(rest)
    condition, then, otherwise = map(_plain, arguments)
    choice = f"(({condition}) and ({then}) or not({condition}) and ({otherwise}))"
    return head + choice + _plain(rest[end:])


def _arguments(text: str) -> tuple[list[str], int]:
    """Return the arguments of a call, and the index after its closing bracket."""
    arguments: list[str] = []
    depth, start, quoted = 0, 0, ""
    for at, sign in enumerate(text):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]" and depth:
            depth -= 1
        elif (sign == "," and not depth) or sign == ")":
            arguments.append(text[start:at].strip())
            start = at + 1
            if sign == ")":
                return arguments, start
    raise ValueError(f"unclosed iif: {text}")
