// The transposed stepper: one output made in two ways, by stamps and by a convolution. All numbers come from `compute`.
import {
  canvas, choice, clamp, connect, drag, goal, heading, hide, html, inside, keys, label, liveText, mount, number,
  numberGrid, numbers, panel, player, presets, printed, putAt, range, replacedIn, svg, translator, windowPane,
} from "./_core.js";

export const SETTINGS = {
  kernel_size: { letter: "k", role: "kernel", min: 1, max: 4 },
  stride: { letter: "s", role: "page", min: 1, max: 3 },
  padding: { letter: "p", role: "padding", min: 0, max: 3 },
  output_padding: { letter: "a", role: "page", min: 0, max: 2 },
};
export const LIMIT = 999;
/** @typedef {Extract<ReturnType<typeof compute>, { terms: object }>} Result where it is impossible, half of it is missing */
const grid = (rows, columns, value) => range(rows).map((i) => range(columns).map((j) => value(i, j)));
const ones = (size) => grid(size, size, () => 1);
const preset = (input, kernel, padding) => ({ input, kernel, stride: 2, padding, output_padding: 0 });
const ramp = [0.25, 0.75, 0.75, 0.25];
export const PRESETS = {
  checkerboard: preset(ones(3), ones(3), 0),
  numbers: preset([[1, 2, 0], [3, 1, 2], [0, 2, 4]], [[1, 2, 1], [0, 3, 2], [1, 0, 1]], 1),
  bilinear: preset([[0, 4, 8], [4, 8, 4], [8, 4, 0]], grid(4, 4, (i, j) => ramp[i] * ramp[j]), 1),
};
const total = (terms) => terms.reduce((sum, { value, weight }) => sum + value * weight, 0);

/**
 * Both views of one output. `terms(y, x)` are the stamps that meet in a cell, the rim included: place and value of the
 * input cell, and the weight. They are also what a window holds on the input with zeros, where `source(i, j)` is the
 * place of the input number, if there is one. `full` is the size with the rim, `stretched` that of the input with zeros;
 * `view` says what `row` and `column` count in, input cells or output cells: `places` of them.
 */
export function compute({ input, kernel, stride, padding, output_padding, view }) {
  const [H, W, kH, kW] = [input.length, input[0].length, kernel.length, kernel[0].length];
  const full = [[H, kH], [W, kW]].map(([size, span]) => (size - 1) * stride + span + output_padding);
  const [rows, columns] = full.map((length) => length - 2 * padding);
  const [span, tight] = [Math.min(kH, kW), full[rows < 1 ? 0 : 1]];
  const reason = padding >= span ? "too_padded" : output_padding >= stride ? "too_extended"
    : tight <= 2 * padding && "nothing_left";
  const told = { H, W, kH, kW, rows, columns, stride, padding, output_padding,
    span, tight, most: Math.ceil(tight / 2) - 1 };
  if (reason) return { ...told, reason, possible: false, places: [1, 1] };
  const terms = (y, x) => input.flatMap((line, i) => line.flatMap((value, j) => {
    const weight = kernel[y - i * stride]?.[x - j * stride];
    return weight === undefined ? [] : [{ place: i * W + j, value, weight }];
  }));
  const inside = (value) => grid(rows, columns, (i, j) => value(terms(i + padding, j + padding)));
  const cell = (at, span) => (at + padding + 1 - span) / stride; // a fraction, or outside, where there is a zero
  const source = (i, j) => {
    const [row, column] = [cell(i, kH), cell(j, kW)];
    return input[row]?.[column] === undefined ? undefined : row * W + column;
  };
  return { ...told, possible: true, full, stretched: [rows + kH - 1, columns + kW - 1], terms, source,
    places: view === "scatter" ? [H, W] : [rows, columns], output: inside(total), overlaps: inside((all) => all.length) };
}

