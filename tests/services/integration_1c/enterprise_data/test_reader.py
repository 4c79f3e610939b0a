"""Messages of 1C are parsed; hostile input is refused with little time and memory."""

import contextlib
import io
import struct
import time
import tracemalloc
import uuid
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.services.integration_1c.enterprise_data.reader import InvalidMessage, read, unzip
from chalicelib.services.integration_1c.enterprise_data.retail_report import retail_reports
from tests.support.samples import SAMPLES
from tests.support.shifts import stored

ITEM = "0f7c5cc4-7f0b-4c67-9f8b-000000000001"
HEADER = (
    "<msg:Header><msg:Format>http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.17</msg:Format>"
    "<msg:CreationDate>2026-11-25T10:00:00</msg:CreationDate><msg:Confirmation>"
    "<msg:ExchangePlan>СинхронизацияДанныхЧерезУниверсальныйФормат</msg:ExchangePlan>"
    "<msg:To>ОФ</msg:To><msg:From>БП</msg:From><msg:MessageNo>12</msg:MessageNo>"
    "<msg:ReceivedNo>7</msg:ReceivedNo></msg:Confirmation>"
    "<msg:AvailableVersion>1.8</msg:AvailableVersion>"
    "<msg:AvailableVersion>1.17</msg:AvailableVersion></msg:Header>"
)
NOMENCLATURE = f"""
<Справочник.Номенклатура><КлючевыеСвойства><Ссылка>{ITEM}</Ссылка>
<НаименованиеПолное>Морс ягодный, 0,2 л</НаименованиеПолное><Наименование> Морс </Наименование>
<Группа><Ссылка>{uuid.UUID(int=5)}</Ссылка><Наименование>Напитки</Наименование></Группа>
</КлючевыеСвойства><ТипНоменклатуры>Товар</ТипНоменклатуры><ЕдиницаИзмерения>
<ДанныеКлассификатора><Код>796</Код><Наименование>шт</Наименование></ДанныеКлассификатора>
</ЕдиницаИзмерения></Справочник.Номенклатура>
<Справочник.ШтрихкодыНоменклатуры><Штрихкод>4606419014681</Штрихкод><Записи><Строка>
<ДанныеНоменклатуры><Номенклатура><Номенклатура><Ссылка>{ITEM}</Ссылка>
<Наименование>Морс</Наименование></Номенклатура></Номенклатура></ДанныеНоменклатуры>
</Строка></Записи></Справочник.ШтрихкодыНоменклатуры>
<Справочник.Контрагенты><КлючевыеСвойства><Наименование>x</Наименование></КлючевыеСвойства>
</Справочник.Контрагенты>"""


def message(body: str = NOMENCLATURE, header: str = HEADER, doctype: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        '<Message xmlns:msg="http://www.1c.ru/SSL/Exchange/Message">'
        f"{header}"
        f'<Body xmlns="http://v8.1c.ru/edi/edi_stnd/EnterpriseData/1.17">{body}</Body></Message>'
    ).encode()


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def test_message_of_1c_is_parsed() -> None:
    incoming = read(message())
    assert (incoming.version, incoming.available_versions) == ("1.17", ("1.8", "1.17"))
    assert (incoming.sender, incoming.recipient) == ("БП", "ОФ")
    assert (incoming.message_no, incoming.received_no) == (12, 7)
    (item,) = incoming.items
    assert (str(item.id), item.name, item.full_name) == (ITEM, "Морс", "Морс ягодный, 0,2 л")
    assert (item.unit, item.barcodes) == ("796", ("4606419014681",))


def test_barcode_may_precede_its_item() -> None:
    item, barcode = NOMENCLATURE.split("<Справочник.Шт")
    (item_read,) = read(message("<Справочник.Шт" + barcode + item)).items
    assert item_read.barcodes == ("4606419014681",)


def test_message_without_objects_or_numbers() -> None:
    short = HEADER[: HEADER.index("<msg:Confirmation>")] + "</msg:Header>"
    incoming = read(message("", short))
    assert (incoming.items, incoming.message_no, incoming.received_no) == ((), None, None)


