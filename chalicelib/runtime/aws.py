"""Clients of the five cloud APIs a Lambda may use, made once a process."""

import functools
from collections.abc import Mapping
from typing import Any, Literal

from botocore.config import Config
from botocore.session import Session

Service = Literal["dynamodb", "sqs", "s3", "sesv2", "sns"]
OPERATIONS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "TransactWriteItems",
            "UpdateItem",
        }
    ),
    "s3": frozenset({"CreateBucket", "GetObject", "HeadBucket", "PutObject"}),
    "sesv2": frozenset({"SendEmail"}),
    "sns": frozenset({"Publish"}),
    "sqs": frozenset({"SendMessage"}),
}
"""What a client can do: the artifact's SDK knows no more, which halves the time to make one.

The SDK itself needs ``HeadBucket``, when S3 answers that a bucket is elsewhere, and by
``CreateBucket`` finds the address of a form.
"""

# A call that hangs must leave time for its retry within the 29 seconds of the gateway.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "max_attempts": 3},
    s3={"addressing_style": "path"},
)


_session = functools.cache(Session)  # boto3's own brings S3 transfers and resources along


@functools.cache
def client(service: Service) -> Any:
    """Return this process's client of ``service``; its endpoint comes from the environment."""
    return _session().create_client(service, config=_CONFIG)


@functools.cache
def signer(storage_url: str) -> Any:
    """Return a client that signs links and forms to S3 for others, and calls nothing itself.

    ``storage_url`` is where those others reach S3; empty for where S3 says it is.
    """
    config = _CONFIG.merge(Config(signature_version="s3v4"))
    return _session().create_client("s3", endpoint_url=storage_url or None, config=config)
