"""The seller's title: it is read, and invalid files are refused."""

import contextlib
import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.edo.formats import seller_title
from chalicelib.services.edo.formats.codes import UpdFunction
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.xml import LARGEST

Spoil = Callable[..., dict[str, str]]
MakeTitle = Callable[..., tuple[str, bytes]]
INVOICE = "/Файл/Документ/СвСчФакт"
TABLE = "/Файл/Документ/ТаблСчФакт"


def refusal(content: bytes, name: str) -> dict[str, str]:
    with pytest.raises(TitleRefused) as refused:
        seller_title.read(content, name)
    return dict(refused.value.errors)


def test_sellers_title_is_read_completely(make_title: MakeTitle) -> None:
    name, content = make_title()
    title = seller_title.read(content, name)
    assert f"{title.file_id}.xml" == name
    assert title.function is UpdFunction.INVOICE_AND_TRANSFER
    assert title.sender_id == "2XX-7736207543-773601001-1"
    assert title.recipient_id == "2BM-500100732259-20260101"
    assert title.made_at == dt.datetime(2026, 7, 2, 0, 30, 5)
    assert (title.number, title.date) == ("15/2", dt.date(2026, 6, 30))
    assert (title.seller.inn, title.seller.kpp) == ("7736207543", "773601001")
    assert title.seller.address == "119021, г. Москва, ул. Льва Толстого, д. 16"
    assert (title.buyer.name, title.buyer.inn) == ("ИП Петрова Анна", "500100732259")
    assert title.buyer.kpp is None
    assert [line.vat_rate for line in title.lines] == ["22%", "10%", "без НДС"]
    assert [line.vat_kopecks for line in title.lines] == [6600, 3000, None]
    assert title.lines[0].price == Decimal("100.00")
    assert title.lines[2].quantity == Decimal("0.5")
    assert title.total is not None
    assert title.total.total_kopecks == 36_600 + 33_000 + 2_501
    assert title.total.vat_kopecks == 9_600
    assert title.basis == ("Договор № 7 от 12.01.2026",)
    assert title.transferred_on == dt.date(2026, 6, 30)
    assert title.signers == ("Генеральный директор, Иванов Иван Иванович",)
    assert title.made_under is None


@pytest.mark.parametrize("function", UpdFunction)
def test_reads_every_function(make_title: MakeTitle, function: UpdFunction) -> None:
    shipped = {"name": "Накладная", "number": "3", "date": "2026-06-30"}
    name, content = make_title(function=function, shipped_by=shipped)
    assert seller_title.read(content, name).function is function


def test_a_transfer_document_may_have_no_table(make_title: MakeTitle) -> None:
    name, content = make_title(function="ДОП")
    start, rest = content.split("<ТаблСчФакт>".encode("windows-1251"))
    end = rest.split("</ТаблСчФакт>".encode("windows-1251"))[1]
    title = seller_title.read(start + end, name)
    assert (title.lines, title.total) == ((), None)


@pytest.mark.parametrize(
    ("old", "new", "place", "word"),
    [
        ('ВерсФорм="5.03"', 'ВерсФорм="5.02"', "/Файл/@ВерсФорм", "Формат УПД 5.02 не принимается"),
        ('КНД="1115131"', 'КНД="1115132"', "/Файл/Документ/@КНД", "Нужен документ с КНД 1115131"),
        ('Функция="СЧФДОП"', 'Функция="СвРК"', "/Файл/Документ/@Функция", "СЧФ, СЧФДОП и ДОП"),
        ('КодОКВ="643"', 'КодОКВ="рубль"', f"{INVOICE}/ДенИзм/@КодОКВ", "Значение «рубль»"),
        ('НомерДок="15/2" ', "", f"{INVOICE}/@НомерДок", "Нет обязательного реквизита"),
        (
            'ИННЮЛ="7736207543"',
            'ИННЮЛ="7736207544"',
            f"{INVOICE}/СвПрод/ИдСв/СвЮЛУч/@ИННЮЛ",
            "контрольное число",
        ),
        ('ДатаДок="30.06.2026"', 'ДатаДок="29.02.1900"', f"{INVOICE}/@ДатаДок", "Такой даты нет"),
        ("<ДенИзм", "<Деньги/><ДенИзм", f"{INVOICE}/Деньги", "Элемент не на месте"),
        (' НаимДокОпр="', ' Лишний="', "/Файл/Документ/@Лишний", "Такого реквизита в формате нет"),
    ],
)
def test_invalid_title_is_refused(spoil: Spoil, old: str, new: str, place: str, word: str) -> None:
    assert word in spoil((old, new))[place]


