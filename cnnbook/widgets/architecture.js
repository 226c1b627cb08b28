// The architecture explorer: networks as rows of volumes. Every number is one of cnnbook.profile's, or a sum of them.
import {
  button, choice, clamp, connect, disable, goal, hide, html, label, liveText, mount, onLine, partAt, product,
  put, range, replaced, svg, tell, total, translator,
} from "./_core.js";

export const QUANTITIES = ["parameters", "macs", "activation_bytes"];
const [PITCH, TALL, WIDE, BAR, LONGEST] = [24, 84, 26, 30, 60];
const SIGNS = { "*": " · ", "/": " / ", "+": " + ", "-": " − ", ",": ", " };

/** A whole number with commas; a sum such as "64*(3*7*7+1)" as a reader writes it. */
export const whole = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
export const written = (sum) => sum.replace(/[*/+,-]|\d+/g, (part) => SIGNS[part] ?? whole(part));
const times = (shape) => shape.map(whole).join(" × ");

const counts = (numbers) => Object.fromEntries(QUANTITIES.map((name, index) => [name, whole(numbers[index])]));

/** A share in percent, as short as it can be. */
export function share(part) {
  const percent = 100 * part;
  return !part ? "" : percent < 0.05 ? "<0.1" : percent.toFixed(percent < 9.95 ? 1 : 0);
}

/** The parts of a network by their keys, from the whole, "", down to its layers: see _network.py. */
export function unpack({ specs, rows, tree, totals, input }) {
  let [field, at] = [null, 0];
  const table = rows.map((entry) => {
    const [spec, ...seen] = [entry].flat();
    if (seen.length) field = seen[0];
    const [kind, shape, ...rest] = specs[spec];
    const numbers = product([...shape, 4]) === rest[2] ? `${shape.join("*")}*4` : ""; // of four bytes each
    return { kind, shape, field, numbers: rest.slice(0, 3), how: [rest[3] ?? "", rest[4] ?? "", numbers], sees: seen.slice(1) };
  });
  const parts = new Map();
  const walk = (entry, key, parent, prefix) => {
    const [name, ...inner] = [entry].flat();
    const first = at;
    if (!inner.length) at += 1;
    const children = inner.map((part) => {
      const own = [part].flat()[0];
      return walk(part, prefix + own, key, own.includes("–") ? prefix : `${prefix}${own}.`);
    });
    const [own, end] = [table.slice(first, at), table[at - 1]];
    const numbers = QUANTITIES.map((_, index) => total(own.map((row) => row.numbers[index])));
    const grown = [...own].reverse().find((row) => row.sees.length && String(row.field) === String(end.field));
    parts.set(key, { key, name, parent, children, numbers, shape: end.shape, field: end.field, sees: grown?.sees ?? [],
      kinds: [...new Set(own.map((row) => row.kind))], how: children.length ? QUANTITIES.map((_, index) => added(children, index)) : own[0].how });
    return parts.get(key);
  };
  const all = walk(["", ...tree], "", null, "");
  const idle = totals[0] - all.numbers[0];
  if (idle) Object.assign(all, { numbers: totals, how: ["", ...all.how.slice(1)] });
  return { parts, totals, input, idle };
}

/** How a stage comes to its number: that of its only layer that has one, or a sum in which equal terms go together. */
function added(children, index) {
  const found = children.filter((part) => part.numbers[index]);
  if (found.length === 1) return found[0].how[index];
  const counts = new Map();
  for (const { numbers } of found) counts.set(numbers[index], (counts.get(numbers[index]) ?? 0) + 1);
  return [...counts].map(([number, count]) => (count > 1 ? `${count}*${number}` : number)).join("+");
}

/** The part whose children are seen: the opened one, or the nearest around it that this network has. */
function shownOf({ parts }, { opened }) {
  let key = opened;
  while (!parts.get(key)?.children.length) key = key.slice(0, Math.max(key.lastIndexOf("."), 0));
  return parts.get(key);
}

/** The chosen part of a network; where it is not among those that are seen, what these are parts of. */
export function chosenOf(network, state, key) {
  const [shown, part] = [shownOf(network, state), network.parts.get(key)];
  return part && shown.children.includes(part) ? part : shown;
}

