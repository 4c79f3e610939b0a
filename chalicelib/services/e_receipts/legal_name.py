"""Short forms of an organisation's legal name, as printed on receipts."""

import re

_FORMS = [
    ("общество с ограниченной ответственностью", "ООО"),
    ("непубличное акционерное общество", "НАО"),
    ("публичное акционерное общество", "ПАО"),
    ("закрытое акционерное общество", "ЗАО"),
    ("открытое акционерное общество", "ОАО"),
    ("акционерное общество", "АО"),
    ("автономная некоммерческая организация", "АНО"),
    ("индивидуальный предприниматель", "ИП"),
]


def short_name(name: str) -> str:
    """Return an organisation's name on one line, with its legal form abbreviated."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    for long, short in _FORMS:
        text = re.sub(rf"\b{long}\b", short, text, count=1, flags=re.IGNORECASE)
    return text


def bare_name(name: str) -> str:
    """Return a short name without its legal form and without quotes around the whole name."""
    forms = "|".join(short for _, short in _FORMS)
    bare = re.sub(rf"^(?:{forms})\s+(?=\S)", "", name)
    quoted = re.fullmatch(r"[«\"„“]([^«»\"„“”]+)[»\"“”]", bare)
    return quoted[1] if quoted else bare
