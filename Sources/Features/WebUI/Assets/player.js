// The medium with its strip: speech, silence, what was skipped and what is doubtful, over the whole length.

import { button, clock, h, icon, kept, t } from "./base.js";

export function player(work) {
  const { body } = work;
  if (!work.media && body.segments.length === 0) return null;
  return new Player(work);
}

class Player {
  constructor(work) {
    this.work = work;
    const { duration } = work.body;
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.needle = h("div.needle", {});
    this.strip = h("div.strip", {
      role: "slider", tabindex: "0", "aria-label": t("strip"), "aria-valuemin": "0", "aria-valuemax": String(Math.ceil(duration)), "aria-valuenow": "0",
      "aria-valuetext": clock(0),
    }, this.canvas, this.needle);
    const kinds = this.#kinds();
    const legend = h("p.legend", {}, kinds.map((kind) => h("span", {}, h("i.k-" + kind, {}), t("strip." + kind))));
    this.node = h("div.stage", {});
    if (work.media) this.#media();
    this.node.append(this.strip, legend);
    if (!work.media) {
      // Nothing to move: a picture.
      for (const name of ["tabindex", "aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"]) this.strip.removeAttribute(name);
      this.strip.setAttribute("role", "img");
      this.needle.hidden = true;
    }
    this.#pointer();
    this.observer = new ResizeObserver(() => this.drawStrip());
    this.observer.observe(this.strip);
  }