const size = (field, t) => (field === null ? t("no_field") : t("field", { size: times([field].flat()) }));

/** What is said of a part: its numbers, each with the sum behind it, which is true as it is printed. */
export function facts({ totals }, part, t) {
  const fact = (number, index) => {
    const count = QUANTITIES[index] === "activation_bytes" ? t("bytes", { count: whole(number) }) : whole(number);
    const told = number && part.key ? `${count} (${share(number / totals[index])}%)` : count;
    const sum = written(part.how[index]);
    return number && sum && told.length + sum.length <= LONGEST ? `${told} = ${sum}` : told;
  };
  const [one, two] = part.sees.map(written);
  const reach = two === undefined ? one && ` = ${one}` : [one, two].map((how, axis) => how && `, ${"HW"[axis]} = ${how}`).join("");
  return [times(part.shape), ...part.numbers.map(fact), size(part.field, t) + (reach ?? "")];
}

const named = (name, t) => (t.has(`name_${name}`) ? t(`name_${name}`) : name);

/** All networks, unpacked. */
export const compute = ({ data }) => Object.fromEntries(Object.entries(data).map(([name, given]) => [name, unpack(given)]));

/** Discovered, where the chosen stage or layer does more MACs for each of its parameters than any other of its network. */
export function discover({ shown, layers, opened }, networks, t) {
  const each = ({ numbers: [parameters, macs] }) => (parameters ? macs / parameters : 0);
  const most = (parts, measure) => parts.reduce((one, other) => (measure(other) > measure(one) ? other : one));
  for (const [side, name] of shown.entries()) {
    if (!name || opened) continue;
    const { totals, parts } = networks[name], stages = parts.get("").children;
    const [part, largest, busiest] = [each, ({ numbers }) => numbers[0], ({ numbers }) => numbers[1]].map((measure) => most(stages, measure));
    if (part.key !== layers[side]) continue;
    const [parameters, macs] = part.numbers.map((number, index) => share(number / totals[index]));
    const [uses, fewer] = [part, largest].map((one) => whole(Math.round(each(one))));
    return { network: named(name, t), layer: part.key, parameters, macs, uses, largest: largest.key, fewer,
      busiest: busiest.key, most: share(busiest.numbers[1] / totals[1]) };
  }
  return null;
}

/** The result in words. */
export function describe(networks, state, t) {
  return state.shown.map((name, side) => {
    if (!name) return "";
    const part = chosenOf(networks[name], state, state.layers[side]);
    return t("result", { network: named(name, t), layer: part.key || t("whole"), shape: times(part.shape), ...counts(part.numbers), field: size(part.field, t) });
  }).join(" ").trim();
}

/** Volumes in lines, as many as fit: each column has its volume, its bar and its name. */
function arrange(columns, width, scale) {
  const lines = [];
  let [x, top] = [0, 0];
  const places = columns.map(({ shape: [channels, side = 1], name, children }) => {
    const [w, h] = [Math.max(2, scale.wide * Math.sqrt(channels)), Math.max(3, scale.tall * Math.sqrt(side))];
    const place = { w, h, deep: Math.min(8, 0.1 * h), name, opens: !!children?.length };
    place.pitch = Math.max(PITCH, w + place.deep + 5);
    if (!lines.length || x + place.pitch > width) lines.push({ tall: (x = 0), letters: 0 });
    const line = lines[lines.length - 1];
    Object.assign(place, { x, line });
    Object.assign(line, { tall: Math.max(line.tall, h + place.deep), letters: Math.max(line.letters, name.length), end: (x += place.pitch) });
    return place;
  });
  for (const line of lines) {
    Object.assign(line, { top, middle: top + 6 + line.tall / 2, base: top + line.tall + BAR + 24, upright: line.letters > 2 });
    top = line.bottom = line.base + (line.upright ? 14 + 7.2 * line.letters : 22);
  }
  return { places, lines, height: top };
}

