// The deformable sampler: a point off the grid, then nine of them, what they read between the pixels, and the gradient of
// the output with respect to their offsets, along which they can step.
import {
  arrows, button, canvas, clamp, connect, decimals, drag, focusable, formula, goal, heading, hide, html, inside, label,
  liveText, mount, number, numberGrid, numbers, presets, printed, product, putAt, range, replaced, replacedIn, signed,
  svg, total, translator, windowPane,
} from "./_core.js";

export const REACH = 2; // of an offset, in pixels; so many rows of zeros are drawn around the image
export const STEP = 0.1;
export const RATES = [0.05, 0.02, 0.01, 0.005, 0.002]; // of a step along the gradient: the largest with which the output grows
export const HIGH = 7; // what the goal wants a point to read
export const LIMIT = 999;
const LETTERS = ["a", "b", "c", "d"]; // upper left, upper right, lower left, lower right
const grid = range(9).map((tap) => [Math.floor(tap / 3), tap % 3]);
const tenths = (value) => Math.round(value * 10) / 10 + 0;
const hundredths = (value) => Math.round(value * 100) / 100 + 0;
const short = (value) => number(value, decimals(value, 3));
const placed = (move) => grid.map(([a, b]) => move(a - 1, b - 1).map(tenths));
export const PRESETS = {
  regular: { offsets: placed(() => [0, 0]) },
  turned: { offsets: placed((a, b) => [(a + b) * Math.SQRT1_2 - a, (b - a) * Math.SQRT1_2 - b]) },
  dilated: { offsets: placed((a, b) => [a, b]) },
  shifted: { offsets: placed(() => [0.5, 0.5]) },
};

/**
 * What each of the nine points reads, how that changes as it moves, and the output that they make. `gradient` is that of
 * the output with respect to the offset of a point.
 */
