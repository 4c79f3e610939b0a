import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.kep import KepError, Subject, Trust, acts_for, certificate, verify
from infra.demonstration_pki import DemonstrationPki

PERSONAS = {
    "romashka": Subject(
        organisation="ООО «Ромашка»",
        organisation_inn="7707083893",
        ogrn="1027700132195",
        inn="500100732259",
        surname="Иванова",
        given_name="Анна",
        patronymic="Петровна",
        position="Генеральный директор",
        snils="11223344595",
    ),
    "petrova": Subject(
        surname="Петрова",
        given_name="Мария",
        patronymic="Ивановна",
        inn="500100732259",
        organisation_inn="500100732259",
        ogrnip="304500116000157",
    ),
    "operator": Subject(surname="Сидоров", given_name="Иван", inn="500100732259"),
}
CONTENT = "Соглашение".encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pki") / "state"


@pytest.fixture(scope="module")
def demonstration(folder: Path) -> DemonstrationPki:
    return DemonstrationPki(folder, PERSONAS)


@pytest.fixture(scope="module")
def trust(demonstration: DemonstrationPki) -> Trust:
    return Trust.from_pem(demonstration.bundle(), demonstration.crls())


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("attached", [False, True])
def test_personas_sign(demonstration, trust, persona: str, attached: bool) -> None:
    message = demonstration.sign(CONTENT, persona, attached=attached)
    [signer] = verify(message, None if attached else CONTENT, trust, datetime.now(UTC))

    holder = PERSONAS[persona]
    assert signer.certificate == certificate.read(demonstration.certificate(persona))
    assert signer.subject.kind == holder.kind
    assert (signer.subject.surname, signer.subject.inn) == (holder.surname, holder.inn)
    assert signer.subject.organisation_inn == holder.organisation_inn
    assert signer.certificate.issuer == "Демонстрационный УЦ"
    assert signer.profile == "CAdES-BES"


def test_variants(demonstration, trust) -> None:
    expired = demonstration.sign(CONTENT, "romashka", variant="expired")
    with pytest.raises(KepError) as refused:
        verify(expired, CONTENT, trust, datetime.now(UTC))
    assert refused.value.code == "expired"

    natural = demonstration.sign(CONTENT, "romashka", variant="natural_person")
    [signer] = verify(natural, CONTENT, trust, datetime.now(UTC))
    assert signer.subject.kind == "natural_person"
    with pytest.raises(KepError) as refused:
        acts_for(signer, "7707083893")
    assert refused.value.code == "power-of-attorney-required"


def test_another_persona_is_another_organisation(demonstration, trust) -> None:
    [signer] = verify(demonstration.sign(CONTENT, "petrova"), CONTENT, trust, datetime.now(UTC))

    acts_for(signer, "500100732259")
    with pytest.raises(KepError) as refused:
        acts_for(signer, "7707083893")
    assert refused.value.code == "another-organisation"


def test_state_is_kept(demonstration, folder: Path) -> None:
    again = DemonstrationPki(folder, PERSONAS)

    assert again.bundle() == demonstration.bundle()
    assert again.certificate("romashka") == demonstration.certificate("romashka")
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_changed_requisites_get_a_new_certificate(
    demonstration, folder: Path, trust, tmp_path: Path
) -> None:
    copy = shutil.copytree(folder, tmp_path / "state")
    changed = PERSONAS | {"romashka": Subject(surname="Новая", inn="500100732259")}
    again = DemonstrationPki(copy, changed)
    [signer] = verify(again.sign(CONTENT, "romashka"), CONTENT, trust, datetime.now(UTC))

    assert signer.subject.surname == "Новая"
    assert again.certificate("petrova") == demonstration.certificate("petrova")


def test_an_unknown_persona_is_an_error(demonstration) -> None:
    with pytest.raises(KeyError):
        demonstration.sign(CONTENT, "nobody")
