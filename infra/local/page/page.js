// The API reference: a viewer over /api/openapi.json that calls as one of the demonstration personas.

const ROLES = { client: "клиент", landlord: "арендодатель", operator: "оператор" };
const REFRESH_AFTER = 4 * 60 * 60 * 1000; // a token lives for eight hours
const KEY_HEADER = "Idempotency-Key";

const session = { persona: null, token: null, since: 0 };

async function fetchJson(url, options) {
  const answer = await fetch(url, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? `Ответ ${answer.status}`);
  return body;
}

async function currentToken() {
  if (!session.token || Date.now() - session.since > REFRESH_AFTER) {
    const { token } = await fetchJson("/local/token", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ persona: session.persona }),
    });
    Object.assign(session, { token, since: Date.now() });
  }
  return session.token;
}

function header(request, name) {
  return Object.keys(request.headers).find((key) => key.toLowerCase() === name.toLowerCase());
}

async function complete(request) {
  if (request.loadSpec) return request;
  if (!header(request, "Authorization")) {
    request.headers.Authorization = `Bearer ${await currentToken()}`;
  }
  const key = header(request, KEY_HEADER);
  if (["POST", "PUT"].includes(request.method.toUpperCase()) && !(key && request.headers[key])) {
    request.headers[KEY_HEADER] = crypto.randomUUID();
  }
  return request;
}

// The key is made for each call, so nobody has to type one in; and calls stay on this origin.
function adapt(spec) {
  for (const path of Object.values(spec.paths ?? {})) {
    for (const operation of Object.values(path)) {
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === "header" && parameter.name === KEY_HEADER) {
          parameter.required = false;
          parameter.description = "Можно оставить пустым: ключ создаётся для каждого вызова.";
          delete parameter.example;
        }
      }
    }
  }
  return { ...spec, servers: [{ url: "/api" }] };
}

function say(text, failed = false) {
  const note = document.getElementById("note");
  note.textContent = text;
  note.classList.toggle("failed", failed);
}

async function choose(persona, viewer, scheme) {
  Object.assign(session, { persona: persona.persona, token: null });
  localStorage.setItem("persona", persona.persona);
  try {
    const token = await currentToken();
    if (scheme) {
      viewer.authActions.authorize({ [scheme.name]: { ...scheme, value: token } });
    }
    const roles = persona.roles.map((role) => ROLES[role] ?? role).join(", ");
    say(`Роль: ${roles}. Токен и ключ идемпотентности подставляются сами.`);
  } catch (error) {
    say(`Не удалось получить токен: ${error.message}`, true);
  }
}

function showPersonas(personas, chosen, onChoose) {
  const list = document.getElementById("personas");
  for (const persona of personas) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "persona", value: persona.persona });
    input.checked = persona === chosen;
    input.addEventListener("change", () => onChoose(persona));
    const title = document.createElement("span");
    title.textContent = persona.title;
    label.append(input, title);
    list.append(label);
  }
}

async function start() {
  const [{ items: personas }, spec] = await Promise.all([
    fetchJson("/local/personas"),
    fetchJson("/api/openapi.json"),
  ]);
  const kept = localStorage.getItem("persona");
  const chosen = personas.find(({ persona }) => persona === kept) ?? personas[0];
  session.persona = chosen.persona;
  const schemes = Object.entries(spec.components?.securitySchemes ?? {});
  const bearer = schemes.find(([, { type, scheme }]) => type === "http" && scheme === "bearer");
  const viewer = SwaggerUIBundle({
    spec: adapt(spec),
    dom_id: "#reference",
    presets: [SwaggerUIBundle.presets.apis],
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    requestInterceptor: complete,
  });
  const scheme = bearer && { name: bearer[0], schema: bearer[1] };
  showPersonas(personas, chosen, (persona) => choose(persona, viewer, scheme));
  await choose(chosen, viewer, scheme);
}

start().catch((error) => {
  document.getElementById("reference").replaceChildren();
  say(`Справочник не открылся: ${error.message}`, true);
});
