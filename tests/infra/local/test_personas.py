"""The demonstration's people have requisites that pass every check the field knows."""

import binascii
import datetime as dt
import re

import pytest

from infra.local.personas import PERSONAS, Organisation

ORGANISATIONS = [persona.organisation for persona in PERSONAS.values() if persona.organisation]
REGISTERS = [(owner, register) for owner in ORGANISATIONS for register in owner.registers]


def check_digit(digits: str, weights: list[int]) -> str:
    return str(
        sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 % 10
    )


@pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda organisation: organisation.name)
def test_numbers_carry_their_check_digits(organisation: Organisation) -> None:
    inn, ogrn = organisation.inn, organisation.ogrn
    if organisation.kind == "legal_entity":
        assert inn[9:] == check_digit(inn[:9], [2, 4, 10, 3, 5, 9, 4, 6, 8])
        assert re.fullmatch(r"\d{4}01\d{3}", organisation.kpp or "")
        assert len(ogrn) == 13
        assert int(ogrn[12]) == int(ogrn[:12]) % 11 % 10
    else:
        assert inn[10] == check_digit(inn[:10], [7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
        assert inn[11] == check_digit(inn[:11], [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
        assert organisation.kpp is None
        assert len(ogrn) == 15
        assert int(ogrn[14]) == int(ogrn[:14]) % 13 % 10
    assert organisation.email.endswith("@example.ru")


def test_register_numbers_carry_their_check_code() -> None:
    for owner, register in REGISTERS:
        content = register.register_id[:10] + owner.inn.zfill(12) + register.serial.zfill(20)
        # CRC-16/CCITT-FALSE
        assert int(register.register_id[10:]) == binascii.crc_hqx(content.encode(), 0xFFFF)
        assert len(register.register_id) == len(register.fiscal_drive_number) == 16
    assert len({register.fiscal_drive_number for _, register in REGISTERS}) == len(REGISTERS)


def test_drives_end_at_days_that_show_what_a_cabinet_warns_of() -> None:
    today = dt.date(2026, 11, 24)
    romashka = PERSONAS["romashka"].organisation
    assert romashka is not None

    days = [(end.fiscal_drive_ends_on(today) - today).days for end in romashka.registers]

    assert len(days) == 3
    assert sum(left <= 60 for left in days) == 1
    assert any(drive.fiscal_drive_months == 36 for drive in romashka.registers)
    assert all(
        left < drive.fiscal_drive_months * 30.5
        for left, drive in zip(days, romashka.registers, strict=True)
    )


def test_personas_are_those_of_the_contract() -> None:
    assert {key: set(persona.roles) for key, persona in PERSONAS.items()} == {
        "romashka": {"client"},
        "petrova": {"client"},
        "arenda": {"client", "landlord"},
        "operator": {"operator"},
    }
    identifiers = [persona.client_id for persona in PERSONAS.values()]
    assert len(set(identifiers)) == len(identifiers)
    assert all(re.fullmatch(r"[A-Za-z0-9-]+", identifier) for identifier in identifiers)
    years = [organisation.cabinet_created_on.year for organisation in ORGANISATIONS]
    assert years == [2019, 2016, 2018]
