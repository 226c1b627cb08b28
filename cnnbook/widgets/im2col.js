// The im2col explorer: windows of the input as rows of a matrix. All numbers come from `compute`.
import {
  arrows, canvas, choice, clamp, connect, drag, focusable, formula, fraction, goal, heading, html, inside, keys,
  label, liveText, mount, numbers, panel, presets, printed, putAt, range, slide, svg, symbol, translator, within,
} from "./_core.js";

export const SETTINGS = {
  size: { letter: "n", role: "input", min: 1, max: 5 },
  kernel: { letter: "k", role: "kernel", min: 1, max: 3 },
  stride: { letter: "s", role: "page", min: 1, max: 3 },
  padding: { letter: "p", role: "padding", min: 0, max: 1 },
  channels: { letter: "C", role: "input", min: 1, max: 2 },
};
export const EXAMPLES = {
  notes: { size: 4, kernel: 2, stride: 2, padding: 0, channels: 2, order: "NHWC" },
  overlap: { size: 4, kernel: 3, stride: 1, padding: 0, channels: 1, order: "NCHW" },
  same: { size: 3, kernel: 3, stride: 1, padding: 1, channels: 2, order: "NCHW" },
};
export const LAYOUTS = ["NCHW", "NHWC"];

/** All [c, i, j] of a block of `channels` squares, in the order in which memory has them. */
function stored(order, channels, side) {
  const pixels = range(side * side).map((place) => [Math.floor(place / side), place % side]);
  const channel = (pixel) => range(channels).map((c) => [c, ...pixel]);
  if (order === "NHWC") return pixels.flatMap(channel);
  return range(channels).flatMap((c) => pixels.map((pixel) => [c, ...pixel]));
}

/** The matrix, the source of each of its numbers, and the product. Places [c, i, j] count from the padding's corner. */
export function compute({ size, kernel, stride, padding, channels, order }) {
  const padded = size + 2 * padding;
  const output = Math.max(Math.floor((padded - kernel) / stride) + 1, 0);
  /** @param {number[]} source */
  const isPixel = ([, ...place]) => place.every((at) => at >= padding && at < padding + size);
  /** @param {number[]} source */
  const value = ([c, i, j]) => (isPixel([c, i, j]) ? (c * size + i - padding) * size + j - padding + 1 : 0);
  const taps = stored(order, channels, kernel);
  const sources = range(output * output).map((row) => {
    const [top, left] = [Math.floor(row / output) * stride, (row % output) * stride];
    return taps.map(([c, i, j]) => [c, top + i, left + j]);
  });
  const matrix = sources.map((row) => row.map(value));
  const weights = taps.map(([c, i, j]) => 1 - (((c * kernel + i) * kernel + j) % 3));
  const product = matrix.map((row) => row.reduce((sum, entry, column) => sum + entry * weights[column], 0));
  const memory = stored(order, channels, size).map(([c, i, j]) => [c, i + padding, j + padding]);
  const needed = Math.ceil((kernel - size) / 2);
  return { possible: output > 0, padded, output, needed, isPixel, value, sources, matrix, weights, product, memory };
}

const same = (one, other) => String(one) === String(other);

/** In how many unbroken pieces of the memory the numbers of a row lie. */
export function pieces(row, { sources, memory }) {
  const places = memory.map((place) => sources[row].some((source) => same(source, place)));
  return places.filter((isIn, index) => isIn && !places[index - 1]).length;
}

/** The result in words. */
export function describe(state, result, t) {
  if (!result.possible) return t("impossible", { ...state, ...result });
  const { sources, matrix, product, output, isPixel } = result;
  const { row, column, padding } = state;
  const [c, i, j] = sources[row][column];
  const copies = sources.filter((places) => places.some((place) => same(place, [c, i, j]))).length;
  const count = pieces(row, result);
  const entry = { column, value: matrix[row][column], c, r: i - padding, k: j - padding, copies, rows: matrix.length };
  return [
    t("result", { row, i: Math.floor(row / output), j: row % output, product: product[row] }),
    t(isPixel([c, i, j]) ? "pixel" : "zero", entry),
    ...(count ? [t(count > 1 ? "runs" : "run", { count })] : []),
  ].join(" ");
}