  #kinds() {
    const { timeline, segments, labels } = this.work.body;
    const there = new Set(timeline.map((stretch) => stretch.kind));
    if (segments.some((segment) => segment.flags.length)) there.add("flagged");
    // Where speakers are known their names are the legend of speech.
    return [...(labels.length ? [] : ["speech"]), "silence", "skipped", "flagged"].filter((kind) => there.has(kind));
  }

  #media() {
    const video = h("video.sound", { src: this.work.media, preload: "metadata", playsInline: true });
    this.video = video;
    const time = h("span.num.small", {}, `00:00 / ${clock(this.work.body.duration)}`);
    const play = button(t("play"), () => this.toggle(), { sign: "play", shown: false, kind: ".play" });
    const rate = h("select", { "aria-label": t("speed"), onchange: (event) => { video.playbackRate = Number(event.target.value); kept.set("rate", video.playbackRate); } },
      [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2].map((value) => h("option", { value: String(value), selected: value === kept.get("rate", 1) }, `${value}×`)));
    video.addEventListener("loadedmetadata", () => {
      video.playbackRate = kept.get("rate", 1);
      // A recording of a browser has no length until its end was seen.
      if (video.videoWidth > 0) video.classList.remove("sound");
      if (this.pending !== undefined) this.seek(this.pending, false);
    });
    const turn = () => {
      play.replaceChildren(icon(video.paused ? "play" : "pause"));
      play.setAttribute("aria-label", t(video.paused ? "play" : "pause"));
      play.title = t(video.paused ? "play" : "pause");
      if (!video.paused) this.#tick();
    };
    video.addEventListener("play", turn);
    video.addEventListener("pause", turn);
    this.told = () => {
      time.textContent = `${clock(video.currentTime)} / ${clock(this.work.body.duration)}`;
      this.#place(video.currentTime);
      this.work.at(video.currentTime);
    };
    video.addEventListener("seeked", this.told);
    video.addEventListener("timeupdate", this.told);
    video.addEventListener("error", () => {
      if (!this.node.isConnected) return;
      this.controls.replaceWith(h("p.notice.small", { role: "status" }, t("media.unplayable")));
    });
    this.controls = h("div.controls", {}, play,
      button(t("skip.back"), () => this.skip(-5), { sign: "back", shown: false, kind: ".quiet" }),
      button(t("skip.forward"), () => this.skip(5), { sign: "forward", shown: false, kind: ".quiet" }),
      time, h("span.grow", {}), rate);
    this.node.append(video, this.controls);
  }

  get isPaused() { return this.video?.paused ?? true; }

  /** Smoother than the events: words are short. */
  #tick() {
    cancelAnimationFrame(this.frame);
    const step = () => {
      if (!this.video || this.video.paused) return;
      this.told();
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  toggle() { if (this.video) this.video.paused ? this.video.play().catch(() => {}) : this.video.pause(); }

  pause() { this.video?.pause(); }

  skip(seconds) { if (this.video) this.seek(this.video.currentTime + seconds, !this.video.paused); }

  seek(time, plays) {
    const to = Math.min(Math.max(0, time), this.work.body.duration);
    if (!this.video) return;
    if (this.video.readyState === 0) this.pending = to;
    this.video.currentTime = to + 0.001;
    this.#place(to);
    if (plays) this.video.play().catch(() => {});
  }

  #place(time) {
    const { duration } = this.work.body;
    this.needle.style.left = `${duration > 0 ? Math.min(1, time / duration) * 100 : 0}%`;
    this.strip.setAttribute("aria-valuenow", String(Math.floor(time)));
    this.strip.setAttribute("aria-valuetext", clock(time));
  }

  #pointer() {
    if (!this.work.media) return;
    const to = (event) => {
      const box = this.strip.getBoundingClientRect();
      this.seek((event.clientX - box.left) / box.width * this.work.body.duration, !this.isPaused);
    };
    this.strip.addEventListener("pointerdown", (event) => { this.strip.setPointerCapture(event.pointerId); to(event); });
    this.strip.addEventListener("pointermove", (event) => { if (this.strip.hasPointerCapture(event.pointerId)) to(event); });
    this.strip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5, PageDown: -60, PageUp: 60, Home: -1e9, End: 1e9 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.skip(step);
    });
  }

  /** Speech stands out as bars; all else lies low. */
  drawStrip() {
    const { width, height } = this.strip.getBoundingClientRect();
    if (width === 0) return;
    const ratio = devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue("--" + name).trim();
    const { duration, timeline, segments } = this.work.body;
    const x = (time) => time / duration * width;
    for (const stretch of timeline) {
      if (stretch.kind === "speech") continue;
      pen.fillStyle = stretch.kind === "skipped" ? colour("bad") : colour("line");
      const tall = stretch.kind === "skipped" ? height * 0.5 : 2;
      pen.fillRect(x(stretch.start), (height - tall) / 2, Math.max(1, x(stretch.end) - x(stretch.start)), tall);
    }
    // A bar for each three pixels: as high as much of its time is speech, in the colour of who speaks most.
    const bars = Array.from({ length: Math.ceil(width / 3) }, () => new Map());
    const each = duration / bars.length;
    const doubtful = new Set();
    for (const segment of segments) {
      const who = segment.flags.length ? "warn" : segment.speaker ? "s" + this.work.colour.get(segment.speaker) : "s1";
      for (let bar = Math.max(0, Math.floor(segment.start / each)); bar < bars.length && bar * each < segment.end; bar += 1) {
        const share = (Math.min(segment.end, (bar + 1) * each) - Math.max(segment.start, bar * each)) / each;
        bars[bar].set(who, (bars[bar].get(who) ?? 0) + Math.max(0, share));
        if (who === "warn") doubtful.add(bar);
      }
    }
    bars.forEach((voices, bar) => {
      const sum = Math.min(1, [...voices.values()].reduce((total, share) => total + share, 0));
      if (sum < 0.02) return;
      pen.fillStyle = colour(doubtful.has(bar) ? "warn" : [...voices].sort((a, b) => b[1] - a[1])[0][0]);
      // A quiet ripple, the same each time.
      const ripple = 0.55 + 0.45 * Math.abs(Math.sin(bar * 1.7) * Math.cos(bar * 0.61));
      const tall = Math.max(3, height * 0.84 * sum * ripple);
      pen.fillRect(bar * 3, (height - tall) / 2, 2, tall);
    });
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.video?.pause();
    this.video?.removeAttribute("src");
    this.video?.load();
  }
}
