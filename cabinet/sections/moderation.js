// The moderator's queue, the nearest deadline first, and one application with its files.

import { h } from "../lib/dom.js";
import { lastDay, moment, size } from "../lib/format.js";
import { choiceField, form, textField } from "../lib/form.js";
import { back, badge, emptyNote, facts, note, pagedList, panel, table, tabs, timeline } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { ADDITIONAL_SERVICES, APPLICATION, APPLICATION_STEPS } from "./statuses.js";

const STATES = ["in_review", "submitted", "approved", "rejected", "cancelled"];

export function show(context) {
  const { api, path } = context;
  if (path && !STATES.includes(path)) return application(context, path);
  const state = path || "in_review";
  return [
    tabs("Состояние заявок", state === "in_review" ? "moderation" : `moderation/${state}`,
      STATES.map((state) => [state === "in_review" ? "moderation" : `moderation/${state}`, APPLICATION[state][1]])),
    pagedList(
      (next) => api.get("/moderation/applications", { state, next }),
      () => table("Заявки", [
        ["Услуга", (row) => h("a", { href: `#/moderation/${row.application_id}` }, ADDITIONAL_SERVICES[row.service] ?? row.service)],
        ["Название", (row) => row.name ?? "—"],
        ["Подана", (row) => moment(row.submitted_at)],
        ["Решить до конца дня", (row) => [row.review_due ? lastDay(row.review_due) : "—", row.overdue && badge(["bad", "Просрочена"])]],
        ["Замечания проверки", (row) => row.flags.map(({ detail }) => detail).join(" ") || "нет"],
      ]),
      emptyNote("Заявок нет", "Новые появятся здесь сами после автоматической проверки."),
    ),
  ];
}

function application({ api, go }, id) {
  const place = panel(() => api.get(`/moderation/applications/${id}`), (application) => [
    back("moderation", "К очереди"),
    h("div", { class: "title-line" }, h("h2", null, ADDITIONAL_SERVICES[application.service] ?? application.service), badge(APPLICATION[application.state]),
      application.overdue && badge(["bad", "Просрочена"])),
    h("div", { class: "review" },
      h("div", null,
        h("section", { class: "card" },
          facts(["Название", application.name && `«${application.name}»`], ["Организация", application.organisation_name],
            ["ИНН", application.organisation_inn], ["Подана", moment(application.submitted_at)],
            ["Решить", application.review_due && `не позже ${lastDay(application.review_due)}`], ["Причина", application.reason]),
          application.flags.length
            ? note("warning", "На что обратить внимание", h("ul", null, application.flags.map(({ detail }) => h("li", null, detail))))
            : note("good", null, h("p", null, "Автоматическая проверка замечаний не нашла.")),
          timeline(application.history, APPLICATION_STEPS)),
        application.state === "in_review" && h("section", { class: "card" }, h("h2", null, "Решение"), decisionForm(api, id, async () => {
          go("moderation");
        }))),
      h("section", { class: "documents", "aria-label": "Файлы заявки" }, application.files.map(fileView))),
  ]);
  return place;
}

function decisionForm(api, id, done) {
  const reason = textField("Причина отказа", {
    pointers: ["/reason", ""], max: 1000, multiline: true, hint: "Её прочтёт клиент: напишите, что исправить",
  });
  reason.node.hidden = true;
  return form({
    fields: {
      decision: choiceField("Что решаем", {
        pointer: "/decision", options: [["approve", "Одобрить"], ["reject", "Отклонить"]], value: "approve",
        onchange: (chosen) => { reason.node.hidden = chosen !== "reject"; },
      }),
      reason,
    },
    submit: "Сохранить решение",
    send: async ({ decision, reason: why }) => {
      const answer = decision === "reject" ? { decision, reason: why } : { decision };
      await api.post(`/moderation/applications/${id}/decision`, answer);
      toast("Решение сохранено, клиенту отправлено письмо");
      await done();
    },
  });
}

function fileView(file) {
  const picture = file.media_type.startsWith("image/");
  return h("figure", { class: "file" },
    picture ? h("img", { src: file.url, alt: `Файл ${file.filename}` })
      : h("div", { class: "file-sheet", "aria-hidden": "true" }, "PDF"),
    h("figcaption", null, h("a", { href: file.url, download: file.filename }, file.filename),
      h("small", null, ` ${size(file.size)}`)));
}
