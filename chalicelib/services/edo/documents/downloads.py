"""Files that a participant downloads: in the answer itself, or by a temporary address."""

import datetime as dt

from chalicelib.runtime import clock, limits, object_store
from chalicelib.runtime.file_response import FileResponse
from chalicelib.runtime.identifier import new_identifier
from chalicelib.services.edo.documents import evidence
from chalicelib.services.edo.documents.model import SignedFile
from chalicelib.services.edo.documents.rules import TooLargeToPass
from chalicelib.services.edo.documents.view import Archive
from chalicelib.services.edo.resources import EDO_FILES

_LINK_VALID = dt.timedelta(minutes=5)


def content_response(file: SignedFile) -> FileResponse:
    """Return the content of a signed file as an answer.

    Raises:
        TooLargeToPass: the file is over 4 MB; the problem contains an address.
    """
    if file.size > limits.BODY:
        raise TooLargeToPass(url=evidence.content_link(file, _LINK_VALID))
    return FileResponse(evidence.content(file), "application/octet-stream", file.file_name)


def publish_archive(client_id: str, document_id: str, content: bytes) -> Archive:
    """Put an archive into the bucket Edo and return its temporary address."""
    name, key = f"{document_id}.zip", f"archives/{client_id}/{new_identifier()}.zip"
    object_store.put(EDO_FILES, key, content, "application/zip")
    return Archive(
        file_name=name,
        size=len(content),
        url=object_store.link(
            EDO_FILES, key, name=name, media_type="application/zip", valid=_LINK_VALID
        ),
        expires_at=clock.now() + _LINK_VALID,
    )
