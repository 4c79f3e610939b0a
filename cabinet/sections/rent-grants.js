// «Предоставить доступ»: grants to landlords, the log of accesses, revocation.

import { confirm, openDialog } from "../lib/dialog.js";
import { h, replace } from "../lib/dom.js";
import { count, day, dayFromNow, moment } from "../lib/format.js";
import { checksField, form, selectField, textField } from "../lib/form.js";
import { back, badge, button, emptyNote, facts, note, pagedList, panel, table, timeline } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { GRANT, GRANT_STEPS } from "./statuses.js";

const FORMS = { "application/json": "на экране", "text/csv": "файл CSV" };
const WORKBOOK = "файл XLSX";

export function showGrants({ api }) {
  return pagedList(
    (next) => api.get("/rent/grants", { next }),
    () => table("Предоставленный доступ", [
      ["Арендодатель", (row) => h("a", { href: `#/rent/grants/${row.grant_id}` }, row.landlord.name)],
      ["Магазин", (row) => row.shop.name],
      ["Касс", (row) => String(row.register_ids.length), "right"],
      ["Обороты", (row) => `с ${day(row.visible_from)}`],
      ["Состояние", (row) => badge(GRANT[row.state])],
    ]),
    emptyNote("Доступ никому не предоставлен", "Выберите арендодателя и подпишите согласие.",
      h("a", { class: "button", href: "#/rent" }, "Выбрать арендодателя")),
  );
}

/** Show active grants in brief. */
export function grantRows(context, grants, shops, reload) {
  const models = modelsOf(shops.flatMap((shop) => shop.registers));
  return h("ul", { class: "rows" }, grants.map((grant) => h("li", null,
    h("span", null, h("strong", null, grant.shop.name), " ",
      h("small", null, grant.register_ids.map((id) => models[id] ?? `РНМ ${id}`).join(", "), `, с ${day(grant.visible_from)}`)),
    h("span", { class: "actions" },
      h("a", { href: `#/rent/grants/${grant.grant_id}` }, "Кто смотрел"),
      button("Отозвать", () => revoke(context.api, grant, reload), { kind: "link", label: `Отозвать доступ к магазину ${grant.shop.name}` })))));
}

/** Show the form «Предоставить доступ»: one shop and some of its registers. */
export function openGrantForm({ api }, landlord, shops, given, reload) {
  openDialog("Предоставить доступ", ({ close }) => {
    const place = h("div");
    const shop = selectField("Магазин", {
      pointer: "/shop_id", options: shops.map((shop) => [shop.shop_id, `${shop.name}, ${shop.address}`]), value: shops[0].shop_id,
    });
    let chosen;
    const draw = () => {
      chosen = registersField(shops.find((candidate) => candidate.shop_id === shop.value()), given);
      replace(place, chosen.node);
    };
    shop.input.addEventListener("change", draw);
    draw();
    const registers = { node: place, pointers: [], value: () => chosen.value(), fault: () => null, mark: () => {}, parts: () => [chosen] };
    const from = textField("Показывать обороты с", {
      pointer: "/visible_from", type: "date", value: dayFromNow(), attributes: { max: dayFromNow() },
      hint: "Можно открыть и прошлые дни: те, в которые касса стояла в этом магазине",
      check: (value) => (value > dayFromNow() ? "Начало не может быть позже сегодняшнего дня." : null),
    });
    return [
      h("p", null, "Обороты этих касс увидит ", h("strong", null, landlord.name), "."),
      form({
        fields: { shop, registers, from },
        submit: "Добавить",
        send: async (values, key) => {
          await api.post("/rent/grants", {
            landlord_id: landlord.landlord_id, shop_id: values.shop, register_ids: values.registers, visible_from: values.from,
          }, key);
          toast("Доступ предоставлен");
          close();
          await reload();
        },
      }),
      note("info", null, h("p", null, "Нужного магазина нет? Создайте отдельный и привяжите к нему кассу в разделе ",
        h("a", { href: "#/shops", onclick: () => close() }, "«Магазины»"), ".")),
    ];
  });
}

function registersField(shop, given) {
  const granted = new Set(given.filter((grant) => grant.shop.shop_id === shop.shop_id).flatMap((grant) => grant.register_ids));
  return checksField("Кассы", {
    pointer: "/register_ids",
    missing: "Выберите хотя бы одну кассу.",
    options: shop.registers.map((register) => [register.register_id, register.model,
      granted.has(register.register_id) ? "доступ уже предоставлен" : `РНМ ${register.register_id}`, granted.has(register.register_id)]),
  });
}

export function showGrant(context, id) {
  const { api } = context;
  const place = panel(
    () => Promise.all([api.all("/rent/grants"), api.all("/organisation/registers")]),
    ([grants, registers]) => {
      const grant = grants.find((grant) => grant.grant_id === id);
      const models = modelsOf(registers);
      return [
        back("rent/grants", "Ко всему доступу"),
        grant ? grantView(context, grant, models, () => place.reload())
          : note("bad", "Такого доступа нет", h("p", null, "Проверьте адрес или вернитесь к списку.")),
      ];
    },
  );
  return place;
}

function grantView(context, grant, models, reload) {
  return [
    h("div", { class: "title-line" }, h("h2", null, grant.landlord.name), badge(GRANT[grant.state])),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", null, "Что видно"),
        facts(["Магазин", grant.shop.name], ["Адрес", grant.shop.address],
          ["Кассы", h("ul", null, grant.register_ids.map((id) => h("li", null, models[id], " ", h("small", null, `РНМ ${id}`))))],
          ["Обороты", `с ${day(grant.visible_from)}`]),
        h("p", { class: "muted" }, "Арендодатель видит число чеков и возвратов, оборот и время последнего документа. "
          + "Состав чеков и покупателей он не видит.")),
      h("section", { class: "card" }, h("h2", null, "История"), timeline(grant.history, GRANT_STEPS),
        grant.state === "active" && h("div", { class: "actions" },
          button("Отозвать доступ", () => revoke(context.api, grant, reload), { kind: "quiet danger" })))),
    h("h2", null, "Кто смотрел"),
    accesses(context.api, grant),
  ];
}

function accesses(api, grant) {
  return pagedList(
    (next) => api.get(`/rent/grants/${grant.grant_id}/accesses`, { next }),
    () => table("Кто смотрел обороты", [
      ["Когда", (row) => moment(row.at)],
      ["Кто", (row) => [row.landlord.name, " ", h("small", null, row.subject)]],
      ["За какие дни", (row) => `${day(row.first)} — ${day(row.last)}`],
      ["Подробность", (row) => (row.by === "day" ? "по дням" : "по месяцам")],
      ["Как получено", (row) => FORMS[row.media_type] ?? WORKBOOK],
    ]),
    emptyNote("Никто ещё не смотрел", "Когда арендодатель посмотрит обороты впервые, вам придёт письмо."),
  );
}

async function revoke(api, grant, reload) {
  const done = await confirm({
    title: "Отозвать доступ?",
    text: `${grant.landlord.name} сразу перестанет видеть обороты магазина «${grant.shop.name}» `
      + `(${count(grant.register_ids.length, "касса", "кассы", "касс")}). Согласие останется в силе.`,
    yes: "Отозвать доступ",
    act: () => api.delete(`/rent/grants/${grant.grant_id}`),
  });
  if (done) toast("Доступ отозван");
  await reload();
}

function modelsOf(registers) {
  return Object.fromEntries(registers.map((register) => [register.register_id, register.model]));
}
