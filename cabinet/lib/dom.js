// Elements, made without a word of HTML in a string: what a person typed stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. A function under `on…` listens; null and false leave an attribute or a child out.
 * @param {string} name
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Put children in place of those an element has. */
export function replace(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

let last = 0;

/** An id for what labels or describes something. */
export function newId(prefix = "id") {
  last += 1;
  return `${prefix}-${last}`;
}
