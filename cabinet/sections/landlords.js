// Landlords for the operator: the organisations that tenants can choose.

import { confirm } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { form, textField } from "../lib/form.js";
import { button, emptyNote, pagedList, table } from "../lib/parts.js";
import { toast } from "../lib/toast.js";

export function show({ api }) {
  const list = pagedList(
    (next) => api.get("/rent/landlords", { next }),
    () => table("Арендодатели", [
      ["Арендодатель", (row) => row.name],
      ["ИНН", (row) => row.inn, "whole"],
      ["Организация", (row) => row.landlord_id],
      ["Список", (row) => button("Исключить", () => strikeOff(row), { kind: "link", label: `Исключить ${row.name}` })],
    ]),
    emptyNote("Арендодателей нет", "Внесите организацию, чтобы арендаторы могли её выбрать."),
  );
  const strikeOff = async (landlord) => {
    const done = await confirm({
      title: "Исключить из списка?",
      text: `${landlord.name} не найдут арендаторы, и обороты перестанут быть видны, пока организацию не внесут снова.`,
      yes: "Исключить",
      act: () => api.delete(`/rent/landlords/${landlord.landlord_id}`),
    });
    if (done) toast(`${landlord.name}: исключён из списка`);
    await list.reload();
  };
  return [
    h("section", { class: "card narrow" }, h("h2", null, "Внести арендодателя"), form({
      fields: {
        landlord: textField("Идентификатор организации", {
          pointer: "/landlord_id", max: 64, hint: "Как в личном кабинете: название и ИНН возьмём оттуда",
          check: (text) => (/^[A-Za-z0-9-]+$/.test(text) ? null : "Только латинские буквы, цифры и дефис."),
        }),
      },
      submit: "Внести",
      send: async ({ landlord }) => {
        const { name } = await api.put(`/rent/landlords/${landlord}`);
        toast(`${name}: в списке арендодателей`);
        await list.reload();
      },
    })),
    list,
  ];
}
