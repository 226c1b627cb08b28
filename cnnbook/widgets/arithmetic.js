// The arithmetic explorer: where a kernel fits on a padded input, and how many times. All numbers come from `compute`.
import {
  bracket, canvas, cells, changes, clamp, connect, dimension, drag, formula, fraction, frame, goal, grip, html, inside,
  keys, label, light, liveText, mount, number, panel, partAt, pull, putAt, range, rounded, slide, svg, symbol,
  translator, windowPane,
} from "./_core.js";

export const SETTINGS = {
  size: { letter: "n", role: "input", min: 1, max: 12 },
  kernel: { letter: "k", role: "kernel", min: 1, max: 7 },
  padding: { letter: "p", role: "padding", min: 0, max: 3 },
  stride: { letter: "s", role: "page", min: 1, max: 5 },
  dilation: { letter: "d", role: "page", min: 1, max: 3 },
  ceil_mode: {},
};

/** All that picture and text show, along one axis. Places count from the first cell of the padding. */
export function compute({ size, kernel, stride, padding, dilation, ceil_mode }) {
  const span = dilation * (kernel - 1) + 1;
  const padded = size + 2 * padding;
  const room = padded - span; // how far the window can move
  const columns = Math.max(padded, span);
  const needed = Math.ceil((span - size) / 2);
  const fits = ceil_mode ? room > -stride : room >= 0; // rounded up, an only window may hang over by less than a stride
  if (!fits) return { possible: false, span, padded, room, columns, needed, output: 0 };
  const steps = (ceil_mode ? Math.ceil : Math.floor)(room / stride);
  const leftOut = ceil_mode && steps * stride >= size + padding; // a window that would start behind the input
  const output = steps + (leftOut ? 0 : 1);
  const starts = range(output).map((index) => index * stride);
  const taps = range(kernel).map((index) => index * dilation);
  const end = starts.at(-1) + span;
  const read = new Set(starts.flatMap((start) => taps.map((tap) => start + tap)));
  const unread = range(padded).filter((place) => !read.has(place));
  const isPixel = (place) => place >= padding && place < padding + size;
  const count = (which) => unread.filter(which).length;
  return {
    possible: true, span, padded, room, steps, leftOut, output, starts, taps, end, unread,
    columns: Math.max(padded, end), // with the cells that the last window hangs over
    overhang: Math.max(0, end - padded),
    behind: starts.filter((start) => start >= size + padding).length, // in padding alone
    dropped: count((place) => place >= end && isPixel(place)),
    droppedPadding: count((place) => place >= end && !isPixel(place)),
    skipped: count((place) => place < end && isPixel(place)),
  };
}

/** The result in words. */
export function describe(state, result, t) {
  const dilated = state.dilation > 1;
  if (!result.possible) return t(dilated ? "impossible_dilated" : "impossible", { ...state, ...result });
  const reads = (index) => {
    const first = index * state.stride - state.padding;
    const [last, step] = [first + result.span - 1, state.dilation];
    return state.kernel === 1 ? number(first) : t(dilated ? "range_steps" : "range", { first, last, step });
  };
  const position = { row: state.row, column: state.column, rows: reads(state.row), columns: reads(state.column) };
  const found = { dropped: result.dropped, dropped_padding: result.droppedPadding, overhang: result.overhang };
  const left = result.leftOut && (result.room % state.stride ? "left_out" : "left_out_exact");
  const rest = { skipped: result.skipped, ...(left && { [left]: 1, behind: result.behind }) };
  const notes = (counts) => Object.entries(counts).filter(([, count]) => count).map(([key, count]) => t(key, { count }));
  const end = notes(found).join(" ") || t("fits");
  return [t("result", result), end, ...notes(rest), t("position", position)].join(" ");
}

/** Discovered, where three pixels are dropped: how many of the image no window reads, and what a smaller one gives. */
export function discover(state, { possible, dropped, skipped }) {
  const smaller = state.size - dropped;
  if (!possible || dropped !== 3 || !smaller) return null;
  const { output } = compute({ ...state, size: smaller });
  return { all: state.size ** 2, unread: state.size ** 2 - (smaller - skipped) ** 2, smaller, output };
}

/** The parts of the formula: with symbols, with the present numbers, with what is left to round, the answer. */
function equation(state, { possible, room, steps, leftOut, output }, t) {
  const { size, kernel, stride, padding, dilation, ceil_mode: up } = state;
  const above = (n, p, d, k, times) => [symbol("input", n), ` + 2${times}`, symbol("padding", p), " − ",
    symbol("page", d), `${times}(`, symbol("kernel", k), " − 1) − 1"];
  const one = leftOut ? "+ 1 − 1" : "+ 1";
  const answer = html("strong", { class: possible ? "" : "cnnx-none" }, possible ? String(output) : t("none"));
  const parts = [
    [t("output"), " = ", rounded(up, fraction(above("n", "p", "d", "k", ""), [symbol("page", "s")])), "+ 1"],
    [" = ", rounded(up, fraction(above(size, padding, dilation, kernel, "·"), [symbol("page", stride)])), one],
  ];
  if (!possible) return [...parts, [`; ${number(room)} < 0: `, answer]];
  if (room % stride) parts.push([" = ", rounded(up, number(room / stride)), one]);
  return [...parts, [` = ${steps} ${one}`], [" = ", answer]];
}

