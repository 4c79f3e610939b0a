"""Files in S3, written once under names of their own and never changed."""

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
    """A form that a browser sends as ``multipart/form-data``: the fields, then the ``file``."""

    url: str
    fields: dict[str, str]


def put(bucket: Bucket, key: str, content: bytes | BinaryIO, media_type: str) -> None:
    """Keep ``content`` under ``key``; encryption, versions and retention are the bucket's."""
    client("s3").put_object(
        Bucket=bucket.physical_name, Key=key, Body=content, ContentType=media_type
    )


def get(
    bucket: Bucket, key: str, *, first: int | None = None, last: int | None = None
) -> bytes | None:
    """Return what is kept under ``key``, or None; its bytes from ``first`` to ``last`` if said."""
    part = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
    try:
        found: dict[str, Any] = client("s3").get_object(
            Bucket=bucket.physical_name, Key=key, **part
        )
    except ClientError as error:
        # Without the right to list a bucket, S3 says 403 of a key that is not there.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    content: bytes = found["Body"].read()
    return content


def form(
    bucket: Bucket, key: str, fields: Mapping[str, str], *, most: int, valid: dt.timedelta
) -> Form:
    """Return a form by which a browser puts one file of at most ``most`` bytes under ``key``.

    ``fields`` are sent with it as they are: ``Content-Type`` and other headers of the object.
    """
    signed = signer(StorageSettings.load().storage_url).generate_presigned_post(
        bucket.physical_name,
        key,
        Fields=dict(fields),
        Conditions=[
            *({name: said} for name, said in fields.items()),
            ["content-length-range", 1, most],
        ],
        ExpiresIn=int(valid.total_seconds()),
    )
    return Form.model_validate(signed)


def link(bucket: Bucket, key: str, *, name: str, media_type: str, valid: dt.timedelta) -> str:
    """Return an address from which a browser keeps the file as ``name``, never shows it."""
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
    """Return the ``Content-Disposition`` of a file to be kept (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
