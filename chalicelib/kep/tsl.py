"""The list of accredited certification authorities that Минцифры publishes, made into a bundle.

``python -m chalicelib.kep.tsl FILE > bundle.pem`` writes the certificates of the authorities whose
accreditation is in force, for ``Trust.from_pem``; with ``--keys`` the fingerprints of their keys,
one a line, for its ``accredited``. The XML signature of the list is not verified: download it over
TLS from the ministry's portal. Needs the package ``defusedxml``; nothing else here imports this.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from asn1crypto import pem
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from chalicelib.kep import certificate
from chalicelib.kep.certificate import Certificate
from chalicelib.kep.errors import KepError

_IN_FORCE: Final = "Действует"


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority of the list. ``status`` is as written; certificates are those of its keys."""

    name: str
    inn: str
    ogrn: str
    status: str
    certificates: tuple[Certificate, ...] = field(repr=False)
    crl_urls: tuple[str, ...]
    unreadable: int
    """How many of its certificates could not be read."""

    @property
    def accredited(self) -> bool:
        """Whether the accreditation is in force."""
        return self.status == _IN_FORCE


def parse(xml: bytes) -> list[Authority]:
    """The authorities of a list. Raises KepError ``malformed``, also for a DTD or entities."""
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise KepError("malformed", "TSL") from error
    if root.tag != "АккредитованныеУдостоверяющиеЦентры":
        raise KepError("malformed", "TSL root")
    return [_authority(element) for element in root.findall("УдостоверяющийЦентр")]


def _authority(element: Element) -> Authority:
    encoded = [data.text or "" for data in element.iterfind(".//ДанныеСертификата/Данные")]
    certificates = list(_readable(encoded))
    return Authority(
        name=_text(element, "Название"),
        inn=_text(element, "ИНН"),
        ogrn=_text(element, "ОГРН"),
        # Read directly: the history below holds elements of the same name.
        status=_text(element, "СтатусАккредитации/Статус"),
        certificates=tuple(dict.fromkeys(certificates)),
        crl_urls=tuple(
            dict.fromkeys(
                (address.text or "").strip()
                for address in element.iterfind(".//АдресаСписковОтзыва/Адрес")
            )
        ),
        unreadable=len(encoded) - len(certificates),
    )


def _text(element: Element, path: str) -> str:
    return " ".join((element.findtext(path) or "").split())


def _readable(encoded: Iterable[str]) -> Iterator[Certificate]:
    for text in encoded:
        try:
            yield certificate.read(text.encode())
        except KepError:
            continue


def bundle(authorities: Iterable[Authority]) -> str:
    """PEM of every accredited authority, with its name and the addresses of its CRLs as text."""
    lines = []
    for authority in authorities:
        if not authority.accredited:
            continue
        lines.append(f"{authority.name} (ИНН {authority.inn}, ОГРН {authority.ogrn})\n")
        lines.extend(f"CRL: {url}\n" for url in authority.crl_urls)
        lines.extend(
            pem.armor("CERTIFICATE", found.der).decode() for found in authority.certificates
        )
    return "".join(lines)


def keys(authorities: Iterable[Authority]) -> list[str]:
    """The fingerprints of the keys of every accredited authority (``Certificate.key_sha256``)."""
    return sorted(
        {
            found.key_sha256
            for authority in authorities
            if authority.accredited
            for found in authority.certificates
        }
    )


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the list as downloaded, XML")
    parser.add_argument("--keys", action="store_true", help="fingerprints of keys instead of PEM")
    options = parser.parse_args(arguments)
    authorities = parse(options.file.read_bytes())
    sys.stdout.write(
        "".join(f"{key}\n" for key in keys(authorities)) if options.keys else bundle(authorities)
    )
    unreadable = sum(authority.unreadable for authority in authorities if authority.accredited)
    sys.stderr.write(
        f"{sum(a.accredited for a in authorities)} accredited of {len(authorities)}, "
        f"{unreadable} certificates unreadable\n"
    )


if __name__ == "__main__":
    main()
