// The activation explorer: a curve, its slope below it, one input to drag, and what is left of a gradient after layers
// of this function, one after another. All numbers come from `compute`.
import {
  along, canvas, changes, choice, clamp, connect, decimals, drag, entries, formula, fraction, goal, grip, hide, html, keys,
  label, liveText, mount, number, onLine, panel, printed, product, range, signed, svg, tell, translator,
} from "./_core.js";

export const REACH = 5; // the input goes from -REACH to REACH
export const SETTINGS = {
  layers: { letter: "n", role: "gradient", min: 1, max: 10, step: 1 },
  threshold: { letter: "t", role: "page", min: 0.01, max: 0.25, step: 0.01 },
  negative_slope: { letter: "a", role: "page", min: 0, max: 0.4, step: 0.01 },
  alpha: { letter: "α", role: "page", min: 0, max: 2, step: 0.1 },
};
const logistic = (x) => 1 / (1 + Math.exp(-x));
export const FUNCTIONS = {
  sigmoid: { value: logistic, slope: (x) => logistic(x) * logistic(-x) },
  tanh: { value: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2 },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  leaky_relu: {
    value: (x, { negative_slope: a }) => (x > 0 ? x : a * x), slope: (x, { negative_slope: a }) => (x > 0 ? 1 : a),
  },
  elu: {
    value: (x, { alpha }) => (x > 0 ? x : alpha * Math.expm1(x)), slope: (x, { alpha }) => (x > 0 ? 1 : alpha * Math.exp(x)),
  },
};
const LEAST = -8; // power of ten at the foot of the bars
const OF = { negative_slope: "leaky_relu", alpha: "elu" }; // which function has which parameter

/** Where the slope is below the threshold: pairs of ends between -REACH and REACH. */
function flatParts({ function: name, threshold, negative_slope, alpha }) {
  const below = (edge) => (edge > -REACH ? [[-REACH, Math.min(edge, 0)]] : []);
  const beyond = (edge) => (edge < REACH ? [[-REACH, -edge], [edge, REACH]] : []);
  // s (1 - s) = t has the solutions s = (1 ± sqrt(1 - 4t)) / 2, and sigmoid(x) = s has x = ln(s / (1 - s)).
  const root = Math.sqrt(Math.max(1 - 4 * threshold, 0));
  switch (name) {
    case "sigmoid": return beyond(Math.log((1 + root) / (1 - root)));
    case "tanh": return beyond(Math.atanh(Math.sqrt(1 - threshold)));
    case "elu": return below(Math.log(threshold / alpha));
    default: return (name === "relu" ? 0 : negative_slope) < threshold ? below(0) : [];
  }
}

/**
 * Value and slope at x, whether it is saturated, and where the curve is. Each layer takes the value of the one before:
 * `inputs` and `slopes` of all layers, and `gradients`, what is left of a gradient of 1 on its way back before each.
 */
export function compute(state) {
  const { value, slope } = FUNCTIONS[state.function];
  const [y, dy] = [value(state.x, state), slope(state.x, state)];
  const inputs = range(state.layers - 1).reduce((all) => [...all, value(all.at(-1), state)], [state.x]);
  const slopes = inputs.map((x) => slope(x, state));
  const gradients = range(state.layers + 1).map((layer) => product(slopes.slice(layer)));
  return { value: y, slope: dy, saturated: dy < state.threshold, flat: flatParts(state), inputs, slopes, gradients };
}

const short = (value) => number(value, decimals(value, 4));
const SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (exponent) => (exponent < 0 ? "⁻" : "") + [...String(Math.abs(exponent))].map((digit) => SIGNS[digit]).join("");

/** A number that may be tiny: two digits and a power of ten below a thousandth. */
export function power10(value) {
  if (!value || Math.abs(value) >= 0.001) return short(value);
  const [mantissa, exponent] = value.toExponential(1).split("e");
  return `${number(+mantissa)} · 10${raised(+exponent)}`;
}

