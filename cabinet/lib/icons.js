// Line icons on a grid of 24, drawn in the colour of the text.

import { svg } from "./dom.js";

const PATHS = {
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  exchange: "M4 8h13l-3-3M20 16H7l3 3",
  drive: "M6 3h9l3 3v15H6zM9 3v5h5V3M9 13h6v5H9z",
  documents: "M8 3h8l4 4v10H8zM4 8v13h11M16 3v4h4",
  report: "M5 3h14v18H5zM9 16v-3M12 16V9M15 16v-5",
  rent: "M4 21V9l8-5 8 5v12M4 21h16M9 21v-6h6v6",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  invoice: "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
  profile: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
  shop: "M4 9l2-5h12l2 5M5 9v11h14V9M4 9h16M10 20v-6h4v6",
  agreement: "M6 3h9l4 4v14H6zM9 15c2-3 3 2 5-1s2 1 3 0",
  moderation: "M12 3l7 3v6c0 4-3 7-7 9-4-2-7-5-7-9V6zM9 12l2 2 4-4",
  orders: "M4 7l8-4 8 4v10l-8 4-8-4zM4 7l8 4 8-4M12 11v10",
  payments: "M3 6h18v12H3zM3 10h18M7 15h4",
  catalogue: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  queues: "M4 6h16M4 12h16M4 18h10",
};

export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] }));
}
