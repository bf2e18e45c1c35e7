// Files on their way to the server. Where it has resumable uploads (tus 1.0.0) a cut costs nothing; where it has not,
// a form is sent, again from its beginning after a cut.

import { ask, kept, refusal, Refusal, t } from "./base.js";

const CHUNK = 8 << 20;
/** Waits between tries, in seconds; the last one repeats for as long as the browser is off the network. */
const WAITS = [0.5, 1, 2, 4, 8, 15];
const TRIES = 12;
const SIDE_BY_SIDE = 2;

let tus;
let asked;
const server = () => (asked ??= ask("GET", "/ui/state").catch(() => { asked = undefined; return {}; }));

/** What the server can, asked once. */
async function resumable() {
  if (!(await server()).has_uploads) return null;
  tus ??= fetch("/uploads", { method: "OPTIONS", headers: { "Tus-Resumable": "1.0.0" } })
    .then((response) => response.ok && response.headers.get("Tus-Version")?.includes("1.0.0")
      ? { sums: (response.headers.get("Tus-Checksum-Algorithm") ?? "").split(",").includes("sha256"), most: Number(response.headers.get("Tus-Max-Size")) || Infinity }
      : null)
    .catch(() => { tus = undefined; return null; });
  return tus;
}

const letters = "abcdefghijkmnpqrstuvwxyz23456789";
const newID = () => Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => letters[byte & 31]).join("");

/** One file, from choosing it to the server's promise. */
export class Upload extends EventTarget {
  state = "waiting";
  sent = 0;
  speed = 0;
  error = null;
  answer = null;
  #request = null;
  #stopped = new AbortController();
  #marks = [];

  constructor(file, options) {
    super();
    this.id = newID();
    this.file = file;
    this.name = file.webkitRelativePath || file.name;
    this.options = options;
  }

  get left() { return this.speed > 0 ? (this.file.size - this.sent) / this.speed : null; }

  #tell(state) {
    if (state) this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  #moved(sent) {
    const now = performance.now();
    this.sent = sent;
    this.#marks.push([now, sent]);
    while (this.#marks.length > 2 && now - this.#marks[0][0] > 4000) this.#marks.shift();
    const [then, from] = this.#marks[0];
    if (now - then > 300) this.speed = Math.max(0, (sent - from) / (now - then) * 1000);
    this.#tell();
  }

  async run() {
    this.error = null;
    this.#stopped = new AbortController();
    this.#marks = [];
    this.#tell("sending");
    try {
      this.answer = await resumable() ? await this.#resume() : await this.#form();
      this.#tell("done");
    } catch (error) {
      this.error = error;
      this.#tell(this.#stopped.signal.aborted ? "cancelled" : "failed");
    }
  }

