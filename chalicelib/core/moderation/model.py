"""Applications of clients for services, as clients and moderators see them."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.requisites import single_line
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example
from chalicelib.runtime.page import PageQuery


class ApplicationState(StrEnum):
    """State of an application."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Flag(StrEnum):
    """Finding of the automatic checks that a moderator should look at; no flag decides."""

    FILE_UNREADABLE = "file-unreadable"
    FILE_ENCRYPTED = "file-encrypted"
    NAME_OBSCENE = "name-obscene"
    NAME_OF_AUTHORITY = "name-of-authority"
    NAME_UNRELATED = "name-unrelated"


class FileCard(Model):
    """A file of an application."""

    model_config = example(
        filename="Товарный знак.pdf", media_type="application/pdf", size=2_000_028
    )

    filename: str
    media_type: str
    """Media type as found in the content."""
    size: int
    """Size in bytes."""


class StoredFile(FileCard):
    """A file of an application and its object key."""

    key: str


class FileLink(FileCard):
    """A file of an application and a link to it."""

    url: str = Field(examples=["https://storage.example.com/applications/0"])
    """Link that downloads the file; valid for five minutes."""


class ApplicationSubject(Model):
    """The item of a service that an application is about, and the effect of each state on it.

    The item is in the client's partition of ``table``. While the application is open, the item's
    ``open_application`` is the application's id: the service sets it with the submission, and
    moderation removes it when the application is decided or cancelled.
    """

    table: str
    """Logical name of the table, as declared."""
    sk: str
    outcomes: dict[ApplicationState, dict[str, Any]]
    """Attributes to set on the item when the application enters a state."""


class ApplicationCard(Model):
    """An application as the client sees it."""

    model_config = example(
        service="branded-message",
        name="Ромашка",
        history=[{"status": "submitted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    application_id: Identifier
    service: str
    state: ApplicationState
    name: str | None = None
    """The requested name, for a branded message."""
    files: tuple[FileCard, ...]
    submitted_at: dt.datetime
    review_due: dt.datetime | None = None
    """Deadline of the decision: the end of the third business day in Moscow."""
    reason: str | None = None
    """The moderator's comment or reason."""
    history: tuple[HistoryEntry, ...]


class Application(ApplicationCard):
    """An application as stored."""

    client_id: Identifier
    service_title: str
    """Russian name of the service."""
    files: tuple[StoredFile, ...]
    flags: tuple[Flag, ...] = ()
    decided_by: str | None = None
    """Subject of the token of the operator's employee."""
    subject: ApplicationSubject

    def card(self) -> ApplicationCard:
        """Return the application as the client sees it."""
        fields = self.model_dump(include=set(ApplicationCard.model_fields))
        return ApplicationCard.model_validate(fields)


class FlagNote(Model):
    """A flag and its description."""

    model_config = example(flag="name-obscene", detail="Название похоже на непристойное.")

    flag: Flag
    detail: str


class ApplicationLine(ApplicationCard):
    """An application as the moderator sees it in a list."""

    client_id: str
    flags: tuple[FlagNote, ...]
    overdue: bool = Field(examples=[False])
    decided_by: str | None = None


class ApplicationForReview(ApplicationLine):
    """An application with the applicant and links to the files."""

    organisation_name: str | None = Field(examples=["ООО «Ромашка»"])
    organisation_inn: str | None = Field(examples=["9677190017"])
    files: tuple[FileLink, ...]


class ApplicationsQuery(PageQuery):
    """Filter of the moderator's list."""

    state: ApplicationState = ApplicationState.IN_REVIEW


class Verdict(StrEnum):
    """Decision on an application."""

    APPROVE = "approve"
    REJECT = "reject"


class Decision(Payload):
    """A moderator's decision; a rejection needs a reason."""

    decision: Verdict
    reason: Annotated[str, single_line(1000)] | None = None

    @model_validator(mode="after")
    def _check_reason(self) -> Self:
        if self.decision is Verdict.REJECT and self.reason is None:
            raise ValueError("Укажите причину отказа.")
        return self

    @property
    def state(self) -> Literal[ApplicationState.APPROVED, ApplicationState.REJECTED]:
        """State of the application after the decision."""
        return (
            ApplicationState.APPROVED
            if self.decision is Verdict.APPROVE
            else ApplicationState.REJECTED
        )


class ApplicationSubmitted(Model):
    """Message of the queue Moderation: an application has been submitted."""

    client_id: Identifier
    service: Annotated[str, Field(max_length=64)]
    application_id: Identifier
