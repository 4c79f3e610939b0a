// Orders of fiscal drives for the operator, who moves each order to its next status.

import { h } from "../lib/dom.js";
import { moment, money } from "../lib/format.js";
import { form, textField } from "../lib/form.js";
import { back, badge, emptyNote, note, pagedList, panel, table } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { orderFacts } from "./fiscal-drive-orders.js";
import { ORDER } from "./statuses.js";

const NEXT = {
  paid: ["assembling", "Начать сборку"],
  assembling: ["shipped", "Отметить отправленным"],
  shipped: ["delivered", "Отметить доставленным"],
};

export function show({ api, path }) {
  if (path) return order(api, path);
  return pagedList(
    (next) => api.get("/fiscal-drives/orders", { next }),
    () => table("Заказы", [
      ["Заказан", (row) => h("a", { href: `#/orders/${row.order_id}` }, moment(row.ordered_at))],
      ["Счёт", (row) => `№ ${row.invoice_number}`],
      ["Кому", (row) => row.contact_name],
      ["Сумма", (row) => money(row.total_kopecks), "right"],
      ["Статус", (row) => badge(ORDER[row.status])],
    ]),
    emptyNote("Заказов нет"),
  );
}

function order(api, id) {
  const place = panel(() => api.get(`/fiscal-drives/orders/${id}`), (order) => [
    back("orders", "К заказам"),
    h("div", { class: "title-line" }, h("h2", null, `Заказ от ${moment(order.ordered_at)}`), badge(ORDER[order.status])),
    h("div", { class: "columns" }, orderFacts(order), nextStatus(api, order, () => place.reload())),
  ]);
  return place;
}

function nextStatus(api, order, reload) {
  const next = NEXT[order.status];
  if (!next) {
    return note("info", null, h("p", null, order.status === "invoiced"
      ? "Заказ можно собирать, когда придёт оплата." : "С заказом больше ничего делать не нужно."));
  }
  const [status, submit] = next;
  const fields = status === "shipped" ? {
    tracking_number: textField("Номер отправления", { pointers: ["/tracking_number", ""], max: 64 }),
  } : {};
  return h("section", { class: "card" }, h("h2", null, "Следующий шаг"), form({
    fields,
    submit,
    send: async (values) => {
      await api.post(`/fiscal-drives/orders/${order.order_id}/status`, { status, ...values });
      toast(`Статус заказа: ${ORDER[status][1].toLowerCase()}`);
      await reload();
    },
  }));
}
