// Russian names of states, and the badge of each.

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

/** States of an order from the invoice to the delivery. */
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

/** Reasons why a payment from a statement has no invoice. */
export const UNMATCHED = {
  "amount-differs": "сумма не совпадает со счётом",
  "payer-differs": "плательщик не тот, кому выставлен счёт",
  ambiguous: "подходит несколько счетов",
  "not-found": "в назначении нет номера счёта",
  "reference-used": "под этим номером банка учтён другой платёж",
};

export const CONSENT = {
  unsigned: ["over", "Не подписано"],
  signed: ["good", "Подписано"],
  withdrawn: ["over", "Отозвано"],
};

export const GRANT = {
  active: ["good", "Действует"],
  revoked: ["over", "Отозван"],
  consent_withdrawn: ["over", "Согласие отозвано"],
};

export const GRANT_STEPS = {
  active: "Предоставлен",
  revoked: "Отозван",
  consent_withdrawn: "Прекращён: согласие отозвано",
};

export const LICENCE = {
  invoiced: ["waiting", "Ожидает оплаты"],
  active: ["good", "Действует"],
  expired: ["over", "Счёт не оплачен в срок"],
};

export const REGISTRATION = {
  accepted: ["moving", "Выполняется"],
  credentials_sent: ["good", "Логин и пароль отправлены"],
  credentials_requested: ["moving", "Готовим новый пароль"],
  failed: ["bad", "Не выполнена"],
};

/** States of a registration and of its changes. */
export const REGISTRATION_STEPS = {
  accepted: "Заявка принята",
  credentials_sent: "Логин и пароль отправлены",
  credentials_requested: "Запрошен новый пароль",
  failed: "Не выполнена",
  "change-submitted": "Подано изменение",
  "change-completed": "Изменение выполнено",
  "change-failed": "Изменение не выполнено",
};

export const CHANGE = {
  accepted: ["moving", "Выполняется"],
  completed: ["good", "Выполнено"],
  failed: ["bad", "Не выполнено"],
};

/** States of a register's access to 1С. */
export const ACCESS = {
  none: ["over", "Не подключена"],
  trial: ["moving", "Пробный период"],
  active: ["good", "Подключена"],
  expired: ["bad", "Срок закончился"],
};

export const EDO_DOCUMENT = {
  sent: ["moving", "Отправлен"],
  delivered: ["waiting", "Ожидает подписи"],
  signed: ["good", "Подписан"],
  rejected: ["bad", "Отклонён"],
  revocation_offered: ["waiting", "Предложено аннулировать"],
  revoked: ["over", "Аннулирован"],
};

export const EDO_DOCUMENT_STEPS = {
  sent: "Отправлен",
  delivered: "Доставлен",
  signed: "Подписан обеими сторонами",
  rejected: "Отклонён",
  revocation_offered: "Предложено аннулировать",
  revoked: "Аннулирован",
};

export const PURCHASE = {
  invoiced: ["waiting", "Ожидает оплаты"],
  paid: ["good", "Оплачен"],
  expired: ["over", "Не оплачен в срок"],
};

export const DELIVERY = { courier: "Курьер", pickup: "Самовывоз", post: "Почта России" };

export const ADDITIONAL_SERVICES = { "branded-message": "Брендированное сообщение", logo: "Логотип в чеке" };
