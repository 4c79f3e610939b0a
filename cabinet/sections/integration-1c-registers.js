// Registers and their access to 1С: until when documents load, a trial, tariffs.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, day, dayFromNow, money } from "../lib/format.js";
import { form } from "../lib/form.js";
import { badge, button, emptyNote, facts, note, panel } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { keepInvoice } from "./invoices.js";
import { ACCESS } from "./statuses.js";

const LOOK_AGAIN = 4000; // ms, while an invoice waits for its payment
const SOON = 7; // days in which the end of access is near

const PERIODS = { month: { title: "1 месяц", price: "month_kopecks" }, year: { title: "1 год", price: "year_kopecks" } };

/** Return whether documents of a register load today. */
export function isConnected(register) {
  return ["trial", "active"].includes(register.state);
}

export function showRegisters(context) {
  const { api } = context;
  let ordered = false;
  const place = panel(
    () => api.all("/integration-1c/registers"),
    (registers) => (registers.length ? [
      head(registers),
      h("ul", { class: "tariffs" }, registers.map((register) => registerCard(context, register, reload))),
    ] : emptyNote("Касс ещё нет", "Касса появится здесь, когда её документы начнут поступать оператору.")),
    { every: LOOK_AGAIN, until: () => !ordered },
  );
  const reload = async ({ invoiced = false } = {}) => {
    ordered ||= invoiced;
    await place.reload();
  };
  return place;
}

function head(registers) {
  const connected = registers.filter(isConnected).length;
  if (connected) {
    return h("div", { class: "title-line" },
      h("p", { class: "muted" }, `Подключено ${connected} из ${count(registers.length, "кассы", "касс", "касс")}`),
      h("a", { class: "button quiet", href: "#/integration-1c/connection" }, "Подключить 1С"));
  }
  return note("info", "Документы с касс — в 1С:Бухгалтерию 3.0",
    h("p", null, "Отчёты о розничных продажах и номенклатура загружаются из любого числа подключённых касс. "
      + "Включите пробный период или тариф хотя бы на одну кассу."));
}

function registerCard(context, register, reload) {
  const { api } = context;
  const name = `${register.model}, РНМ ${register.register_id}`;
  const begin = () => openDialog("Пробный период", ({ close }) => [
    facts(["Касса", name], ["Срок", count(register.trial_days, "день", "дня", "дней")], ["Стоимость", "бесплатно"]),
    h("p", null, "Пробный период даётся кассе один раз и начинается сегодня."),
    form({
      fields: {},
      submit: "Включить",
      send: async (_, key) => {
        const begun = await api.post(`/integration-1c/registers/${register.register_id}/trial`, undefined, key);
        toast(`Пробный период включён до ${day(begun.until)}`);
        close();
        await reload();
      },
    }),
  ]);
  return h("li", { class: "card register" },
    h("div", { class: "title-line" }, h("h2", null, register.model), badge(ACCESS[register.state])),
    h("p", { class: "muted" }, `РНМ ${register.register_id}`),
    h("p", null, termOf(register)),
    h("div", { class: "actions" },
      register.trial_available && button("Пробный период", begin, { label: `Пробный период: ${name}` }),
      Object.entries(PERIODS).map(([period, { title, price }]) => button(
        `${title} — ${money(register.prices[price])}`,
        () => openTariff(context, register, period, reload),
        { kind: register.trial_available || isConnected(register) ? "quiet" : "", label: `Тариф на ${title}, ${money(register.prices[price])}: ${name}` },
      ))));
}

function termOf({ state, until, trial_available: trial, trial_days: days }) {
  if (isConnected({ state })) {
    const soon = until <= dayFromNow(SOON);
    return [`Документы загружаются до ${day(until)}`, soon && h("strong", null, " — срок скоро закончится")];
  }
  if (state === "expired") return `Документы загружались до ${day(until)}`;
  return trial ? `Документы не загружаются. Можно попробовать бесплатно: ${count(days, "день", "дня", "дней")}.`
    : "Документы не загружаются. Пробный период у этой кассы уже был.";
}

function openTariff({ api }, register, period, reload) {
  const { title, price } = PERIODS[period];
  openDialog(`Тариф на ${title}`, ({ close, replace }) => {
    const send = async (_, key) => {
      const made = await api.post(`/integration-1c/registers/${register.register_id}/subscription`, { period }, key);
      replace("Счёт сформирован",
        facts(["Счёт", `№ ${made.invoice_number}`], ["Сумма с НДС", money(made.invoice.total_kopecks)],
          ["Оплатить до", day(made.invoice.pay_before)]),
        h("p", null, "Тариф начнёт действовать, когда поступит оплата."),
        h("div", { class: "actions" }, button("Скачать счёт (PDF)", () => keepInvoice(api, made)),
          button("Закрыть", () => close(), { kind: "quiet" })));
      await reload({ invoiced: true });
    };
    return [
      facts(["Касса", `${register.model}, РНМ ${register.register_id}`], ["Стоимость с НДС", money(register.prices[price])],
        ["Начало", isConnected(register) ? `после ${day(register.until)}: оставшиеся дни не пропадут` : "в день оплаты"]),
      form({ fields: {}, submit: "Сформировать счёт", send }),
    ];
  });
}
