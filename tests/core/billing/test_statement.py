"""Parsing of bank statements: encodings, optional fields and unreadable files."""

import io
from contextlib import suppress
from datetime import date
from decimal import Decimal
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.billing import statement as room
from chalicelib.core.billing.statement import Statement, StatementUnreadable, incoming
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


def parse(data: bytes) -> Statement:
    return room.parse(io.BytesIO(data))


def text(*documents: str, encoding: str = "Windows", end: str = "КонецФайла") -> str:
    head = f"""1CClientBankExchange
ВерсияФормата=1.03
Кодировка={encoding}
ДатаНачала=24.11.2026
ДатаКонца=25.11.2026
РасчСчет={OURS}
СекцияРасчСчет
ДатаНачала=01.01.2020
РасчСчет={OURS}
НачальныйОстаток=0.00
КонецРасчСчет
"""
    return head + "".join(documents) + end


def test_all_fields_of_a_document() -> None:
    statement = parse(text(DOCUMENT).encode("cp1251"))
    assert statement.accounts == (OURS,)
    assert (statement.period_from, statement.period_to) == (date(2026, 11, 24), date(2026, 11, 25))
    (document,) = statement.documents
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
    assert parse(data).documents == parse(text(document).encode("cp1251")).documents


def test_missing_fields() -> None:
    document = (
        DOCUMENT.replace("ДатаПоступило=25.11.2026", "ДатаПоступило=")
        .replace("Плательщик1=", "Другое=")
        .replace("ПлательщикСчет", "ПлательщикРасчСчет")
        .replace("ПлательщикИНН=7728168971", "ПлательщикИНН=0")
        .replace("НазначениеПлатежа=", "НазначениеПлатежа=\nНазначениеПлатежа1=")
    )
    (read,) = parse(text(document).encode("cp1251")).documents
    assert read.received_on is None
    assert read.paid_on == date(2026, 11, 24)
    assert read.payer.name == 'ИНН 7728168971 ООО "Ромашка"'
    assert read.payer.account == "40702810138250123017"
    assert read.payer.inn == ""
    assert read.purpose.endswith("№ СУ-000042 от 24.11.2026")


def test_purpose_on_several_lines() -> None:
    broken = DOCUMENT.replace(" от 24.11.2026", "\nот 24.11.2026\nСумма=999999.00\nвсё")
    (read,) = parse(text(broken).encode("cp1251")).documents
    assert read.purpose == "Оплата по счёту № СУ-000042 от 24.11.2026 всё"
    assert read.amount_kopecks == 12_200_00  # the payer's words do not change the bank's


@given(st.integers(0, 10**13), st.sampled_from([".", ","]))
def test_amounts_are_exact(kopecks: int, point: str) -> None:
    written = str(Decimal(kopecks) / 100).replace(".", point)
    for amount in {written, f"{kopecks // 100}{point}{kopecks % 100:02}"}:
        document = DOCUMENT.replace("12200.00", amount)
        assert parse(text(document).encode("cp1251")).documents[0].amount_kopecks == kopecks


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
        (text(DOCUMENT.replace("КонецДокумента\n", "")).encode(), "не на своём месте", 28),
        (text(DOCUMENT.replace("КонецДокумента\n", ""), DOCUMENT).encode(), "не закончен", 28),
        (text("КонецДокумента\n").encode(), "не на своём месте", 12),
        (text(DOCUMENT.replace("12200.00", "12 200.00")).encode(), "сумма", 12),
        (text(DOCUMENT.replace("12200.00", "-1.00")).encode(), "сумма", 12),
        (text(DOCUMENT.replace("12200.00", "1.001")).encode(), "сумма", 12),
        (text(DOCUMENT.replace("12200.00", "1e5")).encode(), "сумма", 12),
        (text(DOCUMENT.replace("Сумма=12200.00\n", "")).encode(), "сумма", 12),
        (text(DOCUMENT.replace("Дата=24.11.2026", "Дата=31.02.2026")).encode(), "дата", 12),
        (text(DOCUMENT.replace("Дата=24.11.2026", "Дата=")).encode(), "нет даты", 12),
        (text(DOCUMENT.replace("25.11.2026", "2026-11-25")).encode(), "ДатаПоступило", 12),
        (text().encode() + b"\n" + text().encode(), "есть ещё данные", 13),
    ],
)
def test_unreadable_file_is_refused(data: bytes, reason: str, line: int) -> None:
    with pytest.raises(StatementUnreadable, match=reason) as caught:
        parse(data)
    assert caught.value.line == line


