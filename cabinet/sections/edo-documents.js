// The inbox and the outbox, filtered by state and period.

import { h, replace } from "../lib/dom.js";
import { day, dayFromNow, moment, money } from "../lib/format.js";
import { form, selectField, textField } from "../lib/form.js";
import { badge, emptyNote, pagedList, table } from "../lib/parts.js";
import { EDO_DOCUMENT } from "./statuses.js";

const QUARTER = 90; // days of the period first offered
const FUNCTIONS = { "СЧФДОП": "УПД", "СЧФ": "Счёт-фактура", "ДОП": "Передаточный документ" };

/** Return the title of a document: «УПД № 17 от 24 ноября 2026 г.» or the name of its file. */
export function nameOf({ upd, file_name: fileName }) {
  return upd ? `${FUNCTIONS[upd.function]} № ${upd.number} от ${day(upd.date)}` : fileName;
}

/** Return whether a document awaits an answer; a bare invoice (СЧФ) does not. */
export function awaitsAnswer({ status, upd }) {
  return status === "delivered" && upd?.function !== "СЧФ";
}

/** Return the state of a document as the owner of this copy sees it. */
export function stateOf(document) {
  if (document.status !== "delivered") return EDO_DOCUMENT[document.status];
  if (!awaitsAnswer(document)) return ["good", "Доставлен"];
  return document.box === "inbox" ? ["waiting", "Ожидает вашей подписи"] : ["moving", "Ожидает подписи получателя"];
}

/** Return both sides of a document: `mine` is the side of this copy. */
export function sidesOf({ box, sender, recipient }) {
  return box === "inbox" ? { mine: recipient, other: sender } : { mine: sender, other: recipient };
}

export function showBox(context, box) {
  const result = h("div", { class: "panel" });
  const look = (filter) => replace(result, documents(context, box, filter));
  const fields = {
    status: selectField("Состояние", {
      pointer: "/status", options: [["", "Все"], ...Object.entries(EDO_DOCUMENT).map(([status, [, words]]) => [status, words])],
    }),
    from: textField("С", { pointer: "/from", type: "date", value: dayFromNow(1 - QUARTER) }),
    to: textField("По", {
      pointer: "/to", type: "date", value: dayFromNow(),
      check: (value) => (value < fields.from.value() ? "Конец периода раньше начала." : null),
    }),
  };
  look({});
  return h("div", { class: "panel" },
    h("details", { class: "more" }, h("summary", null, "Отобрать по состоянию и дате"), h("div", { class: "period" }, form({
      fields, submit: "Показать", kind: "quiet", send: async ({ status, ...period }) => look({ status: status || undefined, ...period }),
    }))), result);
}

function documents({ api }, box, filter) {
  const incoming = box === "inbox";
  const chosen = Object.values(filter).some(Boolean);
  const nothing = incoming
    ? emptyNote("Входящих документов нет", "Сообщите контрагентам ваш ID в системе ЭДО: документы от них появятся здесь.")
    : emptyNote("Исходящих документов нет", "Отправьте файл или создайте УПД.",
      h("a", { class: "button", href: "#/edo/send" }, "Отправить файл"));
  return pagedList(
    (next) => api.get("/edo/documents", { box, ...filter, next }),
    () => table(incoming ? "Входящие документы" : "Исходящие документы", [
      ["Документ", (row) => h("a", { href: `#/edo/documents/${row.document_id}` }, nameOf(row))],
      [incoming ? "От кого" : "Кому", (row) => side(row)],
      ["Сумма", (row) => (row.upd?.total_kopecks ? money(row.upd.total_kopecks) : "—"), "right"],
      [incoming ? "Получен" : "Отправлен", (row) => moment(row.sent_at)],
      ["Состояние", (row) => badge(stateOf(row))],
    ]),
    chosen ? emptyNote("Таких документов нет", "Измените условия отбора.") : nothing,
  );
}

function side(document) {
  const { other } = sidesOf(document);
  return h("span", null, other.name ?? `ИНН ${other.inn}`, document.roaming && h("small", null, " роуминг"));
}
