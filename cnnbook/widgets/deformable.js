// The deformable sampler: nine points off the grid, what they read between the pixels, and the gradient of their offsets.
import {
  arrows, clamp, connect, drag, focusable, formula, html, label, liveText, mount, number, numberGrid, numbers, presets,
  range, svg, translator,
} from "./_core.js";

export const REACH = 2; // of an offset, in pixels; so many rows of zeros are drawn around the image
export const STEP = 0.1;
export const LIMIT = 999;
const LETTERS = ["a", "b", "c", "d"]; // upper left, upper right, lower left, lower right
const grid = range(9).map((tap) => [Math.floor(tap / 3), tap % 3]);
const tenths = (value) => Math.round(value * 10) / 10 + 0;
const placed = (move) => grid.map(([a, b]) => move(a - 1, b - 1).map(tenths));
export const PRESETS = {
  regular: { offsets: placed(() => [0, 0]) },
  turned: { offsets: placed((a, b) => [(a + b) * Math.SQRT1_2 - a, (b - a) * Math.SQRT1_2 - b]) },
  dilated: { offsets: placed((a, b) => [a, b]) },
  shifted: { offsets: placed(() => [0.5, 0.5]) },
};

/** What each of the nine points reads, how that changes as it moves, and the output that they make. */
export function compute({ input, weight, offsets, row, column }) {
  const pixel = ([i, j]) => input[i]?.[j] ?? 0;
  const samples = offsets.map(([down, right], tap) => {
    const [y, x] = [row + grid[tap][0] + down, column + grid[tap][1] + right];
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [v, u] = [y - top, x - left];
    const places = [[top, left], [top, left + 1], [top + 1, left], [top + 1, left + 1]];
    const [a, b, c, d] = places.map(pixel);
    const shares = [(1 - v) * (1 - u), (1 - v) * u, v * (1 - u), v * u];
    return {
      y, x, top, left, v, u, places, shares, pixels: [a, b, c, d], weight: weight.flat()[tap],
      outside: places.map(([i, j]) => input[i]?.[j] === undefined),
      value: shares[0] * a + shares[1] * b + shares[2] * c + shares[3] * d,
      slope: [(1 - u) * (c - a) + u * (d - b), (1 - v) * (b - a) + v * (d - c)], // on a grid line: of a move down, right
    };
  });
  const products = samples.map((sample) => sample.weight * sample.value);
  return { H: input.length, W: input[0].length, samples, products, output: products.reduce((sum, term) => sum + term, 0) };
}

/** The result in words. */
export function describe({ row, column, tap }, { samples, output }, t) {
  const { y, x, v, u, value, weight, slope, outside } = samples[tap];
  const [a, b] = grid[tap];
  const [down, right] = slope;
  const numbers = { output, value, down, right, weight, grad_down: weight * down, grad_right: weight * right };
  const written = Object.fromEntries(Object.entries(numbers).map(([name, entry]) => [name, number(entry, 3)]));
  const found = { row, column, a, b, y: number(y, 3), x: number(x, 3), ...written, count: outside.filter(Boolean).length };
  const notes = { kink: !u || !v, outside: found.count };
  return ["result", "slope", ...Object.keys(notes).filter((key) => notes[key])].map((key) => t(key, found)).join(" ");
}

/** The sums behind the value of a point and behind its slope: parts of a formula. */
function equations({ v, u, shares, pixels, value, slope }) {
  const [short, signed] = [(entry) => number(entry, 4), (entry) => (entry < 0 ? `(${number(entry)})` : number(entry))];
  const term = (share, k) => [`${k ? "+ " : ""}${short(share)} · ${signed(pixels[k])}`];
  const part = (weight, more, less) => `${short(weight)} · (${number(more)} − ${signed(less)})`;
  const [a, b, c, d] = pixels;
  const change = (letter, share, [c0, a0, d0, b0], answer) => [
    [html("span", {}, "∂", html("i", {}, "v"), "/∂", html("i", {}, letter)), ` = ${part(1 - share, c0, a0)}`],
    [`+ ${part(share, d0, b0)} = `, html("strong", { class: "cnnx-gradient" }, number(answer, 3))],
  ];
  return [
    [[html("i", {}, "v"), " = ", ...term(shares[0], 0)], ...shares.slice(1).map((share, k) => term(share, k + 1)),
      ["= ", html("strong", { class: "cnnx-page" }, number(value, 3))]],
    change("y", u, [c, a, d, b], slope[0]), change("x", v, [b, a, d, c], slope[1]),
  ];
}

