// The registration with ЭДО: the statement, the accepted texts and the signature.

import { h } from "../lib/dom.js";
import { day, moment } from "../lib/format.js";
import { facts, panel } from "../lib/parts.js";
import { signatureNote, textToSign } from "../lib/signing.js";

export function showRegistration({ api }) {
  return panel(() => api.get("/edo/registration"), (registration) => [
    h("section", { class: "card" }, h("h2", null, "Сведения о регистрации"),
      facts(["Зарегистрирована", moment(registration.registered_at)], ["Организация", registration.organisation.name],
        ["ИНН / КПП", [registration.organisation.inn, registration.organisation.kpp].filter(Boolean).join(" / ")],
        ["Адрес", registration.organisation.address], ["Код налогового органа", registration.organisation.tax_office_code],
        ["Подписывает", [registration.person.surname, registration.person.given_name, registration.person.patronymic].filter(Boolean).join(" ")],
        ["Сертификат", `${registration.certificate.serial}, действует до ${day(registration.certificate.valid_until.slice(0, 10))}`],
        ["Оферта", `редакция ${registration.offer_version}`], ["Персональные данные", `условия в редакции ${registration.personal_data_version}`])),
    h("section", { class: "card" }, h("h2", null, "Заявление"), textToSign(registration.statement_text, "Заявление о присоединении"),
      signatureNote(registration.signature, moment(registration.signature.received_at))),
  ]);
}
