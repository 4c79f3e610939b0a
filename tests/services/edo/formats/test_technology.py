"""Technology messages: they are made and read, and invalid files are refused."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest

from chalicelib.services.edo.formats import technology
from chalicelib.services.edo.formats.model import DocumentParty, FileSigner, Operator
from chalicelib.services.edo.formats.refusal import TitleRefused
from chalicelib.services.edo.formats.technology import ReferencedFile, TechnologyKind

ABOUT = ReferencedFile("Акт № 5.pdf", (b"signature",))
MakeMessage = Callable[[TechnologyKind], tuple[str, bytes]]


@pytest.fixture(params=["director", "employee"])
def make(
    request: pytest.FixtureRequest,
    organisation: DocumentParty,
    entrepreneur: DocumentParty,
    moment: dt.datetime,
    guid: UUID,
) -> MakeMessage:
    """Return a function that makes a message about a file from the organisation to the entrepreneur."""
    signer: FileSigner = request.getfixturevalue(request.param)
    operator = Operator("2XX", "ООО «Оператор»", "7736207543")
    sides = organisation, entrepreneur, moment, guid
    back = entrepreneur, organisation, signer

    def message(kind: TechnologyKind) -> tuple[str, bytes]:
        match kind:
            case TechnologyKind.DATE_OF_RECEIPT:
                return technology.date_confirmation_of_receipt(ABOUT, operator, *sides)
            case TechnologyKind.DATE_OF_SENDING:
                return technology.date_confirmation_of_sending(ABOUT, operator, *sides)
            case TechnologyKind.RECEIPT_NOTICE:
                return technology.receipt_notice(ABOUT, *back, moment, guid)
            case TechnologyKind.CORRECTION_REQUEST:
                return technology.correction_request(ABOUT, *back, "Не та\nцена", moment, guid)
            case TechnologyKind.ANNULMENT_OFFER:
                return technology.annulment_offer(ABOUT, *back, "Ошибка", moment, guid)

    return message


@pytest.mark.parametrize(
    ("kind", "author", "addressee", "text"),
    [
        (TechnologyKind.DATE_OF_RECEIPT, "2XX", "2XX-7736207543-773601001-1", None),
        (TechnologyKind.DATE_OF_SENDING, "2XX", "2BM-500100732259-20260101", None),
        (
            TechnologyKind.RECEIPT_NOTICE,
            "2BM-500100732259-20260101",
            "2XX-7736207543-773601001-1",
            None,
        ),
        (
            TechnologyKind.CORRECTION_REQUEST,
            "2BM-500100732259-20260101",
            "2XX-7736207543-773601001-1",
            "Не та\nцена",
        ),
        (
            TechnologyKind.ANNULMENT_OFFER,
            "2BM-500100732259-20260101",
            "2XX-7736207543-773601001-1",
            "Ошибка",
        ),
    ],
)
def test_message_is_read_as_it_was_made(
    make: MakeMessage, kind: TechnologyKind, author: str, addressee: str, text: str | None
) -> None:
    name, content = make(kind)
    assert name == f"{kind}_{addressee}_{author}_20260702_57cd8895-2d8c-42b2-961c-a158b5a86496.xml"
    message = technology.read(content)
    assert (message.kind, f"{message.file_id}.xml") == (kind, name)
    assert message.about == ABOUT
    assert (message.author_id, message.addressee_id) == (author, addressee)
    assert message.text == text
    stated_at = (
        None if kind is TechnologyKind.ANNULMENT_OFFER else dt.datetime(2026, 7, 2, 0, 30, 5)
    )
    assert message.stated_at == stated_at


@pytest.mark.parametrize("kind", TechnologyKind)
def test_invalid_message_is_refused(make: MakeMessage, kind: TechnologyKind) -> None:
    _, content = make(kind)
    text = content.decode("windows-1251")
    for old, new, word in (
        (f"{kind}_", "DP_OTHER_", "не технологическое сообщение"),
        ('ВерсФорм="1.0', 'ВерсФорм="9.0', "не из перечня"),
        ("c2lnbmF0dXJl", "не base64", "base64"),
        ("<Документ", "<Бумага/><Документ", "не на месте"),
    ):
        assert old in text
        with pytest.raises(TitleRefused, match=word):
            technology.read(text.replace(old, new).encode("windows-1251"))
    for end in range(0, len(content) - 1, 61):
        with pytest.raises(TitleRefused):
            technology.read(content[:end])


def test_correction_request_about_two_signatures_is_refused(
    organisation: DocumentParty,
    entrepreneur: DocumentParty,
    director: FileSigner,
    moment: dt.datetime,
    guid: UUID,
) -> None:
    about = ReferencedFile("Акт № 5.pdf", (b"one", b"two"))
    with pytest.raises(TitleRefused):
        technology.correction_request(
            about, entrepreneur, organisation, director, "Не то", moment, guid
        )
