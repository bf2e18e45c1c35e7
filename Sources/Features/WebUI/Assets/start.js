// Start and watch: files come in, and become text before one's eyes.

import { ask, attempt, button, clock, day, h, icon, kept, language, locale, percent, s, say, size, span, t, toast } from "./base.js";
import { confirm } from "./dialogs.js";
import { isActive, jobs } from "./jobs.js";
import { uploads } from "./uploads.js";

const LANGUAGES = "af ar az be bg bs ca cs cy da de el en es et fa fi fr gl he hi hr hu hy id is it ja kk kn ko lt lv mi mk mr ms ne nl no pl pt ro ru sk sl sr sv sw ta th tl tr uk ur vi zh".split(" ");
const MEDIA = /\.(3gp|aac|ac3|aiff?|amr|ape|au|avi|caf|dts|flac|flv|m2ts|m4[abv]|mka|mkv|mov|mp[1-4234]|mpe?g|mpga|mts|og[agv]|opus|ra|rm|spx|tta|voc|wav|weba|webm|wma|wmv|wv)$/i;

/** Another view may have asked the listeners before. */
let isListening = false;

export function open(main, { here }) {
  const cards = h("div.cards", { id: "cards" });
  const head = h("div.head", { hidden: true }, h("h2", {}, t("work.now")), h("a", { href: "#/library" }, t("nav.library")));
  const offline = h("p.notice", { role: "status", hidden: true }, t("offline"));
  main.append(
    h("section.hero", {}, h("h1", {}, t("start.title")), h("p.lede", {}, t("start.lede"))),
    intake(here), offline, head, cards);
  const draw = () => {
    offline.hidden = !jobs.offline;
    const items = [...uploads.list.map(uploadCard), ...jobs.list.slice(0, 20).map((job) => jobCard(job))];
    head.hidden = items.length === 0;
    main.classList.toggle("busy", items.length > 0);
    keyed(cards, items);
    document.body.classList.toggle("working", jobs.list.some(isActive) || uploads.isBusy);
  };
  listen(here);
  uploads.addEventListener("change", draw);
  const stop = jobs.watch(draw);
  return () => { uploads.removeEventListener("change", draw); stop(); document.removeEventListener("paste", paste); recording?.stop(); };
}

function listen(here) {
  if (isListening) return;
  isListening = true;
  uploads.addEventListener("promised", ({ detail }) => {
    if (detail.cached) toast(t("known.already"));
    jobs.refresh();
  });
  jobs.addEventListener("ended", ({ detail }) => {
    say(t(detail.state === "succeeded" ? "said.done" : "said.failed", { name: detail.name }));
    if (kept.get("sound", false)) chime();
    if (kept.get("notify", false) && document.hidden && window.Notification?.permission === "granted") {
      new Notification(detail.name, { body: t("state." + detail.state), tag: detail.id });
    }
  });
}

// MARK: What comes in

let paste = () => {};
let recording = null;

function intake(here) {
  const options = optionFields(here);
  const take = (files) => {
    const good = [...files].filter((file) => file.size > 0);
    const tooLarge = good.filter((file) => file.size > here.state.largest_file);
    for (const file of tooLarge) toast(t("file.large", { name: file.name, size: size(here.state.largest_file) }), true);
    if (good.length === 0) toast(t("file.none"), true);
    uploads.add(good.filter((file) => !tooLarge.includes(file)), options.values());
  };
  const picker = h("input", { type: "file", multiple: true, hidden: true, accept: "audio/*,video/*,.mkv,.opus,.amr,.caf,.wma", onchange: (event) => { take(event.target.files); event.target.value = ""; } });
  const folder = h("input", { type: "file", hidden: true, webkitdirectory: true, onchange: (event) => { take([...event.target.files].filter((file) => MEDIA.test(file.name))); event.target.value = ""; } });
  const bars = s("svg", { class: "bars", viewBox: "0 0 200 32", "aria-hidden": "true" },
    ...[4, 9, 6, 14, 22, 12, 18, 28, 20, 30, 24, 30, 16, 26, 18, 10, 20, 12, 6, 9, 4].map((height, index) =>
      s("path", { d: `M${10 + index * 9} ${16 - height / 2}v${height}` })));
  const drop = h("section.drop", { "aria-label": t("drop.label") }, bars,
    h("strong", {}, t("drop.title")),
    h("div.row", {}, picker, folder,
      button(t("choose.files"), () => picker.click(), { sign: "file", kind: ".main" }),
      button(t("choose.folder"), () => folder.click(), { sign: "folder" }),
      recorder((file) => take([file]), () => drop)),
    linkForm(options));
  let depth = 0;
  const isFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  drop.addEventListener("dragenter", (event) => { if (isFiles(event)) { event.preventDefault(); depth += 1; drop.classList.add("over"); } });
  drop.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) { depth = 0; drop.classList.remove("over"); } });
  drop.addEventListener("dragover", (event) => { if (isFiles(event)) event.preventDefault(); });
  drop.addEventListener("drop", async (event) => {
    event.preventDefault();
    depth = 0;
    drop.classList.remove("over");
    take(await dropped(event.dataTransfer));
  });
  document.removeEventListener("paste", paste);
  paste = (event) => {
    if (event.clipboardData?.files.length) take(event.clipboardData.files);
  };
  document.addEventListener("paste", paste);
  return h("section", {}, drop, options.node);
}