/** Where everything stands: input and output side by side on a wide page, one below the other on a narrow one. */
function arrange(width, { columns, output, possible }) {
  const beside = width >= 560;
  const margin = 22;
  const rows = Math.max(output, 1);
  const across = beside ? columns + rows : Math.max(columns, rows);
  const gap = beside ? 64 : 0;
  const room = width - 2 * margin - gap;
  const side = clamp(Math.floor(room / across), 10, 36);
  const grid = { x: margin, y: 30 };
  const base = grid.y + columns * side;
  const windows = { y: base + 84, height: 18 };
  const below = possible ? windows.y + rows * windows.height + 30 : base + 66;
  const right = base - grid.y + grid.x + gap + clamp((room - across * side) / 2, 0, 60);
  const out = beside
    ? { x: right, y: grid.y + Math.max(0, (columns - rows) * side) / 2 }
    : { x: grid.x, y: below + 30 };
  return { beside, side, grid, base, windows, out, height: beside ? below : out.y + rows * side + 8 };
}

/** The input with its padding and its measures. */
function inputParts({ size, padding }, { padded, columns, possible, unread }, { side, grid, base }, t) {
  const shown = possible ? columns : padded;
  const never = new Set(unread);
  const isPixel = (place) => place >= padding && place < padding + size;
  const roleOf = (row, column) => {
    if (Math.max(row, column) >= padded) return "beyond";
    return isPixel(row) && isPixel(column) ? "input" : "padding";
  };
  const each = (row, column) => ({
    class: `cnnx-cell cnnx-${roleOf(row, column)}`,
    text: roleOf(row, column) === "padding" && side >= 16 ? "0" : "",
    stripes: never.has(row) || never.has(column),
  });
  const at = (place) => grid.x + place * side;
  const measure = (from, to, text, role) => dimension({ x0: at(from), x1: at(to), y: base + 30, text, role });
  const numbers = range(shown).map((place) =>
    label(at(place + 0.5), base + 10, number(place - padding), "cnnx-small cnnx-faint"));
  const name = (place, y, text, role) => svg("g", { class: `cnnx-${role}` }, label(at(place), base + y, text));
  const low = (padding + size) * side < 76 ? 15 : 0; // p and n would touch: p goes below
  const ring = [measure(0, padding, "", "padding"), measure(padding + size, padded, "", "padding"),
    name(padding / 2, 45 + low, `p = ${padding}`, "padding")];
  return [
    svg("g", { class: "cnnx-reach", "data-grip": "window" }, cells({ ...grid, rows: shown, columns: shown, side, each })),
    ...numbers,
    ...(padding ? ring : []),
    measure(padding, padding + size, "", "input"), name(padding + size / 2, 45, `n = ${size}`, "input"),
    grip({ x: at(padding + size), y: base + 30, name: "size", title: t("drag_size"), role: "input" }),
  ];
}

/** The output, and below the input the list of all windows along a row: its steps are the stride. */
function outputParts({ stride }, { possible, output, starts, taps, end, padded }, { side, grid, windows, out }, t) {
  if (!possible) return [label(out.x, out.y + 20, t("none"), "cnnx-start")];
  const each = (row, column) => ({ class: "cnnx-cell cnnx-output", "data-row": row, "data-column": column });
  const at = (place) => grid.x + place * side;
  const line = (index) => windows.y + (index + 0.5) * windows.height;
  const brackets = starts.map((start, index) => bracket({
    x: at(start), y: line(index), taps, side, height: windows.height, text: String(index), role: "output",
    "data-column": index,
  }));
  const measure = (x0, x1, y, text, role, above) => dimension({ x0, x1, y, text, role, above });
  const parts = [
    cells({ ...out, rows: output, columns: output, side, each }),
    measure(out.x, out.x + output * side, out.y - 10, `${t("output")} = ${output}`, "output", true),
    label(grid.x, windows.y - 10, t("windows"), "cnnx-start"),
    ...brackets,
  ];
  if (output > 1) parts.push(measure(at(0), at(stride) - 2, line(1), `s = ${stride}`, "page"));
  if (end < padded) parts.push(measure(at(end), at(padded), line(output) + 2, t("dropped_here"), "page"));
  return parts;
}

