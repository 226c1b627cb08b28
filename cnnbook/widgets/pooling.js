// The pooling explorer: a window, what it keeps, and where the gradient goes. All numbers come from `compute`.
import {
  canvas, cells, choice, connect, drag, formula, goal, heading, hide, html, inside, keys, label, light, liveText,
  mount, numberGrid, numbers, panel, partAt, printed, putAt, range, replacedIn, same, slide, svg, translator,
  windowPane,
} from "./_core.js";

export const SETTINGS = {
  kernel: { letter: "k", role: "kernel", min: 1, max: 4 },
  stride: { letter: "s", role: "page", min: 1, max: 4 },
  padding: { letter: "p", role: "padding", min: 0, max: 2 },
  shift: { letter: "Δ", role: "input", min: 0, max: 7 },
  ceil_mode: {},
};
export const LIMIT = 999;
/** @typedef {Required<ReturnType<typeof compute>>} Result where it is impossible, half of it is missing */

/** Windows along one axis: where each starts, its pixels from `first` to before `end`, places that an average counts. */
function windows(size, { kernel, stride, padding, ceil_mode }) {
  const room = size + 2 * padding - kernel;
  const steps = (ceil_mode ? Math.ceil : Math.floor)(room / stride);
  const leftOut = ceil_mode && steps * stride >= size + padding; // a window that would start behind the input
  return range(steps + (leftOut ? 0 : 1)).map((index) => index * stride - padding).map((start) => ({
    start, first: Math.max(start, 0), end: Math.min(start + kernel, size),
    counted: Math.min(start + kernel, size + padding) - start,
  }));
}

/** A grid moved to the right; what leaves it comes in on the left. */
export const moved = (grid, shift) => grid.map((row) => row.map((_, column) => row.at((column - shift) % row.length)));

/** The input as it is shifted, output, its gradient where each output has the gradient 1, `look(row, column)` at a window. @param {Pooling} state */
export function compute({ input: given, shift = 0, kind, ...options }) {
  const input = moved(given, shift);
  const [H, W, { kernel, stride, padding, ceil_mode }] = [input.length, input[0].length, options];
  const size = [H, W].find((length) => length + 2 * padding + (ceil_mode ? stride - 1 : 0) < kernel); // up: may hang over
  const reason = padding > Math.floor(kernel / 2) ? "too_padded" : size ? "too_large" : null;
  const help = { half: Math.floor(kernel / 2), size, padded: size + 2 * padding, needed: Math.ceil((kernel - size) / 2) };
  if (reason) return { input, H, W, reason, ...help, possible: false, rows: 0, columns: 0 };
  const [down, across] = [windows(H, options), windows(W, options)];
  const look = (row, column) => {
    const [y, x] = [down[row], across[column]];
    const pixels = range(y.end - y.first).flatMap((i) => range(x.end - x.first).map((j) => [y.first + i, x.first + j]));
    const values = pixels.map(([i, j]) => input[i][j]);
    const count = y.counted * x.counted; // places of the padding too, but none beyond it
    const best = Math.max(...values);
    const isMax = kind === "max";
    return {
      y, x, pixels, values, count, beyond: kernel * kernel - count, zeros: count - values.length,
      value: isMax ? best : values.reduce((sum, value) => sum + value, 0) / count,
      ties: values.filter((value) => value === best).length,
      receivers: isMax ? [pixels[values.indexOf(best)]] : pixels, share: isMax ? 1 : 1 / count,
    };
  };
  const gradient = input.map((row) => row.map(() => 0));
  const output = down.map((_, row) => across.map((_, column) => {
    const { value, receivers, share } = look(row, column);
    for (const [i, j] of receivers) gradient[i][j] += share;
    return value;
  }));
  const reach = (list, length) => Math.max(length + padding, list.at(-1).start + kernel) + padding; // with what hangs over
  return { input, H, W, possible: true, rows: down.length, columns: across.length, output, gradient, look,
    idle: gradient.flat().filter((value) => value === 0).length, shownRows: reach(down, H), shownColumns: reach(across, W) };
}

