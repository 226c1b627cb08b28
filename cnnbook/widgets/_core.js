// What all explorers share: elements, words, numbers, the state and its controls, drawing on a grid, dragging.
// It imports nothing, and knows an explorer by its model only. How the two come together in a browser: `_bundle.py`.

/** @typedef {(key: string, values?: Record<string, any>) => string} Sentence */
/** @typedef {Sentence & { stem: string, has(key: string): boolean }} Words */
/** @typedef {{ letter?: string, role?: string, min?: number, max?: number, step?: number }} Setting */
/** @typedef {{ element: HTMLElement, show(value: any, ends?: number[]): void }} Control */
/** @typedef {{ x: number, y: number }} Point */

const NS = "http://www.w3.org/2000/svg";
if (![].at) { // Safari before 15.4, Firefox before 90
  Object.defineProperty(Array.prototype, "at", { value(index) { return this[index < 0 ? this.length + index : index]; } });
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 */
function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * An SVG or HTML element. An attribute that is a function listens to the event of that name.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(NS, tag), attributes, children);
}
/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} attributes
 * @param {(Node | string)[]} children
 */
export function html(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
/** The place `index`, or the nearest one, of so many. */
export const within = (index, count) => clamp(index, 0, Math.max(count - 1, 0));
/** The place of a grid, or the nearest one, that a row and a column mean. */
export const inside = ({ row, column }, rows, columns = rows) => ({ row: within(row, rows), column: within(column, columns) });
export const range = (count) => Array.from({ length: Math.max(count, 0) }, (_, index) => index);

export const keys = /** @type {<T extends object>(table: T) => (keyof T & string)[]} */ (Object.keys);
export const entries = /** @type {<T extends object>(table: T) => [keyof T & string, T[keyof T]][]} */ (Object.entries);
export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
/** A function that tells whether a value is another than the one it was asked about before. */
export function changes() {
  let last;
  return (now) => last !== (last = JSON.stringify(now));
}

/** A list with another value at one place, and a matrix, whose places count in reading order. */
export const replaced = (list, place, value) => list.map((old, index) => (index === place ? value : old));
export const replacedIn = (grid, place, value) => grid.map((row, i) => replaced(row, place - i * row.length, value));

export const total = (numbers) => numbers.reduce((sum, one) => sum + one, 0);
export const product = (numbers) => numbers.reduce((all, one) => all * one, 1);

/** A number as a reader writes it: a true minus sign, at most `digits` decimals. */
export const number = (value, digits = 2) => String(+value.toFixed(digits)).replace("-", "−");

/** The text of a number as a term after another sign: in brackets where it is below 0. */
export const signed = (text) => (text.startsWith("−") ? `(${text})` : text);

/** The fewest decimals, up to 4, that hold all `values` exactly; undefined where one needs more, such as a third. */
function holding(values) {
  const error = 1e-12 * Math.max(1, ...values.map(Math.abs)); // of sums of decimals in binary
  return range(5).find((digits) => values.every((value) => Math.abs(value - value.toFixed(digits)) < error));
}

/** The decimals of a value by itself: those that hold it, else `digits`, and more where it is small. */
export const decimals = (value, digits = 2) =>
  holding([value]) ?? clamp(1 - Math.floor(Math.log10(Math.abs(value))), digits, 6);

/**
 * An equation that is true for a reader who recomputes it: texts of the `terms` and of what `compute` makes of them. The
 * sign between them is "=" where a few decimals hold them all. Else it is "≈", and the terms that no few decimals hold
 * have as many as lead to the same rounded value.
 */
export function printed(terms, compute, digits = 2) {
  const [value, exact] = [compute(...terms), holding([...terms, compute(...terms)])];
  const own = (term, more) => Math.max(more, holding([term]) ?? 0);
  const texts = (more, places, sign) =>
    ({ terms: terms.map((term) => number(term, own(term, more))), sign, value: number(value, places) });
  if (exact !== undefined) return texts(exact, exact, "=");
  const isTrue = (more, places) =>
    Math.abs(compute(...terms.map((term) => +term.toFixed(own(term, more)))) - value.toFixed(places)) <= 10 ** -places / 2;
  for (let places = decimals(value, digits); places >= 0; places -= 1) {
    const more = range(7).find((count) => count >= places && isTrue(count, places));
    if (more !== undefined) return texts(more, places, "≈");
  }
  return texts(6, 0, "≈");
}

/**
 * A function that looks up a sentence in the words of the model and fills in its `{names}`. `t.has(key)` tells whether
 * there is one, `t.stem` names the explorer.
 * @param {Model} model
 * @returns {Words}
 */
export function translator(model) {
  const words = model.get("_words");
  const written = (value) => (typeof value === "number" ? number(value, decimals(value)) : value);
  const t = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => written(values[name]));
  return Object.assign(t, { stem: model.get("_stem"), has: (key) => key in words });
}

const VIEW = "application/vnd.jupyter.widget-view+json";
const STATE = "application/vnd.jupyter.widget-state+json";

/**
 * JupyterLab: a notebook that is opened again without its kernel would show an error in place of an explorer. So it keeps
 * the text of each output as a widget of the same id that needs no kernel.
 */
