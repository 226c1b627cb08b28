// The batch-norm explorer: a batch to drag on a line, normalised below, scaled and shifted below that.
import {
  along, button, canvas, clamp, connect, dimension, disable, drag, formula, fraction, goal, grip, hide, html, keys, label,
  light, liveText, mount, number, onLine, panel, partAt, printed, pull, range, replaced, signed, slider, svg,
  symbol, tell, toggle, total, translator,
} from "./_core.js";

export const REACH = 8; // the lines go from -REACH to REACH
export const EPS = 1e-5;
export const SETTINGS = {
  gamma: { letter: "γ", role: "kernel", min: -3, max: 3, step: 0.1 },
  beta: { letter: "β", role: "kernel", min: -4, max: 4, step: 0.1 },
  momentum: { letter: "m", role: "page", min: 0, max: 1, step: 0.05 },
};
export const MOST = 8; // numbers in the batch
const LETTERS = "abcdefgh"; // their names: digits would be taken for values
const STOCK = [0, 2, 3, 4, 6, -2, 1, 5]; // what comes in where the batch grows

/** Mean and biased variance. */
function statistics(values) {
  const mean = total(values) / values.length;
  return { mean, var: total(values.map((value) => (value - mean) ** 2)) / values.length };
}

/** What the batch becomes, by its own statistics or the running ones, and what one step makes of these. */
export function compute({ values, gamma, beta, training, momentum, running_mean, running_var }) {
  const [batch, running, count] = [statistics(values), { mean: running_mean, var: running_var }, values.length];
  const moved = (old, now) => (1 - momentum) * old + momentum * now;
  const next = count < 2 ? null
    : { mean: moved(running_mean, batch.mean), var: moved(running_var, (batch.var * count) / (count - 1)) };
  const used = training ? batch : running;
  const hat = values.map((x) => (x - used.mean) / Math.sqrt(used.var + EPS));
  const output = hat.map((value) => gamma * value + beta);
  return { possible: !training || count > 1, batch, running, used, next, hat, output, made: statistics(output) };
}

/** The result in words; `chosen` is the number that is followed. */
export function describe({ values, training, chosen }, result, t) {
  if (!result.possible) return t("impossible");
  const { used, made, hat, output, next } = result;
  const [mean, variance] = [number(used.mean, 3), number(used.var, 3)];
  const found = { mean, variance, out_mean: number(made.mean, 3), out_sd: number(Math.sqrt(made.var), 3) };
  const off = output.filter((y) => Math.abs(y) > REACH).length;
  return [
    t(training ? "result_training" : "result_evaluation", found),
    t("followed", { letter: LETTERS[chosen], x: values[chosen], hat: number(hat[chosen], 3), y: number(output[chosen], 3) }),
    ...(next ? [t("next", { mean: number(next.mean, 3), variance: number(next.var, 3) })] : []),
    ...(off ? [t("off", { count: off })] : []),
  ].join(" ");
}

/** Discovered, where all numbers moved by the same since `before` and no output did: by how much in evaluation. */
export function discover(state, { possible, output }, before) {
  const same = (one, other) => Math.abs(one - other) < 1e-9;
  const by = state.values[0] - before[0];
  const isMoved = state.values.length === before.length && state.values.every((value, index) => same(value - before[index], by));
  if (!possible || !state.training || !state.gamma || same(by, 0) || !isMoved) return null;
  const [old, ...evaluated] = [{}, { training: false }, { training: false, values: state.values }]
    .map((change) => compute({ ...state, values: before, ...change }).output);
  return output.every((y, index) => same(y, old[index])) ? { by, evaluated: evaluated[1][0] - evaluated[0][0] } : null;
}

