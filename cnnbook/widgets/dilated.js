// The dilated explorer: which input pixels reach an output pixel through dilated 3x3 layers, and in how many ways.
import {
  arrows, button, canvas, cells, clamp, connect, dimension, disable, drag, focusable, frame, goal, heading, hide,
  html, inside, liveText, mount, numbers, onLine, panel, partAt, presets, putAt, range, replaced, same, svg, tell,
  translator,
} from "./_core.js";

export const SETTINGS = { size: { letter: "n", role: "input", min: 9, max: 33 } };
export const MOST = { layers: 4, dilation: 4 };
const REACH = 2 * MOST.dilation + 1; // cells that a kernel's picture shows
export const PRESETS = {
  a: { dilations: [1] }, b: { dilations: [1, 2] }, c: { dilations: [1, 2, 4] },
  gridding: { dilations: [2, 2, 2] }, hybrid: { dilations: [1, 2, 3] },
};

/** Along one axis: in how many ways each input place reaches `unit`. The padding, as wide as the dilation, ends a way. */
function ways(size, dilations, unit) {
  let reached = range(size).map((place) => +(place === unit));
  for (const dilation of [...dilations].reverse()) {
    reached = reached.map((own, place) => own + (reached[place - dilation] ?? 0) + (reached[place + dilation] ?? 0));
  }
  return reached;
}

/** The ways from each input pixel to the output pixel in `row` and `column`, its field, and what of it is seen. */
export function compute({ size, dilations, row, column }) {
  const [down, across] = [row, column].map((unit) => ways(size, dilations, unit));
  const counts = down.map((own) => across.map((other) => own * other));
  const reach = dilations.reduce((sum, dilation) => sum + dilation, 0);
  const inside = (unit) => Math.min(unit + reach + 1, size) - Math.max(unit - reach, 0);
  const [found, all, field] = [counts.flat().filter(Boolean), inside(row) * inside(column), 2 * reach + 1];
  return { counts, reach, field, all, seen: found.length, unseen: all - found.length, outside: field * field - all,
    least: Math.min(...found), most: Math.max(...found), weights: 9 * dilations.length };
}

/** The ways from the output pixel `from` to the input pixel `to`: lists of places, one a layer. */
export function trace({ size, dilations }, from, to) {
  const isInside = (place) => place.every((at) => at >= 0 && at < size);
  const taps = [-1, 0, 1].flatMap((i) => [-1, 0, 1].map((j) => [i, j]));
  const next = ([row, column], dilation) => taps.map(([i, j]) => [row + i * dilation, column + j * dilation]);
  const follow = (path, dilation) => next(path.at(-1), dilation).filter(isInside).map((place) => [...path, place]);
  const paths = [...dilations].reverse().reduce((found, dilation) => found.flatMap((path) => follow(path, dilation)), [[from]]);
  return paths.filter((path) => `${path.at(-1)}` === `${to}`);
}

/** The result in words; `pixel` is an input pixel pointed at, if any. */
export function describe({ row, column }, result, t, pixel) {
  const { counts, unseen, outside, least, most } = result;
  const told = { ...result, row, column, i: pixel?.row, j: pixel?.column, count: pixel && counts[pixel.row][pixel.column] };
  const keys = ["result", least === most ? "equal" : "unequal", unseen ? "unseen" : "complete"];
  if (outside) keys.push("outside");
  if (pixel) keys.push(told.count ? (told.count === 1 ? "one_way" : "ways") : "no_way");
  return keys.map((key) => t(key, told)).join(" ");
}

/** Discovered, where less than a third of a field is seen, since all dilations are multiples of one step. */
export function discover({ dilations }, { seen, all, outside }) {
  const step = range(MOST.dilation + 1).filter((count) => dilations.every((dilation) => dilation % count === 0)).at(-1);
  return step > 1 && !outside && 3 * seen < all ? { step, seen, all } : null;
}

/** The formula of the field's size. */
export const why = ({ dilations }, { field }, t) => t("why", { sum: dilations.join(" + "), field });

/** Where things stand: the input, and the kernels beside it, or above it on a narrow page. */
function arrange(width, { size, dilations }) {
  const beside = width >= 560;
  const small = beside ? 12 : clamp(Math.floor((width - 34) / (4 * REACH)), 6, 12); // a cell of a kernel's picture
  const [patch, top] = [small * REACH, 30];
  const side = clamp(Math.floor((width - 4 - (beside ? 2 * patch + 80 : 0)) / size), 9, 24);
  const y = beside ? top : top + patch + 46;
  const kernel = (index) => (beside
    ? { x: 50 + size * side + (index % 2) * (patch + 26), y: top + Math.floor(index / 2) * (patch + 46), side: small }
    : { x: 2 + index * (patch + 10), y: top, side: small });
  const kernels = range(dilations.length).map(kernel);
  return { input: { x: 2, y, side }, kernels, height: Math.max(y + size * side + 34, kernels.at(-1).y + patch + 8) };
}

