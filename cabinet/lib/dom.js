// Makes elements without HTML in strings, so that typed text stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. A function under `on…` becomes a listener; null and false omit an attribute or a child.
 * @param {string} name
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string|number|null|false|Array)} children
 */
export function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
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

/** Replace the children of an element. */
export function replace(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

let last = 0;

/** Return a new id for `aria-labelledby` and the like. */
export function newId(prefix = "id") {
  last += 1;
  return `${prefix}-${last}`;
}
