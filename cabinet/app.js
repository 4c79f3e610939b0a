// The frame of the page: the signed-in person, the menu, and the section of the current address.

import { Api, fetchJson } from "./lib/api.js";
import { h, replace } from "./lib/dom.js";
import { icon } from "./lib/icons.js";
import { button, note, problemNote } from "./lib/parts.js";
import { openSession } from "./lib/session.js";
import { openSigner } from "./lib/signing.js";
import { GROUPS, SERVICES, isOpen } from "./sections/index.js";

const main = document.getElementById("main");
const menu = document.getElementById("menu");
const menuButton = document.querySelector(".menu-button");
const HOME = { path: "", title: "Главная", icon: "home", roles: ["client", "landlord", "operator"], load: () => import("./sections/home.js") };
const MENU = [{ title: null, sections: [HOME] }, ...GROUPS];
const ALL = MENU.flatMap(({ sections }) => sections);

start().catch((problem) => replace(main, h("div", { role: "alert" }, problemNote(problem,
  h("div", { class: "actions" }, button("Обновить страницу", () => location.reload(), { kind: "quiet" }))))));

async function start() {
  const config = await fetchJson("config.json");
  const session = await openSession(config);
  const context = {
    config,
    session,
    api: new Api(config.api, session),
    signer: openSigner(config, session),
    go: (path) => { location.hash = `#/${path}`; },
  };
  replace(document.getElementById("who"), session.card());
  menuButton.addEventListener("click", () => openMenu(menuButton.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && openMenu(false));
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
  window.addEventListener("hashchange", () => open(context, true));
  await open(context, false);
  performance.mark("interactive");
}

async function open(context, moved) {
  const path = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
  const [first, ...rest] = path.split("/");
  const section = ALL.find((section) => section.path === first);
  const heading = h("h1", { tabindex: "-1" }, section?.title ?? "Такой страницы нет");
  openMenu(false);
  drawMenu(context, section);
  document.title = section && section !== HOME ? `${section.title} — Сервис и услуги` : "Сервис и услуги";
  const body = h("div", { class: "section" }, h("p", { class: "loading" }, "Открываем…"));
  replace(main, heading, body);
  // A screen reader announces the section that was opened.
  if (moved) heading.focus();
  window.scrollTo(0, 0);
  try {
    replace(body, await content(section, { ...context, path: rest.join("/"), heading }));
  } catch (problem) {
    replace(body, h("div", { role: "alert" }, problemNote(problem)));
  }
}

async function content(section, context) {
  if (!section) return note("info", null, h("p", null, "Проверьте адрес или ", h("a", { href: "#/" }, "вернитесь на главную"), "."));
  if (!section.load) return note("info", "Готовится", h("p", null, "Эта услуга появится здесь позже."));
  if (!isOpen(section, context)) {
    return note("warning", "Недостаточно прав", h("p", null,
      "Этот раздел недоступен вашей роли. Войдите от имени того, кто с ним работает."));
  }
  const module = await section.load();
  return module.show(context);
}

function drawMenu(context, current) {
  const entry = (section) => h("li", null, h("a", {
    href: `#/${section.path}`, "aria-current": section === current ? "page" : null,
  }, icon(section.icon), section.title));
  replace(menu, MENU.map(({ title, sections }) => {
    const shown = sections.filter((section) => isOpen(section, context) || (SERVICES.includes(section)
      && !section.load && context.session.roles.includes("client")));
    return shown.length > 0 && [title && h("h2", null, title), h("ul", null, shown.map(entry))];
  }));
}

function openMenu(open) {
  menuButton.setAttribute("aria-expanded", String(open));
  menu.classList.toggle("open", open);
}
