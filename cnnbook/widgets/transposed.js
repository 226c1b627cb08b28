// The transposed stepper: one output made in two ways, by stamps and by a convolution. All numbers come from `compute`.
import {
  arrows, choice, clamp, connect, drag, focusable, html, label, light, liveText, mount, number,
  numberGrid, numbers, panel, partAt, player, presets, range, svg, translator,
} from "./_core.js";

export const SETTINGS = {
  kernel_size: { letter: "k", role: "kernel", min: 1, max: 4 },
  stride: { letter: "s", role: "page", min: 1, max: 3 },
  padding: { letter: "p", role: "padding", min: 0, max: 3 },
  output_padding: { letter: "a", role: "page", min: 0, max: 2 },
};
export const LIMIT = 999;
const grid = (rows, columns, value) => range(rows).map((i) => range(columns).map((j) => value(i, j)));
const ones = (size) => grid(size, size, () => 1);
const preset = (input, kernel, padding) => ({ input, kernel, stride: 2, padding, output_padding: 0 });
const ramp = [0.25, 0.75, 0.75, 0.25];
export const PRESETS = {
  numbers: preset([[1, 2, 0], [3, 1, 2], [0, 2, 4]], [[1, 2, 1], [0, 3, 2], [1, 0, 1]], 1),
  checkerboard: preset(ones(4), ones(3), 0),
  even: preset(ones(4), ones(4), 1),
  bilinear: preset([[0, 4, 8], [4, 8, 4], [8, 4, 0]], grid(4, 4, (i, j) => ramp[i] * ramp[j]), 1),
};
const total = (terms) => terms.reduce((sum, { value, weight }) => sum + value * weight, 0);

/**
 * Both views of one output. `terms(y, x)` are the stamps that meet in a cell, the rim included: place and value of the
 * input cell, and the weight. They are also what a window holds on the input with zeros, where `source(i, j)` is the
 * input number, if there is one. `from` and `to` are the sizes of the two grids, `places` those of a frame.
 */
export function compute({ input, kernel, stride, padding, output_padding, view }) {
  const [H, W, kH, kW] = [input.length, input[0].length, kernel.length, kernel[0].length];
  const full = [[H, kH], [W, kW]].map(([size, span]) => (size - 1) * stride + span + output_padding);
  const [rows, columns] = full.map((length) => length - 2 * padding);
  const [isScatter, span, tight] = [view === "scatter", Math.min(kH, kW), full[rows < 1 ? 0 : 1]];
  const reason = padding >= span ? "too_padded" : output_padding >= stride ? "too_extended"
    : tight <= 2 * padding && "nothing_left";
  const told = { H, W, kH, kW, rows, columns, stride, padding, output_padding,
    span, full: tight, most: Math.ceil(tight / 2) - 1 };
  if (reason) return { ...told, reason, places: [1, 1] };
  const terms = (y, x) => input.flatMap((line, i) => line.flatMap((value, j) => {
    const weight = kernel[y - i * stride]?.[x - j * stride];
    return weight === undefined ? [] : [{ place: i * W + j, value, weight }];
  }));
  const inside = (value) => grid(rows, columns, (i, j) => value(terms(i + padding, j + padding)));
  const cell = (at, span) => (at + padding + 1 - span) / stride; // a fraction, or outside, where there is a zero
  const sizes = isScatter ? { from: [H, W], to: full, places: [H, W] }
    : { from: [rows + kH - 1, columns + kW - 1], to: [rows, columns], places: [rows, columns] };
  return { ...told, ...sizes, possible: true, isScatter, terms, output: inside(total), overlaps: inside((all) => all.length),
    source: (i, j) => input[cell(i, kH)]?.[cell(j, kW)] };
}

/** The result in words; `upTo` is the last place that has been stepped to, where some are still to come. */
export function describe({ row, column, view, input }, result, t, upTo = Infinity) {
  if (!result.possible) return t(result.reason, result);
  const { kH, kW, stride, padding, output, isScatter, terms, places } = result;
  const found = terms(row + padding, column + padding);
  const sum = found.map(({ value, weight }) => `${number(value)} · ${number(weight)}`).join(" + ") || "0";
  const [few, most] = [Math.floor, Math.ceil].map((round) => round(kH / stride) * round(kW / stride)); // for large inputs
  const told = { ...result, row, column, few, most, sum, counted: found.length, zeros: kH * kW - found.length, done: upTo + 1,
    value: (isScatter ? input : output)[row][column], all: places[0] * places[1],
    top: row * stride - padding, left: column * stride - padding };
  const filled = upTo < Infinity ? ["filled"] : [];
  return [`result_${view}`, ...filled, few < most ? "uneven" : "flat"].map((key) => t(key, told)).join(" ");
}

