// For whoever looks after the server.

import { ask, attempt, button, day, h, kept, language, number, percent, size, t } from "./base.js";
import { plot } from "./plots.js";

const EVERY = 5000;

export function open(main) {
  const tiles = h("div.tiles", {});
  const notice = h("p.notice", { hidden: true, role: "status" });
  const pause = button("", () => attempt(async () => { await ask("POST", overview.is_paused ? "/jobs/resume" : "/jobs/pause"); await look(); }));
  const plots = h("div.plots", {});
  const spans = h("div.row", { role: "group", "aria-label": t("care.figures") });
  const models = h("div.scroll", {});
  const services = h("p", {});
  const keys = h("section", { hidden: true });
  const log = h("div.log", { tabindex: "0", role: "log", "aria-label": t("care.log") });
  let overview = {};
  let isOpen = true;
  let lastLine = 0;
  let timer;

  const tile = (value, label) => h("div.tile", {}, h("b", {}, value), h("span", {}, label));

  async function look() {
    overview = await ask("GET", "/ui/care");
    const lanes = Object.values(overview.lanes);
    const sum = (key) => lanes.reduce((total, lane) => total + lane[key], 0);
    const asked = overview.hits + overview.misses;
    tiles.replaceChildren(
      tile(number(sum("waiting")), t("care.queue")), tile(`${number(sum("running"))} / ${number(overview.workers)}`, t("care.running")),
      tile(`${number(overview.slots_busy)} / ${number(overview.slots)}`, t("care.slots")),
      tile(overview.speed ? `${number(overview.speed, 1)}×` : "–", t("care.speed")), tile(asked ? percent(overview.hits / asked) : "–", t("care.hits")),
      tile(number(overview.jobs.failed ?? 0), t("care.failed")), tile(size(overview.free_disk_mb * 1e6), t("care.disk")));
    notice.hidden = !overview.is_paused;
    notice.textContent = t("care.paused");
    pause.textContent = t(overview.is_paused ? "care.resume" : "care.pause");
    services.textContent = `${t("care.telegram")}: ${t("telegram." + overview.telegram)}. ${t("care.providers")}: ${overview.providers.join(", ") || t("care.no.providers")}.`;
    const { lines } = await ask("GET", `/ui/care/log?after=${lastLine}`);
    if (lines.length) {
      lastLine = lines.at(-1).number;
      const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      log.append(...lines.map((line) => h("div." + line.level, {}, `${new Date(line.at * 1000).toLocaleTimeString()}  ${line.event}  ${line.fields.join(" ")}`)));
      while (log.childElementCount > 500) log.firstChild.remove();
      if (isAtEnd) log.scrollTop = log.scrollHeight;
    }
    const shelf = await ask("GET", "/ui/care/models");
    showModels(shelf.models);
  }

  async function draw() {
    const span = kept.get("span", "hour");
    spans.replaceChildren(...["hour", "day", "week"].map((name) => button(t("care." + name), () => { kept.set("span", name); attempt(draw); }, { "aria-pressed": String(name === span) })));
    const figures = await ask("GET", `/ui/care/figures?span=${span}`);
    const both = (key) => [[t("care.short"), `${key}_short`], [t("care.bulk"), `${key}_bulk`]];
    const shown = [
      [t("care.queue"), both("waiting")], [t("care.running"), both("running")], [t("care.wait"), both("wait")], [t("care.run"), both("run")],
      [t("care.speed"), [["×", "speed"]]], [t("care.slots"), [[t("care.busy"), "engine_slots_busy"], [t("care.all"), "engine_slots"]]],
      [t("care.ended"), [[t("care.done"), "succeeded"], [t("care.lost"), "failed"]]], [t("care.hits"), [["", "hit_rate"]], percent],
      [t("care.disk"), [["", "disk_free_mb"]], (value) => size(value * 1e6)],
    ];
    plots.replaceChildren(...shown.map(([title, series, format]) => plot(title, figures, series, format)));
  }

  let last = "";

  function showModels(list) {
    // A table that is drawn anew loses the focus.
    if (JSON.stringify(list) === last) return;
    last = JSON.stringify(list);
    models.replaceChildren(h("table", {}, h("thead", {}, h("tr", {}, ["care.model", "care.languages", "care.size", "care.licence", "care.state"].map((key) => h("th", { scope: "col" }, t(key))))),
      h("tbody", {}, list.map((model) => h("tr", {},
        h("td", {}, h("strong", {}, model.name), model.summary ? h("div.soft.small", {}, model.summary) : ""),
        h("td", {}, model.languages.length > 3 || model.languages.length === 0 ? t("care.many", { n: model.languages.length }) : model.languages.map(language).join(", ")),
        h("td.num", {}, size(model.bytes)), h("td", {}, model.licence),
        h("td", {}, model.state === "installed" ? t("model.installed") : model.state === "restricted" ? h("span.soft.small", {}, t("model.restricted"))
          : model.state === "pulling" ? h("progress", { max: 1, value: model.progress ?? 0, "aria-label": t("progress.of", { name: model.name }) })
          : [button(t("care.get"), () => attempt(async () => showModels((await ask("POST", `/ui/care/models/${encodeURIComponent(model.name)}/pull`)).models)), { "aria-label": `${t("care.get")} ${model.name}` }), model.problem ? h("p.why.small", {}, model.problem) : ""]))))));
  }

  async function showKeys() {
    if (!overview.has_keys) return;
    keys.hidden = false;
    const fill = (list, fresh) => {
      const name = h("input", { type: "text", required: true, maxLength: 80 });
      const boxes = overview.scopes.map((scope) => h("input", { type: "checkbox", value: scope }));
      keys.replaceChildren(h("div.head", {}, h("h2", {}, t("care.keys"))),
        fresh ? h("p.notice", {}, t("care.key.once"), " ", h("code", {}, fresh)) : "",
        h("ul.list", {}, list.map((key) => h("li", {}, h("span.grow", {}, h("strong", {}, key.name), " ", h("span.soft.small", {}, key.scopes.join(", "), " · ", day(key.created), key.lastUsed ? " · " + t("care.key.used", { day: day(key.lastUsed) }) : "")),
          button(t("care.key.revoke"), () => attempt(async () => fill((await ask("DELETE", `/ui/care/keys/${encodeURIComponent(key.id)}`)).keys)), { kind: ".bad" })))),
        h("form.row", { onsubmit: (event) => { event.preventDefault(); attempt(async () => {
          const made = await ask("POST", "/ui/care/keys", { name: name.value, scopes: boxes.filter((box) => box.checked).map((box) => box.value) });
          fill(made.keys, made.secret);
        }); } }, h("label.field", {}, t("care.key.name"), name), boxes.map((box) => h("label.tick", {}, box, box.value)), h("button", { type: "submit" }, t("care.key.make"))));
    };
    fill((await ask("GET", "/ui/care/keys")).keys);
  }

  main.append(h("div.head", {}, h("h1", {}, t("nav.care")), pause), notice, tiles,
    h("div.head", {}, h("h2", {}, t("care.figures")), spans), plots,
    h("div.head", {}, h("h2", {}, t("care.models"))), models,
    keys, h("div.head", {}, h("h2", {}, t("care.services"))), services,
    h("div.head", {}, h("h2", {}, t("care.log"))), log);

  const go = async () => {
    if (!document.hidden) await look().catch(() => {});
    if (isOpen) timer = setTimeout(go, EVERY);
  };
  attempt(async () => { await look(); await draw(); await showKeys(); timer = setTimeout(go, EVERY); });
  const redraw = setInterval(() => { if (!document.hidden) draw().catch(() => {}); }, 60_000);
  return () => { isOpen = false; clearTimeout(timer); clearInterval(redraw); };
}
