// Registrations of all clients for the operator, failed ones first, with a button to retry.

import { h } from "../lib/dom.js";
import { moment } from "../lib/format.js";
import { badge, button, emptyNote, pagedList, table, tabs } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { REGISTRATION } from "./statuses.js";

const STATUSES = ["failed", "accepted", "credentials_requested", "credentials_sent"];

export function show({ api, path }) {
  const status = STATUSES.includes(path) ? path : "failed";
  const address = (state) => (state === "failed" ? "registrations" : `registrations/${state}`);
  const list = pagedList(
    (next) => api.get("/gosotchet/worklist", { status, next }),
    () => table("Регистрации", [
      ["Организация", (row) => [row.organisation_name, " ", h("small", null, `ИНН ${row.organisation_inn}`)]],
      ["Запрошено", (row) => moment(row.requested_at)],
      ["Обещано", (row) => moment(row.credentials_due)],
      ["Логин", (row) => row.login ?? "—"],
      ["Состояние", (row) => [badge(REGISTRATION[row.status]), row.reason && h("p", null, row.reason)]],
      status === "failed" && ["Ещё раз", (row) => button("Повторить", () => retry(row), { kind: "link", label: `Повторить: ${row.organisation_name}` })],
    ].filter(Boolean)),
    emptyNote("Таких регистраций нет"),
  );
  const retry = async (registration) => {
    await api.post(`/gosotchet/registrations/${registration.registration_id}/retry`);
    toast(`${registration.organisation_name}: заявка снова выполняется`);
    await list.reload();
  };
  return [tabs("Состояние регистраций", address(status), STATUSES.map((status) => [address(status), REGISTRATION[status][1]])), list];
}