/** Where the three grids stand, in a row where there is room; the frame is on the second, or on the first with zeros. */
function arrange(width, { isScatter, from, to, rows, columns, stride }) {
  const beside = width >= 560;
  const fit = (across, taken = 0) => clamp(Math.floor((width - 4 - taken) / across), 8, 44);
  const small = Math.min(fit(columns), 20); // the numbers of stamps
  let [x, y, height] = [2, 30, 0];
  const places = [from, to, [rows, columns]].map(([down, across], index) => {
    const side = index === 2 ? small : beside ? fit(from[1] + to[1], 104 + columns * small) : fit(across);
    const place = { x, y, side };
    height = Math.max(height, y + down * side + 8);
    if (beside) x += across * side + 50;
    else y = height + 38;
    return place;
  });
  const frame = places[+isScatter];
  return { beside, height, places, frame, pitch: frame.side * (isScatter ? stride : 1) };
}

/** The three grids with their titles. Output cells that come later than `upTo` stay blank. */
function gridParts({ input }, result, { places: [from, to, counts] }, upTo, t) {
  const { isScatter, columns, padding, terms, source, output, overlaps } = result;
  const draw = (place, role, key, values, each) => [
    svg("g", { class: `cnnx-${role}` }, label(place.x, place.y - 14, t(key, result), "cnnx-title")),
    numbers(values, place, role, each)];
  const data = (row, column) => ({ "data-row": row, "data-column": column });
  const isHere = ({ place }) => place <= upTo;
  const sums = grid(...result.to, (y, x) => total(terms(y, x).filter(isHere)));
  const look = (role, isBlank) =>
    ({ class: `cnnx-cell cnnx-${role} ${isBlank ? "cnnx-blank" : ""}`, ...(isBlank && { text: "" }) });
  const stamped = (y, x) => look(output[y - padding]?.[x - padding] === undefined ? "padding" : "output",
    upTo < Infinity && !terms(y, x).some(isHere));
  const filled = (i, j) => ({ ...look("output", i * columns + j > upTo), ...data(i, j) });
  const zero = (i, j) => (source(i, j) === undefined ? { class: "cnnx-cell cnnx-padding" } : {});
  return [
    ...(isScatter
      ? [draw(from, "input", "input_size", input, data),
        draw(to, "output", padding ? "output_rim" : "output_size", sums, stamped)]
      : [draw(from, "input", "stretched", grid(...result.from, (i, j) => source(i, j) ?? 0), zero),
        draw(to, "output", "output_size", output, filled)]).flat(),
    ...draw(counts, "page", "overlaps", overlaps, isScatter ? undefined : data),
  ];
}

/** The formula of the output size, for rows and, where they differ, for columns. */
export function sizes(result, t) {
  const { H, W, kH, kW, rows, columns } = result;
  const axes = [[H, kH, rows], ...(H === W && kH === kW ? [] : [[W, kW, columns]])];
  return axes.map(([size, kernel, output]) => t("why", { ...result, size, kernel, output })).join("\n");
}

