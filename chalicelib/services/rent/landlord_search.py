"""Finding landlords by any part of the name: a suffix array, kept as sorted entries.

An entry is the rest of a folded name from some character on, so the entries that begin with what
is sought are a range of keys. A name may have several of them there; an entry therefore says how
long a beginning it shares with the entry of the same name before it: what is sought within that
was found by the other already (the array of longest common prefixes).
"""

import re
import unicodedata
from collections.abc import Mapping

MOST_ENTRIES = 48
"""Of one landlord: changing a name takes away that many and puts as many, in one transaction of
100. Beginnings of words go first, so long names lose only places within their last words."""
LONGEST_ENTRY = 60
"""Characters; what is sought beyond them is not compared."""

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
