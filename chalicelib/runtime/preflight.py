"""Answers the CORS preflight of a browser (Fetch standard, section 3.2) for every path."""

from typing import Any

from chalicelib.runtime.cors import PREFLIGHT


def preflight(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the methods and headers that any origin may send."""
    return {"statusCode": 204, "headers": PREFLIGHT, "body": ""}
