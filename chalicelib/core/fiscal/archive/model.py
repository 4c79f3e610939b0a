"""What the table keeps of archives, and the message that requests one."""

import datetime as dt

from chalicelib.runtime.model import Model


class DriveMonth(Model):
    """A month of a fiscal drive of which the table holds documents; also the request to archive."""

    fiscal_drive: str
    month: str
    """Year and month: ``2026-07``."""
    version: str = ""
    """Changes with every document that the feed adds to the month when it is archived already."""


class Archive(Model):
    """A file with documents of one fiscal drive."""

    fiscal_drive: str
    month: str
    """The newest month of the documents."""
    first: int
    """Lowest document number."""
    last: int
    """Highest document number."""
    documents: int
    size: int
    """Bytes of the file."""
    digest: str
    """SHA-256 of the file, in hexadecimal digits."""
    index: bytes
    """Copy of the file's index, so that one document is one read of a part of the file."""
    archived_at: dt.datetime

    @property
    def key(self) -> str:
        """Key of the file: equal content has an equal key."""
        return f"{self.fiscal_drive}/{self.month}-{self.digest}"
