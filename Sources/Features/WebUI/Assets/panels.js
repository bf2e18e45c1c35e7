// What opens over a text: names, subtitles, files, links, changes.

import { ask, attempt, button, clock, copy, day, h, icon, kept, say, t } from "./base.js";
import { dialog } from "./dialogs.js";

/** A name for a label; the name of another makes them one person. */
export function speakerDialog(work, label) {
  const others = work.body.labels.filter((one) => one !== label && work.name(one) !== work.name(label));
  return dialog(t("rename.title", { name: work.name(label) }), (inside, close) => {
    const input = h("input", { type: "text", value: work.body.speakers[label] ?? "", maxLength: 80, placeholder: work.name(label), list: "names", autocomplete: "off" });
    const save = (name) => attempt(async () => {
      const speakers = { ...work.body.speakers };
      const mine = work.name(label);
      // Whoever was one person with this one stays so.
      for (const one of work.body.labels) if (work.name(one) === mine) { if (name) speakers[one] = name; else delete speakers[one]; }
      await work.change("PUT", `/job/${encodeURIComponent(work.body.id)}/speakers`, { speakers });
      say(t("saved"));
      close();
    });
    const merge = (other) => attempt(async () => {
      const name = work.name(other);
      const speakers = { ...work.body.speakers };
      const mine = work.name(label);
      for (const one of work.body.labels) if (work.name(one) === mine || work.name(one) === name) speakers[one] = name;
      await work.change("PUT", `/job/${encodeURIComponent(work.body.id)}/speakers`, { speakers });
      say(t("saved"));
      close();
    });
    const isMerged = work.body.labels.some((one) => one !== label && work.name(one) === work.name(label));
    inside.append(
      h("form", { class: "cards", onsubmit: (event) => { event.preventDefault(); save(input.value.trim()); } },
        h("label.field", {}, t("rename.name"), input),
        h("div.dialog-foot", {}, isMerged ? button(t("split"), () => attempt(async () => {
          const speakers = { ...work.body.speakers };
          for (const one of work.body.labels) if (work.name(one) === work.name(label)) delete speakers[one];
          await work.change("PUT", `/job/${encodeURIComponent(work.body.id)}/speakers`, { speakers });
          close();
        })) : "", h("button.main", { type: "submit" }, t("save")))),
      others.length ? h("div.cards", {}, h("h3", {}, t("merge")), h("div.people", {},
        [...new Map(others.map((one) => [work.name(one), one]))].map(([name, one]) => h("button.c" + work.colour.get(one), { type: "button", onclick: () => merge(one) }, h("span", {}, name))))) : "");
    setTimeout(() => { input.focus(); input.select(); });
  });
}

// MARK: Files

const FORMATS = [["txt", "TXT"], ["docx", "DOCX"], ["md", "Markdown"], ["srt", "SRT"], ["vtt", "VTT"], ["tsv", "TSV"], ["json", "JSON"], ["rttm", "RTTM"]];

export function exportDialog(work) {
  return dialog(t("export"), (inside) => {
    const box = h("input", { type: "checkbox", checked: kept.get("export.times", true), onchange: () => { kept.set("export.times", box.checked); fill(); } });
    const list = h("div.formats", {});
    const fill = () => list.replaceChildren(...FORMATS.map(([format, name]) =>
      h("a.button", { href: `${work.base}/export?${new URLSearchParams({ format, times: String(box.checked), words: "true", ...(["srt", "vtt"].includes(format) ? shape() : {}) })}`, download: "" },
        h("strong", {}, name), h("small", {}, t("format." + format)))));
    fill();
    inside.append(h("label.tick", {}, box, t("export.times")), list);
  });
}

// MARK: Subtitles

const SHAPE = { line: [42, 16, 80, 1], lines: [2, 1, 3, 1], cps: [20, 10, 35, 1], min: [0.8, 0.5, 3, 0.1], max: [7, 2, 12, 0.5] };

const shape = () => ({ ...Object.fromEntries(Object.entries(SHAPE).map(([name, [usual]]) => [name, String(usual)])), ...kept.get("shape", {}) });

