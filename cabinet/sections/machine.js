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
    ["Очередь", (one) => one.queue],
    ["Ждут", (one) => number(one.waiting + one.delayed), "right"],
    ["В работе", (one) => number(one.in_flight), "right"],
    ["Не обработаны", (one) => (one.dead ? badge(["bad", number(one.dead)]) : "0"), "right"],
  ], items), { every: LOOK_AGAIN });
}

function sent(base) {
  return panel(() => fetchJson(`${base}/messages`), ({ items }) => (items.length
    ? h("ul", { class: "sent" }, items.map((one) => h("li", { class: "card" },
      h("p", null, badge(one.channel === "sms" ? ["moving", "СМС"] : ["good", "Письмо"]), " ", h("strong", null, one.to)),
      h("p", { class: "muted" }, moment(one.sent_at)),
      one.subject && h("h2", null, one.subject),
      one.html ? h("details", { class: "more" }, h("summary", null, "Показать письмо"), mailView(one.html, one.subject))
        : h("p", { class: "letter-text" }, one.text))))
    : emptyNote("Ещё ничего не отправлено")), { every: LOOK_AGAIN });
}
