// What the sides of a document do with it: sign, reject, offer to revoke, agree to that.

import { decode } from "../lib/base64.js";
import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { dayFromNow } from "../lib/format.js";
import { choiceField, textField } from "../lib/form.js";
import { note } from "../lib/parts.js";
import { certificateForm } from "../lib/signing.js";
import { toast } from "../lib/toast.js";
import { nameOf } from "./edo-documents.js";
import { bytesOf } from "./edo-files.js";

const OUTCOMES = [
  ["1", "Принято без расхождений"],
  ["2", "Принято с расхождениями", "товары или услуги приняты, но есть претензии"],
  ["3", "Не принято", "ответ подписывается, но товары или услуги не приняты"],
];

/** A УПД is answered by the buyer's title, any other file by a signature over itself. */
export function openSigning({ api, signer }, document, path, reload) {
  const upd = document.kind === "upd";
  const fields = upd ? {
    outcome: choiceField("Результат приёмки", { pointer: "/outcome", options: OUTCOMES, value: "1" }),
    accepted_on: textField("Дата приёмки", {
      pointer: "/accepted_on", type: "date", value: dayFromNow(), attributes: { max: dayFromNow() },
    }),
  } : {};
  answerDialog("Подписать документ", document, {
    signer, fields, submit: "Подписать", reload, done: "Документ подписан",
    act: async (sign, said) => {
      const content = upd ? await drafted(api, path, { kind: "buyer_title", ...said }) : await bytesOf(api, `${path}/content`);
      await api.post(`${path}/signature`, { signature: await sign(content) });
    },
  });
}

/** Of a document that came, or of the other side's offer to revoke one. */
export function openRejection({ api, signer }, document, path, reload) {
  const offered = document.status === "revocation_offered";
  answerDialog(offered ? "Отказать в аннулировании" : "Отклонить документ", document, {
    signer, fields: reasonField("Причина отказа"), submit: offered ? "Отказать" : "Отклонить", reload,
    done: offered ? "Документ остаётся в силе" : "Документ отклонён",
    act: async (sign, { reason }) => {
      const content = await drafted(api, path, { kind: "correction_request", reason });
      await api.post(`${path}/rejection`, { reason, signature: await sign(content) });
    },
  });
}

export function openRevocation({ api, signer }, document, path, reload) {
  answerDialog("Аннулировать документ", document, {
    signer, fields: reasonField("Причина аннулирования"), submit: "Предложить аннулировать", reload, done: "Предложение отправлено",
    remark: "Документ будет аннулирован, когда другая сторона согласится и подпишет предложение.",
    act: async (sign, { reason }) => {
      const content = await drafted(api, path, { kind: "annulment_offer", reason });
      await api.post(`${path}/revocation`, { reason, signature: await sign(content) });
    },
  });
}

/** With the other side's offer to revoke: its file is signed too. */
export function openAgreement({ api, signer }, document, path, reload) {
  const offer = document.signatures.findLast((one) => one.role === "annulment_offer");
  answerDialog("Согласиться на аннулирование", document, {
    signer, submit: "Подписать и аннулировать", reload, done: "Документ аннулирован",
    remark: `Причина: ${document.revocation.reason}`,
    act: async (sign) => {
      const content = await bytesOf(api, `${path}/signatures/${offer.signature_id}/content`);
      await api.post(`${path}/revocation`, { signature: await sign(content) });
    },
  });
}

function answerDialog(title, document, { signer, fields = {}, submit, reload, done, remark = null, act }) {
  openDialog(title, ({ close }) => [
    h("p", null, h("strong", null, nameOf(document))),
    remark && note("info", null, h("p", null, remark)),
    certificateForm(signer, {
      fields,
      submit,
      send: async (id, _, { certificate, ...said }) => {
        await act((content) => signer.sign(id, content), said);
        toast(done);
        close();
        await reload();
      },
    }),
  ].filter(Boolean));
}

function reasonField(label) {
  return {
    reason: textField(label, {
      pointer: "/reason", max: 1000, multiline: true, parse: (text) => text.replace(/\s+/g, " "), hint: "Её увидит другая сторона",
    }),
  };
}

// The file to be signed, as the API has made it.
async function drafted(api, path, wanted) {
  return decode((await api.post(`${path}/drafts`, wanted)).content);
}
