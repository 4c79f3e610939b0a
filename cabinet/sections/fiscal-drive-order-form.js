// «Сформировать счёт»: the contact and the delivery; then the invoice.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, money } from "../lib/format.js";
import { choiceField, form, textField } from "../lib/form.js";
import { button, facts } from "../lib/parts.js";
import { keepInvoice } from "./invoices.js";
import { DELIVERY } from "./statuses.js";

export async function openOrderForm(context, cart, refresh) {
  const { api, go } = context;
  const profile = await api.get("/organisation");
  const pieces = cart.lines.reduce((sum, line) => sum + line.quantity, 0);
  openDialog("Заявка на фискальные накопители", ({ close, replace }) => {
    const address = textField("Адрес доставки", {
      pointers: ["/delivery/address", "/delivery"], value: profile.address, max: 250, multiline: true,
      attributes: { autocomplete: "street-address" },
    });
    const method = choiceField("Как доставить", {
      pointer: "/delivery/method", value: "courier", options: Object.entries(DELIVERY),
      onchange: (chosen) => { address.node.hidden = chosen === "pickup"; },
    });
    const fields = {
      name: textField("Контактное лицо", {
        pointer: "/contact_name", max: 120, hint: "Фамилия, имя и отчество", attributes: { autocomplete: "name" },
      }),
      phone: textField("Телефон", {
        pointer: "/phone", type: "tel", max: 40, hint: "Например, +7 916 123-45-67", attributes: { autocomplete: "tel" },
      }),
      email: textField("Электронная почта", {
        pointer: "/email", type: "email", max: 254, value: profile.email, hint: "Сюда придут письма о заказе",
        attributes: { autocomplete: "email" },
      }),
      method,
      address,
      comment: textField("Комментарий", { pointer: "/comment", max: 1000, required: false }),
    };
    const send = async (values, key) => {
      const delivery = values.method === "pickup" ? { method: values.method }
        : { method: values.method, address: values.address };
      const order = await api.post("/fiscal-drives/orders", {
        contact_name: values.name, phone: values.phone, email: values.email, delivery, comment: values.comment,
      }, key);
      replace("Счёт сформирован", done(order, close));
      await refresh();
    };
    return [
      h("p", { class: "muted" }, `${count(pieces, "накопитель", "накопителя", "накопителей")} на ${money(cart.total_kopecks)}`),
      form({ fields, submit: "Сформировать", send, draft: "fiscal-drives-order" }),
    ];
  });

  function done(order, close) {
    return [
      facts(["Счёт", `№ ${order.invoice_number}`], ["Сумма", money(order.total_kopecks)],
        ["Доставка", DELIVERY[order.delivery.method]]),
      h("p", null, "Скачайте счёт и оплатите его: в нём есть QR-код для оплаты из приложения банка. "
        + "Когда деньги поступят, заказ начнут собирать."),
      h("div", { class: "actions" },
        button("Скачать счёт (PDF)", () => keepInvoice(api, order)),
        button("Статус заказа", () => {
          close();
          go(`fiscal-drives/orders/${order.order_id}`);
        }, { kind: "quiet" })),
    ];
  }
}
