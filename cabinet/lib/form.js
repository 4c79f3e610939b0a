// Forms: errors are shown at their fields, values survive a refusal, and retries keep the Idempotency-Key.

import { h, newId, replace } from "./dom.js";
import { size } from "./format.js";
import { wordsOf } from "./parts.js";

/**
 * @typedef {Object} Field
 * @property {Node} node
 * @property {string[]} pointers JSON pointers of the body whose errors the field shows
 * @property {function(): *} value returns the value; undefined omits the field from the body
 * @property {function(): string|null} fault returns the error of the field before sending, or null
 * @property {function(string|null)} mark shows an error at the field
 * @property {function()} focus
 * @property {function(*)} [restore] restores a value from a draft
 * @property {function(): Field[]} [parts] returns the current fields of a list
 */

/**
 * @param {Object} how
 * @param {Field[]|Object<string, Field>} how.fields
 * @param {string} how.submit label of the button
 * @param {function(Object<string, *>, string): Promise<*>} how.send receives the values by name and the
 *   Idempotency-Key, which stays the same until it succeeds; returns false if nothing was sent
 * @param {string} [how.draft] name under which values are stored until they are sent, also over a reload
 * @param {Node[]} [how.more] content above the button
 */
export function form({ fields, submit, send, draft = null, more = [], kind = null }) {
  const kept = draft && JSON.parse(sessionStorage.getItem(`draft-${draft}`));
  let key = kept?.key ?? crypto.randomUUID();
  let busy = false;
  const all = () => Object.values(fields).flatMap((field) => [...(field.parts?.() ?? []), field]);
  const values = () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value()]));
  const keep = () => {
    if (!draft) return;
    const texts = Object.fromEntries(Object.entries(fields).filter(([, field]) => field.restore)
      .map(([name, field]) => [name, field.value()]));
    sessionStorage.setItem(`draft-${draft}`, JSON.stringify({ key, texts }));
  };
  for (const [name, text] of Object.entries(kept?.texts ?? {})) {
    if (text !== undefined) fields[name]?.restore(text);
  }

  const failed = h("div", { role: "alert", class: "form-failed" });
  const sending = h("button", { type: "submit", class: kind }, submit);
  const node = h("form", { class: "form", novalidate: true, oninput: keep, onsubmit: act },
    Object.values(fields).map((field) => field.node), more, failed, h("div", { class: "actions" }, sending));
  // Runs before the field's own listeners, which may mark another error.
  node.addEventListener("input", ({ target }) => {
    failed.replaceChildren();
    for (const field of all()) if (field.node.contains(target)) field.mark(null);
  }, { capture: true });
  return node;

  async function act(event) {
    event.preventDefault();
    if (busy) return;
    failed.replaceChildren();
    const wrong = all().filter((field) => {
      const fault = field.fault();
      field.mark(fault);
      return fault;
    });
    if (wrong.length) return wrong[0].focus();
    busy = true;
    sending.setAttribute("aria-busy", "true");
    keep();
    try {
      if (await send(values(), key) === false) return;
      key = crypto.randomUUID();
      if (draft) sessionStorage.removeItem(`draft-${draft}`);
    } catch (problem) {
      show(problem);
      if (problem.slug === "idempotency-key-reused") {
        key = crypto.randomUUID();
        keep();
      }
    } finally {
      busy = false;
      sending.removeAttribute("aria-busy");
    }
  }

  function show(problem) {
    const rest = [];
    let first = null;
    for (const { pointer, detail } of problem.errors ?? []) {
      const field = answering(all(), pointer);
      if (field) field.mark(detail);
      else rest.push(detail);
      first ??= field;
    }
    const { title, detail } = wordsOf(problem);
    const explanation = problem.slug === "idempotency-key-reused"
      ? "Эта форма уже была отправлена с другими данными. Проверьте список: если нужна ещё одна отправка, повторите."
      : detail;
    replace(failed, h("div", { class: "note bad" }, h("p", { class: "note-title" }, title),
      h("p", null, explanation), rest.length > 0 && h("ul", null, rest.map((text) => h("li", null, text)))));
    if (first) first.focus();
    else failed.scrollIntoView({ block: "nearest" });
  }
}

// Returns the field of a pointer, or of the nearest enclosing pointer.
function answering(fields, pointer) {
  const parts = pointer.split("/");
  for (let length = parts.length; length > 0; length -= 1) {
    const wanted = parts.slice(0, length).join("/");
    const exact = fields.find((field) => field.pointers.includes(wanted));
    if (exact) return exact;
  }
  return null;
}

/**
 * A text field, or another input that the browser edits as text.
 * @param {string} label
 * @param {Object} how `type`, `pointer` or `pointers`, `hint`, `value`, `required` (the default),
 *   `max` characters, `check(text)` that returns an error or null, `parse(text)` that returns the value,
 *   `attributes` for further attributes, `multiline` for several lines
 */