/** A volume with its corner towards the reader, its bar with the share that it stands for, and its name. */
function columnParts({ x, w, h, deep, pitch, line, name, opens }, role, part, height) {
  const [left, up, middle] = [x + (pitch - w - deep) / 2, line.middle - (h - deep) / 2, x + pitch / 2];
  const volume = svg("g", { class: `cnnx-volume cnnx-${role}` },
    svg("path", { class: "cnnx-cell cnnx-side", d: `M${left} ${up}l${deep} ${-deep}h${w}v${h}l${-deep} ${deep}v${-h}l${deep} ${-deep}M${left + w} ${up}h${-w}` }),
    svg("rect", { class: "cnnx-cell", x: left, y: up, width: w, height: h }));
  const top = line.base - BAR * height;
  const bar = part ? [svg("rect", { class: "cnnx-cell cnnx-kernel", x: middle - 7, y: top, width: 14, height: line.base - top }),
    label(middle, top - 8, share(part), "cnnx-small")] : [];
  const turn = line.upright ? `translate(${middle} ${line.base + 6}) rotate(-90)` : `translate(${middle} ${line.base + 11})`;
  return [volume, ...bar, svg("text", { class: `cnnx-label cnnx-under ${line.upright ? "cnnx-upright" : ""} ${opens ? "cnnx-opens" : ""}`, transform: turn }, name)];
}

/** The columns of a network: its parts that are seen, from `first` on, and before them what goes in, where it is none of them. */
function columnsOf({ input }, { key, children }, t) {
  const first = key === "" && input.join() !== children[0].shape.join() ? 1 : 0;
  return { first, columns: [...(first ? [{ shape: input, name: t("input"), key: null, numbers: [0, 0, 0] }] : []), ...children] };
}

/** The row of volumes on their ground, each with its bar: `highest` is the share of the highest. */
function rowParts(columns, { lines, places }, { totals }, index, highest) {
  const ground = ({ middle, base, end }) => svg("path", { class: "cnnx-ground", d: `M0 ${middle}H${end}M0 ${base}H${end}` });
  return [...lines.map(ground), ...columns.flatMap(({ key, numbers }, at) => {
    const part = numbers[index] / totals[index];
    return columnParts(places[at], key === null ? "input" : "output", part, part / highest);
  })];
}

/** Name and totals of a network, and what its bars are. */
function headOf(t) {
  const [head, caption] = [html("p", { class: "cnnx-head" }), html("p", { class: "cnnx-bars" })];
  const show = (name, { idle, totals, input }, { key }, quantity) => {
    head.replaceChildren(html("strong", {}, named(name, t)), " ", t("head", counts(totals)),
      ...(idle ? [" ", t("idle", { count: whole(idle) })] : []));
    caption.textContent = t(key ? "bars_of" : "bars", { quantity: t(quantity), input: times(input), part: key });
  };
  return { elements: [head, caption], show };
}

/** What is known of a part: its name, and a list of its numbers. */
function factsOf(t) {
  const [title, values] = [html("p", { class: "cnnx-chosen" }), range(5).map(() => html("dd", { class: "cnnx-fact" }))];
  const list = html("dl", { class: "cnnx-facts" },
    ...["output", ...QUANTITIES, "field"].flatMap((key, index) => [html("dt", {}, t(`${key}_name`)), values[index]]));
  const show = (network, part) => {
    title.replaceChildren(html("strong", {}, part.key || t("whole")), part.kinds.length < 4 ? ` (${part.kinds.join(", ")})` : "");
    facts(network, part, t).forEach((text, index) => (values[index].textContent = text));
  };
  return { elements: [title, list], show };
}

/** The place of a column, or of several, in which it can be marked or hit. */
const mark = ({ x, pitch, line }, kind, column) => svg("rect",
  { class: kind, "data-column": column, x, y: line.top, width: pitch, height: line.bottom - line.top, rx: 5 });

