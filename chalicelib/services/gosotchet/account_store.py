"""Where accounts are kept, apart from everything else: one partition a login, one item in it."""

import hashlib

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime import clock
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Get, Table, Write, to_item
from chalicelib.services.gosotchet.account import Account, SignInBusy

ACCOUNTS = Table("GosotchetAccounts")
_SK = "account"


class Superseded(Problem):
    """The account has a later enrolment or password."""


def login_of(account_id: str) -> str:
    """Return the login of an account, the same each time: sixty bits of the hash of its id."""
    number = int.from_bytes(hashlib.sha256(account_id.encode()).digest()) % 10**18
    digits = f"{number:018}"
    return "-".join(("go", digits[:6], digits[6:12], digits[12:]))


def account(login: str) -> Get[Account]:
    """An account."""
    return ACCOUNTS.get(login, _SK, Account.model_validate)


def open_account(new: Account) -> Write:
    """Keep a new account."""
    return ACCOUNTS.put({**to_item(new), "client_id": new.login, "sk": _SK}, new=True)


def enrol(new: Account) -> Write:
    """Bring an account's organisation, authorities and certificate up to date."""
    kept = to_item(new)
    told = ("organisation_name", "organisation_inn", "authorities", "certificate_sha256", "version")
    return ACCOUNTS.update(
        new.login,
        _SK,
        put={name: kept[name] for name in told},
        append={"history": _step("enrolled", Actor.SYSTEM)},
        when=Attr("account_id").eq(new.account_id) & Attr("version").lt(new.version),
        otherwise=Superseded(),
    )


def issue(login: str, password_hash: str, number: int) -> Write:
    """Put a one-time password in place of whatever was valid, unless a later one is there."""
    return ACCOUNTS.update(
        login,
        _SK,
        put={"password_hash": password_hash, "must_change": True, "issue": number, "failures": 0},
        append={"history": _step("password-issued", Actor.SYSTEM)},
        when=Attr("issue").lt(number),
        otherwise=Superseded(),
    )


def fail(seen: Account) -> Write:
    """Count a wrong password."""
    return ACCOUNTS.update(
        seen.login,
        _SK,
        put={"failed_at": clock.now().isoformat()},
        add={"failures": 1},
        when=_as(seen),
        otherwise=SignInBusy(),
    )


def sign_in(seen: Account, new_hash: str | None) -> Write:
    """Forget wrong passwords and keep the new one, if there is one."""
    changed = {} if new_hash is None else {"password_hash": new_hash, "must_change": False}
    return ACCOUNTS.update(
        seen.login,
        _SK,
        put={"failures": 0, **changed},
        append=None if new_hash is None else {"history": _step("password-changed", Actor.CLIENT)},
        when=_as(seen),
        otherwise=SignInBusy(),
    )


def _as(seen: Account) -> Attr:
    """Whether nothing was tried or issued since: each try is judged against one count."""
    return Attr("failures").eq(seen.failures) & Attr("password_hash").eq(seen.password_hash)


def _step(status: str, by: Actor) -> dict[str, str]:
    step: dict[str, str] = to_item(HistoryEntry.now(status, by))
    return step
