// The channels explorer: which part of the input volume one output number sees. All results come from `compute`.
import {
  canvas, cells, connect, drag, formula, fraction, frame, goal, grip, html, inside, keys, label, listed, liveText,
  mount, number, panel, presets, pull, range, svg, symbol, translator, windowPane, within,
} from "./_core.js";

export const SETTINGS = {
  c_in: { letter: "C_in", role: "input", min: 1, max: 8 },
  c_out: { letter: "C_out", role: "output", min: 1, max: 8 },
  groups: { letter: "g", role: "page", min: 1, max: 8 },
  kernel: { letter: "k", role: "kernel", min: 1, max: 5 },
};
export const SIZE = 6; // rows and columns of the input
export const PRESETS = {
  ordinary: { c_in: 4, c_out: 6, groups: 1, kernel: 3 },
  rgb: { c_in: 3, c_out: 8, groups: 1, kernel: 3 },
  pointwise: { c_in: 4, c_out: 6, groups: 1, kernel: 1 },
  grouped: { c_in: 4, c_out: 6, groups: 2, kernel: 3 },
  depthwise: { c_in: 6, c_out: 6, groups: 6, kernel: 3 },
  multiplier: { c_in: 4, c_out: 8, groups: 4, kernel: 3 },
};

/** What there is to count, and `sees(channel)`: the input channels that an output channel sees. */
export function compute({ c_in, c_out, groups, kernel }) {
  const choices = range(Math.min(c_in, c_out)).map((index) => index + 1).filter((count) => !(c_in % count || c_out % count));
  const possible = choices.includes(groups);
  const [depth, share] = [c_in / groups, c_out / groups]; // input and output channels of a group
  const output = SIZE - kernel + 1;
  const weights = c_out * depth * kernel ** 2;
  const groupOf = (channel) => Math.floor(channel / share);
  const sees = (channel) => (possible ? range(depth).map((index) => groupOf(channel) * depth + index) : []);
  return { choices, possible, depth, share, output, weights, macs: output ** 2 * weights, products: depth * kernel ** 2, sees };
}

/** The number of groups that a reader who moves it from one to another comes to: the next that divides both counts. */
export function snap(from, to, { choices }) {
  const ahead = choices.filter((count) => (to > from ? count >= to : count <= to));
  return to > from ? (ahead[0] ?? choices.at(-1)) : ahead.at(-1);
}

/** Discovered, where groups leave a quarter of the weights or less: what they cost. */
export function discover({ c_in, c_out, groups, kernel }, { possible, weights, depth }) {
  if (!possible || groups < 4) return null;
  const [ordinary, all] = [compute({ c_in, c_out, groups: 1, kernel }).weights, c_in * c_out];
  return { groups, weights, ordinary, depth, c_in, cut: all - c_out * depth, all };
}

/** The result in words, for the output cell in `row` and `column` of `channel`. */
export function describe(state, result, { channel, row, column }, t) {
  const { c_in, groups, kernel } = state;
  const { possible, choices, depth, products, sees } = result;
  if (!possible) return t(c_in % groups ? "impossible_c_in" : "impossible_c_out", { ...state, choices: choices.join(", ") });
  const [rows, columns] = [row, column].map((first) => listed(range(kernel).map((tap) => first + tap), t));
  const channels = t(depth > 1 ? "many_channels" : "one_channel", { list: listed(sees(channel), t) });
  const notes = { is_depthwise: groups > 1 && groups === c_in, is_pointwise: kernel === 1 && depth > 1, is_grouped: groups > 1 };
  const text = t(kernel > 1 ? "result" : "result_1x1", { channel, row, column, channels, rows, columns, depth, kernel, products });
  return [text, ...Object.keys(notes).filter((key) => notes[key]).map((key) => t(key, state))].join(" ");
}

