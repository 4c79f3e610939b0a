"""Reads a fiscal document in the tax service's JSON form, ФФД 1.05 to 1.2.

Names in the JSON are the tax service's; the tags are those of the order ЕД-7-20/662@. What is not
read here stays in :attr:`FiscalDocument.content`, which is the document whole.
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
"""The largest number of a document (tag 1040). A fiscal drive has room for a quarter of that; the
bound keeps a number that went wrong from swelling the marks of its day."""

_YEARS = range(2016, 2100)


class FiscalDocumentKind(IntEnum):
    """What a document is: the code of its form."""

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
        """Whether money passed: receipts, strict forms and corrections of either."""
        return self in _SETTLEMENTS

    @property
    def is_correction(self) -> bool:
        """Whether it mends what was not rung up in time."""
        return self in _CORRECTIONS

    @property
    def is_of_a_shift(self) -> bool:
        """Whether it stands between the opening and the closing of a shift, or is one of them."""
        return self in _SETTLEMENTS or self in {
            FiscalDocumentKind.SHIFT_OPENING,
            FiscalDocumentKind.SHIFT_CLOSING,
        }


_CORRECTIONS = frozenset(
    {FiscalDocumentKind.RECEIPT_CORRECTION, FiscalDocumentKind.STRICT_FORM_CORRECTION}
)
_SETTLEMENTS = _CORRECTIONS | {FiscalDocumentKind.RECEIPT, FiscalDocumentKind.STRICT_FORM}


class OperationType(IntEnum):
    """Which way money went (tag 1054): приход, возврат прихода, расход, возврат расхода."""

    INCOME = 1
    INCOME_RETURN = 2
    EXPENSE = 3
    EXPENSE_RETURN = 4


def _digits(length: int) -> BeforeValidator:
    """Read digits that may come as a number, without leading zeros, or padded with spaces."""

    def read(value: Any) -> str:
        text = str(value).strip() if isinstance(value, str | int) else ""
        if not (text.isascii() and text.isdigit() and len(text) <= length):
            raise ValueError("not a number of that many digits")
        return text.zfill(length)

    return BeforeValidator(read)


def _contact(value: Any) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if any(map(str.isalnum, text)) and text.lower() != "none" else None


def _moment(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _moscow(moment: dt.datetime) -> dt.datetime:
    if moment.year not in _YEARS:
        raise ValueError("no fiscal document is of that year")
    if moment.tzinfo is None:
        return moment.replace(tzinfo=clock.MOSCOW)
    return moment.astimezone(clock.MOSCOW)


Amount = Annotated[int, Field(ge=0, le=MAX_KOPECKS)]
DriveNumber = Annotated[str, _digits(16)]
RegisterId = Annotated[str, _digits(16)]
DocumentNumber = Annotated[int, Field(ge=1, le=MOST_DOCUMENTS)]


class FiscalDocument(Model):
    """A fiscal document as a register sent it. Amounts are kopecks.

    Reading raises ``pydantic.ValidationError``, and nothing else, for what is no such document.
    """

    model_config = ConfigDict(extra="ignore")

    fiscal_drive: DriveNumber = Field(validation_alias="fiscalDriveNumber")
    number: DocumentNumber = Field(validation_alias="fiscalDocumentNumber")
    fiscal_sign: Annotated[int, Field(ge=0)] = Field(validation_alias="fiscalSign")
    register_id: RegisterId = Field(validation_alias="kktRegId")
    kind: FiscalDocumentKind = Field(validation_alias=AliasChoices("code", "receiptCode"))
    at: Annotated[dt.datetime, BeforeValidator(_moment), AfterValidator(_moscow)] = Field(
        validation_alias="dateTime"
    )
    """By the register's own clock; a time that names no zone is taken for Moscow's."""
    shift: Annotated[int, Field(ge=0, le=99_999)] | None = Field(
        None, validation_alias="shiftNumber"
    )
    operation: OperationType | None = Field(None, validation_alias="operationType")
    total: Amount = Field(0, validation_alias="totalSum")
    cash: Amount = Field(0, validation_alias="cashTotalSum")
    electronic: Amount = Field(0, validation_alias="ecashTotalSum")
    buyer_contact: Annotated[str | None, BeforeValidator(_contact)] = Field(
        None, validation_alias=AliasChoices("buyerPhoneOrAddress", "buyerAddress")
    )
    content: dict[str, Any]
    """The document whole, under the names and in the values that it came with."""

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        # What JSON has no word for cannot be kept, nor half a character (a surrogate by itself).
        json.dumps(said, allow_nan=False, ensure_ascii=False).encode()
        return {**{name: one for name, one in said.items() if one is not None}, "content": said}

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if self.kind.is_of_a_shift and self.shift is None:
            raise ValueError("a document of a shift names no shift")
        told = self.operation is not None and "total" in self.model_fields_set
        if self.kind.is_settlement and not told:
            raise ValueError("a settlement names no operation or no total")
        return self