export function compute({ input, weight, offsets, row, column }) {
  /** @param {number[]} place */
  const pixel = ([i, j]) => input[i]?.[j] ?? 0;
  const samples = offsets.map(([down, right], tap) => {
    const [y, x] = [row + grid[tap][0] + down, column + grid[tap][1] + right];
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [v, u] = [y - top, x - left];
    const places = [[top, left], [top, left + 1], [top + 1, left], [top + 1, left + 1]];
    const [a, b, c, d] = places.map(pixel);
    const shares = [(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u];
    const slope = [(1 - u) * (c - a) + u * (d - b), (1 - v) * (b - a) + v * (d - c)]; // on a grid line: of a move down, right
    return {
      y, x, top, left, v, u, places, shares, pixels: [a, b, c, d], weight: weight.flat()[tap], slope,
      outside: places.map(([i, j]) => input[i]?.[j] === undefined),
      value: shares[0] * a + shares[1] * b + shares[2] * c + shares[3] * d,
      gradient: slope.map((change) => weight.flat()[tap] * change),
    };
  });
  const products = samples.map((sample) => sample.weight * sample.value);
  return { H: input.length, W: input[0].length, samples, products, output: total(products) };
}

/** A step along the gradient of the output, of the chosen point or of all nine; null where the output would not grow. */
export function climb(state) {
  const { samples, output } = compute(state);
  const moves = (tap) => state.nine || tap === state.tap;
  for (const rate of RATES) {
    const step = (old, change) => (change ? clamp(hundredths(old + rate * change), -REACH, REACH) : old);
    const offsets = state.offsets.map((offset, tap) =>
      (moves(tap) ? offset.map((old, axis) => step(old, samples[tap].gradient[axis])) : offset));
    const after = compute({ ...state, offsets }).output;
    if (after > output + 1e-9) return { offsets, rate, before: output, after };
  }
  return null;
}

/** The result in words; `step` is the one that has just been made, null where none was possible. */
export function describe({ row, column, tap }, { samples, output }, t, step) {
  const { y, x, v, u, value, gradient, pixels, outside } = samples[tap];
  const [a, b] = grid[tap];
  const written = { output, value, y, x, down: gradient[0], right: gradient[1], ...step };
  for (const [name, entry] of Object.entries(written)) written[name] = typeof entry === "number" ? short(entry) : entry;
  const found = { row, column, a, b, ...written, count: outside.filter(Boolean).length };
  const isFlat = pixels.every((pixel) => pixel === pixels[0]);
  const notes = { flat: isFlat, gradient: !isFlat, kink: !isFlat && (!u || !v), outside: found.count, stepped: step,
    top: step === null && !isFlat };
  return ["result", ...Object.keys(notes).filter((key) => notes[key])].map((key) => t(key, found)).join(" ");
}

const part = (above, below) => html("span", {}, "∂", html("i", {}, above), "/∂", html("i", {}, below));
const pairs = (flat) => range(flat.length / 2).map((k) => flat.slice(2 * k, 2 * k + 2));
const read = (text) => +text.replace("−", "-");

/** Texts of a value and of a product, so that times `weight` one makes the other: exactly if it can, or else to its last digit. */
function multiplied(value, weight, product, text) {
  const texts = range(8).map((more) => number(value, 2 + more));
  const isTrue = (answer, error) => (text) => Math.abs(read(text) * read(weight) - read(answer)) <= error;
  const half = (answer) => 0.5 * 10 ** -(answer.split(".")[1]?.length ?? 0);
  const exact = texts.find(isTrue(text, 1e-9));
  const answer = exact ? text : [text, ...[3, 2, 1, 0].map((digits) => number(product, digits))]
    .find((answer) => texts.some(isTrue(answer, half(answer)))) ?? text;
  return [exact ?? texts.find(isTrue(answer, half(answer))) ?? texts.at(-1), answer];
}

const boxed = (role, sign, value) => [`${sign} `, html("strong", { class: `cnnx-${role}` }, value)];

/** The sums behind the value of a point, behind its slopes, and behind the gradient of the output: parts of formulas. */
function equations({ v, u, shares, pixels, slope, weight }) {
  const read = printed(shares.flatMap((share, k) => [share, pixels[k]]), (...flat) => total(pairs(flat).map(product)), 3);
  const terms = pairs(read.terms).map(([share, pixel], k) => [`${k ? "+ " : ""}${share} · ${signed(pixel)}`]);
  const [a, b, c, d] = pixels;
  const change = (letter, [share, more, less, below, above], answer) => {
    const made = printed([1 - share, more, less, share, below, above],
      (near, more, less, far, below, above) => near * (more - less) + far * (below - above), 3);
    const [near, m, l, far, m2, l2] = made.terms;
    const all = printed([weight, answer], (weight, slope) => weight * slope, 3);
    return [
      [part("v", letter), ` = ${near} · (${m} − ${signed(l)})`], [`+ ${far} · (${m2} − ${signed(l2)})`],
      boxed("page", made.sign, made.value),
      [part("output", letter), ` = ${all.terms[0]} · ${signed(all.terms[1])} `, ...boxed("gradient", all.sign, all.value)],
    ];
  };
  return [
    [[html("i", {}, "v"), " = "], ...terms, boxed("page", read.sign, read.value)],
    change("y", [u, c, a, d, b], slope[0]), change("x", [v, b, a, d, c], slope[1]),
  ];
}

/** Where the image, with its rows of zeros, and the enlarged square stand: side by side, or the square below. */
function arrange(width, { H, W }) {
  const [across, down, top, corner] = [W + 2 * REACH, H + 2 * REACH, 30, 36];
  const beside = width >= 620;
  const side = clamp(Math.floor((width - (beside ? 330 : 4)) / across), 16, 40);
  const image = { x: 2 + REACH * side, y: top + REACH * side, side };
  const left = beside ? 2 + across * side + 96 : Math.max(58, (width - 160) / 2);
  const unit = clamp(width - left - (beside ? 72 : 60), 100, beside ? 220 : 160);
  const above = beside ? top + Math.max((down * side - unit) / 2, corner + 20) : top + down * side + corner + 36;
  const zoom = { x: left, y: above, unit, corner };
  return { beside, image, zoom, height: Math.max(top + down * side, above + unit + corner + 44) + 6 };
}

/** Middle of a place in the picture. */
const spot = ({ x, y, side }, row, column) => [x + (column + 0.5) * side, y + (row + 0.5) * side];

/** Discs of points that are seen: their middles in the picture, the chosen one last. */
const discs = ({ tap, nine }, { samples }, { image }) => range(9).filter((other) => other !== tap && nine).concat(tap)
  .map((index) => ({ tap: index, at: spot(image, samples[index].y, samples[index].x) }));
const radius = (side) => clamp(0.24 * side, 7, 9);

/** The image in its rows of zeros. A number that its cell cannot hold, or that a point covers, is left out. */
function imageParts(state, result, place, t) {
  const [{ input }, { H, W }, { image }] = [state, result, place];
  const { x, y, side } = image;
  const tiny = clamp(0.33 * side, 8.5, 13);
  const points = discs(state, result, place);
  const isCovered = (i, j, length) => points.some(({ at: [px, py] }) => {
    const [left, middle, reach] = [x + j * side + 3, y + (i + 0.22) * side, radius(side) + 2];
    return Math.abs(py - middle) < reach + tiny / 2 && px > left - reach && px < left + 0.6 * tiny * length + reach;
  });
  const text = (i, j) => {
    const written = [4, 2].map((digits) => number(input[i]?.[j] ?? 0, digits)).find(({ length }) => 0.6 * tiny * length < side - 2) ?? "…";
    return isCovered(i, j, written.length) ? "" : written;
  };
  const around = range(H + 2 * REACH).map((i) => range(W + 2 * REACH).map((j) => input[i - REACH]?.[j - REACH] ?? 0));
  const zeros = (i, j) => ({ text: text(i - REACH, j - REACH),
    class: input[i - REACH]?.[j - REACH] === undefined ? "cnnx-cell cnnx-padding" : "" });
  const outer = { x: x - REACH * side, y: y - REACH * side, side };
  const dots = range(H).flatMap((i) => range(W).map((j) => `M${spot(image, i, j)}h0`)).join("");
  return [
    heading(outer, t("input_size", { H, W }), "input"),
    svg("g", { class: "cnnx-image", style: `--aside: ${3 - side / 2}px; --up: ${-0.28 * side}px; --tiny: ${tiny}px` },
      svg("g", { class: "cnnx-zeros" }, numbers(around, outer, "padding", zeros)),
      numbers(input, image, "input", (i, j) => ({ text: text(i, j) }))),
    svg("path", { class: "cnnx-middles", d: dots }),
  ];
}

/** Where each point would be without its offset, and the way from there. */
function offsetParts(state, result, place) {
  const [{ row, column, tap }, { samples }, { image }] = [state, result, place];
  const from = (index) => spot(image, row + grid[index][0], column + grid[index][1]);
  const [x, y] = spot(image, samples[tap].top, samples[tap].left);
  const seen = discs(state, result, place);
  return [
    ...seen.map(({ tap: index, at }) => svg("path", { class: "cnnx-way", d: `M${from(index)}L${at}` })),
    svg("path", { class: "cnnx-home", d: seen.map(({ tap: index }) => `M${from(index)}m-2.5 -2.5h5v5h-5z`).join("") }),
    svg("rect", { class: "cnnx-four", x, y, width: image.side, height: image.side }),
  ];
}

/** An arrow along an axis: `[1, 0]` is right, `[0, 1]` down. */
function arrow(x, y, [w, h], length) {
  const [sign, size] = [Math.sign(length), Math.abs(length)];
  const to = (along, aside) => [x + sign * along * w + aside * h, y + sign * along * h + aside * w];
  const d = `M${x} ${y}L${to(size, 0)}M${to(size - 7, 5)}L${to(size, 0)}L${to(size - 7, -5)}`;
  return length ? [svg("path", { class: "cnnx-arrow", d })] : [];
}

/** The square between four pixels, enlarged: the areas that are their shares, the point, the gradient of the output. */
function zoomParts({ tap }, { samples }, { image, zoom, beside }, t) {
  const [{ top, left, v, u, shares, pixels, outside, gradient }, { x, y, unit, corner }] = [samples[tap], zoom];
  const [px, py, most] = [x + u * unit, y + v * unit, Math.max(...gradient.map(Math.abs))];
  const area = (share, k) => { // opposite to its pixel
    const [right, below] = [k % 2 === 0, k < 2];
    const [width, height] = [(right ? 1 - u : u) * unit, (below ? 1 - v : v) * unit];
    const [x0, y0] = [right ? px : x, below ? py : y];
    const name = `${LETTERS[k]} ${short(share)}`;
    const text = width > 7 * name.length && height > 20 ? [label(x0 + width / 2, y0 + height / 2, name)] : [];
    return svg("g", {}, svg("rect", { class: `cnnx-area cnnx-area-${LETTERS[k]}`, x: x0, y: y0, width, height }), ...text);
  };
  const pixel = (value, k) => {
    const [right, below] = [k % 2 === 1, k > 1];
    const at = { x: x + (right ? unit : -corner), y: y + (below ? unit : -corner), side: corner };
    const look = () => (outside[k] ? { class: "cnnx-cell cnnx-padding" } : { style: "--share: 60%" });
    const text = { text: [4, 2].map((digits) => number(value, digits)).find(({ length }) => length < 6) ?? "…" };
    return svg("g", {}, numbers([[value]], at, outside[k] ? "padding" : "input", () => ({ ...text, ...look() })),
      label(at.x + corner / 2 + (right ? 1 : -1) * (corner / 2 + 10), at.y + corner / 2, LETTERS[k], "cnnx-strong"));
  };
  const link = ([di, dj]) => `M${spot(image, top + di, left + 1)}L${[x + dj, y + di * unit]}`;
  const part = (index) => (52 * gradient[index]) / (most || 1);
  const told = ["down", "right"].map((way, axis) =>
    label(x - corner, y + unit + corner + 16 + 19 * axis, t(`to_${way}`, { gradient: short(gradient[axis]) }), "cnnx-title"));
  return [
    ...(beside ? [svg("path", { class: "cnnx-link", d: link([0, 0]) + link([1, 0]) })] : []),
    svg("g", { class: "cnnx-kernel" }, label(x - corner, y - corner - 14, t("zoom"), "cnnx-title")),
    svg("g", { class: "cnnx-zoom", "data-grip": "zoom" }, ...shares.map(area), ...pixels.map(pixel),
      svg("path", { class: "cnnx-cross", d: `M${x} ${py}h${unit}M${px} ${y}v${unit}` }),
      svg("g", { class: "cnnx-gradient" }, ...arrow(px, py, [0, 1], part(0)), ...arrow(px, py, [1, 0], part(1)), ...told),
      svg("circle", { class: "cnnx-target", cx: px, cy: py, r: 16 }), svg("circle", { class: "cnnx-disc cnnx-now", cx: px, cy: py, r: 9 })),
  ];
}

/** The nine points, as a hand and the keyboard reach them: `choose(tap)`, and `put(tap, offset)` moves one. */
function pointsOf(t, state, choose, put) {
  const elements = grid.map(([row, column], tap) => {
    const by = (down, right) => () => put(tap, [state.offsets[tap][0] + down * STEP, state.offsets[tap][1] + right * STEP]);
    const keys = { ...arrows(by), Home: () => put(tap, [0, 0]), End: null };
    return svg("g", { class: "cnnx-point", ...focusable(t("point", { row, column }), keys), focus: () => choose(tap) },
      svg("circle", { class: "cnnx-target", r: 13 }), svg("circle", { class: "cnnx-disc" }), label(0, 0, "", "cnnx-small"));
  });

  function show(result, place) {
    const seen = discs(state, result, place);
    elements.forEach((point, tap) => hide(seen.every((disc) => disc.tap !== tap), point));
    for (const { tap, at } of seen) {
      const isUnder = seen.some((disc) => disc.tap > tap && Math.hypot(disc.at[0] - at[0], disc.at[1] - at[1]) < 16);
      const text = isUnder || number(state.weight.flat()[tap]).length > 4 ? "" : number(state.weight.flat()[tap]);
      const [point, [, disc, weight]] = [elements[tap], elements[tap].children];
      point.setAttribute("transform", `translate(${at})`);
      point.classList.toggle("cnnx-now", tap === state.tap);
      weight.textContent = text;
      weight.style.fontSize = `${12.5 - 1.5 * text.length}px`;
      disc.setAttribute("r", radius(place.image.side));
    }
  }

  return { elements, show };
}

/**
 * The picture: the image with window and points, and the enlarged square. `draw` shows a state; `act` has what keyboard and
 * hand do: `choose(tap)`, `put(tap, offset)`, and `move(row, column)` of the window.
 */
function pictureOf(t, state, act) {
  /** @type {ReturnType<typeof compute>} */ let result;
  /** @type {ReturnType<typeof arrange>} */ let place;
  const [art, ways] = ["cnnx-art", "cnnx-ways"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const pane = windowPane(t, (rows, columns) => act.move(state.row + rows, state.column + columns));
  const points = pointsOf(t, state, act.choose, act.put);
  const { drawing, picture, size } = canvas(t, art, pane, ways, ...points.elements);

  function draw(found, width) {
    [result, place] = [found, arrange(width, found)];
    size(width, place.height);
    art.replaceChildren(...imageParts(state, result, place, t), ...zoomParts(state, result, place, t));
    ways.replaceChildren(...offsetParts(state, result, place));
    const { x, y, side } = place.image;
    pane.replaceChildren(svg("rect", { class: "cnnx-frame", rx: 3, width: 3 * side, height: 3 * side }));
    putAt(pane, x + state.column * side, y + state.row * side);
    points.show(result, place);
  }

  /** Drags a point, where one pixel of the image is `unit` wide. */
  function pull(start, tap, unit) {
    points.elements[tap].focus({ preventScroll: true });
    const [down, right] = state.offsets[tap];
    return ({ x, y }) => act.put(tap, [down + (y - start.y) / unit, right + (x - start.x) / unit]);
  }

  drag(drawing, (start, name, target) => {
    const { image, zoom } = place;
    if (name === "zoom") return pull(start, state.tap, zoom.unit);
    const away = ({ tap, at }) => Math.hypot(at[0] - start.x, at[1] - start.y) - (tap === state.tap ? 4 : 0);
    const nearest = discs(state, result, place).reduce((one, other) => (away(other) < away(one) ? other : one));
    if (away(nearest) < 16) return pull(start, nearest.tap, image.side);
    if (!pane.contains(target)) return null;
    pane.focus({ preventScroll: true });
    const { row, column } = state;
    return ({ x, y }) => act.move(row + Math.round((y - start.y) / image.side), column + Math.round((x - start.x) / image.side));
  });
  return { picture, draw };
}

/** The tables of numbers, to be opened: four pixels and their shares, nine values and the kernel. `change` hears the reader. */
function tablesOf(t, change, wrong) {
  let [state, result] = /** @type {any[]} */ ([]);
  const typedPixel = (k, value) => {
    const [row, column] = result.samples[state.tap].places[k];
    change({ input: replaced(state.input, row, replaced(state.input[row], column, value)) });
  };
  const typedWeight = (tap, value) => change({ weight: replacedIn(state.weight, tap, value) });
  const block = (role, count, name, change) => numberGrid({ role, rows: count, columns: count, limit: LIMIT, name, change, wrong });
  const pixels = block("input", 2, ({ row, column }) => t("edit_pixel", { letter: LETTERS[2 * row + column] }), typedPixel);
  const kernel = block("kernel", 3, (at) => t("edit_kernel", at), typedWeight);
  const [shares, values, products] = [block("page", 2), block("input", 3), block("page", 3)];
  const [equals, sum] = [html("span"), formula()];
  const all = html("div", { class: "cnnx-grids" }, values.element, "×", kernel.element, equals, products.element);
  for (const event of ["click", "focusin"]) {
    all.addEventListener(event, ({ target }) => target.dataset.tap && change({ tap: +target.dataset.tap }));
  }
  const four = html("div", { class: "cnnx-grids" }, pixels.element, "×", shares.element);
  const element = html("details", { class: "cnnx-tables" }, html("summary", {}, t("tables")), four, all, sum.element);

  function show(now, all) {
    [state, result] = [now, all];
    const chosen = result.samples[state.tap];
    pixels.show(chosen.pixels, t("pixels"));
    pixels.cells.forEach((cell, k) => (cell.readOnly = chosen.outside[k]));
    shares.show(chosen.shares, t("shares"));
    const { terms, sign, value } = printed(result.products, (...all) => total(all), 3);
    const weights = state.weight.flat().map((weight) => number(weight, 9)); // as typed: the products follow from them
    const texts = result.samples.map((sample, tap) => multiplied(sample.value, weights[tap], result.products[tap], terms[tap]));
    const isExact = texts.every(([text, answer], tap) => Math.abs(read(text) * read(weights[tap]) - read(answer)) < 1e-9);
    values.show(result.samples.map((sample) => sample.value), t("values"), texts.map(([text]) => text));
    kernel.show(state.weight.flat(), t("kernel"), weights);
    products.show(result.products, t("products"), texts.map(([, answer]) => answer));
    equals.textContent = isExact ? "=" : "≈";
    for (const { cells } of [values, kernel, products]) cells.forEach((cell, tap) => cell.classList.toggle("cnnx-now", tap === state.tap));
    const term = (text, tap) => [!tap ? text : text.startsWith("−") ? `− ${text.slice(1)}` : `+ ${text}`];
    sum.show([...terms.map(term), boxed("output", sign, value)]);
  }

  return { element, show };
}

/** Where the window is: all of it in the image. */
const windowPlace = ({ input, row, column }) => inside({ row, column }, input.length - 2, input[0].length - 2);

/** @param {Host<Deformable>} host */
function render({ model, el }) {
  const t = translator(model);
  /** @type {ReturnType<typeof climb>} */ let made; // the step that has just been made, if any
  const [reads, live] = [range(3).map(formula), liveText()];
  const aim = goal(model, t, live);
  const view = connect(model, ["input", "weight", "offsets", "tap", "row", "column", "nine"], redraw);
  const { state, update } = view;
  const change = (patch, step) => {
    made = step;
    update(patch);
  };
  const { picture, draw } = pictureOf(t, state, {
    choose: (tap) => change({ tap }, made),
    put: (tap, way) => change({ tap, offsets: replaced(state.offsets, tap, way.map((by) => clamp(tenths(by), -REACH, REACH))) }),
    move: (row, column) => change(windowPlace({ ...state, row, column })),
  });
  const tables = tablesOf(t, change, () => live.say(t("not_a_number"), true));
  const sample = presets({ name: "sample", table: PRESETS, t, change });
  const up = button({ text: t("climb"), click() {
    const step = climb(state);
    change(step ? { offsets: step.offsets } : {}, step);
    if (!step) redraw();
  } });
  const nine = button({ text: t("all_nine"), click: () => change({ nine: !state.nine }) });

  function redraw() {
    if (made && made.offsets !== state.offsets) made = undefined; // something else has moved the points
    Object.assign(state, windowPlace(state));
    const result = compute(state), chosen = result.samples[state.tap];
    draw(result, view.width);
    sample.show(state);
    hide(!state.nine, sample.element);
    nine.textContent = t(state.nine ? "one_point" : "all_nine");
    equations(chosen).forEach((parts, index) => reads[index].show(parts));
    tables.show(state, result);
    live.say(describe(state, result, t, made));
    aim.show(made && chosen.value > HIGH && { value: short(chosen.value) });
  }

  const tools = html("div", { class: "cnnx-tools" }, up, nine, sample.element);
  const sums = html("div", { class: "cnnx-reads" }, ...reads.map(({ element }) => element));
  return mount(el, t, view, { picture, parts: [tools, picture, aim.element, live.element, sums, tables.element] });
}

export default { render };
