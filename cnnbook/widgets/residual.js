// The residual explorer: signals forward and gradients back through deep random networks, with shortcuts and without.
import {
  along, button, canvas, changes, clamp, connect, decimal, disable, drag, entries, goal, grip, html, label, listed,
  liveText, mount, onLine, partAt, range, slider, svg, tell, toggle, translator,
} from "./_core.js";

export const SETTINGS = {
  depth: { letter: "L", role: "page", min: 2, max: 50 },
  gain: { letter: "g", role: "kernel", min: 0.1, max: 2, step: 0.01 },
};
const [WIDTH, BATCH, EPS, SEED, DECADES] = [16, 16, 1e-5, 3, 8]; // the axes go from 10 to the power of -DECADES to DECADES
const NETWORKS = ["plain", "residual"];
let drawn; // the random numbers, made once
const size = (x) => Math.sqrt(x.reduce((total, value) => total + value * value, 0) / x.length);
const sum = (x, y) => x.map((value, index) => value + y[index]);
/** Inputs, the gradient at the end, a weight for each block: always the same random numbers, those of residual.py. */
export function start() {
  let seed = SEED;
  const draw = (count, scale) => Float64Array.from({ length: count }, () => {
    seed = (Math.imul(1664525, seed) + 1013904223) >>> 0;
    return scale * (seed / 2 ** 31 - 1);
  });
  const ofSizeOne = (x) => x.map((value, _, all) => value / size(all));
  return (drawn ??= {
    x: ofSizeOne(draw(BATCH * WIDTH, 1)), grad: ofSizeOne(draw(BATCH * WIDTH, 1)),
    weights: range(SETTINGS.depth.max).map(() => draw(WIDTH * WIDTH, Math.sqrt(6 / WIDTH))), // variance 2 / WIDTH
  });
}

/** (BATCH, WIDTH) times a weight: its entry for output i and input j is at i * across + j * step. */
function product(x, weight, factor, across, step) {
  return x.map((_, place) => {
    const [n, i] = [place - (place % WIDTH), place % WIDTH];
    let total = 0;
    for (let j = 0; j < WIDTH; j += 1) total += x[n + j] * weight[i * across + j * step];
    return factor * total;
  });
}

/** Batch norm without scale and shift; with a gradient its backward. Each column is a channel. */
function normalised(x, grad) {
  const mean = (values) => values.reduce((total, value) => total + value, 0) / BATCH;
  const columns = range(WIDTH).map((column) => {
    const of = (array) => range(BATCH).map((n) => array[n * WIDTH + column]);
    const [values, middle, g] = [of(x), mean(of(x)), grad && of(grad)];
    const sd = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) + EPS);
    const hat = values.map((value) => (value - middle) / sd);
    if (!grad) return hat;
    const [own, along] = [mean(g), mean(g.map((value, n) => value * hat[n]))];
    return g.map((value, n) => (value - own - hat[n] * along) / sd);
  });
  return x.map((_, place) => columns[place % WIDTH][Math.floor(place / WIDTH)]);
}

/** Sizes in one network: signal and gradient at x_0 to x_L, and what each branch adds to the two. */
function run({ depth, gain, normalise, cut }, isResidual) {
  const { x, grad, weights } = start();
  const [xs, grads, inner, branch_signal, branch_gradient] = [[x], [grad], [], [], []];
  for (const index of range(depth)) {
    inner.push(normalise ? normalised(xs[index]) : xs[index]);
    const added = product(inner[index].map((value) => Math.max(value, 0)), weights[index], cut.includes(index + 1) ? 0 : gain, WIDTH, 1);
    branch_signal.push(size(added));
    xs.push(isResidual ? sum(xs[index], added) : added);
  }
  for (const index of range(depth).reverse()) {
    const back = product(grads[0], weights[index], cut.includes(index + 1) ? 0 : gain, 1, WIDTH);
    for (const [place, value] of inner[index].entries()) if (value <= 0) back[place] = 0;
    const added = normalise ? normalised(xs[index], back) : back;
    branch_gradient.unshift(size(added));
    grads.unshift(isResidual ? sum(grads[0], added) : added);
  }
  return { signal: xs.map(size), gradient: grads.map(size), branch_signal, branch_gradient };
}