/** The parts of the formulas: with symbols, with the present numbers, the answer. */
function equation({ c_in, c_out, groups, kernel }, { possible, output, weights, macs }, t) {
  const count = (out, above, below, k) => [symbol("output", out), " · ", fraction([symbol("input", above)], [symbol("page", below)]),
    " · ", symbol("kernel", k), " · ", symbol("kernel", k)];
  const answer = (text) => html("strong", { class: possible ? "" : "cnnx-none" }, text);
  const [symbols, values] = [count("C_out", "C_in", "g", "k"), count(c_out, c_in, groups, kernel)];
  const product = [[`${t("weights")} = `, ...symbols], [" = ", ...values, possible ? " = " : "; ", answer(possible ? number(weights) : t("none"))]];
  return !possible ? product : [...product,
    [`${t("macs")} = `, symbol("output", "H_out"), " · ", symbol("output", "W_out"), ` · ${t("weights")}`],
    [" = ", symbol("output", output), " · ", symbol("output", output), ` · ${weights} = `, answer(number(macs))],
  ];
}

// A plane lies flat and is seen from the side: `u` counts its cells to the right, `v` to the front.
const spot = ({ x, y, side }, u, v) => [x + (u - v / 2) * side, y + (v / 2) * side];
const flat = ({ x, y }, ...parts) => svg("g", { transform: `matrix(1 0 -.5 .5 ${x} ${y})` }, ...parts);
function cellUnder({ x, y, side }, point) {
  const v = (2 * (point.y - y)) / side;
  return { row: Math.floor(v), column: Math.floor((point.x - x) / side + v / 2) };
}

/** The plane under a pointer: its stack and its place there. */
function planeAt(target) {
  const [role, index] = target?.closest("[data-plane]")?.dataset.plane.split(" ") ?? [];
  return { role, index: +index };
}

/** The output cell, or the nearest one. */
const inOutput = ({ channel, row, column }, { c_out }, { output }) =>
  ({ channel: within(channel, c_out), ...inside({ row, column }, output) });

/** The output cell that belongs to a cell of a plane: itself, or the one whose window has its middle there. */
function outputCell({ role, index }, { row, column = 0 }, state, result) {
  if (role === "output") return inOutput({ channel: index, row, column }, state, result);
  if (role === "matrix") return inOutput({ ...state, channel: row }, state, result);
  const half = (state.kernel - 1) >> 1;
  const isSeen = (channel) => result.sees(channel).includes(index);
  const channel = isSeen(state.channel) ? state.channel : range(state.c_out).findIndex(isSeen);
  return inOutput({ channel, row: row - half, column: column - half }, state, result);
}

/** Where the planes stand: input channels on the left, a filter in the middle, output channels on the right; groups apart. */
function arrange(width, { c_in, c_out, groups, kernel }, { possible, output }) {
  const wide = width >= 640;
  const bands = possible ? groups : 1;
  const [ins, outs] = [c_in / bands, c_out / bands];
  const rows = Math.max(ins, outs);
  const gap = bands > 1 ? 16 : 0;
  const pitch = Math.min(wide ? 56 : 44, (440 - gap * (bands - 1)) / (bands * rows));
  const side = Math.min(wide ? 15 : 10, (pitch - 8) / (SIZE / 2));
  const unit = wide ? 14 : 20; // a cell of the matrix
  const tight = width < 300; // names of the three stacks would touch: the one in the middle goes below
  const top = tight ? 60 : 44;
  const right = width - (wide ? 8 * unit + 70 : 0);
  const long = 1.5 * SIZE * side; // a plane of the input, seen from the side
  const stack = (centre, high, per) => (index) => ({ side, high, x: centre - high * side / 4,
    y: top + Math.floor(index / per) * (rows * pitch + gap) + ((rows - per) / 2 + (index % per)) * pitch + ((SIZE - high) * side) / 4 });
  const [left, middle, end] = [22 + long / 2, right / 2, right - 22 - long / 2];
  const head = tight ? { input: [0, "cnnx-first"], output: [right, "cnnx-last"], filter: 28 }
    : { input: [left, ""], output: [end, ""], filter: 12 };
  const bottom = top + bands * rows * pitch + (bands - 1) * gap;
  const matrix = wide ? { x: right + 50, y: 60, unit } : { x: 40, y: bottom + 90, unit };
  return {
    width, right, pitch, head, left, middle, end, bottom, matrix, height: Math.max(bottom + 40, matrix.y + c_out * unit + 8),
    input: stack(left, SIZE, ins), filter: stack(middle, kernel, ins), output: stack(end, output, outs),
  };
}

