// Signing by КЭП: whoever holds the key, the page asks in one way.

import { demonstrationSigner } from "./demonstration.js";
import { h, newId } from "./dom.js";
import { choiceField, form } from "./form.js";
import { emptyNote, note, panel } from "./parts.js";

/**
 * @typedef {Object} Signer
 * @property {function(): Promise<Array<{id: string, title: string, note: string}>>} certificates
 * @property {function(string): Promise<string>} certificate one of them, DER in base64
 * @property {function(string, Uint8Array|string, {attached?: boolean}): Promise<string>} sign a CMS
 *   signature in base64, detached unless told otherwise
 */

/** Return who signs here. Loads nothing until it is asked for something. */
export function openSigner(config, session) {
  if (config.demonstration) return demonstrationSigner(config.demonstration, session);
  let opened;
  const plugin = () => {
    opened ??= import("./cades.js").then(({ cadesSigner }) => cadesSigner(config.cadesplugin));
    return opened;
  };
  return {
    certificates: async () => (await plugin()).certificates(),
    certificate: async (id) => (await plugin()).certificate(id),
    sign: async (id, content, how) => (await plugin()).sign(id, content, how),
  };
}

/**
 * A choice of certificate and a button that signs.
 * @param {Signer} signer
 * @param {Object} how
 * @param {string} how.submit words of the button
 * @param {Uint8Array|string} how.content what is signed, exactly
 * @param {function(string, string): Promise<void>} how.send gets the signature in base64 and a key
 */
export function signingForm(signer, { submit, content, send }) {
  return certificateForm(signer, {
    submit,
    send: async (id, key) => send(await signer.sign(id, content), key),
  });
}

/** A choice of certificate and a button; `send` gets the certificate's id and a key. */
export function certificateForm(signer, { submit, send }) {
  return panel(() => signer.certificates(), (found) => {
    if (!found.length) {
      return emptyNote("Сертификатов не найдено",
        "Подключите токен с КЭП вашей организации к компьютеру и откройте это окно ещё раз.");
    }
    const certificate = choiceField("Чьей подписью подписать", {
      pointer: "/certificate",
      options: found.map((one) => [one.id, one.title, one.note]),
      value: found[0].id,
    });
    return form({ fields: { certificate }, submit, send: (values, key) => send(values.certificate, key) });
  });
}

/** A text to read before it is signed. */
export function textToSign(text, label) {
  const id = newId("text");
  return h("div", null, h("p", { id, class: "for-ears" }, label),
    h("pre", { class: "paper", tabindex: "0", role: "region", "aria-labelledby": id }, text));
}

/** Who has signed, as the certificate says. */
export function signatureNote(signature, when) {
  return note("good", "Подписано", signature.signers.map((one) => {
    const person = [one.surname, one.given_name, one.patronymic].filter(Boolean).join(" ");
    return h("p", null, [person, one.position, one.organisation].filter(Boolean).join(", "));
  }), h("p", null, when));
}

