"""Table of the embedded reporting system's accounts: one item for each login.

The accounts have a table of their own so that no other function can read password hashes.
"""

import datetime as dt
import hashlib

from boto3.dynamodb.conditions import Attr

from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.problem import Problem
from chalicelib.runtime.table import Get, Table, Write, to_item
from chalicelib.services.gosotchet.account import Account, SignInBusy

ACCOUNTS = Table("GosotchetAccounts")
_SK = "account"


class Superseded(Problem):
    """The account already has this version, or a later one, of the enrolment or password."""


def login_of(account_id: str) -> str:
    """Return the login of an account: 18 digits derived from the SHA-256 hash of its identifier."""
    number = int.from_bytes(hashlib.sha256(account_id.encode()).digest()) % 10**18
    digits = f"{number:018}"
    return "-".join(("go", digits[:6], digits[6:12], digits[12:]))


def account(login: str) -> Get[Account]:
    """Describe the read of the account with a login."""
    return ACCOUNTS.get(login, _SK, Account.model_validate)


def open_account(new: Account) -> Write:
    """Describe the write of a new account."""
    return ACCOUNTS.put({**to_item(new), "client_id": new.login, "sk": _SK}, new=True)


def enrol(new: Account, at: dt.datetime) -> Write:
    """Describe the update of the organisation, authorities and certificate of an account.

    The write fails with ``Superseded`` unless ``new`` has a later version than the account.
    """
    item = to_item(new)
    names = (
        "organisation_name",
        "organisation_inn",
        "authorities",
        "certificate_sha256",
        "version",
    )
    return ACCOUNTS.update(
        new.login,
        _SK,
        put={name: item[name] for name in names},
        append={"history": _entry("enrolled", at, Actor.SYSTEM)},
        when=Attr("account_id").eq(new.account_id) & Attr("version").lt(new.version),
        otherwise=Superseded(),
    )


def set_one_time_password(login: str, password_hash: str, number: int, at: dt.datetime) -> Write:
    """Describe the replacement of the password by the one-time password with this number.

    The write fails with ``Superseded`` unless the number is higher than that of the last one.
    """
    return ACCOUNTS.update(
        login,
        _SK,
        put={"password_hash": password_hash, "must_change": True, "issue": number, "failures": 0},
        append={"history": _entry("password-issued", at, Actor.SYSTEM)},
        when=Attr("issue").lt(number),
        otherwise=Superseded(),
    )


def record_failure(current: Account, at: dt.datetime) -> Write:
    """Describe the count of a wrong password.

    The write fails with ``SignInBusy`` if another attempt has changed the account meanwhile.
    """
    return ACCOUNTS.update(
        current.login,
        _SK,
        put={"failed_at": at.isoformat()},
        add={"failures": 1},
        when=_unchanged(current),
        otherwise=SignInBusy(),
    )


def record_sign_in(current: Account, new_hash: str | None, at: dt.datetime) -> Write:
    """Describe the reset of the count of wrong passwords and, if given, the new password.

    The write fails with ``SignInBusy`` if another attempt has changed the account meanwhile.
    """
    changed = {} if new_hash is None else {"password_hash": new_hash, "must_change": False}
    return ACCOUNTS.update(
        current.login,
        _SK,
        put={"failures": 0, **changed},
        append=None
        if new_hash is None
        else {"history": _entry("password-changed", at, Actor.CLIENT)},
        when=_unchanged(current),
        otherwise=SignInBusy(),
    )


def _unchanged(current: Account) -> Attr:
    # Each attempt is decided against one count, so attempts in parallel cannot exceed the limit.
    return Attr("failures").eq(current.failures) & Attr("password_hash").eq(current.password_hash)


def _entry(status: str, at: dt.datetime, by: Actor) -> dict[str, str]:
    entry: dict[str, str] = to_item(HistoryEntry(status=status, at=at, by=by))
    return entry
