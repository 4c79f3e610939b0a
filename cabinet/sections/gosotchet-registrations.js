// Registrations: their states, a new password, more authorities or another certificate.

import { openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { form, textField } from "../lib/form.js";
import { back, badge, button, emptyNote, facts, note, pagedList, panel, table, timeline, wholeTable } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { authoritiesField, authorityText, KINDS } from "./gosotchet-authorities.js";
import { certificateFacts, certificateField } from "./gosotchet-certificate.js";
import { CHANGE, REGISTRATION, REGISTRATION_STEPS } from "./statuses.js";

const LOOK_AGAIN = 3000; // ms, while a registration or a change is in progress
const WAITING = ["accepted", "credentials_requested"];

export function showRegistrations({ api }) {
  return pagedList(
    (next) => api.get("/gosotchet/registrations", { next }),
    () => table("Регистрации", [
      ["Подана", (row) => h("a", { href: `#/gosotchet/registrations/${row.registration_id}` }, moment(row.history[0].at))],
      ["Органы", (row) => [...new Set(row.authorities.map(({ kind }) => KINDS[kind].title))].join(", ")],
      ["Логин", (row) => row.login ?? "—"],
      ["Состояние", (row) => badge(REGISTRATION[row.status])],
    ]),
    emptyNote("Регистраций ещё нет", "Зарегистрируйте оплаченную лицензию в контролирующих органах.",
      h("a", { class: "button", href: "#/gosotchet/register" }, "Зарегистрировать лицензию")),
  );
}

export function showRegistration(context, id) {
  const { api } = context;
  const path = `/gosotchet/registrations/${id}`;
  const place = panel(
    () => Promise.all([api.get(path), api.all(`${path}/changes`), api.all("/gosotchet/licences")]),
    ([registration, changes, licences]) => {
      const licence = licences.find((licence) => licence.licence_id === registration.licence_id);
      return registrationView(context, registration, changes, licence, () => place.reload());
    },
    { every: LOOK_AGAIN, until: ([registration]) => !WAITING.includes(registration.status) && !registration.open_change },
  );
  return place;
}

function registrationView(context, registration, changes, licence, reload) {
  const { status, login } = registration;
  return [
    back("gosotchet/registrations", "Ко всем регистрациям"),
    h("div", { class: "title-line" }, h("h2", null, `Регистрация от ${moment(registration.history[0].at)}`), badge(REGISTRATION[status])),
    status === "failed" && note("bad", "Регистрация не выполнена", h("p", null, registration.reason),
      !login && [h("p", null, "Лицензия остаётся за вами: исправьте данные и подайте заявку заново."),
        h("a", { class: "button", href: "#/gosotchet/register" }, "Подать заново")]),
    status !== "failed" && registration.reason && note("warning", null, h("p", null, registration.reason)),
    WAITING.includes(status) && note("info", null, h("p", null,
      `Логин и пароль придут на ${registration.email} не позже ${moment(registration.credentials_due)}.`)),
    h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", null, "Доступ к системе"),
        facts(["Логин", login], ["Почта", registration.email], ["Тариф", licence && `«${licence.tariff.title}»`]),
        timeline(registration.history, REGISTRATION_STEPS, status === "accepted" ? ["credentials_sent"] : []),
        status === "credentials_sent" && h("div", { class: "actions" },
          h("a", { class: "button", href: "#/gosotchet/sign-in" }, "Войти"),
          button("Выслать новый пароль", () => openResend(context, registration, reload), { kind: "quiet" }))),
      h("section", { class: "card" }, h("h2", null, "Контролирующие органы"), authoritiesList(registration.authorities),
        h("h3", null, "Сертификат"), facts(...certificateFacts(registration.certificate)))),
    (login || changes.length > 0) && h("section", { class: "card" },
      h("div", { class: "title-line" }, h("h2", null, "Изменения"),
        login && licence && !registration.open_change
          && button("Подать изменение", () => openChange(context, registration, licence.tariff, reload), { kind: "quiet" })),
      changes.length ? changesTable(changes)
        : h("p", { class: "muted" }, "Можно добавить контролирующий орган или зарегистрировать новый сертификат.")),
  ];
}

function authoritiesList(authorities) {
  return h("ul", { class: "rows" }, authorities.map((authority) => {
    const [title, requisites] = authorityText(authority);
    return h("li", null, h("span", null, title), h("span", { class: "muted" }, requisites));
  }));
}

function changesTable(changes) {
  return wholeTable("Изменения", [
    ["Подано", (row) => moment(row.submitted_at)],
    ["Что меняется", (row) => [...row.authorities.map((each) => authorityText(each).join(" ")),
      row.certificate && `новый сертификат № ${row.certificate.serial}`].filter(Boolean).join("; ")],
    ["Состояние", (row) => [badge(CHANGE[row.status]), row.reason && h("p", null, row.reason)]],
  ], changes);
}

function openResend({ api }, registration, reload) {
  openDialog("Новый пароль", ({ close }) => [
    h("p", null, "Прежний пароль перестанет действовать, логин останется прежним."),
    form({
      fields: {
        email: textField("Электронная почта", {
          pointer: "/email", type: "email", max: 254, value: registration.email, hint: "Исправьте, если письмо не дошло",
        }),
      },
      submit: "Выслать пароль",
      send: async ({ email }, key) => {
        const { message } = await api.post(`/gosotchet/registrations/${registration.registration_id}/credentials`, { email }, key);
        toast(message);
        close();
        await reload();
      },
    }),
  ]);
}

async function openChange(context, registration, tariff, reload) {
  const { kind } = await context.api.get("/organisation");
  openDialog("Изменение регистрации", ({ close }) => form({
    fields: {
      authorities: authoritiesField({ profile: { kind }, tariff, required: false }),
      certificate: certificateField(context, { required: false }),
    },
    submit: "Подать изменение",
    send: async ({ authorities, certificate }, key) => {
      await context.api.post(`/gosotchet/registrations/${registration.registration_id}/changes`, { authorities, certificate }, key);
      toast("Изменение подано. Когда оно выполнится, придёт письмо.");
      close();
      await reload();
    },
  }), { wide: true });
}
