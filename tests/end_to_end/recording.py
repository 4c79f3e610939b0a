"""Keeps the first success of each call, as an example for the API's description."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra import declarations
from infra.local.api import Answer, Api

_LONGEST = 4_000
"""Characters of an example: what a reader still takes in."""

_SECRET = re.compile(r'"(\w+_)?password"')
"""What an example has no business to show, be it of a demonstration."""


class Recording(Api):
    """A caller that remembers what it asked and was answered, by operation."""

    examples: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - one book for every caller

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        expect: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = super().call(method, path, body, key=key, expect=expect, headers=headers)
        name = operation(method, path)
        is_json = answer.headers.get("Content-Type") == "application/json"
        if name and name != "get_openapi" and answer.status < 300 and answer.body and is_json:
            example = {"response": _short(answer.json)}
            if body is not None and not isinstance(body, bytes):
                example["request"] = body
            text = json.dumps(example, ensure_ascii=False)
            if len(text) <= _LONGEST and not _SECRET.search(text):
                self.examples.setdefault(name, example)
        return answer


def operation(method: str, path: str) -> str | None:
    """Return the operation that serves a path."""
    asked = path.partition("?")[0]
    for action in sorted(declarations.actions(), key=lambda one: one.path.count("{")):
        pattern = re.sub(r"{\w+}", "[^/]+", action.path)
        if action.method == method and re.fullmatch(pattern, asked):
            return action.name
    return None


def _short(answer: Any) -> Any:
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        return answer | {"items": answer["items"][:2], "next": answer.get("next")}
    return answer


def write(target: Path) -> None:
    """Write what was recorded."""
    text = json.dumps(Recording.examples, ensure_ascii=False, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
