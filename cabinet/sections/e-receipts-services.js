// «Дополнительные услуги»: the description, the state of the application and the switch of each service.

import { confirm } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { lastDay, moment } from "../lib/format.js";
import { badge, button, facts, note, panel, timeline, toggle } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { openBrandApplication, openLogoApplication } from "./e-receipts-application.js";
import { channelSwitches } from "./e-receipts-channels.js";
import { ADDITIONAL_SERVICES, APPLICATION, APPLICATION_STEPS } from "./statuses.js";

const LOOK_AGAIN = 3000; // ms, while an application is checked automatically

const SERVICES = {
  "branded-message": {
    note: "Заменяет юридическое название компании в чеке, который приходит на абонентский номер покупателя.",
    more: "Название — до 11 символов кириллицей. К заявке прилагаются документы: свидетельство на товарный знак "
      + "или другой документ, который подтверждает право на название. Название увидят покупатели в тексте СМС, "
      + "номер отправителя не меняется.",
    apply: openBrandApplication,
  },
  logo: {
    note: "Размещает логотип компании в чеке, отправленном по электронной почте.",
    more: "Логотип — файл PNG до 200 КБ, ровно 170×68 пикселей. Он появится вверху письма с чеком и на странице чека.",
    apply: openLogoApplication,
  },
};
const OPEN = ["submitted", "in_review"];

export function showServices(context) {
  const { api } = context;
  const place = panel(
    () => Promise.all([
      api.get("/e-receipts"),
      ...Object.keys(SERVICES).map((service) => api.get(`/e-receipts/services/${service}/applications`, { limit: 1 })),
    ]),
    ([overview, ...applications]) => [
      !overview.eligible && note("warning", "Дополнительные услуги пока недоступны", h("p", null, overview.reason),
        h("a", { class: "button", href: "#/agreements" }, "Перейти в «Документы»")),
      h("section", { class: "card" }, h("h2", null, "Отправка чеков покупателям"), channelSwitches(api, overview.channels)),
      h("div", { class: "columns" }, Object.keys(SERVICES).map((service, at) =>
        serviceCard(context, service, overview, applications[at].items[0], () => place.reload()))),
    ],
    { every: LOOK_AGAIN, until: ([, ...applications]) => !applications.some(({ items }) => OPEN.includes(items[0]?.state)) },
  );
  return place;
}

function serviceCard(context, service, { eligible, services }, application, reload) {
  const { api } = context;
  const { note: about, more, apply } = SERVICES[service];
  const title = ADDITIONAL_SERVICES[service];
  const card = services[service];
  const approved = card.state === "approved";
  const open = application && OPEN.includes(application.state);
  return h("section", { class: "card service" },
    h("div", { class: "title-line" }, h("h2", null, title),
      toggle(`${title}: включено`, card.enabled, async (enabled) => {
        await api.put(`/e-receipts/services/${service}`, { enabled });
        toast(`«${title}»: ${enabled ? "услуга включена" : "услуга отключена"}`);
      }, { disabled: !approved, hidden: true })),
    (approved || !application) && badge(approved ? ["good", "Подключена"] : APPLICATION[card.state]),
    h("p", null, about),
    card.brand && facts(["Название в сообщениях", `«${card.brand}»`]),
    h("details", { class: "more" }, h("summary", null, "Подробнее"), h("p", null, more)),
    application && applicationView(api, service, application, reload),
    eligible && !open && h("div", { class: "actions" }, button("Отправить заявку на услугу",
      () => apply(context, reload), { kind: approved ? "quiet" : "", label: `Отправить заявку на услугу «${title}»` })));
}

function applicationView(api, service, application, reload) {
  const cancel = async () => {
    const done = await confirm({
      title: "Отменить заявку?", text: "Потом можно подать новую.", yes: "Отменить заявку",
      act: () => api.post(`/e-receipts/services/${service}/applications/${application.application_id}/cancellation`),
    });
    if (done) toast("Заявка отменена");
    await reload();
  };
  const open = OPEN.includes(application.state);
  const ahead = { submitted: ["in_review", "approved"], in_review: ["approved"] }[application.state] ?? [];
  return h("div", { class: "application" },
    h("div", { class: "title-line" }, h("h3", null, `Заявка от ${moment(application.submitted_at)}`), badge(APPLICATION[application.state])),
    timeline(application.history, APPLICATION_STEPS, ahead),
    facts(["Название", application.name && `«${application.name}»`],
      ["Файлы", application.files.map((file) => file.filename).join(", ")],
      ["Рассмотрим", open && application.review_due && `не позже ${lastDay(application.review_due)}`]),
    application.reason && note(application.state === "rejected" ? "bad" : "info", "Что ответил модератор", h("p", null, application.reason)),
    open && h("div", { class: "actions" }, button("Отменить заявку", cancel, { kind: "quiet danger" })));
}