@pytest.mark.parametrize(
    ("old", "new", "place", "word"),
    [
        ('СтТовУчНал="366.00"', 'СтТовУчНал="366.02"', "СведТов[1]/@СтТовУчНал", "366.02"),
        ("<СумНал>66.00<", "<СумНал>60.00<", "СведТов[1]/СумНал", "ставке 22% от 300.00"),
        ('НалСт="22%"', 'НалСт="20%"', "СведТов[1]/СумНал", "ожидается 60.00"),
        ('НалСт="22%"', 'НалСт="без НДС"', "СведТов[1]/СумНал", "ставкой «без НДС»"),
        ("<СумНал>66.00</СумНал>", "<БезНДС>без НДС</БезНДС>", "СведТов[1]/СумНал", "«22%»"),
        ('НалСт="22%"', 'НалСт="20/120"', "СведТов[1]/СумНал", "больше, чем 20/120"),
        ('ЦенаТов="100.00"', 'ЦенаТов="101.00"', "СведТов[1]/@ЦенаТов", "это 303.00"),
        ('НДСВсего="625.01"', 'НДСВсего="625.03"', "ВсегоОпл/@СтТовБезНДСВсего", "сумме строк"),
        ("<СумНал>96.00<", "<СумНал>90.00<", "ВсегоОпл/СумНалВсего", "сумме строк 96.00"),
        ('НалВсего="721.01"', 'НалВсего="721.03"', "ВсегоОпл/@СтТовУчНалВсего", "сумме строк"),
    ],
)
def test_wrong_sums_are_refused(spoil: Spoil, old: str, new: str, place: str, word: str) -> None:
    assert word in spoil((old, new))[f"{TABLE}/{place}"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('СтТовУчНал="366.00"', 'СтТовУчНал="366.01"'),
        ('НДСВсего="625.01"', 'НДСВсего="625.02"'),
        ('НалСт="22%"', 'НалСт="22/122"'),
        ('НалСт="10%"', 'НалСт="НДС исчисляется налоговым агентом"'),
    ],
)
def test_difference_of_a_kopeck_and_calculated_rates_are_accepted(
    make_title: MakeTitle, old: str, new: str
) -> None:
    name, content = make_title()
    text = content.decode("windows-1251")
    assert old in text
    seller_title.read(text.replace(old, new).encode("windows-1251"), name)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('НаимДокОпр="Универсальный передаточный документ" ', "", "/Файл/Документ/@НаимДокОпр"),
        ('НаимЕдИзм="м"', "", f"{TABLE}/СведТов[1]/@НаимЕдИзм"),
        ('СпосПодтПолном="1"', 'СпосПодтПолном="3"', "/Файл/Документ/Подписант/СвДоверЭл"),
        ('ДатаПер="30.06.2026"', "", "/Файл/Документ/СвПродПер/СвПер/@ДатаПер"),
    ],
)
def test_broken_rules_of_the_schema_are_refused(
    spoil: Spoil, old: str, new: str, place: str
) -> None:
    assert spoil((old, new))[place].startswith("Не выполнено условие")


def test_all_faults_are_returned_at_once(spoil: Spoil) -> None:
    faults = spoil(
        ('КПП="773601001"', 'КПП="7"'), ("<ДенИзм", "<Деньги"), ('ИдФайл="ON_', 'ИдФайл="OFF_')
    )
    assert set(faults) == {
        "/Файл/@ИдФайл",
        f"{INVOICE}/СвПрод/ИдСв/СвЮЛУч/@КПП",
        f"{INVOICE}/Деньги",
    }
    faults = spoil(
        ("<СумНал>66.00<", "<СумНал>60.00<"),
        ('ИННФЛ="500100732259"', 'ИННФЛ="500100732250"'),
        ('НаимЕдИзм="м"', ""),
    )
    assert len(faults) == 3 + 3 + 1  # units; the line's tax, total, the table's tax; the ИНН


def test_a_million_faults_are_found_in_bounded_time(make_title: MakeTitle) -> None:
    """Without the validation of the stream, the validator would take hours for these rows."""
    name, content = make_title()
    table, total = "<ТаблСчФакт>".encode("windows-1251"), b"<\xc2\xf1\xe5\xe3\xee\xce\xef\xeb"
    row = '<СведТов а="1" б="2" в="3"/>'.encode("windows-1251")
    start, rest = content.split(table)
    many = start + table + row * 400_000 + total + rest.split(total)[1]
    began = time.process_time()
    faults = refusal(many, name)
    assert time.process_time() - began < 20
    assert len(faults) <= 100
    assert faults["СведТов/@а"] == "Такого реквизита в формате нет."


