"""Clients of the five cloud APIs a Lambda may use, made once a process."""

import functools
from typing import Any, Literal, get_args

import boto3
from botocore.config import Config

Service = Literal["dynamodb", "sqs", "s3", "sesv2", "sns"]
SERVICES = get_args(Service)

# A call that hangs must leave time for its retry within the 29 seconds of the gateway.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "max_attempts": 3},
    s3={"addressing_style": "path"},
)


@functools.cache
def client(service: Service) -> Any:
    """Return this process's client of ``service``; its endpoint comes from the environment."""
    return boto3.client(service, config=_CONFIG)