/** The formula with the numbers of the one that is followed. */
function equation({ values, gamma, beta, chosen }, { used }) {
  const normed = (x, mean, variance, scale, shift) => (scale * (x - mean)) / Math.sqrt(variance + EPS) + shift;
  const { terms, sign, value } = printed([values[chosen], used.mean, used.var, gamma, beta], normed, 3);
  const [x, mean, variance, scale, shift] = terms;
  const inRole = (role, text) => html("b", { class: `cnnx-${role}` }, text);
  const less = mean.startsWith("−") ? ` + ${mean.slice(1)}` : ` − ${mean}`;
  const line = (factor, above, below, added) => [
    factor, " · ", fraction(above, ["√", html("span", { class: "cnnx-root" }, below)]), " + ", added,
  ];
  return [
    [html("i", {}, "y"), " = ", ...line(symbol("kernel", "γ"), [symbol("input", "x"), " − μ"], "σ² + ε", symbol("kernel", "β"))],
    [" = ", ...line(inRole("kernel", scale), [inRole("input", x), less], `${variance} + ε`,
      inRole("kernel", signed(shift)))],
    [` ${sign} `, html("strong", {}, value)],
  ];
}

/** Three lines below each other, on one scale. */
function arrange(width) {
  const radius = width < 480 ? 10 : 12;
  const [left, room] = [14, 92];
  const unit = (width - 2 * left) / (2 * REACH);
  const base = [room + 26, 2 * room + 136, 3 * room + 204];
  const X = (value) => left + (clamp(value, -REACH, REACH) + REACH) * unit;
  return { left, right: width - left, radius, room, unit, base, X, height: base[2] + 102 };
}

/** Where the balls of a line stand: side by side, or on top of each other where they would overlap. */
function stack(values, { X, radius, room }) {
  const [places, placed] = [values.map(X), []];
  const order = range(values.length).sort((a, b) => places[a] - places[b]);
  for (const index of order) {
    let level = 0;
    const taken = (other) => other.level === level && Math.abs(other.x - places[index]) < 2 * radius;
    while (placed.some(taken)) level += 1;
    placed.push({ index, x: places[index], level });
  }
  const highest = Math.max(...placed.map(({ level }) => level));
  const rise = Math.min(2 * radius, (room - 2 * radius - 4) / Math.max(highest, 1));
  return placed.map(({ index, x, level }) => ({ index, x, up: radius + 3 + level * rise })).sort((a, b) => a.index - b.index);
}

/** A number of the batch. */
const ball = (index, role) => svg("g", { class: `cnnx-ball cnnx-${role}`, "data-column": index },
  svg("circle", { class: "cnnx-target", r: 14 }), svg("circle", { class: "cnnx-disc" }), label(0, 0, LETTERS[index], "cnnx-small"));

/** Puts a ball on its line. */
function settle(element, { x, up }, base, radius) {
  element.setAttribute("transform", `translate(${x} ${base - up})`);
  element.querySelector(".cnnx-disc").setAttribute("r", radius);
  return element;
}

