// The receptive-field explorer: a stack of layers, and what one unit of it sees. All results come from `compute` and `see`.
import {
  arrows, button, canvas, clamp, connect, dimension, disable, drag, focusable, goal, html, label, listed, liveText,
  mount, number, panel, presets, pull, range, replaced, runs, same, svg, translator,
} from "./_core.js";

export const SETTINGS = {
  size: { letter: "n", role: "input", min: 1, max: 64 },
  kernel: { letter: "k", role: "kernel", min: 1, max: 11 },
  stride: { letter: "s", role: "page", min: 1, max: 4 },
  padding: { letter: "p", role: "padding", min: 0, max: 5 },
  dilation: { letter: "d", role: "page", min: 1, max: 4 },
};
const OPTIONS = Object.keys(SETTINGS).slice(1); // a layer is a list of these
const [STATS, conv, atrous, pool] = [["count", "size", "jump", "start"], [3, 1, 1, 1], [3, 1, 2, 2], [2, 2, 0, 1]];
export const MOST = { layers: 8, width: 160 };
const TALL = 18; // a row of units
const SHADES = 10; // from a pixel that is hardly used to the one that is used most
export const PRESETS = {
  three_3x3: { size: 15, layers: [conv, conv, conv] },
  one_7x7: { size: 15, layers: [[7, 1, 3, 1]] },
  dilated: { size: 21, layers: [conv, atrous, [3, 1, 4, 4]] },
  gridding: { size: 21, layers: [atrous, atrous, atrous] },
  strided: { size: 32, layers: range(4).map(() => [3, 2, 1, 1]) },
  lenet: { size: 32, layers: [[5, 1, 0, 1], pool, [5, 1, 0, 1], pool, [5, 1, 0, 1]] },
  vgg: { size: 32, layers: [conv, conv, pool, conv, conv, pool] },
  resnet: { size: 32, layers: [[7, 2, 3, 1], [3, 2, 1, 1], [1, 1, 0, 1], conv, [1, 1, 0, 1]] },
};

// A unit stands on the input over the middle of its field, and is as wide as its jump.
const middle = ({ start, size, jump }, unit) => start + size / 2 + unit * jump;
const edge = (row, unit) => middle(row, unit) - row.jump / 2;
const nearest = (row, pixel) => clamp(Math.round((pixel - middle(row, 0)) / row.jump), 0, row.count - 1);
const real = ({ count }, units) => units.filter((unit) => unit >= 0 && unit < count); // the others are padding

/** Row 0 is the input, row i the units of layer i: how many, and their field. All of it lies within `low` to `high`. */
export function compute({ size: count, layers }) {
  const rows = [{ count, size: 1, jump: 1, start: 0 }];
  let [low, high] = [0, count];
  for (const [index, [kernel, stride, padding, dilation]] of layers.entries()) {
    const below = rows.at(-1);
    const span = dilation * (kernel - 1) + 1;
    const room = below.count + 2 * padding - span;
    const stop = (key, told) => ({ rows, low, high, problem: { key, layer: index + 1, ...told } });
    const told = { kernel, dilation, span, padding, size: below.count, padded: room + span, needed: Math.ceil((span - below.count) / 2) };
    if (room < 0) return stop(dilation > 1 ? "impossible_dilated" : "impossible", told);
    const [size, jump, start] = [below.size + (span - 1) * below.jump, below.jump * stride, below.start - padding * below.jump];
    const row = { count: Math.floor(room / stride) + 1, size, jump, start };
    const last = start + (row.count - 1) * jump;
    const first = Math.min(low, start, edge(row, 0), edge(below, -padding));
    const end = Math.max(high, last + size, edge(row, row.count), edge(below, below.count + padding));
    if (end - first > MOST.width) return stop("wide", { width: Math.ceil(end - first), most: MOST.width });
    [low, high] = [first, end];
    rows.push(row);
  }
  return { rows, low, high, problem: null };
}

const taps = ([kernel, stride, padding, dilation], unit) => range(kernel).map((tap) => unit * stride - padding + tap * dilation);

