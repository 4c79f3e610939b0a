// The landlord's view: tenants and their turnover by day or month, as a chart, tables and files.

import { barChart } from "../lib/chart.js";
import { h, replace } from "../lib/dom.js";
import { count, day, dayFromNow, daysBetween, moment, money, month, number, shortDay, shortMoment } from "../lib/format.js";
import { form, selectField, textField } from "../lib/form.js";
import { back, button, download, emptyNote, figure, note, pagedList, panel, table, wholeTable } from "../lib/parts.js";

const MOST_DAYS = 366;
const PRESETS = [["7 дней", -6, "day"], ["30 дней", -29, "day"], ["Год", -364, "month"]];
const FILES = [
  ["CSV", "csv", "text/csv"],
  ["XLSX", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
];
const BY = {
  day: { title: "По дням", label: "Оборот по дням", column: "День", name: day, axis: shortDay },
  month: { title: "По месяцам", label: "Оборот по месяцам", column: "Месяц", name: month, axis: month },
};

export function showTenants({ api }) {
  return pagedList(
    (next) => api.get("/rent/tenants", { next }),
    () => table("Арендаторы", [
      ["Арендатор", (row) => h("a", { href: `#/rent/tenants/${row.grant_id}` }, row.tenant.name)],
      ["ИНН", (row) => row.tenant.inn, "whole"],
      ["Магазин", (row) => [row.shop.name, " ", h("small", null, row.shop.address)]],
      ["Касс", (row) => String(row.register_ids.length), "right"],
      ["Обороты", (row) => `с ${day(row.visible_from)}`],
    ]),
    emptyNote("Никто не предоставил доступ", "Арендатор выбирает вас в своём личном кабинете, в разделе «Аренда», "
      + "подписывает согласие и указывает кассы. Если вас нет в списке арендодателей, обратитесь к оператору."),
  );
}

export function showTurnover({ api }, id) {
  const result = h("div", { class: "panel" });
  const look = (query) => replace(result, panel(() => api.get(`/rent/tenants/${id}/turnover`, query),
    (turnover) => turnoverView(api, id, turnover)));
  const today = dayFromNow();
  const fields = {
    from: textField("С", { pointers: ["/from", ""], type: "date", value: dayFromNow(-29), attributes: { max: today } }),
    to: textField("По", { pointer: "/to", type: "date", value: today, attributes: { max: today } }),
    by: selectField("Показать", { pointer: "/by", options: Object.entries(BY).map(([by, { title }]) => [by, title.toLowerCase()]), value: "day" }),
  };
  fields.to.fault = () => {
    const [from, to] = [fields.from.value(), fields.to.value()];
    if (!to) return "Заполните это поле.";
    if (to < from) return "Конец периода раньше начала.";
    return daysBetween(from, to).length > MOST_DAYS ? `Не больше ${count(MOST_DAYS, "дня", "дней", "дней")}.` : null;
  };
  const preset = ([title, shift, by]) => h("button", {
    type: "button", class: "quiet", onclick: () => {
      const query = { from: dayFromNow(shift), to: today, by };
      for (const [name, value] of Object.entries(query)) fields[name].restore(value);
      look(query);
    },
  }, title);
  look({ from: dayFromNow(-29), to: today, by: "day" });
  return [
    back("rent/tenants", "К арендаторам"),
    h("section", { class: "card" },
      h("div", { class: "period" }, h("div", { class: "actions" }, PRESETS.map(preset)),
        form({ fields, submit: "Показать", kind: "quiet", send: async (query) => look(query) })),
      h("p", { class: "muted" }, "Арендатор видит, кто и когда получал эти сведения.")),
    result,
  ];
}

function turnoverView(api, id, turnover) {
  const { tenant, shop, first, last, by } = turnover;
  const body = h("div", { class: "panel" });
  const everything = { rows: turnover.rows, total: turnover.total, visible: turnover.registers.flatMap((register) => register.visible) };
  const draw = (of) => replace(body, partView(of, turnover));
  const register = turnover.registers.length > 1 && selectField("Касса", {
    pointer: "/register", options: [["", "Все кассы"], ...turnover.registers.map((register) => [register.register_id, `РНМ ${register.register_id}`])], value: "",
  });
  if (register) {
    register.input.addEventListener("change", () =>
      draw(turnover.registers.find((candidate) => candidate.register_id === register.value()) ?? everything));
  }
  draw(everything);
  const keep = async (extension, type) => {
    const file = await api.file(`/rent/tenants/${id}/turnover`, type, { from: first, to: last, by });
    download(file, `Оборот ${tenant.inn} ${first} — ${last}.${extension}`);
  };
  return [
    h("section", { class: "card" },
      h("div", { class: "title-line" },
        h("div", null, h("h2", null, tenant.name), h("p", { class: "muted" }, `ИНН ${tenant.inn}. ${shop.name}, ${shop.address}`)),
        h("div", { class: "actions" }, FILES.map(([title, extension, type]) =>
          button(`Скачать ${title}`, () => keep(extension, type), { kind: "quiet" })))),
      register && register.node, body),
    turnover.registers.length > 1 && h("section", { class: "card" }, h("h2", null, "По кассам"), wholeTable("Оборот по кассам", [
      ["Касса", (row) => `РНМ ${row.register_id}`],
      ["Показаны дни", (row) => row.visible.map(days).join("; ") || "нет"],
      ...sums((row) => row.total),
    ], turnover.registers)),
  ];
}

function partView({ rows, total, visible }, { first, last, by }) {
  if (!visible.length) {
    return emptyNote("За эти дни обороты не открыты", "Арендатор открыл другие дни, или кассы стояли в другом магазине.");
  }
  const { title, label, column, name, axis } = BY[by];
  const tiles = h("ul", { class: "figures" },
    figure("Оборот", money(total.turnover_kopecks), `${shortDay(first)} — ${shortDay(last)}`),
    figure("Чеков", number(total.receipts)),
    figure("Возвратов", number(total.returns)),
    figure("Последний документ", total.last_document_at ? shortMoment(total.last_document_at) : "—"));
  if (!rows.length) return [tiles, emptyNote("В эти дни чеков не было")];
  const shown = [...new Set(visible.flatMap((days) => daysBetween(days.first, days.last)))].sort();
  // Days outside the grant are left out: an empty bar would mean that nothing was sold.
  const periods = by === "day" ? shown : [...new Set(shown.map((date) => date.slice(0, 7)))];
  const taken = Object.fromEntries(rows.map((row) => [row.period, row.turnover_kopecks]));
  return [tiles,
    shown.length < daysBetween(first, last).length
      && note("info", null, h("p", null, `Арендатор открыл не весь период: ${[...new Set(visible.map(days))].join("; ")}.`)),
    h("h3", null, label),
    barChart({
      label, periods, words: money, name: axis,
      series: [{ name: "Оборот за вычетом возвратов", kind: "turnover", values: periods.map((period) => taken[period] ?? 0) }],
      table: wholeTable(label, [[column, (row) => name(row.period)], ...sums((row) => row)], [...rows].reverse()),
    })];
}

function sums(of) {
  return [
    ["Чеков", (row) => number(of(row).receipts), "right"],
    ["Возвратов", (row) => number(of(row).returns), "right"],
    ["Оборот", (row) => money(of(row).turnover_kopecks), "right"],
    ["Последний документ", (row) => (of(row).last_document_at ? moment(of(row).last_document_at) : "—")],
  ];
}

function days({ first, last }) {
  return first === last ? day(first) : `${day(first)} — ${day(last)}`;
}