function keepTexts(model) {
  const notebook = model.widget_manager?.context?.model;
  if (!notebook?.setMetadata) return;
  const widgets = notebook.getMetadata("widgets"), state = {};
  for (const [id, record] of Object.entries(widgets?.[STATE]?.state ?? {})) if (!record.cnnbook) state[id] = record;
  const outputs = [...notebook.cells].flatMap(({ outputs }) => range(outputs?.length).map((index) => outputs.get(index).data));
  for (const data of outputs.filter((data) => data[VIEW] && /^\w+\(/.test(data["text/plain"]))) {
    const value = html("pre", {}, data["text/plain"]).outerHTML + html("p", {}, translator(model)("run_again")).outerHTML;
    const kind = { model_name: "HTMLModel", model_module: "@jupyter-widgets/controls", model_module_version: "2.0.0" };
    state[data[VIEW].model_id] = { ...kind, state: { value }, cnnbook: true };
  }
  notebook.setMetadata("widgets", { ...widgets, [STATE]: { version_major: 2, version_minor: 0, state } });
}

/**
 * An explorer on its page: its `width`, and its `state`, a copy of the model's traits `names`. `update(patch)` changes and redraws it and hands it
 * to the model, unless it is impossible: then the reader sees why, and the model keeps the last possible one.
 * @template {object} S
 * @param {Model<S>} model
 * @param {(keyof S & string)[]} names
 * @param {(state: S) => void} redraw
 * @param {(state: S) => boolean} [possible]
 */
export function connect(model, names, redraw, possible = () => true) {
  const state = /** @type {S} */ ({});
  let sending = false;
  const receive = () => {
    if (sending) return;
    for (const name of names) state[name] = model.get(name);
    redraw(state);
  };
  for (const name of names) model.on(`change:${name}`, receive);
  keepTexts(model);
  return {
    width: 640, // until `mount` knows it
    state,
    receive,
    redraw: () => redraw(state),
    /** @param {Partial<S>} patch */
    update(patch) {
      if (keys(patch).every((name) => state[name] === patch[name])) return;
      Object.assign(state, patch);
      redraw(state);
      if (!possible(state)) return;
      sending = true;
      for (const name of names) if (model.get(name) !== state[name]) model.set(name, state[name]);
      sending = false;
      model.save_changes();
    },
    close: () => names.forEach((name) => model.off(`change:${name}`, receive)),
  };
}

/**
 * Calls `draw(width)` whenever the element's width changes from the `last` one; returns the function that ends it.
 * @param {Element} element
 * @param {(width: number) => void} draw
 * @param {number} [last]
 */
export function onWidth(element, draw, last = 0) {
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (width && width !== last) requestAnimationFrame(() => draw((last = width)));
  });
  observer.observe(element);
  return () => observer.disconnect();
}

/** Calls `draw` whenever the page changes its colours, which no canvas follows; returns the function that ends it. */
export function onTheme(draw) {
  const observer = new MutationObserver(draw);
  for (const page of [document.documentElement, document.body]) observer.observe(page, { attributes: true });
  return () => observer.disconnect();
}

/** Marks the explorer whose picture is in the upper half of the screen: on a phone its controls then stay in sight. */
export function whileSeen(picture) {
  /** @param {{ isIntersecting: boolean }[]} entries */
  const mark = ([{ isIntersecting }]) => picture.parentElement.classList.toggle("cnnx-seen", isIntersecting);
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -50% 0px" });
  observer.observe(picture);
  return () => observer.disconnect();
}

/** The text that says what is seen. `say(text, isProblem)` writes it; `readOut` tells it to those who listen. */
export function liveText() {
  const element = html("p", { class: "cnnx-live", "aria-hidden": "true" });
  const say = (text, isProblem = false) => {
    element.classList.toggle("cnnx-problem", isProblem);
    if (element.textContent !== text) element.textContent = text;
  };
  return { element, say };
}

/** A symbol of a formula or a number in its place, in the colour of its role; "C_in" is C with an index. */
export function symbol(role, text) {
  const [letter, index] = String(text).split("_");
  return html(isNaN(text) ? "i" : "b", { class: `cnnx-${role}` }, letter, ...(index ? [html("sub", {}, index)] : []));
}

// JupyterLab takes the arrow keys unless this stands on the focused element itself.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

/**
 * The controls for `settings`: a slider for each that has a letter, of decimals where it has a step; a check box for the
 * others. `change({ name: value })` hears the reader, `show(state, ends)` moves them all, `each` has them by name. In
 * `ends` stand the least and the most of a setting where a state allows less than the slider has.
 * @param {Record<string, Setting>} settings
 * @param {Words} t
 * @param {(patch: object) => void} change
 */
export function panel(settings, t, change) {
  const controls = Object.entries(settings).map(([name, setting]) => {
    const make = /** @type {(look: object) => Control} */ (setting.step ? decimal : setting.letter ? slider : toggle);
    const control = make({ ...setting, label: t(name), t, change: (value) => change({ [name]: value }) });
    return /** @type {const} */ ([name, control]);
  });
  const element = html("div", { class: "cnnx-controls" }, ...controls.map(([, control]) => control.element));
  const show = (state, ends = {}) => controls.forEach(([name, control]) => control.show(state[name], ends[name]));
  return { element, show, each: Object.fromEntries(controls) };
}