/** Along one axis: the units of each row, padding included, that a unit of row `layer` looks at. */
export function see(layers, rows, layer, unit) {
  const levels = [[unit]];
  for (let level = layer; level; level--) { // padding itself sees nothing
    const looked = real(rows[level], levels[0]).flatMap((place) => taps(layers[level - 1], place));
    levels.unshift([...new Set(looked)].sort((one, other) => one - other));
  }
  return levels;
}

/** Along one axis: in how many ways each pixel, the key, reaches a unit of row `layer`; padding is none. */
export function ways(layers, rows, layer, unit) {
  let counts = new Map([[unit, 1]]);
  for (let level = layer; level; level--) {
    const below = new Map();
    for (const [place, count] of counts) {
      for (const tap of real(rows[level - 1], taps(layers[level - 1], place))) below.set(tap, (below.get(tap) ?? 0) + count);
    }
    counts = below;
  }
  return counts;
}

/** The ways from each pixel that a unit sees, rows by columns; the most and the least; how few pixels have half of all. */
export function use({ layers }, { rows }, { layer, row, column }) {
  const [down, across] = [row, column].map((unit) => ways(layers, rows, layer, unit));
  const sorted = [...down.values()].flatMap((one) => [...across.values()].map((other) => one * other)).sort((a, b) => b - a);
  let [half, left] = [0, sorted.reduce((sum, count) => sum + count, 0) / 2];
  while (left > 0) left -= sorted[half++];
  return { down, across, most: sorted[0], least: sorted.at(-1), half, all: sorted.length };
}

/** Discovered, where one pixel has more than 100 times as many ways to the unit as another. */
export function discover(state, result) {
  if (result.problem) return null;
  const { most, least, half, all } = use(state, result, state);
  return most > 100 * least ? { most, least, half, all } : null;
}

/** The result in words, for the unit in `row` and `column` of a layer. */
export function describe({ layers }, { rows, problem }, { layer, row, column }, t) {
  if (problem) return t(problem.key, problem);
  const [down, across] = [row, column].map((unit) =>
    see(layers, rows, layer, unit).map((units, level) => real(rows[level], units)));
  const { size, jump, start } = rows[layer];
  const result = t("result", { layer, row, column, size, jump, start });
  if (!down[0].length || !across[0].length) return `${result} ${t("nothing")}`;
  const sees = t("sees", { rows: listed(down[0], t), columns: listed(across[0], t) });
  const way = range(layer).slice(1).reverse().map((level) => t("way", { level, columns: listed(across[level], t) }));
  const inside = Math.min(rows[0].count, start + column * jump + size) - Math.max(0, start + column * jump);
  const notes = [["outside", size - inside], ["skipped", inside - across[0].length]].filter(([, count]) => count);
  const { most, least } = use({ layers }, { rows }, { layer, row, column });
  const through = way.length ? [t("through", { way: way.join("; ") })] : [];
  return [result, sees, ...through, t("ways", { most, least }), ...notes.map(([key, count]) => t(key, { count, size }))].join(" ");
}

/** Where everything stands: a table at both sides of the rows on a wide page, a line of it above each on a narrow one. */
function arrange(width, { low, high }, count) {
  const wide = width >= 600;
  const [left, right, top, pitch] = wide ? [154, 152, 40, 52] : [6, 6, 70, 76];
  const most = Math.min(26 * (high - low), width - left - right);
  const scale = (x, side) => ({ side, at: (pixel) => x + (pixel - low) * side, pixel: (at) => low + (at - x) / side });
  const tight = width < 290; // the columns of the table touch each other
  const across = scale(left + (width - left - right - most) / 2, most / (high - low));
  const y = (level) => top + (count - level) * pitch;
  const base = y(0) + TALL;
  const small = wide ? scale(6, Math.min(most, 136) / (high - low)) : across;
  const under = base + (wide ? 12 : 92);
  const down = (pixel) => under + (pixel - low) * small.side;
  return {
    ...across, width, left, right: width - right, y, base, square: { ...small, down, pixels: ({ x, y }) => ({ x: small.pixel(x), y: low + (y - under) / small.side }) },
    line: (level) => y(level) + (wide ? TALL / 2 : -22), chip: (index) => 24 + index * (tight ? 27 : 30), stat: (index) => width - 18 - (3 - index) * (tight ? 28 : 36),
    level: (at) => clamp(Math.round((y(0) + TALL / 2 - at) / pitch), 0, count), height: Math.max(base + 80, down(high) + 24),
  };
}

