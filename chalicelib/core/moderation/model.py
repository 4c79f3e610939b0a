"""An application: what a client asks for, what a moderator sees of it, how it ends."""

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
    """Where an application stands."""

    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Flag(StrEnum):
    """What the automatic checks want a person to look at; none of them decides."""

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
    """By its content."""
    size: int
    """Bytes."""


class StoredFile(FileCard):
    """A file and where it is kept."""

    key: str


class FileLink(FileCard):
    """A file and where to fetch it from."""

    url: str = Field(examples=["https://storage.example.com/applications/0"])
    """Good for five minutes."""


class ApplicationSubject(Model):
    """The item of a service that an application is about, and what each state makes of it.

    The item is in the client's own partition of ``table``. While an application is open, the
    item's ``open_application`` holds its id: the service writes it with the submission, moderation
    takes it away with the end.
    """

    table: str
    """By its name in declarations."""
    sk: str
    outcomes: dict[ApplicationState, dict[str, Any]]
    """Attributes to put when the application comes to a state; none for a state not named."""


class ApplicationCard(Model):
    """An application as its client sees it."""

    model_config = example(
        service="branded-message",
        name="Ромашка",
        history=[{"status": "submitted", "at": "2026-11-24T09:00:00Z", "by": "client"}],
    )

    application_id: Identifier
    service: str
    state: ApplicationState
    name: str | None = None
    """The name applied for."""
    files: tuple[FileCard, ...]
    submitted_at: dt.datetime
    review_due: dt.datetime | None = None
    """When it will have been decided: the end of the third business day in Moscow."""
    reason: str | None = None
    """What the moderator said."""
    history: tuple[HistoryEntry, ...]


class Application(ApplicationCard):
    """An application as it is kept."""

    client_id: Identifier
    service_title: str
    """What people call the service."""
    files: tuple[StoredFile, ...]
    flags: tuple[Flag, ...] = ()
    decided_by: str | None = None
    """The operator's employee, by the subject of their token."""
    subject: ApplicationSubject

    def card(self) -> ApplicationCard:
        """Return what its client sees."""
        shown = self.model_dump(include=set(ApplicationCard.model_fields))
        return ApplicationCard.model_validate(shown)


class FlagNote(Model):
    """A flag in words."""

    model_config = example(flag="name-obscene", detail="Название похоже на непристойное.")

    flag: Flag
    detail: str


class ApplicationLine(ApplicationCard):
    """An application in the moderator's list."""

    client_id: str
    flags: tuple[FlagNote, ...]
    overdue: bool = Field(examples=[False])
    decided_by: str | None = None


class ApplicationForReview(ApplicationLine):
    """An application with all that a moderator decides by."""

    organisation_name: str | None = Field(examples=["ООО «Ромашка»"])
    organisation_inn: str | None = Field(examples=["9677190017"])
    files: tuple[FileLink, ...]


class ApplicationsQuery(PageQuery):
    """Which applications a moderator wants to see."""

    state: ApplicationState = ApplicationState.IN_REVIEW


class Verdict(StrEnum):
    """What a moderator decides."""

    APPROVE = "approve"
    REJECT = "reject"


class Decision(Payload):
    """A moderator's decision; a refusal says why."""

    decision: Verdict
    reason: Annotated[str, single_line(1000)] | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.decision is Verdict.REJECT and self.reason is None:
            raise ValueError("Укажите причину отказа.")
        return self

    @property
    def state(self) -> Literal[ApplicationState.APPROVED, ApplicationState.REJECTED]:
        """The state that an application comes to by it."""
        return (
            ApplicationState.APPROVED
            if self.decision is Verdict.APPROVE
            else ApplicationState.REJECTED
        )


class ApplicationSubmitted(Model):
    """Tells moderation of a new application."""

    client_id: Identifier
    service: Annotated[str, Field(max_length=64)]
    application_id: Identifier
