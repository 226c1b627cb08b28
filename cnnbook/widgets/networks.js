// The networks explorer: a table to sort and to filter, and a chart of two of its columns, on logarithmic axes.
import { choice, clamp, connect, entries, html, label, liveText, mount, number, range, svg, translator } from "./_core.js";

export const COLUMNS = ["parameters", "macs", "outputs", "depth", "field", "ms", "accuracy"];

/** A number in full, with commas; and as short as a table wants it. */
export const full = (value) => String(+value.toFixed(2)).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const UNITS = [{ from: 1e9, unit: 1e9, sign: " G" }, { from: 1e6, unit: 1e6, sign: " M" }, { from: 1e4, unit: 1e3, sign: " k" }];
export function short(value) {
  const found = UNITS.find(({ from }) => value >= from);
  return found ? (value / found.unit).toPrecision(3) + found.sign : full(value);
}

/** Names of the rows of the chosen family, as the reader sorts them; what has no number comes last. */
export function sorted({ data, family, sort, descending }) {
  const names = Object.keys(data).sort().filter((name) => !family || data[name].family === family);
  if (sort === "network") return descending ? names.reverse() : names;
  const value = (name) => data[name][sort] ?? (descending ? -Infinity : Infinity);
  return names.sort((a, b) => (descending ? value(b) - value(a) : value(a) - value(b)) || 0);
}

/** Spearman's correlation of the ranks; equal numbers share their mean rank. Null where it has no meaning. */
export function correlation(pairs) {
  const ranks = (values) => values.map((one) => values.filter((other) => other < one).length + values.filter((other) => other === one).length / 2);
  const centred = (values) => values.map((value) => value - values.reduce((sum, other) => sum + other, 0) / values.length);
  const [a, b] = [0, 1].map((side) => centred(ranks(pairs.map((pair) => pair[side]))));
  const dot = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);
  const scale = Math.sqrt(dot(a, a) * dot(b, b));
  return scale ? dot(a, b) / scale : null;
}

const has = (value) => value !== null && value !== undefined;
const drawn = ({ data, x, y }, names) => names.filter((name) => has(data[name][x]) && has(data[name][y]));
const columns = (data) => COLUMNS.filter((column) => column in Object.values(data)[0]);

/** The correlation of what is shown, and the numbers of the chosen network, in words. */
export function describe(state, t) {
  const { data, x, y, chosen } = state;
  const names = drawn(state, sorted(state));
  const rank = correlation(names.map((name) => [data[name][x], data[name][y]]));
  const told = t("result", { count: names.length, x: t(x), y: t(y), rank: rank === null ? "–" : number(rank) });
  if (!chosen) return told;
  const own = columns(data).filter((column) => has(data[chosen][column]));
  return `${told} ${chosen}: ${own.map((column) => `${t(column)} ${full(data[chosen][column])}`).join(", ")}.`;
}

/** From numbers to pixels between two ends: logarithmic where the numbers span more than a factor of four. */
function axis(values, from, to) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = low > 0 && high / low > 4;
  const [bend, back] = isLog ? [Math.log10, (value) => 10 ** value] : [(value) => value, (value) => value];
  const room = 0.06 * (bend(high) - bend(low)) || 1;
  const [start, end] = [bend(low) - room, bend(high) + room];
  const step = 10 ** Math.floor(Math.log10(end - start));
  const near = isLog ? (end - start > 2.5 ? [1] : [1, 2, 5]) : (end - start) / step > 4 ? [1] : [0.5];
  const marks = isLog ? range(16).flatMap((power) => near.map((digit) => digit * 10 ** (power - 3)))
    : range(40).map((index) => (Math.ceil(start / (step * near[0])) + index) * step * near[0]);
  return { at: (value) => from + ((bend(value) - start) / (end - start)) * (to - from),
    ticks: marks.filter((mark) => mark >= back(start) && mark <= back(end)) };
}

/** Where each point stands, the chosen one last; the others of the table are grey. */
function places(state, across, down) {
  const { data, x, y, family, chosen } = state;
  const rank = ({ name, seen }) => (name === chosen ? 2 : seen ? 1 : 0);
  return drawn(state, Object.keys(data))
    .map((name) => ({ name, seen: !family || data[name].family === family, px: across.at(data[name][x]), py: down.at(data[name][y]) }))
    .sort((a, b) => rank(a) - rank(b));
}

/** Names beside the points, the chosen one first, as far as they find a place of their own. */
function tags(points, chosen, left, right) {
  const taken = points.filter(({ seen }) => seen).map(({ px, py }) => ({ x: px - 4, y: py - 4, wide: 8, tall: 8 }));
  const free = (box) => taken.every((other) => box.x > other.x + other.wide || other.x > box.x + box.wide || box.y > other.y + other.tall || other.y > box.y + box.tall);
  return [...points].reverse().filter(({ seen, name }) => seen || name === chosen).flatMap(({ name, px, py }) => {
    const wide = 6.3 * name.length;
    const boxes = [px + 9, px - 9 - wide].map((x) => ({ x, y: py - 7, wide, tall: 14 })).filter(({ x }) => x > left && x + wide < right);
    const box = boxes.find(free) ?? (name === chosen && boxes[0]);
    if (!box) return [];
    taken.push(box);
    return [label(box.x, py, name, `cnnx-small cnnx-start ${name === chosen ? "cnnx-bold" : ""}`)];
  });
}

