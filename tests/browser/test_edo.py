"""«Платформа ЭДО»: the way of figures 6 to 14, and what two participants do with documents."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from chalicelib.runtime import clock
from infra.local import foreign_operator
from infra.local.personas import PERSONAS
from tests.support.browser import PHONE, Cabinet, Gallery, barriers, go, settled
from tests.support.newcomers import JOINING, ROAMING

OpenAs = Callable[..., Page]
FOREIGN = foreign_operator.PARTICIPANT
LETTER = "Договор поставки № 5\nПоставщик передаёт товар, покупатель принимает его.\n"


def inn_of(persona: str) -> str:
    organisation = PERSONAS[persona].organisation
    assert organisation is not None
    return organisation.inn


def window(page: Page) -> Locator:
    return page.get_by_role("dialog")


def sign_by(page: Page, submit: str) -> None:
    """Press the button of the open window: one's own certificate is the one chosen there."""
    window(page).get_by_role("button", name=submit, exact=True).click()
    expect(window(page)).to_have_count(0)


def file(name: str, content: bytes = LETTER.encode()) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def send(page: Page, recipient: str, name: str, content: bytes = LETTER.encode()) -> str:
    """Send a file to whom the ИНН or the identifier names; return the document's identifier."""
    go(page, "edo/send")
    page.get_by_role("textbox", name="Получатель").fill(recipient)
    if recipient.isdigit():
        expect(page.get_by_role("group", name="Кому отправить")).to_be_visible()
    page.get_by_label("Файл", exact=True).set_input_files([file(name, content)])
    page.get_by_role("button", name="Подписать и отправить").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url.rpartition("/")[2]


def pay(cabinet: Cabinet, number: str, kopecks: int) -> None:
    cabinet.api("operator").post(
        "/payments",
        {
            "invoice_number": number,
            "amount_kopecks": kopecks,
            "bank_reference": f"page/{number}",
            "paid_on": clock.today().isoformat(),
        },
        key=f"page-{number}".replace("СУ", "SU"),
    )


def state(page: Page) -> Locator:
    return page.locator(".main .panel > .title-line .badge")


def test_joining(cabinet: Cabinet, open_as: OpenAs, gallery: Gallery) -> None:
    page = open_as(JOINING.key, "agreements")
    page.get_by_role("link", name="Перейти в ЭДО").click()
    settled(page)
    gallery.take(page, "edo-invitation", "Рис. 6. «Присоединиться к ЭДО»", whole=False)
    page.get_by_role("link", name="Присоединиться к ЭДО").click()

    certificates = page.get_by_role("group", name="Чьей подписью подписать")
    certificates.get_by_text("ИП Петрова").click()
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_role("alert")).to_contain_text("Сертификат не подходит")
    certificates.get_by_text(JOINING.title).click()
    gallery.take(page, "edo-certificate", "Рис. 7. Выбор КЭП организации", whole=False)
    page.get_by_role("button", name="Продолжить").click()

    expect(page.get_by_role("heading", name="Проверьте данные")).to_be_focused()
    surname = page.get_by_label("Фамилия")
    expect(surname).to_have_value(JOINING.person.surname)
    expect(page.get_by_text("Юридический адрес и код налогового органа")).to_be_visible()
    surname.fill("Кузнецова")
    page.get_by_role("button", name="Всё верно, продолжить").click()
    expect(page.get_by_text("Имя не совпадает с сертификатом")).to_be_visible()
    expect(surname).to_be_focused()
    surname.fill(JOINING.person.surname)
    gallery.take(page, "edo-check", "Рис. 8. ФИО из КЭП, адрес и код налогового органа")
    page.get_by_role("button", name="Всё верно, продолжить").click()

    expect(page.get_by_role("region", name="Заявление о присоединении")).to_be_visible()
    page.get_by_role("button", name="Зарегистрироваться").click()
    expect(page.get_by_text("Примите условия договора-оферты.")).to_be_visible()
    expect(page.get_by_text("Примите условия обработки персональных данных.")).to_be_visible()
    page.get_by_label("Принимаю условия договора-оферты").check()
    page.get_by_label("Согласен с условиями хранения").check()
    assert barriers(page) == []
    gallery.take(page, "edo-register", "Рис. 9. Согласие с условиями и «Зарегистрироваться»")
    page.get_by_role("button", name="Зарегистрироваться").click()

    expect(page.get_by_text("Ваш ID в системе ЭДО", exact=True)).to_be_visible()
    known = str(cabinet.api(JOINING.key).get("/edo").json["participant_id"])
    expect(page.locator(".participant .value")).to_have_text(known)
    gallery.take(page, "edo-red", "Рис. 11, 12. ID в системе ЭДО, лицензии нет", whole=False)
    page.get_by_role("link", name="Сведения о регистрации").click()
    expect(page.get_by_role("heading", name="Сведения о регистрации")).to_be_visible()
    expect(page.get_by_text("Подписано", exact=True)).to_be_visible()


