// «Магазины»: shops and the cash registers bound to them.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, day } from "../lib/format.js";
import { form, selectField, textField } from "../lib/form.js";
import { button, emptyNote, panel, wholeTable } from "../lib/parts.js";
import { toast } from "../lib/toast.js";

export function show({ api }) {
  const place = panel(
    () => Promise.all([api.all("/organisation/shops"), api.all("/organisation/registers")]),
    ([shops, registers]) => [
      h("div", { class: "title-line" }, h("p", { class: "muted" },
        `${count(shops.length, "магазин", "магазина", "магазинов")}, ${count(registers.length, "касса", "кассы", "касс")}`),
      button("Создать магазин", () => openShopForm(api, reload))),
      shops.length
        ? h("div", { class: "columns" }, shops.map((shop) => shopCard(api, shop, registers, reload)))
        : emptyNote("Магазинов ещё нет", "Создайте магазин и привяжите к нему кассы."),
      registers.length > 0 && h("section", { class: "card" }, h("h2", null, "Все кассы"),
        registersTable(registers, shops)),
    ],
  );
  const reload = () => place.reload();
  return place;
}

function shopCard(api, shop, registers, reload) {
  const path = (register) => `/organisation/shops/${shop.shop_id}/registers/${register}`;
  const outside = registers.filter((register) => register.shop_id !== shop.shop_id);
  return h("section", { class: "card" }, h("h2", null, shop.name), h("p", { class: "muted" }, shop.address),
    shop.registers.length
      ? h("ul", { class: "rows" }, shop.registers.map((register) => h("li", null,
        h("span", null, register.model, " ", h("small", null, `РНМ ${register.register_id}`)),
        button("Отвязать", async () => {
          await api.delete(path(register.register_id));
          toast(`${register.model}: отвязана от магазина`);
          await reload();
        }, { kind: "link", label: `Отвязать ${register.model}` }))))
      : h("p", { class: "muted" }, "Касс в этом магазине нет."),
    outside.length > 0 && h("details", { class: "more" }, h("summary", null, "Привязать кассу"), form({
      fields: {
        register: selectField("Касса", {
          pointer: "/register_id", options: outside.map((register) => [register.register_id, `${register.model}, РНМ ${register.register_id}`]),
        }),
      },
      submit: "Привязать",
      kind: "quiet",
      send: async ({ register }) => {
        await api.put(path(register));
        toast("Касса привязана");
        await reload();
      },
    })));
}

function registersTable(registers, shops) {
  const names = Object.fromEntries(shops.map((shop) => [shop.shop_id, shop.name]));
  return wholeTable("Кассы", [
    ["Модель", (row) => row.model],
    ["РНМ", (row) => row.register_id],
    ["Номер ФН", (row) => row.fiscal_drive_number],
    ["ФН до", (row) => day(row.fiscal_drive_ends_on)],
    ["Магазин", (row) => names[row.shop_id] ?? "—"],
  ], registers);
}

function openShopForm(api, reload) {
  return openDialog("Новый магазин", ({ close }) => form({
    fields: {
      name: textField("Название", { pointer: "/name", max: 120, hint: "Например, «Магазин на Щербаковской»" }),
      address: textField("Адрес", { pointer: "/address", max: 250, multiline: true }),
    },
    submit: "Создать",
    draft: "shop",
    send: async (values, key) => {
      await api.post("/organisation/shops", values, key);
      toast("Магазин создан");
      close();
      await reload();
    },
  }));
}
