// «Регистрация лицензии»: authorities, certificate, and the e-mail address for login and password.

import { h, replace } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { form, selectField, textField } from "../lib/form.js";
import { emptyNote, note, panel } from "../lib/parts.js";
import { authoritiesField } from "./gosotchet-authorities.js";
import { certificateField } from "./gosotchet-certificate.js";
import { isFree, tariffTerms } from "./gosotchet-licences.js";

const LOOK_AGAIN = 4000; // ms, while an invoice waits for its payment

export function showForm(context, chosen) {
  const { api } = context;
  const place = panel(
    () => Promise.all([api.all("/gosotchet/licences"), api.get("/organisation")]),
    ([licences, profile]) => {
      const free = licences.filter(isFree);
      if (!free.length) return nothingFree(licences);
      return registrationForm(context, free, profile, chosen, (registration) => replace(place, done(registration)));
    },
    { every: LOOK_AGAIN, until: ([licences]) => licences.some(isFree) || !licences.some((licence) => licence.status === "invoiced") },
  );
  return place;
}

function nothingFree(licences) {
  return licences.some((licence) => licence.status === "invoiced")
    ? emptyNote("Лицензия ждёт оплаты", "Форма регистрации откроется здесь сама, когда поступит оплата по счёту.",
      h("a", { class: "button", href: "#/invoices" }, "К счетам"))
    : emptyNote("Нет свободной лицензии", licences.length
      ? "Все ваши лицензии уже зарегистрированы или закончились. Чтобы дополнить регистрацию, откройте её в «Моих регистрациях»."
      : "Купите лицензию: по ней регистрируются в контролирующих органах.",
    h("a", { class: "button", href: "#/gosotchet" }, "К тарифам"));
}

function registrationForm(context, free, profile, chosen, finished) {
  const first = free.find((licence) => licence.licence_id === chosen) ?? free[0];
  const terms = h("p", { class: "hint" });
  const licence = selectField("Лицензия", {
    pointer: "/licence_id", value: first.licence_id,
    options: free.map((licence) => [licence.licence_id, `«${licence.tariff.title}», до ${day(licence.valid_until)}, счёт № ${licence.invoice_number}`]),
  });
  const authorities = authoritiesField({ profile, tariff: first.tariff });
  const take = () => {
    const { tariff } = free.find((bought) => bought.licence_id === licence.value()) ?? first;
    replace(terms, tariffTerms(tariff)[1]);
    authorities.take(tariff);
  };
  licence.input.addEventListener("change", take);
  licence.node.append(terms);
  const node = form({
    fields: {
      licence,
      authorities,
      certificate: certificateField(context),
      email: textField("Электронная почта", {
        pointer: "/email", type: "email", max: 254, value: profile.email,
        hint: "Сюда придут логин и пароль для входа в систему Госотчёт", attributes: { autocomplete: "email" },
      }),
    },
    submit: "Зарегистрировать",
    draft: "gosotchet-registration",
    send: async (values, key) => finished(await context.api.post("/gosotchet/registrations", {
      licence_id: values.licence, authorities: values.authorities, certificate: values.certificate, email: values.email,
    }, key)),
  });
  // The licence of a stored draft may have been used since.
  if (!licence.value()) licence.restore(first.licence_id);
  take();
  return h("section", { class: "card" },
    h("p", null, "Укажите реквизиты всех контролирующих органов, куда будет отправляться отчётность."), node);
}

function done(registration) {
  const shown = h("div", { role: "status", tabindex: "-1" }, note("good", "Заявка отправлена", h("p", null, registration.message),
    h("a", { class: "button", href: `#/gosotchet/registrations/${registration.registration_id}` }, "Следить за регистрацией")));
  queueMicrotask(() => shown.focus());
  return shown;
}