/** Greys a button that would do nothing. Not by `disabled`: a button that is disabled while it has the focus loses it. */
export const disable = (button, isIdle) => button.setAttribute("aria-disabled", isIdle);

/** Hides parts, or shows them. */
export const hide = (isHidden, ...parts) => parts.forEach((part) => part.classList.toggle("cnnx-gone", isHidden));

/** A labelled slider with a button at each end. `show(value, [least, most])` moves it; the two are where a button ends. */
export function slider({ label, letter, role, min, max, t, change }) {
  let finger; // Where one pressed, and the value before: the slider jumps to it, and back where the finger scrolls the page.
  const settle = () => {
    finger = undefined;
    change(+input.value);
  };
  const input = html("input", {
    type: "range", min, max, "aria-label": `${label} ${letter}`, ...KEYS,
    input: () => finger || change(+input.value),
    pointerdown: ({ pointerType, clientX }) => (finger = pointerType !== "mouse" && { before: input.value, x: clientX }),
    pointermove: ({ clientX }) => finger && Math.abs(clientX - finger.x) > 6 && settle(),
    pointerup: () => finger && settle(),
    pointercancel() {
      if (finger) input.value = finger.before;
      finger = undefined;
    },
  });
  const nudge = (by) => change(clamp(+input.value + by, min, max));
  const button = (sign, by, name) => html("button", {
    type: "button", "aria-label": t(name, { name: label }), ...KEYS, click: () => nudge(by),
  }, sign);
  const value = html("span", { class: "cnnx-value" }); // not "output", which is read out at each change
  const name = html("span", { class: "cnnx-name" }, `${label} `, html("span", {}, symbol(role, letter), " = ", value));
  const [less, more] = [button("−", -1, "less"), button("+", 1, "more")];
  const show = (now, [least, most] = [min, max]) => {
    input.value = now;
    value.textContent = now;
    disable(less, now <= least);
    disable(more, now >= most);
    input.style.setProperty("--part", `${(100 * (now - min)) / (max - min)}%`);
  };
  const run = html("span", { class: "cnnx-run" }, less, input, more); // these three stay on one line
  return { element: html("div", { class: `cnnx-slider cnnx-${role}` }, name, run), show };
}

/** A formula: each part keeps to one line. Its text has hidden signs such as "/"; `spoken` has the words for them. */
export function formula() {
  const element = html("div", { class: "cnnx-formula" });
  const show = (parts) => element.replaceChildren(...parts.map((part) => html("span", {}, ...part)));
  return { element, show };
}

const SAID = {
  "+": "say_plus", "−": "say_minus", "·": "say_times", "×": "say_times", "/": "say_over", "=": "say_equals", "≈": "say_about", "<": "say_below",
  "≤": "say_at_most", ">": "say_above", "≥": "say_at_least", "(": "say_open", ")": "say_close", "′": "say_prime", "∂": "say_partial",
  "√": "", // said of what is below it
};

/** A formula in words, as it is read out: "1 over, open bracket, 1 plus e to the minus 1, close bracket". */
export function spoken(node, t) {
  const said = (sign) => (SAID[sign] === undefined ? sign : SAID[sign] && ` ${t(SAID[sign])} `);
  if (node.nodeType === 3) return [...node.data].map(said).join("");
  if (node.matches(".cnnx-unseen")) return "";
  if (node.matches(".cnnx-fraction")) {
    const bracketed = (text) => (text.includes(" ") ? `${t("say_open")} ${text} ${t("say_close")}` : text);
    const [above, below] = [...node.children].map((child) => bracketed(spoken(child, t).trim()));
    return ` ${above} ${t("say_over")} ${below} `;
  }
  const inside = [...node.childNodes].map((child) => spoken(child, t)).join(" ");
  const kinds = { sup: "say_power", sub: "say_index", ".cnnx-root": "say_root", ".cnnx-up": "say_rounded_up", ".cnnx-round": "say_rounded_down" };
  const kind = Object.keys(kinds).find((selector) => node.matches(selector));
  return kind ? ` ${t(kinds[kind], { inside })} ` : inside;
}

/** What a listener hears: each formula in words and, once nothing has changed for a while, the text: not each step of a drag. */
function readOut(root, t) {
  const [live, heard] = [root.querySelector(".cnnx-live"), html("p", { class: "cnnx-heard", role: "status" })];
  const tidy = (text) => text.replace(/\s+/g, " ").replace(/ ,/g, ",").replace(/,(?=,)|^[ ,]+|[ ,]+$/g, "");
  const read = () => {
    for (const sum of root.querySelectorAll(".cnnx-formula")) build(sum, { role: "img", "aria-label": tidy(spoken(sum, t)) }, []);
    if (heard.textContent !== live.textContent) heard.textContent = live.textContent;
  };
  live.after(heard);
  read();
  let timer;
  const observer = new MutationObserver((changes) => {
    if (changes.every(({ target }) => heard.contains(target))) return;
    clearTimeout(timer);
    timer = setTimeout(read, 500);
  });
  observer.observe(root, { childList: true, characterData: true, subtree: true });
  return () => (clearTimeout(timer), observer.disconnect());
}

const unseen = (text) => html("span", { class: "cnnx-unseen" }, text);
export const fraction = (above, below) => html("span", { class: "cnnx-fraction" },
  html("span", {}, unseen("("), ...above, unseen(") / ")), html("span", {}, ...below));
