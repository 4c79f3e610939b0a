"""Bucket Applications: the files of applications, ``<client id>/<application id>/<number>``."""

import datetime as dt
from collections.abc import Iterable

from chalicelib.core.moderation.model import FileLink, StoredFile
from chalicelib.runtime import object_store
from chalicelib.runtime.resource import Bucket

APPLICATIONS = Bucket("Applications")

_LINK_VALID = dt.timedelta(minutes=5)


def store_files(
    client_id: str, application_id: str, files: Iterable[tuple[str, str, bytes]]
) -> tuple[StoredFile, ...]:
    """Store the files of an application, each given as file name, media type and content.

    Call this before the commit that refers to the files: a crash in between leaves objects that
    no application refers to, never an application without its files.
    """
    stored = []
    for number, (filename, media_type, content) in enumerate(files):
        key = f"{client_id}/{application_id}/{number}"
        object_store.put(APPLICATIONS, key, content, media_type)
        stored.append(
            StoredFile(filename=filename, media_type=media_type, size=len(content), key=key)
        )
    return tuple(stored)


def load_file(key: str) -> bytes | None:
    """Return the content of a stored file, or None if the bucket does not have it."""
    return object_store.get(APPLICATIONS, key)


def file_link(file: StoredFile) -> FileLink:
    """Return a link that downloads the file as an attachment and is valid for five minutes."""
    url = object_store.link(
        APPLICATIONS,
        file.key,
        name=file.filename,
        media_type=file.media_type,
        valid=_LINK_VALID,
    )
    return FileLink(**file.model_dump(exclude={"key"}), url=url)
