"""Parts that the titles of sellers and buyers share."""

from typing import Final

from lxml import etree

from chalicelib.requisites import Inn, check
from chalicelib.services.edo.formats import file_name as names
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schema import Schema
from chalicelib.services.edo.formats.xml import add, add_person, parse, place

VERSION: Final = "5.03"
PROGRAM: Final = "Сервис и Услуги 1.0"
"""Program that makes the files (``@ВерсПрог``)."""

_ORDER: Final = "приказ ФНС России от 19.12.2023 № ЕД-7-26/970@"


def open_title(
    content: bytes, file_name: str, schema: Schema, *, prefix: str, knd: str
) -> tuple[etree._Element, list[tuple[str, str]]]:
    """Return the root of a title that fits the schema, and the faults of its name and rules.

    ``file_name`` may end in ``.xml``.

    Raises:
        TitleRefused: the file is a document of another kind or version, or does not fit the
            schema; such a file cannot be read further.
    """
    root = parse(content)
    _refuse_other(root, knd)
    name = file_name.removesuffix(".xml")
    faults = {place(root, "ИдФайл"): detail for detail in _name_faults(root, name, prefix)}
    if broken := schema.form_faults(root):
        raise TitleRefused(*{**faults, **dict(broken)}.items())
    for where, detail in schema.rule_faults(root, name):
        faults.setdefault(where, detail)
    return root, list(faults.items())


def add_signer(document: etree._Element, signer: FileSigner) -> None:
    """Append the signer of a title.

    ``СпосПодтПолном`` says what confirms the authority: 1, the certificate; 3, a machine-readable
    power of attorney.
    """
    granted = signer.power_of_attorney
    element = add(
        document, "Подписант", Должн=signer.position, СпосПодтПолном="3" if granted else "1"
    )
    add_person(element, signer.name)
    if granted:
        add(
            element,
            "СвДоверЭл",
            НомДовер=granted.number,
            ДатаВыдДовер=f"{granted.issued_on:%d.%m.%Y}",
            ИдСистХран=granted.kept_at,
        )


def author(party: DocumentParty) -> str:
    """Return the name of the author of a title (``@НаимЭконСубСост``)."""
    kpp = f"/{party.kpp}" if party.kpp else ""
    return f"{party.name}, ИНН{'/КПП' if kpp else ''}: {party.inn}{kpp}"


def inn_faults(element: etree._Element) -> list[tuple[str, str]]:
    """Return a fault for each ИНН below an element whose check digits are wrong."""
    faults = []
    for holder in element.iter("СвЮЛУч", "СвИП", "СвФЛУч"):
        for name in ("ИННЮЛ", "ИННФЛ"):
            value = holder.get(name)
            try:
                if value is not None:
                    check(Inn, value)
            except ValueError as error:
                faults.append((place(holder, name), f"{error}."))
    return faults


def _refuse_other(root: etree._Element, knd: str) -> None:
    """Refuse a document of another kind or version with one fault instead of a hundred."""
    version, document = root.get("ВерсФорм"), root.find("Документ")
    document_knd = document.get("КНД") if document is not None else None
    if root.tag != "Файл" or document is None:
        raise TitleRefused(("", "Это не файл обмена: корневой элемент — «Файл» с «Документом»."))
    if document_knd != knd:
        raise TitleRefused(
            (
                place(document, "КНД"),
                f"Нужен документ с КНД {knd}, а это «{(document_knd or '')[:20]}».",
            )
        )
    if version != VERSION:
        raise TitleRefused(
            (
                place(root, "ВерсФорм"),
                f"Формат УПД {(version or 'без версии')[:20]} не принимается: "
                f"выгрузите документ в формате {VERSION} ({_ORDER}).",
            )
        )


def _name_faults(root: etree._Element, name: str, prefix: str) -> list[str]:
    identifier = root.get("ИдФайл", "")
    if identifier != name:
        return ["Имя файла не совпадает с идентификатором в нём (ИдФайл)."]
    try:
        parsed = names.read(name)
    except ValueError as error:
        return [str(error)]
    return [] if parsed.prefix == prefix else [f"Имя файла должно начинаться с {prefix}."]
