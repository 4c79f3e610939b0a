"""Files of a period: their name and their address in the bucket."""

import datetime as dt

from chalicelib.services.integration_1c.exchange import files
from chalicelib.services.integration_1c.model import FileState, PreparedMessage

_LINK_VALID = dt.timedelta(hours=1)


def with_link(client_id: str, file: PreparedMessage) -> PreparedMessage:
    """Return the file with a link, valid for one hour, if the file is ready."""
    if file.state is not FileState.READY:
        return file
    name = f"{file_name(file.first, file.last)}.zip"
    link = files.link(client_id, file.message_id, name=name, valid=_LINK_VALID)
    return file.model_copy(update={"link": link})


def file_name(first: dt.date, last: dt.date) -> str:
    """Return the name of a downloaded file, without its extension."""
    return f"Чеки для 1С {first:%d.%m.%Y}–{last:%d.%m.%Y}"