/** Where the image, with its rows of zeros, and the enlarged square stand: side by side, or the square below. */
function arrange(width, { H, W }) {
  const [across, down, top, corner] = [W + 2 * REACH, H + 2 * REACH, 30, 36];
  const beside = width >= 620;
  const side = clamp(Math.floor((width - (beside ? 330 : 4)) / across), 16, 40);
  const image = { x: 2 + REACH * side, y: top + REACH * side, side };
  const left = beside ? 2 + across * side + 96 : Math.max(72, (width - 220) / 2);
  const unit = clamp(width - left - 72, 150, 220);
  const above = beside ? top + Math.max((down * side - unit) / 2, corner + 20) : top + down * side + corner + 64;
  const zoom = { x: left, y: above, unit, corner };
  return { beside, image, zoom, height: Math.max(top + down * side, above + unit + corner + 24) + 6 };
}

/** Middle of a place in the picture. */
const spot = ({ x, y, side }, row, column) => [x + (column + 0.5) * side, y + (row + 0.5) * side];

/** The image in its rows of zeros. */
function imageParts({ input }, { H, W }, { image }, t) {
  const { x, y, side } = image;
  const around = range(H + 2 * REACH).map((i) => range(W + 2 * REACH).map((j) => input[i - REACH]?.[j - REACH] ?? 0));
  const isInside = (i, j) => input[i - REACH]?.[j - REACH] !== undefined;
  const zeros = (i, j) => ({ class: isInside(i, j) ? "" : "cnnx-cell cnnx-padding" });
  const outer = { x: x - REACH * side, y: y - REACH * side, side };
  const dots = range(H).flatMap((i) => range(W).map((j) => `M${spot(image, i, j)}h0`)).join("");
  return [
    svg("g", { class: "cnnx-input" }, label(outer.x, outer.y - 14, t("input_size", { H, W }), "cnnx-title")),
    svg("g", { class: "cnnx-image", style: `--aside: ${3 - side / 2}px; --up: ${-0.28 * side}px; --tiny: ${clamp(0.33 * side, 8.5, 13)}px` },
      svg("g", { class: "cnnx-zeros" }, numbers(around, outer, "padding", zeros)), numbers(input, image, "input")),
    svg("path", { class: "cnnx-middles", d: dots }),
  ];
}

/** Where each point would be without its offset, and the way from there. */
function offsetParts({ row, column, tap }, { samples }, { image }) {
  const way = ([a, b], index) => svg("path", { class: "cnnx-way",
    d: `M${spot(image, row + a, column + b)}L${spot(image, samples[index].y, samples[index].x)}` });
  const home = grid.map(([a, b]) => `M${spot(image, row + a, column + b)}m-2.5 -2.5h5v5h-5z`).join("");
  const [x, y] = spot(image, samples[tap].top, samples[tap].left);
  return [...grid.map(way), svg("path", { class: "cnnx-home", d: home }),
    svg("rect", { class: "cnnx-four", x, y, width: image.side, height: image.side })];
}

/** An arrow along an axis: `[1, 0]` is right, `[0, 1]` down. The number that it stands for is at its end. */
function arrow(x, y, [w, h], length, value) {
  const [sign, size, text] = [Math.sign(length), Math.abs(length), number(value, 3)];
  const to = (along, aside) => [x + sign * along * w + aside * h, y + sign * along * h + aside * w];
  const beyond = Math.max(size, 14) + 9 + 3.5 * text.length * w;
  const d = `M${x} ${y}L${to(size, 0)}M${to(size - 7, 5)}L${to(size, 0)}L${to(size - 7, -5)}`;
  return length ? [svg("path", { class: "cnnx-arrow", d }), label(...to(beyond, 0), text, "cnnx-strong")] : [];
}

