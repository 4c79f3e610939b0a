"""The port to the reporting system, which holds the accounts that clients sign in to."""

from typing import Protocol

from chalicelib.runtime.model import Model
from chalicelib.services.gosotchet.authority import Authority


class AccountEnrolment(Model):
    """The organisation, authorities and signing certificate of an account."""

    account_id: str
    """Identifier of the licence; a licence has one account."""
    version: int
    """Increases with each enrolment of the account; a lower version changes nothing."""
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]
    certificate: str
    """The certificate in DER, encoded in base64."""
    certificate_sha256: str


class EnrolmentRefused(Exception):
    """The system refuses the request for good. The client is shown the text, in Russian."""


class ReportingUnavailable(Exception):
    """The system did not answer or the answer is invalid. The request may have been carried out."""


class ReportingSystem(Protocol):
    """A system that holds accounts."""

    def enrol(self, enrolment: AccountEnrolment) -> str:
        """Open or update an account and return its login. A repeat changes nothing.

        Raises:
            EnrolmentRefused: the system refuses the enrolment for good.
            ReportingUnavailable: the system did not answer; the call may be repeated.
        """

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Replace the password by a one-time password, to be changed at the first sign-in.

        ``issue`` increases from one password to the next. A password that arrives after a later one
        is not set.

        Raises:
            EnrolmentRefused: the system refuses the password for good.
            ReportingUnavailable: the system did not answer; the call may be repeated.
        """
