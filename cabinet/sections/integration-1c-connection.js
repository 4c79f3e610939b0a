// Four steps that connect 1С, with the login and password of the exchange.

import { confirm, openDialog } from "../lib/dialog.js";
import { h } from "../lib/dom.js";
import { count, moment } from "../lib/format.js";
import { button, copyable, facts, note, panel, steps } from "../lib/parts.js";
import { toast } from "../lib/toast.js";
import { isConnected } from "./integration-1c-registers.js";

export function showConnection({ api }) {
  const place = panel(
    () => Promise.all([api.all("/integration-1c/registers"), api.get("/integration-1c/credentials")]),
    ([registers, credentials]) => [
      h("h2", null, "Как подключить 1С: четыре шага"),
      h("p", null, "Чеки касс загружает сама 1С:Бухгалтерия 3.0 — своей «Синхронизацией данных». Устанавливать в 1С ничего не нужно. "
        + "Названия пунктов меню в вашем выпуске 1С могут немного отличаться."),
      steps([
        { title: "Подключите кассы", done: registers.some(isConnected), content: registersStep(registers) },
        { title: "Получите логин и пароль", done: Boolean(credentials.login), content: credentialsStep(api, credentials, () => place.reload()) },
        { title: "Настройте синхронизацию в 1С", done: false, content: settingsStep(credentials) },
        { title: "Выполните синхронизацию", done: false, content: synchronisationStep() },
      ]),
      troubles(),
    ],
  );
  return place;
}

function registersStep(registers) {
  const connected = registers.filter(isConnected).length;
  return [
    h("p", null, connected
      ? `Подключено ${connected} из ${count(registers.length, "кассы", "касс", "касс")}. Загружаются документы тех дней, когда тариф действовал.`
      : "Включите пробный период или тариф на месяц или год — для каждой кассы отдельно."),
    h("div", { class: "actions" }, h("a", { class: "button quiet", href: "#/integration-1c" }, "К кассам и тарифам")),
  ];
}

function credentialsStep(api, { login, created_at: createdAt }, reload) {
  const issue = async () => {
    const made = await api.post("/integration-1c/credentials");
    const { closed } = openDialog("Логин и пароль для 1С", ({ close }) => [
      note("warning", "Пароль показан один раз", h("p", null,
        "Сохраните его или сразу введите в 1С: посмотреть его позже нельзя, можно только получить новый.")),
      facts(["Адрес", copyable(made.address, "адрес")], ["Логин", copyable(made.login, "логин")],
        ["Пароль", copyable(made.password, "пароль")]),
      h("div", { class: "actions" }, button("Пароль сохранён", () => close())),
    ]);
    await closed;
    await reload();
  };
  if (!login) {
    return [h("p", null, "С ними 1С будет входить за документами."),
      h("div", { class: "actions" }, button("Получить логин и пароль", issue))];
  }
  const again = () => confirm({
    title: "Получить новый пароль?",
    text: "Прежние логин и пароль сразу перестанут действовать: новые нужно будет ввести в настройке синхронизации 1С.",
    yes: "Получить новый пароль",
    act: async () => {},
  }).then((agreed) => agreed && issue());
  const revoke = async () => {
    const done = await confirm({
      title: "Отозвать логин и пароль?",
      text: "1С больше не сможет загружать документы, пока вы не получите новый пароль.",
      yes: "Отозвать",
      act: () => api.delete("/integration-1c/credentials"),
    });
    if (!done) return;
    toast("Логин и пароль отозваны");
    await reload();
  };
  return [
    facts(["Логин", copyable(login, "логин")], ["Получен", moment(createdAt)], ["Пароль", "показан при получении"]),
    h("div", { class: "actions" }, button("Получить новый пароль", again, { kind: "quiet" }),
      button("Отозвать", revoke, { kind: "quiet danger" })),
  ];
}

function settingsStep({ address }) {
  return h("ol", { class: "numbered" },
      h("li", null, "«Администрирование» → «Синхронизация данных»: включите её и укажите префикс вашей базы."),
      h("li", null, "«Настройки синхронизации данных» → «Новая синхронизация данных» → «Другая программа (универсальный формат EnterpriseData)»."),
      h("li", null, "Способ подключения — «Прямое подключение через Интернет». Логин и пароль — из шага 2, адрес: ", copyable(address, "адрес")),
      h("li", null, "Проверьте подключение и завершите настройку. В правилах отправки достаточно номенклатуры."),
      h("li", null, "Укажите расписание: раз в день, после закрытия смен."));
}

function synchronisationStep() {
  return [
    h("p", null, "Нажмите «Синхронизировать». За каждую закрытую смену каждой кассы в 1С появится «Отчёт о розничных продажах», "
      + "за выручку наличными — «Поступление наличных (розничная выручка)», а также номенклатура, организация и склад."),
    h("p", { class: "muted" }, "Повторная синхронизация ничего не задвоит. Если чек пришёл от кассы позже, обновится только отчёт его смены. "
      + "Большая загрузка идёт по частям: повторите синхронизацию, пока не загрузится всё."),
    h("div", { class: "actions" }, h("a", { class: "button quiet", href: "#/integration-1c/documents" }, "Что загрузится")),
  ];
}

const TROUBLES = [
  ["Неверный логин или пароль", "Проверьте их; если пароль утерян, получите новый в шаге 2."],
  ["Много неверных паролей", "Подождите 15 минут и повторите."],
  ["Настройка синхронизации не найдена", "Создайте настройку в 1С заново; загруженное не задвоится."],
  ["Обмен уже выполняется", "Подождите несколько минут: обмен запущен с другого компьютера."],
  ["Ставку НДС нельзя передать", "В настройке синхронизации выберите версию формата 1.17."],
  ["Смены нет в 1С", "Она ещё не закрыта, или тариф кассы в тот день не действовал."],
];

function troubles() {
  return h("details", { class: "more card" }, h("summary", null, "Если 1С сообщает об ошибке"),
    h("dl", { class: "facts" }, TROUBLES.map(([trouble, todo]) => h("div", null, h("dt", null, `«${trouble}»`), h("dd", null, todo)))));
}