/** A sum of products and its value, true as printed. */
function equation(terms) {
  const pairs = (flat) => range(flat.length / 2).map((k) => flat.slice(2 * k, 2 * k + 2));
  const sum = (...flat) => pairs(flat).reduce((sum, [value, weight]) => sum + value * weight, 0);
  const { terms: texts, sign, value } = printed(terms.flatMap(({ value, weight }) => [value, weight]), sum);
  return `${pairs(texts).map((pair) => pair.join(" · ")).join(" + ") || "0"} ${sign} ${value}`;
}

/** The result in words; `upTo` is the last place that has been stepped to, where some are still to come. */
export function describe({ row, column, view, input }, result, t, upTo = Infinity) {
  if (!result.possible) return t(result.reason, result);
  const { kH, kW, stride, padding, terms, places } = result;
  const [few, most] = [Math.floor, Math.ceil].map((round) => round(kH / stride) * round(kW / stride)); // for large inputs
  const told = { ...result, few, most, row, column, done: upTo + 1, all: places[0] * places[1] };
  if (view === "scatter") {
    Object.assign(told, { value: number(input[row][column], 4), top: row * stride - padding, left: column * stride - padding });
  } else {
    const found = terms(row + padding, column + padding);
    Object.assign(told, { sum: equation(found), counted: found.length, zeros: kH * kW - found.length });
  }
  const filled = upTo < Infinity ? ["filled"] : [];
  return [`result_${view}`, ...filled, few < most ? "uneven" : "flat"].map((key) => t(key, told)).join(" ");
}

/** Whether as many stamps reach every inner cell, though they lie two cells apart. */
export const isReached = ({ kH, kW, stride }) => stride === 2 && !(kH % 2) && !(kW % 2);

const TITLES = { input: "input_size", counts: "overlaps", output: "output_size", zeros: "stretched" };
const [GAP, NEAR, HEAD] = [36, 20, 30];

/**
 * Where the four grids stand. With room for it the output is in the middle: the stamps come from the input on its left,
 * the windows from the input with zeros on its right. On a phone these two follow below each other.
 */
function arrange(width, result, titles) {
  const { H, W, rows, columns, full, stretched } = result;
  const beside = width >= 560;
  const wide = (across, side, name) => Math.max(across * side, 7.4 * titles[name].length);
  const largest = (most, taken) => range(most - 7).map((less) => most - less).find((side) => taken(side) <= width - 4) ?? 8;
  const small = clamp(Math.floor((beside ? 100 : Math.min(150, width - 100)) / columns), 9, 20); // the numbers of stamps
  const counted = wide(columns, small, "counts");
  const first = (side) => (beside ? Math.max(wide(W, side, "input"), counted) : wide(W, side, "input") + NEAR + counted);
  if (!beside) {
    const side = largest(28, (side) => Math.max(first(side), full[1] * side, stretched[1] * side));
    const second = HEAD + Math.max(H * side, rows * small) + GAP;
    const third = second + full[0] * side + GAP;
    return { beside, height: third + stretched[0] * side + 8, side,
      input: { x: 2, y: HEAD, side }, counts: { x: 2 + wide(W, side, "input") + NEAR, y: HEAD, side: small },
      output: { x: 2, y: second, side }, zeros: { x: 2, y: third, side } };
  }
  const side = largest(44, (side) =>
    first(side) + wide(full[1], side, "output") + wide(stretched[1], side, "zeros") + 2 * GAP);
  const below = HEAD + H * side + GAP;
  const middle = 2 + first(side) + GAP;
  const right = middle + wide(full[1], side, "output") + GAP;
  const height = Math.max(below + rows * small, HEAD + side * Math.max(full[0], stretched[0])) + 8;
  return { beside, height, side, input: { x: 2, y: HEAD, side }, counts: { x: 2, y: below, side: small },
    output: { x: middle, y: HEAD, side }, zeros: { x: right, y: HEAD, side } };
}

/** A number as its cell can hold it; where it cannot, the reader finds it in the sentence below. */
const textFor = (value, side) =>
  [4, 2].map((digits) => number(value, digits)).find((text) => 5.2 * text.length < side - 1) ?? "…";