/** The result in words. */
export function describe(state, result, t) {
  if (!result.possible) return t(result.reason, { ...state, ...result });
  const [seen, isMax] = [result.look(state.row, state.column), state.kind === "max"];
  const [[i, j]] = seen.receivers;
  const share = 10_000 % seen.count ? `1/${seen.count}` : 1 / seen.count; // a decimal, where a short one holds it
  const found = { row: state.row, column: state.column, ...seen, share, numbers: seen.values.length,
    i, j, idle: result.idle, all: result.H * result.W };
  const notes = { tie: isMax && seen.ties > 1, [isMax ? "padding_never_wins" : "zeros_count"]: seen.zeros,
    beyond: seen.beyond, idle: result.idle };
  return [`result_${state.kind}`, ...Object.keys(notes).filter((key) => notes[key])].map((key) => t(key, found)).join(" ");
}

/** Discovered, where a shift has only moved the output: by how much, and how many numbers a shift by one pixel changes. */
export function discover(state, { possible, output, columns }) {
  const by = state.shift / state.stride;
  if (!possible || state.stride === 1 || !by || !Number.isInteger(by) || by >= columns) return null;
  const [before, after] = [0, 1].map((shift) => compute({ ...state, shift }).output);
  const isMoved = output.every((row, i) => row.slice(by).every((value, j) => value === before[i][j]));
  const changed = after.flat().filter((value, place) => value !== before.flat()[place]).length;
  return isMoved && changed ? { shift: state.shift, by, changed, all: after.flat().length, stride: state.stride } : null;
}

/** The calculation of one output: parts of a formula. */
function equation({ values, zeros, count }, kind) {
  const isMax = kind === "max";
  const mean = (...numbers) => numbers.reduce((total, one) => total + one, 0) / count;
  const { terms, sign, value } = printed(values, isMax ? Math.max : mean);
  const added = (text, k) => (k ? text.replace(/^(−?)/, (minus) => `${minus || "+"} `) : `(${text}`);
  const listed = (text, k) => `${k ? "" : "max("}${text}${k < terms.length - 1 ? "," : ")"}`;
  const parts = terms.map(isMax ? listed : added);
  if (!isMax) parts.push(`${zeros ? `+ ${zeros} · 0` : parts.pop()}) / ${count}`);
  return [...parts.map((text) => [text]), [`${sign} `, html("strong", {}, value)]];
}

/** Where the three grids stand: in a row, or the input above the two others. */
function arrange(width, { H, W, rows, columns, shownRows, shownColumns, possible }, { padding }) {
  const [top, gap] = [30, (width < 480 ? 46 : 64) + (columns === 1 ? 26 : 0)]; // with room for the title of one column
  const [high, wide] = possible ? [shownRows, shownColumns] : [H + 2 * padding, W + 2 * padding];
  const fit = (count, gaps) => Math.min(Math.floor((width - 4 - gaps * gap) / count), 40);
  const small = fit(wide + columns + W, 2);
  const beside = small >= 22 && (wide + columns) * small + 2 * gap + Math.max(W * small, 92) + 4 <= width; // with its title
  const side = fit(...(beside ? [wide + columns + W, 2] : [columns + W, 1])); // of output and gradient
  const input = { x: 2, y: top, side: beside ? side : fit(wide, 0) };
  const bottom = top + high * input.side;
  const y = (count) => (beside ? (top + bottom - count * side) / 2 : bottom + 42);
  const output = { x: beside ? 2 + wide * side + gap : 2, y: y(rows), side };
  const gradient = { x: output.x + columns * side + gap, y: y(H), side };
  const height = Math.max(bottom, possible ? gradient.y + H * side : 0, output.y + rows * side) + 10;
  return { beside, high, wide, input, output, gradient, height: possible ? height : bottom + 10 };
}

