// The recipient of a document, found by ИНН or given by the participant's identifier.

import { h, replace } from "../lib/dom.js";
import { choiceField, textField } from "../lib/form.js";
import { note, problemNote } from "../lib/parts.js";

const INN = /^(\d{10}|\d{12})$/;
const IDENTIFIER = /^[0-9A-Z]{3}-[A-Za-z0-9@.-]{1,42}$/;

/** @param {{participant_id: string, licence: Object}} overview the sender's overview */
export function recipientField(api, overview) {
  const results = h("div", { class: "found", "aria-live": "polite" });
  const warning = h("div");
  const input = textField("Получатель", {
    pointer: "/recipient_id", max: 46, hint: "ИНН (10 или 12 цифр) или ID участника ЭДО",
    attributes: { autocomplete: "off", spellcheck: "false" },
  });
  let choice = null;
  let turn = 0;
  const typed = () => input.input.value.trim();
  const chosen = () => (IDENTIFIER.test(typed()) ? typed() : choice?.value());
  const warn = () => {
    const id = chosen();
    const roaming = id && id.slice(0, 3) !== overview.participant_id.slice(0, 3);
    replace(warning, roaming && overview.licence.state === "none" && note("warning", "Нужна лицензия",
      h("p", null, "Этого участника обслуживает другой оператор: для отправки в роуминг нужна активная лицензия. ",
        h("a", { href: "#/edo/licence" }, "Перейти в «Лицензию»"))));
  };
  const look = async () => {
    turn += 1;
    const mine = turn;
    choice = null;
    input.mark(null);
    replace(results);
    if (INN.test(typed())) {
      const shown = await search(api, typed());
      // An answer to an earlier search is ignored.
      if (mine !== turn) return;
      ({ choice = null } = shown);
      replace(results, shown.node);
    }
    warn();
  };
  results.addEventListener("change", warn);
  input.input.addEventListener("input", look);
  input.node.append(results, warning);
  return {
    ...input,
    value: chosen,
    fault: () => {
      if (!typed()) return "Укажите получателя.";
      if (chosen()) return null;
      if (choice) return "Выберите, кому отправить.";
      return INN.test(typed()) ? "Участник ЭДО с таким ИНН не найден." : "Нужен ИНН из 10 или 12 цифр или ID участника ЭДО.";
    },
    restore: (id) => {
      input.restore(id);
      look();
    },
  };
}

async function search(api, inn) {
  let items;
  try {
    ({ items } = await api.get("/edo/counterparties", { inn }));
  } catch (problem) {
    return { node: problem.errors?.length ? note("bad", null, h("p", null, problem.errors[0].detail)) : problemNote(problem) };
  }
  if (!items.length) {
    return { node: note("info", "Не найден", h("p", null,
      "Участника ЭДО с таким ИНН нет. Попросите контрагента присоединиться к ЭДО или сообщить вам его ID.")) };
  }
  const choice = choiceField("Кому отправить", {
    pointer: "/recipient_id",
    value: items.length === 1 ? items[0].participant_id : null,
    options: items.map((item) => [item.participant_id, item.name ?? `ИНН ${item.inn}`,
      [item.participant_id, item.kpp && `КПП ${item.kpp}`, item.roaming && "роуминг: через другого оператора"].filter(Boolean).join("; ")]),
  });
  return { choice, node: choice.node };
}
