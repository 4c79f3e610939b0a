// An e-mail as its receiver sees it. Its styles stand in attributes, which the content security
// policy of the page refuses from a parser; set by script they are no way in for anything.

import { h } from "./dom.js";

const DROPPED = "script, style, link, meta, base, iframe, object, embed, form, title";

/** Show HTML of a message, apart from the page's own styles and without anything that acts. */
export function mailView(html, label) {
  const read = new DOMParser().parseFromString(html, "text/html");
  for (const one of read.querySelectorAll(DROPPED)) one.remove();
  const styles = [...read.querySelectorAll("*")].map((one) => {
    for (const { name } of [...one.attributes]) if (name.startsWith("on")) one.removeAttribute(name);
    if (one.tagName === "A") one.removeAttribute("href");
    const style = one.getAttribute("style");
    one.removeAttribute("style");
    return [one, style];
  });
  const host = h("div", { class: "mail", role: "group", "aria-label": label });
  const letter = h("div", null);
  letter.append(...read.body.childNodes);
  host.attachShadow({ mode: "open" }).append(letter);
  for (const [one, style] of styles) {
    const place = one === read.body ? letter : one;
    if (style) place.style.cssText = style;
  }
  return host;
}
