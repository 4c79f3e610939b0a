"""The embedded reporting system: accounts in a DynamoDB table of the product."""

from chalicelib.runtime.commit import transact
from chalicelib.runtime.history import Actor, HistoryEntry
from chalicelib.runtime.table import fetch
from chalicelib.services.gosotchet import account_store as store
from chalicelib.services.gosotchet import password as passwords
from chalicelib.services.gosotchet.account import Account
from chalicelib.services.gosotchet.reporting import Enrolment


class EmbeddedDirectory:
    """Reporting system whose accounts are items of the table ``GosotchetAccounts``."""

    def enrol(self, enrolment: Enrolment) -> str:
        """Open an account or bring it up to date, and return its login."""
        login = store.login_of(enrolment.account_id)
        told = Account(
            login=login,
            history=(HistoryEntry.now("opened", Actor.SYSTEM),),
            **enrolment.model_dump(exclude={"certificate"}),
        )
        known = fetch(store.account(login))
        if known is None:
            transact([store.open_account(told)])
        elif known.account_id != told.account_id:
            raise LookupError("two accounts of one login")
        elif known.version < told.version:
            transact([store.enrol(told)])
        return login

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Put a one-time password in place of the former."""
        transact([store.issue(login, passwords.digest(password), issue)])
