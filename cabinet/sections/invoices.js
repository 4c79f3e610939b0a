// «Счета»: the invoices of the client, with their payment details.

import { h } from "../lib/dom.js";
import { day, money } from "../lib/format.js";
import { back, badge, button, download, emptyNote, facts, pagedList, panel, table, timeline, wholeTable } from "../lib/parts.js";
import { INVOICE } from "./statuses.js";

const STEPS = { open: "Выставлен", paid: "Оплачен", cancelled: "Отменён", expired: "Закрыт: срок оплаты истёк" };

export function show({ api, session, path }) {
  if (path) return panel(() => api.get(`/invoices/${path}`), (invoice) => invoiceView(api, invoice));
  const operator = session.roles.includes("operator");
  return pagedList(
    (next) => api.get("/invoices", { next }),
    () => table("Счета", [
      ["Номер", (row) => h("a", { href: `#/invoices/${row.invoice_id}` }, row.number)],
      ["Выставлен", (row) => day(row.issued_on)],
      operator && ["Плательщик", (row) => row.payer.name],
      ["За что", (row) => row.lines.map((line) => line.title).join("; ")],
      ["Сумма", (row) => money(row.total_kopecks), "right"],
      ["Состояние", (row) => badge(INVOICE[row.state])],
      ["Файл", (row) => button("PDF", () => keepInvoice(api, row), { kind: "link", label: `Скачать счёт ${row.number}` })],
    ].filter(Boolean)),
    emptyNote("Счетов ещё нет", "Они появятся здесь, когда вы закажете платную услугу."),
  );
}

/** Download the PDF of an invoice, given as itself or as an order that has one. */
export async function keepInvoice(api, { invoice_id: id, number, invoice_number: numberOfOrder }) {
  const file = await api.file(`/invoices/${id}/pdf`, "application/pdf");
  download(file, `Счёт ${number ?? numberOfOrder}.pdf`);
}

function invoiceView(api, invoice) {
  const { seller } = invoice;
  const left = invoice.total_kopecks - invoice.paid_kopecks;
  return [
    back("invoices", "К счетам"),
    h("div", { class: "title-line" },
      h("h2", null, `Счёт № ${invoice.number} от ${day(invoice.issued_on)}`), badge(INVOICE[invoice.state])),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", null, "Состав"),
        wholeTable("Состав счёта", [
          ["Наименование", (row) => row.title],
          ["Количество", (row) => `${row.quantity} ${row.unit}`, "right"],
          ["Сумма", (row) => money(row.total_kopecks), "right"],
        ], invoice.lines),
        facts(["Итого", money(invoice.total_kopecks)],
          ["В том числе НДС", invoice.vat_kopecks > 0 && money(invoice.vat_kopecks)],
          ["Оплачено", invoice.paid_kopecks > 0 && money(invoice.paid_kopecks)],
          ["Осталось оплатить", invoice.state === "open" && money(left)],
          ["Оплатить до", invoice.state === "open" && day(invoice.pay_before)]),
        timeline(invoice.history, STEPS)),
      h("section", { class: "card" }, h("h2", null, "Реквизиты для оплаты"),
        facts(["Получатель", seller.name], ["ИНН / КПП", [seller.inn, seller.kpp].filter(Boolean).join(" / ")],
          ["Расчётный счёт", seller.account], ["Банк", seller.bank_name], ["БИК", seller.bic],
          ["Корр. счёт", seller.correspondent_account], ["Назначение", invoice.purpose],
          ["Плательщик", `${invoice.payer.name}, ИНН ${invoice.payer.inn}`]))),
    h("div", { class: "actions" }, button("Скачать счёт (PDF)", () => keepInvoice(api, invoice))),
  ];
}
