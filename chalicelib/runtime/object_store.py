"""Files in S3. A file is written once under a key of its own and never changed."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError

from chalicelib.runtime.aws import client, signer
from chalicelib.runtime.model import Model
from chalicelib.runtime.resource import Bucket
from chalicelib.runtime.settings import StorageSettings


class Form(Model):
    """A form to send as ``multipart/form-data``: the fields, then the ``file``."""

    url: str
    fields: dict[str, str]


def put(bucket: Bucket, key: str, content: bytes | BinaryIO, media_type: str) -> None:
    """Write ``content`` under ``key``."""
    client("s3").put_object(
        Bucket=bucket.physical_name, Key=key, Body=content, ContentType=media_type
    )


def get(
    bucket: Bucket, key: str, *, first: int | None = None, last: int | None = None
) -> bytes | None:
    """Return the content of ``key``, or its bytes from ``first`` to ``last``; None if absent."""
    stream = opened(bucket, key, first=first, last=last)
    return None if stream is None else stream.read()


def opened(
    bucket: Bucket, key: str, *, first: int | None = None, last: int | None = None
) -> BinaryIO | None:
    """Return the content as in :func:`get`, to be read bit by bit."""
    part = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
    try:
        answer: dict[str, Any] = client("s3").get_object(
            Bucket=bucket.physical_name, Key=key, **part
        )
    except ClientError as error:
        # Without the permission to list the bucket, S3 answers 403 for an absent key.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    stream: BinaryIO = answer["Body"]
    return stream


def form(
    bucket: Bucket, key: str, fields: Mapping[str, str], *, most: int, valid: dt.timedelta
) -> Form:
    """Return a form by which a browser uploads one file of at most ``most`` bytes to ``key``.

    ``fields`` are headers of the object, such as ``Content-Type``; they must be sent unchanged.
    """
    signed = signer(StorageSettings.load().storage_url).generate_presigned_post(
        bucket.physical_name,
        key,
        Fields=dict(fields),
        Conditions=[
            *({name: value} for name, value in fields.items()),
            ["content-length-range", 1, most],
        ],
        ExpiresIn=int(valid.total_seconds()),
    )
    return Form.model_validate(signed)


def link(bucket: Bucket, key: str, *, name: str, media_type: str, valid: dt.timedelta) -> str:
    """Return an address from which a browser saves the file as ``name``."""
    signed: str = signer(StorageSettings.load().storage_url).generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket.physical_name,
            "Key": key,
            "ResponseContentType": media_type,
            "ResponseContentDisposition": attachment(name),
        },
        ExpiresIn=int(valid.total_seconds()),
    )
    return signed


def attachment(name: str) -> str:
    """Return the ``Content-Disposition`` of a file to be saved as ``name`` (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
