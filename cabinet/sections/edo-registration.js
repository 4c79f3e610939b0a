// The registration with ЭДО: the statement, the accepted texts and the signature.

import { h } from "../lib/dom.js";
import { day, moment } from "../lib/format.js";
import { facts, panel } from "../lib/parts.js";
import { signatureNote, textToSign } from "../lib/signing.js";

export function showRegistration({ api }) {
  return panel(() => api.get("/edo/registration"), (said) => [
    h("section", { class: "card" }, h("h2", null, "Сведения о регистрации"),
      facts(["Зарегистрирована", moment(said.registered_at)], ["Организация", said.organisation.name],
        ["ИНН / КПП", [said.organisation.inn, said.organisation.kpp].filter(Boolean).join(" / ")],
        ["Адрес", said.organisation.address], ["Код налогового органа", said.organisation.tax_office_code],
        ["Подписывает", [said.person.surname, said.person.given_name, said.person.patronymic].filter(Boolean).join(" ")],
        ["Сертификат", `${said.certificate.serial}, действует до ${day(said.certificate.valid_until.slice(0, 10))}`],
        ["Оферта", `редакция ${said.offer_version}`], ["Персональные данные", `условия в редакции ${said.personal_data_version}`])),
    h("section", { class: "card" }, h("h2", null, "Заявление"), textToSign(said.statement_text, "Заявление о присоединении"),
      signatureNote(said.signature, moment(said.signature.received_at))),
  ]);
}
