// The networks explorer: a table to sort and to filter, and a chart of two of its columns, on logarithmic axes.
import {
  changes, choice, clamp, connect, entries, goal, html, keys, label, liveText, mount, number, put, range, svg, translator,
} from "./_core.js";

export const COLUMNS = ["parameters", "macs", "outputs", "depth", "field", "ms", "accuracy"];
const [SLOWER, TOLD] = [1.3, ["macs", "ms", "depth", "outputs"]]; // of the network to discover

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

/** The names in the table, how many of them have both numbers of the chart, and the correlation of these. */
export function compute(state) {
  const { data, x, y } = state, names = sorted(state), pairs = drawn(state, names).map((name) => [data[name][x], data[name][y]]);
  return { names, count: pairs.length, rank: correlation(pairs) };
}

/** The correlation of what is shown, and the numbers of the chosen network, in words. */
export function describe({ data, x, y, chosen }, { count, rank }, t) {
  const told = t("result", { count, x: t(x), y: t(y), rank: rank === null ? "–" : number(rank) });
  if (!chosen) return told;
  const own = columns(data).filter((column) => has(data[chosen][column]));
  return `${told} ${chosen}: ${own.map((column) => `${t(column)} ${full(data[chosen][column])}`).join(", ")}.`;
}

/** Discovered, where the chosen network takes more than SLOWER times as long as one with more MACs: that with the most. */
export function discover({ data, chosen }) {
  const known = Object.keys(data).filter((name) => TOLD.every((column) => has(data[name][column])));
  const own = known.includes(chosen) && data[chosen], isFaster = ({ macs, ms }) => macs > own.macs && SLOWER * ms < own.ms;
  const [other] = known.filter((name) => own && isFaster(data[name])).sort((a, b) => data[b].macs - data[a].macs);
  if (!other) return null;
  const numbers = (name, { macs, depth, outputs }) => ({ [`${name}_macs`]: short(macs), [`${name}_depth`]: depth, [`${name}_outputs`]: short(outputs) });
  return { chosen, other, times: number(own.ms / data[other].ms, 1), ...numbers("own", own), ...numbers("other", data[other]) };
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

/** The chart: a point for each network, to be pressed; `choose` hears its name. */
function chartOf(t, /** @type {View<Networks>} */ { state }, choose) {
  /** @type {ReturnType<typeof places>} */ let points = [];
  const drawing = svg("svg", { role: "img", "aria-label": t("chart"), click: pick });
  function pick({ clientX, clientY }) {
    const box = drawing.getBoundingClientRect();
    const far = ({ px, py }) => Math.hypot(px - clientX + box.left, py - clientY + box.top);
    const near = points.filter((point) => point.seen && far(point) < 24).sort((a, b) => far(a) - far(b));
    const stack = near.filter((point) => far(point) - far(near[0]) < 4).map(({ name }) => name).sort(); // one lies on the other
    if (stack.length) choose(stack[stack.indexOf(state.chosen) + 1] ?? state.chosen);
  }
  const rule = (d) => svg("path", { class: "cnnx-rule", d });
  const told = (mark) => short(mark).replace(/\.0+ /, " ");
  const spot = ({ name, seen, px, py }, isMine = name === state.chosen) => svg("circle", {
    class: `cnnx-spot ${isMine ? "cnnx-now" : seen ? "" : "cnnx-pale"}`, "data-name": name, cx: px, cy: py, r: isMine ? 7 : 5,
  }, svg("title", {}, name));

  function show(width) {
    const [height, left, right, top] = [clamp(Math.round(width * 0.62), 260, 400), 46, width - 8, 24];
    const { data, x, y } = state;
    const [bottom, all] = [height - 44, drawn(state, Object.keys(data))];
    const values = (column) => all.map((name) => data[name][column]);
    const [across, down] = [axis(values(x), left, right), axis(values(y), bottom, top)];
    points = places(state, across, down);
    put(drawing, { width, height });
    drawing.replaceChildren(
      ...across.ticks.flatMap((mark) => [rule(`M${across.at(mark)} ${top}V${bottom}`), label(across.at(mark), bottom + 12, told(mark), "cnnx-small")]),
      ...down.ticks.flatMap((mark) => [rule(`M${left} ${down.at(mark)}H${right}`), label(left - 6, down.at(mark), told(mark), "cnnx-small cnnx-end")]),
      label(4, 9, `↑ ${t(y)}`, "cnnx-title"), label(right, height - 9, `${t(x)} →`, "cnnx-title cnnx-end"),
      ...points.map((point) => spot(point)), ...tags(points, state.chosen, left, width));
  }
  return { element: html("div", {}, drawing), show };
}

/** The table: heads sort it, names mark a network. It is made anew only where it changes: the focus stays. */
function sheetOf(t, /** @type {View<Networks>} */ { state, update }, choose) {
  const [head, body] = [html("tr"), html("tbody")];
  const element = html("table", { class: "cnnx-table" }, html("caption", {}, t("table")), html("thead", {}, head), body);
  const press = (text, click) => html("button", { type: "button", "data-lm-suppress-shortcuts": "true", click }, text);
  const order = (column) => update({ sort: column, descending: column === state.sort ? !state.descending : column !== "network" });
  const columnHead = (column) => html("th", { scope: "col", "data-head": column }, press(t(column), () => order(column)));
  const value = (number) => html("td", {}, has(number) ? short(number) : "–");
  const row = (name, own) => html("tr", { "data-name": name }, html("th", { scope: "row" }, press(name, () => choose(name))),
    ...own.map((column) => value(state.data[name][column])));
  const [isNewHead, isNewBody] = [changes(), changes()];

  function show({ names }, width) { // on a phone it has the two columns of the chart
    const own = width >= 600 ? columns(state.data) : [...new Set([state.x, state.y])];
    if (isNewHead(own)) head.replaceChildren(...["network", ...own].map(columnHead));
    if (isNewBody([own, names])) body.replaceChildren(...names.map((name) => row(name, own)));
    for (const cell of head.children) {
      const isSorted = cell.dataset.head === state.sort;
      cell.setAttribute("aria-sort", !isSorted ? "none" : state.descending ? "descending" : "ascending");
    }
    for (const line of body.children) {
      const isMine = line.classList.toggle("cnnx-mine", line.dataset.name === state.chosen);
      line.querySelector("button").setAttribute("aria-pressed", isMine);
    }
  }
  return { element, show };
}

/** Three lists: the columns across and up, and the family. */
function controlsOf(t, data, /** @type {View<Networks>} */ { state, update }) {
  const families = [...new Set(Object.values(data).map(({ family }) => family))].sort(); // a notebook keeps no order of keys
  const offered = (key) => (families.includes(key) ? key : t(key || "all"));
  const list = (name, options) =>
    choice({ name, options, t: (key) => (key === name ? t(`${name}_name`) : offered(key)), change: (now) => update({ [name]: now }) });
  const lists = { x: list("x", columns(data)), y: list("y", columns(data)), family: list("family", ["", ...families]) };
  const element = html("div", { class: "cnnx-controls" }, ...Object.values(lists).map((one) => one.element));
  return { element, show: () => entries(lists).forEach(([name, one]) => one.show(state[name])) };
}

/** @param {Host<Networks>} host */
function render({ model, el }) {
  const [t, data, live] = [translator(model), model.get("data"), liveText()];
  const aim = goal(model, t, live, "000000");
  const view = connect(model, ["data", "x", "y", "family", "sort", "descending", "chosen"], redraw);
  const choose = (name) => view.update({ chosen: name === view.state.chosen ? "" : name });
  const [controls, chart, sheet] = [controlsOf(t, data, view), chartOf(t, view, choose), sheetOf(t, view, choose)];

  function redraw(state) {
    const result = compute(state);
    controls.show();
    chart.show(view.width);
    sheet.show(result, view.width);
    live.say(describe(state, result, t));
    aim.show(discover(state));
  }
  const hasOne = keys(data).some((chosen) => discover({ data, chosen })); // a table may have none
  const parts = [controls.element, chart.element, live.element, ...(hasOne ? [aim.element] : []), sheet.element];
  return mount(el, t, view, { picture: chart.element, parts });
}

export default { render };