const sheet = (place, role) => flat(place, cells({ x: 0, y: 0, rows: place.high, columns: place.high, side: place.side,
  each: (row, column) => ({ class: `cnnx-cell cnnx-${role}`, "data-row": row, "data-column": column }) }));
const thread = (points, kind) => svg("path", { class: `cnnx-thread ${kind}`, d: `M${points.map((point) => point.join(" ")).join("L")}` });

/** All channels, a thin line from each input channel to each output channel that sees it, and the same as a matrix. */
function volumeParts({ c_in, c_out }, { output, sees }, place, t) {
  const group = (role, index) => svg("g", { "data-plane": `${role} ${index}` }, sheet(place[role](index), role));
  const ends = (channel, index) => [spot(place.input(index), SIZE, SIZE / 2), spot(place.output(channel), 0, output / 2)];
  const threads = range(c_out).flatMap((channel) => sees(channel).map((index) => thread(ends(channel, index), "")));
  const name = (x, y, index, role) => svg("g", { class: `cnnx-${role}` }, label(x, y, String(index)));
  const names = (role, count, x) => range(count).map((index) => name(x, spot(place[role](index), 0, place[role](index).high / 2)[1], index, role));
  const handle = (name, role, x) => svg("g", { transform: `rotate(90 ${x} ${place.bottom + 16})`, class: "cnnx-upright" },
    grip({ x, y: place.bottom + 16, name, title: t(`drag_${name}`), role }));
  const { x, y, unit } = place.matrix;
  const weight = (row, column) => ({ class: `cnnx-cell cnnx-${sees(row).includes(column) ? "kernel" : "beyond"}`, "data-row": row });
  return [
    ...threads, ...range(c_in).map((index) => group("input", index)), ...range(c_out).map((index) => group("output", index)),
    ...names("input", c_in, 8), ...names("output", c_out, place.right - 8),
    label(place.head.input[0], 12, t("input", { channels: c_in, size: SIZE }), `cnnx-input ${place.head.input[1]}`),
    label(place.head.output[0], 12, t("output", { channels: c_out, size: output }), `cnnx-output ${place.head.output[1]}`),
    handle("c_in", "input", place.left), handle("c_out", "output", place.end),
    label(x + (c_in * unit) / 2, y - 34, t("matrix")),
    ...range(c_in).map((index) => name(x + (index + 0.5) * unit, y - 10, index, "input")),
    ...range(c_out).map((index) => name(x - 10, y + (index + 0.5) * unit, index, "output")),
    svg("g", { "data-plane": "matrix 0" }, cells({ x, y, rows: c_out, columns: c_in, side: unit, each: weight })),
  ];
}

/** The windows that one output number sees, its filter, and the lines between them. */
function seenParts({ kernel, c_in }, { sees }, { channel, row, column }, place, t) {
  const { side } = place.input(0);
  const target = spot(place.output(channel), column + 0.5, row + 0.5);
  const windows = sees(channel).map((index) => svg("g", { "data-plane": `input ${index}` },
    flat(place.input(index), svg("g", { transform: `translate(${column * side} ${row * side})` }, frame({ kernel, span: kernel, side })))));
  const threads = sees(channel).flatMap((index) => {
    const slice = place.filter(index);
    return [thread([spot(place.input(index), column + kernel, row + kernel / 2), spot(slice, 0, kernel / 2)], "cnnx-strong"),
      thread([spot(slice, kernel, kernel / 2), target], "cnnx-strong")];
  });
  const { x, y, unit } = place.matrix;
  return { windows, others: [
    ...threads, ...sees(channel).map((index) => sheet(place.filter(index), "kernel")),
    flat(place.output(channel), svg("rect", { class: "cnnx-cell cnnx-output cnnx-now", x: column * side, y: row * side, width: side, height: side })),
    label(place.middle, place.head.filter, t("filter", { channel }), "cnnx-kernel"),
    label(place.middle, place.head.filter + 17, t("depth", { depth: sees(channel).length, kernel }), "cnnx-kernel"),
    svg("rect", { class: "cnnx-frame", x, y: y + channel * unit, width: c_in * unit, height: unit }),
  ] };
}

/**
 * The sliders. That of the groups goes from one divisor of both channel counts to the next; while a hand holds it, from
 * where it was taken.
 */