/** The three grids with their titles. */
function gridParts({ padding, kind }, result, { input, output, gradient, high, wide }, t) {
  const { H, W, rows, columns, possible } = result;
  const title = (place, role) => heading(place, t(`${role}_size`, { H, W, rows, columns }), role);
  const around = (row, column) => {
    const outside = Math.min(row, column, H + padding * 2 - 1 - row, W + padding * 2 - 1 - column);
    if (outside < 0) return { class: "cnnx-cell cnnx-beyond" };
    const isPixel = row >= padding && row < H + padding && column >= padding && column < W + padding;
    return isPixel ? null : { class: "cnnx-cell cnnx-padding", text: kind === "max" || input.side < 16 ? "" : "0" };
  };
  const pixels = { x: input.x + padding * input.side, y: input.y + padding * input.side, side: input.side };
  const parts = [
    title(input, "input"),
    svg("g", { class: "cnnx-reach", "data-grip": "window" },
      cells({ ...input, rows: high, columns: wide, each: around }), numbers(result.input, pixels, "input")),
  ];
  if (!possible) return parts;
  const each = (row, column) => ({ "data-row": row, "data-column": column });
  return [...parts, title(output, "output"), numbers(result.output, output, "output", each),
    title(gradient, "gradient"), numbers(result.gradient, gradient, "gradient")];
}

/** What belongs to one window: the winner's ring, the way to its output, the way of the gradient back. */
function routeParts({ row, column, kind, kernel, padding }, seen, { beside, input, output, gradient }) {
  const { y, x, receivers: [[i, j]], count } = seen;
  const isMax = kind === "max";
  const at = (grid, row, column) => [grid.x + column * grid.side, grid.y + row * grid.side];
  const [width, height] = isMax ? [1, 1] : [x.end - x.first, y.end - y.first];
  const edge = (below) => [
    at(input, y.start + padding + below * kernel, x.start + padding + kernel), at(output, row + below, column),
    at(output, row + below, column + 1), at(gradient, i + below * height, j),
  ];
  const [above, below] = [edge(0), edge(1)];
  const lines = (from) => `M${above[from]}L${above[from + 1]}M${below[from]}L${below[from + 1]}`;
  const [[x0, y0], [x1, y1]] = [2, 3].map((end) => [above[end][0], (above[end][1] + below[end][1]) / 2]);
  const [middle, [left, top]] = [gradient.x - 20, above[3]];
  const [cx, cy] = at(input, i + padding + 0.5, j + padding + 0.5);
  return [
    ...(beside ? [svg("path", { class: "cnnx-link", d: lines(0) })] : []),
    ...(isMax ? [svg("circle", { class: "cnnx-winner", cx, cy, r: input.side / 2 - 3 })] : []),
    svg("path", { class: "cnnx-route", d: lines(2) }),
    svg("rect", { class: "cnnx-goal", x: left, y: top, width: width * output.side, height: height * output.side, rx: 3 }),
    svg("g", { class: "cnnx-gradient" },
      label(middle, y0 + ((y1 - y0) * (middle - x0)) / (x1 - x0), isMax ? "1" : `1/${count}`, "cnnx-share")),
  ];
}

/** Fields for the numbers in the window, made anew where their count changes, beside the calculation. */
function fieldsOf(t, sum, change, wrong) {
  let made = [];
  /** @type {ReturnType<typeof numberGrid>} */ let grid;
  const element = html("div", { class: "cnnx-sums" });
  function show({ y, x, values }) {
    const [rows, columns] = [y.end - y.first, x.end - x.first];
    if (!same(made, (made = [rows, columns]))) {
      grid = numberGrid({ role: "input", rows, columns, limit: LIMIT, name: (at) => t("edit", at), change, wrong });
      element.replaceChildren(grid.element, sum.element);
    }
    grid.show(values, t("window_copy"));
  }
  return { element, show, focus: (tap) => grid.cells[tap]?.focus({ preventScroll: true }), isTypedIn: () => grid?.grid.matches(":focus-within") };
}

/** How far a window is from the corner of the padding, to the right and down; and its drag, for `slide`. */
const cornerOf = ({ row, column, stride }, { input: { side } }) => [column, row].map((index) => index * stride * side);
function slideOf(state, place) {
  const { x, y, side } = place.input, half = (state.kernel * side) / 2, [right, down] = cornerOf(state, place);
  return { origin: { x, y }, corner: { x: right, y: down }, half: { x: half, y: half }, step: state.stride * side };
}
/** Which number of the window is under a point; -1 for the padding. */
function tapAt(point, { row, column, padding }, { look }, { input: { x, y, side } }) {
  const at = [point.y - y, point.x - x].map((along) => Math.floor(along / side) - padding);
  return look(row, column).pixels.findIndex((pixel) => `${pixel}` === `${at}`);
}