/** What is rounded: down in floor brackets, up in ceiling brackets. */
export const rounded = (up, ...inside) => html("span", { class: `cnnx-round ${up ? "cnnx-up" : ""}` },
  unseen(up ? " ceil(" : " floor("), ...inside, unseen(") "));

/** A labelled check box. */
export function toggle({ label, change }) {
  const input = html("input", { type: "checkbox", ...KEYS, change: () => change(input.checked) });
  return { element: html("label", { class: "cnnx-toggle" }, input, label), show: (now) => (input.checked = now) };
}

/** A group of squares; `each(row, column)` gives the attributes of one, or nothing where there is none. */
export function cells({ x, y, rows, columns, side, each }) {
  const group = svg("g", { transform: `translate(${x} ${y})` });
  for (const row of range(rows)) {
    for (const column of range(columns)) {
      const { text, stripes, ...attributes } = each(row, column) ?? {};
      if (!attributes.class) continue;
      const [left, top] = [column * side, row * side];
      group.append(svg("rect", { x: left, y: top, width: side, height: side, ...attributes }));
      if (stripes) group.append(svg("path", { class: "cnnx-stripes", d: hatch(left, top, side) }));
      if (text) group.append(label(left + side / 2, top + side / 2, text, "cnnx-small"));
    }
  }
  return group;
}

const hatch = (x, y, side) => [1, 2, 3, 4, 5].map((n) => {
  const [low, high] = [Math.max(0, n - 3) * (side / 3), Math.min(3, n) * (side / 3)];
  return `M${x + low} ${y + high}L${x + high} ${y + low}`;
}).join("");

/** What an explorer draws on, and the box around it, its picture. `size(width, height)` gives both their room. */
export function canvas(t, ...parts) {
  const drawing = svg("svg", { role: "group", "aria-label": t("title") }, ...parts);
  return { drawing, picture: html("div", {}, drawing),
    size: (width, height) => Object.assign(drawing.style, { width: `${width}px`, height: `${height}px` }) };
}

/** A title above the corner of a grid, in the colour of a role. */
export const heading = ({ x, y }, text, role) => svg("g", { class: `cnnx-${role}` }, label(x, y - 14, text, "cnnx-title"));

/** Text centred on a point; the kind "cnnx-start" lets it start there. */
export const label = (x, y, text, kind = "") => svg("text", { x, y, class: `cnnx-label ${kind}` }, text);

/** A window with its corner at the origin: its taps, each with a dot, in a frame. Gaps between the taps stay open. */
export function frame({ kernel, span, dilation = 1, side, kind = "" }) {
  const taps = range(kernel).map((tap) => tap * dilation * side);
  const tap = (x, y) => svg("g", {},
    svg("rect", { class: `cnnx-tap ${kind}`, x: x + 2, y: y + 2, width: side - 4, height: side - 4, rx: 3 }),
    svg("circle", { class: "cnnx-dot", cx: x + side / 2, cy: y + side / 2, r: Math.min(3, side / 7) }));
  return svg("g", {}, ...taps.flatMap((y) => taps.map((x) => tap(x, y))),
    svg("rect", { class: `cnnx-frame ${kind}`, width: span * side, height: span * side, rx: 3 }));
}

/** A window seen from the side: its taps on a line, and a text where it ends. `data` marks it for `light`. */
export function bracket({ x, y, taps, side, height, text, role, ...data }) {
  const length = (taps.at(-1) + 1) * side;
  const tap = (at) => svg("rect", { class: "cnnx-tap", x: at * side + 2, y: -5, width: side - 4, height: 10, rx: 3 });
  return svg("g", { class: "cnnx-bracket", transform: `translate(${x} ${y})`, ...data },
    svg("rect", { class: "cnnx-target", y: -height / 2, width: length, height }),
    svg("path", { class: "cnnx-dimension cnnx-kernel", d: `M${side / 2} 0H${length - side / 2}` }),
    ...taps.map(tap),
    svg("g", { class: `cnnx-${role}` }, label(length + 10, 0, text)));
}

/** Lights the parts of a drawing whose data-row and data-column, where they have them, are these. */
export function light(drawing, { row, column }) {
  for (const part of drawing.querySelectorAll("[data-row], [data-column]")) {
    const here = (place, own) => own === undefined || +own === place;
    part.classList.toggle("cnnx-now", here(row, part.dataset.row) && here(column, part.dataset.column));
  }
}

/** The row and column of the part under the pointer; what it does not have comes from `others`. */
export function partAt(target, others) {
  const found = target.closest?.("[data-row], [data-column]")?.dataset;
  return found ? { row: +(found.row ?? others.row), column: +(found.column ?? others.column) } : null;
}

/** A line from x0 to x1 with a tick at each end and a text in the middle, as in a technical drawing. */
export function dimension({ x0, x1, y, text, role, above = false }) {
  return svg("g", { class: `cnnx-${role}` },
    svg("path", { class: "cnnx-dimension", d: `M${x0} ${y - 4}v8M${x1} ${y - 4}v8M${x0} ${y}H${x1}` }),
    label((x0 + x1) / 2, above ? y - 10 : y + 11, text));
}

