// Wakes the explorers of a static page: anywidgets whose JavaScript computes in the browser, so that no kernel is needed.
// The page carries their states in one JSON script and, where each is to stand, its model's id in another.
(() => {
  "use strict";
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';
  const script = document.querySelector(STATE);
  const records = script ? JSON.parse(script.textContent).state : {};

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
  const modules = {};
  async function load(id) {
    const { _esm, _css } = records[id].state;
    if (_css) document.head.append(Object.assign(document.createElement("style"), { textContent: _css }));
    const url = URL.createObjectURL(new Blob([_esm], { type: "text/javascript" }));
    try {
      const { default: widget } = await import(url);
      return typeof widget === "function" ? await widget() : widget;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  const models = {};
  async function wake(id) {
    const traits = records[id].state, source = traits._same_as ?? id;
    const widget = await (modules[source] ??= load(source));
    const model = new Model(traits);
    await widget.initialize?.({ model });
    return { widget, model };
  }

  async function show(view) {
    const { model_id: id, still, text } = JSON.parse(view.textContent);
    const el = document.createElement("div");
    el.className = "explorer";
    view.after(el);
    try {
      const { widget, model } = await (models[id] ??= wake(id));
      await widget.render({ model, el });
    } catch (error) {
      console.error(`explorer ${id}:`, error);
      el.replaceChildren();
      if (still) el.append(Object.assign(new Image(), { src: `${document.documentElement.dataset.content_root}_static/${still}`, alt: text }));
      el.append(Object.assign(document.createElement("p"), {
        className: "explorer-failed",
        textContent: `This explorer could not start here (${error.message}). Run the notebook to use it.`,
      }));
    }
  }

  for (const view of document.querySelectorAll(VIEW)) show(view);
})();