/** Discovered, where a number stands in the matrix nine times: how often all of them do. */
export function discover(_, { possible, memory, sources, matrix }) {
  const all = possible ? sources.flat().map(String) : [];
  const copies = Math.max(...memory.map((place) => all.filter((source) => source === String(place)).length));
  return copies === 9 ? { copies, rows: matrix.length, entries: all.length, numbers: memory.length } : null;
}

/** How many times as many numbers the matrix holds as the input. */
function equation({ size, channels }, { possible, matrix, weights }, t) {
  const name = [t("factor"), " = "];
  if (!possible) return [[...name, html("strong", { class: "cnnx-none" }, t("no_matrix"))]];
  const [above, below] = [matrix.length * weights.length, channels * size * size];
  const input = (count) => symbol("input", count);
  const { sign, value } = printed([above, below], (one, other) => one / other);
  return [
    [...name, fraction([symbol("output", matrix.length), " · ", symbol("kernel", weights.length)],
      [input(channels), " · ", input(size), " · ", input(size)])],
    [" = ", fraction([String(above)], [String(below)])],
    [` ${sign} `, html("strong", {}, value)],
  ];
}

/** Where everything stands: the channels beside the matrix on a wide page, above it on a narrow one. */
function arrange(width, { possible, padded, matrix, weights, memory }, channels) {
  const [x, top] = [2, 30];
  const beside = width >= 560;
  const side = clamp(Math.floor((beside ? 200 : width - 30) / padded / (beside ? 1 : channels)), 16, beside ? 34 : 38);
  const [right, down] = beside ? [0, padded * side + 34] : [Math.max(padded * side + 24, 126), 0];
  const plane = (c) => ({ x: x + c * right, y: top + c * down, side });
  const left = beside ? x + Math.max(padded * side + 56, 130) : 22; // room for the title
  const entry = clamp(Math.floor((width - left - 32) / (weights.length + 1)), 14, 30);
  const rowsAt = beside ? top : top + padded * side + 40;
  const [flat, grid] = [0, entry + 34].map((down) => ({ x: left, y: rowsAt + down, side: entry }));
  const wider = Math.max(30 - entry, 0) / 2; // the sums have more digits
  const out = { x: left + Math.max((weights.length + 1) * entry, 104) + wider, y: grid.y, side: entry, wider, wide: entry + 2 * wider };
  const caption = { x: Math.min(out.x - wider, width - 58), y: grid.y };
  const bottom = Math.max(plane(channels - 1).y + padded * side, possible && grid.y + matrix.length * entry);
  const lines = Math.ceil((memory.length * 20) / (width - 4));
  const length = Math.ceil(memory.length / lines);
  const store = { x, y: bottom + 44, side: clamp(Math.floor((width - 4) / length), 8, 30) };
  return { plane, flat, grid, out, caption, store, length, height: store.y + lines * (store.side + 4) + 8 };
}

/** Numbers of the input, wherever they stand; each knows its source, and `each` gives it further attributes. */
function entries(sources, place, { isPixel, value }, each = (_row, _column) => ({})) {
  const look = (row, column) => ({
    class: `cnnx-cell cnnx-${isPixel(sources[row][column]) ? "input" : "padding"}`,
    "data-source": sources[row][column], ...each(row, column),
  });
  return numbers(sources.map((line) => line.map(value)), place, "input", look);
}