/** A grid of numbers under its title; `each` as in `numbers`. */
function block({ x, y, side }, role, title, values, each) {
  const texts = values.map((line) => line.map((value) => textFor(value, side)));
  const longest = Math.max(...texts.flat().map((text) => text.length));
  const group = numbers(values, { x, y, side }, role, (i, j) => ({ text: texts[i][j], ...each(i, j) }));
  group.style.setProperty("--digits", `${clamp((side - 3) / (0.6 * longest), 8.5, Math.min(15, 0.46 * side))}px`);
  return [heading({ x, y }, title, role), group];
}

/** The four grids. Output cells that come later than `upTo` stay blank. */
function gridParts({ input, view }, result, place, titles, upTo) {
  const { W, columns, padding, full, stretched, terms, source, output, overlaps } = result;
  const data = (view, row, column) => ({ "data-view": view, "data-row": row, "data-column": column });
  const isHere = ({ place }) => view !== "scatter" || place <= upTo;
  const isLater = (y, x) => upTo < Infinity && (view === "scatter" ? !terms(y, x).some(isHere)
    : output[y - padding]?.[x - padding] === undefined || (y - padding) * columns + x - padding > upTo);
  const made = (y, x) => {
    const [row, column] = [y - padding, x - padding];
    const isCut = output[row]?.[column] === undefined;
    return { class: `cnnx-cell cnnx-${isCut ? "padding" : "output"} ${isLater(y, x) ? "cnnx-blank" : ""}`,
      ...(isLater(y, x) && { text: "" }), ...(isCut ? {} : data("zeros", row, column)) };
  };
  const zero = (i, j) => (source(i, j) === undefined ? { class: "cnnx-cell cnnx-padding" }
    : data("scatter", Math.floor(source(i, j) / W), source(i, j) % W));
  return [
    ...block(place.input, "input", titles.input, input, (i, j) => data("scatter", i, j)),
    ...block(place.counts, "page", titles.counts, overlaps, (i, j) => ({ "data-count": `${i} ${j}` })),
    ...block(place.output, "output", titles.output, grid(...full, (y, x) => total(terms(y, x).filter(isHere))), made),
    ...block(place.zeros, "input", titles.zeros, grid(...stretched, (i, j) => input.flat()[source(i, j)] ?? 0), zero),
  ];
}

/** Small numbers in the corners of cells of a grid; one that is too long for its cell is left out. */
const corners = (rows, columns, side, text) => grid(rows, columns, (i, j) => {
  const written = text(i, j);
  const isShort = written && side >= 26 && 6.4 * written.length < side - 1;
  return isShort ? [label((j + 1) * side - 2, (i + 1) * side - 5, written, "cnnx-weight")] : [];
}).flat(2);

/** The frame that moves: the stamp of an input cell on the output, or the window of an output cell on the zeros. */
function frameParts({ row, column, view, input, kernel }, { kH, kW }, { side }) {
  const text = (i, j) => (view === "scatter" ? `+${number(input[row][column] * kernel[i][j], 4)}`.replace("+−", "−")
    : `×${number(kernel[kH - 1 - i][kW - 1 - j], 4)}`);
  return [svg("rect", { class: "cnnx-frame", width: kW * side, height: kH * side, rx: 3 }),
    ...corners(kH, kW, side, text)];
}

/** What links the grids: the stamps that meet in an output cell with their weights, and lines to and from the output. */
function linkParts({ row, column, view }, { H, W, kH, kW, stride, padding, terms }, { beside, input, output, zeros, side }) {
  const corner = ({ x, y }, i, j) => `${x + j * side} ${y + i * side}`;
  const lines = (from, to) => (beside ? [svg("path", { class: "cnnx-link", d: [0, 1].map((edge) =>
    `M${corner(...from(edge))}L${corner(...to(edge))}`).join("") })] : []);
  if (view === "scatter") {
    return lines((edge) => [input, row + edge, column + 1], (edge) => [output, row * stride + edge * kH, column * stride]);
  }
  const found = terms(row + padding, column + padding);
  const stamp = ({ place }) => svg("rect", { class: "cnnx-stamp", width: kW * side, height: kH * side, rx: 3,
    x: output.x + (place % W) * stride * side, y: output.y + Math.floor(place / W) * stride * side });
  const weight = (i, j) => found.filter(({ place }) => place === i * W + j).map((term) => `×${number(term.weight, 4)}`)[0] ?? "";
  return [
    ...found.map(stamp),
    svg("g", { transform: `translate(${input.x} ${input.y})` }, ...corners(H, W, side, weight)),
    ...lines((edge) => [zeros, row + edge * kH, column], (edge) => [output, row + padding + edge, column + padding + 1]),
  ];
}