/** A handle to drag, 24 pixels wide at least; `drag` hears its name. */
export function grip({ x, y, name, title, role }) {
  return svg("g", { class: `cnnx-grip cnnx-${role}`, "data-grip": name, transform: `translate(${x} ${y})` },
    svg("title", {}, title),
    svg("circle", { class: "cnnx-target", r: 16 }),
    svg("rect", { class: "cnnx-knob", x: -5, y: -9, width: 10, height: 18, rx: 4 }),
    svg("path", { class: "cnnx-ridges", d: "M-1.5 -4v8M1.5 -4v8" }));
}

/**
 * Dragging with mouse, pen or finger. `begin(point, grip, target)` returns a function of the point now, or nothing
 * where there is nothing to drag. It listens on the drawing itself, so the parts may be drawn anew on the way.
 * `hover(target)` hears what a mouse points at, and null when it leaves.
 *
 * A finger takes a handle at once. Anything larger it takes by moving sideways, by resting, or by a tap: one that moves
 * up or down scrolls the page, and nothing changes.
 * @param {any} drawing
 * @param {(start: Point, grip: string, target: any) => ((now: Point) => void) | void} begin
 * @param {(target: any) => void} [hover]
 */
export function drag(drawing, begin, hover = () => {}) {
  let [box, pressed, timer, move, isTap] = /** @type {any[]} */ ([]);
  // The drawing's place is that at the press: what is drawn or written on the way must not move the point.
  const at = ({ clientX, clientY }) => ({ x: clientX - box.left, y: clientY - box.top });
  const take = ({ target, pointerId } = pressed) => {
    clearTimeout(timer);
    move = begin(at(pressed), target.closest("[data-grip]")?.dataset.grip, target);
    pressed = undefined;
    if (!move) return;
    drawing.setPointerCapture(pointerId);
    drawing.classList.add("cnnx-dragging");
  };
  const end = () => {
    clearTimeout(timer);
    pressed = move = undefined;
    drawing.classList.remove("cnnx-dragging");
  };
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button || pressed || move) return; // a second finger
    [box, pressed, isTap] = [drawing.getBoundingClientRect(), event, false];
    holdTouches(event.target); // `begin` may draw the part anew, and its touches then no longer reach the drawing
    if (event.pointerType !== "mouse" && !isHandle(event.target, drawing)) return void (timer = setTimeout(take, RESTING));
    take();
    if (move) event.preventDefault();
  });
  const moved = ({ clientX, clientY }) => [clientX - pressed.clientX, clientY - pressed.clientY].map(Math.abs);
  drawing.addEventListener("pointermove", (event) => {
    const [across, along] = pressed ? moved(event) : [];
    if (across > 6 && across > 2 * along) take();
    if (move) move(at(event));
    else if (event.pointerType === "mouse") hover(event.target);
  });
  drawing.addEventListener("pointerleave", () => hover(null));
  drawing.addEventListener("pointerup", (event) => {
    isTap = pressed && Math.max(...moved(event)) <= 6;
    if (isTap) take();
    end();
  });
  drawing.addEventListener("pointercancel", end); // the browser scrolls
  // A finger that drags must not scroll the page; browsers do not apply `touch-action` to parts of an SVG.
  // After a tap it would send a mouse's press as well, which takes the focus.
  const hold = (event) => (event.type === "touchend" ? isTap : move) && event.cancelable && event.preventDefault();
  const holdTouches = (element) =>
    ["touchstart", "touchmove", "touchend"].forEach((type) => element.addEventListener(type, hold, { passive: false }));
  holdTouches(drawing);
}

const RESTING = 400; // milliseconds
const HANDLE = 48; // pixels

/** Whether a finger takes a part at once: a small one, or one on which its style leaves nothing to the browser. */
function isHandle(target, drawing) {
  const { width, height } = (target.closest("[data-grip], [tabindex]") ?? drawing).getBoundingClientRect();
  return Math.max(width, height) <= HANDLE || getComputedStyle(drawing).touchAction === "none";
}

/** For `drag`: a setting that grows by 1, or by its `step`, for each `unit` pixels to the right; `change` hears its value. */
export function pull({ min, max, step = 1 }, start, value, unit, change) {
  const stepped = (now) => Math.round((value + ((now - start.x) / unit)) / step) * step;
  return ({ x }) => change(clamp(+stepped(x).toFixed(6), min, max));
}

/**
 * For `drag`: a window at `corner`, its grid at `origin`, its middle `half` from its corner, in pixels. A press beside it
 * brings its middle there. `move(row, column)` counts in steps of so many pixels.
 */
export function slide(start, isInside, { corner, origin, half, step }, move) {
  const [x, y] = isInside ? [start.x - corner.x, start.y - corner.y] : [origin.x + half.x, origin.y + half.y];
  return (now) => move(Math.round((now.y - y) / step), Math.round((now.x - x) / step));
}

/** Attributes of an SVG element that the keyboard can reach: `keys` maps names of keys to what they do. */
export const focusable = (name, keys) => ({
  tabindex: 0, role: "application", "aria-label": name, ...KEYS,
  keydown: (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  },
});

/** For `focusable`: the keys that move along rows and columns; `step(rows, columns)` returns what one does. */
export const arrows = (step) => ({
  ArrowUp: step(-1, 0), ArrowDown: step(1, 0), ArrowLeft: step(0, -1), ArrowRight: step(0, 1),
  Home: step(0, -Infinity), End: step(0, Infinity),
});