def test_file_name_must_equal_the_identifier(make_title: MakeTitle) -> None:
    name, content = make_title()
    assert "не совпадает" in refusal(content, name.replace("57cd8895", "57cd8896"))["/Файл/@ИдФайл"]
    for wrong in ("_0_0_0_0_0_0.", "_0_0_0_0_2_00.", "."):
        renamed = name.replace("_0_0_0_0_0_00.", wrong).removesuffix(".xml").removesuffix(".")
        text = content.decode("windows-1251").replace(name[:-4], renamed).encode("windows-1251")
        assert "Имя файла должно состоять" in refusal(text, renamed)["/Файл/@ИдФайл"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"<a/>",
        '<?xml version="1.0" encoding="utf-8"?><Файл/>'.encode(),
        '<?xml version="1.0" encoding="windows-1251"?><Файл/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="windows-1251"?>',
        b'<?xml version="1.0" encoding="windows-1251"?><a><b></a>',
        b'<?xml version="1.0" encoding="windows-1251"?><a/>',
    ],
)
def test_bytes_that_are_not_an_exchange_document_are_refused(content: bytes) -> None:
    assert refusal(content, "x")


BOMB = b"".join(
    (
        b'<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">',
        *(b'<!ENTITY b%d "%s">' % (n + 1, b"&b%d;" % n * 10) for n in range(30)),
        b"]><a>&b30;</a>",
    )
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        b'<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE a [<!ENTITY f SYSTEM '
        b'"file:///etc/passwd">]><a>&f;</a>',
    ],
)
def test_document_type_declaration_is_refused(content: bytes) -> None:
    assert "DOCTYPE" in refusal(content, "x")[""]


def test_too_large_and_too_deep_files_are_refused() -> None:
    head = b'<?xml version="1.0" encoding="windows-1251"?>'
    assert "больше 15 МБ" in refusal(head + b" " * LARGEST, "x")[""]
    assert "не читается" in refusal(head + b"<a>" * 100_000, "x")[""]
    assert "не читается" in refusal(head + b'<a b="' + b"c" * (12 << 20) + b'"/>', "x")[""]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_changed_bytes_are_read_or_refused(make_title: MakeTitle, data: st.DataObject) -> None:
    name, content = make_title()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        put = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"", b'"', b"<", b"0", b"-1", b" "])
        )
        content = content[:start] + put + content[end:]
    with contextlib.suppress(TitleRefused):
        seller_title.read(content, name)


def test_truncated_file_is_refused(make_title: MakeTitle) -> None:
    name, content = make_title()
    for end in range(0, len(content) - 1, 37):
        assert refusal(content[:end], name)


def test_a_thousand_lines_are_read(make_title: MakeTitle) -> None:
    line: dict[str, Any] = {"name": "Кабель", "quantity": "3", "unit": "м", "vat_rate": "22"}
    name, content = make_title(lines=[{**line, "price_kopecks": n} for n in range(1, 1001)])
    assert len(seller_title.read(content, name).lines) == 1000


def test_published_sample_is_refused_for_its_sums_only(published: Path) -> None:
    """The sample has random sums; with correct sums the sample is read."""
    [sample] = published.glob("ON_NSCHFDOPPR_2BM-*.xml")
    content = sample.read_bytes()
    assert all(place.startswith(TABLE) for place in refusal(content, sample.name))
    text = content.decode("windows-1251")
    for old, new in (
        ("<СумНал>1000.00", "<СумНал>130.80"),
        ('КолТов="16"', 'КолТов="3.27"'),
        ('"8965.00"', '"59605.67"'),
        ('"10000.00"', '"71526.80"'),
        ("<СумНал>456.00", "<СумНал>11921.13"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    text = text.replace("<СумНал>1000.00", "<СумНал>11790.33")
    title = seller_title.read(text.encode("windows-1251"), sample.name)
    assert title.made_under == "ОснДоверОргСост-РеквНаимДок № 123 от 01.02.2023"
    assert title.seller.address == (
        "344249, Тюменская область, Тюмень, Тюмень, АдрРФ-НаселПункт, АдрРФ-Улица, "
        "АдрРФ-Дом, АдрРФ-Корпус, АдрРФ-Кварт, АдрРФ-ИныеСвед"
    )
    assert title.transferred_on == dt.date(2024, 2, 15)