export function textField(label, how) {
  const { type = "text", hint = null, value = "", required = true, max = null, check, parse, attributes = {} } = how;
  const id = newId("field");
  const input = h(how.multiline ? "textarea" : "input", {
    id, type: how.multiline ? null : type, maxlength: max, rows: how.multiline ? 3 : null,
    "aria-required": required ? "true" : null, ...attributes,
  });
  input.value = value;
  const text = () => input.value.trim();
  return field({
    id, label: required ? label : `${label} (необязательно)`, hint, control: input, target: input,
    pointers: how.pointers ?? [how.pointer],
    value: () => (text() === "" ? undefined : (parse ?? String)(text())),
    fault: () => {
      if (text() === "") return required && input.offsetParent ? "Заполните это поле." : null;
      return check ? check(text()) : null;
    },
    restore: (value) => { input.value = value; },
  });
}

/** Radio buttons. `options`: [value, label, note]. */
export function choiceField(label, { pointer, options, value, onchange = null }) {
  const name = newId("choice");
  const inputs = options.map(([each]) => h("input", { type: "radio", name, value: each, checked: each === value }));
  const chosen = () => inputs.find((input) => input.checked)?.value;
  const group = h("fieldset", { class: "choice", onchange: () => onchange?.(chosen()) },
    h("legend", null, label),
    options.map(([, title, remark], place) => h("label", null, inputs[place],
      h("span", null, title, remark && h("small", null, remark)))));
  return field({
    id: name, control: group, target: group, focusing: inputs[0], pointers: [pointer], value: chosen,
    fault: () => (chosen() ? null : "Выберите один из вариантов."),
    restore: (value) => {
      for (const input of inputs) input.checked = input.value === value;
      onchange?.(value);
    },
  });
}

/** Checkboxes. `options`: [value, label, note, disabled]. */
export function checksField(label, { pointer, options, missing }) {
  const id = newId("checks");
  const inputs = options.map(([each, , , disabled]) => h("input", { type: "checkbox", value: each, disabled }));
  const group = h("fieldset", { class: "choice" }, h("legend", null, label),
    options.map(([, title, remark], place) => h("label", null, inputs[place],
      h("span", null, title, remark && h("small", null, remark)))));
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return field({
    id, control: group, target: group, focusing: inputs.find((input) => !input.disabled) ?? group, pointers: [pointer],
    value: chosen, fault: () => (chosen().length ? null : missing),
  });
}

/** A checkbox that must be ticked before the form is sent. */
export function agreeField(label, { pointer, missing }) {
  const id = newId("field");
  const input = h("input", { id, type: "checkbox" });
  return field({
    id, control: h("label", { class: "agree", for: id }, input, h("span", null, label)), target: input,
    pointers: [pointer], value: () => input.checked, fault: () => (input.checked ? null : missing),
  });
}

/** A drop-down list. `options`: [value, label]. */
export function selectField(label, { pointer, options, value = null }) {
  const id = newId("field");
  const select = h("select", { id }, options.map(([each, title]) =>
    h("option", { value: each, selected: each === value }, title)));
  return field({
    id, label, control: select, target: select, pointers: [pointer], value: () => select.value, fault: () => null,
    restore: (value) => { select.value = value; },
  });
}

/**
 * A field for files.
 * @param {Object} how `pointer`, `accept`, `multiple`, `hint`, `check(files)` that returns an error or null,
 *   possibly as a promise, `onchange(files)`
 */
export function fileField(label, { pointer, accept, multiple = false, hint = null, check, onchange = null }) {
  const id = newId("field");
  const list = h("ul", { class: "files" });
  const input = h("input", { id, type: "file", accept, multiple, class: "for-ears" });
  const files = () => [...input.files];
  const made = field({
    id, label, hint, target: input,
    control: h("div", { class: "file-choice" }, input,
      h("label", { for: id, class: "button quiet" }, multiple ? "Выбрать файлы" : "Выбрать файл"), list), pointers: [pointer], value: files,
    fault: () => (files().length ? check?.(files()) ?? null : "Приложите файл."),
  });
  input.addEventListener("change", () => {
    replace(list, files().map((file) => h("li", null, `${file.name}, ${size(file.size)}`)));
    made.mark(files().length ? check?.(files()) ?? null : null);
    onchange?.(files());
  });
  return made;
}

/** A field around any control: `target` carries the description and the error, `focusing` takes the focus. */
export function field({ id, label = null, hint = null, control, target, focusing = target, ...rest }) {
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  target.setAttribute("aria-describedby", described);
  const node = h("div", { class: "field" }, label && h("label", { for: id }, label),
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint), control, error);
  return {
    node,
    input: target,
    focus: () => focusing.focus(),
    mark: (fault) => {
      error.textContent = fault ?? "";
      error.hidden = !fault;
      node.classList.toggle("wrong", Boolean(fault));
      if (fault) target.setAttribute("aria-invalid", "true");
      else target.removeAttribute("aria-invalid");
    },
    ...rest,
  };
}
