// «Документы»: supplementary agreements to read and sign with КЭП, and a link to «ЭДО».

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { badge, button, panel } from "../lib/parts.js";
import { signatureNote, signingForm, textToSign } from "../lib/signing.js";
import { toast } from "../lib/toast.js";

const STATE = { unsigned: ["waiting", "Не подписано"], signed: ["good", "Подписано"] };

export function show({ api, signer }) {
  const place = panel(() => api.all("/organisation/agreements"), (items) => items.map((card) => h("section", { class: "card" },
    h("div", { class: "title-line" }, h("h2", null, card.title), badge(STATE[card.state])),
    h("p", { class: "muted" }, card.signature
      ? `Подписано ${moment(card.signature.received_at)}` : `Редакция ${card.version}. Подписывается КЭП организации.`),
    h("div", { class: "actions" }, button(card.state === "signed" ? "Открыть" : "Прочитать и подписать",
      () => openAgreement(card.kind), { kind: card.state === "signed" ? "quiet" : "" })))));
  return [place, h("section", { class: "card" }, h("h2", null, "ЭДО"),
    h("p", { class: "muted" }, "Обмен документами с контрагентами на «Платформе ЭДО»."),
    h("div", { class: "actions" }, h("a", { class: "button quiet", href: "#/edo" }, "Перейти в ЭДО")))];

  async function openAgreement(kind) {
    const path = `/organisation/agreements/${kind}`;
    const agreement = await api.get(path);
    openDialog(agreement.title, ({ close }) => [
      textToSign(agreement.text, "Текст соглашения"),
      agreement.signature
        ? signatureNote(agreement.signature, moment(agreement.signature.received_at))
        : signingForm(signer, {
          submit: "Подписать КЭП",
          content: agreement.text,
          send: async (signature) => {
            await api.post(`${path}/signature`, { signature });
            toast("Соглашение подписано");
            close();
            await place.reload();
          },
        }),
    ], { wide: true });
  }
}
