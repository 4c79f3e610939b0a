"""Fiscal documents in the tax service's JSON form, ФФД 1.05 to 1.2.

Field names are the tax service's. Numbers of tags are those of the order ЕД-7-20/662@. Fields that
have no attribute of their own are in :attr:`FiscalDocument.content`, which holds the whole
document.
"""

import datetime as dt
import json
from enum import IntEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from chalicelib.requisites import MAX_KOPECKS
from chalicelib.runtime import clock
from chalicelib.runtime.model import Model

MOST_DOCUMENTS = 999_999
"""Largest accepted document number (tag 1040).

A fiscal drive holds at most a quarter of that. The limit keeps a corrupted number from enlarging
the turnover item of its day.
"""

MAX_FISCAL_SIGN = 2**48 - 1
"""Largest fiscal sign: tag 1077 has six bytes, of which a receipt shows the last four.

DynamoDB stores numbers of at most 38 digits.
"""

_YEARS = range(2016, 2100)


class FiscalDocumentKind(IntEnum):
    """Code of a document's form."""

    REGISTRATION = 1
    SHIFT_OPENING = 2
    RECEIPT = 3
    STRICT_FORM = 4
    SHIFT_CLOSING = 5
    DRIVE_CLOSING = 6
    REGISTRATION_CHANGE = 11
    SETTLEMENT_STATE = 21
    RECEIPT_CORRECTION = 31
    STRICT_FORM_CORRECTION = 41

    @property
    def is_settlement(self) -> bool:
        """Whether the document records a payment: a receipt, a strict form or a correction."""
        return self in _SETTLEMENTS

    @property
    def is_correction(self) -> bool:
        """Whether the document corrects a payment that was not recorded in time."""
        return self in _CORRECTIONS

    @property
    def is_of_a_shift(self) -> bool:
        """Whether the document opens a shift, closes a shift or belongs to a shift."""
        return self in _SHIFT_DOCUMENTS


_CORRECTIONS = frozenset(
    {FiscalDocumentKind.RECEIPT_CORRECTION, FiscalDocumentKind.STRICT_FORM_CORRECTION}
)
_SETTLEMENTS = _CORRECTIONS | {FiscalDocumentKind.RECEIPT, FiscalDocumentKind.STRICT_FORM}
_SHIFT_DOCUMENTS = _SETTLEMENTS | {
    FiscalDocumentKind.SHIFT_OPENING,
    FiscalDocumentKind.SHIFT_CLOSING,
}


class OperationType(IntEnum):
    """Direction of a payment (tag 1054): приход, возврат прихода, расход, возврат расхода."""

    INCOME = 1
    INCOME_RETURN = 2
    EXPENSE = 3
    EXPENSE_RETURN = 4


def _digits(length: int) -> BeforeValidator:
    """Read an identifier sent as a number, without leading zeros or padded with spaces."""

    def read(value: Any) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= length):
            raise ValueError(f"not a number of at most {length} digits")
        return text.zfill(length)

    return BeforeValidator(read)


def _contact(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if any(map(str.isalnum, text)) and text.lower() != "none" else None


def _moment(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _moscow(moment: dt.datetime) -> dt.datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"year is not from {_YEARS.start} to {_YEARS.stop - 1}")
    if moment.tzinfo is None:
        return moment.replace(tzinfo=clock.MOSCOW)
    return moment.astimezone(clock.MOSCOW)


Amount = Annotated[int, Field(ge=0, le=MAX_KOPECKS)]
DriveNumber = Annotated[str, _digits(16)]
RegisterId = Annotated[str, _digits(16)]
DocumentNumber = Annotated[int, Field(ge=1, le=MOST_DOCUMENTS)]


class FiscalDocument(Model):
    """A fiscal document as the cash register sent it. Amounts are in kopecks.

    Validation raises only ``pydantic.ValidationError``, whatever the input.
    """

    model_config = ConfigDict(extra="ignore")

    fiscal_drive: DriveNumber = Field(validation_alias="fiscalDriveNumber")
    """Serial number of the fiscal drive (tag 1041)."""
    number: DocumentNumber = Field(validation_alias="fiscalDocumentNumber")
    """Number of the document on its fiscal drive (tag 1040)."""
    fiscal_sign: Annotated[int, Field(ge=0, le=MAX_FISCAL_SIGN)] = Field(
        validation_alias="fiscalSign"
    )
    """Fiscal sign (tag 1077)."""
    register_id: RegisterId = Field(validation_alias="kktRegId")
    """РНМ, the register's registration number (tag 1037)."""
    kind: FiscalDocumentKind = Field(validation_alias=AliasChoices("code", "receiptCode"))
    at: Annotated[dt.datetime, BeforeValidator(_moment), AfterValidator(_moscow)] = Field(
        validation_alias="dateTime"
    )
    """Time by the register's clock (tag 1012). A time without a zone is Moscow time."""
    shift: Annotated[int, Field(ge=0, le=99_999)] | None = Field(
        None, validation_alias="shiftNumber"
    )
    """Number of the shift (tag 1038)."""
    operation: OperationType | None = Field(None, validation_alias="operationType")
    total: Amount = Field(0, validation_alias="totalSum")
    """Sum of the document (tag 1020)."""
    cash: Amount = Field(0, validation_alias="cashTotalSum")
    """Part of the sum in cash (tag 1031)."""
    electronic: Amount = Field(0, validation_alias="ecashTotalSum")
    """Part of the sum in electronic money (tag 1081)."""
    buyer_contact: Annotated[str | None, BeforeValidator(_contact)] = Field(
        None, validation_alias=AliasChoices("buyerPhoneOrAddress", "buyerAddress")
    )
    """The buyer's telephone number or e-mail address, as entered (tag 1008)."""
    content: dict[str, Any]
    """The whole document, with the names and values in which it was sent."""

    @model_validator(mode="before")
    @classmethod
    def _add_content(cls, document: Any) -> Any:
        if not isinstance(document, dict):
            return document
        # NaN, infinity and unpaired surrogates cannot be stored as JSON in UTF-8.
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
        fields = {name: value for name, value in document.items() if value is not None}
        return {**fields, "content": document}

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if self.kind.is_of_a_shift and self.shift is None:
            raise ValueError("a document of a shift has no shift number")
        complete = self.operation is not None and "total" in self.model_fields_set
        if self.kind.is_settlement and not complete:
            raise ValueError("a settlement has no operation type or no total")
        return self
