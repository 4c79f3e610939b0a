"""The origin passes calls on whole, and gives files and nothing else."""

import http.client
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.cloud import listen
from infra.local.origin import BODY_LIMIT, Origin
from infra.local.reply import Reply, json_reply


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": body.hex(),
        }
        content = b"" if self.command == "HEAD" else json.dumps(request).encode()
        self.send_response(207)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Connection", "X-Hop")
        self.send_header("X-Hop", "1")
        self.send_header("Content-Encoding", "identity")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Demonstration:
    def answer(self, method: str, path: str, body: bytes) -> Reply:
        if path == "/broken":
            raise RuntimeError("broken")
        return json_reply([method, path, body.decode()])


@pytest.fixture
def upstream() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    (folder / "index.html").write_text("<p>Главная</p>", encoding="utf-8")
    (folder / "deep" / "app.js").write_text("1", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def origin(upstream: str, pages: Path) -> Iterator[Origin]:
    with Origin(
        listen(0),
        http=urllib3.PoolManager(retries=False, timeout=5),
        api_url=f"{upstream}/_aws/execute-api/id/v1",
        storage_url=upstream,
        is_bucket={"files-1"}.__contains__,
        demonstration=Demonstration(),
        folders={"/": pages, "/more/": pages / "deep"},
    ) as served:
        yield served


@pytest.fixture
def connection(origin: Origin) -> Iterator[http.client.HTTPConnection]:
    opened = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
    yield opened
    opened.close()


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    body: bytes | None = None,
    **headers: str,
) -> tuple[http.client.HTTPResponse, bytes]:
    connection.request(
        method, target, body, {name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_call_goes_on_whole(
    connection: http.client.HTTPConnection, origin: Origin, method: str
) -> None:
    content = bytes(range(256))

    answer, body = ask(
        connection,
        method,
        "/api/things/a%2Fb%20c?q=1&q=%D1%8F",
        content,
        Authorization="Bearer x",
        TE="trailers",
        Connection="keep-alive, X-Mine",
        X_Mine="1",
        User_Agent="me",
    )

    request = json.loads(body)
    headers = dict(map(tuple, request["headers"]))
    assert answer.status == 207
    assert request["method"] == method
    assert request["target"] == "/_aws/execute-api/id/v1/things/a%2Fb%20c?q=1&q=%D1%8F"
    assert bytes.fromhex(request["body"]) == content
    assert headers["authorization"] == "Bearer x"
    assert headers["host"] == f"127.0.0.1:{origin.port}"
    assert not {"te", "x-mine"} & headers.keys()
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert "X-Hop" not in answer.headers


def test_a_head_call_goes_on_without_a_body(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "HEAD", "/api/things")

    assert (answer.status, body) == (207, b"")
    assert ask(connection, "GET", "/api/things")[0].status == 207


def test_a_call_gets_nothing_the_caller_did_not_send(
    connection: http.client.HTTPConnection,
) -> None:
    connection.putrequest("GET", "/api/x", skip_accept_encoding=True)
    connection.endheaders()
    request = json.loads(connection.getresponse().read())

    assert {name for name, _ in request["headers"]} == {"host"}


def test_one_connection_serves_many_calls(connection: http.client.HTTPConnection) -> None:
    ask(connection, "GET", "/")
    kept = connection.sock
    for target in ("/api/a", "/local/b", "/nowhere"):
        ask(connection, "POST", target, b"{}")

    assert connection.sock is kept


def test_a_cloud_that_does_not_answer_is_a_problem(pages: Path) -> None:
    with Origin(
        listen(0),
        http=urllib3.PoolManager(retries=False, timeout=1),
        api_url="http://127.0.0.1:9",
        storage_url="http://127.0.0.1:9",
        is_bucket=set().__contains__,
        demonstration=Demonstration(),
        folders={"/": pages},
    ) as origin:
        connection = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
        answer, body = ask(connection, "GET", "/api/x")

        assert answer.status == 502
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(body)["type"] == "/problems/bad-gateway"
        connection.close()


def test_presigned_calls_go_to_the_storage(connection: http.client.HTTPConnection) -> None:
    _, body = ask(connection, "POST", "/files-1", b"form")
    assert json.loads(body)["target"] == "/files-1"
    _, body = ask(connection, "GET", "/files-1/a/b?X-Amz-Signature=1")
    assert json.loads(body)["target"] == "/files-1/a/b?X-Amz-Signature=1"
    assert ask(connection, "GET", "/files-2/a")[0].status == 404


def test_local_calls_go_to_the_demonstration(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "POST", "/local/token?x=1", "я".encode())

    assert answer.status == 200
    assert json.loads(body) == ["POST", "/token", "я"]


def test_a_broken_call_is_a_problem(connection: http.client.HTTPConnection) -> None:
    answer, body = ask(connection, "GET", "/local/broken")

    assert answer.status == 500
    assert "RuntimeError" not in body.decode()


def test_a_page_of_another_site_gets_nothing(
    connection: http.client.HTTPConnection, origin: Origin
) -> None:
    assert ask(connection, "GET", "/", Host="evil.example")[0].status == 421
    assert ask(connection, "GET", "/", Host=f"evil.example:{origin.port}")[0].status == 421
    assert ask(connection, "GET", "/", Host=f"localhost:{origin.port}")[0].status == 200
    for foreign in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert ask(connection, "POST", "/local/token", b"{}", Origin=foreign)[0].status == 403
    own = f"http://127.0.0.1:{origin.port}"
    assert ask(connection, "POST", "/local/token", b"{}", Origin=own)[0].status == 200


@pytest.mark.parametrize(
    ("target", "kind", "content"),
    [
        ("/", "text/html; charset=utf-8", "<p>Главная</p>"),
        ("/index.html?x=1", "text/html; charset=utf-8", "<p>Главная</p>"),
        ("/deep/app.js", "text/javascript; charset=utf-8", "1"),
        ("/more/app.js", "text/javascript; charset=utf-8", "1"),
    ],
)
def test_files_are_served(
    connection: http.client.HTTPConnection, target: str, kind: str, content: str
) -> None:
    answer, body = ask(connection, "GET", target)

    assert (answer.status, body.decode()) == (200, content)
    assert answer.headers["Content-Type"] == kind
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/deep/..%2f..%2fsecret.txt",
        "/more/../index.html",
        "/link.txt",
        "//secret.txt",
        "/index.html%00.js",
        "/deep",
        "/" + "a" * 5000,
        "http://127.0.0.1/",
        "*",
        "/api/../_ministack/reset",
        "/api/%2E%2E/%2e%2e/_ministack/reset",
        "/files-1/../x",
    ],
)
def test_nothing_else_is(connection: http.client.HTTPConnection, target: str) -> None:
    answer, body = ask(connection, "GET", target)

    assert answer.status == 404
    assert b"secret" not in body


def test_files_are_only_read(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, "POST", "/", b"x")[0].status == 405
    answer, body = ask(connection, "HEAD", "/")
    assert (answer.status, body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_a_body_of_unknown_or_too_great_length_is_refused(origin: Origin) -> None:
    def status(**headers: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", origin.port, timeout=5)
        connection.putrequest("POST", "/api/x")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer: Any = connection.getresponse()
        assert answer.headers["Connection"] == "close"
        connection.close()
        return int(answer.status)

    assert status(Transfer_Encoding="chunked") == 411
    assert status(Content_Length="-1") == 400
    assert status(Content_Length=str(BODY_LIMIT + 1)) == 413
