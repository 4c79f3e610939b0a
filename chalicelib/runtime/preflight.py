"""Answers a browser's CORS preflight (Fetch standard, §3.2), for every path alike."""

from typing import Any

from chalicelib.runtime.cors import PREFLIGHT


def preflight(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return what any origin may send; who may do what is decided by the token, not the origin."""
    return {"statusCode": 204, "headers": PREFLIGHT, "body": ""}