/** The result in words. */
export function describe(state, { value, slope, saturated, gradients }, t) {
  const numbers = { x: state.x, value: short(value), slope: short(slope), threshold: state.threshold, layers: state.layers };
  const note = slope === 0 ? "dead" : saturated ? "saturated" : "passes";
  const stack = state.layers > 1 ? [t("stack", { ...numbers, gradient: power10(gradients[0]) })] : [];
  return [t("result", { ...numbers, name: t(state.function) }), t(note, numbers), ...stack].join(" ");
}

/** Whether half of a gradient comes back through ten layers. */
export const isReached = ({ layers }, { gradients }) => layers === 10 && gradients[0] >= 0.5;

const power = (base, exponent) => html("span", {}, base, html("sup", {}, exponent));
const negative = (text) => (text.startsWith("−") ? text.slice(1) : +text ? `−${text}` : text);

/** How value and slope come about: the numbers that are in it, what is made of them, and how that is written. */
const VALUE = {
  sigmoid: ({ x }) => [[x], logistic, ([x]) => [fraction(["1"], ["1 + ", power("e", negative(x))])]],
  tanh: ({ x }) => [[x], Math.tanh, ([x]) => [fraction([power("e", x), " − ", power("e", negative(x))],
    [power("e", x), " + ", power("e", negative(x))])]],
  relu: ({ x }) => [[x], (x) => Math.max(x, 0), ([x]) => [`max(${x}, 0)`]],
  leaky_relu: ({ x, negative_slope }) => (x > 0 ? null
    : [[negative_slope, x], (a, x) => a * x, ([a, x]) => [`${a} · ${signed(x)}`]]),
  elu: ({ x, alpha }) => (x > 0 ? null
    : [[alpha, x], (alpha, x) => alpha * Math.expm1(x), ([alpha, x]) => [`${alpha} · (`, power("e", x), " − 1)"]]),
};
const SLOPE = {
  sigmoid: (_, y) => [[y], (y) => y * (1 - y), ([y]) => [`${y} · (1 − ${y})`]],
  tanh: (_, y) => [[y], (y) => 1 - y ** 2, ([y]) => ["1 − ", power(signed(y), "2")]],
  elu: ({ x, alpha }) => (x > 0 ? null : [[alpha, x], (alpha, x) => alpha * Math.exp(x), ([alpha, x]) => [`${alpha} · `, power("e", x)]]),
};

/** One line: its left side, the steps if there are any, and the answer with the sign that is true before it. */
function line(letter, role, x, answer, way) {
  const { terms, sign, value } = way ? printed(way[0], way[1], 4) : printed([answer], (all) => all, 4);
  return [
    html("span", {}, html("i", {}, letter), "(", html("b", { class: "cnnx-input" }, short(x)), ")"),
    ...(way ? [" = ", ...way[2](terms)] : []), ` ${sign} `, html("strong", { class: `cnnx-${role}` }, value),
  ];
}

/** The slopes of all layers and their product: with as many decimals as the two digits of a tiny one need. */
export function chain(slopes) {
  const value = product(slopes);
  if (!value || value >= 0.001) return printed(slopes, (...all) => product(all), 4);
  const rounded = (digits) => slopes.map((slope) => +slope.toFixed(digits));
  const digits = range(13).find((digits) => digits > 3 && power10(product(rounded(digits))) === power10(value)) ?? 13;
  const isExact = [value - +value.toExponential(1), ...slopes.map((slope, k) => slope - rounded(digits)[k])]
    .every((error) => Math.abs(error) < 1e-9 * value);
  return { terms: rounded(digits).map((slope) => number(slope, digits)), sign: isExact ? "=" : "≈", value: power10(value) };
}

/** The formulas of value and slope, with the present input in its place. */
function equations(state, { value, slope }) {
  const { function: name, x } = state;
  return [
    line("f", "output", x, value, VALUE[name](state)),
    line("f′", "gradient", x, slope, SLOPE[name]?.(state, value)),
  ];
}

