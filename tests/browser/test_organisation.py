"""Profile, shops, invoices, the operator's screens, and what the local machine alone shows."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Page, expect

from chalicelib.runtime import clock
from infra.local.product import SELLER
from tests.support import bank
from tests.support.browser import Cabinet, Gallery, go

OpenAs = Callable[..., Page]


def order(cabinet: Cabinet) -> dict[str, object]:
    arenda = cabinet.api("arenda")
    arenda.put("/fiscal-drives/cart/fn-1.2-15", {"quantity": 1})
    form = {
        "contact_name": "Орлов Павел",
        "phone": "+7 916 123-45-67",
        "email": "arenda@example.ru",
        "delivery": {"method": "pickup"},
    }
    made = arenda.post("/fiscal-drives/orders", form, key=secrets.token_hex(8)).json
    return dict(made["invoice"])


def test_the_address_is_corrected(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("romashka", "profile")
    code = page.get_by_label("Код налогового органа")
    kept = code.input_value()
    code.fill("77")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Код — четыре цифры, например 7719.")).to_be_visible()
    code.fill("7720")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("Адрес сохранён")).to_be_visible()
    expect(page.get_by_label("Код налогового органа")).to_have_value("7720")
    page.get_by_label("Код налогового органа").fill(kept)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_label("Код налогового органа")).to_have_value(kept)
    gallery.take(page, "profile", "Профиль: адрес и код налогового органа")


def test_a_shop_is_opened_and_a_register_put_into_it(open_as: OpenAs, gallery: Gallery) -> None:
    name = f"Киоск {secrets.token_hex(2)}"
    page = open_as("romashka", "shops")
    page.get_by_role("button", name="Создать магазин").click()
    page.get_by_label("Название").fill(name)
    page.get_by_label("Адрес").fill("г. Москва, ул. Щербаковская, д. 5")
    page.get_by_role("button", name="Создать", exact=True).click()
    shop = page.locator("section.card").filter(has=page.get_by_role("heading", name=name))
    shop.get_by_text("Привязать кассу").click()
    shop.get_by_label("Касса").select_option(label="МЕРКУРИЙ-185Ф, РНМ 0007394518011703")
    shop.get_by_role("button", name="Привязать").click()
    row = page.get_by_role("row", name=re.compile("МЕРКУРИЙ"))
    expect(row).to_contain_text(name)
    gallery.take(page, "shops", "Рис. 30. Магазины и кассы в них")
    shop.get_by_role("button", name="Отвязать МЕРКУРИЙ-185Ф").click()
    expect(row).to_contain_text("—")


def test_money_is_recorded_by_hand_and_by_statement(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    invoice = order(cabinet)
    number = str(invoice["number"])
    client = open_as("arenda", "invoices")
    client.get_by_role("link", name=number).click()
    expect(client.get_by_text("Осталось оплатить")).to_be_visible()
    gallery.take(client, "invoice", "Счёт: состав, реквизиты, состояние")

    desk = open_as("operator", "payments/record")
    desk.get_by_label("Номер счёта").fill(number)
    desk.get_by_label("Сумма, ₽").fill("сто")
    desk.get_by_label("Номер платежа в банке").fill(f"hand/{number}")
    desk.get_by_role("button", name="Внести платёж").click()
    expect(desk.get_by_text("Сумма в рублях, копейки после запятой.")).to_be_visible()
    desk.get_by_label("Сумма, ₽").fill("2 200,50")
    desk.get_by_role("button", name="Внести платёж").click()
    expect(desk.get_by_text("Оплачен не весь").last).to_be_visible()

    go(desk, "payments/statement")
    rest = int(str(invoice["total_kopecks"])) - 2_200_50
    statement = bank_statement(number, rest)
    chosen = {"name": "kl_to_1c.txt", "mimeType": "text/plain", "buffer": statement}
    desk.get_by_label("Файл выписки").set_input_files([chosen])
    desk.get_by_role("button", name="Разобрать выписку").click()
    expect(desk.get_by_text("1 платёж отнесён к счетам, 1 ждёт решения")).to_be_visible()
    gallery.take(
        desk, "payments-statement", "Выписка банка: что отнесено к счетам, что ждёт решения"
    )
    desk.get_by_role("button", name="Разобрать выписку").click()
    expect(desk.get_by_text("2 учтены раньше")).to_be_visible()
    go(desk, "payments")
    expect(desk.get_by_role("table")).to_contain_text("Возврат займа по договору 7")
    client.reload()
    expect(client.locator(".timeline .now")).to_contain_text("Оплачен")


def test_a_drive_is_put_on_sale(cabinet: Cabinet, open_as: OpenAs) -> None:
    page = open_as("operator", "catalogue")
    model = f"fn-{secrets.token_hex(3)}"
    page.get_by_label("Модель").fill(model)
    page.get_by_label("Название").fill("Фискальный накопитель пробный")
    page.get_by_label("Срок, месяцев").fill("36")
    page.get_by_label("Цена с НДС").fill("21000")
    page.get_by_label("Подходит к кассам").fill("АТОЛ 91Ф")
    page.get_by_label("Поступило").fill("5")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text("в наличии 5 штук")).to_be_visible()
    sold = cabinet.api("petrova").get("/fiscal-drives").json["items"]
    assert model in [item["model"] for item in sold]


def test_the_machine_shows_queues_and_messages(open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("operator", "machine")
    expect(page.get_by_role("table", name="Очереди")).to_be_visible()
    gallery.take(page, "machine-queues", "Очереди стенда и то, что не обработано")
    go(page, "machine/messages")


def bank_statement(number: str, kopecks: int) -> bytes:
    today = clock.today().strftime("%d.%m.%Y")
    lines = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows"]
    lines += bank.section(SELLER["account"], kopecks + 100_00, today)
    once = secrets.randbelow(900_000) + 100_000
    for place, (sum_, purpose) in enumerate(
        [(kopecks, f"Оплата по счету {number}"), (100_00, "Возврат займа по договору 7")]
    ):
        lines += [
            "СекцияДокумент=Платежное поручение",
            f"Номер={once + place}",
            f"Дата={today}",
            f"Сумма={sum_ // 100}.{sum_ % 100:02}",
            "ПлательщикСчет=40702810500000000101",
            "ПлательщикИНН=9677160044",
            "Плательщик1=ООО «Аренда»",
            f"ПолучательСчет={SELLER['account']}",
            f"ПолучательИНН={SELLER['inn']}",
            f"Получатель1={SELLER['name']}",
            f"ДатаПоступило={today}",
            f"НазначениеПлатежа={purpose}",
            "КонецДокумента",
        ]
    return ("\r\n".join([*lines, "КонецФайла"]) + "\r\n").encode("cp1251")
