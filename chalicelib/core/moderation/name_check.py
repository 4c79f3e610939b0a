"""Automatic checks of a requested name; a moderator reviews every finding."""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from chalicelib.core.moderation.model import Flag

ALIKE = 0.75
"""Similarity (Ratcliff/Obershelp ratio) from which two words are considered related."""

_WORDS = Path(__file__).with_name("words.toml")
_TOKEN = re.compile(r"[^\W_]+")
_LOOKALIKES = str.maketrans("ёabcehkmoptxy0346", "еавсенкмортхуозчб")
_DIGITS = str.maketrans("", "", "0123456789")


def check_name(name: str, organisation_name: str, filenames: Iterable[str]) -> set[Flag]:
    """Return the flags of a requested name.

    A name unrelated to the organisation's is not flagged if a file name mentions a trademark.
    """
    flags = set()
    joined = "".join(_tokens(name.lower().translate(_LOOKALIKES)))
    if any(stem in joined for stem in _words()["obscene"]):
        flags.add(Flag.NAME_OBSCENE)
    if "".join(_tokens(_fold(name))) in _words()["authorities"]:
        flags.add(Flag.NAME_OF_AUTHORITY)
    has_trademark = any(
        word in filename.lower() for filename in filenames for word in _words()["trademark"]
    )
    if not has_trademark and not is_related(name, organisation_name):
        flags.add(Flag.NAME_UNRELATED)
    return flags


def is_related(name: str, organisation_name: str) -> bool:
    """Return whether a name resembles the organisation's: a word, the beginning or the initials."""
    ours = _tokens(_fold(name))
    legal = [word for word in _tokens(_fold(organisation_name)) if word not in _words()["forms"]]
    joined = "".join(ours).translate(_DIGITS)
    whole = "".join(legal)
    if not joined or not whole:
        return False
    if len(joined) >= 2 and joined == "".join(word[0] for word in legal):
        return True
    words = [word for word in ours if len(word) >= 3]
    return _is_similar(joined, whole) or any(
        _is_similar(word, part) for word in words for part in legal
    )


def _is_similar(word: str, other: str) -> bool:
    is_beginning = len(word) >= 3 and other.startswith(word)
    return is_beginning or difflib.SequenceMatcher(None, word, other).ratio() >= ALIKE


def _fold(text: str) -> str:
    return text.lower().replace("ё", "е")


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


@functools.cache
def _words() -> dict[str, frozenset[str]]:
    lists = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return {name: frozenset(words) for name, words in lists.items()}
