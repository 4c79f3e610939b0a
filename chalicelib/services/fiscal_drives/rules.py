"""What fits where, and the way of an order."""

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
MOST_MODELS = 20
"""Models in one cart: an order must fit one transaction."""

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
    """No such model in the catalogue."""

    slug = "fiscal-drive-unknown"
    detail = "Такого фискального накопителя нет в каталоге."


class NotInCart(NotFound):
    """The model is not in the cart."""

    slug = "not-in-cart"
    detail = "Этого накопителя нет в корзине."


class OrderUnknown(NotFound):
    """No such order, or not the caller's."""

    slug = "order-unknown"
    detail = "Такого заказа нет."


class CartEmpty(Problem):
    """There is nothing to order."""

    slug = "cart-empty"
    title = "Корзина пуста"
    detail = "Добавьте в корзину хотя бы один фискальный накопитель."


class CartFull(Problem):
    """The cart holds as many models as an order can."""

    slug = "cart-full"
    title = "Корзина заполнена"
    detail = f"В одном заказе может быть не больше {MOST_MODELS} разных моделей."


class CartChanged(Problem):
    """The cart was changed by another call meanwhile."""

    slug = "cart-changed"
    title = "Корзина изменилась"
    detail = "Корзина изменилась в другом окне. Проверьте её и повторите."


class OutOfStock(Problem):
    """Fewer are left than ordered; ``left`` says how many."""

    slug = "out-of-stock"
    title = "Нет в наличии"
    detail = "«{title}»: в наличии осталось {left} шт. Измените количество в корзине."


class PriceChanged(Problem):
    """The price is no longer the one in the cart."""

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
    """Return the drives, cheapest first, each with the caller's registers that it suits.

    A drive suits a register of a model it fits; registers whose drive ends first come first.
    """
    by_end = sorted(registers, key=lambda one: (one.fiscal_drive_ends_on, one.register_id))
    return [
        CatalogueEntry(
            **drive.model_dump(exclude={"fits_register_models"}),
            suits=[
                SuitableRegister(
                    register_id=one.register_id,
                    model=one.model,
                    fiscal_drive_ends_on=one.fiscal_drive_ends_on,
                    ends_soon=one.fiscal_drive_ends_on <= today + ENDS_SOON,
                )
                for one in by_end
                if one.model in drive.fits_register_models
            ],
        )
        for drive in sorted(drives, key=lambda one: (one.price_kopecks, one.model))
    ]


def with_line(lines: Sequence[CartLine], new: CartLine) -> tuple[CartLine, ...]:
    """Return the cart's lines with ``new`` in place of the line of its model, or at the end.

    Raises:
        CartFull: there would be more models than an order can hold.
    """
    if any(line.model == new.model for line in lines):
        return tuple(new if line.model == new.model else line for line in lines)
    if len(lines) >= MOST_MODELS:
        raise CartFull
    return (*lines, new)


def without_line(lines: Sequence[CartLine], model: str) -> tuple[CartLine, ...]:
    """Return the cart's lines without the one of ``model``.

    Raises:
        NotInCart: there is no such line.
    """
    left = tuple(line for line in lines if line.model != model)
    if len(left) == len(lines):
        raise NotInCart
    return left


def invoice_lines(lines: Sequence[CartLine]) -> list[InvoiceLine]:
    """Return what the invoice says of the cart; fiscal drives bear the standard rate of VAT."""
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