/** Lights a cell, and in the other grids the cells that it is made of or goes to. */
function lightUp(art, { row, column, view }, { W, padding, terms }) {
  const isScatter = view === "scatter";
  const places = isScatter ? [row * W + column] : terms(row + padding, column + padding).map(({ place }) => place);
  for (const cell of art.querySelectorAll("[data-view], [data-count]")) {
    const { view: kind, row: i, column: j, count } = cell.dataset;
    const isHere = !isScatter && (count ?? `${i} ${j}`) === `${row} ${column}`;
    cell.classList.toggle("cnnx-now", kind === "scatter" ? places.includes(i * W + +j) : isHere);
  }
}

/** The formula of the output size, for rows and, where they differ, for columns. */
export function sizes(result, t) {
  const { H, W, kH, kW, rows, columns } = result;
  const axes = [[H, kH, rows], ...(H === W && kH === kW ? [] : [[W, kW, columns]])];
  return axes.map(([size, kernel, output]) => t("why", { ...result, size, kernel, output })).join("\n");
}

/** Fields for the numbers of input and kernel, made anew where there are more or fewer. `edit` takes a new matrix. */
function fieldsOf(t, edit, wrong) {
  let made = "";
  /** @type {Record<"input" | "kernel", ReturnType<typeof numberGrid>>} */ let fields;
  const element = html("div", { class: "cnnx-grids" });
  function make(state) {
    const field = (name) => numberGrid({
      role: name, rows: state[name].length, columns: state[name][0].length, limit: LIMIT, name: (at) => t(`edit_${name}`, at), wrong,
      change: (tap, value) => edit({ [name]: replacedIn(state[name], tap, value) }),
    });
    fields = { input: field("input"), kernel: field("kernel") };
    element.replaceChildren(fields.input.element, fields.kernel.element);
  }
  function show(state, { H, W, kH, kW }) {
    if (made !== (made = `${[H, W, kH, kW]}`)) make(state);
    for (const name of keys(fields)) fields[name].show(state[name].flat(), t(name));
  }
  return { element, show, isTypedIn: () => element.matches(":focus-within") };
}

/** The titles of the four grids. */
const titlesOf = ({ padding }, result, t) => Object.fromEntries(Object.entries(TITLES)
  .map(([name, key]) => [name, t(name === "output" && padding ? "output_rim" : key, result)]));

/** The cell of a grid under a pointer. */
function cellAt(target) {
  const { view, row, column } = target.closest?.("[data-view]")?.dataset ?? {};
  return view && { view, row: +row, column: +column };
}

