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
      ["Арендодатель", (one) => h("a", { href: `#/rent/landlords/${one.landlord.landlord_id}` }, one.landlord.name)],
      ["Подписано", (one) => moment(one.signature.received_at)],
      ["Редакция", (one) => one.version],
      ["Состояние", (one) => badge(CONSENT[one.state])],
      ["Текст", (one) => button("Открыть", () => openConsent(context, one), {
        kind: "link", label: `Открыть согласие для ${one.landlord.name} от ${moment(one.signature.received_at)}`,
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
