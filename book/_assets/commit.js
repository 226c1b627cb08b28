// Boxes that ask before they answer, and goals to tick. What the reader chooses, types or ticks stays in this browser.
(() => {
  "use strict";
  const words = JSON.parse(document.getElementById("commit-words").textContent);
  const place = location.pathname.replace(/\.html$/, "").split("/").slice(-2).join("/");

  /** What is kept under a name; a browser that keeps nothing, or refuses to, is no reason to stop. */
  const kept = (name) => {
    try { return localStorage.getItem(`cnnbook:${place}:${name}`); } catch { return null; }
  };
  const keep = (name, value) => {
    try {
      if (value === null) localStorage.removeItem(`cnnbook:${place}:${name}`);
      else localStorage.setItem(`cnnbook:${place}:${name}`, value);
    } catch { /* private windows refuse */ }
  };

  /** Forget what was said to a question. @param {Element} box */
  const forget = (box) => {
    for (const kind of ["choice", "answer", "shown"]) keep(`${kind}:${box.dataset.key}`, null);
  };

  /** Make an element. @param {string} tag @param {object} properties @param {...(Node|string)} children */
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /** Show what stands behind a question, or take it away; on paper it stays. @param {?Element} answer @param {boolean} open */
  const unfold = (answer, open) => {
    answer?.classList.toggle("commit-closed", !open);
    if (answer) answer.open = open;
  };

  /** Fold the sections that a question hides, each under its heading. @param {Element} box @returns {Function} */
  const folding = (box) => {
    const name = `shown:${box.dataset.key}`;
    box.id ||= `question-${box.dataset.key}`;
    const folds = (box.dataset.hides?.split(" ") ?? []).map((id) => {
      const section = document.getElementById(id);
      const heading = section.querySelector(":scope > :is(h1, h2, h3, h4)");
      const summary = make("summary", { textContent: words.skip });
      const fold = make("details", { className: "commit-fold" }, summary);
      while (heading.nextSibling) fold.append(heading.nextSibling);
      const back = make("a", { href: `#${box.id}`, textContent: words.question });
      section.append(make("div", { className: "commit-folded" }, `${words.folded} `, back), fold);
      summary.addEventListener("click", (event) => {
        event.preventDefault();
        keep(name, "yes");
        for (const one of folds) one.open = true;
        heading.tabIndex = -1; // the button is gone: go on reading from here
        heading.focus({ preventScroll: true });
      });
      return fold;
    });
    /** Open with an answer, or where the reader wished to see without one. @param {boolean} answered */
    return (answered) => {
      for (const fold of folds) fold.open = answered || kept(name) !== null;
    };
  };

  /** A choice opens its reason, once and for all; the other reasons can be opened after it. @param {Element} box */
  const choosing = (box) => {
    const name = `choice:${box.dataset.key}`;
    const choices = [...box.querySelectorAll(":scope > details:not(.commit-answer)")];
    const answer = box.querySelector(":scope > .commit-answer");
    const again = make("button", { type: "button", className: "commit-again", textContent: words.again });
    const fold = folding(box);
    const show = (index) => {
      box.classList.toggle("committed", index !== null);
      choices.forEach((choice, at) => {
        choice.querySelector(".commit-mark")?.remove();
        choice.classList.toggle("chosen", at === index);
        if (at === index) choice.querySelector("summary").append(make("span", { className: "commit-mark", textContent: words.chosen }));
        choice.open = at === index;
      });
      unfold(answer, index !== null);
      fold(index !== null);
      if (index === null) again.remove(); else box.append(again);
    };
    choices.forEach((choice, index) => {
      choice.querySelector("summary").addEventListener("click", (event) => {
        if (box.classList.contains("committed")) return; // from here on it folds and unfolds
        event.preventDefault();
        keep(name, String(index));
        show(index);
      });
    });
    again.addEventListener("click", () => { forget(box); show(null); choices[0].querySelector("summary").focus(); });
    const before = kept(name);
    show(before !== null && choices[before] ? Number(before) : null);
  };

  /** A guess that is typed opens the answer. @param {Element} box */
  const typing = (box) => {
    const name = `answer:${box.dataset.key}`;
    const answer = box.querySelector(":scope > .commit-answer");
    const field = make("input", { type: "text", autocomplete: "off", id: `commit-${box.dataset.key}` });
    const label = make("label", { htmlFor: field.id, textContent: words.label });
    const form = make("form", {}, label, field, make("button", { type: "submit", textContent: words.commit }));
    const said = make("p", { className: "commit-said" });
    const again = make("button", { type: "button", className: "commit-again", textContent: words.again });
    const fold = folding(box);
    const show = (text) => {
      box.classList.toggle("committed", text !== null);
      form.hidden = text !== null;
      said.hidden = again.hidden = text === null;
      said.textContent = text === null ? "" : words.kept.replace("{answer}", text);
      unfold(answer, text !== null);
      fold(text !== null);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text) { field.focus(); return; }
      keep(name, text);
      show(text);
      answer.querySelector("summary").focus();
    });
    again.addEventListener("click", () => { forget(box); show(null); field.focus(); });
    answer.before(form, said);
    box.append(again);
    show(kept(name));
  };

  /** Goals with boxes to tick. @param {Element} item */
  const ticking = (item, index) => {
    const name = `goal:${index}`;
    const box = make("input", { type: "checkbox", checked: kept(name) === "yes" });
    box.addEventListener("change", () => keep(name, box.checked ? "yes" : null));
    const text = item.querySelector(":scope > p") ?? item;
    const label = make("span", { id: `goal-${index}` }, ...text.childNodes);
    box.setAttribute("aria-labelledby", label.id);
    label.addEventListener("click", (event) => { if (!event.target.closest("a")) box.click(); });
    text.append(box, label);
  };

  for (const box of document.querySelectorAll(".commit")) (box.classList.contains("commit-types") ? typing : choosing)(box);

  /** A link that leads into a folded section unfolds it. @param {boolean} moved by what was folded above */
  const reveal = (moved) => {
    const target = document.querySelector(":target"), fold = target?.closest(".commit-fold:not([open])");
    if (fold) fold.open = true;
    if (fold || moved) target?.scrollIntoView();
  };
  addEventListener("hashchange", () => reveal(false));
  reveal(document.querySelector(".commit-fold:not([open])") !== null);

  const goals = document.querySelectorAll(".admonition.goals > ul > li");
  goals.forEach(ticking);
  goals[0]?.parentElement.classList.add("ticked");
})();