/** The input with the number of ways at each pixel; what the field leaves out is hatched. */
function inputParts({ size, row, column }, { counts, reach, field, outside }, place, t) {
  const { x, y, side } = place;
  const each = (i, j) => {
    const data = { "data-row": i, "data-column": j };
    if (counts[i][j]) return { ...data, ...(side < 16 && { text: "" }) };
    const isField = Math.max(Math.abs(i - row), Math.abs(j - column)) <= reach;
    return { ...data, class: `cnnx-cell ${isField ? "cnnx-padding" : "cnnx-input cnnx-far"}`, text: "", stripes: isField };
  };
  const span = (unit) => [Math.max(unit - reach, 0), Math.min(unit + reach + 1, size)];
  const [[top, bottom], [left, right]] = [row, column].map(span);
  const at = (along) => x + along * side;
  return [
    heading({ x, y }, t("input_size", { size }), "input"),
    svg("g", { "data-grip": "input" }, numbers(counts, place, "input", each)),
    svg("rect", { class: "cnnx-lens", rx: 3,
      x: at(left), y: y + top * side, width: (right - left) * side, height: (bottom - top) * side }),
    ...(outside ? [] : [dimension({ x0: at(left), x1: at(right), y: y + size * side + 12, text: field, role: "kernel" })]),
  ];
}

/** The picture of one kernel: what it stands on, and its title. */
function kernelParts(dilation, index, place, t) {
  const each = () => ({ class: `cnnx-cell cnnx-${index ? "output" : "input"} cnnx-far` });
  const title = t(place.side < 12 ? "layer_short" : "layer", { layer: index + 1, dilation });
  return [
    heading(place, title, "kernel"),
    svg("g", { "data-grip": `layer ${index}` }, cells({ ...place, rows: REACH, columns: REACH, each })),
  ];
}

/** Ways through the layers, as lines over the input, with a dot at each bend. */
function wayParts(paths, { x, y, side }) {
  const at = (i, j) => `${x + (j + 0.5) * side} ${y + (i + 0.5) * side}`;
  const line = (path) => `M${path.map(([i, j]) => at(i, j)).join("L")}`;
  const bends = new Set(paths.flatMap((path) => path.map(([i, j]) => `M${at(i, j)}h0`)));
  return [svg("path", { class: "cnnx-ray", d: paths.map(line).join("") }), svg("path", { class: "cnnx-bend", d: [...bends].join("") })];
}

/** What frames a pixel of the input: `get` tells which, the arrow keys `go` to others. */
function paneOf(t, name, get, go) {
  const step = (rows, columns) => () => go({ row: get().row + rows, column: get().column + columns });
  const element = svg("g", { class: "cnnx-window", "data-grip": name, ...focusable(t(name), arrows(step)) });
  const show = ({ row, column }, { x, y, side }, ...parts) => {
    putAt(element, x + column * side, y + row * side);
    element.replaceChildren(...parts);
  };
  return { element, show };
}
const outputParts = ({ side }) => [svg("circle", { class: "cnnx-target", cx: side / 2, cy: side / 2, r: 12 }),
  svg("rect", { class: "cnnx-frame cnnx-here", width: side, height: side, rx: 3 })];
const pixelPart = ({ side }, kind) => svg("rect", { class: `cnnx-frame cnnx-pixel ${kind}`, x: 2, y: 2, width: side - 4, height: side - 4, rx: 2 });

/** The kernels, as a hand and the keyboard reach them; `dilate(index, to)` hears both. */
function kernelsOf(t, { state }, dilate) {
  const elements = range(MOST.layers).map((index) => {
    const by = (step) => () => dilate(index, state.dilations[index] + step);
    return svg("g", {
      ...onLine(t("dilation", { layer: index + 1 }), 1, MOST.dilation, {
        ArrowUp: by(1), ArrowRight: by(1), ArrowDown: by(-1), ArrowLeft: by(-1), Home: by(-Infinity), End: by(Infinity),
      }),
      class: "cnnx-window", "data-grip": `layer ${index}`,
    });
  });
  const show = (places) => elements.forEach((element, index) => {
    const dilation = state.dilations[index];
    hide(!dilation, element);
    if (!dilation) return;
    const { x, y, side } = places[index];
    const offset = (MOST.dilation - dilation) * side;
    element.replaceChildren(frame({ kernel: 3, span: 2 * dilation + 1, dilation, side }));
    putAt(element, x + offset, y + offset);
    tell(element, dilation);
  });
  return { elements, show };
}

