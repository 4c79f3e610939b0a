"""Documents are read in every form in which the tax service sends them; others are refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chalicelib.core.fiscal.compression import compress, decompress
from chalicelib.core.fiscal.document import FiscalDocument, FiscalDocumentKind
from chalicelib.core.fiscal.model import StoredDocument
from tests.support.samples import SAMPLES


def read(document: Any) -> FiscalDocument:
    return FiscalDocument.model_validate_json(json.dumps(document))


def test_real_receipts_are_read_whole() -> None:
    files = sorted((SAMPLES / "receipts").glob("*.json"))
    assert len(files) == 29
    for file in files:
        content = json.loads(file.read_text(encoding="utf-8"))
        document = read(content)
        assert document.kind is FiscalDocumentKind.RECEIPT
        assert document.total == content["totalSum"]
        assert document.register_id == content["kktRegId"].strip()
        assert StoredDocument.of("client-1", document).content == content


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-24T23:59:59", "2026-11-24T23:59:59+03:00"),
        ("2026-11-24T23:59", "2026-11-24T23:59:00+03:00"),
        (" 2026-11-24T23:59:59 ", "2026-11-24T23:59:59+03:00"),
        ("2026-11-24T22:00:00Z", "2026-11-25T01:00:00+03:00"),
        ("2026-11-24T01:00:00+10:00", "2026-11-23T18:00:00+03:00"),
        (1654957800, "2022-06-11T17:30:00+03:00"),
        ("1654957800", "2022-06-11T17:30:00+03:00"),
    ],
)
def test_time_is_read_in_every_form(receipt: Any, value: Any, moment: str) -> None:
    assert read(receipt(dateTime=value)).at.isoformat() == moment


@pytest.mark.parametrize(
    "form",
    [
        {"properties": {"propertyName": "Заказ", "propertyValue": "1"}},
        {"properties": [{"propertyName": "Заказ", "propertyValue": "1"}]},
        {"fiscalDriveNumber": 9960440300412358},
        {"kktRegId": "4817236006552"},
        {"fiscalDocumentNumber": "1", "totalSum": "10000"},
        {"code": None, "receiptCode": 3},
        {"cashTotalSum": None, "properties": None},
        {"somethingNew": {"nested": [1, 2.5, None]}, "content": "a field that has our name"},
    ],
    ids=str,
)
def test_forms_of_a_document_are_equal(receipt: Any, form: dict[str, Any]) -> None:
    content = receipt(**form)
    document, plain = read(content), read(receipt())
    same = ("fiscal_drive", "register_id", "number", "kind", "total", "shift", "at")
    assert [getattr(document, name) for name in same] == [getattr(plain, name) for name in same]
    assert document.content == content


@pytest.mark.parametrize("code", [1, 2, 5, 6, 11, 21])
def test_other_documents_need_no_totals(receipt: Any, code: int) -> None:
    content = receipt(code=code)
    for name in ("operationType", "totalSum", "cashTotalSum", "ecashTotalSum", "items"):
        del content[name]
    if code not in (2, 5):
        del content["shiftNumber"]
    document = read(content)
    assert not document.kind.is_settlement
    assert document.total == 0


@pytest.mark.parametrize("code", [3, 4, 31, 41])
@pytest.mark.parametrize("lacking", ["operationType", "totalSum", "shiftNumber"])
def test_settlements_need_totals(receipt: Any, code: int, lacking: str) -> None:
    content = receipt(code=code)
    assert read(content).kind.is_settlement
    del content[lacking]
    with pytest.raises(ValidationError):
        read(content)


@pytest.mark.parametrize(
    ("fields", "contact"),
    [
        ({"buyerPhoneOrAddress": " +79161234567 "}, "+79161234567"),
        ({"buyerAddress": "buyer@example.ru"}, "buyer@example.ru"),
        ({"buyerPhoneOrAddress": "  "}, None),
        ({"buyerPhoneOrAddress": "-"}, None),
        ({"buyerPhoneOrAddress": "none"}, None),
        ({"buyerPhoneOrAddress": None, "buyerAddress": "buyer@example.ru"}, "buyer@example.ru"),
        ({}, None),
    ],
)
def test_contact_is_read(receipt: Any, fields: Any, contact: str | None) -> None:
    assert read(receipt(**fields)).buyer_contact == contact


@pytest.mark.parametrize(
    "change",
    [
        {"fiscalDriveNumber": "99604403004123581"},
        {"fiscalDriveNumber": "996044030041235X"},
        {"fiscalDriveNumber": "٩٩٦٠٤٤٠٣٠٠٤١٢٣٥٨"},
        {"fiscalDriveNumber": True},
        {"kktRegId": None},
        {"fiscalDocumentNumber": 0},
        {"fiscalDocumentNumber": 1_000_000},
        {"fiscalDocumentNumber": 1.5},
        {"fiscalSign": -1},
        {"fiscalSign": 2**48},
        {"fiscalSign": 10**39},
        {"code": 7},
        {"code": None},
        {"operationType": 5},
        {"totalSum": -1},
        {"totalSum": 10**13 + 1},
        {"totalSum": 10.5},
        {"dateTime": "yesterday"},
        {"dateTime": True},
        {"dateTime": "0001-01-01T00:00:00Z"},
        {"dateTime": "9999-12-31T23:59:59Z"},
        {"dateTime": 0},
    ],
    ids=str,
)
def test_invalid_field_is_refused(receipt: Any, change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(receipt(**change))


@pytest.mark.parametrize("text", ["", "[]", "null", "3", '"text"', "{}", '{"code": 3'])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        FiscalDocument.model_validate_json(text)


def test_nan_is_refused(receipt: Any) -> None:
    content = json.dumps(receipt(weight=float("nan")))
    with pytest.raises(ValidationError):
        FiscalDocument.model_validate_json(content)


@pytest.mark.parametrize("text", ["\\ud800", "a\\udfff", "\\udc00\\ud800"])
def test_unpaired_surrogate_is_refused(receipt: Any, text: str) -> None:
    """Both when pydantic validates parsed JSON and when pydantic parses the JSON itself."""
    written = json.dumps(receipt(retailPlace="@")).replace("@", text)
    with pytest.raises(ValidationError):
        FiscalDocument.model_validate(json.loads(written))
    with pytest.raises(ValidationError):
        FiscalDocument.model_validate_json(written)
    whole = FiscalDocument.model_validate(receipt(retailPlace="\U0001f600"))
    assert decompress(compress(whole.content)) == whole.content


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values))
def test_compression_is_lossless(content: dict[str, Any]) -> None:
    content = json.loads(json.dumps(content, allow_nan=True))
    assert decompress(compress(content)) == content


def test_ordinary_receipt_compresses_below_450_bytes(receipt: Any) -> None:
    item = receipt()["items"][0]
    content = receipt(items=[{**item, "name": f"Товар номер {n}"} for n in range(5)])
    assert len(compress(content)) < 450


def test_order_of_fields_does_not_change_the_compressed_bytes(receipt: Any) -> None:
    content = receipt()
    assert compress(content) == compress(dict(reversed(content.items())))
