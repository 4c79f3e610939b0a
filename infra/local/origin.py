"""The one address a browser sees: pages, the API behind `/api`, the demonstration behind `/local`.

One origin for all, so that pages need no CORS and their content security policy can say 'self'.
"""

import contextlib
import http.server
import mimetypes
import re
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

import urllib3

from infra.local.cloud import HOST
from infra.local.reply import Reply, problem

BODY_LIMIT = 20 * 1024 * 1024
"""Largest body, in bytes: more than a presigned form admits. The cloud has limits of its own."""

_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_PAGE_HEADERS = [
    (
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data: blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
]
_BUCKET = re.compile(r"^/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/|$)")
_NOT_FOUND = problem(404, "not-found", "Not found", "Такой страницы нет.")


class LocalHandler(Protocol):
    """The handler of the calls under `/local`."""

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """Return the reply to a call, given its path below `/local`."""


class Origin:
    """An HTTP server on a loopback port, for as long as the context is open.

    The server answers only requests with a loopback name in the `Host` header, so that a page of
    another site whose name resolves to this machine (DNS rebinding) gets nothing.

    Args:
        listener: the listening socket to serve.
        http: the connection pool for calls to the cloud.
        api_url: target of the calls under `/api`, without a slash at the end.
        storage_url: target of the calls of presigned forms and links, `/<bucket>/...`.
        is_bucket: whether the first segment of a path names a bucket for those.
        demonstration: answers the calls under `/local`.
        folders: static files by the path under which they are served, including `/`.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        http: urllib3.PoolManager,
        api_url: str,
        storage_url: str,
        is_bucket: Callable[[str], bool],
        demonstration: LocalHandler,
        folders: Mapping[str, Path],
    ) -> None:
        self._http = http
        self._api_url = api_url
        self._storage_url = storage_url
        self._is_bucket = is_bucket
        self._demonstration = demonstration
        self._folders = sorted(folders.items(), key=lambda item: -len(item[0]))
        self.port: int = listener.getsockname()[1]
        self._server = _Server((HOST, self.port), _handler(self), bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listener
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def answer(
        self, method: str, target: str, headers: list[tuple[str, str]], body: bytes
    ) -> Reply:
        """Return the reply to a request, given the target of its request line."""
        path = urlsplit(target).path
        # Dots would lead out of the API to the rest of the cloud.
        if not target.startswith("/") or {".", ".."} & set(unquote(path).split("/")):
            return _NOT_FOUND
        named = {name.lower(): value for name, value in headers}
        own = {f"{host}:{self.port}" for host in (HOST, "localhost")}
        if named.get("host") not in own:
            return problem(421, "misdirected", "Misdirected request", "Неизвестное имя узла.")
        if path == "/api" or path.startswith("/api/"):
            return self._forward(method, self._api_url + target[len("/api") :], headers, body)
        if path.startswith("/local/"):
            if "origin" in named and urlsplit(named["origin"]).netloc not in own:
                return problem(403, "forbidden", "Forbidden", "Вызов с чужой страницы.")
            return self._demonstration.answer(method, path[len("/local") :], body)
        if (bucket := _BUCKET.match(path)) and self._is_bucket(bucket[1]):
            return self._forward(method, self._storage_url + target, headers, body)
        return self._file(method, path)

    def _forward(self, method: str, url: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """Forward a request with its `Host`, which the signature of presigned links covers."""
        dropped = _HOP_BY_HOP | {"content-length"} | _connection_options(headers)
        sent = urllib3.HTTPHeaderDict()
        for name, value in headers:
            if name.lower() not in dropped:
                sent.add(name, value)
        # Else urllib3 adds its own.
        for absent in {"accept-encoding", "user-agent"} - {name.lower() for name in sent}:
            sent[absent] = urllib3.util.SKIP_HEADER
        try:
            answer = self._http.request(
                method, url, headers=sent, body=body or None, redirect=False, decode_content=False
            )
        except urllib3.exceptions.HTTPError:
            return problem(
                502, "bad-gateway", "Bad gateway", "Облако не отвечает. Попробуйте ещё раз."
            )
        received = list(answer.headers.iteritems())
        dropped = _HOP_BY_HOP | {"content-length", "date", "server"} | _connection_options(received)
        kept = [(name, value) for name, value in received if name.lower() not in dropped]
        return Reply(answer.status, answer.data, kept)

    def _file(self, method: str, path: str) -> Reply:
        if method not in {"GET", "HEAD"}:
            return problem(405, "method-not-allowed", "Method not allowed", "Здесь только чтение.")
        for prefix, folder in self._folders:
            if path.startswith(prefix):
                file = _find(folder, unquote(path[len(prefix) :]))
                if file is None:
                    return _NOT_FOUND
                kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
                if kind.startswith("text/") or kind.endswith(("javascript", "json")):
                    kind += "; charset=utf-8"
                return Reply(200, file.read_bytes(), [("Content-Type", kind), *_PAGE_HEADERS])
        return _NOT_FOUND


def _connection_options(headers: list[tuple[str, str]]) -> set[str]:
    """Return the fields that `Connection` declares as hop-by-hop (RFC 9110, section 7.6.1)."""
    return {
        option.strip().lower()
        for name, value in headers
        if name.lower() == "connection"
        for option in value.split(",")
    }


def _find(folder: Path, relative: str) -> Path | None:
    root = folder.resolve()
    try:
        path = (root / relative.lstrip("/")).resolve()
        if path.is_dir():
            path /= "index.html"
        # Resolved first, so neither dots nor links lead out of the folder.
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def _handler(origin: Origin) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 75
        disable_nagle_algorithm = True
        wbufsize = 65536

        def _serve(self) -> None:
            body = self._body()
            if isinstance(body, Reply):
                self.close_connection = True
                reply = body
            else:
                reply = self._answer(body)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            bodiless = reply.status in {204, 304}
            if not bodiless:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD" and not bodiless:
                self.wfile.write(reply.body)

        def _answer(self, body: bytes) -> Reply:
            try:
                return origin.answer(self.command, self.path, self.headers.items(), body)
            except Exception:
                traceback.print_exc()
                return problem(500, "internal", "Internal error", "Ошибка стенда, см. консоль.")

        def _body(self) -> bytes | Reply:
            if "Transfer-Encoding" in self.headers:
                return problem(411, "length-required", "Length required", "Нужна длина запроса.")
            declared = self.headers.get_all("Content-Length") or ["0"]
            if len(set(declared)) != 1 or not declared[0].isdecimal():
                return problem(400, "bad-request", "Bad request", "Неверная длина запроса.")
            if int(declared[0]) > BODY_LIMIT:
                return problem(413, "too-large", "Content too large", "Запрос больше 20 МБ.")
            return self.rfile.read(int(declared[0]))

        def handle(self) -> None:
            with contextlib.suppress(ConnectionError, TimeoutError):
                super().handle()

        def version_string(self) -> str:
            return "origin"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Log nothing: the cloud logs."""

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler._serve)
    return Handler
