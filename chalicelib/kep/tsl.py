"""Convert the list of accredited certification authorities (TSL of Минцифры) to a PEM bundle.

``python -m chalicelib.kep.tsl FILE > bundle.pem`` writes the certificates of all authorities whose
accreditation is in force, for ``Trust.from_pem``. With ``--keys`` the command writes the SHA-256
of their keys, one on each line, for ``Trust.accredited``. The XML signature of the list is not
verified: download the list over TLS from the portal of the ministry. This module alone needs the
package ``defusedxml``.
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
class CertificationAuthority:
    """An authority of the list, with the certificates of all its keys. ``status`` is Russian."""

    name: str
    inn: str
    ogrn: str
    status: str
    certificates: tuple[Certificate, ...] = field(repr=False)
    crl_urls: tuple[str, ...]
    unreadable: int
    """Number of certificates that could not be parsed."""

    @property
    def accredited(self) -> bool:
        """Whether the accreditation is in force."""
        return self.status == _IN_FORCE


def parse(xml: bytes) -> list[CertificationAuthority]:
    """Return the authorities of a list.

    Raises:
        KepError: ``malformed``, the XML is not such a list or contains a DTD or entities.
    """
    try:
        root = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise KepError("malformed", "TSL") from error
    if root.tag != "АккредитованныеУдостоверяющиеЦентры":
        raise KepError("malformed", "TSL root")
    return [_authority(element) for element in root.findall("УдостоверяющийЦентр")]


def _authority(element: Element) -> CertificationAuthority:
    encoded = [data.text or "" for data in element.iterfind(".//ДанныеСертификата/Данные")]
    certificates = list(_parseable(encoded))
    return CertificationAuthority(
        name=_text(element, "Название"),
        inn=_text(element, "ИНН"),
        ogrn=_text(element, "ОГРН"),
        # The direct child: the history contains elements of the same name.
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


def _parseable(encoded: Iterable[str]) -> Iterator[Certificate]:
    for text in encoded:
        try:
            yield certificate.read(text.encode())
        except KepError:
            continue


def bundle(authorities: Iterable[CertificationAuthority]) -> str:
    """Return PEM of every accredited authority, with its name and the URLs of its CRLs."""
    lines = []
    for authority in authorities:
        if not authority.accredited:
            continue
        lines.append(f"{authority.name} (ИНН {authority.inn}, ОГРН {authority.ogrn})\n")
        lines.extend(f"CRL: {url}\n" for url in authority.crl_urls)
        lines.extend(pem.armor("CERTIFICATE", item.der).decode() for item in authority.certificates)
    return "".join(lines)


def keys(authorities: Iterable[CertificationAuthority]) -> list[str]:
    """Return ``Certificate.key_sha256`` of every accredited authority, sorted."""
    return sorted(
        {
            item.key_sha256
            for authority in authorities
            if authority.accredited
            for item in authority.certificates
        }
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the list as downloaded, XML")
    parser.add_argument("--keys", action="store_true", help="SHA-256 of keys instead of PEM")
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
