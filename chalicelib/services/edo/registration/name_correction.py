"""Corrections of the name in a certificate; pure."""

from chalicelib.services.edo.registration.model import ChosenCertificate, ParticipantCertificate

ALIKE = 0.75
"""Ratio of matching letters (Ratcliff and Obershelp) from which two spellings are one name."""

Fault = dict[str, str]
_PARTS = ("surname", "given_name", "patronymic")
_FOLDED = str.maketrans("ё", "е", " -'’.")


def correct(
    certificate: ParticipantCertificate, chosen: ChosenCertificate
) -> tuple[dict[str, str | None], list[Fault]]:
    """Return the names to register, and an error for each name that cannot be registered.

    The registered person must be able to sign, and only the certificate's holder can. So a name
    may be spelt differently than in the certificate but not be another name. A name that the
    certificate lacks may be added.
    """
    names, faults = {}, []
    for part in _PARTS:
        certified, entered = getattr(certificate, part), getattr(chosen, part)
        names[part] = entered or certified
        if entered and certified and not _alike(entered, certified):
            detail = "Имя не совпадает с сертификатом: зарегистрировать можно только его владельца."
            faults.append({"pointer": f"/{part}", "detail": detail})
        elif names[part] is None and part != "patronymic":
            detail = "В сертификате этого нет, укажите."
            faults.append({"pointer": f"/{part}", "detail": detail})
    return names, faults


def _alike(name: str, other: str) -> bool:
    import difflib

    return difflib.SequenceMatcher(None, _fold(name), _fold(other)).ratio() >= ALIKE


def _fold(name: str) -> str:
    return name.lower().translate(_FOLDED)
