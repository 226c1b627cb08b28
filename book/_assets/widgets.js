// Wakes the explorers of a static page: anywidgets whose JavaScript computes in the browser, so that no kernel is needed.
// The page carries their states and modules in one JSON script and, where each is to stand, its model's id in another.
(() => {
  "use strict";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const script = document.querySelector(STATE);
  let { state: records, core, explorers, address, words } = script ? JSON.parse(script.textContent) : {};

  // What a kernel's widget model offers, without the kernel. Views of one model share it, and so stay in step.
  class Model {
    #traits;
    #listeners = [];
    constructor(traits) { this.#traits = { ...traits }; }
    get(name) { return this.#traits[name]; }
    set(name, value) {
      if (typeof name === "object") { for (const key in name) this.set(key, name[key]); return; }
      if (JSON.stringify(this.#traits[name]) === JSON.stringify(value)) return;
      this.#traits[name] = value;
      for (const [event, callback] of [...this.#listeners]) {
        if (event === `change:${name}`) callback(this, value);
        if (event === "change") callback(this);
      }
    }
    on(events, callback) { for (const event of events.split(" ")) this.#listeners.push([event, callback]); }
    off(events, callback) {
      const gone = ([event, known]) => (!events || events.split(" ").includes(event)) && (!callback || known === callback);
      this.#listeners = this.#listeners.filter((listener) => !gone(listener));
    }
    save_changes() {}
    send() {}
  }

  // A module is imported from a blob: that also works for a page opened as a file.
  const open = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const wear = (css) => document.head.append(Object.assign(document.createElement("style"), { textContent: css }));

  // All explorers of a page import one core: its address takes the place of the one that their modules name.
  let shared;
  async function load(stem) {
    if (!shared) wear(core.style);
    shared ??= open(core.module);
    const { module, style } = explorers[stem];
    wear(style);
    const url = open(module.replace(address, JSON.stringify(shared)));
    try {
      return (await import(url)).default;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  // A file that is loaded when it is needed: a script that gives its element a value, which also works for a page opened as a file.
  const bring = (src) => new Promise((done, fail) => {
    const onload = () => done(file.given), onerror = () => fail(new Error(src));
    const file = Object.assign(document.createElement("script"), { src, onload, onerror });
    document.head.append(file);
  });
  const inSite = (name) => `${document.documentElement.dataset.content_root}_static/${name}`;

  const modules = {}, models = {};
  async function wake(id) {
    const { _later, ...traits } = records[id].state, stem = traits._stem;
    if (_later) Object.assign(traits, await bring(inSite(_later)));
    const widget = await (modules[stem] ??= load(stem));
    const model = new Model({ ...traits, _words: explorers[stem].words });
    await widget.initialize?.({ model });
    return { widget, model };
  }

  // An explorer is drawn when it comes near the screen, or a page with many would be slow to open. All are drawn for
  // paper, and for who moves by the keyboard: Tab passes nothing by.
  const waiting = new Map();
  function draw(el) {
    waiting.get(el)?.();
    waiting.delete(el);
    near.unobserve(el);
  }
  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) draw(target);
  }, { rootMargin: "50% 0px" });
  for (const event of ["beforeprint", "keydown", "focusin"]) addEventListener(event, () => [...waiting.keys()].forEach(draw));

  // What is on the screen stays in its place while an explorer above it is drawn. Other browsers see to it; Safari does not.
  function keepPlace(el) {
    if (CSS.supports("overflow-anchor", "auto")) return;
    let height = el.offsetHeight;
    const growth = new ResizeObserver(() => {
      const more = el.offsetHeight - height;
      height += more;
      if (more && el.getBoundingClientRect().top < 0) scrollBy({ top: more, behavior: "instant" });
    });
    growth.observe(el);
    setTimeout(() => growth.disconnect(), 500);
  }

  // Modules are loaded one by one while the browser has nothing else to do: paper and a key find them there, and a page with
  // many is quick to open. (Safari has no such callback.)
  const idle = () => new Promise((go) => (window.requestIdleCallback ?? setTimeout)(go));
  let turn = Promise.resolve();

  async function show(view) {
    const { model_id: id, still, text } = JSON.parse(view.textContent);
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const el = make("div", { className: "explorer" });
    // Until it is drawn, its place says what it shows: who looks for a word on the page finds it.
    const said = make("p", { className: "explorer-said", textContent: text?.split("\n").slice(1).join(" ") });
    view.after(said, el);
    try {
      const come = new Promise((go) => {
        waiting.set(el, go);
        near.observe(el);
      });
      await (records[id].state._later ? come : Promise.race([come, (turn = turn.then(idle))]));
      const { widget, model } = await (models[id] ??= wake(id));
      await come;
      keepPlace(el);
      await widget.render({ model, el });
    } catch (error) {
      console.error(`explorer ${id}:`, error);
      el.replaceChildren();
      if (still) el.append(make("img", { src: inSite(still), alt: text }));
      el.append(make("p", { className: "explorer-failed", textContent: words.failed.replace("{reason}", () => error.message) }));
    } finally {
      said.remove();
    }
  }

  // An explorer that waits until a reader asks for it: its file hands over what a page has otherwise.
  async function ask({ currentTarget: button }) {
    const figure = button.parentElement, given = await bring(button.dataset.later);
    [records, explorers] = [{ ...records, ...given.state }, { ...explorers, ...given.explorers }];
    ({ core, address, words } = given);
    await show(figure.querySelector(VIEW));
    figure.replaceChildren(figure.querySelector(".explorer"));
    figure.querySelector("[tabindex]")?.focus({ preventScroll: true });
  }

  for (const view of document.querySelectorAll(VIEW)) if (!view.closest(".later")) show(view);
  for (const button of document.querySelectorAll("[data-later]")) {
    button.hidden = false;
    button.addEventListener("click", ask);
  }
})();
