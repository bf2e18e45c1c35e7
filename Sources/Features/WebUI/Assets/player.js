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
    this.node = h("section.stage", { "aria-label": t("player") });
    if (work.media) this.#media();
    this.node.append(this.strip, legend);
    if (!work.media) this.strip.removeAttribute("tabindex");
    this.#pointer();
    this.observer = new ResizeObserver(() => this.drawStrip());
    this.observer.observe(this.strip);
  }

  #kinds() {
    const { timeline, segments } = this.work.body;
    const there = new Set(timeline.map((stretch) => stretch.kind));
    if (segments.some((segment) => segment.flags.length)) there.add("flagged");
    return ["speech", "silence", "skipped", "flagged"].filter((kind) => there.has(kind));
  }

  #media() {
    const video = h("video.sound", { src: this.work.media, preload: "metadata", playsInline: true });
    this.video = video;
    const time = h("span.num.small", {}, `00:00 / ${clock(this.work.body.duration)}`);
    const play = button(t("play"), () => this.toggle(), { sign: "play", shown: false, kind: ".play" });
    const follow = button(t("follow"), () => {
      const isOn = !kept.get("follow", true);
      kept.set("follow", isOn);
      follow.setAttribute("aria-pressed", String(isOn));
    }, { "aria-pressed": String(kept.get("follow", true)) });
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
      time, h("span.grow", {}), rate, follow);
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

  /** Speech stands out as bars, as high as words are dense; all else lies low. */
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
    for (const segment of segments) {
      const isFlagged = segment.flags.length > 0;
      pen.fillStyle = isFlagged ? colour("warn") : colour(segment.speaker ? "s" + this.work.colour.get(segment.speaker) : "s1");
      const from = x(segment.start);
      const to = Math.max(from + 1, x(segment.end));
      const rate = segment.text.length / Math.max(0.3, segment.end - segment.start);
      for (let place = from; place < to; place += 3) {
        // A quiet ripple, the same each time.
        const ripple = 0.72 + 0.28 * Math.abs(Math.sin(place * 1.7) * Math.cos(place * 0.61));
        const tall = Math.max(3, height * 0.82 * Math.min(1, 0.35 + rate / 26) * ripple);
        pen.fillRect(place, (height - tall) / 2, Math.min(2, to - place), tall);
      }
    }
  }

  close() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.video?.pause();
    this.video?.removeAttribute("src");
    this.video?.load();
  }
}
