// «Присоединиться к ЭДО»: choose a certificate, check its data, sign the statement.

import { h, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { agreeField, form, textField } from "../lib/form.js";
import { button, facts, note } from "../lib/parts.js";
import { certificateForm, signOnce, textToSign } from "../lib/signing.js";
import { toast } from "../lib/toast.js";

const STEPS = ["Выберите КЭП", "Проверьте данные", "Зарегистрируйтесь"];
const NAMES = ["/surname", "/given_name", "/patronymic"];

export function showInvitation() {
  return h("section", { class: "card narrow" }, h("h2", null, "Обмен документами с контрагентами"),
    h("p", null, "Отправляйте и подписывайте счета-фактуры, УПД, договоры и другие документы без бумаги — с той же юридической силой."),
    h("ul", { class: "bullets" },
      h("li", null, "Понадобится КЭП вашей организации: подключите токен к компьютеру."),
      h("li", null, "Получать, просматривать и подписывать документы от участников «Платформы ЭДО» можно без лицензии."),
      h("li", null, "Для обмена с участниками других операторов (роуминга) нужна лицензия.")),
    h("div", { class: "actions" }, h("a", { class: "button", href: "#/edo/join" }, "Присоединиться к ЭДО")));
}

export function showJoining({ api, signer, go }) {
  const place = h("section", { class: "card narrow" });
  pick(false);
  return place;

  function draw(number, moved, ...content) {
    const heading = h("h2", { tabindex: "-1" }, STEPS[number]);
    replace(place, h("ol", { class: "way", "aria-label": "Шаги регистрации" }, STEPS.map((title, at) => h("li", {
      "aria-current": at === number ? "step" : null, class: at < number ? "done" : null,
    }, title))), heading, content);
    if (moved) heading.focus();
  }

  function pick(moved) {
    draw(0, moved,
      h("p", null, "Подключите токен к компьютеру и выберите КЭП вашей организации. Ею же будет подписано заявление о присоединении."),
      certificateForm(signer, {
        submit: "Продолжить",
        send: async (id) => {
          const chosen = { id, certificate: await signer.certificate(id) };
          try {
            check(chosen, await drawUp(chosen));
          } catch (problem) {
            // A certificate may lack the holder's name, so the form asks for it.
            if (!problem.errors?.some(({ pointer }) => NAMES.includes(pointer))) throw problem;
            check(chosen, null, problem);
          }
        },
      }));
  }

  function drawUp({ certificate }, names = {}) {
    return api.post("/edo/registration/statement", { certificate, ...names });
  }

  function check(chosen, drawn, problem = null) {
    const name = (label, part, required = true) => textField(label, {
      pointer: `/${part}`, value: drawn?.[part] ?? "", max: 60, required,
    });
    const fields = {
      surname: name("Фамилия", "surname"), given_name: name("Имя", "given_name"), patronymic: name("Отчество", "patronymic", false),
    };
    draw(1, true,
      h("p", { class: "muted" }, "ФИО взяты из сертификата. Если они указаны неточно, исправьте."),
      form({
        fields,
        more: drawn ? [organisation(drawn)] : [],
        submit: "Всё верно, продолжить",
        send: async (names) => sign(chosen, await drawUp(chosen, names)),
      }),
      h("div", null, button("Выбрать другой сертификат", () => pick(true), { kind: "link" })));
    for (const { pointer, detail } of problem?.errors ?? []) fields[pointer.slice(1)]?.mark(detail);
  }

  function sign(chosen, drawn) {
    const signing = signOnce(signer);
    const { offer, personal_data_policy: policy } = drawn;
    const send = async (values, key) => {
      await api.post("/edo/registration", {
        statement_id: drawn.statement_id, ...values, signature: await signing(chosen.id, drawn.text),
      }, key);
      toast("Организация зарегистрирована в ЭДО");
      go("edo");
    };
    draw(2, true,
      textToSign(drawn.text, "Заявление о присоединении"),
      legal(offer), legal(policy),
      form({
        fields: {
          accept_offer: agreeField("Принимаю условия договора-оферты", {
            pointer: "/accept_offer", missing: "Примите условия договора-оферты.",
          }),
          accept_personal_data: agreeField("Согласен с условиями хранения, обработки и передачи персональных данных", {
            pointer: "/accept_personal_data", missing: "Примите условия обработки персональных данных.",
          }),
        },
        submit: "Зарегистрироваться",
        send,
      }),
      h("div", null, button("Назад, к проверке данных", () => check(chosen, drawn), { kind: "link" })));
  }
}

function organisation(drawnUp) {
  const { certificate } = drawnUp;
  return h("div", { class: "panel" },
    facts(["Организация", drawnUp.organisation], ["ИНН / КПП", [drawnUp.inn, drawnUp.kpp].filter(Boolean).join(" / ")],
      [drawnUp.kpp ? "ОГРН" : "ОГРНИП", drawnUp.ogrn], ["Адрес", drawnUp.address], ["Код налогового органа", drawnUp.tax_office_code],
      ["Должность", drawnUp.position], ["Сертификат", `${certificate.issuer}, до ${day(certificate.valid_until.slice(0, 10))}`]),
    note("info", null, h("p", null, drawnUp.address_note), h("a", { href: "#/profile" }, "Перейти в «Профиль»")));
}

function legal({ title, version, text }) {
  return h("details", { class: "more" }, h("summary", null, `${title}, редакция ${version}`), textToSign(text, title));
}
