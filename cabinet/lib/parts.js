// Building blocks of the sections.

import { Problem } from "./api.js";
import { h, newId, replace } from "./dom.js";
import { moment } from "./format.js";
import { toast } from "./toast.js";

/**
 * A button that is disabled while its action runs. A problem that the action does not catch is shown
 * as a toast.
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

/** Return the title and detail of a problem; an error of the page itself has its own text. */
export function wordsOf(problem) {
  if (problem instanceof Problem) return problem;
  console.error(problem);
  return { title: "Ошибка страницы", detail: "Что-то пошло не так. Обновите страницу и повторите." };
}

/** Show a problem at the place that it concerns. */
export function problemNote(problem, ...more) {
  const { title, detail } = wordsOf(problem);
  const id = problem.status >= 500 && problem.members?.request_id;
  return h("div", { class: "note bad" }, h("p", { class: "note-title" }, title), h("p", null, detail),
    id && h("p", { class: "hint" }, `Код обращения: ${id}`), more);
}

/** Show a note: `kind` is `info`, `warning`, `good` or `bad`. */
export function note(kind, title, ...children) {
  return h("div", { class: `note ${kind}` }, title && h("p", { class: "note-title" }, title), children);
}

/** Show the empty state of a list and the next step. */
export function emptyNote(title, text, ...actions) {
  return h("div", { class: "empty" }, h("p", { class: "empty-title" }, title), text && h("p", null, text), actions);
}

/**
 * A part of the page that loads its data and shows the loading state, the problem or the data.
 * @param {function(): Promise<*>} load
 * @param {function(*): *} render returns the content for the loaded data, empty data included
 * @param {{every?: number, until?: function(*): boolean}} [again] reload every so many ms while the page
 *   is visible, until the data are final; unchanged data are not drawn again
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
 * @param {function(string|null): Promise<{items: Array, next: string|null}>} load loads a page
 * @param {function(Array): {add: function(Array), node: Node}} begin makes the list of the first items
 * @param {Node} empty shown instead of an empty list
 */
export function pagedList(load, begin, empty) {
  return panel(() => load(null), (first) => {
    if (!first.items.length && !first.next) return empty;
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

/** A table, shown as a list of cards on a phone. `columns`: [heading, cell of an item, class]. */
export function table(caption, columns) {
  const body = h("tbody");
  const heads = columns.map(([head, , kind]) => h("th", { scope: "col", class: kind }, head));
  const node = h("table", { class: "table" }, h("caption", { class: "for-ears" }, caption),
    h("thead", null, h("tr", null, heads)), body);
  const row = (item) => h("tr", null, columns.map(([head, cell, kind]) =>
    h("td", { class: kind, "data-head": head }, cell(item))));
  return { node, add: (items) => body.append(...items.map(row)) };
}

/** A table of all items, without paging. */
export function wholeTable(caption, columns, items) {
  const made = table(caption, columns);
  made.add(items);
  return made.node;
}

export function badge([kind, text]) {
  return h("span", { class: `badge ${kind}` }, text);
}

/** A list of names and values; pairs without a value are left out. */
export function facts(...pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, content]) => content).map(([name, content]) =>
    h("div", null, h("dt", null, name), h("dd", null, content))));
}

/** An item of a list of class `figures`. */
export function figure(name, value, remark = null) {
  return h("li", null, h("span", { class: "figure-name" }, name), h("strong", null, value), remark && h("small", null, remark));
}

/**
 * A list of steps in their order.
 * @param {Array<{title: string, done: boolean, content: *}>} entries
 */
export function steps(entries) {
  return h("ol", { class: "steps" }, entries.map(({ title, done, content }) =>
    h("li", { class: done ? "card done" : "card" },
      h("h3", null, title, done && h("span", { class: "for-ears" }, ": готово")), content)));
}

/** A link back to a list. */
export function back(path, text) {
  return h("p", null, h("a", { href: `#/${path}` }, `← ${text}`));
}

/** Tabs of a section, each with its own address. `entries`: [path, title]. */
export function tabs(label, current, entries) {
  const made = h("nav", { class: "tabs", "aria-label": label }, entries.map(([path, title]) =>
    h("a", { href: `#/${path}`, "aria-current": path === current ? "page" : null }, title)));
  // A phone shows two tabs at a time. The list is scrolled, not the link: in some browsers
  // `scrollIntoView` also moves the place from which the Tab key goes on.
  requestAnimationFrame(() => {
    const link = made.querySelector("[aria-current]");
    if (link) made.scrollLeft = link.offsetLeft - made.offsetLeft - (made.clientWidth - link.offsetWidth) / 2;
  });
  return made;
}

/** A switch; `set` is called with the new value, and the switch returns if `set` fails. */
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
 * A timeline of the states passed and the states to come.
 * @param {Array<{status: string, at: string}>} history
 * @param {Object<string, string>} words names of the statuses
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

/** Download a file. */
export function download(blob, filename) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Download the file behind a link whose answer has `Content-Disposition: attachment`. */
export function follow(url) {
  h("a", { href: url }).click();
}

/** A value with a button that copies it. */
export function copyable(value, label) {
  const text = h("code", { class: "value" }, value);
  return h("span", { class: "copyable" }, text, button("Скопировать", async () => {
    try {
      await navigator.clipboard.writeText(value);
      toast(`Скопировано: ${label}`);
    } catch {
      getSelection().selectAllChildren(text);
      toast("Браузер не даёт копировать. Текст выделен: нажмите Ctrl+C.");
    }
  }, { kind: "link", label: `Скопировать: ${label}` }));
}
