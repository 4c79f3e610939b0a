"""«Загрузка файлов»: upload of files that are too large for a request body."""

from chalicelib.core.uploads import files
from chalicelib.core.uploads.files import UPLOADS
from chalicelib.core.uploads.model import NewUpload, Upload
from chalicelib.core.uploads.rules import VALID
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.identifier import new_identifier
from chalicelib.runtime.settings import StorageSettings


@action(
    "POST /uploads",
    caller=("client", "operator"),
    status=201,
    writes=[UPLOADS],
    settings=[StorageSettings],
)
def upload_file(caller: Caller, payload: NewUpload) -> Upload:
    """Return a form that uploads one file directly to the object store.

    Send the fields of the form as `multipart/form-data`, with the file last, in the field `file`.
    The object store refuses more bytes than `size`. Then pass `upload_id` to the operation that
    needs the file. The call stores nothing and may be repeated.
    """
    upload_id = new_identifier()
    form = files.upload_form(caller.client_id, upload_id, payload)
    return Upload(upload_id=upload_id, expires_at=clock.now() + VALID, **form.model_dump())
