// Bars by day, stacked, as SVG; the numbers themselves stand in a table under it.

import { h, svg } from "./dom.js";
import { shortDay } from "./format.js";
import { wholeTable } from "./parts.js";

const HEIGHT = 100;

/**
 * @param {Object} how
 * @param {string} how.label what it shows, for who does not see it
 * @param {string[]} how.days ISO days, without gaps
 * @param {Array<{name: string, kind: string, values: number[]}>} how.series `kind` is a class
 * @param {function(number): string} how.words of a value
 */
export function dayChart({ label, days, series, words }) {
  const totals = days.map((_, place) => series.reduce((sum, one) => sum + one.values[place], 0));
  const top = ceiling(Math.max(...totals));
  const bars = days.map((day, place) => {
    let base = HEIGHT;
    const said = series.map((one) => `${one.name}: ${words(one.values[place])}`).join(", ");
    return svg("g", null, svg("title", null, `${shortDay(day)} — ${said}`),
      svg("rect", { class: "hover", x: place, y: 0, width: 1, height: HEIGHT }),
      series.map((one) => {
        const height = (one.values[place] / top) * HEIGHT;
        base -= height;
        return svg("rect", { class: one.kind, x: place + 0.14, y: base, width: 0.72, height });
      }));
  });
  const lines = [0, 0.5, 1].map((part) => svg("line", {
    class: "grid", x1: 0, x2: days.length, y1: part * HEIGHT, y2: part * HEIGHT,
  }));
  const middle = days[Math.floor(days.length / 2)];
  return h("figure", { class: "chart" },
    h("figcaption", null, series.map((one) => h("span", { class: `key ${one.kind}` }, one.name))),
    h("div", { class: "chart-plot" },
      h("div", { class: "chart-y", "aria-hidden": "true" },
        h("span", null, words(top)), h("span", null, words(top / 2)), h("span", null, words(0))),
      svg("svg", {
        role: "img", "aria-label": label, viewBox: `0 0 ${days.length} ${HEIGHT}`, preserveAspectRatio: "none",
      }, lines, bars)),
    h("div", { class: "chart-x", "aria-hidden": "true" },
      [days[0], days.length > 4 && middle, days.length > 1 && days.at(-1)].filter(Boolean)
        .map((day) => h("span", null, shortDay(day)))),
    h("details", { class: "chart-table" }, h("summary", null, "Показать таблицей"),
      wholeTable(label, [
        ["День", ({ place }) => shortDay(days[place])],
        ...series.map((one) => [one.name, ({ place }) => words(one.values[place]), "right"]),
      ], days.map((_, place) => ({ place })).filter(({ place }) => totals[place] > 0))));
}

// The next even number of two digits at the most before its noughts, so that its half is whole.
function ceiling(most) {
  for (let step = 1; ; step *= 10) {
    for (let each = 2; each < 20; each += 2) if (most <= each * step) return each * step;
  }
}
