// Sign-in at an OpenID provider: authorization code with PKCE (RFC 7636), for a public client.

import { Problem, fetchJson } from "./api.js";
import { encodeForUrl } from "./base64.js";
import { h } from "./dom.js";
import { claims } from "./token.js";

const ASKED = "oidc-asked";
const TOKENS = "oidc-tokens"; // key in sessionStorage, so the tokens live as long as the tab
const EARLY = 30_000; // ms; a token is renewed this long before it expires

/** @param {{issuer: string, client_id: string, scope?: string}} settings */
export async function oidcSession(settings) {
  const provider = await fetchJson(`${settings.issuer}/.well-known/openid-configuration`);
  let tokens = await returned(settings, provider) ?? JSON.parse(sessionStorage.getItem(TOKENS));
  const keep = (given) => {
    tokens = { ...tokens, ...given };
    sessionStorage.setItem(TOKENS, JSON.stringify(tokens));
  };
  const renew = async () => {
    if (!tokens?.refresh_token) return false;
    try {
      keep(await ask(provider, settings, {
        grant_type: "refresh_token", refresh_token: tokens.refresh_token,
      }));
      return true;
    } catch {
      return false;
    }
  };
  if (!tokens || (isOver(tokens) && !(await renew()))) {
    await signIn(settings, provider);
    return new Promise(() => {}); // the browser is leaving
  }
  keep(tokens);
  return {
    roles: claims(tokens.access_token).roles ?? [],
    token: async () => {
      if (isOver(tokens)) await renew();
      return tokens.access_token;
    },
    renew,
    card: () => h("button", {
      class: "quiet", type: "button", onclick: () => signOut(provider),
    }, "Выйти"),
  };
}

function isOver(tokens) {
  return claims(tokens.access_token).exp * 1000 - EARLY < Date.now();
}

async function signIn(settings, provider) {
  const asked = { state: random(), verifier: random(), hash: location.hash };
  sessionStorage.setItem(ASKED, JSON.stringify(asked));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(asked.verifier));
  location.assign(`${provider.authorization_endpoint}?${new URLSearchParams({
    response_type: "code",
    client_id: settings.client_id,
    redirect_uri: ownAddress(),
    scope: settings.scope ?? "openid",
    state: asked.state,
    code_challenge: encodeForUrl(new Uint8Array(digest)),
    code_challenge_method: "S256",
  })}`);
}

/** Return the tokens if the provider has just redirected back to the page, else null. */
async function returned(settings, provider) {
  const answer = new URLSearchParams(location.search);
  const asked = JSON.parse(sessionStorage.getItem(ASKED));
  if (!asked || answer.get("state") !== asked.state) return null;
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, "", ownAddress() + asked.hash);
  if (answer.has("error")) {
    throw new Problem({
      status: 401, title: "Вход не выполнен", detail: "Войти не удалось. Обновите страницу и повторите.",
    });
  }
  return ask(provider, settings, {
    grant_type: "authorization_code",
    code: answer.get("code"),
    redirect_uri: ownAddress(),
    code_verifier: asked.verifier,
  });
}

async function ask(provider, settings, form) {
  const answer = await fetch(provider.token_endpoint, {
    method: "POST", body: new URLSearchParams({ client_id: settings.client_id, ...form }),
  });
  if (!answer.ok) {
    throw new Problem({
      status: 401, title: "Вход не выполнен", detail: "Войти не удалось. Обновите страницу и повторите.",
    });
  }
  return answer.json();
}

function signOut(provider) {
  sessionStorage.clear(); // stored drafts of forms go too
  const after = new URLSearchParams({ post_logout_redirect_uri: ownAddress() });
  location.assign(provider.end_session_endpoint ? `${provider.end_session_endpoint}?${after}` : ownAddress());
}

function ownAddress() {
  return location.origin + location.pathname;
}

function random() {
  return encodeForUrl(crypto.getRandomValues(new Uint8Array(32)));
}
