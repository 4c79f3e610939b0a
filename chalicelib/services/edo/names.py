"""Whether corrected names are still those of the certificate's holder; pure."""

import difflib

from chalicelib.services.edo.model import CertificateCard, ChosenCertificate

ALIKE = 0.75
"""Ratio of matching letters (Ratcliff and Obershelp's) from which two names are one misspelt."""

Fault = dict[str, str]
_PARTS = ("surname", "given_name", "patronymic")
_DROPPED = str.maketrans("ё", "е", " -'’.")


def corrected(
    certificate: CertificateCard, chosen: ChosenCertificate
) -> tuple[dict[str, str | None], list[Fault]]:
    """Return the names to be registered, and what is wrong with them.

    A part may be spelt otherwise than in the certificate, not be another name: who is registered
    must be able to sign, and that is the certificate's holder. What the certificate lacks may be
    added.
    """
    names, faults = {}, []
    for part in _PARTS:
        said, entered = getattr(certificate, part), getattr(chosen, part)
        names[part] = entered or said
        if entered and said and not _alike(entered, said):
            word = "Имя не совпадает с сертификатом: зарегистрировать можно только его владельца."
            faults.append({"pointer": f"/{part}", "detail": word})
        elif names[part] is None and part != "patronymic":
            word = "В сертификате этого нет, укажите."
            faults.append({"pointer": f"/{part}", "detail": word})
    return names, faults


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, _fold(one), _fold(other)).ratio() >= ALIKE


def _fold(name: str) -> str:
    return name.lower().translate(_DROPPED)
