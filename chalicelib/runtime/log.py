"""Structured log lines and metrics. Both hold identifiers and outcomes, never personal data."""

import logging
import os
import traceback

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from chalicelib.runtime import request_id

__all__ = ["MetricUnit", "fault", "logger", "metrics"]

NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "ServiceMenu")
"""The deployment puts its stage into the namespace, so that no alarm hears another stage."""
SERVICE = os.environ.get("SECTION", "service-menu")

logger = Logger(service=SERVICE, utc=True)


class _RequestId(logging.Filter):
    """Adds the id of the causing request to each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.update(request_id.log_keys())
        return True


logger.addFilter(_RequestId())
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


def fault(message: str, error: BaseException) -> None:
    """Log an unexpected error with its place in the code, without the values that caused it.

    The input that a validation error quotes and the source lines of a traceback are left out, since
    both may hold personal data.
    """
    reasons = (
        [f"{detail['loc']}: {detail['type']}" for detail in error.errors(include_input=False)]
        if isinstance(error, ValidationError)
        else str(error)
    )
    frames = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    logger.error(message, error=type(error).__name__, said=reasons, frames=frames)
