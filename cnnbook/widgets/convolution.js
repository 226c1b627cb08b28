// The convolution stepper: one window, its products with the kernel, their sum. All numbers come from `compute`.
import {
  animate, arrows, button, canvas, cells, clamp, connect, disable, drag, fitted, focusable, formula, goal, heading, hide,
  html, inside, label, light, liveText, mount, numberGrid, numbers, partAt, player, presets, printed, putAt, range,
  replacedIn, same, slide, square, svg, toggle, total, translator, windowPane, within,
} from "./_core.js";

export const SAMPLES = {
  notes: { picture: false, input: [[3, 0, 1, 2, 7, 4], [1, 5, 8, 9, 3, 1], [2, 7, 2, 5, 1, 3], [0, 1, 3, 1, 7, 8],
    [4, 2, 1, 6, 2, 8], [2, 4, 5, 2, 3, 9]] },
  edge: { picture: false, input: range(6).map(() => [10, 10, 10, 0, 0, 0]) },
  picture: { picture: true },
};
const transposed = (grid) => grid[0].map((_, column) => grid.map((row) => row[column]));
const edges = (side, middle) => [side, middle, side].map((weight) => [weight, 0, -weight]);
export const KERNELS = {
  vertical: edges(1, 1), horizontal: transposed(edges(1, 1)),
  sobel_vertical: edges(1, 2), sobel_horizontal: transposed(edges(1, 2)),
  scharr_vertical: edges(3, 10), scharr_horizontal: transposed(edges(3, 10)),
  blur: [[0.1, 0.1, 0.1], [0.1, 0.2, 0.1], [0.1, 0.1, 0.1]],
  sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
  identity: [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
};
export const LIMIT = 999;
const nameOf = (kernel) => Object.keys(KERNELS).find((name) => same(KERNELS[name], kernel)) ?? "custom";
const named = (kernel) => ({ kernel, preset: nameOf(kernel) });

/** The output, the weights as they meet a window, what flipping does; `products(row, column)` are those of a window. */
export function compute({ input, image, picture, kernel, flip }) {
  const x = picture ? image : input;
  const turned = kernel.map((row) => [...row].reverse()).reverse();
  const negative = turned.map((row) => row.map((weight) => 0 - weight));
  const weights = flip ? turned : kernel;
  const [H, W, kH, kW] = [x.length, x[0].length, kernel.length, kernel[0].length];
  const [rows, columns] = [Math.max(H - kH + 1, 0), Math.max(W - kW + 1, 0)];
  const products = (row, column) =>
    weights.flatMap((line, i) => line.map((weight, j) => weight * x[row + i][column + j]));
  const output = range(rows).map((row) => range(columns).map((column) => total(products(row, column))));
  const turning = same(turned, kernel) ? "turned_same" : same(negative, kernel) ? "turned_negative" : "turned";
  return { possible: rows > 0 && columns > 0, x, weights, H, W, kH, kW, rows, columns, products, output, turning };
}

/** The result in words; `upTo` is the place up to which the output is filled in. */
export function describe({ row, column, flip }, result, t, upTo = Infinity) {
  if (!result.possible) return t("impossible", result);
  const [count, all] = [result.kH * result.kW, result.rows * result.columns];
  const filled = upTo < all - 1 ? [t("filled", { done: upTo + 1, all })] : [];
  const value = result.output[row][column];
  return [t("result", { row, column, value, count }), ...filled, ...(flip ? [t(result.turning)] : [])].join(" ");
}

/** Discovered, where all sums are 0 for an input of different numbers, and not for want of products. */
export function discover(_, { possible, x, rows, columns, output, products }) {
  const [low, high] = possible ? [Math.min(...x.flat()), Math.max(...x.flat())] : [0, 0];
  if (low === high || output.flat().some((sum) => Math.abs(sum) > 1e-9)) return null;
  const isEmpty = range(rows).every((row) => range(columns).every((column) => products(row, column).every((one) => !one)));
  return isEmpty ? null : { low, high, all: rows * columns };
}

/** What a stroke from this pixel paints: the largest number of the picture on small ones, the smallest on large ones. */
export function ink(image, /** @type {number[]} */ [row, column]) {
  const [low, high] = [Math.min(...image.flat()), Math.max(...image.flat())];
  if (low === high) return low ? 0 : 9;
  return 2 * image[row][column] > low + high ? low : high;
}

/** The picture with a line from one pixel to another. */
export function painted(image, /** @type {number[]} */ [row, column], /** @type {number[]} */ [toRow, toColumn], value) {
  const copy = image.map((line) => [...line]);
  const steps = Math.max(Math.abs(toRow - row), Math.abs(toColumn - column), 1);
  const on = (from, to, step) => Math.round(from + ((to - from) * step) / steps);
  for (const step of range(steps + 1)) copy[on(row, toRow, step)][on(column, toColumn, step)] = value;
  return copy;
}

/** Where input and output stand: side by side where there is room. */
function arrange(width, { H, W, rows, columns }, picture) {
  const [x, y, gap] = [2, 30, width < 560 ? 36 : 60];
  const fit = (across, between) => Math.floor((width - 2 * x - between) / across);
  const beside = fit(W + columns, gap) >= (picture ? 12 : 28);
  const side = clamp(beside ? fit(W + columns, gap) : fit(W, 0), 8, picture ? 24 : 44);
  const output = beside
    ? { x: x + W * side + gap, y: y + ((H - rows) * side) / 2, side }
    : { x, y: y + H * side + 40, side };
  const height = Math.max(y + H * side, output.y + rows * side + (picture ? 24 : 0)) + 8;
  return { beside, input: { x, y, side }, output, height };
}

/** The look of a picture in greys, from black, its smallest number, to white. */
function greys(grid) {
  const [low, high] = [Math.min(...grid.flat()), Math.max(...grid.flat())];
  return (row, column) => {
    const grey = Math.round((255 * (grid[row][column] - low)) / (high - low || 1));
    return { class: "cnnx-pixel", text: "", style: `fill: rgb(${grey} ${grey} ${grey})` };
  };
}

/** Numbers as squares: the area is the size; full ones are positive, hollow ones negative. */
function squares(grid, { x, y, side }, isShown) {
  const unit = (side - 3) / Math.sqrt(Math.max(...grid.flat().map(Math.abs)) || 1);
  const path = (sign) => grid.flatMap((row, i) => row.map((value, j) => {
    const length = unit * Math.sqrt(Math.abs(value));
    const offset = (side - length) / 2;
    if (value * sign <= 0 || !isShown(i, j)) return "";
    return square(x + j * side + offset, y + i * side + offset, length);
  })).join("");
  return [svg("path", { class: "cnnx-plus", d: path(1) }), svg("path", { class: "cnnx-minus", d: path(-1) })];
}

/** Input and output with their titles. Output cells that are not shown yet stay blank. */
function gridParts({ picture }, result, { input, output }, isShown, t) {
  const each = (row, column) => {
    const kind = !isShown(row, column) ? "blank" : picture ? "plain" : "";
    const look = kind && { class: `cnnx-cell cnnx-output cnnx-${kind}`, text: "" };
    return { "data-row": row, "data-column": column, ...look };
  };
  const reach = svg("g", { class: "cnnx-reach", "data-grip": "window" },
    numbers(result.x, input, "input", picture ? greys(result.x) : undefined));
  const parts = [heading(input, t("input_size", result), "input"), reach];
  if (!result.possible) return parts;
  parts.push(heading(output, t("output_size", result), "output"), numbers(result.output, output, "output", each));
  if (!picture) return parts;
  const legend = label(output.x, output.y + result.rows * output.side + 16, t("signs"), "cnnx-start");
  return [...parts, ...squares(result.output, output, isShown), legend];
}

/** The window at the origin: a frame, and where there is room the weights, small. */
function windowParts({ weights, kH, kW }, { side }) {
  const weight = (text, i, j) => label((j + 1) * side - 3, (i + 1) * side - 7, `×${text}`, "cnnx-weight");
  return [
    svg("rect", { class: "cnnx-frame", width: kW * side, height: kH * side, rx: 3 }),
    cells({ x: 0, y: 0, rows: kH, columns: kW, side, each: (i, j) => ({ class: "cnnx-hit", "data-tap": i * kW + j }) }),
    ...(side < 36 ? [] : fitted(weights, side / 6.5 - 1).flatMap((row, i) => row.map((text, j) => weight(text, i, j)))),
  ];
}

/** Painting in the picture: strokes of a pointer, and a brush for the keyboard. `set` takes the new picture. */
function painter(t, set, say) {
  let [on, at, state, place, first] = [false, [0, 0], null, null, null];
  const last = () => [state.image.length - 1, state.image[0].length - 1];
  /** @param {number[]} pixel */
  const inside = (pixel) => pixel.map((index, axis) => clamp(index, 0, last()[axis]));
  const pixel = ({ x, y }) => inside([(y - place.y) / place.side, (x - place.x) / place.side].map(Math.floor));
  const told = () => say(t("brushed", { row: at[0], column: at[1], value: state.image[at[0]][at[1]] }));
  const step = (rows, columns) => () => (move([at[0] + rows, at[1] + columns]), told());
  const dot = () => (set(painted(state.image, at, at, ink(state.image, at))), told());
  const brush = svg("g", { class: "cnnx-window cnnx-brush", "data-grip": "window",
    ...focusable(t("brush"), { ...arrows(step), " ": dot, Enter: dot }) });
  const box = toggle({ label: t("paint"), change(now) {
    on = now;
    show(state, place);
  } });
  const blank = () => set(state.image.map((line) => line.map(() => 0)));
  const clear = button({ text: t("clear"), click: blank });
  const reset = button({ text: t("reset"), click: () => set(first) });
  const element = html("div", { class: "cnnx-player" }, box.element, clear, reset);

  function move(to) {
    at = inside(to);
    putAt(brush, place.x + at[1] * place.side, place.y + at[0] * place.side);
  }

  function show(now, { side, ...corner }) {
    [state, place] = [now, { side, ...corner }];
    first ??= now.image;
    disable(reset, same(first, now.image));
    hide(!state.picture, element);
    hide(!on || !state.picture, brush, clear);
    brush.replaceChildren(svg("rect", { class: "cnnx-frame", width: side, height: side, rx: 2 }));
    move(at);
  }

  function stroke(start) {
    let from = pixel(start);
    const value = ink(state.image, from);
    const follow = (now) => {
      const to = pixel(now);
      set(painted(state.image, from, to, value));
      move((from = to));
    };
    return follow(start), follow;
  }

  return { element, brush, show, stroke, isOn: () => on && state.picture };
}

/** What changes where a number is typed into the copy of the window, or a weight, which is read backwards if flipped. */
const typedPixel = ({ picture, row, column }, { x, W, kW }, tap, value) =>
  ({ [picture ? "image" : "input"]: replacedIn(x, (row + Math.floor(tap / kW)) * W + column + (tap % kW), value) });
const typedWeight = ({ kernel, flip }, { kH, kW }, tap, value) =>
  named(replacedIn(kernel, flip ? kH * kW - 1 - tap : tap, value));

/** The calculation of one output: the window times the kernel, their products, the sum. `change` hears what is typed. */
function calculationOf(t, change, wrong) {
  let [state, result] = /** @type {any[]} */ ([]);
  /** @type {ReturnType<typeof numberGrid>[]} */ let [seen, kernel, products] = [];
  let made = [];
  const [element, sum, equals] = [html("div", { class: "cnnx-grids" }), formula(), html("span")];

  /** Grids for a kernel of this size. */
  function fit(rows, columns) {
    if (same(made, (made = [rows, columns]))) return;
    const grid = (role, word, typed) => numberGrid({ role, rows, columns, limit: LIMIT, name: (at) => t(word, at), wrong,
      change: typed && ((tap, value) => change(typed(state, result, tap, value))) });
    seen = grid("input", "edit_window", typedPixel);
    kernel = grid("kernel", "edit_kernel", typedWeight);
    products = grid("page");
    element.replaceChildren(seen.element, "×", kernel.element, equals, products.element);
  }

  function show(now, all, { row, column }, isForming) {
    [state, result] = [now, all];
    const { kH, kW, x, weights } = result, found = result.products(row, column);
    fit(kH, kW);
    const { terms, sign, value } = printed(found, (...all) => total(all));
    const term = (text, tap) => [tap ? text.replace(/^(−?)/, (minus) => `${minus || "+"} `) : text];
    seen.show(range(kH).flatMap((i) => x[row + i].slice(column, column + kW)), t("window_copy"));
    kernel.show(weights.flat(), t(state.flip ? "kernel_rotated" : "kernel"));
    products.show(found, t("products"), terms);
    equals.textContent = sign;
    sum.show([...terms.map(term), [sign, html("strong", {}, value)]]);
    for (const [tap, cell] of products.cells.entries()) {
      const [term, timing] = [sum.element.children[tap], { duration: 150, delay: 45 * tap, fill: "backwards" }];
      term.dataset.tap = String(tap);
      if (isForming) [cell, term].forEach((part) => animate(part, { opacity: 0 }, timing));
    }
  }

  return { element, sum: sum.element, show, field: (tap) => seen.cells[tap], isTypedIn: () => seen.grid.matches(":focus-within"),
    turn: () => animate(kernel.grid, { transform: "rotate(-180deg)" }, 500) };
}

/**
 * The picture: input and output, over them the window. `draw` shows a state; `point(place)` hears which window is looked
 * at, `move(row, column)` where it shall go, `press(tap)` on which of its taps a hand pressed without moving it.
 */
function pictureOf(t, paint, { point, move, press, isBusy }) {
  let [state, result, place, hover, pressed] = /** @type {any[]} */ ([]);
  const pane = windowPane(t, (rows, columns) => move(state.row + rows, state.column + columns));
  const [art, link] = [svg("g", { "aria-hidden": "true" }), svg("path", { class: "cnnx-link" })];
  const { drawing, picture, size } = canvas(t, art, link, pane, paint.brush);

  function draw(now, found, width, isShown) {
    [state, result, place, hover] = [now, found, arrange(width, found, now.picture), null];
    size(width, place.height);
    art.replaceChildren(...gridParts(state, result, place, isShown, t));
    pane.replaceChildren(...windowParts(result, place.input));
    paint.show(state, place.input);
    hide(!result.possible, link, pane);
    if (result.possible) look();
  }

  /** Goes with window and output cell to the place pointed at, or to that of the state. */
  function look() {
    const [{ row, column }, { kH, kW }] = [hover ?? state, result];
    const at = ({ x, y, side }, i, j) => [x + j * side, y + i * side];
    const line = (edge) => `M${at(place.input, row + edge * kH, column + kW)}L${at(place.output, row + edge, column)}`;
    const [x, y] = at(place.input, row, column);
    putAt(pane, x, y);
    link.setAttribute("d", place.beside ? line(0) + line(1) : "");
    light(art, { row, column });
    point({ row, column });
  }

  /** How the window follows a hand that took it, or brought it, here. */
  function grab(start, target) {
    pane.focus({ preventScroll: true });
    const [{ side }, isInside] = [place.input, pane.contains(target)];
    pressed = isInside && target.dataset.tap;
    const go = slide(start, isInside, { corner: { x: state.column * side, y: state.row * side }, origin: place.input,
      half: { x: (result.kW * side) / 2, y: (result.kH * side) / 2 }, step: side }, move);
    const follow = (now) => {
      if (isInside && Math.hypot(now.x - start.x, now.y - start.y) < 4) return;
      pressed = null;
      go(now);
    };
    return follow(start), follow;
  }

  drag(drawing, (start, name, target) => {
    const cell = partAt(target, state);
    if (cell) move(cell.row, cell.column);
    if (name === "window" && paint.isOn()) return paint.stroke(start);
    return name === "window" && result.possible ? grab(start, target) : null;
  }, (target) => {
    const to = target && !isBusy() ? partAt(target, state) : null;
    if (same(to, hover) || !result.possible) return;
    hover = to;
    look();
  });
  drawing.addEventListener("pointerup", () => pressed && (press(pressed), (pressed = null)));
  return { picture, draw };
}

/** The places of the window one after the other, played: `reach()` is the place up to which the output is filled in. */
function stepsOf(t, state, result, show) {
  let [upTo, isForming] = [Infinity, false];
  const at = () => state.row * result().columns + state.column;
  const last = () => within(Infinity, result().rows * result().columns);
  const pace = () => (state.picture ? clamp(8000 / last(), 40, 400) : 400 + 45 * result().kH * result().kW);
  const play = player({ t, at, last, pace, go(index) {
    upTo = index < last() ? index : Infinity;
    isForming = !state.picture;
    show({ row: Math.floor(index / (result().columns || 1)), column: index % result().columns || 0 });
    isForming = false;
  } });
  const fill = () => (play.stop(), (upTo = Infinity));
  return { ...play, fill, reach: () => (upTo = Math.max(upTo, at())), isForming: () => isForming };
}

/** The lists of inputs and of kernels, and the box that flips a kernel: `change` has what hears each. */
function choicesOf(t, change) {
  const table = Object.fromEntries(Object.entries(KERNELS).map(([name, kernel]) => [name, named(kernel)]));
  const lists = [presets({ name: "sample", table: SAMPLES, t, change: change.input }),
    presets({ name: "preset", table, t, change: change.kernel })];
  const flip = toggle({ label: t("flip"), change: change.flip });
  const show = (state) => {
    for (const list of lists) list.show(state);
    flip.show(state.flip);
  };
  return { elements: [...lists, flip].map(({ element }) => element), show };
}

/** Lights a tap under the pointer or with the focus, in the window or among the numbers, and all that belong to it. */
function lightTaps(el) {
  const lightUp = ({ target }) => {
    const tap = target.closest("[data-tap]")?.dataset.tap;
    for (const part of el.querySelectorAll("[data-tap]")) part.classList.toggle("cnnx-now", part.dataset.tap === tap);
  };
  for (const event of ["pointerover", "focusin"]) el.addEventListener(event, lightUp);
}

/** @param {Host<Convolution>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {ReturnType<typeof compute>} */ let result;
  const live = liveText();
  const aim = goal(model, t, live);
  const view = connect(model, ["input", "image", "picture", "kernel", "preset", "flip", "row", "column"], redraw,
    (now) => compute(now).possible);
  const { state } = view;
  const show = (patch) => (view.update(patch), redraw());
  const steps = stepsOf(t, state, () => result, show);
  const choices = choicesOf(t, {
    input: (patch) => (steps.fill(), show(patch)),
    kernel: show,
    flip: (flip) => (show({ flip }), calculation.turn()),
  });
  const paint = painter(t, (image) => (steps.stop(), show({ image })), (text) => live.say(text));
  const calculation = calculationOf(t, show, () => live.say(t("not_a_number"), true));
  const { picture, draw } = pictureOf(t, paint, {
    point: (place) => calculation.show(state, result, place, steps.isForming()),
    move,
    press: (tap) => calculation.field(tap).focus({ preventScroll: true }),
    isBusy: calculation.isTypedIn,
  });

  function move(row, column) {
    const to = inside({ row, column }, result.rows, result.columns);
    if (!steps.playing() && to.row === state.row && to.column === state.column) return;
    steps.stop();
    show(to);
  }

  function redraw() {
    result = compute(state);
    const { rows, columns, possible } = result;
    if (possible) Object.assign(state, inside(state, rows, columns));
    const upTo = steps.reach();
    draw(state, result, view.width, (i, j) => i * columns + j <= upTo);
    choices.show(state);
    steps.show(upTo > state.row * columns + state.column);
    hide(!possible, calculation.sum, calculation.element);
    live.say(steps.playing() ? t("playing") : describe(state, result, t, upTo), !possible);
    aim.show(discover(state, result));
  }

  lightTaps(el);
  const controls = html("div", { class: "cnnx-controls" }, ...choices.elements, steps.element, paint.element);
  return mount(el, t, view, { picture, parts: [controls, picture, calculation.element, calculation.sum, live.element, aim.element], end: steps.stop });
}

export default { render };
