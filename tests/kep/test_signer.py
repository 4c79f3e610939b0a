import pytest

from chalicelib.kep import KepError, acts_for, certificate
from chalicelib.kep.errors import CODES


@pytest.fixture(scope="module")
def holder(pki):
    return lambda name: certificate.read(pki[name].certificate)


def test_legal_entity_and_entrepreneur_act_for_themselves(holder) -> None:
    acts_for(holder("legal"), "7707083893")
    acts_for(holder("legal"), inn="7707083893", ogrn="1027700132195")
    acts_for(holder("entrepreneur"), "500100732259", ogrn="304500116000157")


@pytest.mark.parametrize(
    ("name", "inn", "ogrn"),
    [
        ("legal", "7728168971", None),
        ("legal", "500100732259", None),  # the ИНН of the director, not of the organisation
        ("legal", "", None),
        ("entrepreneur", "7707083893", None),
        ("legal", "7707083893", "1037700013020"),
        ("entrepreneur", "500100732259", "304500116000158"),
    ],
)
def test_signer_of_another_organisation_is_refused(
    holder, refused, name: str, inn: str, ogrn: str | None
) -> None:
    with refused("another-organisation"):
        acts_for(holder(name), inn, ogrn=ogrn)


def test_natural_person_needs_a_power_of_attorney(holder, refused) -> None:
    for inn in ("500100732259", "7707083893"):
        with refused("power-of-attorney-required"):
            acts_for(holder("natural"), inn)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_russian_message(code) -> None:
    message = KepError(code, "inside").message

    assert message.endswith(".")
    assert any("а" <= letter <= "я" for letter in message)
    assert "inside" not in message
