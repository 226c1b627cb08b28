// Proven numbers: a link to the cell that computes a number shows that cell's code and output, taken from this page,
// where the reader points, focuses or taps; a click, Enter or a second tap goes there.
(() => {
  "use strict";
  const WAIT = 120; // ms that the pointer rests on a link before its cell is shown, and may be off it before it goes
  const words = JSON.parse(document.getElementById("proven-words").textContent);
  const links = document.querySelectorAll("a.proven");
  let shown = null; // { link, popup } while a cell is shown
  let timer = 0;
  let touched = false; // whether the last pointer was a finger

  const isHere = (link) => link.pathname === location.pathname;
  const labelOf = ({ hash }) => decodeURIComponent(hash.slice(1));

  /** The cell that a link to another page names; null where that page cannot be read, as in a book opened from files. */
  const pages = {};
  const fetchCell = async (link) => {
    const address = link.href.split("#")[0];
    const read = async () => new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    const page = await (pages[address] ??= read().catch(() => null));
    const cell = page?.getElementById(labelOf(link));
    cell?.querySelectorAll("img").forEach((image) => { image.src = new URL(image.getAttribute("src"), address); });
    return cell ?? null;
  };

  /** Make an element. @param {string} tag @param {object} properties @param {...(Node|string)} children */
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  /** A copy of a part of a cell without what works or is named once a page. @param {Element} part */
  const copyOf = (part) => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll("button, script, noscript, .explorer, .explorer-said, .headerlink").forEach((element) => element.remove());
    [copy, ...copy.querySelectorAll("[id], [tabindex]")].forEach((element) => {
      element.removeAttribute("id");
      element.removeAttribute("tabindex");
    });
    return copy;
  };

  /** Mark the first place in an output where a number stands as the prose writes it. */
  const markNumber = (output, number) => {
    const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
    const whole = new RegExp(`(?<![\\w.,])${number.replace(/[^\w\s]/g, "\\$&")}(?![\\w]|[.,]\\d)`);
    while (walker.nextNode()) {
      const at = walker.currentNode.data.search(whole);
      if (at < 0) continue;
      const found = walker.currentNode.splitText(at);
      found.splitText(number.length);
      found.replaceWith(make("mark", {}, number));
      return true;
    }
    return false;
  };

  /** Code and output of a cell, the number marked. */
  const contents = (cell, link) => {
    const parts = [".cell_input", ".cell_output"].map((name) => cell.querySelector(name)).filter(Boolean).map(copyOf);
    const said = link.textContent.trim();
    const first = said.match(/\d(?:[\d.,]*\d)?/); // of a pair or a rounded number perhaps a part stands there
    if (cell.querySelector(".cell_output") && !markNumber(parts.at(-1), said) && first) markNumber(parts.at(-1), first[0]);
    return parts;
  };

  /** Put a popup under its link, or above where there is more room; inside the window in any case. */
  const place = ({ link, popup }) => {
    const margin = 8;
    const rows = link.getClientRects();
    const row = rows[0];
    const { clientWidth: width, clientHeight: height } = document.documentElement;
    const [above, below] = [row.top - margin, height - rows[rows.length - 1].bottom - margin];
    popup.style.maxHeight = `${Math.max(120, Math.min(height * 0.6, Math.max(above, below) - margin))}px`;
    const box = popup.getBoundingClientRect();
    const left = Math.min(Math.max(margin, row.left - 16), width - box.width - margin);
    const top = below >= box.height || below >= above ? rows[rows.length - 1].bottom + margin / 2 : row.top - box.height - margin / 2;
    Object.assign(popup.style, { left: `${Math.max(margin, left)}px`, top: `${Math.max(margin, Math.min(top, height - box.height - margin))}px` });
  };

  const hide = () => {
    clearTimeout(timer);
    if (!shown) return;
    shown.link.setAttribute("aria-expanded", "false");
    shown.link.removeAttribute("aria-controls");
    shown.popup.remove();
    shown = null;
  };

  /** The page's link to report an error, with the number and its cell in it; nothing where the page has none. */
  const report = (link) => {
    const whole = document.querySelector("a.report-error");
    if (!whole) return [];
    const [address, claim] = [new URL(whole.href), words.claim.replace("{number}", link.textContent.trim()).replace("{cell}", labelOf(link))];
    address.searchParams.set("body", `${claim}\n${address.searchParams.get("body")}`);
    return [make("a", { href: address.href, className: "proven-report", textContent: words.report })];
  };

  const show = (link) => {
    clearTimeout(timer);
    if (shown?.link === link) return;
    hide();
    const go = make("a", { href: link.href, className: "proven-go", textContent: words.go });
    const popup = make("div", { className: "proven-popup", id: "proven-popup" });
    if (!isHere(link)) popup.append(make("p", {}, words.elsewhere.replace("{page}", link.dataset.page)));
    popup.append(make("p", {}, go, ...report(link)));
    popup.setAttribute("role", "dialog");
    popup.setAttribute("aria-label", words.label.replace("{number}", link.textContent.trim()));
    go.addEventListener("click", () => { const { hash } = go; hide(); open(hash); });
    popup.addEventListener("pointerenter", () => clearTimeout(timer));
    popup.addEventListener("pointerleave", leave);
    popup.addEventListener("focusout", left);
    link.after(popup); // behind its link: Tab goes from one into the other
    if (popup.showPopover) { popup.popover = "manual"; popup.showPopover(); } // over everything, clipped by nothing
    shown = { link, popup };
    link.setAttribute("aria-expanded", "true");
    link.setAttribute("aria-controls", popup.id);
    const fill = (cell) => {
      if (cell && shown?.popup === popup) popup.prepend(...contents(cell, link));
      if (shown?.popup === popup) place(shown);
      const mark = popup.querySelector("mark") ?? popup.querySelector(".cell_output");
      if (mark) popup.scrollTop = Math.max(0, mark.offsetTop + mark.offsetHeight - popup.clientHeight + 48);
    };
    fill(isHere(link) ? document.getElementById(labelOf(link)) : null);
    if (!isHere(link)) fetchCell(link).then(fill);
  };

  const leave = (event) => {
    if (event.pointerType === "touch") return;
    clearTimeout(timer);
    timer = setTimeout(() => { if (shown && !document.activeElement.closest(".proven-popup") && document.activeElement !== shown.link) hide(); }, 2 * WAIT);
  };
  const left = (event) => {
    const to = event.relatedTarget;
    if (shown && to && to !== shown.link && !shown.popup.contains(to)) hide();
  };

  /** Unfold everything around the place that an address names. @param {string} hash */
  const open = (hash) => {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target || !target.classList.contains("cell")) return;
    target.querySelectorAll("details.hide").forEach((details) => { details.open = true; });
    for (let around = target; (around = around.parentElement?.closest("details")); ) around.open = true;
    requestAnimationFrame(() => target.scrollIntoView());
  };

  for (const link of links) {
    if (link.title) { link.dataset.page = link.title; link.removeAttribute("title"); }
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "touch") return;
      clearTimeout(timer);
      timer = setTimeout(() => show(link), WAIT);
    });
    link.addEventListener("pointerleave", leave);
    link.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
    link.addEventListener("focus", () => { if (!touched && link.matches(":focus-visible")) show(link); });
    link.addEventListener("focusout", left);
    link.addEventListener("click", (event) => {
      const firstTap = touched && shown?.link !== link;
      touched = false;
      if (firstTap) { event.preventDefault(); show(link); return; }
      hide();
      open(link.hash);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    const { link, popup } = shown;
    if (popup.contains(document.activeElement)) { touched = true; link.focus(); touched = false; }
    hide();
  });
  document.addEventListener("pointerdown", (event) => {
    if (shown && !shown.popup.contains(event.target) && !shown.link.contains(event.target)) hide();
  });
  addEventListener("scroll", () => { if (shown) place(shown); }, { passive: true });
  addEventListener("resize", () => { if (shown) place(shown); });
  addEventListener("hashchange", () => open(location.hash));
  open(location.hash);
})();
