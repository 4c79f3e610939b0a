// «Интеграция 1С»: tariffs of registers, connection of 1С, documents, nomenclature.

import { tabs } from "../lib/parts.js";
import { showConnection } from "./integration-1c-connection.js";
import { showDocuments } from "./integration-1c-documents.js";
import { showNomenclature } from "./integration-1c-nomenclature.js";
import { showRegisters } from "./integration-1c-registers.js";

const PARTS = { connection: showConnection, documents: showDocuments, nomenclature: showNomenclature };

export function show(context) {
  const { path } = context;
  return [tabs("Интеграция 1С", PARTS[path] ? `integration-1c/${path}` : "integration-1c", [
    ["integration-1c", "Кассы и тарифы"],
    ["integration-1c/connection", "Подключение 1С"],
    ["integration-1c/documents", "Документы"],
    ["integration-1c/nomenclature", "Номенклатура"],
  ]), (PARTS[path] ?? showRegisters)(context)];
}
