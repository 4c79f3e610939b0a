// The demonstration's personas on the local machine, and their signing tokens.

import { fetchJson } from "./api.js";
import { encode } from "./base64.js";
import { h } from "./dom.js";
import { claims } from "./token.js";

const KEPT = "persona";

export async function demonstrationSession(base) {
  const { items } = await fetchJson(`${base}/personas`);
  const kept = localStorage.getItem(KEPT);
  const persona = items.find((item) => item.persona === kept) ?? items[0];
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
  const options = items.map((item) =>
    h("option", { value: item.persona, selected: item === chosen }, item.title));
  const change = (event) => {
    localStorage.setItem(KEPT, event.target.value);
    sessionStorage.clear(); // drafts of the previous persona
    location.hash = "#/";
    location.reload();
  };
  return h("label", { class: "persona" }, h("span", null, "Вы работаете как"),
    h("select", { onchange: change }, options));
}

/** Signs as a persona's USB token would; see `Signer` in `signing.js`. */
export function demonstrationSigner(base, session) {
  // Tokens of other personas are offered too, after the own one: the API refuses a wrong choice.
  const own = (persona) => persona.persona === session.persona;
  const ordered = [...session.personas].sort((persona, other) => own(other) - own(persona));
  return {
    certificates: async () => ordered.map((persona) => ({
      id: persona.persona, title: persona.title, note: "демонстрационный сертификат",
    })),
    certificate: async (id) => (await fetchJson(`${base}/certificates/${id}`)).certificate,
    sign: async (id, content, { attached = false } = {}) =>
      (await fetchJson(`${base}/sign`, { persona: id, content: encode(content), attached })).signature,
  };
}
