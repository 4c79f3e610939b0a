"""How long an upload may take, and when there is none."""

import datetime as dt

from chalicelib.runtime.problem import NotFound

VALID = dt.timedelta(minutes=10)
"""How long a form may be sent."""


class UploadUnknown(NotFound):
    """No such upload of this client, or its day is over."""

    slug = "upload-unknown"
    detail = "Файл не найден. Загрузите его ещё раз: загруженное хранится сутки."
