// Applications for additional services: the current message, the form, a preview of the new message.

import { openDialog } from "../lib/dialog.js";
import { h, replace } from "../lib/dom.js";
import { count, size } from "../lib/format.js";
import { fileField, form, textField } from "../lib/form.js";
import { mailView } from "../lib/mail-view.js";
import { note, panel, problemNote } from "../lib/parts.js";
import { checkPng } from "../lib/png.js";
import { toast } from "../lib/toast.js";
import { documentOf, readBase64 } from "../lib/upload.js";

const MOST_NAME = 11; // characters
const NAME = /^[\u0400-\u0481\u048a-\u052f0-9 .\-"«»„“”]*$/;
const LETTER = /[\u0400-\u0481\u048a-\u052f]/;
const MOST_DOCUMENT = 5 * 1024 * 1024; // bytes
const LOGO = { width: 170, height: 68, bytes: 204_800 };
const QUIET = 400; // ms without typing before a preview is asked for

/** Show the form «Брендированное сообщение»: a name and the documents that prove the right to it. */
export function openBrandApplication({ api }, sent) {
  const service = "/e-receipts/services/branded-message";
  return openDialog("Заявка: «Брендированное сообщение»", ({ close }) => {
    const preview = livePreview(api, service, "Новое сообщение появится здесь, когда вы введёте название.");
    const progress = h("progress", { hidden: true, max: 1, "aria-label": "Загрузка документов" });
    const name = textField("Название компании", {
      pointer: "/name", hint: `Кириллицей, не более ${MOST_NAME} символов`, check: nameFault,
      attributes: { maxlength: MOST_NAME, autocomplete: "off" },
    });
    const left = h("p", { class: "hint right", "aria-live": "polite" });
    const tell = () => {
      const typed = name.value() ?? "";
      replace(left, `осталось ${count(MOST_NAME - name.input.value.length, "символ", "символа", "символов")}`);
      const fault = typed ? nameFault(typed) : null;
      name.mark(fault);
      preview.ask(typed && !fault ? { name: typed } : null);
    };
    name.input.addEventListener("input", tell);
    name.node.append(left);
    tell();
    const documents = fileField("Документы", {
      pointer: "/documents", accept: ".pdf,.jpg,.jpeg,.png", multiple: true,
      hint: `PDF, JPEG или PNG, каждый до ${size(MOST_DOCUMENT)}`, check: documentsFault,
    });
    const send = async (values, key) => {
      progress.hidden = false;
      try {
        const gone = values.documents.map(() => 0);
        const files = await Promise.all(values.documents.map((file, at) => documentOf(api, file, (part) => {
          gone[at] = part;
          progress.value = gone.reduce((sum, part) => sum + part, 0) / gone.length;
        })));
        await api.post(`${service}/applications`, { name: values.name, documents: files }, key);
      } finally {
        progress.hidden = true;
      }
      await finish(close, sent);
    };
    return h("div", { class: "application-form" },
      h("div", null, h("h3", null, "Сейчас покупатели получают"), currentPreview(api, service),
        h("h3", null, "С вашим названием"), preview.node),
      form({ fields: { name, documents }, submit: "Отправить заявку", send, more: [progress] }));
  }, { wide: true });
}

/** Show the form «Логотип в чеке»: a picture that is checked as soon as it is chosen. */
export function openLogoApplication({ api }, sent) {
  const service = "/e-receipts/services/logo";
  return openDialog("Заявка: «Логотип в чеке»", ({ close }) => {
    const preview = livePreview(api, service, "Письмо с вашим логотипом появится здесь, когда вы выберете файл.");
    const requirements = h("ul", { class: "requirements", "aria-live": "polite" });
    showRequirements(requirements, null);
    const logo = fileField("Файл логотипа", { pointer: "/logo", accept: "image/png,.png" });
    let faults = null;
    logo.fault = () => {
      if (!logo.value().length) return "Приложите файл.";
      return faults && Object.values(faults).some(Boolean) ? "Файл не подходит: смотрите требования." : null;
    };
    logo.input.addEventListener("change", async () => {
      const [file] = logo.value();
      faults = file ? await checkPng(file, LOGO) : null;
      showRequirements(requirements, faults);
      logo.mark(file ? logo.fault() : null);
      preview.ask(file && !logo.fault() ? { logo: await readBase64(file) } : null);
    });
    logo.node.append(requirements);
    const send = async (values, key) => {
      await api.post(`${service}/applications`, { logo: await readBase64(values.logo[0]) }, key);
      await finish(close, sent);
    };
    return h("div", { class: "application-form" },
      h("div", null, h("h3", null, "Пример чека"), preview.node, h("details", { class: "more" },
        h("summary", null, "Как чек выглядит сейчас"), currentPreview(api, service))),
      form({ fields: { logo }, submit: "Отправить заявку", send }));
  }, { wide: true });
}

async function finish(close, sent) {
  toast("Заявка отправлена. Обычно её рассматривают не дольше трёх рабочих дней.");
  close();
  await sent();
}

function nameFault(text) {
  if (text.length > MOST_NAME) return `Не больше ${MOST_NAME} символов.`;
  if (!NAME.test(text)) return "Только кириллица, цифры, пробел, дефис, точка и кавычки.";
  return LETTER.test(text) ? null : "Нужна хотя бы одна буква кириллицы.";
}

function documentsFault(files) {
  const large = files.find((file) => file.size > MOST_DOCUMENT);
  if (large) return `«${large.name}» больше ${size(MOST_DOCUMENT)}.`;
  const other = files.find((file) => !/\.(pdf|jpe?g|png)$/i.test(file.name));
  return other ? `«${other.name}»: нужен файл PDF, JPEG или PNG.` : null;
}

function showRequirements(list, faults) {
  const line = (name, text) => {
    const state = faults ? (faults[name] ? "no" : "yes") : "unknown";
    const spoken = { no: "не выполнено: ", yes: "выполнено: ", unknown: "" }[state];
    return h("li", { class: state }, h("span", { class: "for-ears" }, spoken), text,
      faults?.[name] && h("small", null, ` — ${faults[name]}`));
  };
  replace(list, line("format", "формат — PNG"), line("bytes", "размер — до 200,0 КБ"),
    line("dimensions", `разрешение — ${LOGO.width}×${LOGO.height} пикселей`));
}

function currentPreview(api, service) {
  return panel(() => api.get(`${service}/preview`), previewView);
}

function previewView(preview) {
  if (preview.channel === "sms") {
    return h("figure", { class: "message" }, h("p", { class: "bubble" }, preview.text),
      h("figcaption", null, count(preview.parts, "часть СМС", "части СМС", "частей СМС")));
  }
  return h("figure", { class: "letter" }, h("figcaption", null, preview.subject), mailView(preview.html, "Пример письма с чеком"));
}

// The preview of a name not applied for yet, loaded after a pause in typing.
function livePreview(api, service, otherwise) {
  const node = h("div", { "aria-live": "polite" }, note("info", null, h("p", null, otherwise)));
  let timer;
  let latest = 0;
  const ask = (body) => {
    clearTimeout(timer);
    latest += 1;
    const turn = latest;
    if (!body) {
      replace(node, note("info", null, h("p", null, otherwise)));
      return;
    }
    timer = setTimeout(async () => {
      const view = await api.post(`${service}/preview`, body).then(previewView, problemNote);
      if (turn === latest) replace(node, view);
    }, QUIET);
  };
  return { node, ask };
}