function render({ model, el }) {
  const t = translator(model);
  let [width, hover, upTo, shape] = [640, null, Infinity, ""];
  let result, place, fields;
  const [art, link] = [svg("g", { "aria-hidden": "true" }), svg("path", { class: "cnnx-link" })];
  const step = (rows, columns) => () => move(state.row + rows, state.column + columns);
  const pane = svg("g", { class: "cnnx-window", ...focusable(t("window"), arrows(step)) });
  const drawing = svg("svg", { role: "group", "aria-label": t("title") }, art, link, pane);
  const [live, why] = [liveText(), html("p", { class: "cnnx-formula" })];
  const [picture, grids] = [html("div", {}, drawing), html("div", { class: "cnnx-grids" })];
  const names = [...Object.keys(PRESETS.numbers), "view", "row", "column"];
  const { state, receive, update, close } = connect(model, names, redraw, (now) => compute(now).possible);
  const show = (patch) => (update(patch), redraw());
  const last = () => result.places[0] * result.places[1] - 1;
  const at = () => state.row * result.places[1] + state.column;
  const play = player({ t, at, last, pace: () => 900, go(index) {
    upTo = index; // `redraw` makes the last one all
    show({ row: Math.floor(index / result.places[1]), column: index % result.places[1] });
  } });
  const afresh = (patch) => (play.stop(), (upTo = Infinity), show(patch));
  const resized = (size) => ({ kernel: grid(size, size, (i, j) => state.kernel[i]?.[j] ?? 1) });
  const settings = panel(SETTINGS, t, (patch) => afresh(patch.kernel_size ? resized(patch.kernel_size) : patch));
  const samples = presets({ name: "preset", table: PRESETS, t, change: afresh });
  const views = choice({ name: "view", options: ["scatter", "zeros"], t, change: (view) => afresh({ view }) });

  const move = (row, column) => (play.stop(), show({ row, column })); // `redraw` keeps it within

  /** Fields for the numbers; made anew where there are more or fewer. */
  function makeFields() {
    const make = (name) => numberGrid({
      role: name, rows: state[name].length, columns: state[name][0].length, limit: LIMIT, name: (at) => t(`edit_${name}`, at),
      wrong: () => live.say(t("not_a_number"), true),
      change: (tap, value) => show({ [name]:
        state[name].map((line, i) => line.map((old, j) => (i * line.length + j === tap ? value : old))) }),
    });
    fields = { input: make("input"), kernel: make("kernel") };
    grids.replaceChildren(fields.input.element, fields.kernel.element);
  }

  function redraw() {
    result = compute(state);
    const { possible, H, W, kH, kW } = result;
    if (shape !== (shape = `${[H, W, kH, kW]}`)) makeFields();
    for (const name of ["input", "kernel"]) fields[name].show(state[name].flat(), t(name));
    settings.show({ ...state, kernel_size: kH });
    samples.show(state);
    views.show(state.view);
    for (const part of [why, picture]) part.classList.toggle("cnnx-gone", !possible);
    if (!possible) return live.say(describe(state, result, t), true);
    ["row", "column"].forEach((name, axis) => (state[name] = clamp(state[name], 0, result.places[axis] - 1)));
    [hover, upTo] = [null, at() < last() ? Math.max(upTo, at()) : Infinity];
    place = arrange(width, result);
    Object.assign(drawing.style, { width: `${width}px`, height: `${place.height}px` });
    art.replaceChildren(...gridParts(state, result, place, upTo, t));
    why.textContent = sizes(result, t);
    drawPosition();
  }

  /** An input cell and its stamp, or a window and its output cell: those pointed at, or those of the state. */
  function drawPosition() {
    const now = { ...state, ...hover };
    const { row, column, input, kernel, stride } = now;
    const [{ kH, kW, isScatter }, { places: [from, to], frame: { x, y, side }, pitch }] = [result, place];
    const corner = ({ x, y, side }, i, j) => `${x + j * side} ${y + i * side}`;
    const line = (edge) => (isScatter
      ? `M${corner(from, row + edge, column + 1)}L${corner(to, row * stride + edge * kH, column * stride)}`
      : `M${corner(from, row + edge * kH, column + kW)}L${corner(to, row + edge, column)}`);
    link.setAttribute("d", place.beside ? line(0) + line(1) : "");
    light(art, now);
    const text = (i, j) => (isScatter
      ? `+${number(input[row][column] * kernel[i][j])}`.replace("+−", "−") : `×${number(kernel[kH - 1 - i][kW - 1 - j])}`);
    const labels = grid(kH, kW, (i, j) => label((j + 1) * side - 3, (i + 1) * side - 7, text(i, j), "cnnx-weight")).flat();
    pane.style.transform = `translate(${x + column * pitch}px, ${y + row * pitch}px)`;
    pane.replaceChildren(svg("rect", { class: "cnnx-frame", width: kW * side, height: kH * side, rx: 3 }),
      ...(side < 36 ? [] : labels));
    live.say(play.playing() ? t("playing") : describe(now, result, t, upTo));
  }

  drag(drawing, (start, _, target) => {
    const cell = partAt(target, state);
    if (cell) return void move(cell.row, cell.column);
    if (!pane.contains(target)) return null;
    pane.focus({ preventScroll: true });
    const { row, column } = state;
    const along = (from, to) => Math.round((to - from) / place.pitch);
    return ({ x, y }) => move(row + along(start.y, y), column + along(start.x, x));
  }, (target) => {
    hover = target && !grids.matches(":focus-within") ? partAt(target, state) : null;
    if (result.possible) drawPosition();
  });
  const tools = html("div", { class: "cnnx-tools" }, views.element, samples.element, play.element);
  return mount(el, t, {
    parts: [tools, settings.element, picture, why, live.element, grids], picture, receive,
    redraw: (now) => redraw((width = now)), close: () => (play.stop(), close()),
  });
}

export default { render };
