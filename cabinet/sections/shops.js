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
  const outside = registers.filter((one) => one.shop_id !== shop.shop_id);
  return h("section", { class: "card" }, h("h2", null, shop.name), h("p", { class: "muted" }, shop.address),
    shop.registers.length
      ? h("ul", { class: "rows" }, shop.registers.map((one) => h("li", null,
        h("span", null, one.model, " ", h("small", null, `РНМ ${one.register_id}`)),
        button("Отвязать", async () => {
          await api.delete(path(one.register_id));
          toast(`${one.model}: отвязана от магазина`);
          await reload();
        }, { kind: "link", label: `Отвязать ${one.model}` }))))
      : h("p", { class: "muted" }, "Касс в этом магазине нет."),
    outside.length > 0 && h("details", { class: "more" }, h("summary", null, "Привязать кассу"), form({
      fields: {
        register: selectField("Касса", {
          pointer: "/register_id", options: outside.map((one) => [one.register_id, `${one.model}, РНМ ${one.register_id}`]),
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
  const names = Object.fromEntries(shops.map((one) => [one.shop_id, one.name]));
  return wholeTable("Кассы", [
    ["Модель", (one) => one.model],
    ["РНМ", (one) => one.register_id],
    ["Номер ФН", (one) => one.fiscal_drive_number],
    ["ФН до", (one) => day(one.fiscal_drive_ends_on)],
    ["Магазин", (one) => names[one.shop_id] ?? "—"],
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
    send: async (said, key) => {
      await api.post("/organisation/shops", said, key);
      toast("Магазин создан");
      close();
      await reload();
    },
  }));
}
