// One finished text beside its player: hear, follow, find, name, correct, take away, show to others.

import { ask, attempt, button, clock, copy, day, h, icon, kept, language, number, say, t } from "./base.js";
import { player } from "./player.js";
import { changesDialog, exportDialog, shareDialog, speakerDialog, subtitleDialog } from "./panels.js";

/** Words the engine was less sure of than this are shaded, darker below the second. */
const UNSURE = [0.6, 0.35];

export async function open(main, { argument: id, shared }) {
  const base = shared ? `/share/${shared}` : `/ui/jobs/${encodeURIComponent(id)}`;
  let body;
  try {
    body = await ask("GET", shared ? base + "/transcript" : base);
  } catch (error) {
    main.append(h("p.notice.bad", { role: "alert" }, error.message), shared ? "" : h("p", {}, h("a", { href: "#/library" }, t("nav.library"))));
    return () => {};
  }
  document.title = `${body.name} · Stentor`;
  const view = new Work(main, body, base, shared);
  return () => view.close();
}

class Work {
  #stop = new AbortController();

  constructor(main, body, base, shared) {
    Object.assign(this, { main, body, base, shared });
    this.media = body.has_media ? (shared ? base + "/media" : `/job/${encodeURIComponent(body.id)}/media`) : null;
    this.text = h("section.text" + (kept.get("shade", true) ? ".low" : ""), { "aria-label": t("transcript") });
    this.people = h("div.people", { role: "group", "aria-label": t("people") });
    this.player = player(this);
    const isEmpty = body.segments.length === 0;
    const node = h("div.work" + (this.player ? ".two" : ""), {},
      h("header.title", {},
        shared ? h("p.soft.small", {}, t("shared.note")) : h("a.button.back", { href: "#/library" }, icon("left"), t("nav.library")),
        h("h1", {}, body.name),
        h("p.soft.small.row", {}, [clock(body.duration), language(body.language), `${body.engine} · ${body.model}`, day(body.created)].filter(Boolean).join("  ·  ")),
        ...body.warnings.map((text) => h("p.notice.small", {}, text)),
        this.media || shared ? "" : h("p.notice.small", {}, t("media.gone")),
        this.#actions()),
      h("aside.side", { "aria-label": t("player") }, this.player?.node ?? "", isEmpty ? "" : h("div.tooling.cards", {}, this.people, this.#finder())),
      isEmpty ? h("p.empty", {}, t("no.speech")) : this.text);
    main.classList.add("wide");
    if (this.player) main.classList.add("has-stage");
    main.append(node);
    this.draw();
    this.#listen();
  }

  close() { this.#stop.abort(); this.player?.close(); CSS.highlights?.clear(); }

  // MARK: Actions

  #actions() {
    if (this.shared) return h("div.bar", {}, button(t("copy.text"), () => copy(this.plain(false)), { sign: "copy" }));
    this.undoButton = button(t("undo"), () => this.#step("undo"), { sign: "undo", shown: false, kind: ".quiet" });
    this.redoButton = button(t("redo"), () => this.#step("redo"), { sign: "redo", shown: false, kind: ".quiet" });
    this.changesButton = button("", () => attempt(() => changesDialog(this)), { kind: ".quiet" });
    return h("div.bar", {},
      button(t("export"), () => exportDialog(this), { sign: "save", kind: ".main" }),
      button(t("copy.text"), () => copy(this.plain(false)), { sign: "copy" }),
      button(t("copy.times"), () => copy(this.plain(true)), { sign: "clock" }),
      button(t("subtitles"), () => attempt(() => subtitleDialog(this)), { sign: "lines" }),
      button(t("share"), () => attempt(() => shareDialog(this)), { sign: "share" }),
      this.undoButton, this.redoButton, this.changesButton);
  }

  name(label) { return this.body.speakers[label] ?? label?.replace(/^SPEAKER_0*(\d+)$/, (_, digits) => t("person", { number: Number(digits) + 1 })); }

  /** The text as it stands; a line for each segment, or a paragraph for each turn. */
  plain(withTimes) {
    let last;
    const lines = [];
    for (const segment of this.body.segments) {
      if (!segment.text) continue;
      const who = segment.speaker ? this.name(segment.speaker) : undefined;
      const time = withTimes ? `[${clock(segment.start)}] ` : "";
      if (who && who !== last) lines.push((lines.length ? "\n" : "") + time + who + ": " + segment.text);
      else if (who && !withTimes) lines[lines.length - 1] += " " + segment.text;
      else lines.push(time + segment.text);
      last = who;
    }
    return lines.join("\n");
  }

  // MARK: Drawing

  draw() {
    const { segments, labels } = this.body;
    this.colour = new Map();
    for (const label of labels) {
      const twin = labels.find((other) => this.colour.has(other) && this.name(other) === this.name(label));
      this.colour.set(label, twin ? this.colour.get(twin) : new Set(this.colour.values()).size % 8);
    }
    let before;
    // Flat arrays: what is said now is found by halving.
    this.starts = [];
    this.nodes = [];
    this.rows = segments.map((segment, index) => {
      const who = segment.speaker ? this.name(segment.speaker) : null;
      const row = this.#row(segment, index, who !== null && who !== before);
      before = who;
      return row;
    });
    this.text.replaceChildren(...this.rows);
    this.people.replaceChildren(...[...new Set(labels.map((label) => this.name(label)))].map((who) => {
      const label = labels.find((one) => this.name(one) === who);
      if (this.shared) return h("span.one.c" + this.colour.get(label), {}, h("span", {}, who));
      return h("button.c" + this.colour.get(label), { type: "button", title: t("rename"), onclick: () => this.rename(label) }, h("span", {}, who));
    }));
    this.people.hidden = labels.length === 0;
    if (this.undoButton) {
      this.undoButton.disabled = !this.body.can_undo;
      this.redoButton.disabled = !this.body.can_redo;
      this.changesButton.textContent = t("changes", { n: this.body.changes });
      this.changesButton.hidden = this.body.changes === 0;
    }
    this.now = null;
    this.player?.drawStrip();
  }

  #row(segment, index, isTurn) {
    const time = clock(segment.start);
    const at = this.media
      ? h("button.at", { type: "button", "aria-label": t("play.from", { time }), onclick: () => this.seek(segment.start) }, time)
      : h("span.at", {}, time);
    const row = h("div.seg" + (isTurn ? ".turn" : "") + (segment.was !== null && segment.was !== undefined ? ".changed" : "") + (segment.flags.length ? ".flagged" : ""), {});
    row.dataset.index = index;
    if (segment.flags.length) row.title = segment.flags.map((flag) => t("flag." + flag)).join(", ");
    else if (segment.was) row.title = t("was", { text: segment.was });
    if (isTurn) row.append(this.shared
      ? h("span.who.c" + this.colour.get(segment.speaker), {}, this.name(segment.speaker))
      : h("button.who.c" + this.colour.get(segment.speaker), { type: "button", title: t("rename"), onclick: () => this.rename(segment.speaker) }, this.name(segment.speaker)));
    row.append(at, this.#words(segment));
    if (!this.shared) row.append(button(t("edit"), () => this.edit(index), { sign: "pen", shown: false, kind: ".pen" }));
    return row;
  }

  #words(segment) {
    const node = h("div.words", { dir: "auto" });
    if (segment.words.length === 0) { node.textContent = segment.text; return node; }
    // The text rules: words are found in it, and what stands between them stays.
    let place = 0;
    for (const [text, start, , confidence] of segment.words) {
      const found = segment.text.indexOf(text, place);
      if (found > place) node.append(segment.text.slice(place, found));
      else if (found < 0 && place > 0) node.append(" ");
      const word = document.createElement("span");
      word.className = confidence === undefined || confidence >= UNSURE[0] ? "w" : confidence >= UNSURE[1] ? "w l1" : "w l2";
      word.textContent = text;
      node.append(word);
      this.starts.push(start);
      this.nodes.push(word);
      if (found >= 0) place = found + text.length;
    }
    if (place < segment.text.length && place > 0) node.append(segment.text.slice(place));
    return node;
  }

  // MARK: Hearing

  seek(time, plays = true) { this.player?.seek(time, plays); }

  #listen() {
    const { signal } = this.#stop;
    this.text.addEventListener("click", (event) => {
      const word = event.target.closest(".w");
      if (!word || getSelection()?.toString()) return;
      const index = this.nodes.indexOf(word);
      if (index >= 0) this.seek(this.starts[index]);
    }, { signal });
    this.text.addEventListener("dblclick", (event) => {
      const row = event.target.closest(".seg");
      if (row && !this.shared && event.target.closest(".words")) this.edit(Number(row.dataset.index));
    }, { signal });
    // Who scrolls wants to read elsewhere: following waits.
    for (const kind of ["wheel", "touchmove"]) addEventListener(kind, () => { this.scrolled = performance.now(); }, { signal, passive: true });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("theme", () => this.player?.drawStrip(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.player?.drawStrip(), { signal });
    // Another tab may have changed it.
    document.addEventListener("visibilitychange", () => { if (!document.hidden && !this.shared) this.#look(); }, { signal });
    if (window.BroadcastChannel && !this.shared) {
      this.channel = new BroadcastChannel("stentor." + this.body.id);
      this.channel.addEventListener("message", () => this.#look(), { signal });
      signal.addEventListener("abort", () => this.channel.close());
    }
  }

  #key(event) {
    if (event.target.closest("input, textarea, select, dialog")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !this.shared) { event.preventDefault(); return this.#step(event.shiftKey ? "redo" : "undo"); }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const word = (step) => { const next = this.starts[Math.min(this.starts.length - 1, Math.max(0, this.#wordAt(this.player?.video?.currentTime ?? 0) + step))]; if (next !== undefined) this.seek(next, false); };
    const acts = { k: () => this.player?.toggle(), j: () => this.player?.skip(-5), l: () => this.player?.skip(5), ",": () => word(-1), ".": () => word(1), "/": () => this.finder?.focus() };
    if (event.key === " " && !event.target.closest("button, a, summary, [role=slider]")) acts[" "] = acts.k;
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** The last word that has begun; -1 before the first. */
  #wordAt(time) {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.starts[middle] <= time + 0.02) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Called by the player as time goes by. */
  at(time) {
    const index = this.#wordAt(time);
    if (index === this.now) return;
    this.nodes[this.now]?.classList.remove("now");
    this.now = index;
    const word = this.nodes[index];
    word?.classList.add("now");
    const row = word?.closest(".seg");
    if (row === this.row) return;
    this.row?.classList.remove("now");
    this.row = row;
    row?.classList.add("now");
    const isFree = performance.now() - (this.scrolled ?? -1e9) > 4000 && !this.text.querySelector("textarea");
    if (row && kept.get("follow", true) && isFree && !this.player.isPaused) row.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  // MARK: Finding

  #finder() {
    const count = h("span.soft.small.num", { role: "status" });
    let hits = [];
    let place = -1;
    const go = (step) => {
      if (hits.length === 0) return;
      place = (place + step + hits.length) % hits.length;
      count.textContent = t("found.of", { place: number(place + 1), count: number(hits.length) });
      const [row, range] = hits[place];
      CSS.highlights?.set("here", new Highlight(range));
      this.rows[row].scrollIntoView({ block: "center" });
    };
    const search = () => {
      const sought = this.finder.value.trim().toLocaleLowerCase();
      [hits, place] = [[], -1];
      CSS.highlights?.delete("here");
      CSS.highlights?.delete("found");
      if (sought) this.rows.forEach((row, index) => {
        if (this.body.segments[index].text.toLocaleLowerCase().includes(sought)) hits.push(...ranges(row.querySelector(".words"), sought).map((range) => [index, range]));
      });
      if (window.Highlight && hits.length) CSS.highlights.set("found", new Highlight(...hits.map(([, range]) => range)));
      count.textContent = sought ? t("found", { n: hits.length }) : "";
      if (hits.length) go(1);
    };
    let timer;
    this.finder = h("input", { type: "search", placeholder: t("find"), "aria-label": t("find"),
      oninput: () => { clearTimeout(timer); timer = setTimeout(search, 120); },
      onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); go(event.shiftKey ? -1 : 1); } } });
    const shade = button(t("shade"), () => {
      const isOn = this.text.classList.toggle("low");
      kept.set("shade", isOn);
      shade.setAttribute("aria-pressed", String(isOn));
    }, { "aria-pressed": String(kept.get("shade", true)) });
    const follow = button(t("follow"), () => {
      const isOn = !kept.get("follow", true);
      kept.set("follow", isOn);
      follow.setAttribute("aria-pressed", String(isOn));
    }, { "aria-pressed": String(kept.get("follow", true)) });
    const hasConfidence = this.body.segments.some((segment) => segment.words.some((word) => word.length > 3));
    return h("div.find", { role: "search" }, this.finder, count,
      button(t("found.before"), () => go(-1), { sign: "up", shown: false, kind: ".quiet" }),
      button(t("found.next"), () => go(1), { sign: "down", shown: false, kind: ".quiet" }),
      h("div.row.toggles", {}, this.media ? follow : "", hasConfidence ? shade : ""));
  }

  // MARK: Changing

  /** The server's answer is the text now. */
  take(body) {
    const place = scrollY;
    this.body = { ...body, has_media: this.body.has_media };
    this.draw();
    scrollTo(0, place);
  }

  async change(method, path, wish) {
    const body = await ask(method, path, wish);
    this.take(body);
    this.channel?.postMessage("changed");
    return body;
  }

  async #look() {
    if (this.text.querySelector("textarea")) return;
    const body = await ask("GET", this.base).catch(() => null);
    if (body && body.version !== this.body.version) this.take(body);
  }

  #step(name) {
    return attempt(async () => {
      try { await this.change("POST", `${this.base}/${name}`, { version: this.body.version }); say(t(name + ".done")); } catch (error) {
        if (error.code !== "changed_meanwhile") throw error;
        await this.#look();
        throw error;
      }
    });
  }

  rename(label) { return attempt(() => speakerDialog(this, label)); }

  edit(index) {
    const row = this.rows[index];
    if (row.querySelector("textarea")) return;
    const segment = this.body.segments[index];
    const words = row.querySelector(".words");
    const area = h("textarea", { value: segment.text, rows: 1, maxLength: 10000, dir: "auto", "aria-label": t("edit.label", { time: clock(segment.start) }) });
    const fit = () => { area.style.height = "auto"; area.style.height = area.scrollHeight + 2 + "px"; };
    const end = () => { area.remove(); acts.remove(); words.hidden = false; };
    const save = () => attempt(async () => {
      if (area.value.trim() === segment.text) return end();
      try {
        await this.change("PUT", `${this.base}/segments/${index}`, { text: area.value, was: segment.text });
        this.rows[index]?.querySelector(".pen")?.focus({ preventScroll: true });
        say(t("saved"));
      } catch (error) {
        if (error.code === "changed_meanwhile") { end(); await this.#look(); }
        throw error;
      }
    });
    const acts = h("div.edit-acts", {}, button(t("save"), save, { kind: ".main" }), button(t("cancel"), end), segment.was ? h("span.soft", {}, t("was", { text: segment.was })) : "");
    area.addEventListener("input", fit);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); end(); row.querySelector(".pen").focus(); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    words.hidden = true;
    words.after(area, acts);
    fit();
    area.focus();
    this.player?.pause();
  }
}

/** Where a text occurs below a node, whatever elements it runs through. */
function ranges(node, sought) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const parts = [];
  let text = "";
  while (walker.nextNode()) {
    parts.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  const lower = text.toLocaleLowerCase();
  // Lower case may be longer than upper case; places would be wrong then.
  if (lower.length !== text.length) return [];
  const point = (offset) => {
    const [start, part] = parts.findLast(([from]) => from <= offset);
    return [part, offset - start];
  };
  const found = [];
  for (let place = lower.indexOf(sought); place >= 0; place = lower.indexOf(sought, place + sought.length)) {
    const range = document.createRange();
    range.setStart(...point(place));
    const [last, offset] = point(place + sought.length - 1);
    range.setEnd(last, offset + 1);
    found.push(range);
  }
  return found;
}
