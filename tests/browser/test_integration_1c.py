"""«Интеграция 1С»: figure 1, then how 1С is connected, what it loads, and nomenclature."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import requests
import zeep
from playwright.sync_api import Locator, Page, expect
from requests.auth import HTTPBasicAuth
from zeep.transports import Transport

from chalicelib.runtime import clock
from tests.support import onec
from tests.support.browser import PHONE, Cabinet, Gallery, barriers, go, settled
from tests.support.onec import OneC

OpenAs = Callable[..., Page]
TEA = "Чай чёрный байховый, 100 г"
ITEM = (
    "<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{id}</Ссылка>"
    "<НаименованиеПолное>{full}</НаименованиеПолное><Наименование>{name}</Наименование>"
    "</КлючевыеСвойства><ЕдиницаИзмерения><ДанныеКлассификатора><Код>796</Код>"
    "<Наименование>шт</Наименование></ДанныеКлассификатора></ЕдиницаИзмерения>"
    "</Справочник.Номенклатура>"
)
TEAS = ITEM.format(
    id="11111111-1111-4111-8111-111111111111", name=TEA, full="Чай чёрный, поставка по договору 5"
) + ITEM.format(
    id="22222222-2222-4222-8222-222222222222", name=TEA, full="Чай чёрный, старая карточка"
)


def register(page: Page, model: str) -> Locator:
    return page.locator(".register").filter(has=page.get_by_role("heading", name=model))


def window(page: Page) -> Locator:
    return page.get_by_role("dialog")


def service(address: str, login: str, password: str) -> Any:
    """Return what 1С makes of the WSDL at the address that it was given."""
    session = requests.Session()
    session.trust_env = False
    session.auth = HTTPBasicAuth(login, password)
    wsdl = f"{address}/ws/Exchange_3_0_1_1?wsdl"
    return zeep.Client(wsdl, transport=Transport(session=session, timeout=30)).service


def test_a_trial_and_a_tariff(cabinet: Cabinet, open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", "integration-1c")
    gallery.take(page, "1c-registers", "Рис. 1. Пробный период и тариф на месяц или год для кассы")
    card = register(page, "АТОЛ 27Ф")
    if card.get_by_role("button", name="Пробный период").count():
        card.get_by_role("button", name="Пробный период").click()
        expect(window(page)).to_contain_text("14 дней")
        window(page).get_by_role("button", name="Включить").click()
    expect(card.locator(".badge")).to_have_text("Пробный период")
    expect(card.get_by_role("button", name="Пробный период")).to_have_count(0)

    card.get_by_role("button", name=re.compile("Тариф на 1 год")).click()
    expect(window(page)).to_contain_text("оставшиеся дни не пропадут")
    window(page).get_by_role("button", name="Сформировать счёт").click()
    expect(window(page).get_by_role("heading", name="Счёт сформирован")).to_be_visible()
    gallery.take(page, "1c-invoice", "Тариф на год: счёт сформирован", whole=False)
    with page.expect_download() as kept:
        window(page).get_by_role("button", name="Скачать счёт (PDF)").click()
    number = kept.value.suggested_filename.removeprefix("Счёт ").removesuffix(".pdf")
    window(page).get_by_role("button", name="Закрыть").last.click()
    cabinet.api("operator").post(
        "/payments",
        {
            "invoice_number": number,
            "amount_kopecks": 2_000_00,
            "bank_reference": f"page/{number}",
            "paid_on": clock.today().isoformat(),
        },
        key=f"page-{number}".replace("СУ", "SU"),
    )
    # The page looks by itself.
    year = str(clock.today().year + 1)
    expect(card).to_contain_text(f"{year} г.")


def test_1c_is_connected_loads_and_asks(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    page = open_as("romashka", "integration-1c/connection")
    cabinet.api("romashka").delete("/integration-1c/credentials", expect=204)
    page.reload()
    settled(page)
    gallery.take(page, "1c-connection", "Как подключить 1С: четыре шага")
    page.get_by_role("button", name="Получить логин и пароль").click()
    expect(window(page)).to_contain_text("Пароль показан один раз")
    address, login, password = window(page).locator("code").all_inner_texts()
    assert barriers(page) == []
    gallery.take(page, "1c-credentials", "Логин и пароль для 1С, показанные один раз", whole=False)
    window(page).get_by_role("button", name="Пароль сохранён").click()
    expect(page.get_by_text(login)).to_be_visible()
    expect(page.get_by_text(password)).to_have_count(0)

    base = OneC(service(address, login, password))
    base.set_up()
    loaded = onec.documents_of(base.synchronise(TEAS))
    assert loaded

    go(page, "integration-1c/nomenclature")
    row = page.get_by_role("row", name=re.compile(TEA))
    expect(row).to_contain_text("Выберите")
    expect(page.get_by_text("Нужен ваш выбор")).to_be_visible()
    gallery.take(page, "1c-nomenclature", "Номенклатура: совпадения с 1С и то, что надо выбрать")
    row.get_by_role("button", name="Выбрать").click()
    window(page).get_by_role("button", name="Сохранить").click()
    expect(window(page).get_by_text("Выберите один из вариантов.")).to_be_visible()
    window(page).get_by_text("поставка по договору 5").click()
    assert barriers(page) == []
    gallery.take(page, "1c-choice", "Какой это товар в 1С", whole=False)
    window(page).get_by_role("button", name="Сохранить").click()
    expect(row).to_contain_text("Выбрано вами")

    go(page, "integration-1c/connection")
    page.get_by_role("button", name="Отозвать").click()
    window(page).get_by_role("button", name="Отозвать").click()
    expect(page.get_by_role("button", name="Получить логин и пароль")).to_be_visible()
    refused = requests.post(
        f"{address}/ws/Exchange_3_0_1_1", data=b"", auth=(login, password), timeout=30
    )
    assert refused.status_code == 401


def test_documents_and_the_file_by_hand(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", "integration-1c/documents")
    page.get_by_label("Касса").select_option(label="ЭВОТОР СТ51Ф, РНМ 0006120945006811")
    shown = page.locator("section").filter(
        has=page.get_by_role("heading", name="Отчёты о розничных продажах")
    )
    shown.get_by_role("button", name="Показать").click()
    row = page.get_by_role("row", name=re.compile("№ 118"))
    expect(row).to_contain_text(re.compile(r"1\s850,50\s₽"))
    gallery.take(page, "1c-documents", "Что загрузится в 1С: отчёты по сменам, файл вручную")
    shown.get_by_label("С", exact=True).fill("2026-01-01")
    shown.get_by_role("button", name="Показать").click()
    expect(shown.get_by_text(re.compile(r"Не больше 31\sдня"))).to_be_visible()

    by_hand = page.locator("section").filter(
        has=page.get_by_role("heading", name="Файл для загрузки вручную")
    )
    with page.expect_download() as kept:
        by_hand.get_by_role("button", name="Скачать файл").click()
    assert b"<Body" in kept.value.path().read_bytes()
    by_hand.get_by_role("button", name="Подготовить архив (ZIP)").click()
    with page.expect_download() as kept:
        by_hand.get_by_role("button", name="Скачать архив", exact=True).click()
    with zipfile.ZipFile(io.BytesIO(kept.value.path().read_bytes())) as archive:
        assert archive.namelist() == ["Message.xml"]
    by_hand.get_by_label("С", exact=True).fill("2026-01-01")
    by_hand.get_by_label("По", exact=True).fill("2026-01-02")
    by_hand.get_by_role("button", name="Скачать файл").click()
    expect(by_hand.get_by_role("alert")).to_contain_text("Загружать нечего")


def test_who_has_connected_nothing_is_told_what_to_do(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("arenda", "integration-1c", width=PHONE)
    expect(page.get_by_text("Касс ещё нет")).to_be_visible()
    go(page, "integration-1c/documents")
    expect(page.get_by_role("link", name="К кассам и тарифам")).to_be_visible()
    go(page, "integration-1c/nomenclature")
    expect(page.get_by_text("Товаров ещё нет")).to_be_visible()
    page = open_as("romashka", "integration-1c", width=PHONE)
    gallery.take(page, "phone-1c", "Кассы и тарифы на телефоне", whole=False)