def test_written_message_can_be_read(written: Callable[..., bytes]) -> None:
    incoming = read(written(retail_reports([stored(1)], {})))
    assert (incoming.message_no, incoming.received_no, len(incoming.items)) == (7, 3, 1)


@pytest.mark.parametrize("version", ["1_17", "1_8"])
def test_published_sample_is_parsed(version: str) -> None:
    file = SAMPLES / "enterprisedata" / f"message_{version}_valid.xml"
    (item,) = read(file.read_bytes()).items
    assert (item.name, item.unit) == ("Морс ягодный 0.2", "796")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "XML"),
        (b"<Message>", "XML"),
        (b"PK\x03\x04", "XML"),
        (b'<?xml version="1.0" encoding="no-such"?><Message/>', "XML"),
        (b"<Other/>", "Message"),
        (b"<Message/>", "заголовка"),
        (message(header="<Header/>"), "EnterpriseData"),
        (message(header=HEADER.replace("EnterpriseData", "Other")), "EnterpriseData"),
        (message(header=HEADER.replace(">12<", ">-1<")), "Номер"),
        (message(header=HEADER.replace(">7<", ">семь<")), "Номер"),
        (message(header=HEADER.replace(">7<", ">" + "9" * 5000 + "<")), "Номер"),
        (message("<a>" * 100 + "</a>" * 100), "глубоко"),
        (message("<a>" * 100_000), "глубоко"),
        (message(doctype='<!DOCTYPE Message [<!ENTITY a "x">]>'), "DTD"),
        (message(doctype='<!DOCTYPE Message SYSTEM "http://127.0.0.1/x.dtd">'), "DTD"),
        (
            message(
                "<x>&a;</x>", doctype='<!DOCTYPE Message [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
            ),
            "DTD",
        ),
    ],
)
def test_invalid_message_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(InvalidMessage, match=why):
        read(content)


def test_entity_expansion_is_refused_early() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    started = time.process_time()
    with pytest.raises(InvalidMessage):
        read(message("<x>&a29;</x>", doctype=f'<!DOCTYPE Message [<!ENTITY a0 "x">{laughs}]>'))
    assert time.process_time() - started < 1


def test_memory_does_not_grow_with_other_objects() -> None:
    body = "<Справочник.Контрагенты><КлючевыеСвойства/></Справочник.Контрагенты>" * 60_000
    content = message(body)
    tracemalloc.start()
    try:
        assert read(content).items == ()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000, "what is read at once, not 60 000 objects"


@pytest.mark.parametrize("reference", ["", "x", "0" * 31])
def test_item_without_an_identifier_is_ignored(reference: str) -> None:
    assert read(message(NOMENCLATURE.replace(ITEM, reference))).items == ()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_message_raises_invalid_message_only(data: st.DataObject) -> None:
    content = bytearray(message())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidMessage):
        read(bytes(content))


def test_archive_with_one_xml_file_is_unzipped() -> None:
    assert unzip(zipped(("Message_ОФ_БП.xml", b"<a/>"), ("readme.txt", b"x"))) == b"<a/>"
    assert unzip(zipped(("m.XML", b"<a/>"), method=zipfile.ZIP_STORED)) == b"<a/>"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a/>",
        zipped(("m.xml", b"<a/>"))[:-10],
        zipped(("m.txt", b"<a/>")),
        zipped(("a.xml", b"<a/>"), ("b.xml", b"<a/>")),
        zipped(("m.xml", b"<a/>"), method=zipfile.ZIP_LZMA),
        zipped(("m.xml", b"<a/>"), method=zipfile.ZIP_BZIP2),
    ],
)
def test_other_archives_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidMessage):
        unzip(content)


def test_zip_bomb_is_read_up_to_the_limit() -> None:
    bomb = zipped(("m.xml", bytes(50_000_000)))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidMessage, match="большое"):
            unzip(bomb, most=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


def test_false_size_in_the_archive_is_not_trusted() -> None:
    content = bytearray(zipped(("m.xml", bytes(5_000_000))))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    with contextlib.suppress(InvalidMessage):
        assert len(unzip(bytes(content), most=1_000_000)) <= 10


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_archive_raises_invalid_message_only(data: st.DataObject) -> None:
    content = bytearray(zipped(("m.xml", message())))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidMessage):
        unzip(bytes(content))