function cell(row, level, unit, { at, y, side }, kind = "", look = {}) {
  const role = !real(row, [unit]).length ? "padding" : level ? "output" : "input";
  const box = { x: at(edge(row, unit)), y: y(level), width: row.jump * side, height: TALL };
  return svg("rect", { class: `cnnx-cell cnnx-${role} ${kind}`, "data-row": level, "data-column": unit, ...box, ...look });
}

/** Rows and columns of the input, seen from above. */
function sheet(rows, columns, { at, down, side }, kind) {
  const box = ([first, last], [left, right]) => svg("rect", { class: `cnnx-cell cnnx-input ${kind}`, x: at(left), y: down(first),
    width: (right + 1 - left) * side, height: (last + 1 - first) * side });
  return runs(rows).flatMap((row) => runs(columns).map((column) => box(row, column)));
}

/** The pixels that are seen, from above: the more ways from one, the stronger its shade. */
function shade({ down, across, most }, { at, down: below, side }) {
  const paths = Array(SHADES).fill("");
  for (const [row, one] of down) {
    for (const [column, other] of across) {
      paths[Math.ceil((SHADES * one * other) / most) - 1] += `M${at(column)} ${below(row)}h${side}v${side}h${-side}z`;
    }
  }
  return paths.map((d, index) => svg("path", { class: "cnnx-shade", d, "fill-opacity": (index + 1) / SHADES }));
}

/** The rows of units and the table: n, k, s, p and d can be dragged. */
function stackParts({ layers }, { rows }, place, t) {
  const inRole = (name, data, ...parts) => svg("g", { class: `cnnx-${SETTINGS[name].role}`, ...data }, ...parts);
  const option = (name, index, value, layer, y) => inRole(name, { "data-grip": `${name} ${layer}` }, svg("title", {}, t(name)),
    svg("rect", { class: "cnnx-chip", x: place.chip(index), y: y - 12, width: 26, height: 24, rx: 5 }),
    label(place.chip(index) + 13, y, String(value)));
  const units = (row, level, padding) => svg("g", { "data-grip": "unit" },
    svg("rect", { class: "cnnx-target", x: place.left, y: place.y(level) - 6, width: place.right - place.left, height: TALL + 12 }),
    ...range(row.count + 2 * padding).map((index) => cell(row, level, index - padding, place)),
    ...STATS.map((name, index) => label(place.stat(index), place.line(level), number(row[name]))));
  const { count } = rows[0];
  return [
    ...OPTIONS.map((name, index) => inRole(name, {}, label(place.chip(index) + 13, 12, SETTINGS[name].letter))),
    ...STATS.map((name, index) => label(place.stat(index), 12, t(`stat_${name}`), "cnnx-small")),
    ...layers.flatMap((options, index) => [label(11, place.line(index + 1), String(index + 1)),
      ...OPTIONS.map((name, at) => option(name, at, options[at], index + 1, place.line(index + 1)))]),
    ...rows.map((row, level) => units(row, level, level + 1 < rows.length ? layers[level][2] : 0)),
    label(6, place.line(0), t("input"), "cnnx-start"), option("size", 1, count, "", place.line(0)),
    svg("g", { "data-grip": "place" }, ...sheet(range(count), range(count), place.square, "")),
    dimension({ x0: place.at(0), x1: place.at(count), y: place.base + 14, text: `n = ${count}`, role: "input" }),
  ];
}

/** Behind all, the line of the layer that is chosen, and lines from each unit that is looked at to its taps in the row below. */
function backParts({ layers, layer }, { rows }, levels, { at, y, line, width }) {
  const ray = (below, unit) => (tap) => `M${at(middle(rows[below + 1], unit))} ${y(below + 1) + TALL}L${at(middle(rows[below], tap))} ${y(below)}`;
  const rays = levels.slice(1).flatMap((looked, below) => real(rows[below + 1], looked).flatMap(
    (unit) => taps(layers[below], unit).map(ray(below, unit))));
  return [svg("rect", { class: "cnnx-band", y: line(layer) - 17, width, height: 34, rx: 6 }), svg("path", { class: "cnnx-ray", d: rays.join("") })];
}

