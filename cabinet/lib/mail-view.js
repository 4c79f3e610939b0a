// An e-mail as its receiver sees it. Its styles stand in attributes, which the content security
// policy of the page refuses from any parser; set by script they are no way in for anything.

import { h } from "./dom.js";

const DROPPED = "script, style, link, meta, base, iframe, object, embed, form, title";

/** Show HTML of a message, apart from the page's own styles and without anything that acts. */
export function mailView(html, label) {
  const set = html.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle=/gi, " data-style="));
  const read = new DOMParser().parseFromString(set, "text/html");
  for (const one of read.querySelectorAll(DROPPED)) one.remove();
  const letter = h("div", { "data-style": read.body.dataset.style });
  letter.append(...read.body.childNodes);
  for (const one of [letter, ...letter.querySelectorAll("*")]) {
    for (const { name } of [...one.attributes]) if (name.startsWith("on")) one.removeAttribute(name);
    if (one.tagName === "A") one.removeAttribute("href");
    one.style.cssText = one.dataset.style ?? "";
  }
  const host = h("div", { class: "mail", role: "group", "aria-label": label });
  host.attachShadow({ mode: "open" }).append(letter);
  return host;
}
