"""One structured line and one metric document a request or message; nothing personal in either."""

import os

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

__all__ = ["MetricUnit", "logger", "metrics"]

SERVICE = os.environ.get("SECTION", "service-menu")

logger = Logger(service=SERVICE, utc=True)
metrics = Metrics(namespace="ServiceMenu", service=SERVICE)
