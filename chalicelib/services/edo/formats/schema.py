"""Validation of exchange files by the published schemas, with faults in Russian.

A schema is an XSD with Schematron rules in its annotations; a file is checked against both.
"""

import functools
import re
from enum import StrEnum
from importlib import resources
from itertools import islice
from typing import Any, Final, cast

from lxml import etree

from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.schematron import SchematronRules
from chalicelib.services.edo.formats.xml import serialise

MOST_FAULTS: Final = 100
"""Faults of a file that are reported, at most: a file may have a million."""
_PIECE: Final = 1 << 14
"""Bytes of a file that the validator gets at once."""


class Schema(StrEnum):
    """A schema, by its file name."""

    SELLER_TITLE = "ON_NSCHFDOPPR_1_997_01_05_03_05"
    BUYER_TITLE = "ON_NSCHFDOPPOK_1_997_02_05_03_01"
    DATE_OF_RECEIPT = "DP_PDPOL_1_984_00_01_03_01"
    DATE_OF_SENDING = "DP_PDOTPR_1_983_00_01_03_01"
    RECEIPT_NOTICE = "DP_IZVPOL_1_982_00_01_03_01"
    CORRECTION_REQUEST = "DP_UVUTOCH_1_985_00_01_03_01"
    ANNULMENT_OFFER = "DP_PRANNUL_1_985_00_01_01_02"

    def form_faults(self, root: etree._Element) -> list[tuple[str, str]]:
        """Return the places where the document does not fit the XSD, with a sentence for each.

        The validator walks the whole tree for each fault, which would take hours for a hostile file
        with a million faults. So the file is first validated as a stream; if the stream has too
        many faults, they are returned without the ordinals of elements.
        """
        form = _load(self)[0]
        log = _validate_stream(root, form)
        if log and len(log) <= MOST_FAULTS:
            form.validate(root)
            log = list(cast(Any, form.error_log))
        # A value that breaks several restrictions is one fault: the first sentence is returned.
        faults: dict[str, str] = {}
        for entry in log[:MOST_FAULTS]:
            where, detail = _fault(entry, root)
            faults.setdefault(where, detail)
        return list(faults.items())

    def rule_faults(self, root: etree._Element, file_name: str) -> list[tuple[str, str]]:
        """Return the places where a document that fits the XSD breaks the rules of the schema.

        ``file_name`` is without ``.xml``.
        """
        return list(islice(_load(self)[1].faults(root, file_name), MOST_FAULTS))

    def write(self, root: etree._Element, file_name: str) -> tuple[str, bytes]:
        """Return the file name, with ``.xml``, and the content of the document ``root``.

        Raises:
            TitleRefused: the document does not fit the schema: for example, a name is too long.
        """
        if faults := self.form_faults(root) or self.rule_faults(root, file_name):
            raise TitleRefused(*faults)
        return f"{file_name}.xml", serialise(root)


def _validate_stream(root: etree._Element, form: etree.XMLSchema) -> list[etree._LogEntry]:
    """Return the log of a validation that stops after the piece with too many faults."""
    content = etree.tostring(root, encoding="utf-8")
    parser: Any = etree.XMLParser(schema=form, resolve_entities=False, no_network=True)
    try:
        for start in range(0, len(content), _PIECE):
            parser.feed(content[start : start + _PIECE])
            if len(parser.feed_error_log) > MOST_FAULTS:
                break
        else:
            parser.close()
    except etree.XMLSyntaxError:
        pass  # the log contains the error
    return list(parser.feed_error_log)


@functools.cache
def _load(schema: Schema) -> tuple[etree.XMLSchema, SchematronRules]:
    source = resources.files(__package__) / "schemas" / f"{schema}.xsd"
    tree = etree.ElementTree(etree.fromstring(source.read_bytes()))
    return etree.XMLSchema(tree), SchematronRules(tree)


_DETAILS: Final = {
    "SCHEMAV_ELEMENT_CONTENT": "Элемент не на месте или недостаёт другого{expected}",
    "SCHEMAV_CVC_ELT_1": "Это документ другого формата",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_1": "Элемент должен быть пустым",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "В элементе не должно быть текста",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "Такого реквизита в формате нет",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "Такого реквизита в формате нет",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "Нет обязательного реквизита",
    "SCHEMAV_CVC_ENUMERATION_VALID": "Значение «{value}» не из перечня{expected}",
    "SCHEMAV_CVC_PATTERN_VALID": "Значение «{value}» записано не так, как требует формат",
    "SCHEMAV_CVC_MINLENGTH_VALID": "Значение «{value}» короче допустимого",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "Значение «{value}» длиннее допустимого",
    "SCHEMAV_CVC_LENGTH_VALID": "Значение «{value}» не той длины",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "Значение «{value}» меньше допустимого",
    "SCHEMAV_CVC_MINEXCLUSIVE_VALID": "Значение «{value}» меньше допустимого",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "В числе «{value}» слишком много цифр",
    "SCHEMAV_CVC_FRACTIONDIGITS_VALID": "В числе «{value}» слишком много знаков после точки",
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "Значение «{value}» не того вида",
}
_ELEMENT = re.compile(r"Element '([^']*)'")
_ATTRIBUTE = re.compile(r"attribute '([^']*)'")
_EXPECTED = re.compile(r"Expected is .*?\( (.*?) \)|element of the set \{(.*?)\}")
_SHOWN: Final = 60


def _fault(entry: etree._LogEntry, root: etree._Element) -> tuple[str, str]:
    """Return the place of a fault and a Russian sentence."""
    element = _ELEMENT.search(entry.message)
    path = entry.path or (element[1] if element else "")
    attribute = _ATTRIBUTE.search(entry.message)
    expected = _EXPECTED.search(entry.message)
    names = next(filter(None, expected.groups()), "").replace("'", "") if expected else ""
    detail = _DETAILS.get(entry.type_name, "Не соответствует схеме").format(
        value=_value(root, entry.path, attribute[1] if attribute else None),
        expected=f": {names}" if names else "",
    )
    return (f"{path}/@{attribute[1]}" if attribute else path), f"{detail}."


def _value(root: etree._Element, path: str | None, attribute: str | None) -> str:
    if not path:
        return "…"
    matches = root.getroottree().xpath(path)
    element = matches[0] if isinstance(matches, list) and matches else None
    if not isinstance(element, etree._Element):
        return ""
    value = (element.get(attribute) if attribute else element.text) or ""
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