/** Files of a drop, those in folders too. */
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return transfer.files;
  const files = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      if (entries.includes(entry) || MEDIA.test(file.name)) files.push(file);
    } else {
      const reader = entry.createReader();
      while (true) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (some.length === 0) break;
        for (const one of some) await walk(one);
      }
    }
  };
  for (const entry of entries) await walk(entry);
  return files;
}

function linkForm(options) {
  const input = h("input", { type: "url", placeholder: "https://", "aria-label": t("link.label"), required: true });
  const go = h("button", { type: "submit" }, icon("link"), t("link.go"));
  return h("form.link", {
    onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      await attempt(async () => {
        await ask("POST", "/transcribe-file", { url: input.value.trim(), history: true, async: true, ...options.values() });
        input.value = "";
        await jobs.refresh();
      });
      go.disabled = false;
    },
  }, input, go);
}

/** A button that records from the microphone until it is pressed again. */
function recorder(take, drop) {
  const label = h("span", {}, t("record"));
  const node = h("button", { type: "button", "aria-pressed": "false" }, icon("mic"), label);
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) node.hidden = true;
  const reset = () => { recording = null; label.textContent = t("record"); node.setAttribute("aria-pressed", "false"); drop().classList.remove("live"); node.firstChild.replaceWith(icon("mic")); };
  node.addEventListener("click", async () => {
    if (recording) return recording.stop();
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }); } catch (error) {
      return toast(t(error.name === "NotFoundError" ? "record.none" : "record.refused"), true);
    }
    const kind = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"].find((type) => MediaRecorder.isTypeSupported(type));
    const machine = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
    const parts = [];
    const begun = performance.now();
    const timer = setInterval(() => { label.textContent = t("record.stop", { time: clock((performance.now() - begun) / 1000) }); }, 250);
    machine.addEventListener("dataavailable", (event) => parts.push(event.data));
    machine.addEventListener("stop", () => {
      clearInterval(timer);
      for (const track of stream.getTracks()) track.stop();
      reset();
      const type = machine.mimeType.split(";")[0] || "audio/webm";
      const stamp = new Date().toISOString().slice(0, 16).replace("T", " ").replace(":", ".");
      take(new File(parts, `${t("record.name")} ${stamp}.${type.includes("mp4") ? "m4a" : type.includes("ogg") ? "ogg" : "webm"}`, { type }));
    });
    machine.start(1000);
    recording = machine;
    node.setAttribute("aria-pressed", "true");
    node.firstChild.replaceWith(icon("stop"));
    label.textContent = t("record.stop", { time: "00:00" });
    drop().classList.add("live");
  });
  return node;
}

// MARK: Options, remembered

