"""«Аренда»: the way of figures 29 to 31, and what the landlord sees of it."""

import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from chalicelib.runtime import clock
from infra.local.personas import PERSONAS, Register
from tests.support.browser import PHONE, Cabinet, Gallery, barriers, go

OpenAs = Callable[..., Page]
LANDLORD = PERSONAS["arenda"].client_id
SHOP = "Отдел в торговом центре"


@pytest.fixture
def shop(cabinet: Cabinet) -> str:
    """A shop with one register, and nothing granted: the address of that register's shop."""
    romashka = cabinet.api("romashka")
    romashka.delete(f"/rent/consents/{LANDLORD}", expect=None)
    shops = romashka.get("/organisation/shops").json["items"]
    shop_id = next((entry["shop_id"] for entry in shops if entry["name"] == SHOP), None)
    if shop_id is None:
        body = {"name": SHOP, "address": "г. Москва, ул. Примерная, д. 2"}
        shop_id = romashka.post("/organisation/shops", body, key="page-rent-shop").json["shop_id"]
    romashka.put(f"/organisation/shops/{shop_id}/registers/{register().register_id}")
    return str(shop_id)


def register() -> Register:
    organisation = PERSONAS["romashka"].organisation
    assert organisation is not None
    return organisation.registers[2]


def sell(cabinet: Cabinet, kopecks: int, *, operation: int = 1) -> None:
    number = secrets.randbelow(900_000) + 100_000
    document = {
        "code": 3,
        "kktRegId": register().register_id,
        "fiscalDriveNumber": register().fiscal_drive_number,
        "fiscalDocumentNumber": number,
        "fiscalSign": number,
        "shiftNumber": 1,
        "dateTime": f"{clock.today().isoformat()}T00:01:00",
        "operationType": operation,
        "totalSum": kopecks,
    }
    cabinet.local().post("/local/fiscal-documents", document, expect=202)


def step(page: Page, title: str) -> Locator:
    return page.locator(".steps > li").filter(has=page.get_by_role("heading", name=title))


def test_from_the_choice_of_a_landlord_to_its_look_and_revocation(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery, shop: str
) -> None:
    page = open_as("romashka", "rent")
    sought = page.get_by_label("Название или ИНН арендодателя")
    sought.fill("Нет такого")
    expect(page.get_by_text("Никого не нашли")).to_be_visible()
    sought.fill("АРЕН")
    link = page.get_by_role("link", name="ООО «Аренда»")
    expect(link).to_be_visible()
    gallery.take(page, "rent-landlords", "Рис. 29. Выбор арендодателя")

    link.click()
    expect(step(page, "Доступ к кассам")).to_contain_text("Сначала подпишите согласие")
    page.get_by_role("button", name="Прочитать и подписать").click()
    expect(page.get_by_role("region", name="Текст согласия")).to_contain_text("ООО «Аренда»")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("ИП Петрова").click()
    page.get_by_role("button", name="Подписать КЭП").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Подпись не принята")
    assert barriers(page) == []
    dialog.locator("label").get_by_text("ООО «Ромашка»").click()
    gallery.take(page, "rent-consent", "Согласие для арендодателя подписывается КЭП", whole=False)
    page.get_by_role("button", name="Подписать КЭП").click()
    expect(page.get_by_text("Согласие подписано")).to_be_visible()

    page.get_by_role("button", name="Предоставить доступ").click()
    dialog.get_by_label("Магазин").select_option(shop)
    dialog.get_by_label("Показывать обороты с").fill("2099-01-01")
    dialog.get_by_role("button", name="Добавить").click()
    expect(dialog.get_by_text("Выберите хотя бы одну кассу.")).to_be_visible()
    expect(dialog.get_by_text("Начало не может быть позже сегодняшнего дня.")).to_be_visible()
    assert barriers(page) == []
    dialog.get_by_label("Показывать обороты с").fill(clock.today().isoformat())
    dialog.get_by_label("МЕРКУРИЙ-185Ф").check()
    gallery.take(page, "rent-grant", "Рис. 31. «Предоставить доступ»: магазин и кассы", whole=False)
    dialog.get_by_role("button", name="Добавить").click()
    given = step(page, "Доступ к кассам")
    expect(given).to_contain_text(SHOP)
    gallery.take(page, "rent-granted", "Три шага пройдены: доступ предоставлен")
    page.get_by_role("button", name="Предоставить доступ").click()
    dialog.get_by_label("Магазин").select_option(shop)
    expect(dialog.get_by_text("доступ уже предоставлен")).to_be_visible()
    expect(dialog.get_by_label("МЕРКУРИЙ-185Ф")).to_be_disabled()
    page.keyboard.press("Escape")
    given.get_by_role("link", name="Кто смотрел").click()
    expect(page.get_by_text("Никто ещё не смотрел")).to_be_visible()

    sell(cabinet, 1_500_00)
    sell(cabinet, 500_00, operation=2)
    owner = open_as("arenda", "rent/tenants")
    owner.get_by_role("row").filter(has_text=SHOP).get_by_role("link").click()
    turnover = owner.locator(".figures li").filter(has_text="Оборот")
    deadline = time.monotonic() + 60
    while not re.search(r"1\s000\s₽", turnover.inner_text()):
        assert time.monotonic() < deadline, turnover.inner_text()
        owner.get_by_role("button", name="30 дней").click()
        expect(turnover).to_be_visible()
        owner.wait_for_timeout(500)
    with owner.expect_download() as csv:
        owner.get_by_role("button", name="Скачать CSV").click()
    assert "Все кассы;Итого;" in Path(csv.value.path()).read_text(encoding="utf-8-sig")
    assert csv.value.suggested_filename.startswith("Оборот 9677190017")
    with owner.expect_download() as xlsx:
        owner.get_by_role("button", name="Скачать XLSX").click()
    assert Path(xlsx.value.path()).read_bytes()[:2] == b"PK"

    page.reload()
    log = page.get_by_role("table", name="Кто смотрел обороты")
    expect(log).to_contain_text("файл XLSX")
    expect(log).to_contain_text("файл CSV")
    expect(log).to_contain_text(PERSONAS["arenda"].subject)
    gallery.take(page, "rent-accesses", "Арендатор видит, кто и когда смотрел обороты")
    page.get_by_role("button", name="Отозвать доступ").click()
    page.get_by_role("dialog").get_by_role("button", name="Отозвать доступ").click()
    expect(page.locator(".timeline .now")).to_contain_text("Отозван")
    owner.get_by_role("button", name="7 дней").click()
    expect(owner.get_by_role("alert")).to_contain_text("Такого доступа нет")
    gallery.take(owner, "rent-revoked", "Доступ отозван: арендодатель больше ничего не видит")


