"""Structured lines and metrics; nothing personal in either: ids and outcomes only."""

import os
import traceback

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

__all__ = ["MetricUnit", "fault", "logger", "metrics"]

NAMESPACE = "ServiceMenu"
SERVICE = os.environ.get("SECTION", "service-menu")

logger = Logger(service=SERVICE, utc=True)
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


def fault(message: str, error: BaseException) -> None:
    """Log a defect of ours: what failed and where, without the values that it failed on.

    A validation error quotes its input, and a traceback's source lines may hold literals; neither
    is needed to find the place.
    """
    said = (
        [f"{one['loc']}: {one['type']}" for one in error.errors(include_input=False)]
        if isinstance(error, ValidationError)
        else str(error)
    )
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error(message, error=type(error).__name__, said=said, frames=frames)
