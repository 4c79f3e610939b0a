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
  const said = JSON.stringify(overview.licence);
  const purchases = pagedList(
    (next) => api.get("/edo/purchases", { next }),
    () => table("Купленные пакеты", [
      ["Пакет", (one) => one.package.title],
      ["Заказан", (one) => moment(one.history[0].at)],
      ["Сумма", (one) => money(one.package.price_kopecks), "right"],
      ["Счёт", (one) => h("a", { href: `#/invoices/${one.invoice_id}` }, `№ ${one.invoice_number}`)],
      ["Состояние", (one) => badge(PURCHASE[one.state])],
    ]),
    h("p", { class: "muted" }, "Пакетов вы ещё не покупали."),
  );
  let awaited = false;
  // A payment changes the licence, which the head of the page shows too.
  const watch = panel(() => Promise.all([api.get("/edo"), api.get("/edo/purchases")]), ([now, { items }]) => {
    awaited = items.some((one) => one.state === "invoiced");
    if (JSON.stringify(now.licence) !== said) refresh();
    return licenceCard(now.licence);
  }, { every: LOOK_AGAIN, until: () => !awaited });
  const bought = async () => {
    await Promise.all([purchases.reload(), watch.reload()]);
  };
  return [
    watch,
    h("h2", null, "Купить пакет документов"),
    panel(() => api.get("/edo/licence-packages"), ({ items }) => h("ul", { class: "tariffs packages" },
      items.map((one) => packageCard(api, one, bought)))),
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
      ["Пакет", (one) => one.title],
      ["Осталось", (one) => count(one.documents_left, "документ", "документа", "документов")],
      ["Действует до", (one) => day(one.valid_until)],
    ], licence.next_packages)]);
}

function packageCard(api, one, bought) {
  const { documents, days } = one;
  return h("li", { class: "card" }, h("h3", null, one.title),
    h("p", { class: "price" }, money(one.price_kopecks)),
    h("p", { class: "muted" }, `${money(Math.round(one.price_kopecks / documents))} за документ, `
      + `${count(days, "день", "дня", "дней")} с оплаты`),
    h("div", { class: "actions" }, button("Купить", () => openPurchase(api, one, bought), { label: `Купить: ${one.title}` })));
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