/** For `onLine`: the keys that move along a line in small and in large steps; `by(change)` hears how far. */
export const along = (by, small, large) => {
  const [less, more, far, further] = [-small, small, -large, large].map((change) => () => by(change));
  return { ArrowLeft: less, ArrowDown: less, ArrowRight: more, ArrowUp: more, PageDown: far, PageUp: further,
    Home: () => by(-Infinity), End: () => by(Infinity) };
};

/** A window over a grid, for hand and keyboard: the arrow keys call `move(rows, columns)`; `keys` are further ones. */
export const windowPane = (t, move, keys = {}) => svg("g", { class: "cnnx-window", "data-grip": "window",
  ...focusable(t("window"), { ...arrows((...by) => () => move(...by)), ...keys }) });

/** Puts a part of a drawing, which may glide there, on a point. */
export const putAt = (part, x, y) => (part.style.transform = `translate(${x}px, ${y}px)`);

/** A labelled list to choose from; `options` are its names in the table of words. */
export function choice({ name, options, t, change }) {
  const option = (key) => html("option", { value: key }, t(key));
  const list = html("select", { ...KEYS, change: () => change(list.value) }, ...options.map(option));
  return { element: html("label", { class: "cnnx-choice" }, t(name), list), show: (now) => (list.value = now) };
}

/**
 * Buttons that step through the places 0 to `last()`, and play them, one each `pace()` milliseconds: `at()` tells where
 * it is, `go(place)` moves. `show(isAll)` after each move, with whether all is drawn. `stop()` when the reader takes
 * over, and when the explorer ends.
 */
export function player({ t, at, last, go, pace }) {
  let timer;
  const stop = () => {
    timer = clearInterval(timer);
    play.textContent = t("play");
  };
  const start = () => {
    timer = setInterval(tick, pace());
    play.textContent = t("pause");
    if (at() >= last()) go(0);
  };
  const tick = () => {
    const next = Math.min(at() + 1, last());
    if (next === last()) stop();
    go(next);
  };
  const button = (sign, name, place) => html("button", {
    type: "button", "aria-label": t(name), title: t(name), ...KEYS,
    click: () => (stop(), go(clamp(place(), 0, last()))),
  }, sign);
  const press = () => (timer ? (stop(), go(at())) : start());
  const play = html("button", { type: "button", class: "cnnx-wide", ...KEYS, click: press });
  stop();
  const [first, back] = [button("«", "first", () => 0), button("‹", "back", () => at() - 1)];
  const [forward, end] = [button("›", "forward", () => at() + 1), button("»", "last", last)];
  const element = html("div", { class: "cnnx-player" }, first, back, play, forward, end);
  /** Greys what would do nothing. Where all is drawn, the way to the first place takes away the rest. */
  const show = (isAll) => {
    disable(first, !at() && !(isAll && last() > 0));
    disable(back, !at());
    for (const one of [forward, end]) disable(one, at() >= last());
  };
  return { element, stop, show, playing: () => !!timer };
}

/** Texts of a matrix: with the decimals that its numbers need, or with fewer, that they have no more signs than `room`. */
export function fitted(grid, room) {
  const texts = (digits) => grid.map((row) => row.map((value) => number(value, Math.min(decimals(value), digits))));
  const fits = (digits) => texts(digits).flat().every((text) => text.length <= room);
  return texts([6, 4, 3, 2, 1].find(fits) ?? 0);
}

/**
 * A matrix in cells of a role: the larger a number, the stronger the colour. `each` gives a cell more attributes;
 * `wide` is the width that it gives all cells, where that is not `side`.
 * @param {number[][]} grid
 * @param {Point & { side: number, wide?: number }} place
 * @param {string} role
 * @param {(row: number, column: number) => object} each
 */
export function numbers(grid, { x, y, side, wide = side }, role, each = () => ({})) {
  const [texts, sizes] = [fitted(grid, (wide - 2) / 5.1), grid.flat().map(Math.abs)];
  const largest = Math.max(...sizes) || 1;
  const longest = Math.max(...texts.flat().map((text) => text.length));
  const look = (row, column) => ({
    class: `cnnx-cell cnnx-${role}`, text: texts[row][column],
    style: `--share: ${number(0.15 + (0.85 * Math.abs(grid[row][column])) / largest)}`, ...each(row, column),
  });
  return svg("g", { class: "cnnx-numbers", style: `--digits: ${clamp((wide - 5) / (0.6 * longest), 7, 15)}px` },
    cells({ x, y, rows: grid.length, columns: grid[0].length, side, each: look }));
}

/**
 * A matrix in HTML. With `change(place, value)` its numbers can be typed in, up to `limit`; `wrong()` hears of what is
 * none. `show(values, heading, texts)` fills it; each cell has its place, in reading order, as data-tap.
 */
