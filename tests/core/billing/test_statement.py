"""Parsing of bank statements: encodings, optional fields and unreadable files."""

import io
from contextlib import suppress
from datetime import date
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.billing import statement, statement_text
from chalicelib.core.billing.statement import StatementDocument
from chalicelib.core.billing.statement_text import MAX_LINE, StatementUnreadable
from tests.support import bank
from tests.support.samples import SAMPLES

OURS = "40702810900000000042"

DOCUMENT = f"""СекцияДокумент=Платежное поручение
Номер=000731
Дата=24.11.2026
Сумма=12200.00
ПлательщикСчет=40702810138250123017
Плательщик=ИНН 7728168971 ООО "Ромашка"
ПлательщикИНН=7728168971
Плательщик1=ООО "Ромашка"
ПолучательСчет={OURS}
ДатаПоступило=25.11.2026
Получатель1=ООО "Оператор данных"
ПолучательИНН=7707083893
ПлательщикКПП=772801001
ПолучательКПП=0
НеизвестныйКлюч=что=угодно
НазначениеПлатежа=Оплата по счёту № СУ-000042 от 24.11.2026
КонецДокумента
"""


def text(*documents: str, encoding: str = "Windows", end: str = "КонецФайла") -> str:
    received = sum(12_200_00 for document in documents if f"ПолучательСчет={OURS}" in document)
    return framed("\n".join(bank.section(OURS, received)), *documents, encoding=encoding, end=end)


def framed(
    sections: str, *documents: str, encoding: str = "Windows", end: str = "КонецФайла"
) -> str:
    head = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка={encoding}
