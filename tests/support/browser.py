"""A person at the cabinet page: a real browser, and what there is to see of it."""

import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import urllib3
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from chalicelib.runtime import clock
from infra.local.api import Api

DESKTOP, PHONE = 1280, 390
"""Widths of a window, in pixels."""
_COLOURS = 128
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ORDINARY = re.compile("Failed to load resource")
"""What a browser says of every refusal, which pages are there to show."""


@dataclasses.dataclass
class Gallery:
    """Pictures of the page in the order taken, small enough to keep with the sources."""

    folder: Path
    taken: list[dict[str, str]] = dataclasses.field(default_factory=list)

    def take(self, page: Page, name: str, caption: str, *, whole: bool = True) -> None:
        """Keep a picture under ``name``; the caption begins with the figure of the description."""
        page.evaluate("document.getElementById('toasts').replaceChildren()")
        if whole:
            page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(250)  # what moves has come to rest
        shown = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
        few = shown.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(self.folder / f"{name}.png", optimize=True)
        self.taken.append({"name": name, "caption": caption})

    def close(self) -> None:
        """Note what was taken."""
        text = json.dumps(self.taken, ensure_ascii=False, indent=1)
        (self.folder / "taken.json").write_text(text, encoding="utf-8")


class Cabinet:
    """Opens the page as one of the demonstration's people, in windows that are closed in the end."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self._browser = browser
        self._http = urllib3.PoolManager(retries=False, timeout=60)
        self._complaints: list[str] = []

    def api(self, persona: str) -> Api:
        """A caller in somebody's name, for what a test needs to be there beforehand."""
        return Api(f"{self.url}/api", self._http, self.token(persona))

    def pay(self, number: str, kopecks: int) -> None:
        """Let the money for an invoice arrive."""
        payment = {
            "invoice_number": number,
            "amount_kopecks": kopecks,
            "bank_reference": f"page/{number}",
            "paid_on": clock.today().isoformat(),
        }
        key = f"page-{number}".replace("СУ", "SU")
        self.api("operator").post("/payments", payment, key=key)

    def token(self, persona: str) -> str:
        """A token in somebody's name."""
        answer = self.local().post("/local/token", {"persona": persona}, expect=200)
        return str(answer.json["token"])

    def local(self) -> Api:
        """A caller of what the local machine alone has."""
        return Api(self.url, self._http)

    @contextmanager
    def windows(self) -> Iterator[Callable[..., Page]]:
        """Give what opens windows; close them, and fail if the page has complained."""
        contexts = []

        def open_as(
            persona: str,
            path: str = "",
            *,
            width: int = DESKTOP,
            colours: Literal["light", "dark"] = "light",
        ) -> Page:
            context = self._browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=colours,
                locale="ru-RU",
                timezone_id="Asia/Vladivostok",  # times shown are Moscow's all the same
                reduced_motion="reduce",
            )
            contexts.append(context)
            context.add_init_script(
                f"localStorage.getItem('persona') ?? localStorage.setItem('persona', '{persona}')"
            )
            page = context.new_page()
            page.set_default_timeout(30_000)
            page.on("console", self._listen)
            page.on("pageerror", lambda error: self._complaints.append(str(error)))
            page.goto(f"{self.url}/#/{path}")
            settled(page)
            return page

        yield open_as
        for context in contexts:
            context.close()
        complaints, self._complaints = self._complaints, []
        assert complaints == []

    def _listen(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not _ORDINARY.search(message.text):
            self._complaints.append(message.text)


def settled(page: Page) -> None:
    """Wait until nothing is being loaded any more."""
    page.locator(".main .section").wait_for()
    page.locator(".loading").first.wait_for(state="detached")


def go(page: Page, path: str) -> None:
    """Open another address of the page."""
    page.evaluate("(path) => { location.hash = `#/${path}`; }", path)
    settled(page)


def barriers(page: Page) -> list[str]:
    """What keeps people out, as axe-core finds it: WCAG 2.2 A and AA, and good practice."""
    options = {"runOnly": {"type": "tag", "values": _LEVELS}}
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{item['id']}: {item['help']}: {node['html'][:200]}"
        for item in violations
        for node in item["nodes"]
    ]
