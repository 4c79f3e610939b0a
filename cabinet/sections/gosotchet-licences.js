// Tariffs on sale and the client's licences.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, day, dayFromNow, money } from "../lib/format.js";
import { form } from "../lib/form.js";
import { badge, button, emptyNote, facts, panel, wholeTable } from "../lib/parts.js";
import { KINDS } from "./gosotchet-authorities.js";
import { keepInvoice } from "./invoices.js";
import { LICENCE } from "./statuses.js";

const LOOK_AGAIN = 4000; // ms, while an invoice waits for its payment

export function showLicences(context) {
  const { api } = context;
  const licences = panel(
    () => api.all("/gosotchet/licences"),
    (items) => (items.length ? licencesTable(api, items)
      : emptyNote("Лицензий ещё нет", "Выберите тариф ниже: лицензия действует со дня оплаты счёта.")),
    { every: LOOK_AGAIN, until: (items) => !items.some((item) => item.status === "invoiced") },
  );
  return [
    licences,
    h("h2", null, "Тарифы"),
    panel(() => api.get("/gosotchet/tariffs"), ({ items }) => h("ul", { class: "tariffs" },
      items.map((item) => tariffCard(context, item, () => licences.reload())))),
  ];
}

/** Whether a licence can be registered with the authorities. */
export function isFree(licence) {
  return licence.status === "active" && !licence.registration_id && licence.valid_until >= dayFromNow();
}

/** Return the limits of a tariff as a phrase. */
export function tariffTerms({ authorities, tax_offices: offices, additional_kpp: kpp }) {
  return [
    authorities.map((kind) => KINDS[kind].title).join(", "),
    `${count(offices, "инспекция", "инспекции", "инспекций")} ФНС`
      + (kpp ? ` и ${count(kpp, "дополнительный КПП", "дополнительных КПП", "дополнительных КПП")}` : ""),
  ];
}

function licencesTable(api, items) {
  return wholeTable("Лицензии", [
    ["Тариф", (row) => `«${row.tariff.title}»`],
    ["Состояние", (row) => badge(state(row))],
    ["Действует", (row) => (row.valid_until ? `до ${day(row.valid_until)}` : "со дня оплаты")],
    ["Счёт", (row) => h("a", { href: `#/invoices/${row.invoice_id}` }, `№ ${row.invoice_number}`)],
    ["Что дальше", (row) => next(api, row)],
  ], items);
}

function state(licence) {
  return licence.status === "active" && licence.valid_until < dayFromNow() ? ["over", "Закончилась"] : LICENCE[licence.status];
}

function next(api, licence) {
  if (licence.registration_id) return h("a", { href: `#/gosotchet/registrations/${licence.registration_id}` }, "Регистрация");
  if (isFree(licence)) return h("a", { href: `#/gosotchet/register/${licence.licence_id}` }, "Зарегистрировать");
  if (licence.status !== "invoiced") return "—";
  return button("Скачать счёт", () => keepInvoice(api, licence), { kind: "link", label: `Скачать счёт ${licence.invoice_number}` });
}

function tariffCard(context, tariff, bought) {
  const [authorities, limits] = tariffTerms(tariff);
  return h("li", { class: "card" }, h("h3", null, tariff.title),
    h("p", null, h("span", { class: "price" }, money(tariff.price_kopecks)), " ",
      h("span", { class: "muted" }, `на ${count(tariff.months, "месяц", "месяца", "месяцев")}`)),
    facts(["Контролирующие органы", authorities], ["Сколько", limits]),
    h("div", { class: "actions" }, button("Купить лицензию", () => openPurchase(context, tariff, bought), {
      label: `Купить лицензию «${tariff.title}»`,
    })));
}

function openPurchase({ api }, tariff, bought) {
  openDialog(`Лицензия «${tariff.title}»`, ({ close, replace }) => {
    const send = async (_, key) => {
      const licence = await api.post("/gosotchet/licences", { tariff: tariff.tariff_id }, key);
      replace("Счёт сформирован", facts(["Счёт", `№ ${licence.invoice_number}`],
        ["Сумма с НДС", money(licence.invoice.total_kopecks)], ["Оплатить до", day(licence.invoice.pay_before)]),
      h("p", null, "Лицензия начнёт действовать, когда поступит оплата, — об этом придёт письмо. "
        + "Тогда откроется «Регистрация лицензии»."),
      h("div", { class: "actions" }, button("Скачать счёт (PDF)", () => keepInvoice(api, licence)),
        button("Закрыть", () => close(), { kind: "quiet" })));
      await bought();
    };
    const [authorities, limits] = tariffTerms(tariff);
    return [
      facts(["Контролирующие органы", authorities], ["Сколько", limits], ["Срок", count(tariff.months, "месяц", "месяца", "месяцев")],
        ["Цена с НДС", money(tariff.price_kopecks)]),
      form({ fields: {}, submit: "Сформировать счёт", send }),
    ];
  });
}