/** One network: its name and totals, its row of volumes, and what is known of the chosen one, or the one pointed at. */
function viewOf(side, t, act) {
  let [network, columns, places, first, over] = [null, [], [], 0, null];
  const at = () => columns.findIndex(({ key }) => key === act.chosen(side).key);
  const go = (index) => act.pick(side, columns[clamp(index, first, columns.length - 1)].key);
  const step = (by) => () => go(at() < 0 ? (by > 0 ? first : columns.length - 1) : at() + by);
  const open = () => act.open(act.chosen(side));
  const row = svg("g", onLine("", 1, 1, { ArrowLeft: step(-1), ArrowUp: step(-1), ArrowRight: step(1), ArrowDown: step(1),
    Home: () => go(first), End: () => go(columns.length), Enter: open, " ": open, Escape: act.close, Backspace: act.close }));
  const [band, art, hits] = range(3).map(() => svg("g", { "aria-hidden": "true" }));
  const [head, known, drawing] = [headOf(t), factsOf(t), svg("svg", {}, band, row, art, hits)];

  function draw(name, width, scale, quantity, highest) {
    [network, over] = [act.networks()[name], null];
    const shown = shownOf(network, act.state);
    ({ columns, first } = columnsOf(network, shown, t));
    head.show(name, network, shown, quantity);
    const found = arrange(columns, width, scale);
    places = found.places;
    Object.assign(drawing.style, { width: `${width}px`, height: `${found.height}px` });
    put(row, { "aria-label": t("whole_row", { network: named(name, t) }), "aria-valuemax": columns.length - first });
    art.replaceChildren(...rowParts(columns, found, network, QUANTITIES.indexOf(quantity), highest));
    hits.replaceChildren(...places.slice(first).map((place, index) => mark(place, "cnnx-target", index + first)));
    show();
  }

  function show() {
    const chosen = act.chosen(side);
    const all = { x: 0, pitch: Math.max(...places.map(({ line }) => line.end)), line: { top: 0, bottom: places[places.length - 1].line.bottom } };
    band.replaceChildren(...(over === null ? [] : [mark(places[over], "cnnx-over")]));
    row.replaceChildren(at() < 0 ? mark(all, "cnnx-now cnnx-all") : mark(places[at()], "cnnx-now"));
    art.querySelectorAll(".cnnx-volume").forEach((volume, index) => volume.classList.toggle("cnnx-chosen", index === (over ?? at())));
    known.show(network, over === null ? chosen : columns[over]);
    tell(row, Math.max(1, at() - first + 1), `${chosen.key || t("whole")}: ${times(chosen.shape)}`);
  }
  const point = (index) => index !== over && ((over = index), show());
  drawing.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(partAt(event.target, {})?.column ?? null));
  drawing.addEventListener("pointerleave", () => point(null));
  drawing.addEventListener("click", ({ target }) => { // not pointerdown: a finger that swipes over it scrolls the page
    const index = partAt(target, {})?.column;
    if (index === undefined) return;
    row.focus({ preventScroll: true });
    if (index === at()) act.open(columns[index]);
    else go(index);
  });
  return { element: html("div", { class: "cnnx-network" }, ...head.elements, drawing, ...known.elements), draw };
}

/** What a reader does: `pick` a part, `open` a stage, `close` it. The other network follows, where it has the part. */
function actionsOf(state, update) {
  let [data, all] = [null, {}];
  const networks = () => {
    if (data !== state.data) [data, all] = [state.data, compute(state)];
    return all;
  };
  const choose = (find) => ({ layers: state.layers.map((own, side) => find(networks()[state.shown[side]]?.parts ?? new Map(), side) ?? own) });
  const canOpen = ({ key, children }) => key && key !== state.opened && children.length;
  return {
    state, networks, canOpen,
    chosen: (side) => chosenOf(networks()[state.shown[side]], state, state.layers[side]),
    pick: (side, key) => update(choose((parts, other) => (other === side || parts.has(key) ? key : null))),
    open: (part) => canOpen(part) && update({ opened: part.key, ...choose((parts) => parts.get(part.key)?.children[0]?.key) }),
    close() {
      const found = Object.values(networks()).map(({ parts }) => parts.get(state.opened)).find((part) => part?.key);
      if (found) update({ opened: found.parent, ...choose((parts) => parts.get(found.key)?.key) });
    },
  };
}

