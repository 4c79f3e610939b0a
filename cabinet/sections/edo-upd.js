// A УПД made from a form, for clients without accounting software: fill in, check, sign, send.

import { decode } from "../lib/base64.js";
import { openDialog } from "../lib/dialog.js";
import { h, newId, replace } from "../lib/dom.js";
import { dayFromNow, kopecks, money } from "../lib/format.js";
import { field, form, selectField, textField } from "../lib/form.js";
import { certificateForm, signOnce } from "../lib/signing.js";
import { toast } from "../lib/toast.js";
import { recipientField } from "./edo-recipient.js";
import { updView } from "./edo-view.js";
import { rowsField } from "./rows.js";
import { UNITS, unitName } from "./units.js";

const MOST_LINES = 1000;
const MOST_BASES = 20;
const INVOICE = "СЧФ";
const FUNCTIONS = [
  ["СЧФДОП", "Счёт-фактура и передаточный документ"], ["ДОП", "Передаточный документ"], [INVOICE, "Счёт-фактура"],
];
const RATES = [["22", "22 %"], ["10", "10 %"], ["7", "7 %"], ["5", "5 %"], ["0", "0 %"], ["none", "без НДС"]];

export function showUpdForm(context) {
  const { api, overview } = context;
  const total = h("p", { class: "total", "aria-live": "polite" });
  const shipped = agreementField("Документ об отгрузке", "/form/shipped_by", "Для счёта-фактуры он обязателен");
  const what = selectField("Вид документа", { pointer: "/form/function", options: FUNCTIONS });
  const lines = rowsField({
    legend: "Товары, работы, услуги", pointer: "/form/lines", title: "Позиция", more: "Добавить позицию", most: MOST_LINES, least: 1,
    make: lineOf, shape: ({ unit_code: code, ...line }) => ({ ...line, unit_code: code, unit: unitName(code) }),
  });
  const basis = rowsField({
    legend: "Основание передачи", pointer: "/form/basis", title: "Основание", more: "Добавить договор или другое основание",
    most: MOST_BASES, make: (given) => ({ fields: agreementFields("", given) }),
  });
  const draw = () => {
    const invoice = what.value() === INVOICE;
    shipped.node.hidden = !invoice;
    basis.node.hidden = invoice;
    const sums = lines.value().map(sumsOf);
    const all = sums.reduce((sum, line) => sum + line.total, 0);
    const vat = sums.reduce((sum, line) => sum + line.vat, 0);
    replace(total, h("span", null, `Итого, в том числе НДС ${money(vat)}`), h("strong", null, money(all)));
  };
  const fields = {
    recipient_id: recipientField(api, overview),
    function: what,
    number: textField("Номер", { pointer: "/form/number", max: 100 }),
    date: textField("Дата", { pointer: "/form/date", type: "date", value: dayFromNow() }),
    lines, shipped, basis,
  };
  const send = async (values) => {
    const { recipient_id: recipient, shipped: shippedBy, basis: bases, ...rest } = values;
    const invoice = values.function === INVOICE;
    const made = await api.post("/edo/upd", {
      recipient_id: recipient,
      form: { ...rest, basis: invoice ? [] : bases, shipped_by: invoice ? shippedBy : undefined },
    });
    return openSending(context, recipient, made);
  };
  const node = form({ fields, submit: "Сформировать", send, draft: "edo-upd", more: [total] });
  for (const event of ["input", "change"]) node.addEventListener(event, draw);
  draw();
  return h("section", { class: "card" }, h("h2", null, "Создать УПД"),
    h("p", { class: "muted" }, "Для тех, у кого нет учётной программы. Ваши реквизиты и реквизиты получателя подставятся сами."), node);
}

// Resolves to false if the window is closed before the document is sent.
async function openSending({ api, signer, go }, recipient, made) {
  const content = decode(made.content);
  const sign = signOnce(signer);
  const { closed } = openDialog("Проверьте и подпишите", ({ close }) => [
    updView(content),
    certificateForm(signer, {
      submit: "Подписать и отправить",
      send: async (id, key) => close(await api.post("/edo/documents", {
        recipient_id: recipient, kind: "upd", file: { filename: made.file_name, content: made.content },
        signature: await sign(id, content),
      }, key)),
    }),
  ], { wide: true });
  const sent = await closed;
  if (!sent) return false;
  toast("Документ отправлен");
  go(`edo/documents/${sent.document_id}`);
  return true;
}

function lineOf(given) {
  const fields = {
    name: textField("Наименование", { pointer: "", max: 1000, value: given.name ?? "" }),
    quantity: textField("Количество", {
      pointer: "", value: given.quantity ?? "1", attributes: { inputmode: "decimal" }, parse: quantity,
      check: (text) => (quantity(text) > 0 ? null : "Число больше нуля, до шести знаков после запятой."),
    }),
    unit_code: selectField("Единица", { pointer: "", options: UNITS, value: given.unit_code ?? UNITS[0][0] }),
    price_kopecks: textField("Цена с НДС, ₽", {
      pointer: "", value: given.price_kopecks ? String(given.price_kopecks / 100).replace(".", ",") : "", parse: kopecks,
      check: (text) => (kopecks(text) ? null : "Сумма в рублях, копейки после запятой."), attributes: { inputmode: "decimal" },
    }),
    vat_rate: selectField("Ставка НДС", { pointer: "", options: RATES, value: given.vat_rate ?? RATES[0][0] }),
  };
  return { fields };
}

// «2,5» → 2.5
function quantity(text) {
  return /^\d{1,9}([.,]\d{1,6})?$/.test(text) ? Number(text.replace(",", ".")) : null;
}

function sumsOf({ quantity: many, price_kopecks: price, vat_rate: rate }) {
  const total = Math.round((many || 0) * (price || 0));
  const percent = Number(rate) || 0;
  return { total, vat: Math.round(total * percent / (100 + percent)) };
}

function agreementFields(pointer, given = {}) {
  return {
    name: textField("Название", { pointer: `${pointer}/name`, max: 255, value: given.name ?? "Договор" }),
    number: textField("Номер", { pointer: `${pointer}/number`, max: 255, value: given.number ?? "" }),
    date: textField("Дата", { pointer: `${pointer}/date`, type: "date", value: given.date ?? "" }),
  };
}

function agreementField(legend, pointer, hint) {
  const fields = agreementFields(pointer, { name: "Накладная" });
  const group = h("fieldset", { class: "entry" }, h("legend", null, legend), h("p", { class: "hint" }, hint),
    h("div", { class: "entry-fields" }, Object.values(fields).map((field) => field.node)));
  return {
    ...field({
      id: newId("agreement"), control: group, target: group, focusing: fields.name.input, pointers: [pointer, "/form"],
      value: () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value()])),
      fault: () => null,
      restore: (value) => { for (const [name, field] of Object.entries(fields)) field.restore(value[name] ?? ""); },
    }),
    parts: () => Object.values(fields),
  };
}
