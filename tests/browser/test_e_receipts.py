"""«Электронные чеки»: the way of figures 19 to 27, as the client and the moderator see it."""

import io
import re
import time
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from chalicelib.runtime import clock
from tests.support import receipts
from tests.support.browser import PHONE, Cabinet, Gallery, go
from tests.support.newcomers import WITHOUT_AGREEMENT

OpenAs = Callable[..., Page]
BRAND, LOGO = "Брендированное сообщение", "Логотип в чеке"
PDF = b"%PDF-1.4\n" + b"%" * 1_500_000 + b"\nstartxref\n9\n%%EOF\n"


@pytest.fixture(autouse=True)
def no_open_applications(cabinet: Cabinet) -> None:
    romashka = cabinet.api("romashka")
    for service in ("branded-message", "logo"):
        path = f"/e-receipts/services/{service}/applications"
        for application in romashka.get(path).json["items"]:
            if application["state"] in {"submitted", "in_review"}:
                romashka.post(f"{path}/{application['application_id']}/cancellation", expect=200)


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    made = Image.new("RGB", (width, height), "#fff7e6")
    draw = ImageDraw.Draw(made)
    draw.ellipse((8, 8, 60, 60), fill="#e8590c")
    draw.ellipse((24, 24, 44, 44), fill="#fff7e6")
    draw.rectangle((74, 22, 150, 30), fill="#5f3dc4")
    draw.rectangle((74, 38, 128, 46), fill="#5f3dc4")
    out = io.BytesIO()
    made.save(out, kind)
    return out.getvalue()


def upload(name: str, content: bytes, kind: str) -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": content}


def sent_today(cabinet: Cabinet) -> int:
    today = clock.today().isoformat()
    statistics = cabinet.api("romashka").get(f"/e-receipts/statistics?from={today}&to={today}").json
    return int(statistics["totals"]["sms"]["sent"])


def card(page: Page, title: str) -> object:
    return page.locator(".service").filter(has=page.get_by_role("heading", name=title))


def test_counts_and_switches(cabinet: Cabinet, open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", "e-receipts")
    for channel in ("На абонентские номера", "На электронную почту"):
        switch = page.get_by_role("switch", name=channel)
        if not switch.is_checked():
            switch.click()
            expect(page.get_by_text(f"{channel}: отправка включена")).to_be_visible()
        expect(switch).to_be_checked()
    overview = cabinet.api("romashka").get("/e-receipts").json
    assert {name: channel["enabled"] for name, channel in overview["channels"].items()} == {
        "sms": True,
        "email": True,
    }
    number = int(time.time()) % 1_000_000
    document = receipts.document(fiscalDocumentNumber=number, buyerPhoneOrAddress="8 916 123-45-67")
    before = sent_today(cabinet)
    cabinet.local().post("/local/fiscal-documents", document, expect=202)
    deadline = time.monotonic() + 60
    while sent_today(cabinet) == before:
        assert time.monotonic() < deadline, cabinet.local().get("/local/queues").json
        time.sleep(0.2)
    page.reload()
    expect(page.get_by_role("img", name="Отправленные чеки по дням")).to_be_visible()
    gallery.take(page, "e-receipts-statistics", "Рис. 19. Отправленные чеки и их стоимость по дням")
    page.get_by_text("Показать таблицей").first.click()
    expect(page.get_by_role("table", name="Отправленные чеки по дням")).to_be_visible()

    page.get_by_label("С", exact=True).fill("2026-02-02")
    page.get_by_label("По", exact=True).fill("2026-02-01")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page.get_by_text("Конец периода раньше начала.")).to_be_visible()
    page.get_by_label("По", exact=True).fill("2026-02-03")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page.get_by_text("За этот период чеки не отправлялись")).to_be_visible()


