// @ts-check
// The LeNet explorer: draw a digit, and LeNet-5, trained by the lab, reads it in the page. All numbers come from `read`.
import { arrows, choice, clamp, connect, drag, focusable, html, liveText, mount, number, presets, range, svg, toggle, translator } from "./_core.js";

/** So many maps of so many units a side. A unit sees a square of `field` pixels; that of the next begins `jump` on. */
export const LAYERS = {
  C1: { maps: 6, side: 28, field: 5, jump: 1, columns: 6, scale: 3 }, S2: { maps: 6, side: 14, field: 6, jump: 2, columns: 6, scale: 4 },
  C3: { maps: 16, side: 10, field: 14, jump: 2, columns: 8, scale: 5 }, S4: { maps: 16, side: 5, field: 16, jump: 4, columns: 8, scale: 7 },
  C5: { maps: 120, side: 1, field: 32, jump: 4, columns: 20, scale: 12 }, F6: { maps: 84, side: 1, field: 32, jump: 4, columns: 21, scale: 12 },
  output: { maps: 10, side: 1, field: 32, jump: 4, columns: 1 },
};
const DRAWN = Object.keys(LAYERS).slice(0, -1); // as maps; the outputs are bars
const [SIDE, PAD, FIELD, PEN] = [28, 2, 32, 1.7];

/** Floats of 16 bits, from base64: the place of each exponent in `exponents`, as ones up to a zero; the sign; ten digits. */
export function unpack({ shape, exponents, bits }) {
  const [bytes, count] = [atob(bits), shape.reduce((all, one) => all * one)];
  let at = 0;
  const take = () => (bytes.charCodeAt(at >> 3) >> (7 - (at++ & 7))) & 1;
  return Float64Array.from({ length: count }, () => {
    let [place, digits] = [0, 0];
    while (take()) place += 1;
    const [exponent, sign] = [exponents[place], take() ? -1 : 1];
    for (let bit = 0; bit < 10; bit += 1) digits = 2 * digits + take();
    return sign * (exponent ? (1 + digits / 1024) * 2 ** (exponent - 15) : digits * 2 ** -24); // IEEE 754
  });
}

/** The network's numbers, from what the page holds. */
export function prepare({ mean, std, weights }) {
  const layers = Object.entries(weights).map(([name, { weight, bias }]) =>
    [name, { kernel: weight.shape[2] ?? 1, weight: unpack(weight), bias: unpack(bias) }]);
  return { mean, std, ...Object.fromEntries(layers) };
}

/** Cross-correlation of maps, one after the other in `x`, with all kernels; a linear layer is one with kernels of 1 x 1. */
function convolve(x, side, { kernel, weight, bias }) {
  const [out, maps] = [side - kernel + 1, x.length / side ** 2];
  return Float64Array.from({ length: bias.length * out * out }, (_, index) => {
    const [map, row, column] = [Math.floor(index / out ** 2), Math.floor(index / out) % out, index % out];
    let [sum, at] = [bias[map], map * maps * kernel * kernel];
    for (let from = 0; from < maps; from += 1) {
      for (let i = 0, start = (from * side + row) * side + column; i < kernel; i += 1, start += side) {
        for (let j = 0; j < kernel; j += 1, at += 1) sum += weight[at] * x[start + j];
      }
    }
    return sum;
  });
}

/** Means of 2 x 2 units; `side` is even, so rows follow each other through all maps. */
function halve(x, side) {
  const half = side / 2;
  return Float64Array.from({ length: x.length / 4 }, (_, index) => {
    const at = 2 * side * Math.floor(index / half) + 2 * (index % half);
    return (x[at] + x[at + 1] + x[at + side] + x[at + side + 1]) / 4;
  });
}
/** Where a pixel of the drawing is in the field with padding. */
const inField = (at) => (Math.floor(at / SIDE) + PAD) * FIELD + PAD + (at % SIDE);

/** What each layer makes of a drawing, its bytes row by row; `chances` are the softmax of the outputs. */
export function read(pixels, net) {
  const x = new Float64Array(FIELD * FIELD).fill(-net.mean / net.std);
  pixels.forEach((byte, at) => (x[inField(at)] = (byte - net.mean) / net.std));
  const squashed = (from, side, layer) => convolve(from, side, layer).map(Math.tanh);
  const C1 = squashed(x, FIELD, net.C1), S2 = halve(C1, 28), C3 = squashed(S2, 14, net.C3), S4 = halve(C3, 10);
  const C5 = squashed(S4, 5, net.C5), F6 = squashed(C5, 1, net.F6), output = convolve(F6, 1, net.output);
  const powers = output.map((value) => Math.exp(value - Math.max(...output)));
  return { C1, S2, C3, S4, C5, F6, output, chances: powers.map((power) => power / powers.reduce((all, one) => all + one)) };
}
export const [decode, encode] = [(text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)), (pixels) => btoa(String.fromCharCode(...pixels))];