/** The channels, the matrix with weights and product, and the input as it lies in memory. */
function parts({ channels, order }, result, place, t) {
  const { padded, sources, matrix, weights, product, memory } = result;
  const plane = (c) => range(padded).map((i) => range(padded).map((j) => [c, i, j]));
  const lines = range(Math.ceil(memory.length / place.length));
  const line = (index) => entries([memory.slice(index * place.length, (index + 1) * place.length)],
    { ...place.store, y: place.store.y + index * (place.store.side + 4) }, result);
  const inputs = [
    ...range(channels).map((c) => heading(place.plane(c), t("channel", { c }), "input")),
    svg("g", { class: "cnnx-reach", "data-grip": "window" },
      ...range(channels).map((c) => entries(plane(c), place.plane(c), result))),
    heading(place.store, t("memory", { order }), "input"), ...lines.map(line),
  ];
  if (!result.possible) return inputs;
  const { flat, grid, out } = place;
  return [...inputs,
    heading(flat, t("weights"), "kernel"), numbers([weights], flat, "kernel", (_, column) => ({ "data-weight": column })),
    heading(grid, t("matrix", { rows: matrix.length, columns: weights.length }), "page"),
    heading(place.caption, t("product"), "output"),
    ...matrix.map((_, row) => label(grid.x - 6, grid.y + (row + 0.5) * grid.side, String(row), "cnnx-index")),
    svg("g", { class: "cnnx-matrix", "data-grip": "matrix" },
      entries(sources, grid, result, (row) => ({ "data-row": row })),
      numbers(product.map((sum) => [sum]), out, "output",
        (row) => ({ "data-row": row, x: -out.wider, width: out.wide }))),
  ];
}

const frame = (x, y, width, height) => svg("rect", { class: "cnnx-frame cnnx-through", x, y, width, height, rx: 3 });

/** The frames of the window, one on each channel, and that of its row. */
function windowParts({ kernel, channels }, { plane }) {
  const { x, y, side } = plane(0), length = kernel * side;
  return range(channels).map((c) => frame(plane(c).x - x, plane(c).y - y, length, length));
}
function rowParts({ weights }, { grid: { side } }) {
  const across = weights.length * side;
  return [frame(0, 0, across, side), label(across + side / 2, side / 2, "=")];
}

/** Where a row of the matrix holds a number of the input; -1 where it does not. */
const columnOf = (source, row, { sources }) => sources[row].findIndex((own) => same(own, source));

/** The row and the column of the matrix under a point; in the product beside it `column` stays. */
function entryAt(point, { column }, { weights }, { grid: { x, y, side } }) {
  const at = Math.floor((point.x - x) / side);
  return [Math.floor((point.y - y) / side), at < weights.length ? at : column];
}
/** For `slide`: the window on the channel of a number. */
function slideOf(source, { row, kernel, stride }, { sources }, { plane }) {
  const { x, y, side } = plane(+source[0]), half = (kernel * side) / 2, [[, top, left]] = sources[row];
  return { origin: { x, y }, corner: { x: left * side, y: top * side }, half: { x: half, y: half }, step: side * stride };
}

/** Shows a row in full colour, and a frame around each copy of a number. */
function mark(art, row, source, result) {
  for (const old of art.querySelectorAll(".cnnx-mark")) old.remove();
  for (const cell of art.querySelectorAll("rect:not([data-weight])")) {
    const own = cell.dataset;
    const isLit = own.row === undefined ? columnOf(own.source, row, result) >= 0 : +own.row === row;
    cell.style.setProperty("--share", isLit ? "1" : "0.2");
  }
  for (const cell of art.querySelectorAll(`[data-source="${source}"], [data-weight="${columnOf(source, row, result)}"]`)) {
    const copy = cell.cloneNode();
    copy.setAttribute("class", `cnnx-mark ${+(cell.dataset.row ?? row) === row ? "" : "cnnx-copy"}`);
    cell.parentNode.append(copy);
  }
}

