// Shown on the local machine only: queues with their dead letters, sent e-mails and SMS messages.

import { fetchJson } from "../lib/api.js";
import { h } from "../lib/dom.js";
import { moment, number } from "../lib/format.js";
import { mailView } from "../lib/mail-view.js";
import { badge, emptyNote, panel, tabs, wholeTable } from "../lib/parts.js";

const LOOK_AGAIN = 3000; // ms

export function show({ config, path }) {
  const messages = path === "messages";
  return [
    tabs("Демонстрация", messages ? "machine/messages" : "machine", [["machine", "Очереди"], ["machine/messages", "Письма и СМС"]]),
    messages ? sent(config.demonstration) : queues(config.demonstration),
    h("p", { class: "muted" }, h("a", { href: "/reference/" }, "Справочник API")),
  ];
}

function queues(base) {
  return panel(() => fetchJson(`${base}/queues`), ({ items }) => wholeTable("Очереди", [
    ["Очередь", (row) => row.queue],
    ["Ждут", (row) => number(row.waiting + row.delayed), "right"],
    ["В работе", (row) => number(row.in_flight), "right"],
    ["Не обработаны", (row) => (row.dead ? badge(["bad", number(row.dead)]) : "0"), "right"],
  ], items), { every: LOOK_AGAIN });
}

function sent(base) {
  return panel(() => fetchJson(`${base}/messages`), ({ items }) => (items.length
    ? h("ul", { class: "sent" }, items.map((item) => h("li", { class: "card" },
      h("p", null, badge(item.channel === "sms" ? ["moving", "СМС"] : ["good", "Письмо"]), " ", h("strong", null, item.to)),
      h("p", { class: "muted" }, moment(item.sent_at)),
      item.subject && h("h2", null, item.subject),
      item.html ? h("details", { class: "more" }, h("summary", null, "Показать письмо"), mailView(item.html, item.subject))
        : h("p", { class: "letter-text" }, item.text))))
    : emptyNote("Ещё ничего не отправлено")), { every: LOOK_AGAIN });
}
