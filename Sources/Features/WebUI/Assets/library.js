// Everything that was transcribed: to find again, to open, to delete.

import { ask, attempt, button, day, h, kept, say, t } from "./base.js";
import { confirm } from "./dialogs.js";
import { about } from "./start.js";

export function open(main) {
  const chosen = new Set();
  const list = h("div.cards", {});
  const status = h("p.soft.small", { role: "status" });
  const bulk = h("div.bar", { hidden: true });
  let items = [];
  let running;
  const input = h("input", { type: "search", placeholder: t("library.search"), "aria-label": t("library.search"), value: kept.get("query", ""), oninput: () => { clearTimeout(timer); timer = setTimeout(load, 180); } });
  let timer;

  async function load() {
    running?.abort();
    running = new AbortController();
    const query = input.value.trim();
    try {
      ({ jobs: items } = await ask("GET", `/ui/history?${new URLSearchParams(query ? { q: query } : {})}`, undefined, { signal: running.signal }));
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = error.message;
      return;
    }
    chosen.clear();
    status.textContent = query ? t("found", { n: items.length }) : items.length ? t("library.count", { n: items.length }) : "";
    fill(query);
  }

  function fill(query) {
    let batch;
    list.replaceChildren(...items.flatMap((job) => {
      const before = batch;
      batch = job.batch;
      return [job.batch && job.batch !== before && !query ? h("h2.soft", {}, t("library.batch", { n: items.filter((one) => one.batch === job.batch).length })) : "", card(job)];
    }).filter(Boolean));
    if (items.length === 0) list.append(h("p.empty", {}, t(query ? "library.nothing" : "library.empty")));
    choose();
  }

  function card(job) {
    const href = `#/t/${encodeURIComponent(job.id)}`;
    const box = h("input", { type: "checkbox", "aria-label": t("choose", { name: job.name }), onchange: () => { box.checked ? chosen.add(job.id) : chosen.delete(job.id); choose(); } });
    const excerpt = job.excerpt ?? job.summary?.excerpt ?? "";
    return h("article.card", { "aria-label": job.name },
      h("header", {}, h("label.tick", {}, box), h("h2", {}, h("a.name", { href }, job.name)),
        h("span.right", {}, button(t("delete"), () => remove([job]), { sign: "bin", shown: false, kind: ".quiet" }))),
      excerpt ? h("p.so-far", { dir: "auto" }, marked(excerpt)) : job.summary ? "" : h("p.soft", {}, t("text.gone")),
      h("p.meta", {}, job.summary ? about(job) : "", h("span", {}, day(job.finished ?? job.created)), job.has_media ? "" : h("span", {}, t("media.none"))));
  }

  function choose() {
    bulk.hidden = chosen.size === 0;
    bulk.replaceChildren(h("span", {}, t("chosen", { n: chosen.size })), button(t("delete"), () => remove(items.filter((job) => chosen.has(job.id))), { sign: "bin", kind: ".bad" }));
  }

  async function remove(jobs) {
    const what = await ways(jobs);
    if (!what) return;
    await attempt(async () => {
      for (const job of jobs) await ask("DELETE", `/ui/jobs/${encodeURIComponent(job.id)}?what=${what}`);
      say(t("deleted"));
    });
    await load();
    input.focus();
  }

  main.append(h("div.head", {}, h("h1", {}, t("nav.library"))), h("div.find", { role: "search" }, input), h("div.row", {}, status, h("span.grow", {}), bulk), list);
  load();
  return () => { running?.abort(); clearTimeout(timer); kept.set("query", input.value.trim()); };
}

/** What of it is to go. */
async function ways(jobs) {
  const { dialog } = await import("./dialogs.js");
  return dialog(t("delete.title"), (inside, close) => inside.append(
    h("p", {}, jobs.length === 1 ? t("delete.sure", { name: jobs[0].name }) : t("delete.many", { n: jobs.length })),
    h("div.cards", {},
      button(t("delete.all"), () => close("all"), { kind: ".main" }),
      jobs.some((job) => job.has_media) ? button(t("delete.media"), () => close("media")) : "",
      jobs.some((job) => job.summary) ? button(t("delete.text"), () => close("text")) : "",
      button(t("cancel"), () => close(), { kind: ".quiet" }))));
}

/** An excerpt in which the server marked what was found. */
function marked(text) {
  return text.split("\u0002").flatMap((part, index) => {
    if (index === 0) return [part];
    const [word, rest = ""] = part.split("\u0003");
    return [h("mark", {}, word), rest];
  });
}