/** The square between four pixels, enlarged: the areas that are their shares, the point, the slope. */
function zoomParts({ tap }, { samples }, { image, zoom, beside }, t) {
  const [{ top, left, v, u, shares, pixels, outside, slope }, { x, y, unit, corner }] = [samples[tap], zoom];
  const [px, py, most] = [x + u * unit, y + v * unit, Math.max(...slope.map(Math.abs))];
  const area = (share, k) => { // opposite to its pixel
    const [right, below] = [k % 2 === 0, k < 2];
    const [width, height] = [(right ? 1 - u : u) * unit, (below ? 1 - v : v) * unit];
    const [x0, y0] = [right ? px : x, below ? py : y];
    const text = width > 46 && height > 20 ? [label(x0 + width / 2, y0 + height / 2, `${LETTERS[k]} ${number(share, 4)}`)] : [];
    return svg("g", {}, svg("rect", { class: `cnnx-area cnnx-area-${LETTERS[k]}`, x: x0, y: y0, width, height }), ...text);
  };
  const pixel = (value, k) => {
    const [right, below] = [k % 2 === 1, k > 1];
    const at = { x: x + (right ? unit : -corner), y: y + (below ? unit : -corner), side: corner };
    const look = () => (outside[k] ? { class: "cnnx-cell cnnx-padding" } : { style: "--share: .6" });
    return svg("g", {}, numbers([[value]], at, outside[k] ? "padding" : "input", look),
      label(at.x + corner / 2 + (right ? 1 : -1) * (corner / 2 + 10), at.y + corner / 2, LETTERS[k], "cnnx-strong"));
  };
  const link = ([di, dj]) => `M${spot(image, top + di, left + 1)}L${[x + dj, y + di * unit]}`;
  const part = (index) => (52 * slope[index]) / (most || 1);
  return [
    ...(beside ? [svg("path", { class: "cnnx-link", d: link([0, 0]) + link([1, 0]) })] : []),
    svg("g", { class: "cnnx-kernel" }, label(x - corner, y - corner - 14, t("zoom"), "cnnx-title")),
    svg("g", { class: "cnnx-zoom", "data-grip": "zoom" }, ...shares.map(area), ...pixels.map(pixel),
      svg("path", { class: "cnnx-cross", d: `M${x} ${py}h${unit}M${px} ${y}v${unit}` }),
      svg("g", { class: "cnnx-gradient" }, ...arrow(px, py, [0, 1], part(0), slope[0]), ...arrow(px, py, [1, 0], part(1), slope[1])),
      svg("circle", { class: "cnnx-target", cx: px, cy: py, r: 16 }), svg("circle", { class: "cnnx-disc cnnx-now", cx: px, cy: py, r: 9 })),
  ];
}

