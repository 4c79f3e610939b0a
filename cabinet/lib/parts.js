// What every section is put together from.

import { Problem } from "./api.js";
import { h, newId, replace } from "./dom.js";
import { moment } from "./format.js";
import { toast } from "./toast.js";

/**
 * A button that waits for what it does: busy meanwhile, deaf to a second click. A refusal that
 * the action lets through is told of in a toast.
 */
export function button(text, act, { kind = "", label = null } = {}) {
  let busy = false;
  const made = h("button", { type: "button", class: kind || null, "aria-label": label }, text);
  made.addEventListener("click", async () => {
    if (busy) return;
    busy = true;
    made.setAttribute("aria-busy", "true");
    try {
      await act();
    } catch (problem) {
      toast(wordsOf(problem).detail, { bad: true });
    } finally {
      busy = false;
      made.removeAttribute("aria-busy");
    }
  });
  return made;
}

/** A problem's title and detail; a defect of the page itself has words too. */
export function wordsOf(problem) {
  if (problem instanceof Problem) return problem;
  console.error(problem);
  return { title: "Ошибка страницы", detail: "Что-то пошло не так. Обновите страницу и повторите." };
}

/** What is wrong, where it belongs. */
export function problemNote(problem, ...more) {
  const { title, detail } = wordsOf(problem);
  return h("div", { class: "note bad" }, h("p", { class: "note-title" }, title), h("p", null, detail), more);
}

/** A remark: `kind` is `info`, `warning`, `good` or `bad`. */
export function note(kind, title, ...children) {
  return h("div", { class: `note ${kind}` }, title && h("p", { class: "note-title" }, title), children);
}

/** What stands where there is nothing yet, and what to do about it. */
export function emptyNote(title, text, ...actions) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), text && h("p", null, text), actions);
}

/**
 * A part of the page that shows what it loads: waiting, refused, there.
 * @param {function(): Promise<*>} load
 * @param {function(*): *} render of what was loaded; an empty answer is its to tell of
 * @param {{every?: number, until?: function(*): boolean}} [again] look again each so many ms, as long
 *   as the page is looked at, until the data are final; nothing is drawn anew if nothing has changed
 * @returns {HTMLElement & {reload: function(): Promise<void>}}
 */
export function panel(load, render, { every = null, until = () => false } = {}) {
  const place = h("div", { class: "panel", "aria-busy": "true" },
    h("p", { class: "loading" }, "Загружаем…"));
  let shown;
  let timer;
  const draw = async (quiet) => {
    clearTimeout(timer);
    let final = false;
    try {
      const data = await load();
      const text = JSON.stringify(data);
      if (!(quiet && text === shown)) replace(place, render(data));
      shown = text;
      final = until(data);
    } catch (problem) {
      if (!quiet) replace(place, refusal(problem, place.reload));
    } finally {
      place.setAttribute("aria-busy", "false");
    }
    if (every !== null && !final) timer = setTimeout(look, every);
  };
  const look = () => {
    if (!place.isConnected) return;
    if (document.hidden) timer = setTimeout(look, every);
    else draw(true);
  };
  place.reload = () => {
    place.setAttribute("aria-busy", "true");
    return draw(false);
  };
  draw(false);
  return place;
}

function refusal(problem, retry) {
  const hopeless = [403, 404].includes(problem.status);
  return h("div", { role: "alert" }, problemNote(problem,
    !hopeless && h("div", { class: "actions" }, button("Повторить", retry, { kind: "quiet" }))));
}

/**
 * A list with «Показать ещё».
 * @param {function(string|null): Promise<{items: Array, next: string|null}>} load a page
 * @param {function(Array): {add: function(Array), node: Node}} begin makes the list
 * @param {Node} empty
 */
export function pagedList(load, begin, empty) {
  return panel(() => load(null), (first) => {
    if (!first.items.length) return empty;
    const list = begin();
    list.add(first.items);
    let { next } = first;
    const more = button("Показать ещё", async () => {
      const page = await load(next);
      list.add(page.items);
      ({ next } = page);
      if (!next) more.remove();
    }, { kind: "quiet" });
    return [list.node, next && h("div", { class: "actions" }, more)];
  });
}

/** A table that is a list of cards on a phone. `columns`: [heading, cell of an item, class]. */
export function table(caption, columns) {
  const body = h("tbody");
  const heads = columns.map(([head, , kind]) => h("th", { scope: "col", class: kind }, head));
  const node = h("table", { class: "table" }, h("caption", { class: "for-ears" }, caption),
    h("thead", null, h("tr", null, heads)), body);
  const row = (item) => h("tr", null, columns.map(([head, cell, kind]) =>
    h("td", { class: kind, "data-head": head }, cell(item))));
  return { node, add: (items) => body.append(...items.map(row)) };
}

/** A table of all there is. */
export function wholeTable(caption, columns, items) {
  const made = table(caption, columns);
  made.add(items);
  return made.node;
}

export function badge([kind, text]) {
  return h("span", { class: `badge ${kind}` }, text);
}

/** Names and what stands for them; pairs without a value are left out. */
export function facts(...pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, said]) => said).map(([name, said]) =>
    h("div", null, h("dt", null, name), h("dd", null, said))));
}

/** The way back from one thing to the list of them. */
export function back(path, text) {
  return h("p", null, h("a", { href: `#/${path}` }, `← ${text}`));
}

/** Parts of a section, each under its own address. `entries`: [path, title]. */
export function tabs(label, current, entries) {
  return h("nav", { class: "tabs", "aria-label": label }, entries.map(([path, title]) =>
    h("a", { href: `#/${path}`, "aria-current": path === current ? "page" : null }, title)));
}

/** A switch; `set` is called with what it is to be, and a refusal puts it back. */
export function toggle(label, on, set, { disabled = false, hidden = false } = {}) {
  const id = newId("switch");
  const input = h("input", { id, type: "checkbox", role: "switch", checked: on, disabled });
  input.addEventListener("change", async () => {
    const wanted = input.checked;
    input.disabled = true;
    try {
      await set(wanted);
    } catch (problem) {
      input.checked = !wanted;
      toast(wordsOf(problem).detail, { bad: true });
    } finally {
      input.disabled = false;
      input.focus();
    }
  });
  return h("label", { class: "switch", for: id }, h("span", { class: hidden ? "for-ears" : null }, label), input);
}

/**
 * The way something has gone and will go.
 * @param {Array<{status: string, at: string}>} history
 * @param {Object<string, string>} words of each status
 * @param {string[]} [ahead] the statuses still to come
 */
export function timeline(history, words, ahead = []) {
  const past = history.map(({ status, at }, place) => h("li", {
    class: place === history.length - 1 ? "now" : "done",
    "aria-current": place === history.length - 1 ? "step" : null,
  }, h("span", { class: "step" }, words[status] ?? status), h("time", { datetime: at }, moment(at))));
  const future = ahead.map((status) => h("li", { class: "ahead" },
    h("span", { class: "step" }, words[status]), h("span", { class: "for-ears" }, "впереди")));
  return h("ol", { class: "timeline" }, past, future);
}

/** Let the browser keep a file. */
export function download(blob, filename) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
