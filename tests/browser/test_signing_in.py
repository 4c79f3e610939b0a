"""The page on a plain static host of its own, with a provider to sign in at (OIDC with PKCE)."""

import base64
import functools
import hashlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from infra.cabinet import publish
from tests.support.browser import Cabinet, settled


class Provider(http.server.BaseHTTPRequestHandler):
    """Signs everybody in as romashka, with tokens of the demonstration's issuer."""

    cabinet: Cabinet
    challenges: dict[str, str]
    grants: list[str]

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        here = f"http://{self.headers['Host']}"
        if asked.path == "/.well-known/openid-configuration":
            self.reply(
                {"authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token"}
            )
            return
        query = {name: value for name, (value,) in parse_qs(asked.query).items()}
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = query["code_challenge"]
        self.send_response(302)
        back = urlencode({"code": code, "state": query["state"]})
        self.send_header("Location", f"{query['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        form = {name: value for name, (value,) in sent.items()}
        self.grants.append(form["grant_type"])
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if challenge != self.challenges.pop(form["code"]):
                self.reply({"error": "invalid_grant"}, 400)
                return
        self.reply({"access_token": self.cabinet.token("romashka"), "refresh_token": "again"})

    def reply(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Files(http.server.SimpleHTTPRequestHandler):
    """A static host that knows nothing of the page."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def provider(cabinet: Cabinet) -> Iterator[tuple[str, type[Provider]]]:
    kind = type("P", (Provider,), {"cabinet": cabinet, "challenges": {}, "grants": []})
    with serving(kind) as url:
        yield url, kind


@pytest.fixture
def page_url(
    tmp_path: Path, cabinet: Cabinet, provider: tuple[str, type[Provider]]
) -> Iterator[str]:
    folder = tmp_path / "page"
    publish(folder, api=f"{cabinet.url}/api", issuer=provider[0], client_id="cabinet")
    with serving(functools.partial(Files, directory=str(folder))) as url:
        yield url


def test_the_page_signs_in_and_calls_the_api_of_another_origin(
    browser: Browser, page_url: str, provider: tuple[str, type[Provider]]
) -> None:
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    violations: list[str] = []
    page.on("pageerror", lambda error: violations.append(str(error)))
    page.on(
        "console",
        lambda message: (
            violations.append(message.text) if "Content Security" in message.text else None
        ),
    )
    page.goto(f"{page_url}/#/shops")
    # Back from the provider, at the address that was asked for, and without the code in it.
    expect(page.get_by_role("heading", name="Магазины")).to_be_visible()
    assert page.url == f"{page_url}/#/shops"
    expect(page.get_by_role("table", name="Кассы")).to_contain_text("АТОЛ 27Ф")
    expect(page.get_by_role("link", name="Очереди и сообщения")).to_have_count(0)

    # The token that is over is renewed without a word, once.
    refused = []

    def once(route: Route) -> None:
        if not refused:
            refused.append(route.request.url)
            route.fulfill(status=401, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    page.route("**/api/organisation", once)
    page.get_by_role("link", name="Профиль").click()
    expect(page.get_by_role("heading", name="ООО «Ромашка»")).to_be_visible()
    assert provider[1].grants == ["authorization_code", "refresh_token"]

    # Without the plug-in a signature is refused with what to do.
    page.get_by_role("link", name="Документы").click()
    page.get_by_role("button", name="Прочитать и подписать").click()
    expect(page.get_by_role("dialog")).to_contain_text("Установите КриптоПро CSP")
    assert violations == []
    page.reload()
    settled(page)
    assert provider[1].grants == ["authorization_code", "refresh_token"]
    context.close()


def test_an_answer_to_another_window_is_not_taken(browser: Browser, page_url: str) -> None:
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(f"{page_url}/?code=stolen&state=foreign")
    # It asks anew, for itself.
    expect(page.get_by_role("heading", name="Главная")).to_be_visible()
    assert "stolen" not in page.url
    context.close()
