"""Who stands in a title: participants of the deal, signers, and the agreements between them."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

_ADDRESS_PARTS: Final = (
    *("Индекс", "НаимРегион", "Район", "Город", "НаселПункт"),
    *("Улица", "Дом", "Корпус", "Кварт", "ИныеСвед"),
)


@dataclass(frozen=True, slots=True)
class TitleParty:
    """A seller or a buyer as the document names them; a foreigner has no ИНН."""

    name: str
    inn: str | None
    kpp: str | None
    address: str | None


def participant(element: etree._Element) -> TitleParty:
    """Read a ``УчастникТип``."""
    who = element[0][0]
    name = who.get("НаимОрг") or who.get("Наим") or person(who.find("ФИО")) or who.get("ИныеСвед")
    return TitleParty(
        name=f"ИП {name}" if who.tag == "СвИП" else name or "",
        inn=who.get("ИННЮЛ") or who.get("ИННФЛ"),
        kpp=who.get("КПП"),
        address=_address(element.find("Адрес")),
    )


def person(element: etree._Element | None) -> str:
    """A ``ФИОТип`` as one writes it; empty where there is none."""
    if element is None:
        return ""
    return " ".join(filter(None, map(element.get, ("Фамилия", "Имя", "Отчество"))))


def signer(element: etree._Element) -> str:
    """A ``Подписант``: position, if told, and name."""
    return ", ".join(filter(None, (element.get("Должн"), person(element.find("ФИО")))))


def agreement(element: etree._Element) -> str:
    """A ``РеквДокТип``: ``Договор № 5 от 01.02.2026``."""
    name, number, day = map(element.get, ("РеквНаимДок", "РеквНомерДок", "РеквДатаДок"))
    return f"{name} № {number} от {day}"


def _address(element: etree._Element | None) -> str | None:
    """The address in one line: its text, or its parts in the order of the format."""
    if element is None:
        return None
    written = element[0]
    if written.tag == "АдрИнф":
        return written.get("АдрТекст")
    if written.tag == "АдрРФ":
        parts = [written.get(name) for name in _ADDRESS_PARTS]
    else:  # АдрГАР: the region's code comes first, nobody reads it
        named = (one.get("Наим") or one.get("Номер") or one.text for one in list(written)[1:])
        parts = [written.get("Индекс"), *named]
    return ", ".join(filter(None, parts))
