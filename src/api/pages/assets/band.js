// The picture of two predictions with their bands: this week's decision and the asked split. It draws
// what it is given and computes no figure.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 12;
const RIGHT = 468;

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A round step of which about `parts` make up `span`. */
export function roundStep(span, parts) {
  const raw = span / parts;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].map((it) => it * power).find((it) => it >= raw - 1e-12) ?? 10 * power;
}

/** Keeps the scale from one drawing to the next, as long as all fits, so that the eye can compare. */
let scale = null;

/** Forgets the scale, for another account. */
export function freshScale() {
  scale = null;
}

function scaleFor(rows) {
  const low = Math.min(...rows.map((it) => it.low));
  const high = Math.max(...rows.map((it) => it.high));
  const span = Math.max(high - low, Math.abs(high) * 0.02, 1);
  const fits = scale && low >= scale.low && high <= scale.high && span > (scale.high - scale.low) * 0.12;
  if (!fits) {
    const step = roundStep(span * 1.5, 3);
    scale = {
      low: Math.floor((low - span * 0.15) / step) * step,
      high: Math.ceil((high + span * 0.15) / step) * step,
      step,
    };
  }
  return scale;
}

/** Draws rows of { label, value, low, high, kind } into `svg`; `money` writes an amount. */
export function drawBand(svg, rows, money) {
  const { low, high, step } = scaleFor(rows);
  const x = (value) => LEFT + ((value - low) / (high - low)) * (RIGHT - LEFT);
  const parts = [];
  const bottom = rows.length * 52 + 6;
  // No more texts than fit side by side.
  const widest = Math.max(money(low).length, money(high).length) * 7.4 + 14;
  const every = Math.max(1, Math.ceil((widest * (high - low)) / step / (RIGHT - LEFT)));
  for (let i = 0, at = low; at <= high + step / 2; i += 1, at = low + i * step) {
    parts.push(element("line", { class: "axis", x1: x(at), x2: x(at), y1: 4, y2: bottom }));
    if (i % every) continue;
    const anchor = x(at) < LEFT + 30 ? "start" : x(at) > RIGHT - 30 ? "end" : "middle";
    parts.push(element("text", { class: "grid-text", x: x(at), y: bottom + 17, "text-anchor": anchor }, money(at)));
  }
  rows.forEach((row, i) => {
    const y = i * 52 + 8;
    const width = Math.max(x(row.high) - x(row.low), 2);
    parts.push(element("text", { x: LEFT, y: y + 13 }, row.label));
    parts.push(element("rect", { class: row.kind, x: x(row.low), y: y + 20, width, height: 18, rx: 4 }));
    parts.push(element("circle", { class: row.kind + "-dot", cx: x(row.value), cy: y + 29, r: 5 }));
  });
  svg.setAttribute("viewBox", `0 0 480 ${bottom + 24}`);
  svg.replaceChildren(...parts);
  const said = rows.map((it) => `${it.label}: ${money(it.value)}, between ${money(it.low)} and ${money(it.high)}`);
  svg.setAttribute("aria-label", said.join(". "));
}
