"""«О системе»: health check and API description."""

from pathlib import Path

import chalicelib
from chalicelib.core.platform.model import Health
from chalicelib.runtime.action import action
from chalicelib.runtime.file_response import FileResponse

OPENAPI = Path(chalicelib.__file__).with_name("openapi.json")


@action("GET /health", caller="anyone")
def get_health() -> Health:
    """Return `ok` if the gateway and a function respond; no other component is checked."""
    return Health(status="ok")


@action("GET /openapi.json", caller="anyone")
def get_openapi() -> FileResponse:
    """Return the OpenAPI description of the API."""
    return FileResponse(OPENAPI.read_bytes(), "application/json", "openapi.json", inline=True)