export function numberGrid({ role, rows, columns, limit, name, change, wrong }) {
  const places = range(rows * columns);
  let shown = [];
  const isBad = ({ valueAsNumber }) => !(Math.abs(valueAsNumber) <= limit);
  const field = (place) => html("input", {
    type: "number", step: "any", min: -limit, max: limit, "data-tap": place, ...KEYS,
    "aria-label": name({ row: Math.floor(place / columns), column: place % columns }),
    focus: ({ target }) => target.select(),
    blur: ({ target }) => isBad(target) && change(place, shown[place]), // what was there before
    input({ target }) {
      target.setAttribute("aria-invalid", isBad(target));
      if (isBad(target)) wrong();
      else change(place, target.valueAsNumber);
    },
  });
  const all = /** @type {HTMLInputElement[]} */ (
    places.map(change ? field : (place) => html("span", { "data-tap": place })));
  const title = html("span", { class: "cnnx-title" });
  const grid = html("div", { class: "cnnx-grid", style: `grid-template-columns: repeat(${columns}, 1fr)` }, ...all);
  const show = (values, heading, texts = values.map((value) => number(value, change ? 4 : decimals(value)))) => {
    title.textContent = heading;
    shown = values;
    const longest = Math.max(...texts.map((text) => text.length));
    grid.style.setProperty("--longest", String(longest));
    const wide = Math.min(7.4 * longest, 280 / columns); // all columns fit on a phone
    grid.style.setProperty("--cell", longest > 6 ? `${wide}px` : ""); // else as the style sheets have it
    for (const [place, cell] of all.entries()) {
      if (!change) cell.textContent = texts[place];
      else if (cell.valueAsNumber !== values[place]) cell.value = texts[place].replace("−", "-");
      cell.removeAttribute("aria-invalid");
    }
  };
  return { element: html("div", { class: `cnnx-block cnnx-${role}` }, title, grid), grid, cells: all, show };
}

/** Lets an element come from another look, for those who want motion. */
export function animate(element, from, options) {
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) element.animate([from, {}], options);
}

/** Neighbouring places put together: pairs of the first and the last one. `places` grow. */
export const runs = (places) => places.reduce((found, place) => {
  if (found.length && place === found.at(-1)[1] + 1) found.at(-1)[1] = place;
  else found.push([place, place]);
  return found;
}, []);

/** Places in words: "2 to 4", "0 to 6 in steps of 2", "0, 2 to 4". */
export function listed(places, t) {
  const [first, last, step] = [places[0], places.at(-1), places[1] - places[0]];
  const even = places.length > 2 && places.every((place, index) => place === first + index * step);
  if (even && step > 1) return t("range_steps", { first, last, step });
  return runs(places).map(([from, to]) => (from === to ? number(from) : t("range", { first: from, last: to }))).join(", ");
}

/** A list of ready-made settings: `table` maps names to some of the state; any other state is "own" in the words. */
export function presets({ name, table, t, change }) {
  let now;
  const choose = (key) => (table[key] ? change(table[key]) : show(now)); // "own" says what is, it cannot be chosen
  const list = choice({ name, options: [...Object.keys(table), "own"], t, change: choose });
  const isNow = (key) => Object.entries(table[key]).every(([part, value]) => same(value, now[part]));
  const show = (state) => {
    now = state;
    list.show(Object.keys(table).find(isNow) ?? "own");
  };
  return { element: list.element, show };
}

// One order for all: what changes its size while a reader holds something stands below it.
const ORDER = [".cnnx-picture", ".cnnx-choice, .cnnx-tools, .cnnx-controls", ".cnnx-grids, .cnnx-sums", ".cnnx-formula", ".cnnx-live", "*"];
const rankOf = (part) => ORDER.findIndex((kind) => part.matches(kind));

/**
 * Shows an explorer, the `view` of `connect`, from its picture to its hint, now and at each width of `picture`; returns
 * the function that ends it, `end` too.
 * @param {HTMLElement} el
 * @param {Words} t
 * @param {{ width: number, redraw(): void, receive(): void, close(): void }} view
 * @param {{ picture: HTMLElement, parts: HTMLElement[], end?: () => void }} page
 */
export function mount(el, t, view, { parts, picture, end = () => {} }) {
  picture.classList.add("cnnx-picture");
  const inOrder = [...parts].sort((one, other) => rankOf(one) - rankOf(other));
  const hint = html("p", { class: "cnnx-hint" }, t("hint"));
  const root = html("div", { class: `cnnx x-${t.stem}`, role: "group", "aria-label": t("title") }, ...inOrder, hint);
  el.append(root);
  root.addEventListener("click", (event) => { // what is grey does nothing
    if (event.target.closest("[aria-disabled=true]")) event.stopImmediatePropagation();
  }, true);
  const first = Math.floor(picture.getBoundingClientRect().width); // too wide a picture would zoom a phone out
  view.width = first || view.width;
  view.receive();
  steady(root, picture);
  const resized = onWidth(picture, (width) => {
    release(picture);
    view.width = width;
    view.redraw();
  }, first);
  const ends = [resized, whileSeen(picture), readOut(root, t), view.close, end];
  return () => ends.forEach((end) => end());
}

/**
 * Keeps what a reader holds where it is. While pointer or focus is inside, the picture keeps its largest height; and
 * where something above the control in use grows, the page scrolls along, so that it stays under the finger.
 */
