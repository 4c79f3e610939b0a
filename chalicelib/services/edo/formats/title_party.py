"""Readers of the parties, signers and referenced documents of a title."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

_ADDRESS_PARTS: Final = (
    *("Индекс", "НаимРегион", "Район", "Город", "НаселПункт"),
    *("Улица", "Дом", "Корпус", "Кварт", "ИныеСвед"),
)


@dataclass(frozen=True, slots=True)
class TitleParty:
    """A seller or a buyer; a foreign party has no ИНН."""

    name: str
    inn: str | None
    kpp: str | None
    address: str | None


def read_party(element: etree._Element) -> TitleParty:
    """Return the party in an element of the type ``УчастникТип``."""
    who = element[0][0]
    name = (
        who.get("НаимОрг") or who.get("Наим") or read_person(who.find("ФИО")) or who.get("ИныеСвед")
    )
    return TitleParty(
        name=f"ИП {name}" if who.tag == "СвИП" else name or "",
        inn=who.get("ИННЮЛ") or who.get("ИННФЛ"),
        kpp=who.get("КПП"),
        address=_address(element.find("Адрес")),
    )


def read_person(element: etree._Element | None) -> str:
    """Return the name in an element of the type ``ФИОТип``; empty if there is no element."""
    if element is None:
        return ""
    return " ".join(filter(None, map(element.get, ("Фамилия", "Имя", "Отчество"))))


def read_signer(element: etree._Element) -> str:
    """Return the position, if any, and the name of a ``Подписант``."""
    return ", ".join(filter(None, (element.get("Должн"), read_person(element.find("ФИО")))))


def read_reference(element: etree._Element) -> str:
    """Return an element of the type ``РеквДокТип`` as text: ``Договор № 5 от 01.02.2026``."""
    name, number, day = map(element.get, ("РеквНаимДок", "РеквНомерДок", "РеквДатаДок"))
    return f"{name} № {number} от {day}"


def _address(element: etree._Element | None) -> str | None:
    """Return the address in one line: the text, or the parts in the order of the format."""
    if element is None:
        return None
    written = element[0]
    if written.tag == "АдрИнф":
        return written.get("АдрТекст")
    if written.tag == "АдрРФ":
        parts = [written.get(name) for name in _ADDRESS_PARTS]
    else:  # АдрГАР: the first child is the code of the region, which is not part of an address
        children = list(written)[1:]
        named = (child.get("Наим") or child.get("Номер") or child.text for child in children)
        parts = [written.get("Индекс"), *named]
    return ", ".join(filter(None, parts))
