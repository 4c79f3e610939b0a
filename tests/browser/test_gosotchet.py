"""«Платформа Госотчёт»: the way of figures 16 to 18, to the first sign-in and a change."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from infra.local.personas import PERSONAS
from tests.support.browser import PHONE, Cabinet, Gallery, barriers, go

OpenAs = Callable[..., Page]
PASSWORDS = re.compile(r"Логин: (\S+)\nОдноразовый пароль: (\S+)")


def buy(page: Page, tariff: str) -> str:
    """Order a licence on the page; return the number of its invoice."""
    page.get_by_role("button", name=f"Купить лицензию «{tariff}»").click()
    dialog = page.get_by_role("dialog")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Сформировать счёт").click()
    expect(dialog.get_by_role("heading", name="Счёт сформирован")).to_be_visible()
    number = re.search(r"№ (\S+)", dialog.locator(".facts").inner_text())
    assert number
    dialog.get_by_role("button", name="Закрыть", exact=True).last.click()
    return number[1]


def price(cabinet: Cabinet, tariff: str) -> int:
    items = cabinet.api("romashka").get("/gosotchet/tariffs").json["items"]
    return int(next(offer["price_kopecks"] for offer in items if offer["title"] == tariff))


def password(cabinet: Cabinet, mailbox: str) -> tuple[str, str]:
    """The login and the password mailed last."""
    for message in cabinet.local().get("/local/messages").json["items"]:
        if mailbox in message["to"] and (match := PASSWORDS.search(message.get("text", ""))):
            return match[1], match[2]
    raise AssertionError("no such e-mail")


def add(page: Page, authority: str, **requisites: str) -> Locator:
    """Add an authority and fill it in; labels are told by what they begin with."""
    page.get_by_role("button", name=f"Добавить: {authority}", exact=True).click()
    block = page.locator(".authority").last
    for label, value in requisites.items():
        block.get_by_label(label.replace("_", " ")).fill(value)
    return block


def test_from_the_tariff_to_the_first_sign_in_and_a_change(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    mailbox = f"buh-{secrets.token_hex(4)}@example.ru"
    page = open_as("romashka", "gosotchet/register")
    fresh = page.get_by_text("Нет свободной лицензии").count() > 0
    go(page, "gosotchet")
    number = buy(page, "Базовый")
    row = page.get_by_role("row").filter(has_text=number)
    expect(row).to_contain_text("Ожидает оплаты")
    gallery.take(page, "gosotchet-licences", "Госотчёт: лицензии и тарифы")
    if fresh:
        go(page, "gosotchet/register")
        expect(page.get_by_text("Лицензия ждёт оплаты")).to_be_visible()
        cabinet.pay(number, price(cabinet, "Базовый"))
        # The form comes by itself.
        expect(page.get_by_label("Лицензия", exact=True)).to_be_visible(timeout=60_000)
    else:
        cabinet.pay(number, price(cabinet, "Базовый"))
        row.get_by_role("link", name="Зарегистрировать").click(timeout=60_000)
    gallery.take(page, "gosotchet-tab", "Рис. 16. Вкладка «Регистрация лицензии»")

    send = page.get_by_role("button", name="Зарегистрировать", exact=True)
    send.click()
    expect(page.get_by_text("Добавьте хотя бы один контролирующий орган.")).to_be_visible()
    expect(page.get_by_text("Приложите открытый сертификат.")).to_be_visible()
    fns = add(page, "ФНС")
    expect(fns.get_by_label("Код инспекции")).to_be_focused()
    expect(fns.get_by_label("Код инспекции")).to_have_value("7719")
    expect(fns.get_by_label("КПП")).to_have_value("771901001")
    add(page, "СФР", Регистрационный_номер="123")
    add(page, "Росстат", Код_ТОГС="77-00", ОКПО="00032538")
    add(page, "Росалкогольтабакконтроль", Идентификатор="030000123456")
    add(page, "Росприроднадзор", Идентификатор="МН-0177-001234-П")
    add(page, "ЦБ", Идентификатор="2110177000123")
    spare = add(page, "ФНС")
    spare.get_by_role("button", name="Убрать: ФНС").click()
    expect(page.locator(".authority")).to_have_count(6)
    page.get_by_label("Электронная почта").fill(mailbox)

    chosen = page.get_by_label("Открытый сертификат")
    key = {"name": "key.pfx", "mimeType": "application/x-pkcs12", "buffer": b"\x30\x82"}
    chosen.set_input_files([key])
    expect(page.get_by_text("Это закрытый ключ. Он никуда не отправлен")).to_be_visible()
    send.click()
    expect(page.get_by_text("Номер — 10 цифр или вида 087-123-456789.")).to_be_visible()
    page.get_by_label("Регистрационный номер").fill("087-123-456789")

    # Another organisation's certificate is on the token too.
    page.get_by_role("button", name="Взять с токена").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("label").get_by_text("ООО «Аренда»").click()
    dialog.get_by_role("button", name="Взять открытый сертификат").click()
    send.click()
    wrong = page.locator(".field.wrong")
    expect(wrong.filter(has=page.get_by_label("ОКПО")).last).to_contain_text("контрольн")
    page.get_by_label("ОКПО").fill("00032537")
    send.click()
    expect(page.get_by_text("Сертификат принадлежит другой организации.").first).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Взять с токена").click()
    dialog.get_by_role("button", name="Взять открытый сертификат").click()
    gallery.take(page, "gosotchet-form", "Рис. 17. Реквизиты контролирующих органов и сертификат")
    page.reload()
    expect(page.get_by_label("Регистрационный номер")).to_have_value("087-123-456789")
    page.get_by_role("button", name="Взять с токена").click()
    dialog.get_by_role("button", name="Взять открытый сертификат").click()
    send.click()
    expect(page.get_by_role("status").filter(has_text="успешно оформлена")).to_contain_text(mailbox)
    gallery.take(page, "gosotchet-accepted", "Рис. 18. Заявка на регистрацию оформлена")

    page.get_by_role("link", name="Следить за регистрацией").click()
    expect(page.locator(".timeline .now")).to_contain_text("Логин и пароль отправлены")
    surname = PERSONAS["romashka"].person.surname
    expect(page.locator(".main")).to_contain_text(surname)
    here = page.url.partition("#/")[2]

    login, once = password(cabinet, mailbox)
    page.get_by_role("link", name="Войти").click()
    page.get_by_label("Логин").fill(login)
    page.get_by_label("Пароль", exact=True).fill("не тот")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert")).to_contain_text("Неверный логин или пароль")
    page.get_by_label("Пароль", exact=True).fill(once)
    page.get_by_role("button", name="Войти").click()
    page.get_by_label("Новый пароль").fill("короткий")
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Не короче 12 знаков.", exact=True)).to_be_visible()
    page.get_by_label("Новый пароль").fill("совсем новый пароль")
    gallery.take(page, "gosotchet-sign-in", "Первый вход: одноразовый пароль меняется", whole=False)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Вы вошли: ООО «Ромашка»")).to_be_visible()

    go(page, here)
    page.get_by_role("button", name="Выслать новый пароль").click()
    dialog.get_by_role("button", name="Выслать пароль").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Пароль только что отправлен")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Подать изменение").click()
    dialog.get_by_role("button", name="Подать изменение").click()
    expect(
        dialog.get_by_text("Добавьте контролирующий орган или новый сертификат.")
    ).to_be_visible()
    add(page, "ФНС", Код_инспекции="7728", КПП="772801001")
    dialog.get_by_role("button", name="Подать изменение").click()
    expect(dialog.get_by_text("допускает инспекций ФНС не больше 1").first).to_be_visible()
    assert barriers(page) == []
    dialog.get_by_role("button", name="Убрать: ФНС").click()
    add(page, "ЦБ", Идентификатор="77-1")
    dialog.get_by_role("button", name="Подать изменение").click()
    changes = page.get_by_role("table", name="Изменения")
    expect(changes).to_contain_text("ЦБ 77-1")
    expect(changes).to_contain_text("Выполнено", timeout=60_000)
    gallery.take(page, "gosotchet-registration", "Регистрация: органы, сертификат, изменения")

    desk = open_as("operator", "registrations/credentials_sent")
    expect(desk.get_by_role("table")).to_contain_text(login)


def test_a_tariff_of_one_authority(cabinet: Cabinet, open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as("petrova", "gosotchet", width=PHONE)
    cabinet.pay(buy(page, "Отчеты в ФНС"), price(cabinet, "Отчеты в ФНС"))
    page.get_by_role("link", name="Зарегистрировать").first.click(timeout=60_000)
    expect(page.get_by_text("допускает только ФНС")).to_be_visible()
    expect(page.get_by_role("button", name="Добавить: ")).to_have_count(1)
    block = add(page, "ФНС")
    expect(block.get_by_label("КПП")).to_have_count(0)
    gallery.take(page, "gosotchet-fns", "Тариф «Отчеты в ФНС»: только ФНС (телефон)")
    page.get_by_role("button", name="Взять с токена").click()
    page.get_by_role("dialog").get_by_role("button", name="Взять открытый сертификат").click()
    page.get_by_role("button", name="Зарегистрировать", exact=True).click()
    expect(page.get_by_text("успешно оформлена")).to_be_visible()
