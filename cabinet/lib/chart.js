// A chart of stacked bars by day or month, as SVG, with the numbers in a table below.

import { h, svg } from "./dom.js";
import { shortDay } from "./format.js";
import { wholeTable } from "./parts.js";

const HEIGHT = 100;

/**
 * @param {Object} how
 * @param {string} how.label description of the chart for screen readers
 * @param {string[]} how.periods ISO days or months, without gaps
 * @param {Array<{name: string, kind: string, values: number[]}>} how.series `kind` is a CSS class;
 *   negative values are drawn below the axis
 * @param {function(number): string} how.words formats a value
 * @param {function(string): string} [how.name] formats a period
 * @param {Node} [how.table] replaces the table if there are more numbers than those drawn
 */
export function barChart({ label, periods, series, words, name = shortDay, table = null }) {
  const totals = periods.map((_, place) => series.reduce((sum, bars) => sum + bars.values[place], 0));
  const top = ceiling(Math.max(...totals.map(Math.abs)));
  const bottom = totals.some((total) => total < 0) ? -top : 0;
  const scale = HEIGHT / (top - bottom);
  const bars = periods.map((period, place) => {
    let base = top * scale;
    const figures = series.map((bars) => `${bars.name}: ${words(bars.values[place])}`).join(", ");
    return svg("g", null, svg("title", null, `${name(period)} — ${figures}`),
      svg("rect", { class: "hover", x: place, y: 0, width: 1, height: HEIGHT }),
      series.map((bars) => {
        const height = bars.values[place] * scale;
        base -= height;
        return svg("rect", {
          class: bars.kind, x: place + 0.14, y: Math.min(base, base + height), width: 0.72, height: Math.abs(height),
        });
      }));
  });
  const lines = [0, 0.5, 1].map((part) => svg("line", {
    class: "grid", x1: 0, x2: periods.length, y1: part * HEIGHT, y2: part * HEIGHT,
  }));
  const middle = periods[Math.floor(periods.length / 2)];
  return h("figure", { class: "chart" },
    h("figcaption", null, series.map((bars) => h("span", { class: `key ${bars.kind}` }, bars.name))),
    h("div", { class: "chart-plot" },
      h("div", { class: "chart-y", "aria-hidden": "true" },
        [top, (top + bottom) / 2, bottom].map((value) => h("span", null, words(value)))),
      svg("svg", {
        role: "img", "aria-label": label, viewBox: `0 0 ${periods.length} ${HEIGHT}`, preserveAspectRatio: "none",
      }, lines, bars)),
    h("div", { class: "chart-x", "aria-hidden": "true" },
      [periods[0], periods.length > 4 && middle, periods.length > 1 && periods.at(-1)].filter(Boolean)
        .map((period) => h("span", null, name(period)))),
    h("details", { class: "chart-table" }, h("summary", null, "Показать таблицей"),
      table ?? wholeTable(label, [
        ["Период", ({ place }) => name(periods[place])],
        ...series.map((bars) => [bars.name, ({ place }) => words(bars.values[place]), "right"]),
      ], periods.map((_, place) => ({ place })).filter(({ place }) => totals[place] !== 0))));
}

// Rounds up to two significant digits, the second of them even, so that the half is a round number.
function ceiling(most) {
  for (let step = 1; ; step *= 10) {
    for (let each = 2; each < 40; each += 2) if (most <= each * step) return each * step;
  }
}
