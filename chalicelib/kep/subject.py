"""Who a qualified certificate was issued to, read from its subject name.

The attributes are those of the order of the FSB of 27.12.2011 № 795 (form of a qualified
certificate); СНИЛС, ОГРН, ОГРНИП and ИНН have object identifiers of their own under 1.2.643.
"""

from dataclasses import dataclass
from typing import Final, Literal

from asn1crypto import core, x509

from chalicelib.kep.errors import KepError, reading

COMMON_NAME: Final = "2.5.4.3"
SURNAME: Final = "2.5.4.4"
ORGANISATION: Final = "2.5.4.10"
TITLE: Final = "2.5.4.12"
GIVEN_NAME: Final = "2.5.4.42"
OGRN: Final = "1.2.643.100.1"
SNILS: Final = "1.2.643.100.3"
INN_LE: Final = "1.2.643.100.4"
OGRNIP: Final = "1.2.643.100.5"
INN: Final = "1.2.643.3.131.1.1"

Kind = Literal["legal_entity", "entrepreneur", "natural_person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The holder of a certificate. What the certificate does not say is None.

    ``inn`` is the person's own (12 digits); ``organisation_inn`` is what the holder acts under: 10
    digits for a legal entity, the person's 12 for an entrepreneur, None for a natural person.
    """

    common_name: str | None = None
    surname: str | None = None
    given_name: str | None = None
    patronymic: str | None = None
    organisation: str | None = None
    position: str | None = None
    inn: str | None = None
    organisation_inn: str | None = None
    ogrn: str | None = None
    ogrnip: str | None = None
    snils: str | None = None

    @property
    def kind(self) -> Kind:
        """A legal entity has an ОГРН, an entrepreneur an ОГРНИП, a natural person neither."""
        if self.ogrn:
            return "legal_entity"
        return "entrepreneur" if self.ogrnip else "natural_person"


def attributes(name: bytes) -> dict[str, str]:
    """The attributes of a DER Name by object identifier, the first value where several differ.

    Raises KepError ``malformed``, also when an identity number is stated twice and differently.
    """
    found: dict[str, str] = {}
    with reading():
        for rdn in x509.Name.load(name, strict=True).chosen:
            for attribute in rdn:
                # asn1crypto knows no Russian attribute; the value's own tag tells its string type.
                value = core.load(attribute["value"].dump(), strict=True).native
                oid = attribute["type"].dotted
                if not isinstance(value, str):
                    raise KepError("malformed", "name value")
                if found.setdefault(oid, value.strip()) != value.strip() and oid in _IDENTITY:
                    raise KepError("malformed", "ambiguous name")
    return found


_IDENTITY: Final = {OGRN, OGRNIP, INN, INN_LE, SNILS, SURNAME, GIVEN_NAME}


def read_subject(name: bytes) -> Subject:
    """The holder from a DER Name. Raises KepError ``malformed``."""
    found = attributes(name)
    ogrn, ogrnip = _digits(found, OGRN, 13), _digits(found, OGRNIP, 15)
    inn, organisation_inn = _digits(found, INN, 12), _digits(found, INN_LE, 10)
    if inn and inn.startswith("00"):
        # Before ИННЮЛ existed a legal entity's ИНН was put here, padded to twelve digits.
        organisation_inn = organisation_inn or inn[2:]
        inn = None
    if ogrnip and not ogrn:
        organisation_inn = organisation_inn or inn
    elif not ogrn:
        organisation_inn = None
    given_name, _, patronymic = found.get(GIVEN_NAME, "").partition(" ")
    return Subject(
        common_name=found.get(COMMON_NAME) or None,
        surname=found.get(SURNAME) or None,
        given_name=given_name or None,
        patronymic=patronymic.strip() or None,
        organisation=found.get(ORGANISATION) or None,
        position=found.get(TITLE) or None,
        inn=inn,
        organisation_inn=organisation_inn,
        ogrn=ogrn,
        ogrnip=ogrnip,
        snils=_digits(found, SNILS, 11),
    )


def _digits(found: dict[str, str], oid: str, length: int) -> str | None:
    value = found.get(oid, "")
    return value if len(value) == length and value.isascii() and value.isdigit() else None
