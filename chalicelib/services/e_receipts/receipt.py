"""A receipt as shown to its buyer, read from the tax service's JSON (ФФД 1.05 to 1.2).

The JSON's field names stand for tags of the order ЕД-7-20/662@ and occur in this module only. Other
fields and values of unexpected types are ignored: a receipt that the tax service has accepted is
shown as far as it can be read.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from chalicelib.core.fiscal.vat import CODES
from chalicelib.runtime.clock import MOSCOW
from chalicelib.runtime.model import Model


def _moment(value: Any) -> Any:
    """Return a Moscow time from ISO 8601 (without a zone: Moscow time) or from Unix time."""
    moment = (
        dt.datetime.fromisoformat(value)
        if isinstance(value, str) and not value.isdigit()
        else dt.datetime.fromtimestamp(int(value), dt.UTC)
    )
    return moment.astimezone(MOSCOW) if moment.tzinfo else moment.replace(tzinfo=MOSCOW)


def _text(value: Any) -> Any:
    if not isinstance(value, str | int):
        return ""
    # JSON can escape an unpaired surrogate, which cannot be encoded in UTF-8.
    return str(value).strip().encode("utf-8", "replace").decode()


def _number(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _quantity(value: Any) -> Any:
    try:
        quantity = Decimal(str(value))
    except InvalidOperation:
        return Decimal(1)
    return quantity if quantity.is_finite() else Decimal(1)


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int, BeforeValidator(_number)]


class ReceiptLine(Model):
    """A line of a receipt. Amounts are in kopecks."""

    name: Text = ""
    price: Number = 0
    quantity: Annotated[Decimal, BeforeValidator(_quantity)] = Decimal(1)
    measure: Number = Field(-1, alias="itemsQuantityMeasure")
    total: Number = Field(0, alias="sum")
    vat: Number = Field(0, alias="nds")
    vat_sum: Number = Field(0, alias="ndsSum")
    payment_kind: Number = Field(0, alias="paymentType")
    product_kind: Number = Field(0, alias="productType")
    supplier_inn: Text = Field("", alias="providerInn")
    marking: str = ""
    """Marking of the item: GTIN and serial number, or the code as scanned."""


class Receipt(Model):
    """A receipt. Amounts are in kopecks."""

    code: Number = 3
    """Code of the form: 3 for a receipt, 4 for a strict form, 31 and 41 for their corrections."""
    operation: Annotated[int, Field(alias="operationType", ge=1, le=4)]
    organisation: Text = Field("", alias="user")
    inn: Text = Field("", alias="userInn")
    address: Text = Field("", alias="retailPlaceAddress")
    place: Text = Field("", alias="retailPlace")
    cashier: Text = Field("", alias="operator")
    register_id: Text = Field("", alias="kktRegId")
    fiscal_drive: Text = Field(alias="fiscalDriveNumber")
    document: Annotated[int, Field(alias="fiscalDocumentNumber", ge=1)]
    sign: Annotated[int, Field(alias="fiscalSign", ge=0)]
    at: Annotated[dt.datetime, BeforeValidator(_moment), Field(alias="dateTime")]
    shift: Number = Field(0, alias="shiftNumber")
    number_in_shift: Number = Field(0, alias="requestNumber")
    total: Annotated[int, Field(alias="totalSum", ge=0)]
    cash: Number = Field(0, alias="cashTotalSum")
    electronic: Number = Field(0, alias="ecashTotalSum")
    prepaid: Number = Field(0, alias="prepaidSum")
    credit: Number = Field(0, alias="creditSum")
    provision: Number = Field(0, alias="provisionSum")
    taxation: Number = 0
    buyer: Text = ""
    """The buyer's telephone number or e-mail address (tag 1008), as the register sent it."""
    tax_site: Text = Field("", alias="fnsUrl")
    format_version: Number = Field(0, alias="fiscalDocumentFormatVer")
    items: tuple[ReceiptLine, ...] = ()
    vat: Mapping[int, int] = {}
    """Sums by VAT rate (tag 1199): the tax, or the taxable amount for 0 % and «без НДС»."""

    def link(self, url: str) -> str:
        """Return the URL of the receipt's public page below the base URL ``url``."""
        return f"{url}/r/{self.fiscal_drive}/{self.document}/{self.sign}"

    @property
    def check_code(self) -> str:
        """Text of the QR code that verifies the receipt (order ЕД-7-20/662@, tag 1196)."""
        roubles, kopecks = divmod(self.total, 100)
        return (
            f"t={self.at:%Y%m%dT%H%M}&s={roubles}.{kopecks:02}&fn={self.fiscal_drive}"
            f"&i={self.document}&fp={self.sign}&n={self.operation}"
        )


def from_document(document: Mapping[str, Any]) -> Receipt:
    """Return the receipt in a document of the tax service's JSON form.

    Raises:
        pydantic.ValidationError: a field that identifies a receipt is missing or invalid.
    """
    items = [item for item in document.get("items") or [] if isinstance(item, dict)]
    return Receipt.model_validate(
        {
            **document,
            "items": [{**item, "marking": _marking(item)} for item in items],
            "vat": _vat(document),
            "taxation": document.get("appliedTaxationType") or document.get("taxationType") or 0,
            "buyer": document.get("buyerPhoneOrAddress") or document.get("buyerAddress") or "",
        }
    )


def _vat(document: Mapping[str, Any]) -> dict[int, int]:
    sums = {code: document[name] for name, code in CODES.items() if _number(document.get(name))}
    listed = document.get("amountsReceiptNds")
    for row in (listed.get("amountsNds") or []) if isinstance(listed, dict) else []:
        if isinstance(row, dict) and _number(row.get("nds")) and _number(row.get("ndsSum")):
            sums[row["nds"]] = row["ndsSum"]
    return dict(sorted(sums.items()))


def _marking(item: Mapping[str, Any]) -> str:
    for codes in (item.get("productCodeNew"), item.get("productCodeData")):
        if not isinstance(codes, dict):
            continue
        for candidate in (codes, *(code for code in codes.values() if isinstance(code, dict))):
            if marking := " ".join(_identifiers(candidate)):
                return marking
    return ""


def _identifiers(code: Mapping[str, Any]) -> Iterator[str]:
    # A GTIN sent as a number has lost its leading zero.
    if gtin := _text(code.get("gtin")):
        yield gtin.rjust(14, "0") if gtin.isdigit() else gtin
        if serial := _text(code.get("sernum")):
            yield serial
    elif raw := _text(code.get("rawProductCode")):
        yield raw
