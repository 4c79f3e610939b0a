// «Купить ФН»: the catalogue with suitable registers, the cart, «Сформировать счёт», «Статус заказа».

import { h } from "../lib/dom.js";
import { count, day, money } from "../lib/format.js";
import { badge, button, emptyNote, note, panel, tabs } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { showOrder, showOrders } from "./fiscal-drive-orders.js";
import { openOrderForm } from "./fiscal-drive-order-form.js";

const MOST = 100; // pieces of a model in a cart

export function show(context) {
  const [part, id] = context.path.split("/");
  const address = part ? `fiscal-drives/${part}` : "fiscal-drives";
  const content = part === "orders" ? (id ? showOrder(context, id) : showOrders(context)) : shop(context);
  return [tabs("Купить ФН", address, [
    ["fiscal-drives", "Каталог и корзина"], ["fiscal-drives/orders", "Статус заказа"],
  ]), content];
}

function shop(context) {
  const { api } = context;
  const cart = panel(() => api.get("/fiscal-drives/cart"), (current) => cartView(context, current, refresh));
  const drives = panel(
    () => Promise.all([api.get("/fiscal-drives"), api.get("/fiscal-drives/cart")]),
    ([{ items }, inCart]) => (items.length
      ? h("ul", { class: "drives" }, items.map((item) => driveCard(context, item, inCart, refresh)))
      : emptyNote("Каталог пуст", "Загляните позже: накопители скоро появятся.")),
  );
  const refresh = () => Promise.all([cart.reload(), drives.reload()]);
  return h("div", { class: "shop" }, drives, h("section", { class: "card cart", "aria-label": "Корзина" }, cart));
}

function driveCard({ api }, drive, cart, refresh) {
  const quantity = cart.lines.find((line) => line.model === drive.model)?.quantity ?? 0;
  const add = async () => {
    await api.put(`/fiscal-drives/cart/${drive.model}`, { quantity: quantity + 1 });
    toast(`В корзине: ${drive.title}`);
    await refresh();
  };
  const stock = drive.in_stock > 0
    ? ["good", `В наличии ${count(drive.in_stock, "штука", "штуки", "штук")}`] : ["over", "Нет в наличии"];
  return h("li", { class: "card drive" },
    h("div", { class: "drive-head" }, h("h2", null, drive.title), badge(stock)),
    suits(drive.suits, drive.suits_total),
    h("div", { class: "drive-buy" }, h("p", { class: "price" }, money(drive.price_kopecks)),
      drive.in_stock > quantity && quantity < MOST && button("В корзину", add, { label: `В корзину: ${drive.title}` }),
      quantity > 0 && h("span", { class: "muted" }, `в корзине ${quantity}`)));
}

function suits(registers, total) {
  if (!registers.length) return h("p", { class: "muted" }, "Не подходит ни к одной из ваших касс");
  return h("div", null, h("p", { class: "muted" }, "Подходит к вашим кассам:"),
    h("ul", { class: "suits" }, registers.map((register) => h("li", { class: register.ends_soon ? "soon" : null },
      h("span", null, register.model, " ", h("small", null, `РНМ ${register.register_id}`)),
      h("span", null, register.ends_soon ? "пора менять: " : "", `ФН до ${day(register.fiscal_drive_ends_on)}`)))),
    total > registers.length && h("p", { class: "muted" }, `и ещё к ${count(total - registers.length, "кассе", "кассам", "кассам")}`));
}

function cartView(context, cart, refresh) {
  const { api } = context;
  const head = h("h2", null, "Корзина");
  if (!cart.lines.length) {
    return [head, emptyNote("Корзина пуста", "Добавьте накопители из каталога, чтобы сформировать счёт.")];
  }
  const set = async (line, quantity) => {
    const path = `/fiscal-drives/cart/${line.model}`;
    if (quantity > 0) await api.put(path, { quantity });
    else await api.delete(path);
    await refresh();
  };
  return [head,
    h("ul", { class: "cart-lines" }, cart.lines.map((line) => h("li", null,
      h("span", { class: "cart-title" }, line.title),
      h("span", { class: "stepper" },
        button("−", () => set(line, line.quantity - 1), { kind: "icon-button", label: `Меньше: ${line.title}` }),
        h("output", { "aria-label": "Количество" }, String(line.quantity)),
        line.quantity < MOST && button("+", () => set(line, line.quantity + 1), { kind: "icon-button", label: `Больше: ${line.title}` })),
      h("span", { class: "right" }, money(line.total_kopecks)),
      button("Убрать", () => set(line, 0), { kind: "link", label: `Убрать: ${line.title}` })))),
    h("p", { class: "total" }, h("span", null, "Итого с НДС"), h("strong", null, money(cart.total_kopecks))),
    button("Сформировать счёт", () => openOrderForm(context, cart, refresh), { kind: "wide" }),
    note("info", null, h("p", null, "Счёт действует несколько дней, накопители на это время отложены для вас."))];
}
