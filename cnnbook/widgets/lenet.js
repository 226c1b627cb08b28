// The LeNet explorer: draw a digit, and LeNet-5, trained by the lab, reads it. All numbers come from `read`.
import {
  arrows, button, cells, choice, clamp, connect, entries, focusable, goal, html, keys, label, liveText, mount, number,
  onTheme, paint, presets, printed, put, range, replaced, same, square, squares, svg, toggle, translator, within,
} from "./_core.js";

/** Maps of so many units a side, made `from` others. A unit sees `field` pixels a side; those of the next begin `jump` on. */
export const LAYERS = {
  C1: { from: "x", maps: 6, side: 28, field: 5, jump: 1, columns: 6, scale: 3 },
  S2: { from: "C1", maps: 6, side: 14, field: 6, jump: 2, columns: 6, scale: 4 },
  C3: { from: "S2", maps: 16, side: 10, field: 14, jump: 2, columns: 8, scale: 5 },
  S4: { from: "C3", maps: 16, side: 5, field: 16, jump: 4, columns: 8, scale: 7 },
  C5: { from: "S4", maps: 120, side: 1, field: 32, jump: 4, columns: 20, scale: 12 },
  F6: { from: "C5", maps: 84, side: 1, field: 32, jump: 4, columns: 21, scale: 12 },
  output: { from: "F6", maps: 10, side: 1, field: 32, jump: 4, columns: 1 },
};
const [SIDE, PAD, FIELD, PEN] = [28, 2, 32, 1.7];