/** Lines, bands, measures, and the balls of the two lower lines. */
function parts({ gamma, beta, training }, { batch, running, used, hat, output, possible }, place, t) {
  const { X, base, left, right, room } = place;
  const titles = [{ role: "input", key: "line_x" }, { role: "page", key: "line_hat" }, { role: "output", key: "line_y" }];
  const ticks = range(REACH + 1).map((n) => 2 * n - REACH);
  const line = (y, { role, key }) => svg("g", { class: `cnnx-${role}` }, label(left, y - room - 4, t(key), "cnnx-title"),
    svg("path", { class: "cnnx-rail", d: `M${left} ${y}H${right}${ticks.map((x) => `M${X(x)} ${y - 3}v6`).join("")}` }),
    ...ticks.map((x) => label(X(x), y + 13, number(x), "cnnx-small")));
  const band = ({ mean, var: variance }, y, kind) => {
    const [x0, x1] = [X(mean - Math.sqrt(variance)), X(mean + Math.sqrt(variance))];
    return [svg("rect", { class: `cnnx-band ${kind}`, x: x0, y: y - room + 8, width: x1 - x0, height: room - 8 }),
      svg("path", { class: "cnnx-mean", d: `M${X(mean)} ${y - room + 8}V${y}` })];
  };
  const measure = ({ mean, var: variance }, y, key, role) => {
    const sd = Math.sqrt(variance);
    const [x0, x1] = [X(mean - sd), X(mean + sd)];
    const middle = clamp((x0 + x1) / 2, left + 84, right - 84);
    return svg("g", { class: `cnnx-${role} cnnx-measure` },
      svg("path", { class: "cnnx-dimension", d: `M${x0} ${y - 4}v8M${x1} ${y - 4}v8M${x0} ${y}H${x1}M${X(mean)} ${y - 7}v14` }),
      label(middle, y + 14, t(key, { mean: number(mean), sd: number(sd) })));
  };
  const knob = (from, length, y, name) => {
    const [x, side] = [X(from + length), length < 0 ? -1 : 1];
    const text = label(x + 14 * side, y, `${SETTINGS[name].letter} = ${number(length)}`, `cnnx-aside ${side < 0 ? "cnnx-left" : ""}`);
    return svg("g", { class: "cnnx-kernel" }, dimension({ x0: X(from), x1: x, y, text: "", role: "kernel" }), text,
      grip({ x, y, name, title: t(`drag_${name}`), role: "kernel" }));
  };
  const balls = (values, row, role) => stack(values, place).map((at) =>
    settle(ball(at.index, Math.abs(values[at.index]) > REACH ? `${role} cnnx-off` : role), at, base[row], place.radius));
  return [
    ...(possible ? band(used, base[0], training ? "" : "cnnx-running") : []),
    ...base.map((y, row) => line(y, titles[row])),
    measure(batch, base[0] + 36, "batch", "input"), measure(running, base[0] + 72, "running", "padding"),
    knob(0, beta, base[2] + 42, "beta"), knob(beta, gamma, base[2] + 78, "gamma"),
    ...(possible ? [...balls(hat, 1, "page"), ...balls(output, 2, "output")] : []),
  ];
}

/** Lines from each number to what it becomes. */
function linkParts({ values }, { hat, output, possible }, place) {
  if (!possible) return [];
  const [X, rows] = [place.X, [values, hat, output]];
  const ends = [hat, output].map((numbers) => stack(numbers, place));
  const way = (index, row) =>
    `M${X(rows[row][index])} ${place.base[row] + 3}L${X(rows[row + 1][index])} ${place.base[row + 1] - ends[row][index].up}`;
  return values.map((_, index) =>
    svg("path", { class: "cnnx-thread", "data-column": index, d: way(index, 0) + way(index, 1) }));
}

/**
 * The numbers of the batch as balls that hand and keyboard move: `put(index, value)` hears where to, `follow(index)` which
 * one has the focus. `grab` returns how the one near a press follows the pointer, null where none is near.
 */
function batchOf(t, put, follow) {
  let [values, place] = [[], null];
  const element = svg("g", { class: "cnnx-top" });
  const handle = (index) => {
    const keys = along((by) => put(index, values[index] + by), 0.1, 1);
    const look = onLine(t("value", { letter: LETTERS[index] }), -REACH, REACH, keys);
    return svg("g", { ...look, focus: () => follow(index) }, ball(index, "input"));
  };

  function show(now, here) {
    [values, place] = [now, here];
    while (element.children.length > values.length) element.lastChild.remove();
    while (element.children.length < values.length) element.append(handle(element.children.length));
    for (const at of stack(values, place)) {
      settle(element.children[at.index].firstChild, at, place.base[0], place.radius);
      tell(element.children[at.index], values[at.index]);
    }
  }

  function grab(start) {
    const near = stack(values, place).map(({ index, x, up }) => [Math.hypot(x - start.x, place.base[0] - up - start.y), index]);
    const [distance, index] = near.sort((a, b) => a[0] - b[0])[0];
    if (distance > 18) return null;
    element.children[index].focus({ preventScroll: true });
    const before = values[index];
    return ({ x }) => put(index, Math.round(2 * (before + (x - start.x) / place.unit)) / 2); // a pointer snaps to halves
  }

  return { element, show, grab };
}

