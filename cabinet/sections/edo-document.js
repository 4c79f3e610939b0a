// One document: its content, state, signatures and possible actions.

import { h } from "../lib/dom.js";
import { moment, money, size } from "../lib/format.js";
import { back, badge, button, download, facts, follow, note, panel, timeline, wholeTable } from "../lib/parts.js";
import { decode } from "../lib/base64.js";
import { openAgreement, openRejection, openRevocation, openSigning } from "./edo-answers.js";
import { awaitsAnswer, nameOf, sidesOf, stateOf } from "./edo-documents.js";
import { keepFile } from "./edo-files.js";
import { contentView } from "./edo-view.js";
import { EDO_DOCUMENT_STEPS } from "./statuses.js";

const LOOK_AGAIN = 4000; // ms, to show changes made by the other side
const ROLES = {
  document: "Документ", answer: "Ответ получателя", correction_request: "Уведомление об уточнении",
  annulment_offer: "Предложение об аннулировании",
};
const FINAL = ["rejected", "revoked"];

export function showDocument(context, id) {
  const place = panel(
    () => context.api.get(`/edo/documents/${id}`),
    (document) => documentView(context, document, () => place.reload()),
    { every: LOOK_AGAIN, until: (document) => FINAL.includes(document.status) },
  );
  return place;
}

function documentView(context, document, reload) {
  const { api } = context;
  const path = `/edo/documents/${document.document_id}`;
  const incoming = document.box === "inbox";
  const { other } = sidesOf(document);
  const archive = async () => follow((await api.post(`${path}/archive`)).url);
  return [
    back(incoming ? "edo" : "edo/outbox", incoming ? "Ко входящим" : "К исходящим"),
    h("div", { class: "title-line" }, h("h2", null, nameOf(document)), badge(stateOf(document))),
    remarks(document),
    actions(context, document, path, reload),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", null, "О документе"),
        facts([incoming ? "От кого" : "Кому", other.name ?? "—"], ["ИНН / КПП", [other.inn, other.kpp].filter(Boolean).join(" / ")],
          ["ID в системе ЭДО", other.participant_id], ["Обмен", document.roaming ? "роуминг, через другого оператора" : "внутри «Платформы ЭДО»"],
          ["Сумма", document.upd?.total_kopecks && money(document.upd.total_kopecks)],
          ["В том числе НДС", document.upd?.vat_kopecks && money(document.upd.vat_kopecks)],
          ["Файл", `${document.kind === "upd" ? "XML" : document.file_name}, ${size(document.size)}`],
          ["Лицензия", document.charged && "списан один документ из пакета"]),
        h("div", { class: "actions" },
          button("Скачать файл", () => keepFile(api, `${path}/content`, document.file_name), { kind: "quiet" }),
          button("Архив с подписями (ZIP)", archive, { kind: "quiet" }))),
      h("section", { class: "card" }, h("h2", null, "Движение документа"), timeline(document.history, EDO_DOCUMENT_STEPS, ahead(document)))),
    contentView(api, document, `${path}/content`),
    signatures(api, document, path),
    document.kind === "upd" && messages(api, path, document),
  ];
}

function ahead(document) {
  if (document.status === "sent") return document.upd?.function === "СЧФ" ? ["delivered"] : ["delivered", "signed"];
  return awaitsAnswer(document) ? ["signed"] : [];
}

function remarks(document) {
  const { revocation, reason, status } = document;
  const { mine } = sidesOf(document);
  if (status === "rejected") return note("bad", "Документ отклонён", h("p", null, reason));
  if (status === "revoked") return note("info", "Документ аннулирован по соглашению сторон", h("p", null, revocation?.reason));
  if (status !== "revocation_offered") return null;
  return revocation.offered_by === mine.participant_id
    ? note("info", "Вы предложили аннулировать документ", h("p", null, revocation.reason), h("p", null, "Ждём ответа другой стороны."))
    : note("warning", "Другая сторона предлагает аннулировать документ", h("p", null, revocation.reason));
}

function actions(context, document, path, reload) {
  const possible = choices(context, document, path, reload);
  if (!possible.length) return null;
  if (document.roaming && context.overview.licence.state === "none") {
    return note("warning", "Нужна лицензия", h("p", null,
      "Подписывать, отклонять и аннулировать документы в роуминге можно с активной лицензией."),
    h("a", { class: "button", href: "#/edo/licence" }, "Перейти в «Лицензию»"));
  }
  return h("div", { class: "actions" }, possible);
}

function choices(context, document, path, reload) {
  const { status, box, revocation } = document;
  const { mine } = sidesOf(document);
  const act = (text, open, kind) => button(text, () => open(context, document, path, reload), { kind });
  if (status === "revocation_offered") {
    return revocation.offered_by === mine.participant_id ? [] : [
      act("Согласиться на аннулирование", openAgreement), act("Отказать", openRejection, "quiet danger"),
    ];
  }
  const received = box === "inbox" && status === "delivered";
  return [
    received && awaitsAnswer(document) && act("Подписать", openSigning, ""),
    received && act("Отклонить", openRejection, "quiet danger"),
    ["delivered", "signed"].includes(status) && act("Аннулировать", openRevocation, "quiet"),
  ].filter(Boolean);
}

function signatures(api, document, path) {
  const person = (signer) => [[signer.surname, signer.given_name, signer.patronymic].filter(Boolean).join(" "), signer.position].filter(Boolean).join(", ");
  const name = (signature) => `${signature.file_name}.p7s`;
  const file = (signature) => `${path}/signatures/${signature.signature_id}`;
  return h("section", { class: "card" }, h("h2", null, "Подписи"), wholeTable("Подписи документа", [
    ["Что подписано", (row) => h("div", null, h("p", null, ROLES[row.role]), h("small", null, row.file_name))],
    ["Кто подписал", (row) => h("div", null, row.signers.map((who) => [h("p", null, person(who)), h("small", null, who.organisation)]))],
    ["Принята", (row) => moment(row.received_at)],
    ["Файлы", (row) => h("span", { class: "actions" },
      button("Файл", () => keepFile(api, `${file(row)}/content`, row.file_name), { kind: "link", label: `Скачать файл ${row.file_name}` }),
      button("Подпись", async () => download(await api.file(file(row), "application/pkcs7-signature"), name(row)), {
        kind: "link", label: `Скачать подпись под ${row.file_name}`,
      }))],
  ], document.signatures));
}

const MESSAGES = {
  DP_PDPOL: "Подтверждение даты получения", DP_PDOTPR: "Подтверждение даты отправки", DP_IZVPOL: "Извещение о получении",
};

function messages(api, path, { signatures: files }) {
  const about = (message) => ROLES[files.find((file) => file.file_name === message.about)?.role] ?? message.about;
  return h("details", { class: "more card" }, h("summary", null, "Служебные сообщения операторов"),
    panel(() => api.get(`${path}/messages`), ({ items }) => (items.length ? wholeTable("Служебные сообщения", [
      ["Сообщение", (row) => MESSAGES[row.kind] ?? row.kind],
      ["О чём", about],
      ["Создано", (row) => moment(row.made_at)],
      ["Файл", (row) => button("XML", () => download(new Blob([decode(row.content)]), row.file_name), {
        kind: "link", label: `Скачать ${row.file_name}`,
      })],
    ], items) : h("p", { class: "muted" }, "Сообщений ещё нет."))));
}
