"""The embedded directory ignores enrolments and passwords older than the last."""

import pytest

from chalicelib.runtime.commit import transact
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import account_store, password
from chalicelib.services.gosotchet.account import Account
from chalicelib.services.gosotchet.account_store import Superseded
from chalicelib.services.gosotchet.embedded_directory import EmbeddedDirectory
from chalicelib.services.gosotchet.reporting import AccountEnrolment
from tests.support.world import World


def enrolment(version: int, name: str = "ООО «Ромашка»") -> AccountEnrolment:
    return AccountEnrolment(
        account_id="licence-1",
        version=version,
        organisation_name=name,
        organisation_inn="7728168971",
        authorities=(),
        certificate="AAAA",
        certificate_sha256="00",
    )


def account(login: str) -> Account:
    account = fetch(account_store.account(login))
    assert account
    return account


def test_account_is_opened_once_and_updated_by_later_versions_only(world: World) -> None:
    with world.running("provision_account"):
        login = EmbeddedDirectory().enrol(enrolment(2))
        assert EmbeddedDirectory().enrol(enrolment(2, "the same again")) == login
        assert EmbeddedDirectory().enrol(enrolment(1, "late")) == login
        assert account(login).organisation_name == "ООО «Ромашка»"
        assert EmbeddedDirectory().enrol(enrolment(3, "ООО «Лютик»")) == login
        assert account(login).organisation_name == "ООО «Лютик»"
        late = account(login).model_copy(update={"version": 2})
        with pytest.raises(Superseded):
            transact([account_store.enrol(late, world.moment)])


def test_password_with_an_old_number_is_not_set(world: World) -> None:
    with world.running("provision_account"):
        login = EmbeddedDirectory().enrol(enrolment(1))
        EmbeddedDirectory().set_password(login, "second", 2)
        for number in (1, 2):
            with pytest.raises(Superseded):
                EmbeddedDirectory().set_password(login, "late", number)
        assert password.matches("second", account(login).password_hash)


def test_login_belongs_to_one_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_store, "login_of", lambda account_id: "go-1")
    with world.running("provision_account"):
        EmbeddedDirectory().enrol(enrolment(1))
        with pytest.raises(LookupError):
            EmbeddedDirectory().enrol(enrolment(2).model_copy(update={"account_id": "licence-2"}))
