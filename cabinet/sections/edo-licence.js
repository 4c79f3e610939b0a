// «Лицензия»: the package in use, the packages after it, and packages on sale.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, day, moment, money, number } from "../lib/format.js";
import { form } from "../lib/form.js";
import { badge, button, facts, figure, note, pagedList, panel, table, wholeTable } from "../lib/parts.js";
import { keepInvoice } from "./invoices.js";
import { PURCHASE } from "./statuses.js";

const LOOK_AGAIN = 4000; // ms, while an invoice waits for its payment

export function showLicence(context) {
  const { api, overview, refresh } = context;
  const shown = JSON.stringify(overview.licence);
  const purchases = pagedList(
    (next) => api.get("/edo/purchases", { next }),
    () => table("Купленные пакеты", [
      ["Пакет", (row) => row.package.title],
      ["Заказан", (row) => moment(row.history[0].at)],
      ["Сумма", (row) => money(row.package.price_kopecks), "right"],
      ["Счёт", (row) => h("a", { href: `#/invoices/${row.invoice_id}` }, `№ ${row.invoice_number}`)],
      ["Состояние", (row) => badge(PURCHASE[row.state])],
    ]),
    h("p", { class: "muted" }, "Пакетов вы ещё не покупали."),
  );
  let awaited = false;
  // A payment changes the licence, which the head of the page shows too.
  const watch = panel(() => Promise.all([api.get("/edo"), api.get("/edo/purchases")]), ([now, { items }]) => {
    awaited = items.some((item) => item.state === "invoiced");
    if (JSON.stringify(now.licence) !== shown) refresh();
    return licenceCard(now.licence);
  }, { every: LOOK_AGAIN, until: () => !awaited });
  const bought = async () => {
    await Promise.all([purchases.reload(), watch.reload()]);
  };
  return [
    watch,
    h("h2", null, "Купить пакет документов"),
    panel(() => api.get("/edo/licence-packages"), ({ items }) => h("ul", { class: "tariffs packages" },
      items.map((item) => packageCard(api, item, bought)))),
    h("section", { class: "card" }, h("h2", null, "Ваши покупки"), purchases),
  ];
}

function licenceCard(licence) {
  if (licence.state === "none") {
    return note("bad", "Нет активной лицензии", h("p", null,
      "Вы можете получать и просматривать документы, а документы от участников «Платформы ЭДО» — и подписывать. "
      + "Чтобы отправлять и подписывать документы в роуминге, купите пакет: лицензия станет активной после оплаты."));
  }
  return h("section", { class: "card" }, h("h2", null, "Лицензия активна"),
    h("ul", { class: "figures" },
      figure("Осталось документов", number(licence.documents_left)),
      figure("Действует до", day(licence.valid_until)),
      figure("Пакетов в очереди", number(licence.next_packages.length))),
    facts(["Пакет", licence.package]),
    h("p", { class: "muted" }, "Каждый исходящий документ уменьшает остаток на один. Пакеты расходуются по очереди: сначала тот, чей срок заканчивается раньше."),
    licence.next_packages.length > 0 && [h("h3", null, "В очереди"), wholeTable("Пакеты в очереди", [
      ["Пакет", (row) => row.title],
      ["Осталось", (row) => count(row.documents_left, "документ", "документа", "документов")],
      ["Действует до", (row) => day(row.valid_until)],
    ], licence.next_packages)]);
}

function packageCard(api, offer, bought) {
  const { documents, days } = offer;
  return h("li", { class: "card" }, h("h3", null, offer.title),
    h("p", { class: "price" }, money(offer.price_kopecks)),
    h("p", { class: "muted" }, `${money(Math.round(offer.price_kopecks / documents))} за документ, `
      + `${count(days, "день", "дня", "дней")} с оплаты`),
    h("div", { class: "actions" }, button("Купить", () => openPurchase(api, offer, bought), { label: `Купить: ${offer.title}` })));
}

function openPurchase(api, chosen, bought) {
  openDialog("Лицензия «Платформа ЭДО»", ({ close, replace }) => {
    const send = async (_, key) => {
      const made = await api.post(`/edo/licence-packages/${chosen.package_id}/purchase`, undefined, key);
      replace("Счёт сформирован",
        facts(["Счёт", `№ ${made.invoice_number}`], ["Сумма с НДС", money(made.invoice.total_kopecks)],
          ["Оплатить до", day(made.invoice.pay_before)]),
        h("p", null, "Лицензия станет активной, когда поступит оплата. Срок пакета считается со дня оплаты."),
        h("div", { class: "actions" }, button("Скачать счёт (PDF)", () => keepInvoice(api, made)),
          button("Закрыть", () => close(), { kind: "quiet" })));
      await bought();
    };
    return [
      facts(["Пакет", chosen.title], ["Цена с НДС", money(chosen.price_kopecks)]),
      form({ fields: {}, submit: "Сформировать счёт", send }),
    ];
  });
}
