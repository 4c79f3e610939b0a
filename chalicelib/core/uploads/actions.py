"""«Загрузка файлов»: larger ones than a request may carry."""

from chalicelib.core.uploads import store
from chalicelib.core.uploads.model import NewUpload, Upload
from chalicelib.core.uploads.rules import VALID
from chalicelib.core.uploads.store import UPLOADS
from chalicelib.runtime import clock
from chalicelib.runtime.action import action
from chalicelib.runtime.caller import Caller
from chalicelib.runtime.identifier import new_identifier


@action("POST /uploads", caller="client", status=201, writes=[UPLOADS])
def upload_file(caller: Caller, new: NewUpload) -> Upload:
    """Return a form that puts one file straight into the store.

    Send its fields as `multipart/form-data` with the file last, under the name `file`, then name
    the upload by its id. Nothing is kept before that, so the call may be repeated.
    """
    upload_id = new_identifier()
    form = store.form(caller.client_id, upload_id, new)
    return Upload(upload_id=upload_id, expires_at=clock.now() + VALID, **form.model_dump())