/** Floats of 16 bits: the place of each exponent in `exponents`, as ones up to a zero; the sign; ten digits. */
export function unpack({ shape, exponents, bits }) {
  const text = Array.from(decode(bits), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const codes = text.matchAll(/(1*)0(.)(.{10})/g);
  return Float64Array.from({ length: shape.reduce((all, one) => all * one) }, () => {
    const [, ones, sign, digits] = codes.next().value, exponent = exponents[ones.length], part = parseInt(digits, 2);
    return (sign === "1" ? -1 : 1) * (exponent ? (1 + part / 1024) * 2 ** (exponent - 15) : part * 2 ** -24); // IEEE 754
  });
}

/** The layers; `taps` are the inputs of a unit, from its first on. Pooling reads one map, with weights of 1/4. */
export function prepare({ mean, std, weights }) {
  const layers = entries(LAYERS).map(([name, { from, maps: count, side: out }]) => {
    const { maps, side } = LAYERS[from] ?? { maps: 1, side: FIELD }, { weight, bias } = weights[name] ?? {};
    const [kernel, reads] = weight ? [weight.shape[2] ?? 1, maps] : [2, 1];
    const taps = range(reads).flatMap((z) => range(kernel).flatMap((y) => range(kernel).map((x) => (z * side + y) * side + x)));
    const own = { from, side, out, kernel, reads, taps, squashes: weight && name !== "output" };
    return [name, weight ? { ...own, step: 1, weights: taps.length, inputs: 0, weight: unpack(weight), bias: unpack(bias) }
      : { ...own, step: 2, weights: 0, inputs: side * side, weight: Array(4).fill(1 / 4), bias: Array(count).fill(0) }];
  });
  return { mean, std, layers: Object.fromEntries(layers) };
}

/** The map of a unit, its first weight and input: a map has so many `weights` and `inputs`. */
function startOf(unit, { side, out, step, weights, inputs }) {
  const map = Math.floor(unit / out ** 2), row = Math.floor(unit / out) % out;
  return { map, first: map * weights, corner: map * inputs + step * (row * side + (unit % out)) };
}
/** The way forward: each unit adds its products. */
function forward(x, layer) {
  const { out, taps, weight, bias } = layer;
  return Float64Array.from({ length: bias.length * out ** 2 }, (_, unit) => {
    const { map, first, corner } = startOf(unit, layer);
    let sum = bias[map];
    for (let k = 0; k < taps.length; k += 1) sum += weight[first + k] * x[corner + taps[k]];
    return sum;
  });
}
/** The way back: a unit's slope goes to each of its inputs, times the weight. */
function backward(slopes, layer, length) {
  const found = new Float64Array(length), { taps, weight } = layer;
  slopes.forEach((slope, unit) => {
    const { first, corner } = startOf(unit, layer);
    for (let k = 0; k < taps.length; k += 1) found[corner + taps[k]] += weight[first + k] * slope;
  });
  return found;
}

/** The place of a pixel in the padded field. */
const inField = (at) => (Math.floor(at / SIDE) + PAD) * FIELD + PAD + (at % SIDE);

/** What each layer makes of a drawing; `chances` are the softmax of the outputs. */
export function read(pixels, net) {
  const x = new Float64Array(FIELD * FIELD).fill(-net.mean / net.std);
  pixels.forEach((byte, at) => (x[inField(at)] = (byte - net.mean) / net.std));
  const found = /** @type {Maps} */ ({ x });
  for (const [name, layer] of entries(net.layers)) {
    const sums = forward(found[layer.from], layer);
    found[name] = layer.squashes ? sums.map(Math.tanh) : sums;
  }
  const powers = found.output.map((value) => Math.exp(value - Math.max(...found.output)));
  found.chances = powers.map((power) => power / powers.reduce((all, one) => all + one));
  return found;
}
/** The ten digits, the answer first. */
export const ranked = ({ output }) => range(10).sort((a, b) => output[b] - output[a]);

/** The gradient of the lead, of the answer over the next digit, by the ink of each pixel, 1 where it is full. */
export function gradient(found, net) {
  const [first, second] = ranked(found);
  let slopes = Float64Array.from(range(10), (digit) => +(digit === first) - +(digit === second));
  for (const [name, layer] of entries(net.layers).reverse()) {
    if (layer.squashes) slopes = slopes.map((slope, unit) => slope * (1 - found[name][unit] ** 2)); // the slope of tanh
    slopes = backward(slopes, layer, found[layer.from].length);
  }
  return Float64Array.from({ length: SIDE * SIDE }, (_, at) => (slopes[inField(at)] * 255) / net.std);
}
/** By how much the lead falls, to first order: above 0, where a pixel loses its ink; below 0, where it is filled. */
export const gains = (pixels, slopes) => slopes.map((slope, at) => slope * (slope > 0 ? pixels[at] : 255 - pixels[at]) / 255);
const peak = (values) => values.indexOf(Math.max(...values));

/** The drawing after each pixel erased where the gradient says, until the answer changes or no ink counts. */
export function* erasures(pixels, net) {
  let found = read(pixels, net);
  for (const [answer] = ranked(found); ranked(found)[0] === answer; found = read(pixels, net)) {
    const falls = gains(pixels, gradient(found, net)), most = peak(falls);
    if (falls[most] <= 0) return;
    pixels = replaced(pixels, most, 0);
    yield pixels;
  }
}

/** Whether a drawing is one of the `bases` with ink beside it, which touches none of its own, and read as another digit. */
export function discover(pixels, found, bases, net) {
  const near = (base, at) => [-29, -28, -27, -1, 0, 1, 27, 28, 29].some((by) => base[at + by]);
  const base = bases.find((base) => pixels.every((byte, at) => byte === base[at] || !near(base, at)));
  const [before, first] = [base ? read(base, net) : found, found].map((one) => ranked(one)[0]);
  return before === first ? null : { before, first, count: pixels.filter((byte, at) => byte !== base[at]).length };
}

/** What a unit computes: for each map that it reads, inputs with their weights and the sum of the products; then the bias. */
export function uses({ layer, channel, row, column }, found, net) {
  const own = net.layers[layer], { from, kernel, step, reads, weight, bias, weights, out } = own, area = kernel ** 2;
  const { first, corner } = startOf((channel * out + row) * out + column, own);
  const all = own.taps.map((place, k) => [found[from][corner + place], weight[first + k]]);
  const add = (taps) => taps.reduce((sum, [input, by]) => sum + input * by, 0);
  const parts = range(reads).map((index) => all.slice(index * area, (index + 1) * area))
    .map((taps, index) => ({ map: weights ? index : channel, taps, sum: add(taps) }));
  const strongest = [...parts].sort((one, other) => Math.abs(other.sum) - Math.abs(one.sum)).slice(0, 8);
  const share = (value) => (from === "x" ? (value * net.std + net.mean) / 255 : (value + 1) / 2); // of full colour
  return { from, kernel, row: row * step, column: column * step, share, shown: area > 1 ? parts : strongest, count: all.length, sum: add(all), bias: bias[channel] };
}
export const decode = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
export const encode = (pixels) => btoa(String.fromCharCode(...pixels));

/** The drawing after a stroke between two points, in pixels: a round pen, soft at its edge, or a wider eraser. */
export function stroke(pixels, [x0, y0], [x1, y1], erase) {
  const dx = x1 - x0, dy = y1 - y0;
  return pixels.map((byte, at) => {
    const x = (at % SIDE) + 0.5 - x0, y = Math.floor(at / SIDE) + 0.5 - y0;
    const along = clamp((x * dx + y * dy) / (dx * dx + dy * dy || 1), 0, 1);
    const share = clamp(PEN + (erase ? 1 : 0) - Math.hypot(x - along * dx, y - along * dy), 0, 1);
    return erase ? Math.min(byte, Math.round(255 * (1 - share))) : Math.max(byte, Math.round(255 * share));
  });
}
/** The square that a unit sees, in pixels of the drawing; padding lies outside it. */
const sees = ({ layer, row, column }, { jump, field } = LAYERS[layer]) => ({ top: row * jump - PAD, left: column * jump - PAD, side: field });

/** A unit that is there: settings change one by one. */
function inside({ layer, channel, row, column }) {
  const { maps, side } = LAYERS[layer];
  return { layer, channel: within(channel, maps), row: within(row, side), column: within(column, side) };
}
export function describeUnit({ layer, channel, row, column }, found, t) {
  const { side } = LAYERS[layer], value = number(found[layer][(channel * side + row) * side + column]);
  if (side === 1) return t("unit_whole", { layer, channel, value });
  const { top, left, side: size } = sees({ layer, row, column }), end = (from) => Math.min(from + size, SIDE) - 1;
  return t("unit", { layer, channel, row, column, value, top: Math.max(top, 0), bottom: end(top), left: Math.max(left, 0), right: end(left) });
}
/** How it comes to its value. */
export function describeUses({ layer, channel }, { from, count, sum, bias }, t) {
  const [key, terms, compute] = layer[0] === "S" ? ["uses_mean", [4 * sum], (all) => all / 4]
    : layer === "output" ? ["uses_sum", [sum, bias], (all, more) => all + more] : ["uses_tanh", [sum, bias], (all, more) => Math.tanh(all + more)];
  const { terms: texts, sign, value } = printed(terms, compute);
  const told = { from: from === "x" ? t("of_x") : from, channel, count, sum: texts[0], bias: texts[1], sign, value };
  return t(key, told).replace("+ −", "− ");
}
/** A chance in percent: never 0 or 100, which no softmax is. */
const percent = (chance) => (chance < 0.0005 ? "<0.1" : chance >= 0.9995 ? ">99.9" : number(100 * chance, 1));

export function describeAnswer(found, t) {
  const [first, second] = ranked(found), { chances } = found;
  return t("answer", { first, sure: percent(chances[first]), second, next: percent(chances[second]) });
}
export function describeLead(pixels, found, slopes, t) {
  const [first, second] = ranked(found), falls = gains(pixels, slopes), place = peak(falls.map(Math.abs));
  return t(falls[place] > 0 ? "lead_erased" : "lead_inked", { first, second, lead: number(found.output[first] - found.output[second]),
    row: Math.floor(place / SIDE), column: place % SIDE, fall: number(Math.abs(falls[place])) });
}
export const describe = (state, found, t) => `${describeAnswer(found, t)} ${describeUnit(state, found, t)}`;

/** The maps of a layer, with frames. */
function mapsOf(layer, t) {
  const { maps, side, columns, scale } = LAYERS[layer], gap = side > 1 ? 1 : 0, cell = side + gap;
  let drawn = 1;
  const [read, frame] = ["cnnx-read", "cnnx-unit"].map((kind) => svg("path", { class: kind }));
  const wide = columns * cell - gap, height = Math.ceil(maps / columns) * cell - gap;
  const canvas = html("canvas", { "data-layer": layer, width: wide, height }), over = svg("svg", { viewBox: `0 0 ${wide} ${height}` }, read, frame);
  const element = html("div", {}, html("p", { class: "cnnx-title" }, t(layer)), html("div", { class: "cnnx-maps", "aria-hidden": "true" }, canvas, over));
  const corner = (map) => [(map % columns) * cell, Math.floor(map / columns) * cell];
  function fit(width) {
    drawn = clamp(Math.floor(side > 1 ? (2 * width) / wide : (width - 8) / 20.5) / 2, 1, scale); // C5 beside F6
    canvas.style.width = `${drawn * wide}px`;
  }
  const place = (at, [x, y] = corner(Math.floor(at / (side * side)))) => (y + (Math.floor(at / side) % side)) * wide + x + (at % side);
  const show = (found) => paint(canvas, "output", found[layer].map((value) => (value + 1) / 2), place);
  const around = (map, { row, column }, size, gap = 0, [x, y] = corner(map)) => square(x + column - gap, y + row - gap, size + 2 * gap);
  function mark(unit, used) { // the unit, and those that it reads
    put(read, { d: used.from === layer ? used.shown.map(({ map }) => around(map, used, used.kernel)).join("") : "" });
    put(frame, { d: unit.layer === layer ? around(unit.channel, unit, 1, 1 / drawn) : "" });
  }
  function at({ target, clientX, clientY }) {
    const { left, top } = canvas.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top].map((along) => Math.floor(along / drawn));
    return target === canvas && x % cell < side && y % cell < side ? { layer, channel: Math.floor(y / cell) * columns + Math.floor(x / cell), row: y % cell, column: x % cell } : null;
  }
  return { element, fit, show, mark, at };
}