function optionFields(here) {
  const saved = kept.get("options", {});
  const save = () => kept.set("options", read());
  const names = LANGUAGES.map((code) => [code, language(code)]).sort((a, b) => a[1].localeCompare(b[1], locale));
  const choice = (key, label, pairs, usual = "") => h("label.field", {}, label,
    h("select", { name: key, onchange: save }, pairs.map(([value, text]) => h("option", { value, selected: (saved[key] ?? usual) === value }, text))));
  const fields = [
    choice("language", t("option.language"), [["", t("option.auto")], ...names]),
    choice("speakers", t("option.speakers"), [["", t("option.speakers.no")], ["true", t("option.speakers.yes")], ...[2, 3, 4, 5, 6, 8, 10].map((count) => [String(count), t("option.speakers.count", { n: count })])]),
  ];
  const more = [
    choice("engine", t("option.engine"), [["", t("option.best")], ...here.state.engines.map((name) => [name, name])]),
    choice("model", t("option.model"), [["", t("option.best")], ...here.state.models.map(({ name }) => [name, name])]),
    choice("task", t("option.task"), [["", t("option.transcribe")], ["translate", t("option.translate")]]),
    h("label.field", {}, t("option.prompt"), h("input", { type: "text", name: "prompt", maxLength: 400, value: saved.prompt ?? "", onchange: save })),
    h("label.tick", {}, h("input", { type: "checkbox", checked: kept.get("sound", false), onchange: (event) => { kept.set("sound", event.target.checked); if (event.target.checked) chime(); } }), t("option.sound")),
    window.Notification ? h("label.tick", {}, h("input", { type: "checkbox", checked: kept.get("notify", false) && Notification.permission === "granted", onchange: async (event) => {
      const isWanted = event.target.checked && await Notification.requestPermission() === "granted";
      event.target.checked = isWanted;
      kept.set("notify", isWanted);
    } }), t("option.notify")) : "",
  ];
  const details = h("details", { open: kept.get("more", false), ontoggle: (event) => kept.set("more", event.target.open) },
    h("summary", {}, t("option.more")), h("div.options", {}, more));
  const node = h("div", {}, h("div.options", {}, fields), details);
  const read = () => Object.fromEntries([...node.querySelectorAll("[name]")].map((field) => [field.name, field.value.trim()]).filter(([, value]) => value));
  return { node, values: read };
}

/** Two soft notes. */
function chime() {
  try {
    const audio = new AudioContext();
    for (const [at, pitch] of [[0, 660], [0.14, 880]]) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0, audio.currentTime + at);
      gain.gain.linearRampToValueAtTime(0.12, audio.currentTime + at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.5);
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.5);
    }
    setTimeout(() => audio.close(), 1200);
  } catch { /* No sound here. */ }
}

// MARK: Cards

/** Puts cards in their order; what has the same look stays the same node, so that focus and selection stay. */
function keyed(parent, items) {
  const present = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const nodes = items.map(({ key, look, make, update }) => {
    let node = present.get(key);
    if (!node || node.dataset.look !== look) { node = make(); node.dataset.key = key; node.dataset.look = look; }
    update?.(node);
    return node;
  });
  const wanted = new Set(nodes);
  for (const node of [...parent.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, index) => { if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null); });
}

const put = (node, selector, text) => {
  const place = node.querySelector(selector);
  if (place.textContent !== text) place.textContent = text;
  place.hidden = text === "";
};

function uploadCard(upload) {
  const isOver = upload.state === "failed" || upload.state === "cancelled";
  return {
    key: "u" + upload.id, look: isOver ? "over" : "on",
    make: () => h("article.card" + (isOver ? ".fail" : ""), { "aria-label": upload.name },
      h("header", {}, h("h3", {}, h("span.name", {}, upload.name)), h("span.right", {})),
      isOver ? h("p.why", {}, upload.error?.message ?? "") : h("progress", { max: 1, "aria-label": t("stage.uploading") }),
      h("p.meta", {}, h("span.m1", {}), h("span.m2", {}), h("span.m3", {})),
      h("div.acts", {}, isOver ? button(t("retry"), () => uploads.retry(upload), { sign: "again", kind: ".quiet" }) : "",
        button(t(isOver ? "remove" : "cancel"), () => uploads.drop(upload), { sign: "close", kind: ".quiet" }))),
    update: (node) => {
      const share = upload.file.size ? upload.sent / upload.file.size : 0;
      put(node, ".right", isOver ? "" : percent(Math.floor(share * 100) / 100));
      const bar = node.querySelector("progress");
      if (bar) bar.value = share;
      put(node, ".m1", isOver ? t("upload.failed") : t(upload.state === "waiting" ? "upload.waiting" : upload.state === "paused" ? "upload.paused" : share >= 1 ? "upload.checking" : "stage.uploading"));
      put(node, ".m2", isOver ? size(upload.file.size) : upload.speed > 0 && share < 1 ? `${size(upload.speed)}/s` : size(upload.file.size));
      put(node, ".m3", !isOver && share < 1 && upload.left ? t("time.left", { time: span(upload.left) }) : "");
    },
  };
}

