"""A caller of the product's HTTP API."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import urllib3


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class UnexpectedAnswer(Exception):
    """The API answered with another status than the caller expects."""


class Api:
    """Calls the API at ``url`` with a bearer token, or without one."""

    def __init__(self, url: str, pool: urllib3.PoolManager, token: str | None = None) -> None:
        self.url = url
        self._pool = pool
        self._token = token

    def as_bearer(self, token: str | None) -> "Api":
        """Return a caller of the same API with another token."""
        return type(self)(self.url, self._pool, token)

    def get(self, path: str, *, expect: int | None = 200, **headers: str) -> Answer:
        """Make a read call; ``expect`` is the expected status, None for any."""
        return self.call("GET", path, expect=expect, headers=headers)

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, expect: int | None = 201
    ) -> Answer:
        """Make a POST call, with an Idempotency-Key if ``key`` is given."""
        return self.call("POST", path, body, key=key, expect=expect)

    def put(
        self, path: str, body: Any = None, *, key: str | None = None, expect: int | None = 200
    ) -> Answer:
        """Make a PUT call, with an Idempotency-Key if ``key`` is given."""
        return self.call("PUT", path, body, key=key, expect=expect)

    def delete(self, path: str, *, expect: int | None = 200) -> Answer:
        """Make a DELETE call."""
        return self.call("DELETE", path, expect=expect)

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
        """Call the API; a ``body`` that is not bytes is sent as JSON.

        Raises:
            UnexpectedAnswer: the status is not the expected one.
        """
        sent = {"Accept": "*/*", **(headers or {})}
        if self._token is not None:
            sent["Authorization"] = f"Bearer {self._token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        response = self._pool.request(method, self.url + path, body=content, headers=sent)
        if expect is not None and response.status != expect:
            text = response.data.decode(errors="replace")
            raise UnexpectedAnswer(f"{method} {path}: {response.status}, not {expect}: {text}")
        return Answer(response.status, response.headers, response.data)
