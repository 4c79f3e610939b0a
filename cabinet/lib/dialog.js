// Modal windows by <dialog>: the focus stays inside, Esc closes, the focus returns.

import { h, newId } from "./dom.js";
import { button, problemNote } from "./parts.js";
import { rescueToasts } from "./toast.js";

/**
 * Open a window.
 * @param {string} title
 * @param {function({close: function(), replace: function(string, ...*)}): *} content returns the content
 * @param {{wide?: boolean}} [how]
 * @returns {{closed: Promise<*>}} resolves to the argument of `close` when the window closes
 */
export function openDialog(title, content, { wide = false } = {}) {
  const closed = new Promise((done) => {
    let result;
    const id = newId("dialog");
    const heading = h("h2", { id, tabindex: "-1" }, title);
    const body = h("div", { class: "dialog-body" });
    const close = (value) => {
      result = value;
      dialog.close();
    };
    const dialog = h("dialog", { class: wide ? "dialog wide" : "dialog", "aria-labelledby": id },
      h("div", { class: "dialog-head" }, heading, h("button", {
        type: "button", class: "icon-button", "aria-label": "Закрыть", onclick: () => close(),
      }, "×")), body);
    dialog.addEventListener("close", () => {
      rescueToasts(dialog);
      dialog.remove();
      done(result);
    });
    document.body.append(dialog);
    const swap = (newTitle, ...children) => {
      heading.textContent = newTitle;
      body.replaceChildren(...children.flat());
      heading.focus();
    };
    body.append(...[content({ close, replace: swap })].flat());
    dialog.showModal();
    heading.focus();
  });
  return { closed };
}

/**
 * Ask for confirmation of an irreversible action, and perform it.
 * @returns {Promise<boolean>} whether the action was performed
 */
export async function confirm({ title, text, yes, act }) {
  const { closed } = openDialog(title, ({ close }) => {
    const failed = h("div", { role: "alert" });
    return [
      h("p", null, text),
      failed,
      h("div", { class: "actions" },
        button(yes, async () => {
          failed.replaceChildren();
          try {
            await act();
            close(true);
          } catch (problem) {
            failed.replaceChildren(problemNote(problem));
          }
        }, { kind: "danger" }),
        button("Не сейчас", () => close(), { kind: "quiet" })),
    ];
  });
  return (await closed) === true;
}