/** The three grids, the window to be moved, and its route. `say(now, seen)` hears of the window that is shown. */
function pictureOf(t, /** @type {View<Pooling>} */ view, fields, say) {
  const { state, update } = view;
  /** @type {Place} */ let hover = null;
  /** @type {{ x: number, y: number }} */ let pressed = null;
  /** @type {Result} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [art, route] = ["", "cnnx-routes"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const move = (row, column) => update(inside({ row, column }, result.rows, result.columns));
  const pane = windowPane(t, (rows, columns) => move(state.row + rows, state.column + columns));
  const { drawing, picture, size } = canvas(t, art, route, pane);

  function show(now) {
    [result, place, hover] = [now, arrange(view.width, now, state), null];
    const [span, kind] = [state.kernel * place.input.side, result.possible ? "" : "cnnx-misfit"];
    size(view.width, place.height);
    art.replaceChildren(...gridParts(state, result, place, t));
    pane.replaceChildren(svg("rect", { class: `cnnx-frame ${kind}`, width: span, height: span, rx: 3 }));
    hide(!result.possible, route);
    showPosition();
  }
  /** The window pointed at, or that of the state, with its route. */
  function showPosition() {
    const now = { ...state, ...(result.possible ? hover : { row: 0, column: 0 }) };
    const [{ x, y }, right, down] = [place.input, ...cornerOf(now, place)];
    putAt(pane, x + right, y + down);
    const seen = result.possible && result.look(now.row, now.column);
    if (seen) route.replaceChildren(...routeParts(now, seen, place));
    if (seen) light(art, now);
    say(now, seen);
  }

  function begin(start, name, target) {
    const [cell, isInside] = [partAt(target, state), pane.contains(target)];
    if (cell) move(cell.row, cell.column);
    if (name !== "window" || !result.possible) return null;
    pane.focus({ preventScroll: true });
    pressed = isInside && start;
    const go = slide(start, isInside, slideOf(state, place), move);
    const follow = (now) => {
      if (isInside && Math.hypot(now.x - start.x, now.y - start.y) < 4) return;
      pressed = null;
      go(now);
    };
    follow(start);
    return follow;
  }
  /** A press on a number in the window goes to its field. */
  function openField() {
    if (pressed) fields.focus(tapAt(pressed, state, result, place));
    pressed = null;
  }
  drag(drawing, begin, (target) => {
    hover = target && !fields.isTypedIn() ? partAt(target, state) : null;
    if (result.possible) showPosition();
  });
  drawing.addEventListener("pointerup", openField);
  return { element: picture, show };
}

/** What is kept, and the sliders. */
function controlsOf(t, /** @type {View<Pooling>} */ { state, update }) {
  const kinds = choice({ name: "kind", options: ["max", "average"], t, change: (kind) => update({ kind }) });
  const settings = panel(SETTINGS, t, update);
  settings.element.prepend(kinds.element);
  return { element: settings.element, show: () => (settings.show(state), kinds.show(state.kind)) };
}

/** @param {Host<Pooling>} host */
function render({ model, el }) {
  const [t, sum, live] = [translator(model), formula(), liveText()];
  /** @type {Result} */ let result;
  const view = connect(model, ["input", "kind", ...keys(SETTINGS), "row", "column"], redraw, (now) => compute(now).possible);
  const { state, update } = view;
  const fields = fieldsOf(t, sum, edit, () => live.say(t("not_a_number"), true));
  const [controls, picture, aim] = [controlsOf(t, view), pictureOf(t, view, fields, say), goal(model, t, live)];

  function redraw() {
    result = /** @type {Result} */ (compute(state));
    if (result.possible) Object.assign(state, inside(state, result.rows, result.columns));
    controls.show();
    hide(!result.possible, fields.element);
    picture.show(result);
  }
  function say(now, seen) {
    live.say(describe(now, result, t), !result.possible);
    aim.show(discover(state, result));
    if (!seen) return;
    sum.show(equation(seen, state.kind));
    fields.show(seen);
  }
  function edit(tap, value) {
    const [i, j] = result.look(state.row, state.column).pixels[tap];
    update({ input: moved(replacedIn(result.input, i * result.W + j, value), -state.shift) });
  }
  return mount(el, t, view, { picture: picture.element, parts: [controls.element, live.element, picture.element, fields.element, aim.element] });
}

export default { render };
