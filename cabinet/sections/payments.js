// Payments: those that wait for the accountant, a form for one payment, import of a bank statement.

import { h, replace } from "../lib/dom.js";
import { count, day, dayFromNow, kopecks, money } from "../lib/format.js";
import { fileField, form, textField } from "../lib/form.js";
import { badge, emptyNote, note, pagedList, table, tabs, wholeTable } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { contentOf } from "../lib/upload.js";
import { PAYMENT, UNMATCHED } from "./statuses.js";

const WAITING = ["unmatched", "underpaid", "overpaid", "late"];
const NUMBER = /^СУ-\d{6,12}$/;

export function show({ api, path }) {
  const views = { record: () => record(api), statement: () => statement(api) };
  const outcome = WAITING.includes(path) ? path : WAITING[0];
  const address = views[path] || path ? `payments/${path}` : "payments";
  return [
    tabs("Платежи", address, [
      ["payments", PAYMENT.unmatched[1]],
      ...WAITING.slice(1).map((outcome) => [`payments/${outcome}`, PAYMENT[outcome][1]]),
      ["payments/record", "Внести платёж"],
      ["payments/statement", "Загрузить выписку"],
    ]),
    views[path]?.() ?? waiting(api, outcome),
  ];
}

const COLUMNS = [
  ["Платёж", (row) => row.bank_reference],
  ["Дата", (row) => day(row.paid_on)],
  ["Плательщик", (row) => [row.payer_name ?? "—", row.payer_inn && h("small", null, ` ИНН ${row.payer_inn}`)]],
  ["Назначение", (row) => row.purpose ?? (row.invoice_number ? `Счёт ${row.invoice_number}` : "—")],
  ["Сумма", (row) => money(row.amount_kopecks), "right"],
  ["Итог", (row) => [badge(PAYMENT[row.outcome]), row.reason && h("small", null, ` ${UNMATCHED[row.reason] ?? row.reason}`)]],
];

function waiting(api, outcome) {
  return pagedList(
    (next) => api.get("/payments", { outcome, next }),
    () => table("Платежи, которые ждут решения", COLUMNS),
    emptyNote("Здесь пусто", "Все такие платежи разобраны."),
  );
}

function record(api) {
  const result = h("div", { class: "panel", role: "status" });
  return h("section", { class: "card narrow" }, form({
    fields: {
      invoice_number: textField("Номер счёта", {
        pointer: "/invoice_number", hint: "Например, СУ-000042",
        check: (text) => (NUMBER.test(text) ? null : "Номер счёта: СУ и шесть или больше цифр, например СУ-000042."),
      }),
      amount_kopecks: textField("Сумма, ₽", {
        pointer: "/amount_kopecks", hint: "Например, 12 200,50", attributes: { inputmode: "decimal" },
        check: (text) => (kopecks(text) ? null : "Сумма в рублях, копейки после запятой."), parse: kopecks,
      }),
      bank_reference: textField("Номер платежа в банке", { pointer: "/bank_reference", max: 140 }),
      paid_on: textField("Дата платежа", { pointer: "/paid_on", type: "date", value: dayFromNow() }),
    },
    submit: "Внести платёж",
    send: async (values, key) => {
      const payment = await api.post("/payments", values, key);
      toast("Платёж внесён");
      replace(result, note(PAYMENT[payment.outcome][0] === "good" ? "good" : "warning", PAYMENT[payment.outcome][1],
        h("p", null, `${money(payment.amount_kopecks)}, счёт № ${payment.invoice_number ?? "не найден"}`)));
    },
  }), result);
}

function statement(api) {
  const result = h("div", { class: "panel", role: "status" });
  return [h("section", { class: "card narrow" }, form({
    fields: {
      file: fileField("Файл выписки", { pointer: "/content", accept: ".txt", hint: "Формат 1CClientBankExchange, обычно kl_to_1c.txt" }),
    },
    submit: "Разобрать выписку",
    send: async ({ file: [file] }, key) => {
      const report = await api.post("/payments/statements", await contentOf(api, file), key);
      replace(result, reportView(report));
    },
  })), result];
}

function reportView({ matched, unmatched, repeated }) {
  const part = (title, items) => items.length > 0 && h("section", { class: "card" }, h("h2", null, title), wholeTable(title, COLUMNS, items));
  return [
    note(unmatched.length ? "warning" : "good", "Выписка разобрана", h("p", null,
      `${count(matched.length, "платёж отнесён", "платежа отнесены", "платежей отнесены")} к счетам, `
      + `${count(unmatched.length, "ждёт", "ждут", "ждут")} решения, ${count(repeated.length, "учтён", "учтены", "учтено")} раньше.`)),
    part("Отнесены к счетам", matched),
    part("Ждут решения", unmatched),
    part("Учтены раньше", repeated),
  ];
}