/** The product of the slopes of all layers. */
function stacked({ layers }, { slopes }, t) {
  const { terms, sign, value } = chain(slopes);
  return [[t("product", { layers })], ...terms.map((term, k) => [k ? `· ${term}` : term]),
    [`${sign} `, html("strong", { class: "cnnx-gradient" }, value)]];
}

/** Scales of the pictures: the curve, its slope below on the same axis, and the gradient on its way through the layers. */
function arrange(width, { function: name, alpha }) {
  const [left, right, top] = [30, 16, 26];
  const unit = (width - left - right) / (2 * REACH);
  const tall = clamp(unit * 0.62, 27, 46);
  const [low, high] = [-2.2, 5.2];
  const most = name === "elu" && alpha > 1 ? 2 : 1;
  const axis = top + (high - low) * tall;
  const below = axis + 62;
  const [deep, end] = [100, below + 100];
  const share = deep / (most + 0.15);
  const [first, last] = [end + 34, end + 124];
  const X = (x) => left + (x + REACH) * unit;
  const Y = (y) => top + (high - y) * tall;
  const D = (slope) => end - slope * share;
  const slot = (width - left - right) / (SETTINGS.layers.max + 1);
  const G = (gradient) => last - ((clamp(Math.log10(gradient), LEAST, 1) - LEAST) * (last - first)) / (1 - LEAST);
  return { left, unit, tall, low, high, most, top, axis, below, end, first, last, slot, right: width - right, X, Y, D, G };
}

/** A path through points of a curve, broken at 0, where a slope can jump; nothing is drawn above `high`. */
function path(at, across, down, high) {
  const points = (xs) => xs.map((x) => [x, at(x)]).filter(([, y]) => y <= high + 1e-9).map(([x, y]) => `${across(x).toFixed(1)} ${down(y).toFixed(1)}`);
  const part = (xs) => points(xs).join("L");
  const half = range(20 * REACH + 1).map((step) => step / 20);
  return `M${part(half.map((x) => x - REACH))}M${part(half.map((x) => x || 1e-9))}`;
}

/** Stripes in a box. */
const stripes = (x, y, width, height) => range(Math.ceil((width + height) / 9)).map((n) => n * 9).map((c) =>
  `M${x + Math.max(0, c - height)} ${y + Math.min(c, height)}L${x + Math.min(c, width)} ${y + Math.max(0, c - width)}`).join("");

const rule = (x0, y0, x1, y1, kind = "cnnx-rule") => svg("path", { class: kind, d: `M${x0} ${y0}L${x1} ${y1}` });
const level = ({ left, right }, y, aside, text) => [rule(left, y, right, y), label(left - aside, y, text, "cnnx-small")];

/** Rules and axes of the curves and of the slope below them, and the parts that are flat. */
function gridParts({ flat }, place) {
  const { left, right, top, axis, below, end, X, Y, D, most } = place;
  const across = range(2 * REACH + 1).map((n) => n - REACH);
  const shares = most > 1 ? [0, 1, 2] : [0, 0.5, 1];
  const shaded = ([from, to]) => [[top, axis], [below, end]].flatMap(([y, foot]) => {
    const [x, width, height] = [X(from), X(to) - X(from), foot - y];
    return [svg("rect", { class: "cnnx-flat", x, y, width, height }),
      svg("path", { class: "cnnx-flat-stripes", d: stripes(x, y, width, height) })];
  });
  return [
    ...across.flatMap((x) => [rule(X(x), top, X(x), axis), rule(X(x), below, X(x), end)]),
    ...range(8).flatMap((n) => level(place, Y(n - 2), 12, number(n - 2))),
    ...shares.flatMap((share) => level(place, D(share), 14, number(share))),
    ...flat.flatMap(shaded),
    rule(left, Y(0), right, Y(0), "cnnx-axis"), rule(X(0), top, X(0), axis, "cnnx-axis"),
    ...[axis, end].map((y) => rule(left, y, right, y, "cnnx-axis")),
    ...across.map((x) => label(X(x), axis + 19, number(x), "cnnx-small")),
  ];
}

