"""Accounts of the embedded reporting system: who may sign in, and how."""

import datetime as dt
from typing import Annotated, Self

from pydantic import Field, model_validator

from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.problem import Problem
from chalicelib.services.gosotchet.authority import Authority
from chalicelib.services.gosotchet.settings import ReportingSettings

MOST_FAILURES = 5
"""Wrong passwords in a row before sign-in pauses."""
PAUSE = dt.timedelta(minutes=15)


class Account(Model):
    """An account as it is kept; a password is there as its hash only."""

    login: str
    account_id: str
    """What it is opened for: the licence."""
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]
    certificate_sha256: str
    version: int
    """Of the enrolment; only a later one changes it."""
    password_hash: str | None = None
    must_change: bool = True
    issue: int = 0
    """Of the one-time password; only a later one replaces it."""
    failures: int = 0
    failed_at: dt.datetime | None = None
    history: tuple[HistoryEntry, ...]

    def signed_in(self) -> "SignedIn":
        """Return what whoever has signed in is told."""
        return SignedIn.model_validate(self.model_dump(include=set(SignedIn.model_fields)))


class SignIn(Payload):
    """Login and password, with a new password where the present one must be changed."""

    model_config = example(
        login="9677190017",
        password="aaaa-bbbb-cccc-dddd",  # noqa: S106 - nobody's
        new_password="eeee-ffff-gggg-hhhh",  # noqa: S106 - nobody's
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
    """Who has signed in, and to whom they may report."""

    model_config = example(
        login="9677190017", organisation_name="ООО «Ромашка»", organisation_inn="9677190017"
    )

    login: str
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]


class SignInRefused(Problem):
    """No such login, or another password: the two are not told apart."""

    status = 401
    slug = "sign-in-refused"
    title = "Вход не выполнен"
    detail = "Неверный логин или пароль. Если паролей несколько, действует последний присланный."


class SignInPaused(Problem):
    """Too many wrong passwords in a row."""

    status = 429
    slug = "sign-in-paused"
    title = "Слишком много попыток"
    detail = "Вход приостановлен на 15 минут. Новый пароль можно запросить в личном кабинете."
    headers = {"Retry-After": str(int(PAUSE.total_seconds()))}  # noqa: RUF012 - as its base


class SignInBusy(Problem):
    """Another try for the same login was judged meanwhile, so this one was not."""

    status = 429
    slug = "sign-in-busy"
    title = "Повторите попытку"
    detail = "Одновременно выполнялась другая попытка входа. Повторите."
    headers = {"Retry-After": "1"}  # noqa: RUF012 - as its base


class PasswordChangeRequired(Problem):
    """The password is right and was a one-time one."""

    status = 403
    slug = "password-change-required"
    title = "Задайте новый пароль"
    detail = "Это одноразовый пароль. Задайте новый: не короче 12 знаков."


class SignInElsewhere(Problem):
    """Accounts of this deployment are kept by another reporting system."""

    slug = "sign-in-elsewhere"
    title = "Вход в другой системе"
    detail = "Войдите на сайте системы Госотчёт по адресу из письма."


def require_embedded() -> None:
    """Refuse to sign anybody in where another system keeps the accounts.

    Raises:
        SignInElsewhere: as said.
    """
    if ReportingSettings.load().reporting_url:
        raise SignInElsewhere


def require_open(account: Account, now: dt.datetime) -> None:
    """Refuse tries that come too fast after wrong ones.

    Raises:
        SignInPaused: as said.
    """
    if (
        account.failures >= MOST_FAILURES
        and account.failed_at is not None
        and now < account.failed_at + PAUSE
    ):
        raise SignInPaused
