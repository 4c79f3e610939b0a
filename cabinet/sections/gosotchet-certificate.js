// The certificate, from a file or from the token. A file with a private key is refused before it is sent.

import { openDialog } from "../lib/dialog.js";
import { h, newId, replace } from "../lib/dom.js";
import { moment, size } from "../lib/format.js";
import { field } from "../lib/form.js";
import { button } from "../lib/parts.js";
import { certificateForm } from "../lib/signing.js";
import { readBase64 } from "../lib/upload.js";

const MOST = 64 * 1024; // bytes
const KEY_NAME = /\.(pfx|p12|key)$/i;
const PRIVATE = "Это закрытый ключ. Он никуда не отправлен; никому его не передавайте. Нужен открытый сертификат: файл .cer без ключа.";

export function certificateField({ signer }, { required = true } = {}) {
  const id = newId("certificate");
  let chosen = null;
  let refused = null;
  const status = h("p", { class: "files", "aria-live": "polite" });
  const input = h("input", { id, type: "file", accept: ".cer,.crt,.pem,.der,.pfx,.p12,.key", class: "for-ears" });
  const take = (content, words) => {
    [chosen, refused] = [content, null];
    replace(status, words);
    made.node.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    const fault = await fileFault(file);
    if (fault) {
      [chosen, refused] = [null, fault];
      replace(status);
      input.value = "";
      made.mark(fault);
    } else {
      take(await readBase64(file), `${file.name}, ${size(file.size)}`);
    }
  });
  const fromToken = () => openDialog("Сертификат с токена", ({ close }) => certificateForm(signer, {
    submit: "Взять открытый сертификат",
    send: async (which) => {
      take(await signer.certificate(which), "Сертификат с токена");
      close();
    },
  }));
  const made = field({
    id, label: required ? "Открытый сертификат" : "Новый открытый сертификат (необязательно)", target: input, pointers: ["/certificate"],
    hint: "Сертификат КЭП вашей организации без закрытого ключа: файл .cer или с токена",
    control: h("div", { class: "file-choice" }, input, h("label", { for: id, class: "button quiet" }, "Выбрать файл"),
      button("Взять с токена", fromToken, { kind: "quiet" }), status),
    value: () => chosen ?? undefined,
    fault: () => refused ?? (required && !chosen ? "Приложите открытый сертификат." : null),
  });
  return made;
}

async function fileFault(file) {
  if (KEY_NAME.test(file.name) || (await file.slice(0, MOST).text()).includes("PRIVATE KEY")) return PRIVATE;
  return file.size > MOST ? `Файл больше ${size(MOST)}: для сертификата это слишком много.` : null;
}

/** Return the data of a certificate as pairs for `facts`. */
export function certificateFacts(certificate) {
  return [
    ["Владелец", [certificate.surname, certificate.given_name, certificate.patronymic].filter(Boolean).join(" ")],
    ["Должность", certificate.position],
    ["Организация", certificate.organisation],
    ["ИНН", certificate.organisation_inn],
    ["Выдан", certificate.issuer],
    ["Серийный номер", certificate.serial],
    ["Действует до", moment(certificate.valid_until)],
  ];
}
