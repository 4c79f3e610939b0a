"""Files in S3, written once under names of their own and never changed."""

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.runtime.aws import client
from chalicelib.runtime.resource import Bucket


def put(bucket: Bucket, key: str, content: bytes, media_type: str) -> None:
    """Keep ``content`` under ``key``; encryption, versions and retention are the bucket's."""
    client("s3").put_object(
        Bucket=bucket.physical_name, Key=key, Body=content, ContentType=media_type
    )


def get(bucket: Bucket, key: str) -> bytes | None:
    """Return what is kept under ``key``, or None."""
    try:
        found: dict[str, Any] = client("s3").get_object(Bucket=bucket.physical_name, Key=key)
    except ClientError as error:
        # Without the right to list a bucket, S3 says 403 of a key that is not there.
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return None
        raise
    content: bytes = found["Body"].read()
    return content
