// Nomenclature: the items of receipts, their names in 1С, and a choice where 1С has several matches.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { choiceField, form } from "../lib/form.js";
import { badge, button, emptyNote, note, pagedList, table } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { unitName } from "./units.js";

const NONE = "none";

export function showNomenclature({ api }) {
  const conflict = (item) => item.candidates.length > 0 && !item.settled;
  const list = pagedList(
    (next) => api.get("/integration-1c/nomenclature", { next }),
    () => {
      const warning = h("div");
      const rows = table("Номенклатура", [
        ["Товар из чеков", (row) => h("span", null, row.name, " ", h("small", null, unitName(row.unit)))],
        ["Узнаётся", (row) => (row.recognised_by === "gtin" ? "по штрихкоду" : "по названию")],
        ["В 1С", (row) => row.onec_name ?? h("span", { class: "muted" }, "загрузится под своим названием")],
        ["Состояние", (row) => badge(stateOf(row))],
        ["Выбор", (row) => (row.candidates.length ? button(row.settled ? "Изменить" : "Выбрать", () => choose(row), {
          kind: row.settled ? "link" : "quiet", label: `${row.settled ? "Изменить" : "Выбрать"} товар 1С: ${row.name}`,
        }) : "—")],
      ]);
      const add = (items) => {
        // Items that need a choice come first.
        rows.add([...items].sort((item, other) => conflict(other) - conflict(item)));
        if (items.some(conflict) && !warning.hasChildNodes()) {
          warning.append(note("warning", "Нужен ваш выбор", h("p", null,
            "В 1С нашлось несколько подходящих товаров. Пока вы не выберете, продажи загружаются под названием из чека.")));
        }
      };
      return { node: h("div", { class: "panel" }, warning, rows.node), add };
    },
    emptyNote("Товаров ещё нет", "Они появятся после первой загрузки документов в 1С."),
  );
  return [h("p", { class: "muted" }, "Товар из чека узнаётся по штрихкоду (GTIN), а без него — по названию и единице измерения. "
    + "Если в 1С такой товар уже есть, дальше используется он."), list];

  function choose(item) {
    openDialog("Какой это товар в 1С?", ({ close }) => {
      const chosen = choiceField(`«${item.name}», ${unitName(item.unit)}`, {
        pointer: "/onec_id",
        value: item.settled ? item.onec_id ?? NONE : null,
        options: [
          ...item.candidates.map((candidate) => [candidate.id, candidate.name, [
            candidate.full_name !== candidate.name && candidate.full_name, candidate.unit && unitName(candidate.unit),
            candidate.barcodes.length > 0 && `штрихкод ${candidate.barcodes.join(", ")}`,
          ].filter(Boolean).join("; ")]),
          [NONE, "Ни один из них", "загружать под названием из чека"],
        ],
      });
      return form({
        fields: { chosen },
        submit: "Сохранить",
        send: async (values) => {
          await api.put(`/integration-1c/nomenclature/${item.item_id}`, { onec_id: values.chosen === NONE ? null : values.chosen });
          toast("Сохранено: дальше используется этот выбор");
          close();
          await list.reload();
        },
      });
    });
  }
}

function stateOf(item) {
  if (item.settled) return ["good", "Выбрано вами"];
  if (item.candidates.length) return ["waiting", "Выберите"];
  return item.onec_id ? ["good", "Сопоставлено"] : ["moving", "Новый"];
}
