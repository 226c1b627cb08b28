// The dilated explorer: which input pixels reach an output pixel through dilated 3x3 layers, and in how many ways.
import {
  arrows, button, canvas, cells, clamp, connect, dimension, drag, focusable, frame, goal, heading, html, liveText, mount,
  numbers, onLine, panel, partAt, presets, range, replaced, svg, tell, translator, within,
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

/** The kernels, as a hand and the keyboard reach them; `dilate(index, by)` hears both. */
function kernelsOf(t, dilate) {
  const elements = range(MOST.layers).map((index) => {
    const by = (step) => () => dilate(index, step);
    return svg("g", {
      ...onLine(t("dilation", { layer: index + 1 }), 1, MOST.dilation, {
        ArrowUp: by(1), ArrowRight: by(1), ArrowDown: by(-1), ArrowLeft: by(-1), Home: by(-Infinity), End: by(Infinity),
      }),
      class: "cnnx-window", "data-grip": `layer ${index}`,
    });
  });
  const show = (dilations, places) => elements.forEach((element, index) => {
    const dilation = dilations[index];
    element.classList.toggle("cnnx-gone", !dilation);
    if (!dilation) return;
    const { x, y, side } = places[index];
    const offset = (MOST.dilation - dilation) * side;
    element.replaceChildren(frame({ kernel: 3, span: 2 * dilation + 1, dilation, side }));
    element.style.transform = `translate(${x + offset}px, ${y + offset}px)`;
    tell(element, dilation);
  });
  return { elements, show };
}

/** @param {Host<Dilated>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {Place} */ let hover = null;
  /** @type {Place} */ let traced = null;
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [art, lines] = [svg("g", { "aria-hidden": "true" }), svg("g", { class: "cnnx-ways", "aria-hidden": "true" })];
  const pane = (name, get, go) => {
    const step = (rows, columns) => () => go(inside({ row: get().row + rows, column: get().column + columns }));
    return svg("g", { class: "cnnx-window", "data-grip": name, ...focusable(t(name), arrows(step)) });
  };
  const output = pane("output", () => state, (to) => update(to));
  const pixel = pane("pixel", () => traced ?? state, (to) => track(to));
  const kernels = kernelsOf(t, (index, by) => dilate(index, state.dilations[index] + by));
  const { drawing, picture, size } = canvas(t, art, ...kernels.elements, lines, output, pixel);
  const [sum, live] = [html("p", { class: "cnnx-formula" }), liveText()];
  const aim = goal(model, t, live);
  const view = connect(model, ["size", "dilations", "row", "column"], redraw);
  const { state, update } = view;
  const inside = ({ row, column }) => ({ row: within(row, state.size), column: within(column, state.size) });
  const dilate = (index, to) => update({ dilations: replaced(state.dilations, index, clamp(to, 1, MOST.dilation)) });
  const settings = panel(SETTINGS, t, update);
  const preset = presets({ name: "preset", table: PRESETS, t, change: update });
  const track = (to) => {
    traced = to;
    drawWays();
  };
  const stack = (dilations) => clamp(dilations.length, 1, MOST.layers) === dilations.length && update({ dilations });
  const add = button({ text: t("add"), click: () => stack([...state.dilations, 1]) });
  const remove = button({ text: t("remove"), click: () => stack(state.dilations.slice(0, -1)) });

  function redraw() {
    Object.assign(state, inside(state));
    const { dilations } = state;
    result = compute(state);
    place = arrange(view.width, state);
    if (traced) traced = inside(traced);
    hover = null;
    size(view.width, place.height);
    art.replaceChildren(...inputParts(state, result, place.input, t),
      ...dilations.flatMap((dilation, index) => kernelParts(dilation, index, place.kernels[index], t)));
    kernels.show(dilations, place.kernels);
    settings.show(state);
    preset.show(state);
    add.setAttribute("aria-disabled", dilations.length === MOST.layers);
    remove.setAttribute("aria-disabled", dilations.length === 1);
    sum.textContent = why(state, result, t);
    const { x, y, side } = place.input;
    output.style.transform = `translate(${x + state.column * side}px, ${y + state.row * side}px)`;
    output.replaceChildren(svg("circle", { class: "cnnx-target", cx: side / 2, cy: side / 2, r: 12 }),
      svg("rect", { class: "cnnx-frame cnnx-here", width: side, height: side, rx: 3 }));
    drawWays();
  }

  /** The ways from the input pixel pointed at, or the last one that was pressed. */
  function drawWays() {
    const [now, { x, y, side }] = [hover ?? traced, place.input];
    lines.replaceChildren(...wayParts(now ? trace(state, [state.row, state.column], [now.row, now.column]) : [], place.input));
    const { row, column } = now ?? state;
    pixel.style.transform = `translate(${x + column * side}px, ${y + row * side}px)`;
    const kind = `cnnx-frame cnnx-pixel ${now ? "" : "cnnx-idle"}`;
    pixel.replaceChildren(svg("rect", { class: kind, x: 2, y: 2, width: side - 4, height: side - 4, rx: 2 }));
    live.say(describe(state, result, t, now));
    aim.show(discover(state, result));
  }

  const pixelAt = ({ x, y }) => inside({ row: Math.floor((y - place.input.y) / place.input.side),
    column: Math.floor((x - place.input.x) / place.input.side) });

  function begin(start, grip) {
    const [name, layer] = grip?.split(" ") ?? [];
    const index = +layer;
    const follow = {
      input: (point) => track(pixelAt(point)),
      output: (point) => update(pixelAt(point)),
      layer({ x, y }) {
        const { x: left, y: top, side } = place.kernels[index];
        dilate(index, Math.round(Math.max(Math.abs(x - left - REACH * side / 2), Math.abs(y - top - REACH * side / 2)) / side));
      },
    }[name];
    ({ input: pixel, output }[name] ?? kernels.elements[index])?.focus({ preventScroll: true });
    follow?.(start);
    return follow;
  }

  drag(drawing, begin, (target) => {
    const to = target && partAt(target, state);
    if (to?.row === hover?.row && to?.column === hover?.column) return;
    hover = to;
    drawWays();
  });
  const parts = [html("div", { class: "cnnx-tools" }, preset.element, add, remove), settings.element, picture, sum, live.element, aim.element];
  return mount(el, t, view, { picture, parts });
}

export default { render };