/** Ten bars, one an output. */
function barsOf(t) {
  const row = (digit) => html("li", { class: "cnnx-row", "data-digit": digit }, html("b", {}, digit),
    html("span", { class: "cnnx-track" }, html("span", { class: "cnnx-fill" })), html("span", { class: "cnnx-percent" }));
  const rows = range(10).map(row);
  const mark = ({ layer, channel }) => rows.forEach(({ classList }, digit) => classList.toggle("cnnx-now", layer === "output" && channel === digit));
  const show = ({ chances }) => rows.forEach(({ children: [, track, told], classList }, digit) => {
    [track.firstChild.style.width, told.textContent] = [`${100 * chances[digit]}%`, `${percent(chances[digit])}%`];
    classList.toggle("cnnx-first", chances[digit] === Math.max(...chances));
  });
  const at = ({ target }, found = target.closest("[data-digit]")) => found && { layer: "output", channel: +found.dataset.digit, row: 0, column: 0 };
  return { element: html("ul", { class: "cnnx-outputs", "aria-label": t("outputs") }, ...rows), show, mark, at };
}

/** How a unit gets its value: inputs, weights, the sum of their products. */
function showParts(element, { from, kernel, share, shown }, width) {
  const columns = width < 640 ? 8 : 16, step = Math.floor(width / columns), small = clamp(Math.floor((step - 4) / 5), 4, columns === 8 ? 6 : 8);
  const tall = 10 * small + 34, beside = shown.length === 1; // a block: its number, inputs, weights, their sum
  const side = kernel === 5 && !beside ? small : Math.min(32, Math.floor((beside ? 84 : step - 4) / kernel)), wide = kernel * side;
  const [x, y] = beside ? [wide + 16, 16] : [0, wide + 20];
  const largest = Math.max(...shown.flatMap(({ taps }) => taps.map(([, weight]) => Math.abs(weight))));
  const box = (left, top) => svg("rect", { class: "cnnx-box", x: left, y: top, width: wide, height: wide });
  const block = ({ map, taps, sum }, index) => {
    const paths = ["cnnx-plus", "cnnx-minus"].map((kind) => svg("path", { class: kind, transform: `translate(${x} ${y})` }));
    const each = (row, column) => ({ class: "cnnx-tone", "fill-opacity": share(taps[row * kernel + column][0]).toFixed(2) });
    squares(paths, taps.map(([, weight]) => weight), { columns: kernel, side, largest });
    return svg("g", { transform: `translate(${(index % columns) * step + 1} ${Math.floor(index / columns) * tall})` },
      label(wide / 2, 7, map, "cnnx-small"), cells({ x: 0, y: 16, rows: kernel, columns: kernel, side, each }),
      box(0, 16), box(x, y), ...paths, beside ? "" : label(wide / 2, y + wide + 9, number(sum), "cnnx-small"));
  };
  put(element, { width, height: Math.ceil(16 / columns) * tall, class: `cnnx-parts cnnx-${from === "x" ? "input" : "output"}` });
  element.replaceChildren(...shown.map(block));
}