/** All controls: sliders, the size of the batch, training or not, all numbers moved by 1, one step of training. */
function controlsOf(t, state, update) {
  const { element, show: showSliders } = panel(SETTINGS, t, update);
  const count = slider({ letter: "N", role: "input", min: 1, max: MOST, label: t("size"), t, change: (count) =>
    update({ values: [...state.values, ...STOCK.slice(state.values.length)].slice(0, count) }) });
  const training = toggle({ label: t("training"), change: (now) => update({ training: now }) });
  const tool = (key, change) => button({ text: t(key), click: () => update(change()) });
  const moved = (by) => state.values.map((value) => +(value + by).toFixed(6));
  const all = [["less_all", -1], ["more_all", 1]].map(([key, by]) => tool(key, () => ({ values: moved(by) })));
  const running = ({ mean, var: variance }) => ({ running_mean: mean, running_var: variance });
  const step = tool("step", () => running(compute(state).next));
  const reset = tool("reset", () => running({ mean: 0, var: 1 }));
  element.prepend(count.element);
  element.append(training.element, ...[all, [step, reset]].map((row) => html("div", { class: "cnnx-player" }, ...row)));

  function show({ next }) {
    showSliders(state);
    count.show(state.values.length);
    training.show(state.training);
    all.forEach((button, more) => disable(button, moved(more ? 1 : -1).some((value) => Math.abs(value) > REACH)));
    disable(step, !next);
    disable(reset, state.running_mean === 0 && state.running_var === 1);
  }

  return { element, show };
}

/** @param {Host<BatchNorm>} host */
function render({ model, el }) {
  const t = translator(model);
  let chosen = 0;
  /** @type {number[]} */ let before;
  /** @type {number[]} */ let last;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [links, art] = ["cnnx-links", "cnnx-art"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const batch = batchOf(t, (index, value) => update({
    values: replaced(state.values, index, clamp(Math.round(value * 10) / 10, -REACH, REACH)),
  }), follow);
  const { drawing, picture, size } = canvas(t, links, art, batch.element);
  const [sum, live] = [formula(), liveText()];
  const aim = goal(model, t, live);
  const view = connect(model, ["values", "training", "running_mean", "running_var", ...keys(SETTINGS)], redraw,
    (now) => compute(now).possible);
  const { state, update } = view;
  const controls = controlsOf(t, state, update);

  function follow(index) {
    chosen = index;
    redraw();
  }

  function redraw() {
    chosen = Math.min(chosen, state.values.length - 1);
    const [result, now] = [compute(state), { ...state, chosen }];
    place = arrange(view.width);
    size(view.width, place.height);
    links.replaceChildren(...linkParts(state, result, place));
    art.replaceChildren(...parts(state, result, place, t));
    batch.show(state.values, place);
    light(drawing, { row: 0, column: chosen });
    controls.show(result);
    hide(!result.possible, sum.element);
    sum.show(equation(now, result));
    live.say(describe(now, result, t), !result.possible);
    if (last !== state.values) [before, last] = [last ?? state.values, state.values];
    aim.show(discover(state, result, before));
  }

  drag(drawing, (start, name) => (name ? pull(SETTINGS[name], start, state[name], place.unit, (now) => update({ [name]: now }))
    : batch.grab(start)), (target) => {
    const part = target && partAt(target, { row: 0, column: chosen });
    if (part && part.column !== chosen && !batch.element.matches(":focus-within")) follow(part.column);
  });
  return mount(el, t, view, { picture, parts: [controls.element, sum.element, live.element, picture, aim.element] });
}

export default { render };
