// Short messages that a screen reader announces and that disappear after a while.

import { h } from "./dom.js";

const SHOWN = 7000; // ms

/** Show a message; `bad` marks an error. */
export function toast(text, { bad = false } = {}) {
  const close = () => shown.remove();
  const shown = h("div", { class: bad ? "toast bad" : "toast" }, h("span", null, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Закрыть сообщение", onclick: close }, "×"));
  region().append(shown);
  let timer = setTimeout(close, SHOWN);
  // The message stays while the pointer or the focus is on it.
  for (const on of ["mouseenter", "focusin"]) shown.addEventListener(on, () => clearTimeout(timer));
  for (const off of ["mouseleave", "focusout"]) {
    shown.addEventListener(off, () => { timer = setTimeout(close, SHOWN); });
  }
}

// A modal window makes the rest of the page inert, so messages are moved into the window.
function region() {
  const toasts = document.getElementById("toasts");
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (toasts.parentNode !== host) host.append(toasts);
  return toasts;
}

/** Move messages back to the page when the window around them closes. */
export function rescueToasts(dialog) {
  const toasts = document.getElementById("toasts");
  if (dialog.contains(toasts)) document.body.append(toasts);
}
