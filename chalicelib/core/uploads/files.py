"""Bucket Uploads: files under ``<client id>/<upload id>``, deleted after a day.

The client id in the key is the caller's own, so no client can name an upload of another.
"""

import io
from typing import BinaryIO

from chalicelib.core.uploads.model import Content, NewUpload
from chalicelib.core.uploads.rules import VALID, UploadUnknown
from chalicelib.runtime import object_store
from chalicelib.runtime.resource import Bucket

UPLOADS = Bucket("Uploads")


def upload_form(client_id: str, upload_id: str, payload: NewUpload) -> object_store.Form:
    """Return a signed form with which a browser stores the file, valid for :data:`VALID`.

    The form accepts no more bytes than the sender has declared.
    """
    fields = {
        "Content-Type": payload.media_type,
        "Content-Disposition": object_store.attachment(payload.filename),
    }
    return object_store.form(
        UPLOADS, _key(client_id, upload_id), fields, most=payload.size, valid=VALID
    )


def load_upload(client_id: str, upload_id: str) -> bytes:
    """Return the content of a client's upload.

    Raises:
        UploadUnknown: the client has no upload with this id, or it has been deleted.
    """
    content = object_store.get(UPLOADS, _key(client_id, upload_id))
    if content is None:
        raise UploadUnknown
    return content


def open_content(client_id: str, content: Content) -> BinaryIO:
    """Return the content of a file to read from, also of an upload of the client.

    Raises:
        UploadUnknown: the client has no upload with this id, or it has been deleted.
    """
    if content.content is not None:
        return io.BytesIO(content.content)
    stream = object_store.opened(UPLOADS, _key(client_id, content.upload_id or ""))
    if stream is None:
        raise UploadUnknown
    return stream


def _key(client_id: str, upload_id: str) -> str:
    return f"{client_id}/{upload_id}"
