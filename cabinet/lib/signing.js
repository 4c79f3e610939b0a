// Signing with КЭП: one interface for the demonstration's tokens and for the CryptoPro plug-in.

import { demonstrationSigner } from "./demonstration.js";
import { h, newId } from "./dom.js";
import { choiceField, form } from "./form.js";
import { emptyNote, note, panel } from "./parts.js";

/**
 * @typedef {Object} Signer
 * @property {function(): Promise<Array<{id: string, title: string, note: string}>>} certificates
 * @property {function(string): Promise<string>} certificate returns a certificate by id, DER in base64
 * @property {function(string, Uint8Array|string, {attached?: boolean}): Promise<string>} sign returns a
 *   CMS signature in base64, detached by default
 */

/** Return the signer of this deployment. Its module is loaded on first use. */
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
 * Show a choice of certificates and a button that signs.
 * @param {Signer} signer
 * @param {Object} how
 * @param {string} how.submit label of the button
 * @param {Uint8Array|string} how.content the exact content to sign
 * @param {function(string, string): Promise<void>} how.send receives the signature in base64 and an
 *   Idempotency-Key
 */
export function signingForm(signer, { submit, content, send }) {
  const sign = signOnce(signer);
  return certificateForm(signer, {
    submit,
    send: async (id, key) => send(await sign(id, content), key),
  });
}

/**
 * Return a signer that remembers its last signature and returns it for the same certificate and
 * content. Each signature differs, and a retry under the same Idempotency-Key must send the same body.
 */
export function signOnce(signer) {
  let last = null;
  return async (id, content) => {
    if (last?.id !== id || last.content !== content) {
      last = { id, content, signature: await signer.sign(id, content) };
    }
    return last.signature;
  };
}

/**
 * Show a form with a choice of certificates, further fields if any, and a button.
 * @param {Signer} signer
 * @param {Object} how
 * @param {string} how.submit label of the button
 * @param {function(string, string, Object<string, *>): Promise<void>} how.send receives the certificate's
 *   id, an Idempotency-Key and the values of the fields
 * @param {Object<string, Field>} [how.fields]
 * @param {Node[]} [how.more] content above the button
 */
export function certificateForm(signer, { submit, send, fields = {}, more = [] }) {
  return panel(() => signer.certificates(), (certificates) => {
    if (!certificates.length) {
      return emptyNote("Сертификатов не найдено",
        "Подключите токен с КЭП вашей организации к компьютеру и откройте это окно ещё раз.");
    }
    const certificate = choiceField("Чьей подписью подписать", {
      pointer: "/certificate",
      options: certificates.map((certificate) => [certificate.id, certificate.title, certificate.note]),
      value: certificates[0].id,
    });
    return form({
      fields: { ...fields, certificate }, submit, more, send: (values, key) => send(values.certificate, key, values),
    });
  });
}

/** Show a text to read before signing. */
export function textToSign(text, label) {
  const id = newId("text");
  return h("div", null, h("p", { id, class: "for-ears" }, label),
    h("pre", { class: "paper", tabindex: "0", role: "region", "aria-labelledby": id }, text));
}

/** Show the signers as named in their certificates. */
export function signatureNote(signature, when) {
  return note("good", "Подписано", signature.signers.map((signer) => {
    const person = [signer.surname, signer.given_name, signer.patronymic].filter(Boolean).join(" ");
    return h("p", null, [person, signer.position, signer.organisation].filter(Boolean).join(", "));
  }), h("p", null, when));
}

