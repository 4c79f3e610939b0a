"""E-mails to the client about an order."""

from chalicelib.runtime import notify
from chalicelib.runtime.table import Write
from chalicelib.services.fiscal_drives.model import Order


def paid(order: Order) -> Write:
    """Return the e-mail about the payment of an order."""
    return notify.email(
        order.client_id,
        to=order.email,
        subject=f"Заказ оплачен: счёт {order.invoice_number}",
        text=(
            f"Здравствуйте, {order.contact_name}!\n\n"
            f"Оплата по счёту № {order.invoice_number} получена, заказ передан на сборку:\n"
            f"{_lines(order)}\n\n"
            "Следить за заказом можно в личном кабинете: «Сервис и Услуги» — «Купить ФН» — "
            "«Статус заказа»."
        ),
    )


def shipped(order: Order) -> Write:
    """Return the e-mail about the shipment of an order."""
    return notify.email(
        order.client_id,
        to=order.email,
        subject=f"Заказ отправлен: счёт {order.invoice_number}",
        text=(
            f"Здравствуйте, {order.contact_name}!\n\n"
            f"Заказ по счёту № {order.invoice_number} отправлен:\n"
            f"{_lines(order)}\n\n"
            f"Номер отправления: {order.tracking_number}."
        ),
    )


def _lines(order: Order) -> str:
    return "\n".join(f"— {line.title}, {line.quantity} шт." for line in order.lines)
