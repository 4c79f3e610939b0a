"""The subject of a qualified certificate.

The attributes are those of FSB order № 795 of 27.12.2011 (form of a qualified certificate).
СНИЛС, ОГРН, ОГРНИП and ИНН have their own object identifiers under 1.2.643.
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

SubjectKind = Literal["legal_entity", "entrepreneur", "natural_person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The subject of a certificate. Attributes that the certificate lacks are None.

    ``inn`` is the ИНН of the person (12 digits). ``organisation_inn`` is the ИНН for which the
    subject acts: 10 digits for a legal entity, the person's 12 for an entrepreneur, None for a
    natural person.
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
    def kind(self) -> SubjectKind:
        """The kind of subject: legal entities have an ОГРН, entrepreneurs an ОГРНИП."""
        if self.ogrn:
            return "legal_entity"
        return "entrepreneur" if self.ogrnip else "natural_person"


def attributes(name: bytes) -> dict[str, str]:
    """Return the attributes of a DER Name by object identifier.

    The first value is returned if an attribute occurs more than once.

    Raises:
        KepError: ``malformed``, also if an attribute that identifies the subject has two
            different values.
    """
    values: dict[str, str] = {}
    with reading():
        for rdn in x509.Name.load(name, strict=True).chosen:
            for attribute in rdn:
                # asn1crypto does not know the Russian attributes: the tag decides the type.
                value = core.load(attribute["value"].dump(), strict=True).native
                oid = attribute["type"].dotted
                if not isinstance(value, str):
                    raise KepError("malformed", "name value")
                if values.setdefault(oid, value.strip()) != value.strip() and oid in _IDENTITY:
                    raise KepError("malformed", "ambiguous name")
    return values


_IDENTITY: Final = {OGRN, OGRNIP, INN, INN_LE, SNILS, SURNAME, GIVEN_NAME}


def read_subject(name: bytes) -> Subject:
    """Return the subject from a DER Name.

    Raises:
        KepError: as ``attributes``.
    """
    values = attributes(name)
    ogrn, ogrnip = _digits(values, OGRN, 13), _digits(values, OGRNIP, 15)
    inn, organisation_inn = _digits(values, INN, 12), _digits(values, INN_LE, 10)
    if inn and inn.startswith("00"):
        # Before the attribute ИННЮЛ existed, the ИНН of legal entities was padded to 12 digits.
        organisation_inn = organisation_inn or inn[2:]
        inn = None
    if ogrnip and not ogrn:
        organisation_inn = organisation_inn or inn
    elif not ogrn:
        organisation_inn = None
    given_name, _, patronymic = values.get(GIVEN_NAME, "").partition(" ")
    return Subject(
        common_name=values.get(COMMON_NAME) or None,
        surname=values.get(SURNAME) or None,
        given_name=given_name or None,
        patronymic=patronymic.strip() or None,
        organisation=values.get(ORGANISATION) or None,
        position=values.get(TITLE) or None,
        inn=inn,
        organisation_inn=organisation_inn,
        ogrn=ogrn,
        ogrnip=ogrnip,
        snils=_digits(values, SNILS, 11),
    )


def _digits(values: dict[str, str], oid: str, length: int) -> str | None:
    value = values.get(oid, "")
    return value if len(value) == length and value.isascii() and value.isdigit() else None
