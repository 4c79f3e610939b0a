"""A certification authority for the certificates that the tests register."""

import pytest

from chalicelib.kep import Subject
from infra.demonstration_pki import DemonstrationPki
from tests.support import signing

ENTREPRENEUR = Subject(
    ogrnip="304500116000157",
    inn="500100732259",
    surname="Петрова",
    given_name="Анна",
    patronymic="Сергеевна",
)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DemonstrationPki:
    subjects = signing.SUBJECTS | {"entrepreneur": ENTREPRENEUR}
    return DemonstrationPki(tmp_path_factory.mktemp("pki"), subjects)
