// For `make types` only: what TypeScript's own description of browsers leaves out, and what the explorers rely on.

interface Element {
  setAttribute(name: string, value: number | boolean): void; // a browser writes any value as text
  dataset: DOMStringMap; // of HTML and of SVG elements
  style: CSSStyleDeclaration;
  focus(options?: FocusOptions): void;
}
interface EventTarget {
  closest(selectors: string): Element; // the events that they hear have elements as targets
}

declare const CORE: string, OWN: string, ADDRESS: string; // above _join.js, by _bundle.py