/** The sheet to draw on, and what is over it. */
function sheetOf(t, draw, clear, tell) {
  let pen = { x: 14, y: 14, down: false }, last = null; // of the keyboard; where a finger, a pen or a mouse is
  const canvas = html("canvas", { width: FIELD, height: FIELD, "aria-hidden": "true" });
  const seen = svg("rect", { class: "cnnx-sees" }), nib = svg("rect", { width: 1, height: 1 });
  const [veil, erase, ink] = ["cnnx-veil", "cnnx-erase", "cnnx-ink"].map((kind) => svg("path", { class: kind }));
  const edge = svg("rect", { class: "cnnx-edge", x: PAD, y: PAD, width: SIDE, height: SIDE });
  const over = svg("svg", { viewBox: `0 0 ${FIELD} ${FIELD}`, "aria-hidden": "true" },
    svg("g", { transform: `translate(${PAD} ${PAD})` }, erase, ink), veil, edge, seen, nib);
  const place = (down) => put(nib, { x: pen.x + PAD, y: pen.y + PAD, class: `cnnx-nib ${(pen.down = down) ? "cnnx-down" : ""}` });
  const middle = () => [pen.x + 0.5, pen.y + 0.5];
  function step(rows, columns, down = pen.down) {
    const from = middle();
    pen = { x: within(pen.x + columns, SIDE), y: within(pen.y + rows, SIDE), down };
    place(down);
    tell(t(down ? "pen_down" : "pen_up", { row: pen.y, column: pen.x }));
    if (down) draw(from, middle());
  }
  function follow({ clientX, clientY, isPrimary }) {
    if (!isPrimary) return; // one finger draws
    const { left, top, width } = element.getBoundingClientRect();
    const now = [clientX - left, clientY - top].map((along) => (along / width) * FIELD - PAD);
    draw(last ?? now, now);
    last = now;
  }
  const press = () => step(0, 0, !pen.down), end = () => (last = null);
  const element = html("div", { class: "cnnx-pad", blur: () => place(false),
    pointerdown: (event) => event.button || (element.setPointerCapture(event.pointerId), follow(event)),
    pointermove: (event) => last && follow(event), pointerup: end, pointercancel: end,
    ...focusable(t("pad"), { ...arrows((...by) => () => step(...by)), " ": press, Enter: press, Delete: clear }) }, canvas, over);
  place(false);
  return { element,
    fit: (width) => (element.style.width = `${clamp(Math.floor(width / FIELD), 1, width < 400 ? 8 : 9) * FIELD}px`),
    show(pixels, falls) {
      paint(canvas, "input", Array.from(pixels, (byte) => byte / 255), inField);
      squares([erase, ink], falls, { columns: SIDE, side: 1 });
    },
    mark({ top, left, side }, isPointed) { // what lies outside is veiled while a unit is pointed at
      put(seen, { x: left + PAD, y: top + PAD, width: side, height: side });
      put(veil, { d: isPointed ? square(0, 0, FIELD) + square(left + PAD, top + PAD, side) : "" });
    } };
}

