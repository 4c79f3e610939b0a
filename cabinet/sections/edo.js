// «Платформа ЭДО»: registration, and the pages of a registered participant.

import { h } from "../lib/dom.js";
import { count, day } from "../lib/format.js";
import { copyable, panel, tabs } from "../lib/parts.js";
import { showDocument } from "./edo-document.js";
import { showBox } from "./edo-documents.js";
import { showInvitation, showJoining } from "./edo-join.js";
import { showLicence } from "./edo-licence.js";
import { showRegistration } from "./edo-registration.js";
import { showSending } from "./edo-send.js";
import { showUpdForm } from "./edo-upd.js";

export function show(context) {
  const place = panel(() => context.api.get("/edo"), (overview) => {
    if (!overview.registered) return context.path === "join" ? showJoining(context) : showInvitation();
    return cabinet({ ...context, overview, refresh: () => place.reload() });
  });
  return place;
}

function cabinet(context) {
  const [part, id] = context.path.split("/");
  const views = {
    outbox: () => showBox(context, "outbox"),
    licence: () => showLicence(context),
    registration: () => showRegistration(context),
    send: () => showSending(context),
    upd: () => showUpdForm(context),
    documents: () => showDocument(context, id),
  };
  return [
    participant(context.overview),
    tabs("Платформа ЭДО", part ? `edo/${part}` : "edo", [
      ["edo", "Входящие"], ["edo/outbox", "Исходящие"], ["edo/send", "Отправить файл"], ["edo/upd", "Создать УПД"],
      ["edo/licence", "Лицензия"],
    ]),
    views[part]?.() ?? showBox(context, "inbox"),
  ];
}

function participant({ participant_id: id, licence }) {
  const active = licence.state === "active";
  return h("section", { class: "participant card", "aria-label": "Участник ЭДО" },
    h("div", null, h("p", { class: "muted" }, "Ваш ID в системе ЭДО"), copyable(id, "ID в системе ЭДО"),
      h("p", null, h("a", { href: "#/edo/registration" }, "Сведения о регистрации"))),
    h("a", { class: `licence ${licence.colour}`, href: "#/edo/licence" }, h("strong", null, "Лицензия"),
      h("span", null, active
        ? `осталось ${count(licence.documents_left, "документ", "документа", "документов")} до ${day(licence.valid_until)}`
        : "нет активной лицензии")));
}