/** The measure of the window and its handle, which stay above the grid: lower they would lie on its numbers. */
function rulerParts({ kernel }, { span }, { side, grid }, t) {
  const text = span > kernel ? t("spans", { kernel, span }) : `k = ${kernel}`;
  return [
    dimension({ x0: 0, x1: span * side, y: grid.y - 9, text: "", role: "kernel" }),
    svg("g", { class: "cnnx-kernel" }, label(Math.max((span * side) / 2, text.length * 3.5 - grid.x), grid.y - 24, text)),
    grip({ x: span * side, y: grid.y - 9, name: "kernel", title: t("drag_kernel"), role: "kernel" }),
  ];
}

/** Two lines from the window to its output cell, where they stand side by side. */
function linkPath(x, y, { row, column }, { span, possible }, { beside, side, out }) {
  if (!beside || !possible) return "";
  const [left, top] = [out.x + column * side, out.y + row * side];
  return `M${x + span * side} ${y}L${left} ${top}M${x + span * side} ${y + span * side}L${left} ${top + side}`;
}

/**
 * The picture: input and output, over them the window and its measure. `draw` shows a state, `point` moves the window to
 * a place, and `grab` returns how it follows a hand; `side()` is that of a cell.
 */
function pictureOf(t, step) {
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [art, ruler] = [undefined, "transition: transform .12s ease-out"].map((style) => svg("g", { "aria-hidden": "true", style }));
  const [link, pane] = [svg("path", { class: "cnnx-link" }), windowPane(t, step)];
  const { size, ...seen } = canvas(t, art, link, pane, ruler);

  function draw(state, result, width) {
    place = arrange(width, result);
    size(width, place.height);
    art.replaceChildren(...inputParts(state, result, place, t), ...outputParts(state, result, place, t));
    pane.replaceChildren(frame({ ...state, ...result, side: place.side, kind: result.possible ? "" : "cnnx-misfit" }));
    ruler.replaceChildren(...rulerParts(state, result, place, t));
  }

  function point(now, { stride }, result) {
    const [x, y] = [now.column, now.row].map((index) => index * stride * place.side);
    putAt(pane, place.grid.x + x, place.grid.y + y);
    putAt(ruler, place.grid.x + x, 0);
    link.setAttribute("d", linkPath(place.grid.x + x, place.grid.y + y, now, result, place));
    light(art, now);
  }

  function grab(start, target, { row, column, stride }, { span }, move) {
    pane.focus({ preventScroll: true });
    const [step, half] = [stride * place.side, (span * place.side) / 2];
    const window = { corner: { x: column * step, y: row * step }, origin: place.grid, half: { x: half, y: half }, step };
    return slide(start, pane.contains(target), window, move);
  }

  return { ...seen, draw, point, grab, side: () => place.side };
}

/** @param {Host<Arithmetic>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {Place} */ let hover = null;
  /** @type {Required<ReturnType<typeof compute>>} */ let result; // where it is impossible, half of it is missing
  const { drawing, picture, ...shown } = pictureOf(t, (rows, columns) => move(state.row + rows, state.column + columns));
  const [sum, live, isNew] = [formula(), liveText(), changes()];
  const aim = goal(model, t, live);
  const view = connect(model, [...keys(SETTINGS), "row", "column"], redraw, (now) => compute(now).possible);
  const { state, update } = view;
  const controls = panel(SETTINGS, t, update);
  const move = (row, column) => update(inside({ row, column }, result.output));

  function redraw() {
    result = /** @type {typeof result} */ (compute(state));
    if (result.possible) Object.assign(state, inside(state, result.output));
    if (isNew([view.width, { ...state, row: 0, column: 0 }])) drawAll();
    drawPosition();
  }

  function drawAll() {
    hover = null;
    shown.draw(state, result, view.width);
    sum.show(equation(state, result, t));
    controls.show(state);
  }

  function drawPosition() {
    const now = result.possible ? (hover ?? state) : { row: 0, column: 0 };
    shown.point(now, state, result);
    live.say(describe({ ...state, ...now }, result, t), !result.possible);
    aim.show(discover(state, result));
  }

  function begin(start, name, target) {
    const unit = shown.side() * (name === "kernel" ? state.dilation : 1);
    if (name in SETTINGS) return pull(SETTINGS[name], start, state[name], unit, (now) => update({ [name]: now }));
    const cell = partAt(target, state);
    if (cell) move(cell.row, cell.column);
    if (name !== "window" || !result.possible) return null;
    const follow = shown.grab(start, target, state, result, move);
    follow(start);
    return follow;
  }

  drag(drawing, begin, (target) => {
    hover = target && partAt(target, state);
    drawPosition();
  });
  return mount(el, t, view, { picture, parts: [controls.element, sum.element, live.element, picture, aim.element] });
}

export default { render };
