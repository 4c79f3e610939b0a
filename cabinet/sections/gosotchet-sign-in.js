// Sign-in to the embedded reporting system; a one-time password is changed at the first sign-in.

import { fetchJson } from "../lib/api.js";
import { h, replace } from "../lib/dom.js";
import { form, textField } from "../lib/form.js";
import { note } from "../lib/parts.js";
import { authorityText } from "./gosotchet-authorities.js";

export function showSignIn({ config }) {
  const place = h("div", { class: "panel" });
  const changed = textField("Новый пароль", {
    pointers: ["/new_password", ""], type: "password", max: 128, hint: "Ваш пароль одноразовый. Задайте новый: не короче 12 знаков и без логина",
    check: (text) => (text.length < 12 ? "Не короче 12 знаков." : null), attributes: { autocomplete: "new-password" },
  });
  changed.node.hidden = true;
  const send = async ({ login, password, new_password: replacing }) => {
    try {
      // Sent without the bearer token: the client would renew the token and repeat a wrong password.
      const account = await fetchJson(`${config.api}/gosotchet/sessions`, {
        login, password, ...(changed.node.hidden ? {} : { new_password: replacing }),
      });
      replace(place, signedIn(account));
    } catch (problem) {
      if (problem.slug !== "password-change-required") throw problem;
      const asked = changed.node.hidden;
      changed.node.hidden = false;
      changed.focus();
      if (!asked) throw problem;
    }
  };
  return replace(place, h("section", { class: "card narrow" },
    h("p", null, "Логин и пароль приходят на почту, указанную при регистрации лицензии."),
    form({
      fields: {
        login: textField("Логин", { pointer: "/login", max: 64, attributes: { autocomplete: "username" } }),
        password: textField("Пароль", { pointer: "/password", type: "password", max: 128, attributes: { autocomplete: "current-password" } }),
        new_password: changed,
      },
      submit: "Войти",
      send,
    })));
}

function signedIn(account) {
  return note("good", `Вы вошли: ${account.organisation_name}`,
    h("p", null, `Логин ${account.login}, ИНН ${account.organisation_inn}. Отчётность принимают:`),
    h("ul", null, account.authorities.map((authority) => h("li", null, authorityText(authority).join(": ")))));
}
