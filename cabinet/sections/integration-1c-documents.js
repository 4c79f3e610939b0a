// Retail reports that load into 1С, one for each shift, and the same reports as a file to load by hand.

import { h, replace } from "../lib/dom.js";
import { count, day, dayFromNow, daysBetween, moment, money, number, size } from "../lib/format.js";
import { form, selectField, textField } from "../lib/form.js";
import { badge, button, download, emptyNote, follow, note, panel, problemNote, wholeTable } from "../lib/parts.js";

const MOST_DAYS = 31;
const WEEK = 7; // days shown at first
const LOOK_AGAIN = 1500; // ms, while a file is being prepared
const VERSIONS = [["1.17", "1.17 — все ставки НДС"], ["1.8", "1.8 — для старых выпусков, без ставок 5, 7 и 22 %"]];

export function showDocuments({ api }) {
  return panel(() => api.all("/integration-1c/registers"), (registers) => {
    const known = registers.filter((register) => register.state !== "none");
    if (!known.length) {
      return emptyNote("Загружать пока нечего", "Подключите хотя бы одну кассу: её смены появятся здесь.",
        h("a", { class: "button", href: "#/integration-1c" }, "К кассам и тарифам"));
    }
    return [preview(api, known), byHand(api)];
  });
}

function period() {
  const from = textField("С", { pointer: "/from", type: "date", value: dayFromNow(1 - WEEK), attributes: { max: dayFromNow() } });
  const to = textField("По", {
    pointer: "/to", type: "date", value: dayFromNow(), attributes: { max: dayFromNow() },
    check: (last) => {
      if (last < from.value()) return "Конец периода раньше начала.";
      return daysBetween(from.value(), last).length > MOST_DAYS ? `Не больше ${count(MOST_DAYS, "дня", "дней", "дней")}.` : null;
    },
  });
  return { from, to };
}

function preview(api, registers) {
  const result = h("div", { class: "panel" });
  const look = ({ register, from, to }) => replace(result, panel(
    () => api.get("/integration-1c/documents", { register_id: register, from, to }), ({ items }) => documentsTable(items),
  ));
  const register = selectField("Касса", {
    pointer: "/register_id", options: registers.map((register) => [register.register_id, `${register.model}, РНМ ${register.register_id}`]),
  });
  const fields = { register, ...period() };
  look({ register: register.value(), from: fields.from.value(), to: fields.to.value() });
  return h("section", { class: "card" }, h("h2", null, "Отчёты о розничных продажах"),
    h("div", { class: "period" }, form({ fields, submit: "Показать", kind: "quiet", send: async (values) => look(values) })), result);
}

function documentsTable(items) {
  if (!items.length) {
    return emptyNote("За этот период загружать нечего",
      "Отчёт появится, когда смена закроется, — если тариф кассы в тот день действовал.");
  }
  const total = items.reduce((sum, item) => sum + item.turnover_kopecks, 0);
  return h("div", { class: "panel" },
    wholeTable("Отчёты о розничных продажах", [
      ["Смена", (row) => [`№ ${row.shift} `, !row.closed && badge(["waiting", "Закрытие не получено"])]],
      ["Закрыта", (row) => moment(row.closed_at)],
      ["Чеков", (row) => [number(row.receipts), row.corrections > 0 && h("small", null,
        ` и ${count(row.corrections, "коррекция", "коррекции", "коррекций")}`)], "right"],
      ["Наличными", (row) => money(row.cash_kopecks), "right"],
      ["Безналично", (row) => money(row.electronic_kopecks), "right"],
      ["Возвраты", (row) => (row.returns_kopecks ? money(row.returns_kopecks) : "—"), "right"],
      ["Выручка", (row) => h("strong", null, money(row.turnover_kopecks)), "right"],
    ], items),
    h("p", { class: "total" }, h("span", null, `Итого за ${count(items.length, "смену", "смены", "смен")}`),
      h("strong", null, money(total))));
}

function byHand(api) {
  const result = h("div", { class: "panel", role: "status" });
  const fields = {
    ...period(),
    version: selectField("Версия формата EnterpriseData", { pointer: "/version", options: VERSIONS }),
  };
  const keep = async (values, key) => {
    replace(result);
    try {
      const file = await api.file("/integration-1c/message", "application/xml", values);
      download(file, `Чеки для 1С ${values.from} — ${values.to}.xml`);
      replace(result, note("good", "Файл скачан", h("p", null,
        `${size(file.size)}. В 1С: «Синхронизация данных» → «Загрузить данные из файла».`)));
    } catch (problem) {
      if (problem.slug !== "message-too-large") throw problem;
      await prepare(values, key);
    }
  };
  const prepare = async (values, key) => {
    const asked = await api.post("/integration-1c/messages", values, key);
    replace(result, preparedFile(api, asked.message_id));
  };
  let key = crypto.randomUUID();
  const archive = button("Подготовить архив (ZIP)", async () => {
    const all = Object.entries(fields);
    for (const [, field] of all) field.mark(field.fault());
    const wrong = all.find(([, field]) => field.fault());
    if (wrong) return wrong[1].focus();
    await prepare(Object.fromEntries(all.map(([name, field]) => [name, field.value()])), key);
    key = crypto.randomUUID();
  }, { kind: "link" });
  return h("section", { class: "card" }, h("h2", null, "Файл для загрузки вручную"),
    h("p", { class: "muted" }, "Если синхронизация недоступна, скачайте файл и загрузите его в 1С. "
      + "Архив за период с большим числом чеков сначала подготовим: он появится здесь, не закрывайте страницу."),
    h("div", { class: "period" }, form({ fields, submit: "Скачать файл", kind: "quiet", send: keep }), archive), result);
}

function preparedFile(api, id) {
  return panel(() => api.get(`/integration-1c/messages/${id}`), (message) => {
    const days = `${day(message.first)} — ${day(message.last)}`;
    if (message.state === "preparing") {
      return h("div", null, h("p", null, `Готовим файл за ${days}…`), h("progress", { "aria-label": "Подготовка файла" }));
    }
    if (message.state === "failed") return problemNote({ title: "Файл не подготовлен", detail: message.reason });
    return note("good", "Файл готов", h("p", null, `${days}, ${count(message.receipts, "чек", "чека", "чеков")}, архив ${size(message.size)}.`),
      h("div", { class: "actions" }, button("Скачать архив", async () => {
        const { link } = await api.get(`/integration-1c/messages/${id}`);
        follow(link);
      })));
  }, { every: LOOK_AGAIN, until: (file) => file.state !== "preparing" });
}