/** The four grids with the frame to be moved; `move(cell)` hears of it. `say(now)` hears of the cell that is shown. */
function pictureOf(t, /** @type {View<Transposed>} */ view, fields, move, say) {
  const { state } = view;
  /** @type {Place & { view: string }} */ let hover = null;
  /** @type {Result} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [art, links] = ["cnnx-art", "cnnx-links"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const pane = windowPane(t, (rows, columns) => move({ row: state.row + rows, column: state.column + columns }));
  const { drawing, picture, size } = canvas(t, art, links, pane);

  function show(now, upTo) {
    const titles = titlesOf(state, now, t);
    [result, place, hover] = [now, arrange(view.width, now, titles), null];
    size(view.width, place.height);
    art.replaceChildren(...gridParts(state, result, place, titles, upTo));
    showPosition();
  }
  /** What is pointed at, or else the cell of the state, with what it is made of or goes to. */
  function showPosition() {
    const now = { ...state, ...hover };
    const isScatter = now.view === "scatter";
    const [{ x, y }, pitch] = [isScatter ? place.output : place.zeros, place.side * (isScatter ? state.stride : 1)];
    links.replaceChildren(...linkParts(now, result, place));
    lightUp(art, now, result);
    putAt(pane, x + now.column * pitch, y + now.row * pitch);
    pane.replaceChildren(...frameParts(now, result, place));
    pane.classList.toggle("cnnx-stamping", isScatter); // the cells under a stamp can be pointed at
    say(now);
  }

  function begin(start, _, target) {
    const cell = cellAt(target);
    if (cell) return void move(cell);
    if (!pane.contains(target)) return null;
    pane.focus({ preventScroll: true });
    const { row, column } = state;
    const along = (from, to) => Math.round((to - from) / place.side);
    return ({ x, y }) => move({ row: row + along(start.y, y), column: column + along(start.x, x) });
  }
  drag(drawing, begin, (target) => {
    hover = (target && !fields.isTypedIn() && cellAt(target)) || null;
    if (result.possible) showPosition();
  });
  return { element: picture, show };
}

/** Sizes, examples, the view and its steps; `change` starts them afresh. */
function controlsOf(t, state, play, change) {
  const resized = (size) => ({ kernel: grid(size, size, (i, j) => state.kernel[i]?.[j] ?? 1) });
  const settings = panel(SETTINGS, t, (patch) => change(patch.kernel_size ? resized(patch.kernel_size) : patch));
  const samples = presets({ name: "preset", table: PRESETS, t, change });
  const views = choice({ name: "view", options: ["zeros", "scatter"], t, change: (view) => change({ view }) });
  function show({ kH }) {
    settings.show({ ...state, kernel_size: kH });
    samples.show(state);
    views.show(state.view);
  }
  return { elements: [html("div", { class: "cnnx-tools" }, samples.element, views.element, play.element), settings.element], show };
}

/** @param {Host<Transposed>} host */
function render({ model, el }) {
  const [t, why, live] = [translator(model), html("p", { class: "cnnx-formula" }), liveText()];
  let upTo = Infinity; // the last place that has been stepped to
  /** @type {Result} */ let result;
  const view = connect(model, [...keys(PRESETS.numbers), "view", "row", "column"], redraw, (now) => compute(now).possible);
  const { state } = view;
  const show = (patch) => (view.update(patch), redraw());
  const [at, last] = [() => state.row * result.places[1] + state.column, () => result.places[0] * result.places[1] - 1];
  const play = player({ t, at, last, pace: () => 900, go(index) {
    upTo = index; // `redraw` makes the last one all
    show({ row: Math.floor(index / result.places[1]), column: index % result.places[1] });
  } });
  const afresh = (patch) => (play.stop(), (upTo = Infinity), show(patch));
  const [fields, aim] = [fieldsOf(t, show, () => live.say(t("not_a_number"), true)), goal(model, t, live)];
  const [controls, picture] = [controlsOf(t, state, play, afresh), pictureOf(t, view, fields, move, say)];

  /** Goes to a place; `redraw` keeps it within. In the other view all steps are there again. */
  function move(cell) {
    play.stop();
    if (cell.view && cell.view !== state.view) upTo = Infinity;
    show(cell);
  }
  function say(now) {
    live.say(play.playing() ? t("playing") : describe(now, result, t, upTo));
  }
  function redraw() {
    result = /** @type {Result} */ (compute(state));
    fields.show(state, result);
    controls.show(result);
    hide(!result.possible, why, picture.element);
    if (!result.possible) return live.say(describe(state, result, t), true);
    Object.assign(state, inside(state, ...result.places));
    upTo = at() < last() ? Math.max(upTo, at()) : Infinity;
    picture.show(result, upTo);
    play.show(upTo > at());
    why.textContent = sizes(result, t);
    aim.show(isReached(result) && { kernel: result.kH, most: (result.kH * result.kW) / 4 });
  }
  const parts = [...controls.elements, picture.element, aim.element, why, live.element, fields.element];
  return mount(el, t, view, { picture: picture.element, parts, end: play.stop });
}

export default { render };
