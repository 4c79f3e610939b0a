// Every section of the cabinet, a line each: add one here and its module beside.
//
// A module has one function, `show(context)`, which returns what stands under the section's heading;
// `context` is {api, session, signer, config, path, go}, `path` what follows the section's own
// address, and `go(path)` opens another address.

/**
 * @typedef {Object} Section
 * @property {string} path its address, after `#/`
 * @property {string} title
 * @property {string} icon of `lib/icons.js`
 * @property {string[]} roles who may open it; one of them is enough
 * @property {string} [note] what it is for, for the services of the menu
 * @property {function(): Promise<*>} [load] its module; without one it is announced only
 * @property {boolean} [local] on the local machine only
 */

/** @type {Section[]} «Сервис и услуги», in the order of the menu */
export const SERVICES = [
  { path: "integration-1c", title: "Интеграция 1С", icon: "exchange", roles: ["client"], note: "Документы о продажах с касс — сразу в 1С:Бухгалтерию 3.0" },
  { path: "fiscal-drives", title: "Купить ФН", icon: "drive", roles: ["client"], note: "Фискальные накопители с доставкой под ваши кассы", load: () => import("./fiscal-drives.js") },
  { path: "edo", title: "Платформа ЭДО", icon: "documents", roles: ["client"], note: "Обмен юридически значимыми документами с контрагентами" },
  { path: "gosotchet", title: "Платформа Госотчёт", icon: "report", roles: ["client"], note: "Отчётность в ФНС, СФР, Росстат и другие органы" },
  { path: "rent", title: "Аренда", icon: "rent", roles: ["client", "landlord"], note: "Мониторинг оборотов для арендодателя" },
  { path: "e-receipts", title: "Электронные чеки", icon: "receipt", roles: ["client"], note: "Чеки покупателям по СМС и на электронную почту", load: () => import("./e-receipts.js") },
];

/** @type {Section[]} what the services stand on */
export const DOCUMENTS = [
  { path: "invoices", title: "Счета", icon: "invoice", roles: ["client", "operator"], load: () => import("./invoices.js") },
  { path: "agreements", title: "Документы", icon: "agreement", roles: ["client"], load: () => import("./agreements.js") },
  { path: "shops", title: "Магазины", icon: "shop", roles: ["client"], load: () => import("./shops.js") },
  { path: "profile", title: "Профиль", icon: "profile", roles: ["client"], load: () => import("./profile.js") },
];

/** @type {Section[]} the operator's own people */
export const OPERATIONS = [
  { path: "moderation", title: "Модерация", icon: "moderation", roles: ["operator"], load: () => import("./moderation.js") },
  { path: "orders", title: "Заказы ФН", icon: "orders", roles: ["operator"], load: () => import("./orders.js") },
  { path: "payments", title: "Платежи", icon: "payments", roles: ["operator"], load: () => import("./payments.js") },
  { path: "catalogue", title: "Каталог ФН", icon: "catalogue", roles: ["operator"], load: () => import("./catalogue.js") },
];

/** @type {Section[]} what no deployment has */
export const MACHINE = [
  { path: "machine", title: "Очереди и сообщения", icon: "queues", roles: ["client", "landlord", "operator"], local: true, load: () => import("./machine.js") },
];

export const HOME = { path: "", title: "Главная", icon: "home", roles: ["client", "landlord", "operator"], load: () => import("./home.js") };

export const GROUPS = [
  { title: null, sections: [HOME] },
  { title: "Сервис и услуги", sections: SERVICES },
  { title: "Организация", sections: DOCUMENTS },
  { title: "Оператор", sections: OPERATIONS },
  { title: "Демонстрация", sections: MACHINE },
];

/** Whether a section is open to who has these roles here. */
export function isOpen(section, { session, config }) {
  return Boolean(section.load) && section.roles.some((role) => session.roles.includes(role))
    && (!section.local || Boolean(config.demonstration));
}