/** What would change its mind: a check box shows it on the drawing, a button erases there until it does. */
function mindOf(t, net, change, redraw) {
  const told = html("p", { class: "cnnx-lead" });
  let pixels, slopes, answer, run;
  const box = toggle({ label: t("gradient"), change: (gradient) => change({ gradient }) }), eraser = button({ click: press });
  function press() {
    if (run?.count) return change({ drawing: run.before });
    const steps = erasures(pixels, net), atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches, drawing = encode(pixels);
    const mine = (run = { before: drawing, after: drawing, was: answer, count: 0, runs: true });
    const tick = () => {
      if (run !== mine) return null; // somebody else draws
      const { value, done } = steps.next();
      Object.assign(run, done ? { runs: false } : { after: encode(value), count: run.count + 1 });
      if (atOnce && !done) return tick();
      change({ drawing: run.after });
      return done ? redraw() : requestAnimationFrame(tick);
    };
    tick();
  }
  function show(state, drawn, found) {
    [pixels, slopes] = [drawn, state.gradient ? gradient(found, net) : drawn.map(() => 0)];
    [answer] = ranked(found);
    if (state.drawing !== run?.after) run = null;
    box.show(state.gradient);
    eraser.textContent = t(run?.count ? "put_back" : "erase_on");
    if (run) told.textContent = t(answer !== run.was ? "erased" : run.runs ? "erasing" : "erased_all", { count: run.count, first: answer });
    else told.textContent = state.gradient ? describeLead(pixels, found, slopes, t) : "";
  }
  return { element: html("div", { class: "cnnx-mind" }, box.element, eraser, told), show,
    runs: () => run?.runs, said: () => told.textContent, gains: () => gains(pixels, slopes) };
}

