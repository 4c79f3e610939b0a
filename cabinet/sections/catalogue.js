// The catalogue for the operator: offer a fiscal drive, change its price, add to its stock.

import { h, replace } from "../lib/dom.js";
import { count, money } from "../lib/format.js";
import { form, textField } from "../lib/form.js";
import { note } from "../lib/parts.js";

export function show({ api }) {
  const result = h("div", { class: "panel", role: "status" });
  const whole = (text) => Number(text);
  const digits = (text) => (/^\d+$/.test(text) ? null : "Нужно целое число.");
  return h("section", { class: "card narrow" }, h("p", { class: "muted" },
    "Новая модель появится в каталоге, у прежней изменятся название, цена и список касс; поступившие штуки прибавятся к остатку."),
  form({
    fields: {
      model: textField("Модель", {
        pointer: "/model", hint: "Короткое имя, например fn-1.2-36",
        check: (text) => (/^[a-z0-9][a-z0-9.-]{0,39}$/.test(text) ? null : "Латинские строчные буквы, цифры, точка и дефис."),
      }),
      title: textField("Название", { pointer: "/title", max: 200 }),
      months: textField("Срок, месяцев", { pointer: "/months", check: digits, parse: whole, attributes: { inputmode: "numeric" } }),
      price_kopecks: textField("Цена с НДС, ₽", {
        pointer: "/price_kopecks", check: digits, parse: (text) => Number(text) * 100, attributes: { inputmode: "numeric" },
      }),
      fits_register_models: textField("Подходит к кассам", {
        pointer: "/fits_register_models", multiline: true, hint: "Модели касс, каждая с новой строки",
        parse: (text) => text.split("\n").map((part) => part.trim()).filter(Boolean),
      }),
      received: textField("Поступило, штук", {
        pointer: "/received", required: false, check: digits, parse: whole, attributes: { inputmode: "numeric" },
      }),
    },
    submit: "Сохранить",
    send: async ({ model, ...values }, key) => {
      const drive = await api.put(`/fiscal-drives/${model}`, values, key);
      replace(result, note("good", drive.title, h("p", null,
        `${money(drive.price_kopecks)}, в наличии ${count(drive.in_stock, "штука", "штуки", "штук")}.`)));
    },
  }), result);
}