function slidersOf(t, state, update) {
  /** @type {number} */ let held; // the groups when the slider was taken
  const sliders = panel(SETTINGS, t, (patch) => {
    update(patch.groups ? { groups: snap(held ?? state.groups, patch.groups, compute(state)) } : patch);
    show(); // the slider, too, goes where the number of groups went
  });
  const show = () => {
    const { choices } = compute(state);
    sliders.show(state, { groups: [choices[0], choices.at(-1)] });
  };
  sliders.element.addEventListener("pointerdown", () => (held = state.groups));
  for (const event of ["pointerup", "pointercancel", "keydown"]) sliders.element.addEventListener(event, () => (held = undefined), true);
  return { element: sliders.element, show };
}

/**
 * The picture. `draw` shows the volumes of a state, `mark` what an output cell sees; `cellAt` is the cell of a plane at a
 * point, and `pitch()` the distance of two channels.
 */
function pictureOf(t, step) {
  /** @type {ReturnType<typeof arrange>} */ let place;
  const turn = (by) => () => step(0, 0, by);
  const pane = windowPane(t, step, { PageUp: turn(-1), PageDown: turn(1) });
  const [art, seen] = range(2).map(() => svg("g", { "aria-hidden": "true" }));
  const { size, ...shown } = canvas(t, art, seen, pane);

  function draw(state, result, width) {
    place = arrange(width, state, result);
    size(width, place.height);
    art.replaceChildren(...volumeParts(state, result, place, t));
  }

  function mark(now, state, result) {
    const { windows, others } = result.possible ? seenParts(state, result, now, place, t) : { windows: [], others: [] };
    pane.replaceChildren(...windows);
    seen.replaceChildren(...others);
  }

  const cellAt = ({ role, index }, point) => (role !== "matrix" ? cellUnder(place[role](index), point)
    : { row: Math.floor((point.y - place.matrix.y) / place.matrix.unit) });
  return { ...shown, pane, draw, mark, cellAt, pitch: () => place.pitch };
}

/** @param {Host<Channels>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {Place & { channel: number }} */ let hover;
  /** @type {ReturnType<typeof compute>} */ let result;
  const { drawing, picture, pane, ...shown } = pictureOf(t, (rows, columns, channels = 0) => update(inOutput(
    { channel: state.channel + channels, row: state.row + rows, column: state.column + columns }, state, result)));
  const [sum, live] = [formula(), liveText()];
  const view = connect(model, [...keys(SETTINGS), "channel", "row", "column"], redraw, (now) => compute(now).possible);
  const { state, update } = view;
  const aim = goal(model, t, live);
  const sliders = slidersOf(t, state, update);
  const preset = presets({ name: "preset", table: PRESETS, t, change: update });

  function redraw() {
    hover = null;
    result = compute(state);
    if (result.possible) Object.assign(state, inOutput(state, state, result));
    shown.draw(state, result, view.width);
    sliders.show();
    preset.show(state);
    sum.show(equation(state, result, t));
    drawSeen();
  }

  function drawSeen() {
    const now = hover ?? state;
    shown.mark(now, state, result);
    live.say(describe(state, result, now, t), !result.possible);
    aim.show(discover(state, result));
  }

  function begin(start, name, target) {
    if (name in SETTINGS) { // it goes down
      const follow = pull(SETTINGS[name], { x: start.y }, state[name], shown.pitch(), (now) => update({ [name]: now }));
      return ({ y }) => follow({ x: y });
    }
    const plane = planeAt(target);
    if (!plane.role || !result.possible) return null;
    pane.focus({ preventScroll: true });
    const follow = (now) => update(outputCell(plane, shown.cellAt(plane, now), state, result));
    follow(start);
    return follow;
  }

  drag(drawing, begin, (target) => {
    const [plane, { row, column }] = [planeAt(target), target?.closest("[data-row]")?.dataset ?? {}];
    const isShown = result.possible && plane.role !== "input" && row !== undefined;
    hover = isShown ? outputCell(plane, { row: +row, column: +column }, state, result) : null;
    drawSeen();
  });
  const parts = [html("div", { class: "cnnx-tools" }, preset.element), sliders.element, sum.element, live.element, picture, aim.element];
  return mount(el, t, view, { picture, parts });
}

export default { render };
