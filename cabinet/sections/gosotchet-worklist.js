// Registrations of all clients for the operator, failed ones first, with a button to retry.

import { h } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { badge, button, emptyNote, pagedList, table, tabs } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { REGISTRATION } from "./statuses.js";

const STATUSES = ["failed", "accepted", "credentials_requested", "credentials_sent"];

export function show({ api, path }) {
  const status = STATUSES.includes(path) ? path : "failed";
  const address = (one) => (one === "failed" ? "registrations" : `registrations/${one}`);
  const list = pagedList(
    (next) => api.get("/gosotchet/worklist", { status, next }),
    () => table("Регистрации", [
      ["Организация", (one) => [one.organisation_name, " ", h("small", null, `ИНН ${one.organisation_inn}`)]],
      ["Запрошено", (one) => moment(one.requested_at)],
      ["Обещано", (one) => moment(one.credentials_due)],
      ["Логин", (one) => one.login ?? "—"],
      ["Состояние", (one) => [badge(REGISTRATION[one.status]), one.reason && h("p", null, one.reason)]],
      status === "failed" && ["Ещё раз", (one) => button("Повторить", () => retry(one), { kind: "link", label: `Повторить: ${one.organisation_name}` })],
    ].filter(Boolean)),
    emptyNote("Таких регистраций нет"),
  );
  const retry = async (one) => {
    await api.post(`/gosotchet/registrations/${one.registration_id}/retry`);
    toast(`${one.organisation_name}: заявка снова выполняется`);
    await list.reload();
  };
  return [tabs("Состояние регистраций", address(status), STATUSES.map((one) => [address(one), REGISTRATION[one][1]])), list];
}