function steady(root, picture) {
  let [held, top] = /** @type {any[]} */ ([]);
  const keep = () => (picture.style.minHeight = `${picture.offsetHeight}px`);
  const place = () => held.getBoundingClientRect().top;
  const before = ({ target }) => {
    keep();
    held = picture.contains(target) ? null : target;
    top = held && place();
  };
  const after = () => {
    keep();
    if (held?.isConnected) scroll(place() - top);
  };
  for (const event of ["input", "change", "click"]) {
    root.addEventListener(event, before, true);
    root.addEventListener(event, after);
  }
  root.addEventListener("pointerdown", keep);
  const scroll = (by) => scroller(root).scrollBy({ top: by, behavior: "instant" });
  const leave = ({ clientY, relatedTarget }) => setTimeout(() => {
    if (root.matches(":hover, :focus-within")) return;
    const { bottom } = root.getBoundingClientRect();
    const goesOn = relatedTarget && root.compareDocumentPosition(relatedTarget) & Node.DOCUMENT_POSITION_FOLLOWING;
    release(picture);
    if (goesOn || clientY >= bottom) scroll(root.getBoundingClientRect().bottom - bottom); // that below stays where it is
  });
  for (const event of ["pointerleave", "focusout"]) root.addEventListener(event, leave);
}

const release = (picture) => (picture.style.minHeight = "");

/** The box that scrolls an element: the page, or a part of it. */
function scroller(element) {
  const box = element.parentElement;
  if (!box || box === document.scrollingElement) return document.scrollingElement;
  return box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY) ? box : scroller(box);
}

/**
 * A slider for decimals: from `min` to `max` in steps of `step`.
 * @param {any} setting
 */
export function decimal({ step, min, max, change, ...look }) {
  const steps = (value) => Math.round(value / step);
  const { element, show } = slider({
    ...look, min: steps(min), max: steps(max), change: (count) => change(+(count * step).toFixed(6)),
  });
  return { element, show(value) {
    show(steps(value));
    element.querySelector(".cnnx-value").textContent = number(value, 3);
    element.querySelector("input").setAttribute("aria-valuetext", number(value, 3));
  } };
}

/** Like `focusable`, for a thing on a line: what it says of itself follows with `tell(element, value, text)`. */
export const onLine = (name, min, max, keys) =>
  ({ ...focusable(name, keys), role: "slider", "aria-valuemin": min, "aria-valuemax": max, class: "cnnx-handle" });
export const tell = (element, value, text = number(value)) =>
  build(element, { "aria-valuenow": value, "aria-valuetext": text }, []);

/**
 * Something to discover: a sentence above the hint, "goal" in the words. `show(found)`, called after `live.say`, makes it
 * "discovered" with the values in `found`; null where the state has not reached it. It stays reached.
 * Room is kept for both sentences, with `filler` for each value; the one live text says the second, unseen. There is no
 * goal where the first state has reached it, or where the trait `goal` is false.
 */
export function goal(model, t, live, filler = "0000") {
  const room = html("span", { class: "cnnx-room" }, t("discovered", new Proxy({}, { get: () => filler })));
  const discovered = html("span");
  const element = html("p", { class: "cnnx-aim" }, html("span", {}, t("goal")), room, discovered);
  let [open, told] = /** @type {any[]} */ ([]); // not known before the first state is
  const show = (found) => {
    open ??= !found;
    element.hidden = !open || model.get("goal") === false;
    if (element.hidden || !found) return;
    if (!element.classList.contains("cnnx-reached")) {
      element.classList.add("cnnx-reached");
      element.closest(".cnnx")?.classList.add("cnnx-found"); // a phone has a sign where it has no room for the sentence
      discovered.textContent = t("discovered", found);
      told = live.element.textContent;
    }
    if (live.element.textContent !== told) return; // it is said with the first text; one that comes twice is written anew
    live.element.append(html("span", { class: "cnnx-aloud" }, ` ${discovered.textContent}`));
  };
  return { element, show };
}

/** Gives an element attributes. */
export const put = (element, attributes) => build(element, attributes, []);

/** A button with a text. */
export const button = ({ text = "", click }) => html("button", { type: "button", class: "cnnx-wide", ...KEYS, click }, text);

export const square = (x, y, size) => `M${x} ${y}h${size}v${size}h${-size}z`;

/** Numbers as squares, rows of so many `columns`: the area is the size. Two paths take them: those above 0, those below. */
export function squares(paths, numbers, { columns, side, largest = Math.max(...numbers.map(Math.abs)) }) {
  const shape = (value, at) => {
    const size = 0.94 * side * Math.sqrt(value / largest), gap = (side - size) / 2;
    return value > 0.01 * largest ? square((at % columns) * side + gap, Math.floor(at / columns) * side + gap, size) : "";
  };
  paths.forEach((path, below) => put(path, { d: Array.from(numbers, (value, at) => shape(below ? -value : value, at)).join("") }));
}

/** Paints shares from 0, paper, to 1 in the colour of a role, where `place(index)` says. */
export function paint(canvas, role, shares, place) {
  const pen = canvas.getContext("2d"), image = pen.createImageData(canvas.width, canvas.height);
  const [, red, green, blue] = getComputedStyle(canvas).getPropertyValue(`--${role}-line`).match(/#(..)(..)(..)/);
  const [pixels, colour] = [new Uint32Array(image.data.buffer), parseInt(blue + green + red, 16)]; // the first byte is the lowest
  shares.forEach((share, at) => (pixels[place(at)] = (Math.round(255 * share) << 24) | colour));
  pen.putImageData(image, 0, 0);
}
