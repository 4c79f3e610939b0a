"""Which drives fit which registers, what a cart holds, and the lifecycle of an order."""

import datetime as dt
from collections.abc import Sequence

from chalicelib.core.billing.model import InvoiceLine, VatRate
from chalicelib.core.organisation.model import Register
from chalicelib.runtime.lifecycle import Lifecycle, StateNotAllowed
from chalicelib.runtime.problem import NotFound, Problem
from chalicelib.services.fiscal_drives.model import (
    CartLine,
    CatalogueEntry,
    Drive,
    OrderState,
    SuitableRegister,
)

ENDS_SOON = dt.timedelta(days=60)
MOST_SUITABLE = 50
"""Registers listed with a drive: all drives on sale fit into one answer."""
MOST_MODELS = 20
"""Drive models in one cart. An order of more would not fit one transaction."""

_IN_RUSSIAN = {
    OrderState.INVOICED: "ожидает оплаты",
    OrderState.PAID: "оплачен",
    OrderState.ASSEMBLING: "собирается",
    OrderState.SHIPPED: "отправлен",
    OrderState.DELIVERED: "доставлен",
    OrderState.CANCELLED: "отменён",
    OrderState.EXPIRED: "закрыт: срок оплаты истёк",
}


class DriveUnknown(NotFound):
    """The catalogue has no such model."""

    slug = "fiscal-drive-unknown"
    detail = "Такого фискального накопителя нет в каталоге."


class NotInCart(NotFound):
    """The cart has no line of this model."""

    slug = "not-in-cart"
    detail = "Этого накопителя нет в корзине."


class OrderUnknown(NotFound):
    """There is no such order, or the order belongs to another client."""

    slug = "order-unknown"
    detail = "Такого заказа нет."


class CartEmpty(Problem):
    """The cart is empty, so nothing can be ordered."""

    slug = "cart-empty"
    title = "Корзина пуста"
    detail = "Добавьте в корзину хотя бы один фискальный накопитель."


class CartFull(Problem):
    """The cart already holds the most models that an order can have."""

    slug = "cart-full"
    title = "Корзина заполнена"
    detail = f"В одном заказе может быть не больше {MOST_MODELS} разных моделей."


class CartChanged(Problem):
    """Another request has changed the cart in the meantime."""

    slug = "cart-changed"
    title = "Корзина изменилась"
    detail = "Корзина изменилась в другом окне. Проверьте её и повторите."


class OutOfStock(Problem):
    """The stock holds fewer drives than ordered. ``left`` is the number in stock."""

    slug = "out-of-stock"
    title = "Нет в наличии"
    detail = "«{title}»: в наличии осталось {left} шт. Измените количество в корзине."


class PriceChanged(Problem):
    """The price of the drive differs from the price in the cart."""

    slug = "price-changed"
    title = "Цена изменилась"
    detail = "Цена «{title}» изменилась. Добавьте накопитель в корзину заново по новой цене."


class OrderStateNotAllowed(StateNotAllowed):
    """The order is not in a state from which this step is possible."""

    slug = "order-status-not-allowed"
    title = "Заказ в другом статусе"
    detail = "Заказ сейчас {now}, поэтому действие невозможно."
    member = "order_status"
    in_words = _IN_RUSSIAN


ORDER = Lifecycle(
    {
        OrderState.INVOICED: {OrderState.PAID, OrderState.CANCELLED, OrderState.EXPIRED},
        OrderState.PAID: {OrderState.ASSEMBLING},
        OrderState.ASSEMBLING: {OrderState.SHIPPED},
        OrderState.SHIPPED: {OrderState.DELIVERED},
    },
    refusal=OrderStateNotAllowed,
    field="status",
)


def catalogue(
    drives: Sequence[Drive], registers: Sequence[Register], today: dt.date
) -> list[CatalogueEntry]:
    """Return the drives, the cheapest first, each with the registers that the drive fits.

    The registers of a drive are in the order in which their present drives expire.
    """
    by_end = sorted(
        registers, key=lambda register: (register.fiscal_drive_ends_on, register.register_id)
    )
    return [
        _entry(
            drive,
            [register for register in by_end if register.model in drive.fits_register_models],
            today,
        )
        for drive in sorted(drives, key=lambda drive: (drive.price_kopecks, drive.model))
    ]


def _entry(drive: Drive, suitable: Sequence[Register], today: dt.date) -> CatalogueEntry:
    return CatalogueEntry(
        **drive.model_dump(exclude={"fits_register_models"}),
        suits=[
            SuitableRegister(
                register_id=register.register_id,
                model=register.model,
                fiscal_drive_ends_on=register.fiscal_drive_ends_on,
                ends_soon=register.fiscal_drive_ends_on <= today + ENDS_SOON,
            )
            for register in suitable[:MOST_SUITABLE]
        ],
        suits_total=len(suitable),
    )


def with_line(lines: Sequence[CartLine], new: CartLine) -> tuple[CartLine, ...]:
    """Return the lines with ``new`` in place of the line of the same model, or at the end.

    Raises:
        CartFull: the cart would have more models than an order can hold.
    """
    if any(line.model == new.model for line in lines):
        return tuple(new if line.model == new.model else line for line in lines)
    if len(lines) >= MOST_MODELS:
        raise CartFull
    return (*lines, new)


def without_line(lines: Sequence[CartLine], model: str) -> tuple[CartLine, ...]:
    """Return the lines without the line of ``model``.

    Raises:
        NotInCart: the cart has no line of this model.
    """
    left = tuple(line for line in lines if line.model != model)
    if len(left) == len(lines):
        raise NotInCart
    return left


def invoice_lines(lines: Sequence[CartLine]) -> list[InvoiceLine]:
    """Return the lines of the invoice for a cart. Fiscal drives have the standard rate of VAT."""
    return [
        InvoiceLine(
            title=line.title,
            quantity=line.quantity,
            unit="шт.",
            price_kopecks=line.price_kopecks,
            vat_rate=VatRate.STANDARD,
        )
        for line in lines
    ]
