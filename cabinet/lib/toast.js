// Short news, read out by a screen reader and gone after a while.

import { h } from "./dom.js";

const SHOWN = 7000; // ms

/** Tell of something that has happened; `bad` if it should not have. */
export function toast(text, { bad = false } = {}) {
  const close = () => shown.remove();
  const shown = h("div", { class: bad ? "toast bad" : "toast" }, h("span", null, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Закрыть сообщение", onclick: close }, "×"));
  document.getElementById("toasts").append(shown);
  let timer = setTimeout(close, SHOWN);
  // Whoever reads slowly keeps it.
  for (const on of ["mouseenter", "focusin"]) shown.addEventListener(on, () => clearTimeout(timer));
  for (const off of ["mouseleave", "focusout"]) {
    shown.addEventListener(off, () => { timer = setTimeout(close, SHOWN); });
  }
}
