"""«Купить ФН»: the way of figures 2 to 5, and what goes wrong on it."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser import PHONE, Cabinet, Gallery, go, settled

OpenAs = Callable[..., Page]
DRIVE = "Фискальный накопитель ФН-1.2 на 15 месяцев"


@pytest.fixture(autouse=True)
def empty_cart(cabinet: Cabinet) -> None:
    romashka = cabinet.api("romashka")
    for line in romashka.get("/fiscal-drives/cart").json["lines"]:
        romashka.delete(f"/fiscal-drives/cart/{line['model']}")


def pay(cabinet: Cabinet, number: str, kopecks: int) -> None:
    cabinet.api("operator").post(
        "/payments",
        {
            "invoice_number": number,
            "amount_kopecks": kopecks,
            "bank_reference": f"page/{number}",
            "paid_on": dt.datetime.now(dt.UTC).date().isoformat(),
        },
        key=f"page-{number}".replace("СУ", "SU"),
    )


def begin_order(page: Page) -> None:
    page.get_by_role("button", name=f"В корзину: {DRIVE}").click()
    page.get_by_role("button", name="Сформировать счёт").click()
    page.get_by_label("Контактное лицо").fill("Смирнова Мария Андреевна")
    page.get_by_label("Телефон").fill("+7 916 123-45-67")


def test_from_the_catalogue_to_delivery(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    page = open_as("romashka", "fiscal-drives")
    expect(page.get_by_text("пора менять: ФН до").first).to_be_visible()
    gallery.take(
        page, "fiscal-drives-catalogue", "Рис. 2. Каталог: что подходит к кассам организации"
    )

    page.get_by_role("button", name=f"В корзину: {DRIVE}").click()
    cart = page.get_by_role("region", name="Корзина")
    cart.get_by_role("button", name="Больше").click()
    expect(cart.get_by_text("Итого с НДС").locator("..")).to_contain_text(re.compile(r"24\s400\s₽"))
    gallery.take(page, "fiscal-drives-cart", "Рис. 3. Корзина и «Сформировать счёт»", whole=False)

    page.get_by_role("button", name="Сформировать счёт").click()
    page.get_by_role("button", name="Сформировать", exact=True).click()
    expect(page.get_by_label("Контактное лицо")).to_be_focused()
    page.get_by_label("Контактное лицо").fill("Смирнова Мария Андреевна")
    page.get_by_label("Телефон").fill("+7 916 123-45-67")
    gallery.take(page, "fiscal-drives-form", "Рис. 4. Заявка на накопители", whole=False)
    page.get_by_role("button", name="Сформировать", exact=True).click()

    expect(page.get_by_role("heading", name="Счёт сформирован")).to_be_focused()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Скачать счёт (PDF)").click()
    assert re.fullmatch(r"Счёт СУ-\d{6,12}\.pdf", kept.value.suggested_filename)
    assert kept.value.path().read_bytes().startswith(b"%PDF-")
    gallery.take(page, "fiscal-drives-invoice", "Счёт сформирован и скачивается в PDF", whole=False)
    page.get_by_role("button", name="Статус заказа").click()
    expect(page.locator(".timeline .now")).to_contain_text("Счёт сформирован")

    number = kept.value.suggested_filename.removeprefix("Счёт ").removesuffix(".pdf")
    pay(cabinet, number, 24_400_00)
    # The page looks by itself.
    expect(page.locator(".timeline .now")).to_contain_text("Оплачен")
    expect(page.get_by_role("button", name="Отменить заказ")).to_have_count(0)

    desk = open_as("operator", "orders")
    desk.get_by_role("row", name=re.compile(number)).get_by_role("link").click()
    desk.get_by_role("button", name="Начать сборку").click()
    desk.get_by_role("button", name="Отметить отправленным").click()
    expect(desk.get_by_text("Заполните это поле.")).to_be_visible()
    desk.get_by_label("Номер отправления").fill("RA123456789RU")
    gallery.take(desk, "operator-order", "Заказ у сотрудника оператора: следующий шаг")
    desk.get_by_role("button", name="Отметить отправленным").click()
    expect(page.get_by_text("RA123456789RU")).to_be_visible()
    gallery.take(page, "fiscal-drives-status", "Рис. 5. «Статус заказа»")
    go(page, "fiscal-drives/orders")
    expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("Отправлен")


def test_an_order_is_cancelled_until_it_is_paid(cabinet: Cabinet, open_as: OpenAs) -> None:
    page = open_as("romashka", "fiscal-drives", width=PHONE)
    begin_order(page)
    page.get_by_text("Самовывоз").click()
    expect(page.get_by_label("Адрес доставки")).to_be_hidden()
    page.get_by_role("button", name="Сформировать", exact=True).click()
    page.get_by_role("button", name="Статус заказа").click()
    page.get_by_role("button", name="Отменить заказ").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить заказ").click()
    expect(page.locator(".timeline .now")).to_contain_text("Отменён")
    expect(page.get_by_role("button", name="Отменить заказ")).to_have_count(0)


def test_nothing_typed_is_lost_and_nothing_ordered_twice(cabinet: Cabinet, open_as: OpenAs) -> None:
    def orders() -> int:
        return len(cabinet.api("romashka").get("/fiscal-drives/orders?limit=100").json["items"])

    before = orders()
    page = open_as("romashka", "fiscal-drives")
    begin_order(page)
    keys = []

    def answer_is_lost(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) <= 3:
            route.fetch()  # it is done, and nobody hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/fiscal-drives/orders", answer_is_lost)
    page.get_by_role("button", name="Сформировать", exact=True).click()
    expect(page.get_by_role("alert").get_by_text("Сервер не отвечает")).to_be_visible()
    expect(page.get_by_label("Телефон")).to_have_value("+7 916 123-45-67")

    # Not even over a reload, nor does another try by a fresh page order anew.
    page.reload()
    settled(page)
    expect(page.get_by_role("region", name="Корзина")).to_contain_text("Корзина пуста")
    page.get_by_role("button", name=f"В корзину: {DRIVE}").click()
    page.get_by_role("button", name="Сформировать счёт").click()
    expect(page.get_by_label("Контактное лицо")).to_have_value("Смирнова Мария Андреевна")
    page.get_by_role("button", name="Сформировать", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Счёт сформирован")).to_be_visible()
    assert len(keys) == 4  # of the double click one
    assert len(set(keys)) == 1
    assert orders() == before + 1


def test_a_refusal_stands_at_its_field(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", "fiscal-drives")
    begin_order(page)
    page.get_by_label("Телефон").fill("12")
    page.get_by_label("Электронная почта").fill("никому")
    page.get_by_role("button", name="Сформировать", exact=True).click()
    phone = page.get_by_label("Телефон")
    expect(phone).to_be_focused()
    expect(phone).to_have_attribute("aria-invalid", "true")
    described = (phone.get_attribute("aria-describedby") or "").split()
    assert page.locator(f"#{described[-1]}").inner_text() != ""
    expect(page.get_by_label("Контактное лицо")).to_have_value("Смирнова Мария Андреевна")
    gallery.take(page, "refused-form", "Отказ показан у поля, введённое на месте", whole=False)


def test_what_is_not_left_cannot_be_ordered(cabinet: Cabinet, open_as: OpenAs) -> None:
    cabinet.api("romashka").put("/fiscal-drives/cart/fn-1.1-15", {"quantity": 100})
    page = open_as("romashka", "fiscal-drives")
    page.get_by_role("button", name="Сформировать счёт").click()
    page.get_by_label("Контактное лицо").fill("Смирнова Мария")
    page.get_by_label("Телефон").fill("+7 916 123-45-67")
    page.get_by_role("button", name="Сформировать", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"в наличии осталось \d шт\."))
