"""Units of measure: ОКЕИ codes of the units in receipts (tag 2108; before ФФД 1.2, tag 1197)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PIECE = "796"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of ОКЕИ (ОК 015-94)."""

    code: str
    name: str
    full_name: str


UNITS = {
    unit.code: unit
    for unit in (
        Unit(PIECE, "шт", "Штука"),
        Unit("163", "г", "Грамм"),
        Unit("166", "кг", "Килограмм"),
        Unit("168", "т", "Тонна"),
        Unit("004", "см", "Сантиметр"),
        Unit("005", "дм", "Дециметр"),
        Unit("006", "м", "Метр"),
        Unit("051", "см2", "Квадратный сантиметр"),
        Unit("053", "дм2", "Квадратный дециметр"),
        Unit("055", "м2", "Квадратный метр"),
        Unit("111", "мл", "Миллилитр"),
        Unit("112", "л", "Литр"),
        Unit("113", "м3", "Кубический метр"),
        Unit("245", "кВт.ч", "Киловатт-час"),
        Unit("233", "Гкал", "Гигакалория"),
        Unit("359", "сут", "Сутки"),
        Unit("356", "ч", "Час"),
        Unit("355", "мин", "Минута"),
        Unit("354", "с", "Секунда"),
        Unit("256", "Кбайт", "Килобайт"),
        Unit("257", "Мбайт", "Мегабайт"),
        Unit("2553", "Гбайт", "Гигабайт"),
        Unit("2554", "Тбайт", "Терабайт"),
        Unit("876", "усл. ед", "Условная единица"),
    )
}

_BY_MEASURE = {
    0: PIECE,
    10: "163",
    11: "166",
    12: "168",
    20: "004",
    21: "005",
    22: "006",
    30: "051",
    31: "053",
    32: "055",
    40: "111",
    41: "112",
    42: "113",
    50: "245",
    51: "233",
    70: "359",
    71: "356",
    72: "355",
    73: "354",
    80: "256",
    81: "257",
    82: "2553",
    83: "2554",
    255: "876",
}
_BY_NAME = {unit.name.casefold().rstrip("."): unit.code for unit in UNITS.values()}


def unit_of(item: Mapping[str, Any]) -> str:
    """Return the ОКЕИ code of an item's unit; pieces if the unit is missing or unknown."""
    measure = item.get("itemsQuantityMeasure")
    if type(measure) is int:
        return _BY_MEASURE.get(measure, PIECE)
    name = item.get("unit")
    if isinstance(name, str):
        return _BY_NAME.get(name.strip().casefold().rstrip("."), PIECE)
    return PIECE
