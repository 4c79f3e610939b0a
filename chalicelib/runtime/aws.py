"""Clients of the five cloud services that a Lambda may use; one client of each per process."""

import functools
from collections.abc import Mapping
from typing import Any, Literal

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
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
    "sqs": frozenset({"SendMessageBatch"}),
}
"""Operations of the clients. The SDK in the artifact is trimmed to them, which halves the time to
create a client.

The SDK itself calls ``HeadBucket`` when S3 redirects to another region, and uses the model of
``CreateBucket`` for the address of a presigned form.
"""

_BUSY = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    # An earlier attempt of the same call, whose answer was lost, is still in progress.
    "TransactionInProgressException",
}

# A call without an answer must leave time for a retry within the 29 seconds of the gateway.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "max_attempts": 3},
    s3={"addressing_style": "path"},
)


# The queue repeats, after the lease. A repeat by the SDK after a lost answer would send the message
# twice, and would hold up the messages behind it.
_CARRIERS = {"sesv2", "sns"}
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})

_session = functools.cache(Session)  # boto3's own brings S3 transfers and resources along


@functools.cache
def client(service: Service) -> Any:
    """Return this process's client of ``service``; its endpoint comes from the environment."""
    config = _CONFIG.merge(_ONCE) if service in _CARRIERS else _CONFIG
    return _session().create_client(service, config=config)


@functools.cache
def signer(storage_url: str) -> Any:
    """Return a client that presigns links and forms of S3 for browsers, and makes no calls.

    ``storage_url`` is the address at which browsers reach S3; empty for the public one.
    """
    config = _CONFIG.merge(Config(signature_version="s3v4"))
    return _session().create_client("s3", endpoint_url=storage_url or None, config=config)


def is_outage(error: Exception) -> bool:
    """Return whether ``error`` says that a cloud service is unavailable, unreachable or throttles.

    Another request to the same service would most likely fail too.
    """
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
        return status >= 500 or error.response["Error"]["Code"] in _BUSY
    return isinstance(error, OSError | BotoConnectionError | HTTPClientError)