def test_branded_message_from_the_application_to_the_switch(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    page = open_as("romashka", "e-receipts/services")
    gallery.take(page, "e-receipts-services", "Рис. 20, 21. «Дополнительные услуги»")
    page.get_by_role("button", name=f"Отправить заявку на услугу «{BRAND}»").click()
    name = page.get_by_label("Название компании")
    name.fill("Romashka")
    expect(page.get_by_text("Только кириллица")).to_be_visible()
    name.fill("Ромашка 24")
    expect(page.get_by_text(re.compile(r"осталось 1\sсимвол"))).to_be_visible()
    expect(page.locator(".bubble").nth(1)).to_contain_text("Ромашка 24")
    files = page.get_by_label("Документы")
    files.set_input_files([upload("свидетельство.exe", b"MZ", "application/x-msdownload")])
    expect(page.get_by_text("нужен файл PDF, JPEG или PNG")).to_be_visible()
    files.set_input_files(
        [
            upload("Товарный знак.pdf", PDF, "application/pdf"),
            upload("Свидетельство.png", picture(600, 800), "image/png"),
        ]
    )
    gallery.take(
        page, "e-receipts-brand-form", "Рис. 22. Заявка на «Брендированное сообщение»", whole=False
    )
    page.get_by_role("button", name="Отправить заявку", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    service = card(page, BRAND)
    expect(service.locator(".timeline .now")).to_contain_text("На рассмотрении")
    gallery.take(page, "e-receipts-brand-status", "Рис. 23. Статус заявки, отмена")

    service.get_by_role("button", name="Отменить заявку").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить заявку").click()
    expect(service.locator(".timeline .now")).to_contain_text("Отменена")
    page.get_by_role("button", name=f"Отправить заявку на услугу «{BRAND}»").click()
    page.get_by_label("Название компании").fill("Ромашка 24")
    page.get_by_label("Документы").set_input_files(
        [
            upload("Товарный знак.pdf", PDF, "application/pdf"),
            upload("Свидетельство.png", picture(600, 800), "image/png"),
        ]
    )
    page.get_by_role("button", name="Отправить заявку", exact=True).click()
    expect(service.locator(".timeline .now")).to_contain_text("На рассмотрении")

    desk = open_as("operator", "moderation")
    gallery.take(desk, "moderation-queue", "Очередь модератора: сначала те, чей срок ближе")
    desk.get_by_role("row").filter(has_text="Ромашка 24").get_by_role("link").last.click()
    expect(desk.get_by_role("img", name="Файл Свидетельство.png")).to_be_visible()
    assert desk.evaluate("document.querySelector('.file img').naturalWidth") == 600
    gallery.take(desk, "moderation-application", "Заявка у модератора: файлы рядом с решением")
    desk.get_by_role("button", name="Сохранить решение").click()
    expect(desk.get_by_role("heading", name="Модерация")).to_be_visible()

    switch = page.get_by_role("switch", name=BRAND)
    expect(switch).to_be_enabled()
    expect(switch).to_be_checked()
    expect(service).to_contain_text("«Ромашка 24»")
    gallery.take(page, "e-receipts-approved", "Рис. 27. Услуга одобрена, переключатель доступен")
    switch.click()
    expect(page.get_by_text("услуга отключена")).to_be_visible()
    switch.click()
    expect(page.get_by_text("услуга включена")).to_be_visible()


def test_logo_is_checked_in_the_browser_and_shown_before_it_is_sent(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    page = open_as("romashka", "e-receipts/services")
    card(page, LOGO).get_by_text("Подробнее").click()
    gallery.take(page, "e-receipts-logo-more", "Рис. 24. «Логотип в чеке»: подробнее")
    page.get_by_role("button", name=f"Отправить заявку на услугу «{LOGO}»").click()
    chosen = page.get_by_label("Файл логотипа")
    chosen.set_input_files([upload("logo.png", picture(170, 60, "JPEG"), "image/png")])
    requirements = page.locator(".requirements")
    expect(requirements).to_contain_text("это не PNG")
    expect(requirements).to_contain_text("в файле 170×60")
    page.get_by_role("button", name="Отправить заявку", exact=True).click()
    expect(page.get_by_text("Файл не подходит")).to_be_visible()

    chosen.set_input_files([upload("logo.png", picture(170, 68), "image/png")])
    expect(requirements.locator(".yes")).to_have_count(3)
    mail = page.get_by_role("group", name="Пример письма с чеком")
    logo = mail.locator("img[width='170']").first
    expect(logo).to_be_visible()
    assert logo.evaluate("(image) => image.naturalWidth") == 170
    gallery.take(page, "e-receipts-logo-form", "Рис. 25. Чек с новым логотипом", whole=False)
    page.get_by_role("button", name="Отправить заявку", exact=True).click()
    expect(card(page, LOGO).locator(".timeline .now")).to_contain_text("На рассмотрении")
    gallery.take(page, "e-receipts-logo-status", "Рис. 26. Логотип на модерации")

    desk = open_as("operator", "moderation")
    desk.get_by_role("link", name=LOGO).last.click()
    desk.get_by_text("Отклонить").click()
    desk.get_by_role("button", name="Сохранить решение").click()
    expect(desk.get_by_text("Заполните это поле.")).to_be_visible()
    desk.get_by_label("Причина отказа").fill("Логотип принадлежит другой организации.")
    desk.get_by_role("button", name="Сохранить решение").click()
    expect(desk.get_by_role("heading", name="Модерация")).to_be_visible()
    expect(card(page, LOGO)).to_contain_text("Логотип принадлежит другой организации.")


def test_who_has_not_signed_the_agreement_is_told_what_to_do(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    page = open_as(WITHOUT_AGREEMENT.key, "e-receipts/services", width=PHONE)
    expect(page.get_by_text("Дополнительные услуги пока недоступны")).to_be_visible()
    expect(page.get_by_role("switch", name=BRAND)).to_be_disabled()
    expect(page.get_by_role("button", name="Отправить заявку на услугу")).to_have_count(0)
    gallery.take(page, "e-receipts-refused", "Без соглашения: что сделать (телефон)", whole=False)
    page.get_by_role("link", name="Перейти в «Документы»").click()
    page.get_by_role("button", name="Прочитать и подписать").click()
    expect(page.get_by_role("region", name="Текст соглашения")).to_contain_text(
        WITHOUT_AGREEMENT.title
    )
    # Another organisation's token is in the computer too.
    page.get_by_role("dialog").get_by_text("ООО «Ромашка»").click()
    page.get_by_role("button", name="Подписать КЭП").click()
    expect(page.get_by_role("alert").filter(has_text="Подпись не принята")).to_be_visible()
    page.get_by_role("dialog").get_by_text(WITHOUT_AGREEMENT.title).last.click()
    gallery.take(page, "agreement", "Соглашение подписывается КЭП (телефон)", whole=False)
    page.get_by_role("button", name="Подписать КЭП").click()
    expect(page.get_by_text("Подписано", exact=True)).to_be_visible()
    go(page, "e-receipts/services")
    expect(page.get_by_role("button", name=re.compile("Отправить заявку"))).to_have_count(2)
