// «Статус заказа»: the client's orders and the history of one order.

import { confirm } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, moment, money } from "../lib/format.js";
import { back, badge, button, emptyNote, facts, pagedList, panel, table, timeline, wholeTable } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { keepInvoice } from "./invoices.js";
import { DELIVERY, ORDER, ORDER_STEPS, ORDER_WAY } from "./statuses.js";

const LOOK_AGAIN = 4000; // ms

export function showOrders({ api }) {
  return pagedList(
    (next) => api.get("/fiscal-drives/orders", { next }),
    () => table("Заказы", [
      ["Заказан", (row) => h("a", { href: `#/fiscal-drives/orders/${row.order_id}` }, moment(row.ordered_at))],
      ["Счёт", (row) => `№ ${row.invoice_number}`],
      ["Накопителей", (row) => count(pieces(row), "штука", "штуки", "штук")],
      ["Сумма", (row) => money(row.total_kopecks), "right"],
      ["Статус", (row) => badge(ORDER[row.status])],
    ]),
    emptyNote("Заказов ещё нет", "Выберите накопители в каталоге и сформируйте счёт.",
      h("a", { class: "button", href: "#/fiscal-drives" }, "В каталог")),
  );
}

export function showOrder(context, id) {
  const { api } = context;
  const place = panel(
    () => api.get(`/fiscal-drives/orders/${id}`),
    (order) => orderView(context, order, () => place.reload()),
    { every: LOOK_AGAIN, until: (order) => ahead(order.status).length === 0 },
  );
  return place;
}

/** Show an order whole; the caller adds the buttons. */
export function orderFacts(order) {
  return [
    h("section", { class: "card" }, h("h2", null, "Статус заказа"),
      timeline(order.history, ORDER_STEPS, ahead(order.status)),
      order.tracking_number && facts(["Номер отправления", order.tracking_number])),
    h("section", { class: "card" }, h("h2", null, "Состав и доставка"),
      wholeTable("Состав заказа", [
        ["Накопитель", (row) => row.title],
        ["Количество", (row) => String(row.quantity), "right"],
        ["Сумма", (row) => money(row.total_kopecks), "right"],
      ], order.lines),
      facts(["Итого с НДС", money(order.total_kopecks)], ["Счёт", `№ ${order.invoice_number}`],
        ["Доставка", DELIVERY[order.delivery.method]], ["Адрес", order.delivery.address],
        ["Контактное лицо", order.contact_name], ["Телефон", order.phone], ["Почта", order.email],
        ["Комментарий", order.comment])),
  ];
}

function orderView({ api }, order, reload) {
  const cancel = async () => {
    const done = await confirm({
      title: "Отменить заказ?",
      text: `Счёт № ${order.invoice_number} закроется, накопители вернутся в продажу.`,
      yes: "Отменить заказ",
      act: () => api.post(`/fiscal-drives/orders/${order.order_id}/cancellation`),
    });
    if (done) toast("Заказ отменён");
    await reload();
  };
  return [
    back("fiscal-drives/orders", "Ко всем заказам"),
    h("div", { class: "title-line" }, h("h2", null, `Заказ от ${moment(order.ordered_at)}`), badge(ORDER[order.status])),
    h("div", { class: "columns" }, orderFacts(order)),
    h("div", { class: "actions" },
      button("Счёт (PDF)", () => keepInvoice(api, order), { kind: "quiet" }),
      order.status === "invoiced" && button("Отменить заказ", cancel, { kind: "quiet danger" })),
  ];
}

function ahead(status) {
  const at = ORDER_WAY.indexOf(status);
  return at === -1 ? [] : ORDER_WAY.slice(at + 1);
}

function pieces(order) {
  return order.lines.reduce((sum, line) => sum + line.quantity, 0);
}
