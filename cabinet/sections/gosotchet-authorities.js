// The list of authorities in a form: rows are added up to the limits of the tariff.

import { h, newId, replace } from "../lib/dom.js";
import { field, textField } from "../lib/form.js";

const shaped = (pattern, fault) => (text) => (pattern.test(text) ? null : fault);

const IDENTIFIER = [{ name: "identifier", label: "Идентификатор", short: "", hint: "Под которым орган знает вашу организацию", max: 64 }];

/** Requisites of each authority: `of` limits one to a kind of organisation, `short` is its label in a line. */
export const KINDS = {
  fns: {
    title: "ФНС",
    fields: [
      { name: "code", label: "Код инспекции", short: "код", hint: "Четыре цифры", max: 4, numeric: true, check: shaped(/^\d{4}$/, "Код — четыре цифры, например 7719."), profile: "tax_office_code" },
      { name: "kpp", label: "КПП", short: "КПП", hint: "С которым вы отчитываетесь в эту инспекцию", max: 9, of: "legal_entity", check: shaped(/^\d{4}[\dA-Z]{2}\d{3}$/, "КПП — девять знаков, например 771901001."), profile: "kpp" },
    ],
  },
  sfr: {
    title: "СФР",
    fields: [{
      name: "registration_number", label: "Регистрационный номер", short: "№", hint: "10 цифр или номер вида 087-123-456789", max: 14,
      check: shaped(/^(\d{3}-\d{3}-\d{6}|\d{10})$/, "Номер — 10 цифр или вида 087-123-456789."),
    }],
  },
  rosstat: {
    title: "Росстат",
    fields: [
      { name: "togs", label: "Код ТОГС", short: "ТОГС", hint: "Вида 77-00", max: 5, check: shaped(/^\d{2}-\d{2}$/, "Код — четыре цифры вида 77-00.") },
      { name: "okpo", label: "ОКПО", short: "ОКПО", hint: "8 цифр у организации, 10 у предпринимателя, 14 у филиала", max: 14, numeric: true, check: shaped(/^(\d{8}|\d{10}|\d{14})$/, "В ОКПО 8, 10 или 14 цифр.") },
    ],
  },
  fsrar: { title: "Росалкогольтабакконтроль", fields: IDENTIFIER },
  rpn: { title: "Росприроднадзор", fields: IDENTIFIER },
  cb: { title: "ЦБ", fields: IDENTIFIER },
};

/** Return an authority and its requisites as a phrase. */
export function authorityText({ kind, ...requisites }) {
  const { title, fields } = KINDS[kind];
  return [title, fields.filter(({ name }) => requisites[name])
    .map(({ name, short }) => `${short} ${requisites[name]}`.trim()).join(", ")];
}

/**
 * @param {Object} how
 * @param {Object} how.profile the organisation's profile; the first tax office is filled in from it if
 *   it has more than `kind`
 * @param {{title: string, authorities: string[]}} how.tariff
 * @param {boolean} [how.required]
 */
export function authoritiesField({ profile, tariff: first, required = true }) {
  const id = newId("authorities");
  let tariff = first;
  let blocks = [];
  const list = h("div", { class: "authorities" });
  const adding = h("div", { class: "actions", role: "group", "aria-label": "Добавить контролирующий орган" });
  const admitted = h("p", { class: "hint" });
  const group = h("fieldset", { class: "group" }, h("legend", null, "Контролирующие органы"), admitted, list, adding);
  const told = () => group.dispatchEvent(new Event("input", { bubbles: true }));

  const place = () => blocks.forEach((block, at) => block.stand(`/authorities/${at}`));
  const add = (kind, given = {}) => {
    const block = authority(kind, profile, given, () => tariff, () => {
      blocks = blocks.filter((other) => other !== block);
      block.node.remove();
      place();
      told();
      adding.querySelector("button")?.focus();
    });
    blocks.push(block);
    list.append(block.node);
    place();
    return block;
  };
  const drawButtons = () => {
    replace(adding, tariff.authorities.map((kind) => h("button", {
      type: "button", class: "quiet", "aria-label": `Добавить: ${KINDS[kind].title}`, onclick: () => {
        const block = add(kind, kind === "fns" && !blocks.some((block) => block.kind === kind) ? defaults(profile) : {});
        told();
        block.fields[0].focus();
      },
    }, `+ ${KINDS[kind].title}`)));
    replace(admitted, tariff.authorities.length === 1 ? `Тариф «${tariff.title}» допускает только ${KINDS[tariff.authorities[0]].title}.`
      : `Тариф «${tariff.title}» допускает все эти органы.`);
  };
  drawButtons();

  return {
    ...field({
      id, control: group, target: group, focusing: group, pointers: ["/authorities", ""],
      value: () => blocks.map((block) => block.value()),
      fault: () => (required && !blocks.length ? "Добавьте хотя бы один контролирующий орган." : null),
      restore: (value) => {
        for (const block of blocks) block.node.remove();
        blocks = [];
        for (const given of value) add(given.kind, given);
      },
    }),
    focus: () => adding.querySelector("button")?.focus(),
    parts: () => blocks.flatMap((block) => [block, ...block.fields]),
    /** Change the tariff. Authorities that the new tariff does not admit are marked, not removed. */
    take: (other) => {
      tariff = other;
      drawButtons();
    },
  };
}

function authority(kind, profile, given, tariff, remove) {
  const { title, fields: all } = KINDS[kind];
  const asked = all.filter((field) => !field.of || field.of === profile.kind);
  const fields = asked.map((field) => textField(field.label, {
    pointer: "", hint: field.hint, max: field.max, check: field.check, value: given[field.name] ?? "",
    attributes: { autocomplete: "off", inputmode: field.numeric ? "numeric" : null },
  }));
  const group = h("fieldset", { class: "authority" }, h("legend", null, title),
    h("div", { class: "authority-fields" }, fields.map((field) => field.node)),
    h("button", { type: "button", class: "link", "aria-label": `Убрать: ${title}`, onclick: remove }, "Убрать"));
  const block = {
    ...field({
      id: newId("authority"), control: group, target: group, focusing: group, pointers: [],
      value: () => ({ kind, ...Object.fromEntries(asked.map((field, at) => [field.name, fields[at].value()])) }),
      fault: () => (tariff().authorities.includes(kind) ? null
        : `Тариф «${tariff().title}» не допускает отчёты в ${title}. Уберите этот орган или выберите другую лицензию.`),
    }),
    kind,
    fields,
    focus: () => group.querySelector("button").focus(),
    stand: (pointer) => {
      block.pointers = [pointer, `${pointer}/kind`];
      asked.forEach((field, at) => { fields[at].pointers = [`${pointer}/${field.name}`]; });
    },
  };
  return block;
}

function defaults(profile) {
  return Object.fromEntries(KINDS.fns.fields.map((field) => [field.name, profile[field.profile]]));
}
