// Figures over time as lines.

import { h, locale, number, s, t } from "./base.js";

const [WIDTH, HEIGHT, FOOT] = [300, 96, 14];

/** @param series pairs of a label and the name of a figure. */
export function plot(title, { from, to, step, series: all }, series, format = (value) => number(value, value < 10 ? 1 : 0)) {
  const lines = series.map(([label, name]) => [label, all[name] ?? []]);
  const values = lines.flatMap(([, points]) => points.map(([, value]) => value));
  const top = nice(Math.max(...values, 0));
  const x = (at) => Math.max(0, (at - from) / (to - from)) * WIDTH;
  const y = (value) => (HEIGHT - FOOT) * (1 - value / top) + 2;
  const drawing = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", preserveAspectRatio: "none", "aria-label": described(title, lines, format) });
  for (const share of [0, 0.5, 1]) drawing.append(s("line", { class: "grid", x1: 0, x2: WIDTH, y1: y(top * share), y2: y(top * share), "vector-effect": "non-scaling-stroke" }));
  lines.forEach(([, points], index) => {
    const path = line(points, x, y, step);
    if (index === 0 && lines.length === 1) drawing.append(s("path", { class: "p0 fill", d: area(points, x, y, step) }));
    drawing.append(s("path", { class: "p" + index, d: path }));
  });
  const times = new Intl.DateTimeFormat(locale, to - from > 90_000 ? { weekday: "short" } : { hour: "2-digit", minute: "2-digit" });
  const last = lines[0][1].at(-1);
  return h("figure.plot", {},
    h("figcaption", {}, h("span", {}, title), h("span.num", {}, values.length ? `${format(last?.[1] ?? 0)} · ↑ ${format(Math.max(...values))}` : "–")),
    drawing,
    h("figcaption", {}, h("span", {}, times.format(new Date(from * 1000))), lines.length > 1 ? h("span", {}, lines.map(([label], index) => h("span.key" + index, {}, label + " "))) : "", h("span", {}, times.format(new Date(to * 1000)))));
}

/** A gap in the readings is a gap in the line. */
function line(points, x, y, step) {
  let before = -Infinity;
  return points.map(([at, value]) => {
    const move = at - before > step * 3 ? "M" : "L";
    before = at;
    const place = `${move}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    // One reading alone would not be seen.
    return move === "M" ? place + `h0.8` : place;
  }).join("");
}

function area(points, x, y, step) {
  if (points.length < 2) return "";
  return line(points, x, y, step * 1e6).replace("h0.8", "") + `L${x(points.at(-1)[0]).toFixed(1)} ${y(0)}L${x(points[0][0]).toFixed(1)} ${y(0)}Z`;
}

function nice(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}

const described = (title, lines, format) =>
  `${title}: ${lines.map(([label, points]) => `${label} ${points.length ? format(points.at(-1)[1]) : t("care.none")}`).join(", ")}`;
