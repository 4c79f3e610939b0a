// «Главная»: the services, and tasks that wait for the client.

import { h } from "../lib/dom.js";
import { count, day, dayFromNow, money } from "../lib/format.js";
import { icon } from "../lib/icons.js";
import { panel } from "../lib/parts.js";
import { GROUPS, SERVICES, isOpen } from "./index.js";

const SOON = 60; // days in which the end of a fiscal drive is near

export function show(context) {
  const { session } = context;
  const operator = session.roles.includes("operator");
  const sections = operator
    ? GROUPS.flatMap((group) => group.sections).filter((section) => isOpen(section, context))
    : SERVICES.filter((section) => section.roles.some((role) => session.roles.includes(role)));
  return [
    h("ul", { class: "tiles" }, sections.map((section) => h("li", null, tile(section, context)))),
    session.roles.includes("client") && tasks(context),
  ];
}

function tile(section, context) {
  const inside = [h("span", { class: "tile-icon" }, icon(section.icon)),
    h("span", { class: "tile-title" }, section.title), section.note && h("span", { class: "tile-note" }, section.note)];
  if (isOpen(section, context)) return h("a", { class: "tile", href: `#/${section.path}` }, inside);
  return h("div", { class: "tile later" }, inside, h("span", { class: "badge over" }, "Готовится"));
}

function tasks({ api }) {
  return panel(
    () => Promise.all([api.all("/organisation/registers"), api.get("/invoices")]),
    ([registers, invoices]) => {
      const soon = dayFromNow(SOON);
      const ending = registers.filter((register) => register.fiscal_drive_ends_on <= soon);
      const open = invoices.items.filter((item) => item.state === "open");
      const due = open.reduce((sum, invoice) => sum + invoice.total_kopecks - invoice.paid_kopecks, 0);
      if (!ending.length && !open.length) return null;
      return h("section", { class: "card" }, h("h2", null, "Требует внимания"), h("ul", { class: "tasks" },
        ending.map((register) => h("li", null,
          h("span", null, `Фискальный накопитель в кассе ${register.model} действует до ${day(register.fiscal_drive_ends_on)}`),
          h("a", { href: "#/fiscal-drives" }, "Выбрать новый"))),
        open.length > 0 && h("li", null,
          h("span", null, `${count(open.length, "счёт ожидает", "счёта ожидают", "счетов ожидают")} оплаты на ${money(due)}`),
          h("a", { href: "#/invoices" }, "К счетам"))));
    },
  );
}
