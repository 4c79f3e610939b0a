"""The page as such: for everybody, light, and calm when something goes wrong."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import DESKTOP, PHONE, Cabinet, Gallery, barriers, go, settled

OpenAs = Callable[..., Page]

CLIENT = ["", "fiscal-drives", "fiscal-drives/orders", "e-receipts", "e-receipts/services"]
CLIENT += ["integration-1c", "integration-1c/connection", "integration-1c/documents"]
CLIENT += ["integration-1c/nomenclature", "edo/join"]
CLIENT += ["gosotchet", "gosotchet/register", "gosotchet/registrations", "gosotchet/sign-in"]
CLIENT += ["rent", "rent/landlords/client-arenda", "rent/grants", "rent/consents"]
CLIENT += ["invoices", "agreements", "shops", "profile", "machine"]
OPERATOR = ["", "moderation", "orders", "payments", "payments/record", "payments/statement"]
OPERATOR += ["landlords", "registrations", "registrations/accepted"]
OPERATOR += ["catalogue", "invoices", "machine/messages"]
LANDLORD = ["", "rent/tenants", "rent/landlords/client-arenda", "edo", "edo/outbox", "edo/send"]
LANDLORD += ["edo/upd", "edo/licence", "edo/registration"]
FIRST_VIEW = 150 * 1024
"""Bytes: everything a browser fetches until the page can be used."""
INTERACTIVE = 1000
"""Milliseconds on this machine."""


@pytest.mark.parametrize(
    ("width", "colours"), [(DESKTOP, "light"), (PHONE, "light"), (DESKTOP, "dark")]
)
@pytest.mark.parametrize(
    ("persona", "paths"), [("romashka", CLIENT), ("operator", OPERATOR), ("arenda", LANDLORD)]
)
def test_no_barriers(
    open_as: OpenAs, persona: str, paths: list[str], width: int, colours: str
) -> None:
    page = open_as(persona, width=width, colours=colours)
    obstacles = {}
    for path in paths:
        go(page, path)
        expect(page.locator(".main [aria-busy='true']")).to_have_count(0)
        if problems := barriers(page):
            obstacles[path] = problems
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
    assert obstacles == {}


def test_no_barriers_in_windows(open_as: OpenAs) -> None:
    page = open_as("romashka", "shops")
    page.get_by_role("button", name="Создать магазин").click()
    page.get_by_role("button", name="Создать", exact=True).click()
    expect(page.get_by_text("Заполните это поле.").first).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Создать магазин")).to_be_focused()
    go(page, "agreements")
    page.get_by_role("button", name=re.compile("Открыть|Прочитать")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []


def test_the_first_view_is_light_and_soon_there(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka")
    gallery.take(page, "home", "«Сервис и услуги»: шесть услуг и то, что требует внимания")
    page.reload()
    # From the first byte asked for to the menu that can be used, as a browser tells it.
    page.locator(".tile").first.wait_for()
    size, interactive = page.evaluate(
        """() => {
          const all = performance.getEntriesByType("resource")
            .concat(performance.getEntriesByType("navigation"));
          return [all.reduce((sum, one) => sum + one.transferSize, 0),
                  performance.getEntriesByName("interactive")[0].startTime];
        }"""
    )
    assert 0 < size <= FIRST_VIEW
    assert interactive <= INTERACTIVE


def test_the_whole_way_by_keyboard(open_as: OpenAs) -> None:
    page = open_as("romashka", "fiscal-drives")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Каталог и корзина")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_the_menu_of_a_phone(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", width=PHONE)
    menu = page.get_by_role("navigation", name="Разделы")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Меню").click()
    expect(menu).to_be_visible()
    gallery.take(page, "phone-menu", "Меню на телефоне", whole=False)
    menu.get_by_role("link", name="Купить ФН").click()
    settled(page)
    expect(menu).to_be_hidden()
    gallery.take(page, "phone-catalogue", "Каталог на телефоне", whole=False)


def test_what_is_not_for_a_role_is_refused_with_what_to_do(open_as: OpenAs) -> None:
    page = open_as("romashka", "moderation")
    expect(page.get_by_text("недоступен вашей роли")).to_be_visible()
    expect(page.get_by_role("link", name="Модерация")).to_have_count(0)
    go(page, "fiscal-drives/orders/no-such-order")
    expect(page.get_by_role("alert")).to_contain_text("Такого заказа нет.")
    go(page, "nowhere")
    expect(page.get_by_role("heading", name="Такой страницы нет")).to_be_visible()


def test_a_lost_connection_is_told_of_and_tried_again(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka")
    gone = True

    def connection(route: Route) -> None:
        if gone:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/**", connection)
    go(page, "shops")
    expect(page.get_by_role("alert")).to_contain_text("Сервер не отвечает")
    gallery.take(page, "no-connection", "Нет связи: что случилось и «Повторить»", whole=False)
    gone = False
    page.get_by_role("button", name="Повторить").click()
    expect(page.get_by_role("table", name="Кассы")).to_be_visible()


def test_nothing_comes_from_elsewhere(cabinet: Cabinet, open_as: OpenAs) -> None:
    page = open_as("romashka")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in CLIENT:
        go(page, path)
    assert [url for url in asked if not url.startswith((cabinet.url, "data:", "blob:"))] == []
    answer = page.request.get(cabinet.url)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "unsafe" not in answer.text()