def test_too_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StatementUnreadable, match="больше 15 МБ"):
        parse(text(end="1" * room.MAX_BYTES).encode())
    monkeypatch.setattr(room, "MAX_DOCUMENTS", 1)
    with pytest.raises(StatementUnreadable, match="больше 1 документов"):
        parse(text(DOCUMENT, DOCUMENT).encode())


def test_worst_file_of_the_largest_size_is_parsed_as_fast_as_an_ordinary_one() -> None:
    head, room_left = text(DOCUMENT.removesuffix("КонецДокумента\n"), end=""), room.MAX_BYTES
    accounts = "".join(f"РасчСчет={n}\n" for n in range(room_left // 30))
    filler = [head + "a\n" * (room_left // 3), head + "a" * (room_left - 5000)]
    ends = "\nКонецДокумента\nКонецФайла"
    started = perf_counter()
    for hostile in filler:
        (document,) = parse((hostile + ends).encode("cp1251")).documents
        assert len(document.purpose) <= 2 * room.MAX_LINE
    parse(f"1CClientBankExchange\nКодировка=Windows\n{accounts}КонецФайла".encode("cp1251"))
    assert perf_counter() - started < 30  # a second or two; quadratic reading takes hours


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "cp866"])
@pytest.mark.parametrize("size", [101, 1000])
def test_file_is_read_bit_by_bit(monkeypatch: pytest.MonkeyPatch, encoding: str, size: int) -> None:
    document = DOCUMENT.replace("№", "N").replace("СУ-000042 от", "СУ-000042\n\rот")
    data = text(document, DOCUMENT.replace("№", "N")).replace("\n", "\r\n").encode(encoding)
    whole = parse(data)
    monkeypatch.setattr(room, "_CHUNK", size)
    assert parse(data) == whole
    assert len(whole.documents) == 2


def test_keys_of_a_section_are_limited() -> None:
    noise = "".join(f"Ключ{n}=1\n" for n in range(room.MAX_KEYS))
    (document,) = parse(
        text(DOCUMENT.replace("НазначениеПлатежа", f"{noise}НазначениеПлатежа")).encode()
    ).documents
    assert document.purpose == ""


@given(st.binary(max_size=300), st.integers(0, 700))
def test_damaged_file_raises_the_documented_error(noise: bytes, at: int) -> None:
    whole = text(DOCUMENT).encode("cp1251")
    for damaged in (noise, whole[:at] + noise + whole[at:], whole[:at]):
        with suppress(StatementUnreadable):
            parse(damaged)


def test_references_are_equal_for_equal_payments_only() -> None:
    statement = parse(text(DOCUMENT).encode("cp1251"))
    other_bank = parse(text(DOCUMENT.replace("Номер=000731", "Номер=731")).encode())
    assert statement.documents[0].bank_reference == other_bank.documents[0].bank_reference
    changes = [
        ("Номер=000731", "Номер=732"),
        ("Дата=24.11.2026", "Дата=23.11.2026"),
        ("12200.00", "12200.01"),
        ("40702810138250123017", "40702810138250123018"),
    ]
    references = {
        parse(text(DOCUMENT.replace(*change)).encode()).documents[0].bank_reference
        for change in changes
    }
    assert len(references | {statement.documents[0].bank_reference}) == 5


def test_incoming_documents_have_our_account() -> None:
    outgoing = DOCUMENT.replace(OURS, "40702810138250123017")
    statement = parse(text(outgoing, DOCUMENT).encode())
    assert incoming(statement, {OURS}) == statement.documents[1:]
    assert incoming(statement, ()) == ()


def test_published_sample() -> None:
    statement = parse((SAMPLES / "bank" / "kl_to_1c_windows1251.txt").read_bytes())
    assert statement.accounts == ("40702810000000074935",)
    assert statement.period_to == date(2024, 4, 11)
    assert [d.amount_kopecks for d in statement.documents] == [6_936_00, 13_056_00, 150_000_00]
    assert statement.documents[1].payee.inn == "7123456789012"  # not a valid one, yet the bank's
    assert incoming(statement, statement.accounts) == ()
