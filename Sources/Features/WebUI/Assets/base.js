// What every view uses: elements, words, preferences, requests.

export const assets = document.body.dataset.assets;

// MARK: Elements

/** An element. Text is only ever text: nothing from outside becomes markup. */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && typeof value !== "string") node[key] = value;
    else if (key === "value" || key === "textContent") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function s(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M8 5v14M16 5v14", back: "M11 7l-5 5 5 5M18 7l-5 5 5 5", forward: "M13 7l5 5-5 5M6 7l5 5-5 5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4", folder: "M3 6h6l2 2h10v11H3z", mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  stop: "M7 7h10v10H7z", pen: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3", undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4", redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h4",
  left: "M14 6l-6 6 6 6", up: "M6 15l6-6 6 6", down: "M6 9l6 6 6-6", close: "M6 6l12 12M18 6L6 18", copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14", share: "M12 15V4M8 8l4-4 4 4M6 12v8h12v-8", bin: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13", again: "M20 11a8 8 0 1 0-2 6M20 5v6h-6",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.500 17.500L19 19M19 5l-1.500 1.500M6.500 17.500L5 19", more: "M5 12h.01M12 12h.01M19 12h.01",
  find: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L20 20", lines: "M4 6h16M4 12h16M4 18h10", link: "M9 15l6-6M8 11l-2 2a3.500 3.500 0 0 0 5 5l2-2M16 13l2-2a3.500 3.500 0 0 0-5-5l-2 2", clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2",
};

export const icon = (name) => s("svg", { viewBox: "0 0 24 24", class: "i", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));

/** A button with an icon, whose name is read out where it is not shown. */
export function button(label, act, { sign, kind = "", shown = true, ...rest } = {}) {
  const node = h("button" + kind + (sign && !shown ? ".icon" : ""), { type: "button", onclick: act, ...rest });
  if (sign) node.append(icon(sign));
  if (shown) node.append(label);
  else { node.setAttribute("aria-label", label); node.title = label; }
  return node;
}

// MARK: Words

let words = {};
export let locale = "en";
export const locales = { en: "English", id: "Bahasa Indonesia", pt: "Português" };

export async function speak(code) {
  const response = await fetch(`${assets}/text/${code}.json`);
  words = await response.json();
  locale = code;
  document.documentElement.lang = code;
}

/** The words for a key; `{name}` is filled in, `n` chooses the plural. */
export function t(key, values = {}) {
  let text = words[key];
  if (values.n !== undefined && text === undefined) {
    const rule = new Intl.PluralRules(locale).select(values.n);
    text = words[`${key}.${rule}`] ?? words[`${key}.other`];
  }
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (_, name) => name === "n" ? number(values.n) : values[name] ?? "");
}

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);

export const percent = (share) => new Intl.NumberFormat(locale, { style: "percent" }).format(share);

export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let step = 0;
  while (bytes >= 1000 && step < 3) { bytes /= 1000; step += 1; }
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: bytes < 10 && step > 0 ? 1 : 0 }).format(bytes);
}

/** `1:02:03`: the second that has begun. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const two = (value) => String(value).padStart(2, "0");
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

/** `3 min`: for what is still to come. */
export function span(seconds) {
  const [value, unit] = seconds < 90 ? [Math.max(1, Math.round(seconds)), "second"]
    : seconds < 5400 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 360) / 10, "hour"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

export const day = (seconds) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(seconds * 1000));

export function language(code) {
  if (!code) return "";
  try { return new Intl.DisplayNames([locale], { type: "language" }).of(code); } catch { return code; }
}

// MARK: What is remembered; a browser may refuse to remember anything

const memory = new Map();

export const kept = {
  get(key, usual) {
    try {
      const text = localStorage.getItem("stentor." + key);
      return text === null ? (memory.get(key) ?? usual) : JSON.parse(text);
    } catch { return memory.get(key) ?? usual; }
  },
  set(key, value) {
    memory.set(key, value);
    try { localStorage.setItem("stentor." + key, JSON.stringify(value)); } catch { /* Only for this visit, then. */ }
  },
  drop(key) {
    memory.delete(key);
    try { localStorage.removeItem("stentor." + key); } catch { /* It was not there. */ }
  },
};

// MARK: Requests

export class Refusal extends Error {
  constructor(status, code, message) { super(message); Object.assign(this, { status, code }); }
}

/** Asks the server. Throws a `Refusal` with its sentence, or one with status 0 when it cannot be reached. */
export async function ask(method, path, body, { signal } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method, signal, cache: "no-store", headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "unreachable", t("error.unreachable"));
  }
  if (response.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
  if (!response.ok) throw await refusal(response.status, await response.text());
  return response.status === 204 ? null : response.json();
}

export function refusal(status, text) {
  try {
    const { error } = JSON.parse(text);
    return new Refusal(status, error.code, error.message);
  } catch { return new Refusal(status, "failed", t("error.status", { status })); }
}

// MARK: Telling

/** A short word at the foot of the page. */
export function toast(text, isBad = false) {
  const node = h("div.toast" + (isBad ? ".bad" : ""), {}, text);
  const place = document.getElementById("toasts");
  place.append(node);
  // Above whatever is open.
  if (place.showPopover) {
    if (place.matches(":popover-open")) place.hidePopover();
    place.showPopover();
  }
  setTimeout(() => {
    node.remove();
    if (place.childElementCount === 0 && place.hidePopover) place.hidePopover();
  }, isBad ? 8000 : 3000);
}

/** Only for those who listen. */
export function say(text) { document.getElementById("says").textContent = text; }

/** Runs what somebody asked for; what goes wrong is told. */
export async function attempt(work) {
  try { return await work(); } catch (error) {
    if (error.name !== "AbortError") toast(error.message, true);
    return undefined;
  }
}

export async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea.unseen", { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(t("copied"));
}