export const compute = (state) => ({ plain: run(state, false), residual: run(state, true) });

const raised = (power) => [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

/** A size as a reader writes it: three digits, and powers of ten where it is very large or small. */
export function written(value) {
  const [digits, power] = value.toExponential(2).split("e");
  if (value === 0 || (power >= -2 && power < 4)) return String(+value.toPrecision(3));
  return `${+digits}·10${raised(+power)}`;
}

/** How many times, to two digits: 1.3, 42, 5,400,000. */
export function times(ratio) {
  const rounded = +ratio.toPrecision(2);
  return rounded < 1e9 ? rounded.toLocaleString("en") : written(rounded);
}

/** What all blocks together make of the gradient, in a sentence for each network. */
export const fates = (result, { depth }, t) => NETWORKS.map((network) => {
  const [first, last] = [result[network].gradient[0], result[network].gradient.at(-1)];
  const by = times(Math.max(first / last, last / first));
  const fate = !first ? "nothing" : by === "1" ? "same" : first < last ? "smaller" : "larger";
  return t(`${network}_${fate}`, { depth, times: by });
});

/**
 * Discovered, where a deep plain network about keeps the size of the gradient by its gain alone: from which gain to which
 * one it does, as the size is a constant times gain ** depth, and what the residual one does.
 */
export function discover({ depth, gain, normalise, cut }, { plain, residual }) {
  const kept = plain.gradient[0];
  if (depth < 10 || normalise || cut.length || kept < 0.1 || kept > 10) return null;
  const [low, high] = [0.1, 10].map((end) => 100 * gain * (end / kept) ** (1 / depth));
  return { gain, depth, plain: written(kept), low: Math.ceil(low) / 100, high: Math.floor(high) / 100, times: times(residual.gradient[0]) };
}

/** The result in words. */
export function describe({ depth, gain, block, cut }, { plain, residual }, t) {
  const found = { block, depth, gain, blocks: listed(cut, t),
    plain_signal: written(plain.signal[block]), residual_signal: written(residual.signal[block]),
    plain_gradient: written(plain.gradient[block - 1]), residual_gradient: written(residual.gradient[block - 1]),
    identity: written(residual.gradient[block]), branch: written(residual.branch_gradient[block - 1]),
    paths: `2${raised(depth - block + 1 - cut.filter((index) => index >= block).length)}` };
  const here = ["result", cut.includes(block) ? "is_cut" : "parts", "paths"].map((key) => t(key, found));
  return [...here, ...fates({ plain, residual }, { depth }, t), ...(cut.length ? [t("cuts", found)] : [])].join(" ");
}

/** Where everything stands: two charts on one axis of blocks, the row of blocks between them, one block below. */
function arrange(width, { depth }) {
  const [left, right, tall, signal, row, gradient, unit] = [44, width - 20, 176, 60, 268, 336, (width - 64) / depth];
  const chart = (top) => (value) => top + tall * (0.5 - clamp(Math.log10(value) / DECADES, -1.08, 1.08) / 2);
  return { left, right, width, unit, row, tall, top: { signal, gradient }, Y: { signal: chart(signal), gradient: chart(gradient) },
    X: (place) => left + place * unit, end: gradient + tall, anatomy: gradient + tall + 54, height: gradient + tall + 158 };
}

/** A place of a curve: a square in the plain network, a circle in the residual one. */
const sign = (network, x, y, r, kind = "") => (network === "plain"
  ? svg("rect", { class: `cnnx-sign cnnx-hollow ${kind}`, x: x - r, y: y - r, width: 2 * r, height: 2 * r })
  : svg("circle", { class: `cnnx-sign ${kind}`, cx: x, cy: y, r }));

/** Axis and curves of one chart: the signal or the gradient. */
function chartParts(name, result, { left, right, top, X, Y, unit }, t) {
  const y = Y[name];
  const rule = (power) => [svg("path", { class: power ? "cnnx-rule" : "cnnx-axis", d: `M${left} ${y(10 ** power)}H${right}` }),
    label(left - 8, y(10 ** power), power ? `10${raised(power)}` : "1", "cnnx-small cnnx-end")];
  const curve = (network) => {
    const points = result[network][name].map((value, place) => [X(place), y(value)]);
    return [svg("path", { class: `cnnx-curve cnnx-${network}`, d: `M${points.join("L")}` }),
      ...points.map((at) => sign(network, ...at, unit > 9 ? 3 : 1.75))];
  };
  return svg("g", { class: name === "signal" ? "cnnx-output" : "cnnx-gradient" },
    label(left < right - 236 ? left : 0, top[name] - 13, t(name), "cnnx-title"), ...[-8, -4, 0, 4, 8].flatMap(rule), ...NETWORKS.flatMap(curve));
}

/** Signs and names of the networks, above all: beside each other, or below each other where they would touch. */
const legend = (network, x, y, t) => svg("g", { class: "cnnx-page" }, svg("path", { class: `cnnx-curve cnnx-${network}`, d: `M${x} ${y}h34` }),
  sign(network, x + 17, y, 4), label(x + 42, y, t(network), "cnnx-start"));
const legends = ({ left, width }, t) => (width < 330 ? [legend("plain", 0, 8, t), legend("residual", 0, 26, t)]
  : [legend("plain", left, 16, t), legend("residual", width / 2 + 12, 16, t)]);

/** The row of blocks: those cut out are hollow and crossed. */
function rowParts({ depth, block, cut }, { X, unit, row, left, top, end }, t) {
  const side = clamp(unit - 2, 3, 24);
  const box = (index) => {
    const [x, isCut, now] = [X(index - 0.5) - side / 2, cut.includes(index), index === block ? "cnnx-now" : ""];
    return [svg("rect", { class: `cnnx-box ${now} ${isCut ? "cnnx-cut" : ""}`, x, y: row - 12, width: side, height: 24, rx: Math.min(3, side / 4) }),
      ...(isCut ? [svg("path", { class: "cnnx-cross", d: `M${x} ${row - 12}l${side} 24m0 -24l${-side} 24` })] : [])];
  };
  const [all, y, height] = [range(depth).map((index) => index + 1), top.signal, end - top.signal];
  const column = (index) => svg("rect", { class: "cnnx-target", "data-column": index, x: X(index - 1), y, width: unit, height });
  return [label(left, row + 27, t("blocks"), "cnnx-start cnnx-small"), ...all.flatMap(box), ...all.map(column)];
}

/** Where the gradient before a block comes from: bands, wide where it is large, from right to left. */
function anatomyParts({ block, cut }, result, { width, anatomy }, t) {
  return NETWORKS.map((network, index) => {
    const { gradient: { [block - 1]: before, [block]: after }, branch_gradient: { [block - 1]: branch } } = result[network];
    const [x0, x1, y, up] = [(index * width) / 2 + 20, ((index + 1) * width) / 2 - 20, anatomy + 56, anatomy + 18];
    const [a, b, middle] = [x0 + 0.2 * (x1 - x0), x1 - 0.2 * (x1 - x0), (x0 + x1) / 2];
    const wide = (part) => 1 + (11 * part) / (Math.max(before, after, branch) || 1);
    const look = (part) => ({ class: `cnnx-flow ${part ? "" : "cnnx-nothing"}`, "stroke-width": wide(part) });
    const band = (d, part) => svg("path", { d, ...look(part) });
    const value = (x, y, part) => label(x, y, written(part), "cnnx-size");
    const over = `M${b} ${y}C${b - 8} ${up} ${b - 10} ${up} ${middle} ${up}S${a + 8} ${up} ${a} ${y}`;
    return svg("g", { class: "cnnx-gradient" },
      label(x0 - 14, anatomy - 18, t(`${network}_block`, { block }), "cnnx-title"),
      svg("g", { class: "cnnx-flows" }, ...(index ? [band(over, after)] : []),
        band(`M${x1} ${y}H${b}`, after), band(`M${b} ${y}H${middle}`, cut.includes(block) ? 0 : after),
        band(`M${middle} ${y}H${a}`, branch), band(`M${a} ${y}H${x0}`, before)),
      svg("rect", { class: `cnnx-box ${cut.includes(block) ? "cnnx-cut" : ""}`, x: middle - 14, y: y - 14, width: 28, height: 28, rx: 3 }),
      svg("path", { class: "cnnx-tip", d: `M${x0 - 10} ${y}l12 -8v16z` }), label(middle, y, "f", "cnnx-letter"),
      ...(index ? [value(middle, up - 15, after)] : []),
      value(x0 + 15, y + 27, before), value(middle, y + (width < 480 ? -23 : 27), branch), value(x1 - 15, y + 27, after));
  });
}

/** In both charts, the places of the signal after a block and of the gradient before it. */
function placeParts({ block }, result, { X, Y }) {
  const signs = (name, at, role) => svg("g", { class: `cnnx-${role}` },
    ...NETWORKS.map((network) => sign(network, X(at), Y[name](result[network][name][at]), 5, "cnnx-big")));
  return [signs("signal", block, "output"), signs("gradient", block - 1, "gradient")];
}

const inside = (block, { depth }) => clamp(block, 1, depth);
const blockAt = ({ x }, state, { left, unit }) => inside(Math.ceil((x - left) / unit), state);

/** For `drag`: the end of the plain curve, which is at gain ** depth; with batch norm at gain: there a quarter as fast. */
function pullGain({ y: from }, { gain, normalise, depth }, { tall }, change) {
  const { min, max } = SETTINGS.gain;
  const decades = (y) => ((from - y) * 2 * DECADES) / tall;
  return ({ y }) => change(clamp(Math.round(100 * gain * 10 ** (decades(y) / (normalise ? 4 : depth))) / 100, min, max));
}

/** Charts and blocks, for hand and keyboard. `say(block)` hears of the block that is shown. */
function pictureOf(t, /** @type {View<Residual>} */ view, toggleCut, say) {
  const { state, update } = view;
  /** @type {number} */ let hover = null;
  /** @type {number | false} */ let pressed = false;
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const choose = (block) => ((hover = null), update({ block: inside(block, state) }));
  const cutThis = () => toggleCut(state.block);
  const [band, back, front] = ["band", "back", "front"].map((kind) => svg("g", { class: `cnnx-${kind}`, "aria-hidden": "true" }));
  const knob = svg("g", { class: "cnnx-gain", "aria-hidden": "true" }, grip({ x: 0, y: 0, name: "gain", title: t("drag_gain"), role: "kernel" }));
  const row = svg("g", onLine(t("block"), 1, SETTINGS.depth.max, {
    ...along((by) => choose(state.block + by), 1, 5), Enter: cutThis, " ": cutThis,
  }));
  const { drawing, picture, size } = canvas(t, band, back, row, front, knob);

  function show(now) {
    if (now !== result || view.width !== place.width) showCurves(now);
    showBlock();
  }
  function showCurves(now) {
    [result, place] = [now, arrange(view.width, state)];
    size(view.width, place.height);
    back.replaceChildren(...legends(place, t), ...["signal", "gradient"].map((name) => chartParts(name, result, place, t)));
    knob.setAttribute("transform", `translate(${place.right} ${place.Y.signal(result.plain.signal.at(-1))}) rotate(90)`);
    row.setAttribute("aria-valuemax", state.depth);
  }
  /** What belongs to one block: the one pointed at, or that of the state. */
  function showBlock() {
    const [now, { X, top, end, unit }] = [{ ...state, block: inside(hover ?? state.block, state) }, place];
    band.replaceChildren(svg("rect", { x: X(now.block - 1), y: top.signal, width: unit, height: end - top.signal }));
    row.replaceChildren(...rowParts(now, place, t));
    front.replaceChildren(...placeParts(now, result, place), ...anatomyParts(now, result, place, t));
    tell(row, state.block, t(state.cut.includes(state.block) ? "block_cut" : "block_now", state));
    say(now);
  }

  function begin(from, name) {
    if (name === "gain") return pullGain(from, state, place, (gain) => update({ gain }));
    if (from.y < place.top.signal || from.y > place.end) return null;
    const [block, isNear] = [blockAt(from, state, place), Math.abs(from.x - place.X(state.block - 0.5)) < 16];
    row.focus({ preventScroll: true });
    pressed = Math.abs(from.y - place.row) < 18 && block;
    choose(block);
    if (!isNear && !pressed) return null; // a finger may scroll the page
    return (now) => ((pressed = Math.abs(now.x - from.x) < 4 && pressed), choose(blockAt(now, state, place)));
  }
  drag(drawing, begin, (target) => {
    const block = (target && partAt(target, {})?.column) ?? null;
    if (block === hover) return;
    hover = block;
    showBlock();
  });
  drawing.addEventListener("pointerup", () => pressed && (toggleCut(pressed), (pressed = false)));
  return { element: picture, show };
}

/** Depth, gain, batch norm, and buttons that cut blocks out and put them back. */
function controlsOf(t, /** @type {View<Residual>} */ { state, update }, toggleCut) {
  const shorten = (depth) => update({ depth, block: inside(state.block, { depth }), cut: left(state.cut, depth) });
  const controls = {
    depth: slider({ ...SETTINGS.depth, label: t("depth"), t, change: shorten }),
    gain: decimal({ ...SETTINGS.gain, label: t("gain"), t, change: (gain) => update({ gain }) }),
    normalise: toggle({ label: t("normalise"), change: (normalise) => update({ normalise }) }),
  };
  const cutOne = button({ click: () => toggleCut(state.block) });
  const restore = button({ text: t("restore_all"), click: () => update({ cut: [] }) });
  function show() {
    for (const [name, control] of entries(controls)) control.show(state[name]);
    cutOne.textContent = t(state.cut.includes(state.block) ? "restore" : "cut", state);
    disable(restore, !state.cut.length);
  }
  const element = html("div", { class: "cnnx-controls" }, ...Object.values(controls).map((control) => control.element),
    html("div", { class: "cnnx-player" }, cutOne, restore));
  return { element, show };
}

/** The blocks of a list that a network of so many blocks has. */
const left = (cut, depth) => cut.filter((block) => block <= depth);

/** @param {Host<Residual>} host */
function render({ model, el }) {
  const [t, live] = [translator(model), liveText()];
  const isNew = changes();
  /** @type {ReturnType<typeof compute>} */ let result;
  const view = connect(model, ["depth", "gain", "normalise", "block", "cut"], redraw);
  const { state, update } = view;
  const isCut = (block) => state.cut.includes(block);
  const toggleCut = (block) => update({ block, cut: range(state.depth + 1).filter((index) => isCut(index) !== (index === block)) });
  const [controls, picture, aim] = [controlsOf(t, view, toggleCut), pictureOf(t, view, toggleCut, say), goal(model, t, live)];

  function redraw() {
    Object.assign(state, { block: inside(state.block, state), cut: left(state.cut, state.depth) });
    if (isNew({ ...state, block: 0 })) result = compute(state);
    controls.show();
    picture.show(result);
  }
  function say(now) {
    live.say(describe(now, result, t));
    aim.show(discover(state, result));
  }
  const stop = mount(el, t, view, { picture: picture.element, parts: [controls.element, live.element, picture.element, aim.element] });
  el.lastElementChild.append(html("p", { class: "cnnx-hint" }, t("about")));
  return stop;
}

export default { render };