function render({ model, el }) {
  const t = translator(model);
  let [width, result, place] = [640, null, null];
  const [art, ways] = ["cnnx-art", "cnnx-ways"].map((kind) => svg("g", { class: kind, "aria-hidden": "true" }));
  const slide = (rows, columns) => () => moveWindow(state.row + rows, state.column + columns);
  const pane = svg("g", { class: "cnnx-window", "data-grip": "window", ...focusable(t("window"), arrows(slide)) },
    svg("rect", { class: "cnnx-frame", rx: 3 }));
  const drawing = svg("svg", { role: "group", "aria-label": t("title") }, art, pane, ways);
  const [reads, sum, live, picture] = [range(3).map(formula), formula(), liveText(), html("div", {}, drawing)];
  const { state, receive, update, close } = connect(model, ["input", "weight", "offsets", "tap", "row", "column"], redraw);
  const sample = presets({ name: "sample", table: PRESETS, t, change: update });

  const put = (tap, move) => update({ tap,
    offsets: state.offsets.map((old, at) => (at === tap ? move.map((way) => clamp(tenths(way), -REACH, REACH)) : old)) });
  const moveWindow = (row, column) =>
    update({ row: clamp(row, 0, result.H - 3), column: clamp(column, 0, result.W - 3) });
  const points = grid.map(([row, column], tap) => {
    const by = (down, right) => () => put(tap, [state.offsets[tap][0] + down * STEP, state.offsets[tap][1] + right * STEP]);
    const keys = { ...arrows(by), Home: () => put(tap, [0, 0]), End: null };
    return svg("g", { class: "cnnx-point", ...focusable(t("point", { row, column }), keys), focus: () => update({ tap }) },
      svg("circle", { class: "cnnx-target", r: 13 }), svg("circle", { class: "cnnx-disc" }), label(0, 0, "", "cnnx-small"));
  });
  drawing.append(...points);

  const wrong = () => live.say(t("not_a_number"), true);
  const replaced = (matrix, at, value) =>
    matrix.map((line, i) => line.map((old, j) => (i === at[0] && j === at[1] ? value : old)));
  const block = (role, count, name, change) => numberGrid({ role, rows: count, columns: count, limit: LIMIT, name, change, wrong });
  const pixels = block("input", 2, ({ row, column }) => t("edit_pixel", { letter: LETTERS[2 * row + column] }),
    (k, value) => update({ input: replaced(state.input, result.samples[state.tap].places[k], value) }));
  const shares = block("page", 2);
  const values = block("input", 3);
  const kernel = block("kernel", 3, (at) => t("edit_kernel", at),
    (tap, value) => update({ weight: replaced(state.weight, grid[tap], value) }));
  const products = block("page", 3);

  function redraw() {
    result = compute(state);
    place = arrange(width, result);
    const [{ samples, output }, { image }, chosen] = [result, place, result.samples[state.tap]];
    Object.assign(drawing.style, { width: `${width}px`, height: `${place.height}px` });
    art.replaceChildren(...imageParts(state, result, place, t), ...zoomParts(state, result, place, t));
    ways.replaceChildren(...offsetParts(state, result, place));
    for (const name of ["width", "height"]) pane.firstChild.setAttribute(name, 3 * image.side);
    pane.style.transform = `translate(${image.x + state.column * image.side}px, ${image.y + state.row * image.side}px)`;
    for (const [tap, { y, x, weight }] of samples.entries()) {
      const text = number(weight);
      points[tap].setAttribute("transform", `translate(${spot(image, y, x)})`);
      points[tap].classList.toggle("cnnx-now", tap === state.tap);
      points[tap].lastChild.textContent = text.length > 4 ? "" : text;
      points[tap].lastChild.style.fontSize = `${12.5 - 1.5 * text.length}px`;
      points[tap].children[1].setAttribute("r", clamp(0.24 * image.side, 7, 9));
      for (const { cells } of [values, kernel, products]) cells[tap].classList.toggle("cnnx-now", tap === state.tap);
    }
    sample.show(state);
    pixels.show(chosen.pixels, t("pixels"));
    pixels.cells.forEach((cell, k) => (cell.readOnly = chosen.outside[k]));
    shares.show(chosen.shares, t("shares"));
    equations(chosen).forEach((parts, index) => reads[index].show(parts));
    values.show(samples.map(({ value }) => value), t("values"));
    kernel.show(state.weight.flat(), t("kernel"));
    products.show(result.products, t("products"));
    const term = (value, tap) => [tap ? `${value < 0 ? "−" : "+"} ${number(Math.abs(value))}` : number(value)];
    sum.show([...result.products.map(term), ["= ", html("strong", {}, number(output, 3))]]);
    live.say(describe(state, result, t));
  }

  /** Drags a point, where one pixel of the image is `unit` wide. */
  function pull(start, tap, unit) {
    points[tap].focus({ preventScroll: true });
    const [down, right] = state.offsets[tap];
    return ({ x, y }) => put(tap, [down + (y - start.y) / unit, right + (x - start.x) / unit]);
  }

  function begin(start, name, target) {
    const { image, zoom } = place;
    if (name === "zoom") return pull(start, state.tap, zoom.unit);
    const away = result.samples.map(({ y, x }) => spot(image, y, x)).map(([x, y]) => Math.hypot(x - start.x, y - start.y));
    const nearest = away.indexOf(Math.min(...away, away[state.tap] - 4)); // of points on one place, the chosen one
    const tap = nearest < 0 ? state.tap : nearest;
    if (away[tap] < 16) return pull(start, tap, image.side);
    if (!pane.contains(target)) return null;
    pane.focus({ preventScroll: true });
    const { row, column } = state;
    return ({ x, y }) => moveWindow(row + Math.round((y - start.y) / image.side), column + Math.round((x - start.x) / image.side));
  }

  drag(drawing, begin);
  const four = html("div", { class: "cnnx-sums" }, html("div", { class: "cnnx-grids" }, pixels.element, "×", shares.element),
    html("div", { class: "cnnx-reads" }, ...reads.map(({ element }) => element)));
  const nine = html("div", { class: "cnnx-grids" }, values.element, "×", kernel.element, "=", products.element);
  for (const event of ["click", "focusin"]) {
    nine.addEventListener(event, ({ target }) => target.dataset.tap && update({ tap: +target.dataset.tap }));
  }
  const parts = [sample.element, live.element, picture, four, nine, sum.element];
  return mount(el, t, { parts, picture, redraw: (now) => redraw((width = now)), receive, close });
}

export default { render };
