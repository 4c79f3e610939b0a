"""Applications for additional services, and files to send with them, made on the spot."""

import base64
import io
from typing import Any

from PIL import Image

from tests.support import steps
from tests.support.world import World

BRAND, LOGO = "branded-message", "logo"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def picture(kind: str = "PNG", size: tuple[int, int] = (170, 68), **how: Any) -> bytes:
    """Return a picture of that kind."""
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **how)
    return out.getvalue()


def encoded(content: bytes) -> str:
    """Return bytes as they travel in JSON."""
    return base64.b64encode(content).decode()


def document(content: bytes = PDF, filename: str = "устав.pdf") -> dict[str, str]:
    """Return a document as an application carries it."""
    return {"filename": filename, "content": encoded(content)}


def brand_form(name: str = "Ромашка", *documents: dict[str, str]) -> dict[str, Any]:
    """Return the form of an application for a branded message."""
    return {"name": name, "documents": list(documents or [document()])}


def logo_form(content: bytes | None = None) -> dict[str, Any]:
    """Return the form of an application for a logo."""
    return {"logo": encoded(content or picture())}


def path(service: str = BRAND) -> str:
    """Return where the applications for a service are."""
    return f"/e-receipts/services/{service}/applications"


def know_eligible(world: World, client_id: str = "client-1", **changes: Any) -> None:
    """Let the cabinet tell of an organisation that needs no agreement."""
    steps.know_organisation(world, client_id, **({"cabinet_created_on": "2019-04-15"} | changes))


def submitted(world: World, form: Any = None, service: str = BRAND, **how: Any) -> str:
    """Apply, and let nothing happen yet; return the application's id."""
    answer = world.ok(f"POST {path(service)}", form or brand_form(), **how)
    return str(answer["application_id"])


def in_review(world: World, form: Any = None, service: str = BRAND, **how: Any) -> str:
    """Apply, and let the automatic checks be done; return the application's id."""
    application_id = submitted(world, form, service, **how)
    world.drain()
    return application_id


def decide(world: World, application_id: str, decision: str = "approve", **more: Any) -> Any:
    """Let the operator decide; return the answer."""
    where = f"POST /moderation/applications/{application_id}/decision"
    said = {"decision": decision} | more
    return world.call(where, said, who="operator")