/** The units that are looked at, pixels shaded by their ways, and below the input the size and the jump of the field. */
function coneParts({ rows }, { layer, column }, levels, { across }, place, t) {
  const [{ start, size, jump, count }, { at, side, base }] = [rows[layer], place];
  const x0 = at(start + column * jump);
  const measure = (key, long, y, role) => dimension({ x0, x1: x0 + long * side, y: base + y, text: `${t(key)} ${long}`, role });
  const most = Math.max(...across.values());
  const look = (level, unit) => (level || !across.has(unit) ? {} : { "fill-opacity": across.get(unit) / most });
  const units = levels.flatMap((looked, level) => looked.map((unit) =>
    cell(rows[level], level, unit, place, "cnnx-now", look(level, unit))));
  return [...units, measure("stat_size", size, 40, "kernel"), column + 1 < count ? measure("stat_jump", jump, 66, "page") : ""];
}

const outline = (x, y, width, height) => svg("rect", { class: "cnnx-lens", rx: 3, x, y, width, height });

/** The frame of a unit on its row. */
const unitPart = ({ rows }, { layer, column }, { at, y, side }) =>
  outline(at(edge(rows[layer], column)), y(layer) - 2, rows[layer].jump * side, TALL + 4);

/** The input seen from above: the pixels `used`, and the field around them. */
function fieldParts({ rows }, { layer, row, column }, used, { square, height }) {
  const { start, size, jump } = rows[layer];
  const [across, down, long] = [start + column * jump, start + row * jump, size * square.side];
  return [...shade(used, square),
    outline(square.at(across), square.down(down), long, long), label(square.at(rows[0].count / 2), height - 14, `${size} × ${size}`)];
}

/** The layer that is chosen, or the last one that fits: there the rows end. */
const levelOf = ({ layer }, { rows }) => Math.min(layer, rows.length - 1);
/** The unit whose field is centred next to these pixels: of a layer, by default and for the input of the one chosen. */
function unitAt(state, { rows }, { x, y, layer = 0 }) {
  const level = levelOf({ layer: layer || state.layer }, { rows });
  return { layer: level, row: nearest(rows[level], y), column: nearest(rows[level], x) };
}
/** The unit so many layers and units from the one chosen, or that itself. */
function unitBeside(state, result, layers = 0, right = 0, down = 0) {
  const level = levelOf(state, result);
  const [x, y] = [state.column + right, state.row + down].map((unit) => middle(result.rows[level], unit));
  return unitAt(state, result, { x, y, layer: Math.max(level + layers, 1) });
}

/** The options of the layer that is chosen, by their names, with the size of the input; and what changes with some of them. */
const optionsOf = ({ size, layers, layer }) =>
  ({ size, ...Object.fromEntries(OPTIONS.map((name, index) => [name, layers[layer - 1][index]])) });
function changed(state, patch) {
  const now = { ...optionsOf(state), ...patch };
  if (same(now, optionsOf(state))) return {};
  return { size: now.size, layers: replaced(state.layers, state.layer - 1, OPTIONS.map((name) => now[name])) };
}

/** The formula of the field of the layer that is chosen. */
function why(state, { rows, problem }, t) {
  if (problem) return "";
  const below = rows[state.layer - 1];
  return t("why", { ...optionsOf(state), ...rows[state.layer], r: below.size, j: below.jump, a: below.start });
}

