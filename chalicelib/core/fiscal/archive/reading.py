"""Documents of a drive from its archives."""

from chalicelib.core.fiscal.archive import store
from chalicelib.core.fiscal.archive.files import read_archive
from chalicelib.core.fiscal.model import StoredDocument
from chalicelib.runtime.table import every

_MOST_ARCHIVES = 10_000
"""Far more than the months that a fiscal drive lasts, with those of late documents."""


def list_archived(fiscal_drive: str, first: int, last: int) -> list[StoredDocument]:
    """Return the archived documents ``first`` to ``last`` of a drive, one archive after another."""
    archives = every(store.archives(fiscal_drive, up_to=last), most=_MOST_ARCHIVES)
    return [
        document
        for archive in archives
        if archive.last >= first
        for document in read_archive(archive, first, last)
    ]
