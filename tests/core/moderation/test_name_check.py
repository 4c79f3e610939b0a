"""Flags of requested names."""

import pytest

from chalicelib.core.moderation import name_check
from chalicelib.core.moderation.model import Flag

OURS = "ООО «Ромашка»"


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("Ромашка", OURS),
        ("РОМАШКА", OURS),
        ("Ромашки", OURS),
        ("Ромашка 24", OURS),
        ("Маг. Ромашка", OURS),
        ("Ром", OURS),
        ("Пётр-Строй", "Общество с ограниченной ответственностью «Петрстрой»"),
        ("Петрова", "ИП Петрова Анна Сергеевна"),
        ("РТК", "АО «Ростовская транспортная компания»"),
    ],
)
def test_related_names_are_recognised(name: str, organisation: str) -> None:
    assert name_check.is_related(name, organisation)


@pytest.mark.parametrize(
    ("name", "organisation"),
    [
        ("Василёк", OURS),
        ("Ро", OURS),
        ("ООО", OURS),
        ("Общество", "Общество с ограниченной ответственностью «Ромашка»"),
        ("Ромашка", ""),
        ("Т", "ООО «Тополь»"),
    ],
)
def test_unrelated_names_are_recognised(name: str, organisation: str) -> None:
    assert not name_check.is_related(name, organisation)


@pytest.mark.parametrize(
    ("name", "filenames", "flags"),
    [
        ("Ромашка", ["устав.pdf"], set()),
        ("Василёк", ["устав.pdf"], {Flag.NAME_UNRELATED}),
        ("Василёк", ["Свидетельство на товарный знак.PDF"], set()),
        ("Сбербанк", ["знак.png"], {Flag.NAME_OF_AUTHORITY}),
        ("Сбер-Банк", ["знак.png"], {Flag.NAME_OF_AUTHORITY}),
        ("«ФНС»", ["знак.png"], {Flag.NAME_OF_AUTHORITY}),
        ("Мир вкуса", ["знак.png"], set()),
        ("П и з д ец", ["знак.png"], {Flag.NAME_OBSCENE}),
        ("Г0ВНО", ["знак.png"], {Flag.NAME_OBSCENE}),
    ],
)
def test_name_is_flagged(name: str, filenames: list[str], flags: set[Flag]) -> None:
    assert name_check.check_name(name, OURS, filenames) == flags