/** A unit on its row, the pixels that it sees, and what a hand moves: units, places, the options of the layers. */
function pictureOf(t, /** @type {View<ReceptiveField>} */ view, set, say) {
  const { state, update } = view;
  /** @type {Place & { layer: number }} */ let hover;
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const step = (...by) => () => update(unitBeside(state, result, ...by));
  const pane = (name, along) => svg("g", { class: "cnnx-window", ...focusable(t(name), arrows(along)) });
  const panes = { unit: pane("unit", (down, right) => step(-down, right)), // the rows of the picture are layers
    place: pane("place", (down, right) => step(0, right, down)) };
  const [back, art, cone] = range(3).map(() => svg("g", { "aria-hidden": "true" }));
  const { drawing, picture, size } = canvas(t, back, art, cone, panes.unit, panes.place);
  const rowOf = () => middle(result.rows[levelOf(state, result)], state.row); // it stays, from layer to layer
  const follow = {
    unit: ({ x, y }) => update(unitAt(state, result, { layer: place.level(y), x: place.pixel(x), y: rowOf() })),
    place: (point) => update(unitAt(state, result, place.square.pixels(point))),
  };

  function show(now) {
    [result, place, hover] = [now, arrange(view.width, now, state.layers.length), null];
    size(view.width, place.height);
    art.replaceChildren(...stackParts(state, result, place, t));
    showUnit();
  }
  function showUnit() {
    const now = hover ?? unitBeside(state, result);
    const [columns, used] = [see(state.layers, result.rows, now.layer, now.column), use(state, result, now)];
    back.replaceChildren(...backParts(state, result, columns, place));
    cone.replaceChildren(...coneParts(result, now, columns, used, place, t));
    panes.unit.replaceChildren(unitPart(result, now, place));
    panes.place.replaceChildren(...fieldParts(result, now, used, place));
    say(now);
  }
  function begin(start, grip) {
    const [name, layer] = grip?.split(" ") ?? [];
    if (SETTINGS[name]) {
      if (layer) update({ layer: +layer });
      return pull(SETTINGS[name], start, optionsOf(state)[name], 12, (now) => set({ [name]: now }));
    }
    panes[name]?.focus({ preventScroll: true });
    follow[name]?.(start);
    return follow[name];
  }
  drag(drawing, begin, (target) => {
    const { row, column } = target?.dataset ?? {};
    hover = row && unitAt(state, result, { layer: +row, x: middle(result.rows[row], +column), y: rowOf() });
    showUnit();
  });
  return { element: picture, show };
}

/** Stacks from a list, the number of layers, and the options of the layer that is chosen. */
function controlsOf(t, /** @type {View<ReceptiveField>} */ { state, update }, set) {
  const settings = panel(SETTINGS, t, set);
  function load({ size, layers }) {
    update({ size, layers, layer: layers.length });
    update(unitAt(state, compute(state), { x: size / 2, y: size / 2 }));
  }
  const preset = presets({ name: "preset", table: PRESETS, t, change: load });
  const stack = (by, ...added) => () => update({
    layers: [...state.layers.slice(0, state.layer + Math.min(by, 0)), ...added, ...state.layers.slice(state.layer)], layer: state.layer + by,
  });
  const [add, remove] = [button({ click: stack(1, conv) }), button({ click: stack(-1) })];
  function show() {
    settings.show(optionsOf(state));
    preset.show(state);
    [add.textContent, remove.textContent] = [t("add"), t("remove", state)];
    disable(add, state.layers.length === MOST.layers);
    disable(remove, state.layers.length === 1);
  }
  return { elements: [html("div", { class: "cnnx-tools" }, preset.element, add, remove), settings.element], show };
}

/** @param {Host<ReceptiveField>} host */
function render({ model, el }) {
  const [t, sum, live] = [translator(model), html("p", { class: "cnnx-formula" }), liveText()];
  /** @type {ReturnType<typeof compute>} */ let result;
  const view = connect(model, ["size", "layers", "layer", "row", "column"], redraw, (now) => !compute(now).problem);
  const { state, update } = view;
  const set = (patch) => update(changed(state, patch));
  const [controls, picture, aim] = [controlsOf(t, view, set), pictureOf(t, view, set, say), goal(model, t, live)];

  function redraw() {
    state.layer = clamp(state.layer, 1, state.layers.length);
    result = compute(state);
    if (!result.problem) Object.assign(state, unitBeside(state, result)); // within the layer
    controls.show();
    sum.textContent = why(state, result, t);
    picture.show(result);
  }
  function say(unit) {
    live.say(describe(state, result, unit, t), !!result.problem);
    aim.show(discover(state, result));
  }
  return mount(el, t, view, { picture: picture.element, parts: [...controls.elements, sum, live.element, picture.element, aim.element] });
}

export default { render };
