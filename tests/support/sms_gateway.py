"""A gateway of SMS as an operator would run it, written without the product's adapter.

The gateway accepts each id once, throttles, is slow, loses answers and refuses numbers as it is told.
What becomes of a message is reported as the test asks, by the calls that a customer's server gets.
"""

import contextlib
import http.server
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

TOKEN = "the customer's token"


class Gateway:
    """What the gateway has taken, and how it behaves."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: dict[str, dict[str, Any]] = {}
        """Messages by id; a repeat changes nothing."""
        self.calls = 0
        self.throttle = 0
        """Number of calls to refuse with 429."""
        self.down = False
        self.delay = 0.0
        """Seconds before an answer."""
        self.lose_answers = False
        self.unknown_numbers: set[str] = set()

    def take(self, token: str, body: bytes) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Return status, document and headers of the answer to a call."""
        self.calls += 1
        if self.down:
            return 503, {}, {}
        if token != f"Bearer {TOKEN}":
            return 401, {"error": "unauthorized"}, {}
        if self.throttle:
            self.throttle -= 1
            return 429, {"error": "rate limit"}, {"Retry-After": "60"}
        message = json.loads(body)
        assert set(message) <= {"id", "to", "text", "sender"}
        if message["to"] in self.unknown_numbers:
            return 422, {"error": "number"}, {}
        if message["id"] in self.taken:
            return 409, {"id": message["id"], "error": "duplicate id"}, {}
        self.taken[message["id"]] = message
        return 202, {"id": message["id"], "status": "accepted"}, {}


@contextlib.contextmanager
def running() -> Iterator[Gateway]:
    """Run a gateway on this machine within the block."""
    gateway = Gateway()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, document, headers = gateway.take(self.headers.get("Authorization", ""), body)
            time.sleep(gateway.delay)
            if gateway.lose_answers:
                self.close_connection = True
                return
            content = json.dumps(document).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        gateway.url = f"http://127.0.0.1:{server.server_port}/sms"
        yield gateway
        server.shutdown()