const path = (id) => `/job/${encodeURIComponent(id)}`;

export function jobCard(job) {
  if (isActive(job)) return activeCard(job);
  const isGood = job.state === "succeeded";
  const href = `#/t/${encodeURIComponent(job.id)}`;
  return {
    key: job.id, look: JSON.stringify([job.state, job.summary, job.has_media]),
    make: () => h("article.card" + (isGood ? ".done" : job.state === "failed" ? ".fail" : ""), { "aria-label": job.name },
      h("header", {}, h("h3", {}, isGood ? h("a.name", { href }, job.name) : h("span.name", {}, job.name))),
      isGood && job.summary?.excerpt ? h("p.so-far", {}, job.summary.excerpt) : "",
      isGood && job.summary && !job.summary.words ? h("p.soft", {}, t("no.speech")) : "",
      job.error ? h("p.why", {}, job.error.message) : "",
      h("p.meta", {}, isGood && job.summary ? about(job) : h("span", {}, t("state." + job.state)), h("span", {}, day(job.finished ?? job.created))),
      h("div.acts", {},
        isGood ? h("a.button", { href }, icon("lines"), t("open")) : "",
        isGood ? h("a.button.quiet", { href: `/ui/jobs/${encodeURIComponent(job.id)}/export?format=txt`, download: "" }, icon("save"), "TXT") : "",
        isGood ? h("a.button.quiet", { href: `/ui/jobs/${encodeURIComponent(job.id)}/export?format=srt`, download: "" }, icon("save"), "SRT") : "",
        !isGood && job.can_retry ? button(t("retry"), () => attempt(async () => { await ask("POST", path(job.id) + "/retry"); await jobs.refresh(); }), { sign: "again", kind: ".quiet" }) : "",
        button(t(isGood ? "delete" : "remove"), () => attempt(async () => {
          if (isGood && !await confirm(t("delete.title"), t("delete.sure", { name: job.name }), t("delete"))) return;
          await ask("DELETE", `/ui/jobs/${encodeURIComponent(job.id)}?what=all`);
          await jobs.refresh();
        }), { sign: "bin", kind: ".quiet" }))),
  };
}

export function about(job) {
  const { summary } = job;
  return [clock(summary.duration), language(summary.language), t("words", { n: summary.words }), summary.speakers > 1 ? t("speakers", { n: summary.speakers }) : "", summary.model]
    .filter(Boolean).map((text) => h("span", {}, text));
}

function activeCard(job) {
  return {
    key: job.id, look: "active",
    make: () => h("article.card", { "aria-label": job.name },
      h("header", {}, h("h3", {}, h("span.name", {}, job.name)), h("span.right", {})),
      h("progress", { max: 100, "aria-label": t("progress.of", { name: job.name }) }), h("p.so-far", {}),
      h("p.meta", {}, h("span.m1", {}), h("span.m2", {})),
      h("div.acts", {}, button(t("cancel"), () => attempt(async () => { await ask("DELETE", path(job.id)); await jobs.refresh(); }), { sign: "close", kind: ".quiet" }))),
    update: (node) => {
      const stage = job.stage ?? (job.state === "running" ? "transcribing" : "queued");
      const bar = node.querySelector("progress");
      if (job.state === "queued") bar.removeAttribute("value");
      else bar.value = job.progress ?? 0;
      put(node, ".right", job.state === "queued" ? "" : percent(Math.floor(job.progress ?? 0) / 100));
      put(node, ".m1", stage === "queued" && job.position > 0 ? t("queue.behind", { n: job.position }) : t("stage." + stage));
      put(node, ".m2", job.eta > 0 ? t("time.left", { time: span(job.eta) }) : "");
      const text = (job.text ?? "").slice(-240);
      put(node, ".so-far", text && job.text.length > 240 ? "…" + text.replace(/^\S*\s/, "") : text);
    },
  };
}
