"""«О системе»: is it there, and what does it offer."""

from pathlib import Path

import chalicelib
from chalicelib.core.platform.model import Health
from chalicelib.runtime.action import action
from chalicelib.runtime.file_response import FileResponse

OPENAPI = Path(chalicelib.__file__).with_name("openapi.json")


@action("GET /health", caller="anyone")
def get_health() -> Health:
    """Tell that the gateway and a function answer; it stands on nothing else."""
    return Health(status="ok")


@action("GET /openapi.json", caller="anyone")
def get_openapi() -> FileResponse:
    """Return the OpenAPI description of every call."""
    return FileResponse(OPENAPI.read_bytes(), "application/json", "openapi.json", inline=True)