/** Bars and maps: a unit is pointed at, chosen by a press or by keys; `tell(unit, isPointed)` hears of it. */
function unitsOf(t, { state, update }, tell) {
  let over = null;
  const bars = barsOf(t), layers = keys(LAYERS).slice(0, -1).map((layer) => mapsOf(layer, t));
  const choose = (unit) => update(inside(unit)), turn = (by) => choose({ ...state, channel: state.channel + by });
  const show = () => tell(over ?? inside(state), over || element.matches(":focus-visible"));
  function step(rows, columns) {
    const { side, columns: wide } = LAYERS[state.layer];
    if (side > 1) choose({ ...state, row: state.row + rows, column: state.column + columns });
    else turn(columns + rows * wide); // each is a map
  }
  const element = html("div", { class: "cnnx-layers", focus: show, blur: show, ...focusable(t("units"),
    { ...arrows((...by) => () => step(...by)), PageUp: () => turn(-1), PageDown: () => turn(1) }) }, ...layers.map(({ element }) => element));
  const at = (event) => [bars, ...layers].map(({ at }) => at(event)).find(Boolean) ?? null;
  const point = (unit) => same(unit, over) || ((over = unit), show());
  const heard = { // a press is no pointerdown: a swipe scrolls the page
    pointermove: (event) => event.pointerType === "mouse" && !event.buttons && point(at(event)),
    pointerleave: () => point(null), click: (event) => choose(at(event) ?? state),
  };
  return { element, bars, layers, show, heard };
}

/** Digits and layers from lists, and the eraser. */
function controlsOf(t, digits, { state, update }, clear) {
  let erases;
  const table = Object.fromEntries(entries(digits).map(([name, drawing]) => [name, { drawing }]));
  const preset = presets({ name: "preset", table, t, change: update });
  const layers = choice({ name: "layer", options: keys(LAYERS), t, change: (layer) => update(inside({ ...state, layer })) });
  const element = html("div", { class: "cnnx-controls" }, preset.element, layers.element,
    toggle({ label: t("erase"), change: (now) => (erases = now) }).element, button({ text: t("clear"), click: clear }));
  return { element, erases: () => erases, show: () => (preset.show(state), layers.show(state.layer)) };
}

/** @param {Host<LeNet>} host */
function render({ model, el }) {
  const [t, net, digits, live] = [translator(model), prepare(model.get("network")), model.get("digits"), liveText()];
  let width, pixels, pen; // what is said of the pen
  /** @type {Maps} */ let found;
  const view = connect(model, ["drawing", "gradient", "layer", "channel", "row", "column"], redraw), { state, update } = view;
  const write = (now) => update({ drawing: encode(now) }), clear = () => write(new Uint8Array(SIDE * SIDE));
  const controls = controlsOf(t, digits, view, clear), units = unitsOf(t, view, showUnit), mind = mindOf(t, net, update, redraw);
  const sheet = sheetOf(t, (from, to) => write(stroke(pixels, from, to, controls.erases())), clear,
    (now) => live.say(`${(pen = now)} ${describeAnswer(found, t)}`));
  const told = html("p", { class: "cnnx-told" }), parts = svg("svg", { "aria-hidden": "true" });
  const aim = goal(model, t, live), bases = Object.values(digits).map(decode);
  const picture = html("div", units.heard, html("div", { class: "cnnx-top" }, sheet.element, units.bars.element),
    mind.element, aim.element, told, parts, units.element);
  live.element.classList.add("visually-hidden"); // bars and lines show it

  function redraw() {
    if (width !== (width = view.width)) [sheet, ...units.layers].forEach(({ fit }) => fit(width));
    found = read((pixels = decode(state.drawing)), net);
    controls.show();
    units.bars.show(found);
    mind.show(state, pixels, found);
    if (!mind.runs()) live.say([pen, describe(inside(state), found, t), mind.said()].filter(Boolean).join(" "));
    pen = "";
    if (el.isConnected) showPixels(); // else it has no colours yet
    units.show();
    aim.show(discover(pixels, found, bases, net));
  }
  function showPixels() {
    sheet.show(pixels, mind.gains());
    units.layers.forEach(({ show }) => show(found));
  }
  function showUnit(unit, isPointed) {
    const used = uses(unit, found, net);
    sheet.mark(sees(unit), isPointed);
    units.bars.mark(unit);
    units.layers.forEach(({ mark }) => mark(unit, used));
    told.textContent = `${describeUnit(unit, found, t)} ${describeUses(unit, used, t)}`;
    showParts(parts, used, width);
  }
  return mount(el, t, view, { picture, parts: [controls.element, picture, live.element], end: onTheme(showPixels) });
}
export default { render };
