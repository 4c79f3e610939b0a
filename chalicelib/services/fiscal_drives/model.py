"""The catalogue of fiscal drives, the cart and the order."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, computed_field, model_validator

from chalicelib.requisites import Email, Kopecks, Line, PersonName, Phone, single_line
from chalicelib.runtime.history import HistoryEntry
from chalicelib.runtime.identifier import Identifier
from chalicelib.runtime.model import Model, Payload, example

DriveModel = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$", examples=["fn-1.2-36"])]
"""Short name of a fiscal drive model in the catalogue."""


class Drive(Model):
    """A fiscal drive model on sale. The price includes VAT."""

    model_config = example(
        model="fn-1.2-15",
        title="Фискальный накопитель ФН-1.2 на 15 месяцев",
        months=15,
        in_stock=300,
        fits_register_models=["АТОЛ 27Ф", "ЭВОТОР СТ51Ф"],
    )

    model: DriveModel
    title: Line
    months: Annotated[int, Field(ge=1, le=60)]
    price_kopecks: Kopecks
    in_stock: Annotated[int, Field(ge=0)]
    fits_register_models: tuple[Line, ...]
    """Models of the cash registers that the drive fits."""


class SuitableRegister(Model):
    """A cash register of the caller that a drive fits."""

    model_config = example(
        register_id="0004817236006552",
        model="АТОЛ 27Ф",
        fiscal_drive_ends_on="2026-12-28",
        ends_soon=True,
    )

    register_id: str
    model: str
    fiscal_drive_ends_on: dt.date
    ends_soon: bool
    """Whether the drive in the register expires within 60 days."""


class CatalogueEntry(Model):
    """A drive on sale, with the cash registers of the caller that the drive fits."""

    model_config = example(
        model="fn-1.2-15",
        title="Фискальный накопитель ФН-1.2 на 15 месяцев",
        months=15,
        in_stock=300,
        suits_total=1,
    )

    model: str
    title: str
    months: int
    price_kopecks: int
    in_stock: int
    suits: list[SuitableRegister]
    """At most 50 registers, the first whose present drives expire."""
    suits_total: int
    """How many of the caller's registers the drive fits."""


class DriveOnSale(Payload):
    """A drive to put on sale or to change. The stock is changed by ``received`` only."""

    model_config = example(
        title="Фискальный накопитель ФН-1.2 на 15 месяцев",
        months=15,
        price_kopecks=12_200_00,
        fits_register_models=["АТОЛ 27Ф", "ЭВОТОР СТ51Ф"],
        received=300,
    )

    title: Annotated[str, single_line(200)]
    months: Annotated[int, Field(ge=1, le=60)]
    price_kopecks: Annotated[Kopecks, Field(ge=1, le=100_000_00)]
    fits_register_models: Annotated[tuple[Line, ...], Field(max_length=200)]
    received: Annotated[int, Field(ge=0, le=100_000)] = 0
    """Pieces to add to the stock. They are added once for each Idempotency-Key."""


class CartLine(Model):
    """Drives of one model in the cart, at the price of the moment when they were put there."""

    model_config = example(
        model="fn-1.2-15", title="Фискальный накопитель ФН-1.2 на 15 месяцев", quantity=1
    )

    model: DriveModel
    title: Line
    quantity: Annotated[int, Field(ge=1, le=100)]
    price_kopecks: Kopecks

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total_kopecks(self) -> int:
        return self.price_kopecks * self.quantity


class Cart(Model):
    """The drives that a client is going to order."""

    lines: tuple[CartLine, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total_kopecks(self) -> int:
        return sum(line.total_kopecks for line in self.lines)


class Quantity(Payload):
    """The number of drives of a model in the cart."""

    quantity: Annotated[int, Field(ge=1, le=100)]


class DeliveryMethod(StrEnum):
    """How the drives are delivered to the client."""

    COURIER = "courier"
    PICKUP = "pickup"
    POST = "post"


class Delivery(Payload):
    """Method and address of delivery. Pickup needs no address."""

    model_config = example(method="courier", address="г. Москва, ул. Щербаковская, д. 3")

    method: DeliveryMethod
    address: Line | None = None

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.method is not DeliveryMethod.PICKUP and self.address is None:
            raise ValueError("Укажите адрес доставки.")
        return self


class NewOrder(Payload):
    """Contact details and delivery of a new order, the form of «Сформировать счёт»."""

    model_config = example(
        contact_name="Смирнова Мария Андреевна",
        phone="+79161234567",
        email="romashka@example.ru",
        comment="Позвоните за час",
    )

    contact_name: PersonName
    phone: Phone
    email: Email
    delivery: Delivery
    comment: Annotated[str, single_line(1000)] | None = None


class OrderState(StrEnum):
    """States of an order."""

    INVOICED = "invoiced"
    PAID = "paid"
    ASSEMBLING = "assembling"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Order(Model):
    """An order of fiscal drives with the history of its states."""

    model_config = example(
        client_id="client-romashka",
        contact_name="Смирнова Мария Андреевна",
        phone="+79161234567",
        email="romashka@example.ru",
        comment="Позвоните за час",
        invoice_number="СУ-1072022639",
    )

    order_id: Identifier
    client_id: Identifier
    status: OrderState
    ordered_at: dt.datetime
    contact_name: str
    phone: str
    email: str
    delivery: Delivery
    comment: str | None = None
    lines: tuple[CartLine, ...]
    total_kopecks: Kopecks
    invoice_id: Identifier
    invoice_number: str
    tracking_number: str | None = None
    history: tuple[HistoryEntry, ...]


class NextState(Payload):
    """The next state of an order. A shipped order needs a tracking number."""

    status: Literal[OrderState.ASSEMBLING, OrderState.SHIPPED, OrderState.DELIVERED]
    tracking_number: Annotated[str, single_line(64)] | None = None

    @model_validator(mode="after")
    def _tracked(self) -> Self:
        if self.status is OrderState.SHIPPED and self.tracking_number is None:
            raise ValueError("Укажите номер отправления.")
        return self
