"""«Брендированное сообщение»: the name that replaces the legal name in an SMS."""

import re
import unicodedata
from typing import Annotated

from pydantic_core import PydanticCustomError

from chalicelib.requisites import Requisite

MOST = 11
"""Most characters of a brand."""

_LETTER = r"\u0400-\u0481\u048a-\u052f"
_ALLOWED = re.compile(f'[{_LETTER}0-9 .\\-"«»„“”]*')


def check(name: object) -> str:
    """Return a brand trimmed, in Unicode NFC and with single spaces.

    Raises:
        PydanticCustomError: the brand is invalid; the message lists every fault in Russian.
    """
    if not isinstance(name, str):
        raise PydanticCustomError("brand", "Ожидается строка")
    text = re.sub(" +", " ", unicodedata.normalize("NFC", name).strip())
    faults = []
    if not text:
        faults.append("название не может быть пустым")
    if len(text) > MOST:
        faults.append(f"не больше {MOST} символов")
    if not _ALLOWED.fullmatch(text):
        faults.append("только кириллица, цифры, пробел, дефис, точка и кавычки")
    if text and not re.search(f"[{_LETTER}]", text):
        faults.append("нужна хотя бы одна буква кириллицы")
    if faults:
        message = "; ".join(faults)
        raise PydanticCustomError("brand", "{faults}", {"faults": message[0].upper() + message[1:]})
    return text


Brand = Annotated[
    str,
    Requisite(
        check,
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MOST,
            "pattern": f"^{_ALLOWED.pattern}$",
            "examples": ["Ромашка"],
        },
    ),
]
"""A brand in a payload: 1 to 11 characters, at least one of them a Cyrillic letter."""
