// Shows an e-mail as the receiver sees it. The styles of an e-mail are attributes, which the page's
// content security policy refuses in parsed HTML; styles that a script sets are admitted.

import { h } from "./dom.js";

const DROPPED = "script, style, link, meta, base, iframe, object, embed, form, title";

/** Show the HTML of a message, isolated from the styles of the page and without active content. */
export function mailView(html, label) {
  const set = html.replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle=/gi, " data-style="));
  const read = new DOMParser().parseFromString(set, "text/html");
  for (const element of read.querySelectorAll(DROPPED)) element.remove();
  const letter = h("div", { "data-style": read.body.dataset.style });
  letter.append(...read.body.childNodes);
  for (const element of [letter, ...letter.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) if (name.startsWith("on")) element.removeAttribute(name);
    if (element.tagName === "A") element.removeAttribute("href");
    element.style.cssText = element.dataset.style ?? "";
  }
  const host = h("div", { class: "mail", role: "group", "aria-label": label });
  host.attachShadow({ mode: "open" }).append(letter);
  return host;
}
