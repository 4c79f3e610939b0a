// The tenant chooses a landlord and takes the three steps that grant access.

import { h, replace } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";
import { textField } from "../lib/form.js";
import { back, badge, button, emptyNote, note, pagedList, panel, steps, table } from "../lib/parts.js";
import { openConsent, withdrawConsent } from "./rent-consents.js";
import { grantRows, openGrantForm } from "./rent-grants.js";
import { CONSENT } from "./statuses.js";

const QUIET = 300; // ms without typing before a search

export function showLandlords({ api }) {
  return panel(() => api.all("/rent/consents"), (consents) => {
    const signed = new Set(consents.filter((consent) => consent.state === "signed").map((consent) => consent.landlord.landlord_id));
    const results = h("div", { class: "panel", "aria-live": "polite" });
    const sought = textField("Название или ИНН арендодателя", {
      pointer: "/q", hint: "Достаточно части названия", attributes: { type: "search", maxlength: 250, autocomplete: "off" },
    });
    let timer;
    const look = () => {
      clearTimeout(timer);
      replace(results, landlords(api, sought.value(), signed));
    };
    sought.input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, QUIET);
    });
    look();
    const submit = (event) => {
      event.preventDefault();
      look();
    };
    return [
      note("info", null, h("p", null, "Выберите арендодателя, которому будет передана информация о вашем обороте. "
        + "Она передаётся только после того, как вы подпишете согласие КЭП и выберете кассы.")),
      h("form", { class: "card", role: "search", onsubmit: submit }, sought.node),
      results,
    ];
  });
}

function landlords(api, q, signed) {
  return pagedList(
    (next) => api.get("/rent/landlords", { q, next }),
    () => table("Арендодатели", [
      ["Арендодатель", (row) => h("a", { href: `#/rent/landlords/${row.landlord_id}` }, row.name)],
      ["ИНН", (row) => row.inn, "whole"],
      ["Согласие", (row) => badge(CONSENT[signed.has(row.landlord_id) ? "signed" : "unsigned"])],
    ]),
    q
      ? emptyNote("Никого не нашли", "Проверьте название или ИНН. Если арендодателя нет в списке, попросите его обратиться к оператору.")
      : emptyNote("Арендодателей пока нет", "Они появятся здесь, когда их внесёт оператор."),
  );
}

export function showLandlord(context, id) {
  const { api } = context;
  const place = panel(
    () => Promise.all([
      api.get(`/rent/landlords/${id}/consent`), api.all("/rent/consents"), api.all("/rent/grants"),
      api.all("/organisation/shops"),
    ]),
    ([consent, consents, grants, shops]) => {
      const given = grants.filter((grant) => grant.state === "active" && grant.landlord.landlord_id === id);
      const former = consents.some((consent) => consent.state === "signed" && consent.landlord.landlord_id === id);
      const filled = shops.filter((shop) => shop.registers.length > 0);
      const reload = () => place.reload();
      return [
        back("rent", "К выбору арендодателя"),
        h("div", null, h("h2", null, consent.landlord.name), h("p", { class: "muted" }, `ИНН ${consent.landlord.inn}`)),
        steps([
          { title: "Магазин с кассой", done: filled.length > 0, content: shopStep(filled) },
          { title: "Согласие, подписанное КЭП", done: consent.state === "signed", content: consentStep(context, consent, former, given, reload) },
          { title: "Доступ к кассам", done: given.length > 0, content: grantStep(context, consent, given, filled, shops, reload) },
        ]),
      ];
    },
  );
  return place;
}

function shopStep(filled) {
  return [
    filled.length
      ? h("ul", { class: "rows" }, filled.map((shop) => h("li", null, h("span", null, shop.name, " ", h("small", null, shop.address)),
        h("span", null, count(shop.registers.length, "касса", "кассы", "касс")))))
      : h("p", null, "Создайте отдельный магазин и привяжите к нему кассу, данные по которой будет получать арендодатель."),
    h("p", null, h("a", { href: "#/shops" }, filled.length ? "Создать другой магазин" : "Перейти в «Магазины»")),
  ];
}

function consentStep(context, consent, former, given, reload) {
  const { signature } = consent;
  const signed = consent.state === "signed";
  return [
    h("p", null, signed ? `Подписано ${moment(signature.received_at)}.`
      : `Прочитайте ${consent.title.toLowerCase()} и подпишите его.`),
    !signed && former && note("warning", "Вышла новая редакция",
      h("p", null, "Подпишите её, чтобы предоставить новый доступ. Прежний доступ действует.")),
    h("div", { class: "actions" },
      button(signed ? "Открыть согласие" : "Прочитать и подписать", () => openConsent(context, consent, reload), { kind: signed ? "quiet" : "" }),
      (signed || former) && button("Отозвать согласие",
        () => withdrawConsent(context.api, consent.landlord, given.length, reload), { kind: "quiet danger" })),
  ];
}

function grantStep(context, consent, given, filled, shops, reload) {
  if (consent.state !== "signed" && !given.length) return h("p", { class: "muted" }, "Сначала подпишите согласие.");
  return [
    given.length > 0 && grantRows(context, given, shops, reload),
    consent.state === "signed" && (filled.length
      ? h("div", { class: "actions" }, button("Предоставить доступ",
        () => openGrantForm(context, consent.landlord, filled, given, reload), { kind: given.length ? "quiet" : "" }))
      : h("p", { class: "muted" }, "Доступ можно предоставить, когда в магазине будет касса.")),
  ];
}