/** @param {Host<Networks>} host */
function render({ model, el }) {
  const t = translator(model);
  let shown = "";
  /** @type {ReturnType<typeof places>} */ let points = [];
  const drawing = svg("svg", { role: "img", "aria-label": t("chart"), click: pick });
  const [live, picture] = [liveText(), html("div", {}, drawing)];
  const view = connect(model, ["data", "x", "y", "family", "sort", "descending", "chosen"], redraw);
  const { state, update } = view;
  const given = model.get("data");
  const families = [...new Set(Object.values(given).map(({ family }) => family))].sort(); // a notebook keeps no order of keys
  const offered = (key) => (families.includes(key) ? key : t(key || "all"));
  const list = (name, options) =>
    choice({ name, options, t: (key) => (key === name ? t(`${name}_name`) : offered(key)), change: (now) => update({ [name]: now }) });
  const lists = { x: list("x", columns(given)), y: list("y", columns(given)), family: list("family", ["", ...families]) };
  const [head, body] = [html("tr"), html("tbody")];
  const sheet = html("table", { class: "cnnx-table" }, html("caption", {}, t("table")), html("thead", {}, head), body);

  const choose = (name) => update({ chosen: name === state.chosen ? "" : name });
  const order = (column) => update({ sort: column, descending: column === state.sort ? !state.descending : column !== "network" });
  const button = (text, click) => html("button", { type: "button", "data-lm-suppress-shortcuts": "true", click }, text);
  function pick({ clientX, clientY }) {
    const box = drawing.getBoundingClientRect();
    const far = ({ px, py }) => Math.hypot(px - clientX + box.left, py - clientY + box.top);
    const near = points.filter(({ seen }) => seen).sort((a, b) => far(a) - far(b))[0];
    if (near && far(near) < 24) choose(near.name);
  }
  const columnHead = (column) => html("th", { scope: "col", "data-head": column }, button(t(column), () => order(column)));
  const row = (name, own) => html("tr", { "data-name": name },
    html("th", { scope: "row" }, button(name, () => choose(name))),
    ...own.map((column) => html("td", {}, has(given[name][column]) ? short(given[name][column]) : "–")));

  /** On a phone the table has the two columns of the chart. It is made anew only where it changes: the focus stays. */
  function fill() {
    const own = view.width >= 600 ? columns(given) : [...new Set([state.x, state.y])];
    const names = sorted(state);
    if (shown !== (shown = JSON.stringify([own, names]))) {
      if (head.dataset.own !== String(own)) head.replaceChildren(...["network", ...own].map(columnHead));
      head.dataset.own = String(own);
      body.replaceChildren(...names.map((name) => row(name, own)));
    }
    for (const cell of head.children) {
      const isSorted = cell.dataset.head === state.sort;
      cell.setAttribute("aria-sort", !isSorted ? "none" : state.descending ? "descending" : "ascending");
    }
    for (const line of body.children) {
      const isMine = line.classList.toggle("cnnx-mine", line.dataset.name === state.chosen);
      line.querySelector("button").setAttribute("aria-pressed", isMine);
    }
  }

  function redraw() {
    const { width } = view;
    const [tall, left, base] = [clamp(Math.round(width * 0.62), 260, 400), 46, 30];
    const { data, x, y, chosen } = state;
    const all = drawn(state, Object.keys(data));
    const values = (column) => all.map((name) => data[name][column]);
    const [across, down] = [axis(values(x), left, width - 8), axis(values(y), tall - base - 14, 24)];
    points = places(state, across, down);
    const rule = (d) => svg("path", { class: "cnnx-rule", d });
    drawing.setAttribute("width", width);
    drawing.setAttribute("height", tall);
    drawing.replaceChildren(
      ...across.ticks.flatMap((mark) => [rule(`M${across.at(mark)} 24V${tall - base - 14}`), label(across.at(mark), tall - base - 2, short(mark).replace(/\.0+ /, " "), "cnnx-small")]),
      ...down.ticks.flatMap((mark) => [rule(`M${left} ${down.at(mark)}H${width - 8}`), label(left - 6, down.at(mark), short(mark).replace(/\.0+ /, " "), "cnnx-small cnnx-end")]),
      label(4, 9, `↑ ${t(y)}`, "cnnx-title"), label(width - 8, tall - 9, `${t(x)} →`, "cnnx-title cnnx-end"),
      ...points.map(({ name, seen, px, py }) => svg("circle", { class: `cnnx-spot ${name === chosen ? "cnnx-now" : seen ? "" : "cnnx-pale"}`, "data-name": name, cx: px, cy: py, r: name === chosen ? 7 : 5 }, svg("title", {}, name))),
      ...tags(points, chosen, left, width));
    for (const [name, list] of entries(lists)) list.show(state[name]);
    fill();
    live.say(describe(state, t));
  }

  const controls = html("div", { class: "cnnx-controls" }, ...Object.values(lists).map(({ element }) => element));
  return mount(el, t, view, { picture, parts: [controls, picture, live.element, sheet] });
}

export default { render };
