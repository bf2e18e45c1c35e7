// The frame: who is here, which language, which view.

import { ask, button, h, kept, locale, locales, speak, t, toast } from "./base.js";
import { jobs } from "./jobs.js";

export const here = { state: null };

const main = document.getElementById("main");
let leave = null;
let visit = 0;

const shared = location.pathname.match(/^\/share\/([a-z0-9]+)$/)?.[1];

const views = {
  "": () => import("./start.js"), t: () => import("./work.js"), library: () => import("./library.js"), care: () => import("./care.js"),
};

async function show() {
  const number = ++visit;
  const [, name = "", argument = ""] = location.hash.match(/^#\/([a-z]*)\/?([^?]*)/) ?? [];
  leave?.();
  leave = null;
  frame(name);
  if (!shared && !here.state.is_signed_in) return gate();
  const module = await (shared ? views.t() : (views[name] ?? views[""])());
  // Somebody has gone on meanwhile.
  if (number !== visit) return;
  main.replaceChildren();
  main.className = "";
  leave = await module.open(main, { argument: decodeURIComponent(argument), here, shared });
  if (number > 1) { main.focus({ preventScroll: true }); scrollTo(0, 0); }
}

function frame(name) {
  document.title = "Stentor";
  const links = shared || !here.state.is_signed_in ? []
    : [["", "nav.start", "#/"], ["library", "nav.library", "#/library"], ...(here.state.is_admin ? [["care", "nav.care", "#/care"]] : [])];
  document.getElementById("nav").replaceChildren(...links.map(([view, key, href]) =>
    h("a", { href, "aria-current": view === name || (name === "t" && view === "library") ? "page" : null }, t(key))));
  document.getElementById("nav").hidden = links.length === 0;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  document.getElementById("tools").replaceChildren(
    h("select", { "aria-label": t("interface.language"), onchange: (event) => { kept.set("locale", event.target.value); begin(event.target.value); } },
      Object.entries(locales).map(([code, label]) => h("option", { value: code, selected: code === locale }, label))),
    button(t("theme"), turnTheme, { sign: "sun", shown: false, kind: ".quiet" }),
    here.state.has_session && here.state.is_signed_in ? button(t("sign.out"), signOut, { kind: ".quiet" }) : "");
}

// MARK: Theme

function applyTheme() {
  const theme = kept.get("theme", null);
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

function turnTheme() {
  const isDark = (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  kept.set("theme", isDark ? "light" : "dark");
  applyTheme();
  document.dispatchEvent(new CustomEvent("theme"));
}

// MARK: Signing in

function gate() {
  const input = h("input", { type: "password", autocomplete: "current-password", required: true, id: "key", "aria-describedby": "gate-why" });
  const why = h("p.why", { id: "gate-why", role: "alert" });
  const form = h("form.panel.gate.cards", {
    onsubmit: async (event) => {
      event.preventDefault();
      why.textContent = "";
      try {
        await ask("POST", "/ui/session", { key: input.value });
        await refresh();
        await show();
      } catch (error) { why.textContent = error.code === "unknown_key" ? t("sign.unknown") : error.message; input.select(); }
    },
  }, h("h1", {}, t("sign.title")), h("p.soft", {}, t("sign.lede")), h("label.field", {}, t("sign.key"), input), why,
  h("button.main", { type: "submit" }, t("sign.in")));
  main.replaceChildren(form);
  input.focus();
}

async function signOut() {
  await ask("DELETE", "/ui/session").catch(() => {});
  jobs.stop();
  await refresh();
  location.hash = "#/";
  await show();
}

async function refresh() { here.state = await ask("GET", "/ui/state"); }

document.addEventListener("signed-out", async () => {
  if (!here.state?.is_signed_in) return;
  here.state.is_signed_in = false;
  jobs.stop();
  toast(t("sign.over"), true);
  await show();
});

// MARK: The beginning

async function begin(code) {
  await speak(code);
  if (here.state) await show();
}

addEventListener("hashchange", show);
applyTheme();

const wanted = kept.get("locale", null) ?? navigator.languages.map((code) => code.slice(0, 2)).find((code) => code in locales) ?? "en";
try {
  await Promise.all([speak(wanted in locales ? wanted : "en"), shared ? (here.state = { is_signed_in: false, is_admin: false }) : refresh()]);
  await show();
} catch (error) {
  main.replaceChildren(h("p.notice.bad", { role: "alert" }, error.message), button(t("again"), () => location.reload(), { kind: ".main" }));
}