/** The lists of networks and of what the bars show, and the buttons that open and close a stage. */
function controlsOf(t, names, act, update) {
  const { state } = act;
  const offered = (key) => (key === "" ? t("none") : names.includes(key) ? named(key, t) : t(key));
  const both = [["first", names], ["second", ["", ...names]]].map(([name, options], side) =>
    choice({ name, options, t: offered, change: (now) => update({ shown: replaced(state.shown, side, now) }) }));
  const quantity = choice({ name: "quantity", options: QUANTITIES, t, change: (now) => update({ quantity: now }) });
  const toOpen = () => [0, 1].filter((side) => state.shown[side]).map(act.chosen).find(act.canOpen);
  const [opener, closer] = [button({ text: t("open"), click: () => act.open(toOpen()) }), button({ text: t("close"), click: act.close })];
  const show = () => {
    both.forEach((list, side) => list.show(state.shown[side]));
    quantity.show(state.quantity);
    disable(opener, !toOpen());
    disable(closer, !state.opened);
  };
  const element = html("div", { class: "cnnx-controls" }, ...[...both, quantity].map(({ element }) => element),
    html("div", { class: "cnnx-player" }, opener, closer));
  return { element, show };
}

/** Pixels for the root of a side and for the root of a number of channels: one scale for all networks that are seen. */
function scaleOf(networks) {
  const shapes = networks.flatMap(({ parts, input }) => [input, ...[...parts.values()].map(({ shape }) => shape)]);
  const most = (place) => Math.sqrt(Math.max(...shapes.map((shape) => shape[place] ?? 1)));
  return { tall: TALL / most(1), wide: Math.min(WIDE / most(0), 2.5) };
}

/** The share of the highest bar of each network; of both, where they show the same stage: then the bars have one scale. */
function highestOf(networks, state) {
  const [index, shown] = [QUANTITIES.indexOf(state.quantity), networks.map((network) => shownOf(network, state))];
  const tops = shown.map(({ children }, at) => Math.max(...children.map(({ numbers }) => numbers[index])) / networks[at].totals[index] || 1);
  return new Set(shown.map(({ key }) => key)).size === 1 ? tops.fill(Math.max(...tops)) : tops;
}

/** The totals of the second network over those of the first. */
function ratiosOf({ shown }, /** @type {any[]} */ [first, second], t) {
  const ratio = (index) => String(+(second.totals[index] / first.totals[index]).toPrecision(3));
  return !second ? "" : t("ratios", { first: named(shown[0], t), second: named(shown[1], t),
    ...Object.fromEntries(QUANTITIES.map((name, index) => [name, ratio(index)])) });
}

/** @param {Host<Architecture>} host */
function render({ model, el }) {
  const t = translator(model);
  const [live, ratios, pair] = [liveText(), html("p", { class: "cnnx-ratios" }), html("div", { class: "cnnx-pair" })];
  const [aim, picture] = [goal(model, t, live), html("div", {}, pair)];
  const view = connect(model, ["data", "shown", "quantity", "layers", "opened"], redraw);
  const { state, update } = view;
  const act = actionsOf(state, update);
  const controls = controlsOf(t, Object.keys(model.get("data")), act, update);
  const views = [0, 1].map((side) => viewOf(side, t, act));
  pair.append(...views.map(({ element }) => element));
  live.element.classList.add("visually-hidden"); // the lists show the same

  function redraw() {
    const sides = [0, 1].filter((side) => state.shown[side]);
    const seen = sides.map((side) => act.networks()[state.shown[side]]);
    const [scale, highest] = [scaleOf(seen), highestOf(seen, state)];
    const beside = pair.classList.toggle("cnnx-beside", sides.length > 1 && view.width >= 600);
    const width = beside ? Math.floor((view.width - 24) / 2) : view.width;
    views.forEach(({ element }, side) => hide(!state.shown[side], element));
    sides.forEach((side, at) => views[side].draw(state.shown[side], width, scale, state.quantity, highest[at]));
    ratios.textContent = ratiosOf(state, seen, t);
    controls.show();
    live.say(describe(act.networks(), state, t));
    aim.show(discover(state, act.networks(), t));
  }

  return mount(el, t, view, { picture, parts: [controls.element, picture, ratios, live.element, aim.element] });
}

export default { render };
