"""Search for landlords by any part of the name: a suffix array, stored as sorted entries.

An entry is a suffix of a folded name, so the entries that begin with the text of a search are a
range of keys. A name can have several entries in the range. An entry therefore holds the number of
characters that it shares with the entry of the same name before it (the array of longest common
prefixes): a search of at most so many characters has already matched the entry before.
"""

import re
import unicodedata
from collections.abc import Mapping

MOST_ENTRIES = 48
"""Entries of a landlord. A new name deletes and puts so many in one transaction of 100 items.
Beginnings of words come first, so a long name lacks only places within its last words."""
LONGEST_ENTRY = 60
"""Characters of an entry. Further characters of a search are not compared."""

_BETWEEN = re.compile(r"[\W_]+")
_LEGAL_FORMS = (
    "общество с ограниченной ответственностью",
    "публичное акционерное общество",
    "непубличное акционерное общество",
    "закрытое акционерное общество",
    "открытое акционерное общество",
    "акционерное общество",
    "индивидуальный предприниматель",
    "ооо",
    "пао",
    "нао",
    "зао",
    "оао",
    "ао",
    "ип",
)


def fold(text: str) -> str:
    """Return a name in the form of comparison: without case, ё, punctuation and legal form."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    words = _BETWEEN.sub(" ", plain).strip()
    for form in _LEGAL_FORMS:
        if words.startswith(form + " "):
            return words.removeprefix(form + " ")
        if words.endswith(" " + form):
            return words.removesuffix(" " + form)
    return words


def sought(text: str) -> str:
    """Return the beginning of the entries to search for, empty if the text has no letters."""
    return fold(text)[:LONGEST_ENTRY]


def entries(name: str, inn: str) -> Mapping[str, int]:
    """Return the entries of a landlord, each with the length shared with the entry before.

    A search finds an entry that the entry before did not match if the search is longer than that.
    """
    words = fold(name)
    places = [place for place, letter in enumerate(words) if letter != " "]
    places.sort(key=lambda place: place > 0 and words[place - 1] != " ")
    parts = [words[place : place + LONGEST_ENTRY] for place in places[: MOST_ENTRIES - 1]]
    shared: dict[str, int] = {}
    before = ""
    for entry in sorted({inn, *parts}):
        shared[entry] = _shared(before, entry)
        before = entry
    return shared


def _shared(before: str, entry: str) -> int:
    """Return the length of the common beginning of two entries."""
    pairs = enumerate(zip(before, entry, strict=False))
    shorter = min(len(before), len(entry))
    return next((place for place, (a, b) in pairs if a != b), shorter)