def test_documents_inside_need_no_licence(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    join(cabinet, open_as)
    page = open_as("romashka", "edo/send")
    recipient = page.get_by_role("textbox", name="Получатель")
    page.get_by_role("button", name="Подписать и отправить").click()
    expect(page.get_by_text("Укажите получателя.")).to_be_visible()
    expect(page.get_by_text("Приложите файл.")).to_be_visible()
    recipient.fill("7707083893")
    expect(page.get_by_text("Участника ЭДО с таким ИНН нет.")).to_be_visible()
    recipient.fill(inn_of("arenda"))
    expect(page.get_by_role("radio", name=re.compile("ООО «Аренда» 2DM"))).to_be_checked()
    page.get_by_label("Файл", exact=True).set_input_files([file("Договор.txt")])
    gallery.take(page, "edo-send", "Отправка файла: получатель по ИНН, подпись КЭП")
    name = f"Договор {secrets.token_hex(2)}.txt"
    document_id = send(page, inn_of("arenda"), name)
    expect(state(page)).to_have_text("Ожидает подписи получателя")

    other = open_as("arenda", "edo")
    gallery.take(other, "edo-inbox", "Рис. 10. Личный кабинет ЭДО: входящие", whole=False)
    other.get_by_role("link", name=name).click()
    expect(other.get_by_role("region", name=f"Содержание файла {name}")).to_contain_text(
        "Поставщик"
    )
    gallery.take(other, "edo-document", "Документ: содержание, движение, подписи")
    other.get_by_role("button", name="Подписать").click()
    window(other).get_by_text("ООО «Ромашка»").click()
    window(other).get_by_role("button", name="Подписать", exact=True).click()
    expect(window(other).get_by_role("alert")).to_contain_text("Подпись не принята")
    window(other).get_by_text("ООО «Аренда»").click()
    sign_by(other, "Подписать")
    expect(state(other)).to_have_text("Подписан")
    # The page looks by itself.
    expect(state(page)).to_have_text("Подписан")
    expect(page.get_by_role("table", name="Подписи документа").get_by_role("row")).to_have_count(3)

    with page.expect_download() as kept:
        page.get_by_role("button", name="Скачать файл", exact=True).click()
    assert kept.value.suggested_filename == name
    assert kept.value.path().read_bytes() == LETTER.encode()
    with page.expect_download() as kept:
        page.get_by_role("button", name="Архив с подписями").click()
    assert kept.value.suggested_filename == f"{document_id}.zip"
    assert kept.value.path().read_bytes().startswith(b"PK")

    go(page, "edo/outbox")
    page.get_by_text("Отобрать по состоянию и дате").click()
    page.get_by_label("Состояние").select_option(label="Подписан")
    page.get_by_role("button", name="Показать").click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_label("По", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Показать").click()
    expect(page.get_by_text("Конец периода раньше начала.")).to_be_visible()
    page.get_by_label("С", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Показать").click()
    expect(page.get_by_text("Таких документов нет")).to_be_visible()


def test_a_large_file_is_uploaded_and_signed(cabinet: Cabinet, open_as: OpenAs) -> None:
    join(cabinet, open_as)
    page = open_as("romashka", "edo/send")
    page.get_by_label("Файл", exact=True).set_input_files([file("a.bin", bytes(15 * 2**20 + 1))])
    expect(page.get_by_text(re.compile(r"Файл больше 15\sМБ"))).to_be_visible()
    content = bytes(range(256)) * 4096 * 5
    document_id = send(page, inn_of("arenda"), "Проект.bin", content)
    other = open_as("arenda", f"edo/documents/{document_id}")
    with other.expect_download() as kept:
        other.get_by_role("button", name="Скачать файл", exact=True).click()
    assert kept.value.path().read_bytes() == content
    other.get_by_role("button", name="Подписать").click()
    sign_by(other, "Подписать")
    expect(state(other)).to_have_text("Подписан")


def test_a_document_is_rejected_for_a_reason(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    join(cabinet, open_as)
    page = open_as("romashka", "edo")
    document_id = send(page, inn_of("arenda"), "Акт.txt")
    other = open_as("arenda", f"edo/documents/{document_id}", width=PHONE)
    other.get_by_role("button", name="Отклонить").click()
    window(other).get_by_role("button", name="Отклонить", exact=True).click()
    expect(window(other).get_by_text("Заполните это поле.")).to_be_visible()
    window(other).get_by_label("Причина отказа").fill("Неверная сумма\nв строке 2")
    gallery.take(other, "edo-reject", "Отказ: причина и подпись (телефон)", whole=False)
    sign_by(other, "Отклонить")
    expect(other.get_by_text("Неверная сумма в строке 2")).to_be_visible()
    expect(other.get_by_role("button", name="Подписать")).to_have_count(0)
    assert barriers(other) == []
    gallery.take(other, "edo-rejected", "Отклонённый документ (телефон)")
    expect(state(page)).to_have_text("Отклонён")


def test_a_upd_from_a_form_to_its_revocation(
    cabinet: Cabinet, open_as: OpenAs, gallery: Gallery
) -> None:
    join(cabinet, open_as)
    page = open_as("romashka", "edo/upd")
    page.get_by_role("button", name="Сформировать").click()
    expect(page.get_by_text("Укажите получателя.")).to_be_visible()
    page.get_by_role("textbox", name="Получатель").fill(inn_of("arenda"))
    expect(page.get_by_role("radio", name=re.compile("ООО «Аренда» 2DM"))).to_be_checked()
    page.get_by_label("Номер", exact=True).first.fill("17")
    line = page.get_by_role("group", name="Позиция 1")
    line.get_by_label("Наименование").fill("Чай чёрный")
    line.get_by_label("Количество").fill("2,5")
    line.get_by_label("Цена с НДС").fill("122")
    page.get_by_role("button", name="Добавить позицию").click()
    line = page.get_by_role("group", name="Позиция 2")
    expect(line.get_by_label("Наименование")).to_be_focused()
    line.get_by_label("Наименование").fill("Доставка")
    line.get_by_label("Ставка НДС").select_option(label="без НДС")
    line.get_by_label("Цена с НДС").fill("много")
    page.get_by_role("button", name="Сформировать").click()
    expect(line.get_by_text("Сумма в рублях, копейки после запятой.")).to_be_visible()
    line.get_by_label("Цена с НДС").fill("300,50")
    expect(page.locator(".total")).to_contain_text(re.compile(r"605,50\s₽"))
    page.get_by_role("button", name="Добавить договор").click()
    basis = page.get_by_role("group", name="Основание 1")
    basis.get_by_label("Номер").fill("5")
    basis.get_by_label("Дата").fill("2026-01-15")
    # Nothing is lost over a reload.
    page.reload()
    settled(page)
    expect(page.get_by_role("group", name="Позиция 2").get_by_label("Цена")).to_have_value("300,5")
    expect(page.get_by_role("group", name="Основание 1").get_by_label("Номер")).to_have_value("5")
    gallery.take(page, "edo-upd-form", "УПД по форме: позиции, НДС, основание")
    page.get_by_role("button", name="Сформировать").click()
    expect(window(page)).to_contain_text("Доставка")
    expect(window(page)).to_contain_text("Договор № 5")
    assert barriers(page) == []
    gallery.take(page, "edo-upd-sign", "УПД перед подписью: проверьте и подпишите", whole=False)
    # Closed unsent, it is all there still.
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Позиция 1").get_by_label("Цена")).to_have_value("122")
    page.get_by_role("button", name="Сформировать").click()
    window(page).get_by_role("button", name="Подписать и отправить").click()
    expect(page.get_by_role("heading", name=re.compile("УПД № 17"))).to_be_visible()
    document_id = page.url.rpartition("/")[2]

    other = open_as("arenda", f"edo/documents/{document_id}")
    expect(other.get_by_role("table", name="Товары, работы, услуги")).to_contain_text("Чай чёрный")
    other.get_by_role("button", name="Подписать").click()
    window(other).get_by_text("Принято с расхождениями").click()
    gallery.take(other, "edo-upd-answer", "Ответ на УПД: результат приёмки и подпись", whole=False)
    sign_by(other, "Подписать")
    expect(state(page)).to_have_text("Подписан")
    page.get_by_text("Служебные сообщения операторов").click()
    expect(page.get_by_role("table", name="Служебные сообщения").get_by_role("row")).to_have_count(
        7
    )
    assert barriers(page) == []
    gallery.take(page, "edo-upd", "УПД: содержание, подписи обеих сторон, служебные сообщения")

    offer(page)
    expect(page.get_by_text("Ждём ответа другой стороны.")).to_be_visible()
    other.get_by_role("button", name="Отказать").click()
    window(other).get_by_label("Причина отказа").fill("Товар уже принят")
    sign_by(other, "Отказать")
    expect(state(page)).to_have_text("Подписан")
    offer(page)
    other.get_by_role("button", name="Согласиться на аннулирование").click()
    expect(window(other)).to_contain_text("Ошибка в количестве")
    sign_by(other, "Подписать и аннулировать")
    expect(state(page)).to_have_text("Аннулирован")
    expect(page.get_by_role("button", name="Аннулировать")).to_have_count(0)


def offer(page: Page) -> None:
    page.get_by_role("button", name="Аннулировать").click()
    window(page).get_by_label("Причина аннулирования").fill("Ошибка в количестве")
    sign_by(page, "Предложить аннулировать")


def test_roaming_needs_a_licence(cabinet: Cabinet, open_as: OpenAs, gallery: Gallery) -> None:
    join(cabinet, open_as, ROAMING.key)
    page = open_as(ROAMING.key, "edo/licence")
    gallery.take(page, "edo-licence-none", "Рис. 12. Раздел «Лицензия» без активной лицензии")
    go(page, "edo/send")
    page.get_by_role("textbox", name="Получатель").fill(FOREIGN.inn)
    expect(page.get_by_role("radio", name=re.compile("ООО «Дальняя»"))).to_be_checked()
    expect(page.get_by_text("Этого участника обслуживает другой оператор")).to_be_visible()
    page.get_by_label("Файл", exact=True).set_input_files([file("Письмо.txt")])
    page.get_by_role("button", name="Подписать и отправить").click()
    expect(page.get_by_role("alert")).to_contain_text("Купите пакет в разделе «Лицензия»")
    gallery.take(page, "edo-send-refused", "Роуминг без лицензии: что сделать")

    page.get_by_role("link", name="Перейти в «Лицензию»").click()
    page.get_by_role("button", name="Купить: На месяц").click()
    window(page).get_by_role("button", name="Сформировать счёт").click()
    expect(window(page).get_by_role("heading", name="Счёт сформирован")).to_be_visible()
    number = re.search(r"СУ-\d+", window(page).inner_text())
    assert number is not None
    gallery.take(page, "edo-invoice", "Пакет документов: счёт сформирован", whole=False)
    window(page).get_by_role("button", name="Закрыть").last.click()
    pay(cabinet, number[0], 300_00)
    # The page looks by itself.
    licence = page.get_by_role("link", name=re.compile("^Лицензия.*осталось"))
    expect(licence).to_have_class("licence orange")
    gallery.take(page, "edo-licence", "Рис. 13, 14. Лицензия активна: остаток и покупка пакетов")

    send(page, FOREIGN.inn, "Письмо в роуминг.txt")
    expect(state(page)).to_have_text("Подписан")
    expect(page.get_by_text("списан один документ из пакета")).to_be_visible()
    go(page, "edo")
    expect(page.get_by_role("link", name=re.compile("осталось 19"))).to_be_visible()
    page.reload()
    page.get_by_role("link", name="Ответное письмо.txt").click()
    page.get_by_role("button", name="Подписать").click()
    sign_by(page, "Подписать")
    expect(state(page)).to_have_text("Подписан")


def join(cabinet: Cabinet, open_as: OpenAs, persona: str = "romashka") -> None:
    """Register an organisation for the exchange, unless it is registered."""
    if cabinet.api(persona).get("/edo").json["registered"]:
        return
    page = open_as(persona, "edo/join")
    page.get_by_role("button", name="Продолжить").click()
    page.get_by_role("button", name="Всё верно, продолжить").click()
    page.get_by_label("Принимаю условия договора-оферты").check()
    page.get_by_label("Согласен с условиями хранения").check()
    page.get_by_role("button", name="Зарегистрироваться").click()
    expect(page.get_by_text("Ваш ID в системе ЭДО", exact=True)).to_be_visible()
