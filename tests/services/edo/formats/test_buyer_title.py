"""The buyer's title: it is made and read, and invalid files are refused."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from chalicelib.services.edo.formats import buyer_title, seller_title
from chalicelib.services.edo.formats.codes import Acceptance, UpdFunction
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner
from chalicelib.services.edo.formats.refusal import TitleRefused

MakeTitle = Callable[..., tuple[str, bytes]]
MakeBuyerTitle = Callable[..., tuple[str, bytes]]


@pytest.fixture
def answer(
    make_title: MakeTitle,
    entrepreneur: DocumentParty,
    director: FileSigner,
    moment: dt.datetime,
    guid: UUID,
) -> MakeBuyerTitle:
    def make(
        function: str = "СЧФДОП",
        signer: FileSigner = director,
        outcome: Acceptance = Acceptance.ACCEPTED,
    ) -> tuple[str, bytes]:
        shipped = {"name": "Накладная", "number": "3", "date": "2026-06-30"}
        name, content = make_title(function=function, shipped_by=shipped)
        title = seller_title.read(content, name)
        return buyer_title.make(
            title, (b"one", b"two"), entrepreneur, signer, moment, guid, outcome=outcome
        )

    return make


@pytest.mark.parametrize("function", [UpdFunction.TRANSFER, UpdFunction.INVOICE_AND_TRANSFER])
@pytest.mark.parametrize("outcome", Acceptance)
def test_buyers_title_is_read_as_it_was_made(
    answer: MakeBuyerTitle,
    make_title: MakeTitle,
    employee: FileSigner,
    function: UpdFunction,
    outcome: Acceptance,
) -> None:
    name, content = answer(function, employee, outcome)
    title = buyer_title.read(content, name)
    assert f"{title.file_id}.xml" == name
    assert title.sender_id == "2BM-500100732259-20260101"
    assert title.recipient_id == "2XX-7736207543-773601001-1"
    assert f"{title.seller_file_id}.xml" == make_title()[0]
    assert title.seller_signatures == (b"one", b"two")
    assert (title.function, title.outcome) == (function, outcome)
    assert title.accepted_on == dt.date(2026, 7, 2)
    assert title.made_at == dt.datetime(2026, 7, 2, 0, 30, 5)


def test_invoice_has_no_buyers_title(answer: MakeBuyerTitle) -> None:
    with pytest.raises(TitleRefused, match="не отвечает"):
        answer("СЧФ")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('КодИтога="1"', 'КодИтога="4"', "/Файл/Документ/СодФХЖ4/СвПрин/КодСодОпер/@КодИтога"),
        ('КодИтога="1"', 'КодИтога="3"', "/Файл/Документ/СодФХЖ4/СвПрин/@СодОпер"),
        ('Функция="СЧФДОП"', 'Функция="АКТ"', "/Файл/Документ/СодФХЖ4/@Функция"),
        ("<ЭП>b25l</ЭП>", "<ЭП>подпись</ЭП>", "/Файл/Документ/ИдИнфПрод/ЭП[1]"),
        ('ВерсФорм="5.03"', 'ВерсФорм="5.02"', "/Файл/@ВерсФорм"),
        ('КНД="1115132"', 'КНД="1115131"', "/Файл/Документ/@КНД"),
        ("ON_NSCHFDOPPOK", "ON_NSCHFDOPPR", "/Файл/@ИдФайл"),
    ],
)
def test_invalid_title_is_refused(answer: MakeBuyerTitle, old: str, new: str, place: str) -> None:
    name, content = answer()
    text = content.decode("windows-1251")
    assert old in text
    with pytest.raises(TitleRefused) as refused:
        buyer_title.read(text.replace(old, new).encode("windows-1251"), name.replace(old, new))
    assert [where for where, _ in refused.value.errors] == [place]


def test_published_sample_is_read(published: Path) -> None:
    [sample] = published.glob("ON_NSCHFDOPPOK_2BM-*.xml")
    title = buyer_title.read(sample.read_bytes(), sample.name)
    assert title.outcome is Acceptance.ACCEPTED
    [signature] = title.seller_signatures
    assert signature.startswith(b"0\x82")


def test_placeholder_instead_of_a_signature_is_refused(published: Path) -> None:
    [sample] = published.glob("ON_NSCHFDOPPOK_2LT-*.xml")
    with pytest.raises(TitleRefused) as refused:
        buyer_title.read(sample.read_bytes(), sample.name)
    [(place, word)] = refused.value.errors
    assert place.endswith("/ЭП")
    assert "base64" in word
