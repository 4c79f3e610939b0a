// What the states of things are called, and how a badge shows them.

export const ORDER = {
  invoiced: ["waiting", "Ожидает оплаты"],
  paid: ["good", "Оплачен"],
  assembling: ["moving", "Собирается"],
  shipped: ["moving", "Отправлен"],
  delivered: ["good", "Доставлен"],
  cancelled: ["over", "Отменён"],
  expired: ["over", "Срок оплаты истёк"],
};

export const ORDER_STEPS = {
  invoiced: "Счёт сформирован",
  paid: "Оплачен",
  assembling: "Собирается",
  shipped: "Отправлен",
  delivered: "Доставлен",
  cancelled: "Отменён",
  expired: "Закрыт: срок оплаты истёк",
};

/** The way of an order that goes well. */
export const ORDER_WAY = ["invoiced", "paid", "assembling", "shipped", "delivered"];

export const INVOICE = {
  open: ["waiting", "Ожидает оплаты"],
  paid: ["good", "Оплачен"],
  cancelled: ["over", "Отменён"],
  expired: ["over", "Просрочен"],
};

export const APPLICATION = {
  none: ["over", "Не подключена"],
  submitted: ["moving", "Проверяется"],
  in_review: ["waiting", "На рассмотрении"],
  approved: ["good", "Одобрена"],
  rejected: ["bad", "Отклонена"],
  cancelled: ["over", "Отменена"],
};

export const APPLICATION_STEPS = {
  submitted: "Отправлена",
  in_review: "На рассмотрении",
  approved: "Одобрена",
  rejected: "Отклонена",
  cancelled: "Отменена",
};

export const PAYMENT = {
  paid: ["good", "Счёт оплачен"],
  underpaid: ["waiting", "Оплачен не весь"],
  overpaid: ["waiting", "Переплата"],
  late: ["bad", "Счёт уже закрыт"],
  unmatched: ["bad", "Счёт не найден"],
};

/** Why a payment from a statement has no invoice. */
export const UNMATCHED = {
  "amount-differs": "сумма не совпадает со счётом",
  "payer-differs": "плательщик не тот, кому выставлен счёт",
  ambiguous: "подходит несколько счетов",
  "not-found": "в назначении нет номера счёта",
};

export const DELIVERY = { courier: "Курьер", pickup: "Самовывоз", post: "Почта России" };

export const ADDITIONAL_SERVICES = { "branded-message": "Брендированное сообщение", logo: "Логотип в чеке" };
