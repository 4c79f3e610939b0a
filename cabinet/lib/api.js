// Calls of the HTTP contract: bearer token, Idempotency-Key, problems (RFC 9457), paging.

const ATTEMPTS = 3;
const LONGEST_WAIT = 5; // seconds
const TIMEOUT = 40_000; // longer than the gateway's own 29 s

/** A problem answered by the API, with a Russian text for the person. `status` is 0 if no answer came. */
export class Problem extends Error {
  constructor({ status, title, detail, type, errors, ...members }) {
    super(detail);
    Object.assign(this, { status, title, detail, errors: errors ?? [], members });
    this.slug = (type ?? "").replace("/problems/", "");
  }
}

const NO_ANSWER = {
  status: 0,
  type: "/problems/no-answer",
  title: "Нет связи",
  detail: "Сервер не отвечает. Проверьте подключение к интернету и повторите: введённое сохранено.",
};

export class Api {
  /**
   * @param {string} base address of the API, without a trailing slash
   * @param {{token: function(): Promise<string>, renew: function(): Promise<boolean>}} session
   */
  constructor(base, session) {
    this.base = base;
    this.session = session;
  }

  get(path, query) {
    return this.#json("GET", withQuery(path, query));
  }

  /** POST; `key` is the Idempotency-Key, the same for each retry of a form. */
  post(path, body, key) {
    return this.#json("POST", path, body, key);
  }

  put(path, body, key) {
    return this.#json("PUT", path, body, key);
  }

  delete(path) {
    return this.#json("DELETE", path);
  }

  /** Return a file, such as the PDF of an invoice. */
  async file(path, type, query) {
    const answer = await this.#call("GET", withQuery(path, query), undefined, undefined, type);
    return answer.blob();
  }

  /** Return all items of a list that is known to be short, page by page. */
  async all(path, query) {
    const items = [];
    let next = null;
    do {
      const page = await this.get(path, { ...query, limit: 100, next });
      items.push(...page.items);
      next = page.next;
    } while (next);
    return items;
  }

  async #json(method, path, body, key) {
    const answer = await this.#call(method, path, body, key, "application/json");
    return answer.status === 204 ? null : answer.json();
  }

  async #call(method, path, body, key, accept) {
    const again = method !== "POST" || key !== undefined;
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send(method, path, body, key, accept);
      if (answer?.ok) return answer;
      if (answer?.status === 401 && !renewed && (await this.session.renew())) {
        renewed = true;
        continue;
      }
      const passing = !answer || answer.status === 429 || answer.status === 503;
      const wait = Number(answer?.headers.get("Retry-After")) || attempt;
      // A long Retry-After is shown to the person instead of waiting for it.
      if (!(passing && again && attempt < ATTEMPTS && wait <= LONGEST_WAIT)) throw await problemOf(answer);
      await new Promise((done) => setTimeout(done, wait * 1000));
    }
  }

  async #send(method, path, body, key, accept) {
    const headers = { Accept: accept, Authorization: `Bearer ${await this.session.token()}` };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    try {
      return await fetch(this.base + path, {
        method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch {
      return null;
    }
  }
}

/** Return JSON from an address that needs no token. */
export async function fetchJson(url, body) {
  const answer = await fetch(url, body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  }).catch(() => null);
  if (!answer?.ok) throw await problemOf(answer);
  return answer.json();
}

async function problemOf(answer) {
  if (!answer) return new Problem(NO_ANSWER);
  const document = await answer.json().catch(() => null);
  return new Problem({
    title: "Ошибка",
    detail: `Сервер ответил непонятно (${answer.status}). Попробуйте позже.`,
    ...document,
    status: answer.status,
  });
}

function withQuery(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}
