// Short news, read out by a screen reader and gone after a while.

import { h } from "./dom.js";

const SHOWN = 7000; // ms

/** Tell of something that has happened; `bad` if it should not have. */
export function toast(text, { bad = false } = {}) {
  const close = () => shown.remove();
  const shown = h("div", { class: bad ? "toast bad" : "toast" }, h("span", null, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Закрыть сообщение", onclick: close }, "×"));
  region().append(shown);
  let timer = setTimeout(close, SHOWN);
  // Whoever reads slowly keeps it.
  for (const on of ["mouseenter", "focusin"]) shown.addEventListener(on, () => clearTimeout(timer));
  for (const off of ["mouseleave", "focusout"]) {
    shown.addEventListener(off, () => { timer = setTimeout(close, SHOWN); });
  }
}

// A modal window makes what is outside of it inert, so the news come to be inside.
function region() {
  const found = document.getElementById("toasts");
  const host = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (found.parentNode !== host) host.append(found);
  return found;
}

/** Keep the news when the window that they are in goes. */
export function rescueToasts(dialog) {
  const found = document.getElementById("toasts");
  if (dialog.contains(found)) document.body.append(found);
}
