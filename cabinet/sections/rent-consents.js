// Consents to share turnover: read, sign with КЭП, withdraw, list.

import { confirm, openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";
import { badge, button, emptyNote, pagedList, table } from "../lib/parts.js";
import { signatureNote, signingForm, textToSign } from "../lib/signing.js";
import { toast } from "../lib/toast.js";
import { CONSENT } from "./statuses.js";

export function showConsents(context) {
  return pagedList(
    (next) => context.api.get("/rent/consents", { next }),
    () => table("Согласия", [
      ["Арендодатель", (row) => h("a", { href: `#/rent/landlords/${row.landlord.landlord_id}` }, row.landlord.name)],
      ["Подписано", (row) => moment(row.signature.received_at)],
      ["Редакция", (row) => row.version],
      ["Состояние", (row) => badge(CONSENT[row.state])],
      ["Текст", (row) => button("Открыть", () => openConsent(context, row), {
        kind: "link", label: `Открыть согласие для ${row.landlord.name} от ${moment(row.signature.received_at)}`,
      })],
    ]),
    emptyNote("Согласий ещё нет", "Выберите арендодателя, чтобы прочитать и подписать согласие.",
      h("a", { class: "button", href: "#/rent" }, "Выбрать арендодателя")),
  );
}

/** Show the exact text of a consent, with a form to sign it or with its signers. */
export function openConsent({ api, signer }, consent, signed) {
  openDialog(consent.title, ({ close }) => [
    textToSign(consent.text, "Текст согласия"),
    consent.signature
      ? signatureNote(consent.signature, moment(consent.signature.received_at))
      : signingForm(signer, {
        submit: "Подписать КЭП",
        content: consent.text,
        send: async (signature, key) => {
          await api.post("/rent/consents", { landlord_id: consent.landlord.landlord_id, signature }, key);
          toast("Согласие подписано");
          close();
          await signed();
        },
      }),
  ], { wide: true });
}

export async function withdrawConsent(api, landlord, grants, reload) {
  const done = await confirm({
    title: "Отозвать согласие?",
    text: grants
      ? `${landlord.name} сразу перестанет видеть ваш оборот: прекратится ${count(grants, "доступ", "доступа", "доступов")}.`
      : `Чтобы снова предоставить доступ для ${landlord.name}, согласие нужно будет подписать заново.`,
    yes: "Отозвать согласие",
    act: () => api.delete(`/rent/consents/${landlord.landlord_id}`),
  });
  if (done) toast("Согласие отозвано, доступ прекращён");
  await reload();
}