  cancel() {
    this.#stopped.abort();
    this.#request?.abort();
    if (this.location) fetch(this.location, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {});
    kept.drop(this.#memory);
    if (this.state === "waiting") this.#tell("cancelled");
  }

  // MARK: tus

  /** The same file chosen again goes on where it was. */
  get #memory() { return `upload.${this.file.name}.${this.file.size}.${this.file.lastModified}`; }

  async #resume() {
    const headers = { "Tus-Resumable": "1.0.0" };
    this.location = kept.get(this.#memory, null);
    let offset = this.location ? await this.#offset() : null;
    let tries = 0;
    while (true) {
      try {
        if (offset === null) {
          const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.name)));
          const made = await this.#send("POST", "/uploads", null, { ...headers, "Upload-Length": String(this.file.size), "Upload-Metadata": `filename ${name}` });
          this.location = new URL(made.getResponseHeader("Location"), location.href).pathname;
          kept.set(this.#memory, this.location);
          offset = 0;
        }
        while (offset < this.file.size) {
          const part = this.file.slice(offset, offset + CHUNK);
          const extra = (await resumable())?.sums && crypto.subtle ? { "Upload-Checksum": `sha256 ${await sum(part)}` } : {};
          const answer = await this.#send("PATCH", this.location, part,
            { ...headers, ...extra, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, offset);
          offset = Number(answer.getResponseHeader("Upload-Offset"));
          this.#moved(offset);
          tries = 0;
        }
        break;
      } catch (error) {
        if (!this.#mayPass(error) || tries >= TRIES) throw error;
        await this.#wait(tries);
        tries += 1;
        offset = await this.#offset();
      }
    }
    kept.drop(this.#memory);
    return this.#submit({ upload_id: this.location.split("/").pop() });
  }

  /** How much of it the server has; null when it knows nothing of it any more. */
  async #offset() {
    try {
      const answer = await this.#send("HEAD", this.location, null, { "Tus-Resumable": "1.0.0" });
      const offset = Number(answer.getResponseHeader("Upload-Offset"));
      this.#moved(offset);
      return offset;
    } catch (error) {
      if (error.status === 404 || error.status === 410) { this.location = null; return null; }
      if (this.#mayPass(error)) { await this.#wait(2); return this.#offset(); }
      throw error;
    }
  }

  async #submit(fields) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask("POST", "/transcribe-file", { job_id: this.id, history: true, async: true, ...this.options, ...fields });
      } catch (error) {
        // The answer to an earlier try may be what was lost: then the upload is gone and the job is there.
        if (tries > 0 && (error.status === 404 || error.status === 410)) return { ...await ask("GET", `/job/${this.id}`), cached: false };
        if (!this.#mayPass(error) || tries >= TRIES) throw error;
        await this.#wait(tries);
      }
    }
  }

  // MARK: A form

  async #form() {
    for (let tries = 0; ; tries += 1) {
      // The same id each time: what arrived although its answer was lost is the same job.
      const form = new FormData();
      for (const [name, value] of Object.entries({ job_id: this.id, history: "true", async: "true", ...this.options })) form.append(name, value);
      form.append("file", this.file, this.name.split("/").pop());
      try {
        const answer = await this.#send("POST", "/transcribe-file", form, { Prefer: "respond-async" }, 0);
        return JSON.parse(answer.responseText);
      } catch (error) {
        if (!this.#mayPass(error) || tries >= TRIES) throw error;
        this.#moved(0);
        await this.#wait(tries);
      }
    }
  }

  // MARK: Requests

  #mayPass(error) {
    return !this.#stopped.signal.aborted && (error.status === 0 || error.status === 429 || error.status === 460 || error.status === 409 && error.code !== "job_id_taken" || error.status >= 500 && error.status !== 507);
  }

  async #wait(tries) {
    this.#marks = [];
    this.speed = 0;
    this.#tell("paused");
    if (!navigator.onLine) await new Promise((done) => { addEventListener("online", done, { once: true }); this.#stopped.signal.addEventListener("abort", done); });
    await new Promise((done) => setTimeout(done, WAITS[Math.min(tries, WAITS.length - 1)] * 1000));
    this.#tell("sending");
  }

  #send(method, path, body, headers, from = null) {
    return new Promise((done, failed) => {
      if (this.#stopped.signal.aborted) return failed(new Refusal(0, "cancelled", t("cancelled")));
      const request = new XMLHttpRequest();
      this.#request = request;
      request.open(method, path);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (from !== null) request.upload.addEventListener("progress", (event) => this.#moved(Math.min(this.file.size, from + event.loaded)));
      request.addEventListener("load", () => request.status < 300 ? done(request) : failed(refusal(request.status, request.responseText)));
      for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, () => failed(new Refusal(0, "unreachable", t("error.unreachable"))));
      request.send(body);
    });
  }
}

async function sum(part) {
  const digest = await crypto.subtle.digest("SHA-256", await part.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/** Files in their order, a few at a time. */
class Uploads extends EventTarget {
  list = [];

  add(files, options, isTold) {
    for (const file of files) {
      const upload = new Upload(file, options);
      upload.addEventListener("change", () => this.#changed(upload));
      upload.heard = isTold;
      this.list.push(upload);
    }
    this.#next();
  }

  retry(upload) { upload.state = "waiting"; this.#next(); }

  drop(upload) {
    upload.cancel();
    this.list = this.list.filter((one) => one !== upload);
    this.#tell();
    this.#next();
  }

  get isBusy() { return this.list.some((one) => ["waiting", "sending", "paused"].includes(one.state)); }

  #next() {
    const going = this.list.filter((one) => one.state === "sending" || one.state === "paused").length;
    for (const upload of this.list.filter((one) => one.state === "waiting").slice(0, Math.max(0, SIDE_BY_SIDE - going))) upload.run();
    this.#tell();
  }

  #changed(upload) {
    if (upload.state === "done") {
      this.list = this.list.filter((one) => one !== upload);
      this.dispatchEvent(new CustomEvent("promised", { detail: upload.answer }));
    }
    if (["done", "failed", "cancelled"].includes(upload.state)) this.#next();
    this.#tell();
  }

  #tell() { this.dispatchEvent(new Event("change")); }
}

export const uploads = new Uploads();

addEventListener("beforeunload", (event) => { if (uploads.isBusy) event.preventDefault(); });