export function subtitleDialog(work) {
  return dialog(t("subtitles"), (inside, _, node) => {
    const values = shape();
    const screen = h("div.screen", { "aria-live": "off" });
    const list = h("ol.cues", { tabindex: "0", "aria-label": t("subtitles.preview") });
    const links = h("div.dialog-foot", {});
    let cues = [];
    let running;
    const show = (cue) => { screen.textContent = cue ? cue.lines.join("\n") : ""; };
    const load = async () => {
      kept.set("shape", values);
      links.replaceChildren(...["srt", "vtt"].map((format) => h("a.button" + (format === "srt" ? ".main" : ""), { href: `${work.base}/export?${new URLSearchParams({ format, ...values })}`, download: "" }, icon("save"), format.toUpperCase())));
      running?.abort();
      running = new AbortController();
      try { ({ cues } = await ask("GET", `${work.base}/cues?${new URLSearchParams(values)}`, undefined, { signal: running.signal })); } catch (error) {
        if (error.name !== "AbortError") screen.textContent = error.message;
        return;
      }
      list.replaceChildren(...cues.map((cue) => h("li", {}, h("span.soft.num.small", {}, clock(cue.start), h("br"), `${(cue.end - cue.start).toFixed(1)} s`), h("span", { dir: "auto" }, cue.lines.join("\n")))));
      step();
    };
    const step = () => {
      const time = work.player?.video?.currentTime ?? 0;
      show(cues.find((cue) => cue.end > time && cue.start <= time) ?? (time === 0 ? cues[0] : undefined));
    };
    const timer = setInterval(step, 100);
    node.addEventListener("close", () => { clearInterval(timer); running?.abort(); });
    let wait;
    const sliders = Object.entries(SHAPE).map(([name, [, least, most, stride]]) => {
      const output = h("output", {}, values[name]);
      return h("label.field", {}, h("span", {}, t("shape." + name), output),
        h("input", { type: "range", min: String(least), max: String(most), step: String(stride), value: values[name],
          oninput: (event) => { values[name] = event.target.value; output.textContent = event.target.value; clearTimeout(wait); wait = setTimeout(load, 120); } }));
    });
    inside.append(h("div.shape", {}, h("div.cards", {}, sliders), h("div.cards", {}, screen, list)), links);
    load();
  }, { isBig: true });
}

// MARK: Links

export async function shareDialog(work) {
  const { shares } = await ask("GET", work.base + "/shares");
  return dialog(t("share"), (inside) => {
    const days = h("select", {}, [1, 7, 30, 365].map((n) => h("option", { value: String(n), selected: n === 7 }, t("days", { n }))));
    const media = h("input", { type: "checkbox", checked: false, disabled: !work.media });
    const list = h("ul.list", {});
    const fill = (all) => list.replaceChildren(...all.map((share) => {
      const address = new URL(share.path, location.href).href;
      return h("li", {}, h("span.grow", {}, h("input", { type: "text", readOnly: true, value: address, "aria-label": t("share.link"), onfocus: (event) => event.target.select() }),
        h("span.soft.small.row", {}, share.is_over ? t("share.over") : t("share.until", { day: day(share.expires) }), share.has_media ? t("share.with") : "")),
      share.is_over ? "" : button(t("copy"), () => copy(address), { sign: "copy", shown: false }),
      button(t("share.withdraw"), () => attempt(async () => fill((await ask("DELETE", `${work.base}/shares/${share.token}`)).shares)), { sign: "bin", shown: false, kind: ".bad" }));
    }));
    fill(shares);
    inside.append(h("p.soft", {}, t("share.lede")),
      h("div.row", {}, h("label.field", {}, t("share.days"), days), h("label.tick", {}, media, t("share.media"))),
      h("div.dialog-foot", {}, button(t("share.make"), () => attempt(async () => {
        const answer = await ask("POST", work.base + "/shares", { days: Number(days.value), media: media.checked });
        fill(answer.shares);
        await copy(new URL(answer.shares[0].path, location.href).href);
      }), { sign: "link", kind: ".main" })), list);
  });
}

// MARK: Changes

export async function changesDialog(work) {
  const { changes } = await ask("GET", work.base + "/changes");
  return dialog(t("changes.title"), (inside) => inside.append(h("ol.list", {}, changes.map((change) => h("li" + (change.holds ? "" : ".soft"), {},
    h("span.grow", {}, h("span.soft.small.row", {}, day(change.at), change.segment !== undefined && change.segment !== null ? clock(work.body.segments[change.segment]?.start ?? 0) : "", change.holds ? "" : t("changes.back")),
      change.speakers ? t("changes.names", { names: Object.values(change.speakers).join(", ") || "–" }) : h("span", {}, h("del", {}, change.was), " ", h("ins", {}, change.text || "–"))))))));
}
