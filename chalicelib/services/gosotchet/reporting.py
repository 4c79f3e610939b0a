"""The port to the reporting operator's system, where login and password are good."""

from typing import Protocol

from chalicelib.runtime.model import Model
from chalicelib.services.gosotchet.authority import Authority


class Enrolment(Model):
    """For whom an account is, to whom it reports and who signs."""

    account_id: str
    """The licence: one has one account."""
    version: int
    """Grows with each enrolment of an account; an earlier one changes nothing."""
    organisation_name: str
    organisation_inn: str
    authorities: tuple[Authority, ...]
    certificate: str
    """DER in base64."""
    certificate_sha256: str


class EnrolmentRefused(Exception):
    """The system says that it will never take this; the text is Russian and fit for the client."""


class ReportingUnavailable(Exception):
    """The system did not answer, or not sensibly; it may have done what it was asked."""


class ReportingSystem(Protocol):
    """Where accounts are."""

    def enrol(self, enrolment: Enrolment) -> str:
        """Open an account or bring it up to date, and return its login; a repeat is harmless.

        Raises:
            EnrolmentRefused, ReportingUnavailable: as they say.
        """

    def set_password(self, login: str, password: str, issue: int) -> None:
        """Put a one-time password in place of the former, to be changed at the first sign-in.

        ``issue`` grows from one password to the next: one that arrives late changes nothing.

        Raises:
            EnrolmentRefused, ReportingUnavailable: as they say.
        """
