// The people of the demonstration on this machine, and their signing tokens.

import { fetchJson } from "./api.js";
import { encode } from "./base64.js";
import { h } from "./dom.js";
import { claims } from "./token.js";

const KEPT = "persona";

export async function demonstrationSession(base) {
  const { items } = await fetchJson(`${base}/personas`);
  const kept = localStorage.getItem(KEPT);
  const persona = items.find((one) => one.persona === kept) ?? items[0];
  let token;
  const renew = async () => {
    ({ token } = await fetchJson(`${base}/token`, { persona: persona.persona }));
    return true;
  };
  await renew();
  return {
    persona: persona.persona,
    personas: items,
    roles: claims(token).roles,
    token: async () => token,
    renew,
    card: () => choice(items, persona),
  };
}

function choice(items, chosen) {
  const options = items.map((one) =>
    h("option", { value: one.persona, selected: one === chosen }, one.title));
  const change = (event) => {
    localStorage.setItem(KEPT, event.target.value);
    sessionStorage.clear(); // what somebody else has typed
    location.hash = "#/";
    location.reload();
  };
  return h("label", { class: "persona" }, h("span", null, "Вы работаете как"),
    h("select", { onchange: change }, options));
}

/** Signs as a persona's token in a USB port would; see `signing.js` for what a signer is. */
export function demonstrationSigner(base, session) {
  // Several tokens in one computer, the own one first: a wrong choice is the API's to refuse.
  const own = (one) => one.persona === session.persona;
  const ordered = [...session.personas].sort((one, other) => own(other) - own(one));
  return {
    certificates: async () => ordered.map((one) => ({
      id: one.persona, title: one.title, note: "демонстрационный сертификат",
    })),
    certificate: async (id) => (await fetchJson(`${base}/certificates/${id}`)).certificate,
    sign: async (id, content, { attached = false } = {}) =>
      (await fetchJson(`${base}/sign`, { persona: id, content: encode(content), attached })).signature,
  };
}