/** The drawing after a stroke from one point to another, in pixels: a round pen, soft at its edge, or a wider eraser. */
export function stroke(pixels, [x0, y0], [x1, y1], erase) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  return pixels.map((byte, at) => {
    const [x, y] = [(at % SIDE) + 0.5 - x0, Math.floor(at / SIDE) + 0.5 - y0];
    const along = clamp((x * dx + y * dy) / (dx * dx + dy * dy || 1), 0, 1);
    const share = clamp(PEN + (erase ? 1 : 0) - Math.hypot(x - along * dx, y - along * dy), 0, 1);
    return erase ? Math.min(byte, Math.round(255 * (1 - share))) : Math.max(byte, Math.round(255 * share));
  });
}
/** The corner and the side of the square that a unit sees, in pixels of the drawing; padding lies outside it. */
export const sees = ({ layer, row, column }) => ({ top: row * LAYERS[layer].jump - PAD, left: column * LAYERS[layer].jump - PAD, side: LAYERS[layer].field });

/** A unit in words: where it is, its value, what it sees of the drawing. */
export function describeUnit({ layer, channel, row, column }, found, t) {
  const { side } = LAYERS[layer];
  const value = found[layer][(channel * side + row) * side + column];
  if (side === 1) return t("unit_whole", { layer, channel, value });
  const { top, left, side: size } = sees({ layer, row, column });
  const [low, high] = [(from) => Math.max(from, 0), (from) => Math.min(from + size, SIDE) - 1];
  return t("unit", { layer, channel, row, column, value, top: low(top), bottom: high(top), left: low(left), right: high(left) });
}
/** A chance in percent: never 0 or 100, which no softmax is. */
export const percent = (chance) => (chance < 0.0005 ? "<0.1" : chance >= 0.9995 ? ">99.9" : number(100 * chance, 1));

/** The answer in words. */
export function describeAnswer({ chances }, t) {
  const [first, second] = range(10).sort((a, b) => chances[b] - chances[a]);
  return t("answer", { first: String(first), sure: percent(chances[first]), second: String(second), next: percent(chances[second]) });
}
export const describe = (state, found, t) => `${describeAnswer(found, t)} ${describeUnit(state, found, t)}`;
const put = (element, attributes) => Object.entries(attributes).forEach((pair) => element.setAttribute(...pair));

/** Paints shares from 0 to 1 in the colour of a role, where `place(index)` says. Where there is none, the paper is seen. */
function paint(canvas, role, shares, place) {
  const [pen, colour] = [canvas.getContext("2d"), parseInt(getComputedStyle(canvas).getPropertyValue(`--${role}-line`).trim().slice(1), 16)];
  const image = pen.createImageData(canvas.width, canvas.height);
  shares.forEach((share, at) => image.data.set([colour >> 16, (colour >> 8) & 255, colour & 255, Math.round(255 * share)], 4 * place(at)));
  pen.putImageData(image, 0, 0);
}