/** The pixel under a point, and the dilation that brings the edge of a kernel there. */
const pixelAt = ({ x, y }, grid) => ({ row: Math.floor((y - grid.y) / grid.side), column: Math.floor((x - grid.x) / grid.side) });
const dilationAt = ({ x, y }, { x: left, y: top, side }) =>
  Math.round(Math.max(...[x - left, y - top].map((along) => Math.abs(along - (REACH * side) / 2))) / side);

/** Input and kernels, to be moved by hand and by keyboard. `say(pixel)` hears of the input pixel whose ways are shown. */
function pictureOf(t, /** @type {View<Dilated>} */ view, say) {
  /** @type {Place[]} */ let [hover, traced] = [null, null]; // pixels: pointed at, and pressed last
  /** @type {ReturnType<typeof arrange>} */ let place;
  const { state, update } = view;
  const move = (to) => update(inside(to, state.size));
  const track = (to) => ((traced = inside(to, state.size)), showWays());
  const dilate = (index, to) => update({ dilations: replaced(state.dilations, index, clamp(to, 1, MOST.dilation)) });
  const [art, lines] = ["", "cnnx-ways"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const kernels = kernelsOf(t, view, dilate);
  const [output, pixel] = [paneOf(t, "output", () => state, move), paneOf(t, "pixel", () => traced ?? state, track)];
  const { drawing, picture, size } = canvas(t, art, ...kernels.elements, lines, output.element, pixel.element);

  function show(result) {
    [place, hover, traced] = [arrange(view.width, state), null, traced && inside(traced, state.size)];
    size(view.width, place.height);
    art.replaceChildren(...inputParts(state, result, place.input, t),
      ...state.dilations.flatMap((dilation, index) => kernelParts(dilation, index, place.kernels[index], t)));
    kernels.show(place.kernels);
    output.show(state, place.input, ...outputParts(place.input));
    showWays();
  }
  function showWays() {
    const now = hover ?? traced;
    lines.replaceChildren(...wayParts(now ? trace(state, [state.row, state.column], [now.row, now.column]) : [], place.input));
    pixel.show(now ?? state, place.input, pixelPart(place.input, now ? "" : "cnnx-idle"));
    say(now);
  }
  function begin(start, grip) {
    const [name, layer] = grip?.split(" ") ?? [];
    const held = { input: pixel, output }[name]?.element ?? kernels.elements[+layer];
    const follow = {
      input: (point) => track(pixelAt(point, place.input)),
      output: (point) => move(pixelAt(point, place.input)),
      layer: (point) => dilate(+layer, dilationAt(point, place.kernels[+layer])),
    }[name];
    held?.focus({ preventScroll: true });
    follow?.(start);
    return follow;
  }
  drag(drawing, begin, (target) => {
    const to = target && partAt(target, state);
    if (same(to, hover)) return;
    hover = to;
    showWays();
  });
  return { element: picture, show };
}

/** Dilations from a list, the number of layers, the size of the input. */
function controlsOf(t, /** @type {View<Dilated>} */ { state, update }) {
  const settings = panel(SETTINGS, t, update);
  const preset = presets({ name: "preset", table: PRESETS, t, change: update });
  const add = button({ text: t("add"), click: () => update({ dilations: [...state.dilations, 1] }) });
  const remove = button({ text: t("remove"), click: () => update({ dilations: state.dilations.slice(0, -1) }) });
  function show() {
    settings.show(state);
    preset.show(state);
    disable(add, state.dilations.length === MOST.layers);
    disable(remove, state.dilations.length === 1);
  }
  return { elements: [html("div", { class: "cnnx-tools" }, preset.element, add, remove), settings.element], show };
}

/** @param {Host<Dilated>} host */
function render({ model, el }) {
  const [t, sum, live] = [translator(model), html("p", { class: "cnnx-formula" }), liveText()];
  /** @type {ReturnType<typeof compute>} */ let result;
  const view = connect(model, ["size", "dilations", "row", "column"], redraw);
  const [controls, picture, aim] = [controlsOf(t, view), pictureOf(t, view, say), goal(model, t, live)];

  function redraw(state) {
    Object.assign(state, inside(state, state.size));
    result = compute(state);
    controls.show();
    picture.show(result);
    sum.textContent = why(state, result, t);
  }
  function say(pixel) {
    live.say(describe(view.state, result, t, pixel));
    aim.show(discover(view.state, result));
  }
  return mount(el, t, view, { picture: picture.element, parts: [...controls.elements, picture.element, sum, live.element, aim.element] });
}

export default { render };