/** Channels and matrix, to be moved along by hand and by keyboard: the window is a row of the matrix. */
function pictureOf(t, /** @type {View<Im2col>} */ view) {
  const { state, update } = view;
  /** @type {{ row: number, source: number[] | string }} */ let hover = null;
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const go = (row, column) => update(inside({ row, column }, result.matrix.length, result.weights.length));
  const move = (i, j) => go(within(i, result.output) * result.output + within(j, result.output), state.column);
  const shift = (rows, columns) => () =>
    move(Math.floor(state.row / result.output) + rows, (state.row % result.output) + columns);
  const step = (rows, columns) => () => go(state.row + rows, state.column + columns);
  const art = svg("g", { "aria-hidden": "true" });
  const [pane, strip] = Object.entries({ window: shift, row: step })
    .map(([name, along]) => svg("g", { class: "cnnx-window", ...focusable(t(name), arrows(along)) }));
  const { drawing, picture, size } = canvas(t, art, pane, strip);

  function show(now) {
    [result, place, hover] = [now, arrange(view.width, now, state.channels), null];
    size(view.width, place.height);
    art.replaceChildren(...parts(state, result, place, t));
    pane.replaceChildren(...windowParts(state, place));
    strip.replaceChildren(...rowParts(result, place));
    for (const part of [pane, strip]) part.style.display = result.possible ? "" : "none";
    if (result.possible) showPosition();
  }
  /** The window and its row in full colour, and a frame around each copy of a number: those pointed at, or chosen. */
  function showPosition() {
    const { row, source } = hover ?? { row: state.row, source: result.sources[state.row][state.column] };
    const [{ x, y, side }, { grid }, [[, top, left]]] = [place.plane(0), place, result.sources[row]];
    putAt(pane, x + left * side, y + top * side);
    putAt(strip, grid.x, grid.y + row * grid.side);
    mark(art, row, source, result);
  }

  function begin(start, name, target) {
    const { source } = target.dataset, holds = (row) => columnOf(source, row, result) >= 0;
    if (!result.possible || !(source ?? name)) return null;
    const row = [state.row, ...range(result.matrix.length)].find(holds);
    if (!name) return row === undefined ? null : go(row, columnOf(source, row, result)), null;
    const follow = name === "matrix" ? (now) => go(...entryAt(now, state, result, place))
      : slide(start, holds(state.row), slideOf(source, state, result, place), move);
    (name === "matrix" ? strip : pane).focus({ preventScroll: true });
    follow(start);
    if (name === "window" && holds(state.row)) go(state.row, columnOf(source, state.row, result));
    return follow;
  }
  drag(drawing, begin, (target) => {
    if (!result.possible) return;
    const { source, row = state.row } = target?.dataset ?? {};
    hover = source || target?.dataset.row ? { row: +row, source: source ?? result.sources[row][state.column] } : null;
    showPosition();
  });
  return { element: picture, show };
}

/** Sliders, the layout and the examples. */
function controlsOf(t, /** @type {View<Im2col>} */ { state, update }) {
  const settings = panel(SETTINGS, t, update);
  const order = choice({ name: "order", options: LAYOUTS, t, change: (now) => update({ order: now }) });
  const example = presets({ name: "example", table: EXAMPLES, t, change: update });
  settings.element.append(order.element, example.element);
  function show() {
    for (const list of [settings, example]) list.show(state);
    order.show(state.order);
  }
  return { element: settings.element, show };
}

/** @param {Host<Im2col>} host */
function render({ model, el }) {
  const [t, sum, live] = [translator(model), formula(), liveText()];
  const view = connect(model, [...keys(SETTINGS), "order", "row", "column"], redraw, (now) => compute(now).possible);
  const [controls, picture, aim] = [controlsOf(t, view), pictureOf(t, view), goal(model, t, live)];

  function redraw(state) {
    const result = compute(state);
    if (result.possible) Object.assign(state, inside(state, result.matrix.length, result.weights.length));
    controls.show();
    picture.show(result);
    sum.show(equation(state, result, t));
    live.say(describe(state, result, t), !result.possible);
    aim.show(discover(state, result));
  }
  return mount(el, t, view, { picture: picture.element, parts: [controls.element, picture.element, sum.element, live.element, aim.element] });
}

export default { render };
