"""What the automatic checks make of a name; pure, and right often enough to point a person."""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from chalicelib.core.moderation.model import Flag

ALIKE = 0.75
"""Ratio of matching letters (Ratcliff and Obershelp's) from which two words are akin."""

_WORDS = Path(__file__).with_name("words.toml")
_TOKEN = re.compile(r"[^\W_]+")
_LOOKALIKES = str.maketrans("ёabcehkmoptxy0346", "еавсенкмортхуозчб")
_DIGITS = str.maketrans("", "", "0123456789")


def flags(name: str, organisation_name: str, filenames: Iterable[str]) -> set[Flag]:
    """Return what a person should look at in a name applied for."""
    found = set()
    joined = "".join(_tokens(name.lower().translate(_LOOKALIKES)))
    if any(stem in joined for stem in _words()["obscene"]):
        found.add(Flag.NAME_OBSCENE)
    if "".join(_tokens(_fold(name))) in _words()["authorities"]:
        found.add(Flag.NAME_OF_AUTHORITY)
    shown = any(
        word in filename.lower() for filename in filenames for word in _words()["trademark"]
    )
    if not shown and not is_related(name, organisation_name):
        found.add(Flag.NAME_UNRELATED)
    return found


def is_related(name: str, organisation_name: str) -> bool:
    """Whether a name is akin to an organisation's: a word of it, its beginning, its initials."""
    mine = _tokens(_fold(name))
    theirs = [word for word in _tokens(_fold(organisation_name)) if word not in _words()["forms"]]
    joined = "".join(mine).translate(_DIGITS)
    whole = "".join(theirs)
    if not joined or not whole:
        return False
    if len(joined) >= 2 and joined == "".join(word[0] for word in theirs):
        return True
    words = [word for word in mine if len(word) >= 3]
    return _akin(joined, whole) or any(_akin(one, word) for one in words for word in theirs)


def _akin(one: str, other: str) -> bool:
    starts = len(one) >= 3 and other.startswith(one)
    return starts or difflib.SequenceMatcher(None, one, other).ratio() >= ALIKE


def _fold(text: str) -> str:
    return text.lower().replace("ё", "е")


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


@functools.cache
def _words() -> dict[str, frozenset[str]]:
    said = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in said.items()}