/** The curves of all functions, that of the chosen one on top. */
function curveParts(state, { X, Y, high }, t) {
  const order = Object.keys(FUNCTIONS).filter((name) => name !== state.function).concat(state.function);
  return order.map((name) => {
    const d = path((x) => FUNCTIONS[name].value(x, state), X, Y, high);
    return svg("g", { class: `cnnx-curve${name === state.function ? " cnnx-mine" : ""}`, "data-curve": name },
      svg("title", {}, t(name)), svg("path", { class: "cnnx-near", d }), svg("path", { class: "cnnx-line", d }));
  });
}

/** The slope of the chosen function, the two ends where it jumps, and the threshold. */
function slopeParts(state, { left, right, X, D, most }) {
  const slope = (x) => FUNCTIONS[state.function].slope(x, state);
  const ends = [["cnnx-open", slope(1e-9)], ["cnnx-full", slope(0)]];
  const jumps = Math.abs(slope(1e-9) - slope(0)) > 0.01;
  const limit = D(state.threshold);
  return [
    svg("path", { class: "cnnx-slope", d: path(slope, X, D, most + 0.15) }),
    ...(jumps ? ends : []).map(([kind, s]) => svg("circle", { class: kind, cx: X(0), cy: D(s), r: 3.5 })),
    rule(left, limit, right, limit, "cnnx-limit"),
  ];
}

/** All that does not move with the input: curves, the slope, the powers of ten for the bars, and the titles of the three. */
function backdrop(state, result, place, t) {
  const { left, right, top, below, first, last, G } = place;
  const powers = range(1 - LEAST / 2).map((n) => -2 * n);
  return [
    ...gridParts(result, place), ...curveParts(state, place, t), ...slopeParts(state, place),
    ...powers.flatMap((n) => level(place, G(10 ** n), 15, n ? `10${raised(n)}` : "1")),
    rule(left, last, right, last, "cnnx-axis"),
    svg("g", { class: "cnnx-output" }, label(left, top - 13, `f = ${t(state.function)}`, "cnnx-title")),
    svg("g", { class: "cnnx-gradient" }, label(left, below - 13, t("slope_title"), "cnnx-title"),
      label(left, first - 11, t("chain_title", { layers: state.layers }), "cnnx-title")),
  ];
}

/** A bar for what is left of the gradient before each layer, from the last one on the right to the first. */
function chainParts({ inputs, slopes, gradients }, { left, slot, last, X, D, G }, t) {
  const bar = (gradient, layer) => {
    const [x, name] = [left + (layer + 0.5) * slot, layer < slopes.length ? number(layer + 1) : t("out")];
    const height = gradient > 0 ? Math.max(last - G(gradient), 1.5) : 0;
    return [
      svg("rect", { class: layer ? "cnnx-bar" : "cnnx-bar cnnx-now", x: x - 0.32 * slot, y: last - height, width: 0.64 * slot, height }),
      label(x, last + 11, name, "cnnx-small"), ...(height ? [] : [label(x, last - 9, "0", "cnnx-small")]),
    ];
  };
  const dot = (x, k) => svg("circle", { class: "cnnx-further", cx: X(x), cy: D(slopes[k + 1]), r: 3.5 });
  return [...gradients.flatMap(bar), ...inputs.slice(1).map(dot)];
}