def test_withdrawal_ends_every_grant(cabinet: Cabinet, open_as: OpenAs, shop: str) -> None:
    page = open_as("romashka", f"rent/landlords/{LANDLORD}", width=PHONE)
    page.get_by_role("button", name="Прочитать и подписать").click()
    page.get_by_role("button", name="Подписать КЭП").click()
    page.get_by_role("button", name="Предоставить доступ").click()
    page.get_by_role("dialog").get_by_label("Магазин").select_option(shop)
    page.get_by_role("dialog").get_by_label("МЕРКУРИЙ-185Ф").check()
    page.get_by_role("button", name="Добавить").click()
    expect(step(page, "Доступ к кассам")).to_contain_text(SHOP)
    page.get_by_role("button", name="Отозвать согласие").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"прекратится 1\sдоступ\."))
    dialog.get_by_role("button", name="Отозвать согласие").click()
    expect(page.get_by_role("button", name="Прочитать и подписать")).to_be_visible()
    go(page, "rent/grants")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Согласие отозвано")
    go(page, "rent/consents")
    expect(page.get_by_role("row").nth(1)).to_contain_text("Отозвано")
    page.get_by_role("button", name="Открыть согласие").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Смирнова Мария Андреевна")


def test_a_month_of_turnover(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("arenda", "rent/tenants")
    gallery.take(page, "rent-tenants", "Арендаторы, которые предоставили доступ")
    page.get_by_role("link", name="ИП Петрова").click()
    expect(page.get_by_role("img", name="Оборот по дням")).to_be_visible()
    gallery.take(page, "rent-turnover", "Оборот арендатора по дням, файлы CSV и XLSX")
    page.get_by_text("Показать таблицей").click()
    days = page.get_by_role("table", name="Оборот по дням")
    expect(days.get_by_role("row")).not_to_have_count(1)
    assert barriers(page) == []

    page.get_by_role("button", name="Год").click()
    expect(page.get_by_role("img", name="Оборот по месяцам")).to_be_visible()
    expect(page.get_by_text("Арендатор открыл не весь период")).to_be_visible()
    page.get_by_label("С", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page.get_by_text(re.compile(r"Не больше 366\sдней\."))).to_be_visible()
    page.get_by_label("По", exact=True).fill("2019-12-31")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page.get_by_text("Конец периода раньше начала.")).to_be_visible()
    page.get_by_label("По", exact=True).fill("2020-01-31")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page.get_by_text("За эти дни обороты не открыты")).to_be_visible()

    phone = open_as("arenda", "rent/tenants", width=PHONE)
    phone.get_by_role("link", name="ИП Петрова").click()
    expect(phone.get_by_role("img", name="Оборот по дням")).to_be_visible()
    gallery.take(phone, "rent-turnover-phone", "Оборот арендатора на телефоне")


def test_the_operator_enrols_a_landlord_and_strikes_it_off(
    open_as: OpenAs, gallery: Gallery
) -> None:
    desk = open_as("operator", "landlords")
    field = desk.get_by_label("Идентификатор организации")
    field.fill("нет такой")
    desk.get_by_role("button", name="Внести").click()
    expect(desk.get_by_text("Только латинские буквы, цифры и дефис.")).to_be_visible()
    field.fill("client-nobody")
    desk.get_by_role("button", name="Внести").click()
    expect(desk.get_by_role("alert")).not_to_be_empty()
    field.fill(PERSONAS["petrova"].client_id)
    desk.get_by_role("button", name="Внести").click()
    row = desk.get_by_role("row").filter(has_text="ИП Петрова")
    expect(row).to_be_visible()
    gallery.take(desk, "landlords", "Оператор вносит арендодателей")
    row.get_by_role("button", name="Исключить").click()
    desk.get_by_role("dialog").get_by_role("button", name="Исключить").click()
    expect(row).to_have_count(0)
