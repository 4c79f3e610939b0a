// Signs a file with КЭП and sends it to a counterparty.

import { h } from "../lib/dom.js";
import { size } from "../lib/format.js";
import { choiceField, fileField } from "../lib/form.js";
import { certificateForm, signOnce } from "../lib/signing.js";
import { toast } from "../lib/toast.js";
import { documentOf } from "../lib/upload.js";
import { recipientField } from "./edo-recipient.js";

const MOST = 15 * 1024 * 1024; // bytes
const UPD = /^ON_NSCHFDOPPR_.*\.xml$/i;

export function showSending({ api, signer, go, overview }) {
  const sign = signOnce(signer);
  const progress = h("progress", { hidden: true, max: 1, "aria-label": "Загрузка файла" });
  const kind = choiceField("Что это за документ", {
    pointer: "/kind",
    value: "unformalised",
    options: [
      ["unformalised", "Любой файл", "договор, акт, письмо: получатель подпишет сам файл"],
      ["upd", "УПД из учётной программы", "XML формата 5.03, титул продавца"],
    ],
  });
  const fields = {
    recipient_id: recipientField(api, overview),
    file: fileField("Файл", {
      pointer: "/file", hint: `Любого формата, до ${size(MOST)}`,
      check: ([file]) => (file.size > MOST ? `Файл больше ${size(MOST)}.` : file.size ? null : "Файл пуст."),
      onchange: ([file]) => kind.restore(file && UPD.test(file.name) ? "upd" : "unformalised"),
    }),
    kind,
  };
  let held = null;
  const send = async (id, key, values) => {
    const [file] = values.file;
    // The file is read, signed and uploaded once, so that a retry under the same key sends the same body.
    if (held?.file !== file) held = { file, content: new Uint8Array(await file.arrayBuffer()) };
    const signature = await sign(id, held.content);
    progress.hidden = false;
    try {
      held.sent ??= await documentOf(api, file, (part) => { progress.value = part; });
    } finally {
      progress.hidden = true;
    }
    const made = await api.post("/edo/documents", {
      recipient_id: values.recipient_id, kind: values.kind, file: held.sent, signature,
    }, key);
    toast("Документ отправлен");
    go(`edo/documents/${made.document_id}`);
  };
  return h("section", { class: "card narrow" }, h("h2", null, "Отправить файл"),
    certificateForm(signer, { fields, submit: "Подписать и отправить", send, more: [progress] }));
}