/** The maps of a layer on one canvas, and the frame around a unit. */
function mapsOf(layer, t) {
  const [{ maps, side, scale }, gap] = [LAYERS[layer], LAYERS[layer].side > 1 ? 1 : 0];
  const cell = side + gap;
  let [columns, drawn] = [1, 1];
  const [canvas, frame] = [html("canvas", { "data-layer": layer }), svg("rect", { class: "cnnx-unit" })];
  const over = svg("svg", {}, frame);
  const element = html("div", {}, html("p", { class: "cnnx-title" }, t(layer)), html("div", { class: "cnnx-maps", "aria-hidden": "true" }, canvas, over));
  const corner = (map) => [(map % columns) * cell, Math.floor(map / columns) * cell];
  function fit(width) {
    columns = layer === "C1" && width < 400 ? 3 : LAYERS[layer].columns;
    put(canvas, { width: columns * cell - gap, height: Math.ceil(maps / columns) * cell - gap });
    drawn = clamp(Math.floor(width / canvas.width), 1, scale);
    for (const part of [canvas, over]) put(part, { style: `width: ${drawn * canvas.width}px; height: ${drawn * canvas.height}px` });
    put(over, { viewBox: `0 0 ${canvas.width} ${canvas.height}` });
  }
  const place = (at, [x, y] = corner(Math.floor(at / (side * side)))) => (y + (Math.floor(at / side) % side)) * canvas.width + x + (at % side);
  const show = (values) => paint(canvas, "output", values.map((value) => (value + 1) / 2), place);
  function mark(unit) {
    frame.classList.toggle("cnnx-gone", unit.layer !== layer);
    if (unit.layer !== layer) return;
    const [[x, y], around] = [corner(unit.channel), 1 / drawn];
    put(frame, { x: x + unit.column - around, y: y + unit.row - around, width: 1 + 2 * around, height: 1 + 2 * around });
  }
  function at({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [Math.floor((clientX - box.left) / drawn), Math.floor((clientY - box.top) / drawn)];
    const isUnit = x >= 0 && y >= 0 && x < canvas.width && y < canvas.height && x % cell < side && y % cell < side;
    return isUnit ? { layer, channel: Math.floor(y / cell) * columns + Math.floor(x / cell), row: y % cell, column: x % cell } : null;
  }
  return { element, fit, show, mark, at };
}

/** Ten bars, one an output: its digit, and its chance in percent. */
function barsOf(t) {
  const rows = range(10).map((digit) => {
    const [fill, told] = [html("span", { class: "cnnx-fill" }), html("span", { class: "cnnx-percent" })];
    const parts = [html("b", {}, String(digit)), html("span", { class: "cnnx-track" }, fill), told];
    return { fill, told, element: html("li", { class: "cnnx-row", "data-digit": digit }, ...parts) };
  });
  const mark = ({ layer, channel }) => rows.forEach(({ element }, digit) => element.classList.toggle("cnnx-now", layer === "output" && channel === digit));
  const show = (chances) => rows.forEach(({ element, fill, told }, digit) => {
    [fill.style.width, told.textContent] = [`${100 * chances[digit]}%`, `${percent(chances[digit])}%`];
    element.classList.toggle("cnnx-first", chances[digit] === Math.max(...chances));
  });
  const at = ({ target }, row = target.closest("[data-digit]")) => row && { layer: "output", channel: +row.dataset.digit, row: 0, column: 0 };
  return { element: html("ul", { class: "cnnx-outputs", "aria-label": t("outputs") }, ...rows.map(({ element }) => element)), show, mark, at };
}

/** The sheet to draw on, with all that is over it: the edge of the padding, what a unit sees, the pen of the keyboard. */
function sheetOf(t, draw, clear, tell) {
  const [pen, canvas] = [{ x: 14, y: 14, down: false }, html("canvas", { width: FIELD, height: FIELD, "aria-hidden": "true" })];
  const point = () => [pen.x + 0.5, pen.y + 0.5];
  const [square, nib] = [svg("rect", { class: "cnnx-sees" }), svg("rect", { class: "cnnx-nib", width: 1, height: 1 })];
  const place = (down) => put(nib, { x: pen.x + PAD, y: pen.y + PAD, class: `cnnx-nib ${(pen.down = down) ? "cnnx-down" : ""}` });
  function set(patch, from = point()) {
    Object.assign(pen, patch);
    if (pen.down) draw(from, point());
    place(pen.down);
    tell(pen);
  }
  const step = (rows, columns) => () => set({ x: clamp(pen.x + columns, 0, SIDE - 1), y: clamp(pen.y + rows, 0, SIDE - 1) });
  const press = () => set({ down: !pen.down });
  const edge = svg("rect", { class: "cnnx-edge", x: PAD, y: PAD, width: SIDE, height: SIDE });
  const over = svg("svg", { viewBox: `0 0 ${FIELD} ${FIELD}`, "aria-hidden": "true" }, edge, square, nib);
  const pad = focusable(t("pad"), { ...arrows(step), " ": press, Enter: press, Delete: clear });
  const element = html("div", { class: "cnnx-pad", blur: () => place(false), ...pad }, canvas, over);
  const pixel = ({ x, y }) => [x, y].map((along) => (along / element.clientWidth) * FIELD - PAD);
  drag(element, (start) => {
    let last = pixel(start);
    const follow = (now) => (draw(last, pixel(now)), (last = pixel(now)));
    return element.focus({ preventScroll: true }), follow(start), follow;
  });
  place(false);
  return { element,
    show: (pixels) => paint(canvas, "input", Array.from(pixels, (byte) => byte / 255), inField),
    mark: ({ top, left, side }) => put(square, { x: left + PAD, y: top + PAD, width: side, height: side }) };
}

function render({ model, el }) {
  const [t, net] = [translator(model), prepare(model.get("network"))];
  let [width, pixels, found, over, erases] = [0, null, null, null, false];
  const { state, receive, update, close } = connect(model, ["drawing", "layer", "channel", "row", "column"], redraw);
  const draw = (from, to) => update({ drawing: encode(stroke(pixels, from, to, erases)) });
  const clear = () => update({ drawing: encode(new Uint8Array(SIDE * SIDE)) });
  const choose = ({ layer, channel, row, column }) => {
    const [map, last] = [clamp(channel, 0, LAYERS[layer].maps - 1), LAYERS[layer].side - 1];
    update({ layer, channel: map, row: clamp(row, 0, last), column: clamp(column, 0, last) });
  };
  const [told, live] = [html("p", { class: "cnnx-told" }), liveText()];
  live.element.classList.add("visually-hidden"); // the bars and the line show the same
  const sheet = sheetOf(t, draw, clear, ({ x, y, down }) =>
    live.say(`${t(down ? "pen_down" : "pen_up", { row: y, column: x })} ${describeAnswer(found, t)}`));
  const [bars, layers] = [barsOf(t), DRAWN.map((layer) => mapsOf(layer, t))];
  const turn = (by, rows = 0, columns = 0) => choose({ ...state, channel: state.channel + by, row: state.row + rows, column: state.column + columns });
  const alone = (rows, columns, { side, columns: wide }) => (side > 1 ? 0 : columns + rows * wide); // each is a channel
  const step = (rows, columns) => () => turn(alone(rows, columns, LAYERS[state.layer]), rows, columns);
  const keys = { ...arrows(step), PageUp: () => turn(-1), PageDown: () => turn(1) };
  const units = html("div", { class: "cnnx-layers", ...focusable(t("units"), keys) }, ...layers.map(({ element }) => element));
  const unitAt = (event) => [bars, ...layers].map(({ at }) => at(event)).find(Boolean) ?? null;
  const hover = (unit) => JSON.stringify(unit) !== JSON.stringify(over) && ((over = unit), showUnit());
  const picture = html("div", {}, html("div", { class: "cnnx-top" }, sheet.element, bars.element), told, units);
  picture.addEventListener("pointermove", (event) => event.pointerType === "mouse" && !event.buttons && hover(unitAt(event)));
  picture.addEventListener("pointerleave", () => hover(null));
  picture.addEventListener("click", (event) => choose(unitAt(event) ?? state)); // not pointerdown: a swipe scrolls the page
  const table = Object.fromEntries(Object.entries(model.get("digits")).map(([name, drawing]) => [name, { drawing }]));
  const preset = presets({ name: "preset", table, t, change: update });
  const list = choice({ name: "layer", options: Object.keys(LAYERS), t, change: (layer) => choose({ ...state, layer }) });
  const eraser = toggle({ label: t("erase"), change: (now) => (erases = now) });
  const empty = html("button", { type: "button", class: "cnnx-wide", "data-lm-suppress-shortcuts": "true", click: clear }, t("clear"));
  function redraw() {
    found = read((pixels = decode(state.drawing)), net);
    preset.show(state);
    list.show(state.layer);
    bars.show(found.chances);
    live.say(describe(state, found, t));
    if (width) showPixels();
    showUnit();
  }
  const showPixels = () => (sheet.show(pixels), layers.forEach(({ show }, index) => show(found[DRAWN[index]])));
  function showUnit() {
    const unit = over ?? state;
    sheet.mark(sees(unit));
    if (width) [...layers, bars].forEach(({ mark }) => mark(unit));
    told.textContent = describeUnit(unit, found, t);
  }
  const themes = new MutationObserver(() => width && showPixels()); // a canvas does not follow the page's colours
  for (const page of [document.documentElement, document.body]) themes.observe(page, { attributes: true });
  const resize = (now) => {
    width = now;
    sheet.element.style.width = `${clamp(Math.floor(width / FIELD), 1, 9) * FIELD}px`;
    layers.forEach(({ fit }) => fit(width));
    redraw();
  };
  const controls = html("div", { class: "cnnx-controls" }, preset.element, list.element, eraser.element, empty);
  return mount(el, t, { parts: [controls, picture, live.element], picture, receive, redraw: resize, close: () => (themes.disconnect(), close()) });
}
export default { render };
