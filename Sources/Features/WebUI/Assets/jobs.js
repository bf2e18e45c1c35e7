// What is in work, as the server tells it: by WebSocket, else as server-sent events, else by asking.

import { ask } from "./base.js";

/** Jobs that are followed by a connection of their own; more are asked for together. */
const MOST_FOLLOWED = 6;
const ASKED_EVERY = 2500;

class Jobs extends EventTarget {
  list = [];
  known = false;
  #followers = new Map();
  #timer = null;
  #users = 0;

  /** Somebody looks; returns how to stop. */
  watch(heard) {
    this.addEventListener("change", heard);
    this.#users += 1;
    if (this.#users === 1) this.refresh();
    else queueMicrotask(heard);
    return () => {
      this.removeEventListener("change", heard);
      this.#users -= 1;
      if (this.#users === 0) this.stop();
    };
  }

  stop() {
    clearTimeout(this.#timer);
    for (const follower of this.#followers.values()) follower.close();
    this.#followers.clear();
  }

  /** The server's list is the truth. */
  async refresh() {
    clearTimeout(this.#timer);
    if (this.#users === 0) return;
    try {
      const { jobs } = await ask("GET", "/ui/jobs?limit=60");
      const before = new Map(this.list.map((job) => [job.id, job]));
      for (const job of jobs) {
        const old = before.get(job.id);
        if (old && isActive(old) && !isActive(job)) this.#ended(job);
        // A connection may have told more than the list.
        if (old && isActive(job)) job.progress = Math.max(job.progress ?? 0, old.state === job.state ? old.progress ?? 0 : 0);
        if (old && isActive(job)) job.text ??= old.text;
      }
      this.list = jobs;
      this.known = true;
      this.offline = false;
    } catch (error) {
      if (error.status === 401) return;
      this.offline = error.status === 0;
    }
    this.#follow();
    this.#tell();
    const isBusy = this.list.some(isActive) || this.offline;
    if (this.#users > 0) this.#timer = setTimeout(() => this.refresh(), isBusy ? ASKED_EVERY : 30_000);
  }

  #tell() { this.dispatchEvent(new Event("change")); }

  #ended(job) { this.dispatchEvent(new CustomEvent("ended", { detail: job })); }

  #follow() {
    const active = this.list.filter(isActive);
    for (const [id, follower] of this.#followers) {
      if (!active.some((job) => job.id === id)) { follower.close(); this.#followers.delete(id); }
    }
    for (const job of active) {
      if (this.#followers.size >= MOST_FOLLOWED) break;
      if (!this.#followers.has(job.id)) this.#followers.set(job.id, follow(job.id, (news) => this.#hear(job.id, news)));
    }
  }

  #hear(id, news) {
    const job = this.list.find((one) => one.id === id);
    if (!job || !isActive(job)) return;
    if (["completed", "error", "cancelled"].includes(news.stage)) return void this.refresh();
    Object.assign(job, {
      stage: news.stage, progress: news.progress, eta: news.eta_seconds, position: news.position, text: news.text ?? job.text,
      state: news.stage === "queued" ? "queued" : "running",
    });
    this.#tell();
  }
}

export const jobs = new Jobs();

export const isActive = (job) => job.state === "queued" || job.state === "running";

/** One job's progress by the first way that works. When none does, the list that is asked for tells enough. */
function follow(id, heard) {
  let isClosed = false;
  let socket;
  let events;
  const take = (text) => { try { heard(JSON.parse(text)); } catch { /* Half a message: the next one is whole. */ } };
  const second = () => {
    if (isClosed || !window.EventSource) return;
    events = new EventSource(`/job/${encodeURIComponent(id)}/events`);
    events.addEventListener("progress", (event) => take(event.data));
    events.addEventListener("error", () => events.close());
  };
  try {
    let hasHeard = false;
    socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/progress/${encodeURIComponent(id)}`);
    socket.addEventListener("message", (event) => { hasHeard = true; take(event.data); });
    socket.addEventListener("close", () => { if (!hasHeard) second(); });
  } catch { second(); }
  return { close() { isClosed = true; socket?.close(); events?.close(); } };
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) jobs.refresh(); });
addEventListener("online", () => jobs.refresh());
