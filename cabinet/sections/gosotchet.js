// «Платформа Госотчёт»: licences, «Регистрация лицензии», registrations, sign-in.

import { tabs } from "../lib/parts.js";
import { showForm } from "./gosotchet-form.js";
import { showLicences } from "./gosotchet-licences.js";
import { showRegistration, showRegistrations } from "./gosotchet-registrations.js";
import { showSignIn } from "./gosotchet-sign-in.js";

export function show(context) {
  const [part, id] = context.path.split("/");
  return [
    tabs("Платформа Госотчёт", part ? `gosotchet/${part}` : "gosotchet", [
      ["gosotchet", "Лицензии"],
      ["gosotchet/register", "Регистрация лицензии"],
      ["gosotchet/registrations", "Мои регистрации"],
      ["gosotchet/sign-in", "Вход в систему"],
    ]),
    content(context, part, id),
  ];
}

function content(context, part, id) {
  switch (part) {
    case "register": return showForm(context, id);
    case "registrations": return id ? showRegistration(context, id) : showRegistrations(context);
    case "sign-in": return showSignIn(context);
    default: return showLicences(context);
  }
}
