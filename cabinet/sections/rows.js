// A list field of a form: rows of fields that can be added and removed.

import { h, newId } from "../lib/dom.js";
import { field } from "../lib/form.js";

/**
 * @param {Object} how
 * @param {string} how.legend
 * @param {string} how.pointer JSON pointer of the list
 * @param {function(Object): {fields: Object<string, Field>, also?: Node}} how.make returns the fields of a
 *   row by their names in the body, filled in with the values passed
 * @param {string} how.title heading of a row; the row's number is appended
 * @param {string} how.more label of the button that adds a row
 * @param {number} how.most maximum number of rows
 * @param {number} [how.least] minimum number of rows
 * @param {function(Object): Object} [how.shape] converts the values of a row to an item of the body
 */
export function rowsField({ legend, pointer, make, title, more, most, least = 0, shape = (values) => values }) {
  let rows = [];
  const list = h("div", { class: "entries" });
  const adding = h("button", { type: "button", class: "quiet", onclick: () => {
    const row = add({});
    told();
    Object.values(row.fields)[0].focus();
  } }, `+ ${more}`);
  const group = h("fieldset", { class: "group" }, h("legend", null, legend), list, h("div", { class: "actions" }, adding));
  const told = () => group.dispatchEvent(new Event("input", { bubbles: true }));

  const stand = () => {
    rows.forEach((row, at) => {
      row.legend.textContent = `${title} ${at + 1}`;
      row.removing.setAttribute("aria-label", `Убрать: ${title.toLowerCase()} ${at + 1}`);
      row.removing.hidden = rows.length <= least;
      for (const [name, field] of Object.entries(row.fields)) field.pointers = [`${pointer}/${at}/${name}`];
    });
    adding.hidden = rows.length >= most;
  };
  const add = (value) => {
    const { fields, also } = make(value);
    const heading = h("legend");
    const removing = h("button", { type: "button", class: "link", onclick: () => {
      rows = rows.filter((item) => item !== row);
      row.node.remove();
      stand();
      told();
      adding.focus();
    } }, "Убрать");
    const node = h("fieldset", { class: "entry" }, heading,
      h("div", { class: "entry-fields" }, Object.values(fields).map((field) => field.node)),
      h("div", { class: "entry-foot" }, also, removing));
    const row = { fields, legend: heading, removing, node };
    rows.push(row);
    list.append(node);
    stand();
    return row;
  };
  const fill = (values) => {
    for (const row of rows) row.node.remove();
    rows = [];
    for (const value of values) add(value);
    stand();
  };
  fill(Array.from({ length: least }, () => ({})));

  return {
    ...field({
      id: newId("rows"), control: group, target: group, focusing: adding, pointers: [pointer],
      value: () => rows.map(({ fields }) => shape(
        Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value()])))),
      fault: () => null,
      restore: fill,
    }),
    parts: () => rows.flatMap((row) => Object.values(row.fields)),
  };
}
