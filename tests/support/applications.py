"""Applications for additional services and the files in them."""

import base64
import io
from typing import Any

from PIL import Image

from tests.support import steps
from tests.support.world import World

BRAND, LOGO = "branded-message", "logo"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (170, 68), **how: Any) -> bytes:
    """Return an image file in the format ``kind``."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **how)
    return out.getvalue()


def encoded(content: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(content).decode()


def document(content: bytes = PDF, filename: str = "устав.pdf") -> dict[str, str]:
    """Return a document of an application."""
    return {"filename": filename, "content": encoded(content)}


def brand_form(name: str = "Ромашка", *documents: dict[str, str]) -> dict[str, Any]:
    """Return the payload of an application for a branded message."""
    return {"name": name, "documents": list(documents or [document()])}


def logo_form(content: bytes | None = None) -> dict[str, Any]:
    """Return the payload of an application for a logo."""
    return {"logo": encoded(content or picture())}


def path(service: str = BRAND) -> str:
    """Return the path of the applications for a service."""
    return f"/e-receipts/services/{service}/applications"


def know_eligible(world: World, client_id: str = "client-1", **changes: Any) -> None:
    """Add an organisation that needs no agreement."""
    steps.know_organisation(world, client_id, **({"cabinet_created_on": "2019-04-15"} | changes))


def submitted(world: World, form: Any = None, service: str = BRAND, **how: Any) -> str:
    """Submit an application without running its checks; return its id."""
    answer = world.ok(f"POST {path(service)}", form or brand_form(), **how)
    return str(answer["application_id"])


def in_review(world: World, form: Any = None, service: str = BRAND, **how: Any) -> str:
    """Submit an application and run its checks; return its id."""
    application_id = submitted(world, form, service, **how)
    world.drain()
    return application_id


def decide(world: World, application_id: str, decision: str = "approve", **more: Any) -> Any:
    """Decide on an application as the operator; return the answer."""
    route = f"POST /moderation/applications/{application_id}/decision"
    return world.call(route, {"decision": decision} | more, who="operator")
