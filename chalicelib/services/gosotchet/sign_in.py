"""Sign-in to the embedded reporting system."""

from chalicelib.runtime import clock
from chalicelib.runtime.commit import commit, transact
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import account as accounts
from chalicelib.services.gosotchet import account_store
from chalicelib.services.gosotchet import password as passwords
from chalicelib.services.gosotchet.account import SignedIn, SignIn


def sign_in(payload: SignIn) -> SignedIn:
    """Check the login and password, set the new password if there is one, and return the account.

    Raises:
        SignInElsewhere: the accounts are in the reporting operator's system.
        SignInRefused: the login is unknown or the password is wrong.
        SignInPaused: there were too many wrong passwords in a row.
        SignInBusy: another attempt for the same login was decided at the same time.
        PasswordChangeRequired: the password is a one-time password and no new one is given.
    """
    accounts.require_embedded()
    account = fetch(account_store.account(payload.login.strip().lower()))
    if account is None or account.password_hash is None:
        passwords.matches(payload.password, None)
        raise accounts.SignInRefused
    now = clock.now()
    accounts.require_open(account, now)
    if not passwords.matches(payload.password, account.password_hash):
        transact([account_store.record_failure(account, now)])
        raise accounts.SignInRefused
    if account.must_change and payload.new_password is None:
        transact([account_store.record_sign_in(account, None, now)])
        raise accounts.PasswordChangeRequired
    new_hash = passwords.hash_password(payload.new_password) if payload.new_password else None
    return commit(account.signed_in(), account_store.record_sign_in(account, new_hash, now))
