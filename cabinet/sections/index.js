// The sections of the cabinet. A new section is a line here and a module in this folder.
//
// A module exports `show(context)`, which returns the content under the section's heading. `context`
// is {api, session, signer, config, path, go}: `path` is the part of the address after the section's
// own, and `go(path)` opens another address.

/**
 * @typedef {Object} Section
 * @property {string} path address of the section, after `#/`
 * @property {string} title
 * @property {string} icon name of an icon in `lib/icons.js`
 * @property {string[]} roles roles that may open the section; one of them is enough
 * @property {string} [note] purpose of a service, shown on the home page
 * @property {function(): Promise<*>} [load] imports the module; without it the section is announced only
 * @property {boolean} [local] whether the section exists on the local machine only
 */

/** @type {Section[]} «Сервис и услуги», in the order of the menu */
export const SERVICES = [
  { path: "integration-1c", title: "Интеграция 1С", icon: "exchange", roles: ["client"], note: "Документы о продажах с касс — сразу в 1С:Бухгалтерию 3.0", load: () => import("./integration-1c.js") },
  { path: "fiscal-drives", title: "Купить ФН", icon: "drive", roles: ["client"], note: "Фискальные накопители с доставкой под ваши кассы", load: () => import("./fiscal-drives.js") },
  { path: "edo", title: "Платформа ЭДО", icon: "documents", roles: ["client"], note: "Обмен юридически значимыми документами с контрагентами", load: () => import("./edo.js") },
  { path: "gosotchet", title: "Платформа Госотчёт", icon: "report", roles: ["client"], note: "Отчётность в ФНС, СФР, Росстат и другие органы", load: () => import("./gosotchet.js") },
  { path: "rent", title: "Аренда", icon: "rent", roles: ["client", "landlord"], note: "Мониторинг оборотов для арендодателя", load: () => import("./rent.js") },
  { path: "e-receipts", title: "Электронные чеки", icon: "receipt", roles: ["client"], note: "Чеки покупателям по СМС и на электронную почту", load: () => import("./e-receipts.js") },
];

/** @type {Section[]} sections that the services share */
export const DOCUMENTS = [
  { path: "invoices", title: "Счета", icon: "invoice", roles: ["client", "operator"], load: () => import("./invoices.js") },
  { path: "agreements", title: "Документы", icon: "agreement", roles: ["client"], load: () => import("./agreements.js") },
  { path: "shops", title: "Магазины", icon: "shop", roles: ["client"], load: () => import("./shops.js") },
  { path: "profile", title: "Профиль", icon: "profile", roles: ["client"], load: () => import("./profile.js") },
];

/** @type {Section[]} sections of the operator's employees */
export const OPERATIONS = [
  { path: "moderation", title: "Модерация", icon: "moderation", roles: ["operator"], load: () => import("./moderation.js") },
  { path: "orders", title: "Заказы ФН", icon: "orders", roles: ["operator"], load: () => import("./orders.js") },
  { path: "landlords", title: "Арендодатели", icon: "rent", roles: ["operator"], load: () => import("./landlords.js") },
  { path: "registrations", title: "Регистрации Госотчёт", icon: "report", roles: ["operator"], load: () => import("./gosotchet-worklist.js") },
  { path: "payments", title: "Платежи", icon: "payments", roles: ["operator"], load: () => import("./payments.js") },
  { path: "catalogue", title: "Каталог ФН", icon: "catalogue", roles: ["operator"], load: () => import("./catalogue.js") },
];

/** @type {Section[]} sections that no deployment has */
export const MACHINE = [
  { path: "machine", title: "Очереди и сообщения", icon: "queues", roles: ["client", "landlord", "operator"], local: true, load: () => import("./machine.js") },
];

/** @type {Array<{title: string, sections: Section[]}>} the menu under «Главная» */
export const GROUPS = [
  { title: "Сервис и услуги", sections: SERVICES },
  { title: "Организация", sections: DOCUMENTS },
  { title: "Оператор", sections: OPERATIONS },
  { title: "Демонстрация", sections: MACHINE },
];

/** Return whether the caller may open a section in this deployment. */
export function isOpen(section, { session, config }) {
  return Boolean(section.load) && section.roles.some((role) => session.roles.includes(role))
    && (!section.local || Boolean(config.demonstration));
}
