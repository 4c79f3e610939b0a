"""Where uploads wait to be taken: bucket Uploads, ``<client>/<upload id>``, for a day.

The client in the key is the caller's own, so nobody can name another's upload.
"""

from chalicelib.core.uploads.model import MOST_BYTES, NewUpload
from chalicelib.core.uploads.rules import VALID, UploadUnknown
from chalicelib.runtime import object_store
from chalicelib.runtime.resource import Bucket

UPLOADS = Bucket("Uploads")


def form(client_id: str, upload_id: str, new: NewUpload) -> object_store.Form:
    """Return the form that puts a file there."""
    fields = {
        "Content-Type": new.media_type,
        "Content-Disposition": object_store.attachment(new.filename),
    }
    return object_store.form(
        UPLOADS, _key(client_id, upload_id), fields, most=MOST_BYTES, valid=VALID
    )


def take(client_id: str, upload_id: str) -> bytes:
    """Return what a client uploaded.

    Raises:
        UploadUnknown: nothing (any more) under that id, or not the client's.
    """
    content = object_store.get(UPLOADS, _key(client_id, upload_id))
    if content is None:
        raise UploadUnknown
    return content


def _key(client_id: str, upload_id: str) -> str:
    return f"{client_id}/{upload_id}"
