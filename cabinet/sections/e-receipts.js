// «Электронные чеки»: statistics and costs, switches of channels, additional services.

import { barChart } from "../lib/chart.js";
import { h, replace } from "../lib/dom.js";
import { count, dayFromNow, daysBetween, money, number, shortDay } from "../lib/format.js";
import { form, textField } from "../lib/form.js";
import { emptyNote, figure, panel, tabs } from "../lib/parts.js";
import { channelSwitches } from "./e-receipts-channels.js";
import { showServices } from "./e-receipts-services.js";

const PERIODS = [[7, "7 дней"], [30, "30 дней"], [90, "90 дней"]];
const REASONS = {
  "phone-malformed": "номер телефона записан с ошибкой",
  "phone-refused": "оператор связи не принимает этот номер",
  "sms-undelivered": "СМС не доставлено оператором связи",
  "sms-expired": "телефон был недоступен",
  "sms-rejected": "СМС отклонено оператором связи",
  "email-malformed": "адрес почты записан с ошибкой",
  "email-refused": "почтовый сервер отказал в приёме",
  "email-bounced": "такого почтового ящика нет",
  "email-unreachable": "почтовый ящик переполнен или недоступен",
  "email-suppressed": "адрес раньше не принимал письма или пожаловался на них",
  "email-rejected": "письмо отклонено почтовой службой",
};
const CHANNELS = { sms: "СМС", email: "Электронная почта" };

export function show(context) {
  const services = context.path === "services";
  return [
    tabs("Электронные чеки", services ? "e-receipts/services" : "e-receipts", [
      ["e-receipts", "Отправленные чеки"], ["e-receipts/services", "Дополнительные услуги"],
    ]),
    services ? showServices(context) : [
      h("section", { class: "card" }, h("h2", null, "Отправка чеков покупателям"),
        panel(() => context.api.get("/e-receipts"), ({ channels }) => channelSwitches(context.api, channels))),
      statistics(context),
    ],
  ];
}

function statistics({ api }) {
  const result = h("div", { class: "panel" });
  const look = (from, to) => replace(result, panel(
    () => api.get("/e-receipts/statistics", { from, to }), (statistics) => statisticsView(statistics, from, to),
  ));
  const fields = {
    from: textField("С", { pointer: "/from", type: "date", value: dayFromNow(-29), attributes: { max: dayFromNow() } }),
    to: textField("По", { pointer: "/to", type: "date", value: dayFromNow(), attributes: { max: dayFromNow() } }),
  };
  fields.to.fault = () => (fields.to.value() < fields.from.value() ? "Конец периода раньше начала." : null);
  const preset = ([days, title]) => h("button", {
    type: "button", class: "quiet", onclick: () => {
      fields.from.restore(dayFromNow(1 - days));
      fields.to.restore(dayFromNow());
      look(dayFromNow(1 - days), dayFromNow());
    },
  }, title);
  look(dayFromNow(-29), dayFromNow());
  return h("section", { class: "card" }, h("h2", null, "Отправлено и сколько стоило"),
    h("div", { class: "period" }, h("div", { class: "actions" }, PERIODS.map(preset)),
      form({ fields, submit: "Показать", kind: "quiet", send: async ({ from, to }) => look(from, to) })),
    result);
}

function statisticsView({ days, totals, reasons, cost_kopecks: cost }, from, to) {
  const { sms, email } = totals;
  const tiles = h("ul", { class: "figures" },
    figure("СМС отправлено", number(sms.sent), sms.sent > 0 && count(sms.parts, "часть", "части", "частей")),
    figure("Писем отправлено", number(email.sent)),
    figure("Не отправлено", number(sms.failed + email.failed), "контакт покупателя не подошёл"),
    figure("Доставлено", number(sms.delivered + email.delivered), "по отчётам операторов связи и почты"),
    figure("Не доставлено", number(sms.undelivered + email.undelivered)),
    figure("Стоимость", money(cost), `${shortDay(from)} — ${shortDay(to)}`));
  if (!days.length) {
    return [tiles, emptyNote("За этот период чеки не отправлялись",
      "Чек уходит покупателю, если он оставил кассиру телефон или почту, а отправка включена.")];
  }
  const range = daysBetween(from, to);
  const of = (channel, name) => range.map((each) =>
    days.find((day) => day.day === each && day.channel === channel)?.[name] ?? 0);
  const series = (name) => Object.entries(CHANNELS).map(([channel, title]) => ({
    name: title, kind: channel, values: of(channel, name),
  }));
  return [tiles, reasonsView(reasons),
    h("h3", null, "Чеки по дням"),
    barChart({ label: "Отправленные чеки по дням", periods: range, series: series("sent"), words: number }),
    cost > 0 && [h("h3", null, "Стоимость по дням"),
      barChart({ label: "Стоимость отправки по дням", periods: range, series: series("cost_kopecks"), words: money })]];
}

function reasonsView(reasons) {
  const all = Object.values(reasons).flatMap(Object.entries).filter(([, times]) => times > 0);
  return all.length > 0 && [h("h3", null, "Почему чек не дошёл"),
    h("ul", null, all.map(([reason, times]) => h("li", null, `${REASONS[reason] ?? reason}: ${number(times)}`)))];
}
