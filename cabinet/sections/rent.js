// «Аренда»: a tenant grants a landlord access to the turnover of chosen registers.

import { tabs } from "../lib/parts.js";
import { showConsents } from "./rent-consents.js";
import { showGrant, showGrants } from "./rent-grants.js";
import { showLandlord, showLandlords } from "./rent-landlords.js";
import { showTenants, showTurnover } from "./rent-tenants.js";

const TENANT = [["rent", "Выбор арендодателя"], ["rent/grants", "Предоставленный доступ"], ["rent/consents", "Согласия"]];
const LANDLORD = [["rent/tenants", "Мои арендаторы"]];

export function show(context) {
  const { roles } = context.session;
  const client = roles.includes("client");
  const entries = [...(client ? TENANT : []), ...(roles.includes("landlord") ? LANDLORD : [])];
  const [part, id] = (context.path || (client ? "" : "tenants")).split("/");
  const address = part && part !== "landlords" ? `rent/${part}` : "rent";
  return [entries.length > 1 && tabs("Аренда", address, entries), content(context, part, id)];
}

function content(context, part, id) {
  switch (part) {
    case "landlords": return showLandlord(context, id);
    case "grants": return id ? showGrant(context, id) : showGrants(context);
    case "consents": return showConsents(context);
    case "tenants": return id ? showTurnover(context, id) : showTenants(context);
    default: return showLandlords(context);
  }
}
