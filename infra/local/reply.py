"""What an HTTP handler of the local origin answers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An HTTP answer; `headers` may name a field several times."""

    status: int
    body: bytes = b""
    headers: Sequence[tuple[str, str]] = ()


def json_reply(value: Any, status: int = 200) -> Reply:
    """A JSON answer that nobody keeps."""
    return Reply(
        status,
        json.dumps(value, ensure_ascii=False).encode(),
        [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")],
    )


def problem(status: int, slug: str, title: str, detail: str) -> Reply:
    """A problem (RFC 9457) with the type `/problems/<slug>`."""
    body = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
    return Reply(
        status,
        json.dumps(body, ensure_ascii=False).encode(),
        [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")],
    )
