// The im2col explorer: windows of the input as rows of a matrix. All numbers come from `compute`.
import {
  arrows, canvas, choice, clamp, connect, drag, focusable, formula, fraction, goal, heading, html, keys, label, liveText,
  mount, numbers, panel, presets, printed, range, svg, symbol, translator, within,
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

/** Shows a row in full colour, and a frame around each copy of a number; `holds(row, source)` is its column there. */
function mark(art, row, source, holds) {
  for (const old of art.querySelectorAll(".cnnx-mark")) old.remove();
  for (const cell of art.querySelectorAll("rect:not([data-weight])")) {
    const own = cell.dataset;
    const isLit = own.row === undefined ? holds(row, own.source) >= 0 : +own.row === row;
    cell.style.setProperty("--share", isLit ? "1" : "0.2");
  }
  for (const cell of art.querySelectorAll(`[data-source="${source}"], [data-weight="${holds(row, source)}"]`)) {
    const copy = cell.cloneNode();
    copy.setAttribute("class", `cnnx-mark ${+(cell.dataset.row ?? row) === row ? "" : "cnnx-copy"}`);
    cell.parentNode.append(copy);
  }
}

/** @param {Host<Im2col>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {{ row: number, source: number[] | string }} */ let hover = null;
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const art = svg("g", { "aria-hidden": "true" });
  const slide = (rows, columns) => () =>
    move(Math.floor(state.row / result.output) + rows, (state.row % result.output) + columns);
  const step = (rows, columns) => () => go(state.row + rows, state.column + columns);
  const pane = svg("g", { class: "cnnx-window", ...focusable(t("window"), arrows(slide)) });
  const strip = svg("g", { class: "cnnx-window", ...focusable(t("row"), arrows(step)) });
  const { drawing, picture, size } = canvas(t, art, pane, strip);
  const [sum, live] = [formula(), liveText()];
  const aim = goal(model, t, live);
  const view = connect(model, [...keys(SETTINGS), "order", "row", "column"], redraw, (now) => compute(now).possible);
  const { state, update } = view;
  const controls = panel(SETTINGS, t, update);
  const order = choice({ name: "order", options: LAYOUTS, t, change: (now) => update({ order: now }) });
  const example = presets({ name: "example", table: EXAMPLES, t, change: update });
  controls.element.append(order.element, example.element);

  const inside = (row, column) =>
    ({ row: within(row, result.matrix.length), column: within(column, result.weights.length) });
  const go = (row, column) => update(inside(row, column));
  const move = (i, j) => go(within(i, result.output) * result.output + within(j, result.output), state.column);
  const holds = (row, source) => result.sources[row].findIndex((own) => same(own, source));

  function redraw() {
    result = compute(state);
    const { possible, weights } = result;
    if (possible) Object.assign(state, inside(state.row, state.column));
    place = arrange(view.width, result, state.channels);
    hover = null;
    size(view.width, place.height);
    art.replaceChildren(...parts(state, result, place, t));
    const { x, y, side } = place.plane(0);
    const length = state.kernel * side;
    const frames = range(state.channels).map((c) => frame(place.plane(c).x - x, place.plane(c).y - y, length, length));
    const [across, high] = [weights.length * place.grid.side, place.grid.side];
    pane.replaceChildren(...frames);
    strip.replaceChildren(frame(0, 0, across, high), label(across + high / 2, high / 2, "="));
    for (const part of [pane, strip]) part.style.display = possible ? "" : "none";
    sum.show(equation(state, result, t));
    for (const list of [controls, example]) list.show(state);
    order.show(state.order);
    if (possible) drawPosition();
    live.say(describe(state, result, t), !possible);
    aim.show(discover(state, result));
  }

  /** The window and its row in full colour, and a frame around each copy of a number: those pointed at, or chosen. */
  function drawPosition() {
    const { row, source } = hover ?? { row: state.row, source: result.sources[state.row][state.column] };
    const { plane, grid } = place;
    const [, top, left] = result.sources[row][0];
    pane.style.transform = `translate(${plane(0).x + left * plane(0).side}px, ${plane(0).y + top * plane(0).side}px)`;
    strip.style.transform = `translate(${grid.x}px, ${grid.y + row * grid.side}px)`;
    mark(art, row, source, holds);
  }

  function begin(start, name, target) {
    const { source } = target.dataset;
    if (!result.possible || !(source ?? name)) return null;
    if (name === "matrix") {
      const { x, y, side } = place.grid;
      const follow = (now) => {
        const column = Math.floor((now.x - x) / side);
        go(Math.floor((now.y - y) / side), column < result.weights.length ? column : state.column);
      };
      strip.focus({ preventScroll: true });
      return follow(start), follow;
    }
    const row = [state.row, ...range(result.matrix.length)].find((index) => holds(index, source) >= 0);
    if (name !== "window") return row === undefined ? null : go(row, holds(row, source)), null;
    pane.focus({ preventScroll: true });
    const { x, y, side } = place.plane(+source[0]);
    const step = side * state.stride;
    const [, top, left] = result.sources[state.row][0];
    const [dx, dy] = holds(state.row, source) >= 0 // a press beside the window brings its middle there
      ? [start.x - x - left * side, start.y - y - top * side]
      : [(state.kernel * side) / 2, (state.kernel * side) / 2];
    const follow = (now) => move(Math.round((now.y - y - dy) / step), Math.round((now.x - x - dx) / step));
    follow(start);
    if (holds(state.row, source) >= 0) go(state.row, holds(state.row, source));
    return follow;
  }

  drag(drawing, begin, (target) => {
    if (!result.possible) return;
    const { source, row = state.row } = target?.dataset ?? {};
    hover = source || target?.dataset.row ? { row: +row, source: source ?? result.sources[row][state.column] } : null;
    drawPosition();
  });
  const blocks = [controls.element, picture, sum.element, live.element, aim.element];
  return mount(el, t, view, { picture, parts: blocks });
}

export default { render };
