"""The embedded reporting system: accounts in a DynamoDB table of the product."""

from chalicelib.runtime import clock
from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import account_store as store
from chalicelib.services.gosotchet import password as passwords
from chalicelib.services.gosotchet.account import Account
from chalicelib.services.gosotchet.reporting import AccountEnrolment


class EmbeddedDirectory:
    """Reporting system whose accounts are items of the table ``GosotchetAccounts``."""

    def enrol(self, enrolment: AccountEnrolment) -> str:
        """Open or update an account and return its login.

        Raises:
            LookupError: the login belongs to the account of another licence.
        """
        login, now = store.login_of(enrolment.account_id), clock.now()
        account = Account(
            login=login,
            history=(HistoryEntry(status="opened", at=now, by=Actor.SYSTEM),),
            **enrolment.model_dump(exclude={"certificate"}),
        )
        current = fetch(store.account(login))
        if current is None:
            transact([store.open_account(account)])
        elif current.account_id != account.account_id:
            raise LookupError("two accounts have the same login")
        elif current.version < account.version:
            transact([store.enrol(account, now)])
        return login

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Replace the password by a one-time password.

        Raises:
            Superseded: the account already has a password with this or a later number.
        """
        password_hash = passwords.hash_password(password)
        transact([store.set_one_time_password(login, password_hash, issue, clock.now())])
