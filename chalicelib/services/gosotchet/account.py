"""Accounts of the embedded reporting system: model, sign-in payloads and sign-in rules."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.problem import Problem
from chalicelib.services.gosotchet.authority import Authority
from chalicelib.services.gosotchet.settings import ReportingSettings

MOST_FAILURES = 5
"""Number of wrong passwords in a row after which sign-in is paused."""
PAUSE = dt.timedelta(minutes=15)
"""How long sign-in is paused, counted from the last wrong password."""


class Account(Model):
    """An account as stored. The password is stored as a hash only."""

    login: str
    account_id: str
    """Identifier of the licence for which the account is opened."""
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]
    certificate_sha256: str
    version: int
    """Version of the last enrolment; an enrolment of a lower version changes nothing."""
    password_hash: str | None = None
    must_change: bool = True
    """Whether the password is a one-time password."""
    issue: int = 0
    """Number of the last one-time password; a password of a lower number is not set."""
    failures: int = 0
    """Number of wrong passwords since the last successful sign-in."""
    failed_at: dt.datetime | None = None
    """Time of the last wrong password."""
    history: tuple[HistoryEntry, ...]

    def signed_in(self) -> "SignedIn":
        """Return the answer to a successful sign-in."""
        return SignedIn.model_validate(self.model_dump(include=set(SignedIn.model_fields)))


class SignIn(Payload):
    """A login and a password. A one-time password requires a new password."""

    model_config = example(
        login="9677190017",
        password="aaaa-bbbb-cccc-dddd",  # noqa: S106 - no real password
        new_password="eeee-ffff-gggg-hhhh",  # noqa: S106 - no real password
    )

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=128)]
    new_password: Annotated[str, Field(min_length=12, max_length=128)] | None = None

    @model_validator(mode="after")
    def _changed(self) -> Self:
        if self.new_password == self.password:
            raise ValueError("Новый пароль должен отличаться от прежнего.")
        if self.new_password and self.login.lower() in self.new_password.lower():
            raise ValueError("Новый пароль не должен содержать логин.")
        return self


class SignedIn(Model):
    """The account that has signed in and the authorities it may report to."""

    model_config = example(
        login="9677190017", organisation_name="ООО «Ромашка»", organisation_inn="9677190017"
    )

    login: str
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]


class SignInRefused(Problem):
    """The login is unknown or the password is wrong; the answer is the same for both."""

    status = 401
    slug = "sign-in-refused"
    title = "Вход не выполнен"
    detail = "Неверный логин или пароль. Если паролей несколько, действует последний присланный."


class SignInPaused(Problem):
    """Sign-in is paused after too many wrong passwords in a row."""

    status = 429
    slug = "sign-in-paused"
    title = "Слишком много попыток"
    detail = "Вход приостановлен на 15 минут. Новый пароль можно запросить в личном кабинете."
    headers = {"Retry-After": str(int(PAUSE.total_seconds()))}  # noqa: RUF012 - the base class declares it so


class SignInBusy(Problem):
    """Another attempt for the same login was decided at the same time; this one was not."""

    status = 429
    slug = "sign-in-busy"
    title = "Повторите попытку"
    detail = "Одновременно выполнялась другая попытка входа. Повторите."
    headers = {"Retry-After": "1"}  # noqa: RUF012 - the base class declares it so


class PasswordChangeRequired(Problem):
    """The password is a valid one-time password and must be changed."""

    status = 403
    slug = "password-change-required"
    title = "Задайте новый пароль"
    detail = "Это одноразовый пароль. Задайте новый: не короче 12 знаков."


class SignInElsewhere(Problem):
    """The accounts of this deployment are in the reporting operator's system."""

    slug = "sign-in-elsewhere"
    title = "Вход в другой системе"
    detail = "Войдите на сайте системы Госотчёт по адресу из письма."


def require_embedded() -> None:
    """Check that this deployment uses the embedded reporting system.

    Raises:
        SignInElsewhere: the accounts are in the reporting operator's system.
    """
    if ReportingSettings.load().reporting_url:
        raise SignInElsewhere


def require_open(account: Account, now: dt.datetime) -> None:
    """Check that sign-in to the account is not paused.

    Raises:
        SignInPaused: there were ``MOST_FAILURES`` wrong passwords in a row, the last less than
            ``PAUSE`` ago.
    """
    if (
        account.failures >= MOST_FAILURES
        and account.failed_at is not None
        and now < account.failed_at + PAUSE
    ):
        raise SignInPaused
