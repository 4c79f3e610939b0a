// «Профиль»: the organisation's data in the operator's records; the address can be corrected.

import { h } from "../lib/dom.js";
import { day } from "../lib/format.js";
import { form, textField } from "../lib/form.js";
import { facts, panel } from "../lib/parts.js";
import { toast } from "../lib/toast.js";

export function show({ api }) {
  const place = panel(() => api.get("/organisation"), (profile) => {
    const entrepreneur = profile.kind === "entrepreneur";
    const fields = {
      address: textField(entrepreneur ? "Адрес по месту регистрации" : "Юридический адрес", {
        pointer: "/address", value: profile.address, max: 250, multiline: true,
      }),
      tax_office_code: textField("Код налогового органа", {
        pointer: "/tax_office_code", value: profile.tax_office_code, max: 4,
        hint: "Четыре цифры: инспекция по этому адресу", attributes: { inputmode: "numeric" },
        check: (text) => (/^\d{4}$/.test(text) ? null : "Код — четыре цифры, например 7719."),
      }),
    };
    const send = async (values) => {
      await api.put("/organisation/address", values);
      await place.reload();
      toast("Адрес сохранён");
    };
    return h("div", { class: "columns" },
      h("section", { class: "card" }, h("h2", null, profile.name), facts(
        ["Вид", entrepreneur ? "Индивидуальный предприниматель" : "Юридическое лицо"],
        ["ИНН", profile.inn], ["КПП", profile.kpp], [entrepreneur ? "ОГРНИП" : "ОГРН", profile.ogrn],
        ["Электронная почта", profile.email], ["Кабинет создан", day(profile.cabinet_created_on)])),
      h("section", { class: "card" }, h("h2", null, "Адрес"), form({ fields, submit: "Сохранить", send })));
  });
  return place;
}
