// Shows the content of a document on the page: a УПД as a form, a text, a picture.

import { h } from "../lib/dom.js";
import { day, money } from "../lib/format.js";
import { facts, panel, wholeTable } from "../lib/parts.js";
import { textToSign } from "../lib/signing.js";
import { bytesOf } from "./edo-files.js";

const MOST_SHOWN = 4 * 1024 * 1024; // bytes
const TEXT = /\.(txt|csv|md|log)$/i;
const PICTURE = /\.(png|jpe?g|gif|webp)$/i;

/** Show the file of a document if the page can display its type; any file can be downloaded. */
export function contentView(api, document, path) {
  const { kind, file_name: name, size } = document;
  const read = kind === "upd" ? updView : TEXT.test(name) ? textView : PICTURE.test(name) ? pictureView : null;
  if (!read || size > MOST_SHOWN) return null;
  return h("section", { class: "card" }, h("h2", null, "Содержание"),
    panel(() => bytesOf(api, path), (bytes) => read(bytes, name)));
}

function textView(bytes, name) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    text = new TextDecoder("windows-1251").decode(bytes);
  }
  return textToSign(text, `Содержание файла ${name}`);
}

function pictureView(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes]));
  return h("img", { class: "picture", src: url, alt: `Файл ${name}`, onload: () => URL.revokeObjectURL(url) });
}

/** Show a seller's title of format 5.03. */
export function updView(bytes) {
  const xml = new DOMParser().parseFromString(new TextDecoder("windows-1251").decode(bytes), "application/xml");
  const document = xml.querySelector("Документ");
  const invoice = xml.querySelector("СвСчФакт");
  if (!document || !invoice) return h("p", { class: "muted" }, "Файл не удалось показать. Скачайте его.");
  const transfer = xml.querySelector("СвПер");
  const total = xml.querySelector("ВсегоОпл");
  const attribute = (element, name) => element?.getAttribute(name) ?? null;
  const lines = [...xml.querySelectorAll("ТаблСчФакт > СведТов")];
  return h("div", { class: "panel upd" },
    h("h3", null, `${attribute(document, "ПоФактХЖ") ?? "Документ"} № ${attribute(invoice, "НомерДок")} от ${date(attribute(invoice, "ДатаДок"))}`),
    h("div", { class: "columns" },
      party("Продавец", invoice.querySelector("СвПрод")), party("Покупатель", invoice.querySelector("СвПокуп"))),
    wholeTable("Товары, работы, услуги", [
      ["Наименование", (row) => attribute(row, "НаимТов") ?? "—"],
      ["Количество", (row) => [quantity(attribute(row, "КолТов")), attribute(row, "НаимЕдИзм")].filter(Boolean).join(" "), "right"],
      ["Без НДС", (row) => roubles(attribute(row, "СтТовБезНДС")), "right"],
      ["Ставка", (row) => attribute(row, "НалСт") ?? "—"],
      ["НДС", (row) => roubles(row.querySelector("СумНал > СумНал")?.textContent), "right"],
      ["Всего", (row) => roubles(attribute(row, "СтТовУчНал")), "right"],
    ], lines),
    total && facts(["Всего к оплате", h("strong", null, roubles(attribute(total, "СтТовУчНалВсего")))],
      ["В том числе НДС", roubles(total.querySelector("СумНалВсего > СумНал")?.textContent)]),
    transfer && facts(["Операция", attribute(transfer, "СодОпер")], ["Дата передачи", date(attribute(transfer, "ДатаПер"))],
      ["Основание", [...transfer.querySelectorAll("ОснПер")].map((element) => (
        `${attribute(element, "РеквНаимДок")} № ${attribute(element, "РеквНомерДок")} от ${date(attribute(element, "РеквДатаДок"))}`)).join("; ") || "без документа-основания"]));
}

function party(title, element) {
  const firm = element?.querySelector("СвЮЛУч");
  const own = element?.querySelector("СвИП");
  const person = own?.querySelector("ФИО");
  const name = firm?.getAttribute("НаимОрг")
    ?? (person && `ИП ${["Фамилия", "Имя", "Отчество"].map((part) => person.getAttribute(part)).filter(Boolean).join(" ")}`);
  const inn = firm?.getAttribute("ИННЮЛ") ?? own?.getAttribute("ИННФЛ");
  return facts([title, name ?? "—"], ["ИНН / КПП", [inn, firm?.getAttribute("КПП")].filter(Boolean).join(" / ")],
    ["Адрес", element?.querySelector("АдрИнф")?.getAttribute("АдрТекст")]);
}

function roubles(text) {
  return text ? money(Math.round(Number(text) * 100)) : "—";
}

function quantity(text) {
  return text && Number(text).toLocaleString("ru-RU", { maximumFractionDigits: 11 });
}

// The format writes dates as «24.11.2026».
function date(text) {
  return text ? day(text.split(".").reverse().join("-")) : "—";
}