ДатаНачала=24.11.2026
ДатаКонца=27.11.2026
РасчСчет={OURS}
"""
    return head + sections + "\n" + "".join(documents) + end


def read(data: str | bytes, account: str = OURS) -> tuple[StatementDocument, ...]:
    file = io.BytesIO(data.encode("cp1251") if isinstance(data, str) else data)
    return statement.parse(file).incoming(account)


def test_all_fields_of_a_document() -> None:
    (document,) = read(text(DOCUMENT))
    assert document.kind == "Платежное поручение"
    assert document.number == "000731"
    assert document.issued_on == date(2026, 11, 24)
    assert document.received_on == document.paid_on == date(2026, 11, 25)
    assert document.amount_kopecks == 12_200_00
    assert document.payer.model_dump() == {
        "name": 'ООО "Ромашка"',
        "inn": "7728168971",
        "kpp": "772801001",
        "account": "40702810138250123017",
    }
    assert document.payee.kpp == ""
    assert document.purpose == "Оплата по счёту № СУ-000042 от 24.11.2026"
    assert document.bank_reference == "731/2026-11-24/40702810138250123017/1220000"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("cp1251", "Windows"),
        ("cp866", "DOS"),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp866", "Windows"),  # converted by somebody who left the header as it was
    ],
)
def test_encodings(encoding: str, named: str, newline: str) -> None:
    document = DOCUMENT.replace("ё", "е").replace("№", "N")
    data = text(document, encoding=named).replace("\n", newline).encode(encoding)
    assert read(data) == read(text(document))


def test_missing_fields() -> None:
    document = (
        DOCUMENT.replace("ДатаПоступило=25.11.2026", "ДатаПоступило=")
        .replace("Плательщик1=", "Другое=")
        .replace("ПлательщикСчет", "ПлательщикРасчСчет")
        .replace("ПлательщикИНН=7728168971", "ПлательщикИНН=0")
        .replace("НазначениеПлатежа=", "НазначениеПлатежа=\nНазначениеПлатежа1=")
    )
    (payment,) = read(text(document))
    assert payment.received_on is None
    assert payment.paid_on == date(2026, 11, 24)
    assert payment.payer.name == 'ИНН 7728168971 ООО "Ромашка"'
    assert payment.payer.account == "40702810138250123017"
    assert payment.payer.inn == ""
    assert payment.purpose.endswith("№ СУ-000042 от 24.11.2026")


def test_purpose_on_several_lines() -> None:
    broken = DOCUMENT.replace(" от 24.11.2026", "\nот 24.11.2026\nСумма=999999.00\nвсё")
    (payment,) = read(text(broken))
    assert payment.purpose == "Оплата по счёту № СУ-000042 от 24.11.2026 всё"
    assert payment.amount_kopecks == 12_200_00  # the payer's words do not change the bank's


def test_control_characters_and_invisible_ones_are_not_kept() -> None:
    document = DOCUMENT.replace("Оплата по", "Оплата\x00\u202e\tпо\u200b\x85\u2028")
    assert "Оплата\x00" in document
    (payment,) = read(text(document).encode())
    assert payment.purpose == "Оплата  по   счёту № СУ-000042 от 24.11.2026"


@given(st.integers(1, 10**13), st.sampled_from([".", ","]))
def test_amounts_are_exact(kopecks: int, point: str) -> None:
    written = str(Decimal(kopecks) / 100).replace(".", point)
    section = "\n".join(bank.section(OURS, kopecks))
    for amount in {written, f"{kopecks // 100}{point}{kopecks % 100:02}"}:
        document = DOCUMENT.replace("12200.00", amount)
        assert read(framed(section, document))[0].amount_kopecks == kopecks


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "Это не банковская выписка", 0),
        (b"\x00\xff" * 100, "Это не банковская выписка", 0),
        (b"1CClientBankExchange\r\n", "Это не банковская выписка", 0),
        (b"%PDF-1.4", "Это не банковская выписка", 0),
        (text().encode("utf-16"), "Это не банковская выписка", 0),
        (text(end="").encode(), "Выписка обрывается", 0),
        (text(DOCUMENT, end="").encode("cp1251")[:-30], "Выписка обрывается", 0),
        (text(DOCUMENT.replace("КонецДокумента\n", "")).encode(), "не на своём месте", 32),
        (text(DOCUMENT.replace("КонецДокумента\n", ""), DOCUMENT).encode(), "не закончен", 32),
        (text("КонецДокумента\n").encode(), "не на своём месте", 16),
        (text("КонецРасчСчет\n").encode(), "не на своём месте", 16),
        (text(DOCUMENT.replace("12200.00", "12 200.00")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "-1.00")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "0.00")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "1.001")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "1e5")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "١٢٢٠٠.00")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("12200.00", "122O0.00")).encode(), "сумма", 19),
        (text(DOCUMENT.replace("Сумма=12200.00\n", "")).encode(), "нет суммы", 16),
        (text(DOCUMENT.replace("Дата=24.11.2026", "Дата=31.02.2026")).encode(), "дата", 18),
        (text(DOCUMENT.replace("Дата=24.11.2026", "Дата=")).encode(), "нет даты", 16),
        (text(DOCUMENT.replace("25.11.2026", "2026-11-25")).encode(), "ДатаПоступило", 25),
        (text().encode() + b"\n" + text().encode(), "есть ещё данные", 17),
        (framed("", DOCUMENT).encode(), "нет раздела «СекцияРасчСчет»", 0),
        (text(DOCUMENT)[:-10].encode("cp1251") + "КонецФайла".encode(), "другой кодировке", 2),
        (text(DOCUMENT)[:-10].encode() + "КонецФайла".encode("cp1251"), "другой кодировке", 33),
        (
            text(DOCUMENT.replace("ё", "е").replace("№", "N"))[:-10].encode("cp866")
            + "КонецФайла".encode("cp1251"),
            "нет раздела",
            0,
        ),
        (
            text(DOCUMENT.replace("ё", "е").replace("№", "N")).encode("cp866")[:-10]
            + "Плательщик2=Иванов\n".encode("cp1251")
            + "КонецФайла".encode("cp866"),
            "другой кодировке",
            33,
        ),
    ],
)
def test_unreadable_file_is_refused(data: bytes, reason: str, line: int) -> None:
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        read(data)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ВсегоПоступило=12200.00", "ВсегоПоступило=12200.01", "12200,01 ₽.*12200,00 ₽"),
        ("ВсегоПоступило=12200.00\n", "", "нет суммы «ВсегоПоступило»"),
        ("ВсегоПоступило=12200.00", "ВсегоПоступило=много", "сумма «ВсегоПоступило»"),
        ("КонечныйОстаток=12200.00", "КонечныйОстаток=12200.01", "не сходятся"),
        ("НачальныйОстаток=0.00", "НачальныйОстаток=-0.01", "не сходятся"),
        ("ВсегоСписано=0.00", "ВсегоСписано=1", "не сходятся"),
    ],
)
def test_documents_must_add_up_to_what_the_bank_states(old: str, new: str, reason: str) -> None:
    whole = text(DOCUMENT)
    assert old in whole
    with pytest.raises(StatementUnreadable, match=reason):
        read(whole.replace(old, new))


def daily(day: int, opening: int, received: int, withdrawn: int = 0) -> str:
    lines = bank.section(OURS, received, f"{day}.11.2026")
    closing = opening + received - withdrawn
    return "\n".join(lines[:4]) + (
        f"\nНачальныйОстаток={bank.roubles(opening)}\nВсегоПоступило={bank.roubles(received)}"
        f"\nВсегоСписано={bank.roubles(withdrawn)}\nКонечныйОстаток={bank.roubles(closing)}"
        "\nКонецРасчСчет\n"
    )


def test_sections_of_several_days_and_accounts_add_up_together() -> None:
    other = "40702810138250123017"
    foreign = DOCUMENT.replace("ПолучательСчет=" + OURS, f"ПолучательСчет={other}")
    sections = (
        daily(24, 5_00, 12_200_00)
        + "\n".join(bank.section(other, 12_200_00))
        + "\n"
        + daily(26, 12_205_00, 12_200_00, 5_00)
    )
    data = framed(sections, DOCUMENT, foreign, DOCUMENT).encode()
    assert (len(read(data)), len(read(data, other))) == (2, 1)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (daily(24, 12_200_00, 12_200_00), "за один день"),
        (daily(25, 12_199_00, 12_200_00), "начальный остаток не равен"),
        (daily(28, 12_200_00, 12_200_00), "не входит в период"),
        (daily(23, 0, 12_200_00), "не входит в период"),
        (daily(25, 12_200_00, 12_200_00).replace("НачальныйОстаток", "X"), "нет суммы"),
        (daily(25, 12_200_00, 12_200_00).replace("ДатаНачала", "X"), "нет даты"),
    ],
)
def test_sections_must_follow_one_another(second: str, reason: str) -> None:
    with pytest.raises(StatementUnreadable, match=reason):
        read(framed(daily(24, 0, 12_200_00) + second, DOCUMENT, DOCUMENT))


def test_date_that_no_money_rests_on_may_be_unreadable() -> None:
    outgoing = DOCUMENT.replace(OURS, "40702810138250123017").replace("=24.11.2026", "=позже")
    data = text(outgoing, DOCUMENT).replace("ДатаКонца=27.11.2026", "ДатаКонца=00.00.0000")
    assert len(read(data)) == 1


def test_too_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StatementUnreadable, match="больше 15 МБ"):
        read(text(end="1" * statement_text.MAX_BYTES))
    monkeypatch.setattr(statement, "MAX_DOCUMENTS", 1)
    with pytest.raises(StatementUnreadable, match="больше 1 документов"):
        read(text(DOCUMENT, DOCUMENT))


def test_worst_file_is_parsed_as_fast_as_an_ordinary_one() -> None:
    head, size = text(DOCUMENT.removesuffix("КонецДокумента\n"), end=""), 5 * 1024 * 1024
    accounts = "".join(f"РасчСчет={n}\n" for n in range(size // 30))
    filler = [head + "a\n" * (size // 3), head + "a" * (size - 5000)]
    ends = "\nКонецДокумента\nКонецФайла"
    started = process_time()
    for hostile in filler:
        (document,) = read(hostile + ends)
        assert len(document.purpose) <= 2 * MAX_LINE
    with pytest.raises(StatementUnreadable, match="не по нашему"):
        read(framed(f"СекцияРасчСчет\n{accounts}КонецРасчСчет"))
    assert process_time() - started < 30  # a few seconds; quadratic reading takes hours


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "cp866"])
@pytest.mark.parametrize("size", [101, 1000])
def test_file_is_read_in_small_parts(
    monkeypatch: pytest.MonkeyPatch, encoding: str, size: int
) -> None:
    document = DOCUMENT.replace("№", "N").replace("ё", "е")
    broken = document.replace("СУ-000042 от", "СУ-000042\n\rот")
    data = text(broken, document).replace("\n", "\r\n").encode(encoding)
    whole = read(data)
    monkeypatch.setattr(statement_text, "_CHUNK", size)
    assert read(data) == whole
    assert len(whole) == 2


@given(st.binary(max_size=300), st.integers(0, 700))
def test_damaged_file_raises_the_documented_error(noise: bytes, at: int) -> None:
    whole = text(DOCUMENT).encode("cp1251")
    for damaged in (noise, whole[:at] + noise + whole[at:], whole[:at]):
        with suppress(StatementUnreadable):
            read(damaged)


def test_references_are_equal_for_equal_payments_only() -> None:
    def reference(document: str, amount: int = 12_200_00) -> str:
        section = "\n".join(bank.section(OURS, amount))
        return read(framed(section, document))[0].bank_reference

    assert reference(DOCUMENT) == reference(DOCUMENT.replace("Номер=000731", "Номер=731"))
    changes = [
        ("Номер=000731", "Номер=732"),
        ("Дата=24.11.2026", "Дата=23.11.2026"),
        ("40702810138250123017", "40702810138250123018"),
    ]
    references = {reference(DOCUMENT.replace(*change)) for change in changes}
    references |= {reference(DOCUMENT), reference(DOCUMENT.replace("200.00", "200.01"), 12_200_01)}
    assert len(references) == 5


def test_published_sample() -> None:
    data = (SAMPLES / "bank" / "kl_to_1c_windows1251.txt").read_bytes()
    with pytest.raises(StatementUnreadable, match="616050,00 ₽, а документы файла дают 0,00 ₽"):
        read(data, "40702810000000074935")  # the published file was cut to three documents
