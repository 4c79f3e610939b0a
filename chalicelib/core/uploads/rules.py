"""Lifetime of an upload form, and the problem of an unknown upload."""

import datetime as dt

from chalicelib.runtime.problem import NotFound

VALID = dt.timedelta(minutes=10)
"""How long a form accepts a file."""


class UploadUnknown(NotFound):
    """The client has no upload with this id, or it was deleted after a day."""

    slug = "upload-unknown"
    detail = "Файл не найден. Загрузите его ещё раз: загруженное хранится сутки."