/** What moves with the input: the way up to the curve, the tangent, the way down to the slope. */
function marks({ x }, { value, slope }, { left, X, Y, D, axis, below, end, high, unit, tall, top }) {
  const inside = value <= high;
  const [px, py, pd] = [X(x), inside ? Y(value) : top, D(slope)];
  const steep = (slope * tall) / unit;
  const within = (room) => Math.min(110 / Math.hypot(1, steep), room / steep);
  const [back, on] = [within(axis - py), within(py - top)];
  const tangent = `M${px - back} ${py + steep * back}L${px + on} ${py - steep * on}`;
  const said = (letter, answer) => {
    const { sign, value } = printed([answer], (all) => all, 4);
    return `${letter}(${short(x)}) ${sign} ${value}`;
  };
  const text = (y, role, words) => {
    const flip = px - 7.5 * words.length - 12 < left;
    return svg("g", { class: `cnnx-${role}` }, label(px + (flip ? 12 : -12), y, words, flip ? "cnnx-from" : "cnnx-end"));
  };
  return [
    svg("path", { class: "cnnx-guide", d: `M${px} ${py}V${axis}M${px} ${below}V${end}M${px} ${py}H${left}M${px} ${pd}H${left}` }),
    ...(inside ? [svg("path", { class: "cnnx-tangent", d: tangent })] : []),
    svg("circle", { class: "cnnx-point cnnx-output", cx: px, cy: py, r: 6 }),
    svg("circle", { class: "cnnx-point cnnx-gradient", cx: px, cy: pd, r: 6 }),
    text(Math.max(py - 15, top + 8), "output", said("f", value)),
    text(pd < below + 24 ? pd + 16 : pd - 15, "gradient", said("f′", slope)),
  ];
}

/** The curve that a press chooses: the nearest one within a finger's width, the present one where they coincide. */
function curveAt({ x, y }, state, { left, unit, Y }) {
  const distance = (name) => Math.abs(Y(FUNCTIONS[name].value((x - left) / unit - REACH, state)) - y);
  const best = Object.keys(FUNCTIONS).reduce((one, other) => (distance(other) < distance(one) ? other : one), state.function);
  return distance(best) < 14 ? best : null;
}

/** The handle of the input on its axis: `by(change)` hears the keyboard. */
const handleOf = (t, by) => svg("g", { "data-grip": "x", ...onLine(t("input"), -REACH, REACH, along(by, 0.05, 0.5)) },
  grip({ x: 0, y: 0, name: "x", title: t("drag_x"), role: "input" }));

/** @param {Host<Activations>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [back, front] = [svg("g", { "aria-hidden": "true" }), svg("g", { class: "cnnx-marks", "aria-hidden": "true" })];
  const handle = handleOf(t, (change) => move(state.x + change));
  const { drawing, picture, size } = canvas(t, back, front, handle);
  const [sum, all, live, isNew] = [formula(), formula(), liveText(), changes()];
  const aim = goal(model, t, live);
  const view = connect(model, ["function", "x", ...keys(SETTINGS)], redraw);
  const { state, update } = view;
  const which = choice({ name: "function", options: keys(FUNCTIONS), t, change: (name) => update({ function: name }) });
  const controls = panel(SETTINGS, t, update);
  controls.element.prepend(which.element);
  const move = (x) => update({ x: clamp(Math.round(x * 20) / 20, -REACH, REACH) });

  function redraw() {
    result = compute(state);
    if (isNew([view.width, { ...state, x: 0 }])) drawAll();
    front.replaceChildren(...chainParts(result, place, t), ...marks(state, result, place));
    handle.setAttribute("transform", `translate(${place.X(state.x)} ${place.axis})`);
    tell(handle, state.x);
    sum.show(equations(state, result));
    all.show(stacked(state, result, t));
    live.say(describe(state, result, t));
    aim.show(isReached(state, result) && { name: t(state.function), x: number(state.x), gradient: short(result.gradients[0]) });
  }

  function drawAll() {
    place = arrange(view.width, state);
    size(view.width, place.last + 22);
    back.replaceChildren(...backdrop(state, result, place, t));
    which.show(state.function);
    controls.show(state);
    hide(state.layers === 1, all.element);
    for (const [name, owner] of entries(OF)) hide(owner !== state.function, controls.each[name].element);
  }

  drag(drawing, (start, name) => {
    const curve = !name && curveAt(start, state, place);
    if (curve) update({ function: curve });
    handle.focus({ preventScroll: true });
    const follow = (now) => move((now.x - place.left) / place.unit - REACH);
    follow(start);
    return follow;
  });
  return mount(el, t, view, { picture, parts: [controls.element, picture, aim.element, sum.element, all.element, live.element] });
}

export default { render };
