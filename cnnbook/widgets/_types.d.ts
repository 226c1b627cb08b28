// For `make types` only, never shipped: what an explorer is given, and what TypeScript's own description of browsers
// leaves out. All names here are known in every module.

/** What anywidget gives an explorer in a kernel and `book/_assets/widgets.js` in a page; `S` are its traits, as in Python. */
interface Model<S = object> {
  get<K extends keyof (S & Shared)>(name: K): (S & Shared)[K];
  set<K extends keyof S>(name: K, value: S[K]): void;
  save_changes(): void;
  on(event: string, call: () => void): void;
  off(event: string, call: () => void): void;
  widget_manager?: { context?: { model?: Notebook } }; // in JupyterLab
}
interface Host<S> { model: Model<S>; el: HTMLElement }
interface View<S> { width: number; state: S; update(patch: Partial<S>): void; redraw(): void } // of `connect`
interface Shared { _stem: string; _words: Record<string, string>; goal: boolean }
interface Notebook {
  cells: Iterable<{ outputs?: { length: number; get(index: number): { data: Record<string, any> } } }>;
  getMetadata(name: string): Record<string, any> | undefined;
  setMetadata(name: string, value: object): void;
}

type Grid = number[][];
type Place = { row: number; column: number };
type Activations = { function: string; x: number; layers: number; threshold: number; negative_slope: number; alpha: number };
type Architecture = { data: Record<string, any>; shown: string[]; quantity: string; layers: string[]; opened: string };
type Arithmetic = Place & { size: number; kernel: number; stride: number; padding: number; dilation: number; ceil_mode: boolean };
type BatchNorm = {
  values: number[]; gamma: number; beta: number; momentum: number; running_mean: number; running_var: number; training: boolean;
};
type Channels = Place & { c_in: number; c_out: number; groups: number; kernel: number; channel: number };
type Convolution = Place & { input: Grid; image: Grid; picture: boolean; kernel: Grid; preset: string; flip: boolean };
type Deformable = Place & { input: Grid; weight: Grid; offsets: Grid; nine: boolean; tap: number };
type Dilated = Place & { size: number; dilations: number[] };
type Im2col = Place & { size: number; kernel: number; stride: number; padding: number; channels: number; order: string };
type LeNet = Place & {
  drawing: string; gradient: boolean; layer: string; channel: number; digits: Record<string, string>; network: Packed;
};
type Packed = { mean: number; std: number; weights: Record<string, Record<"weight" | "bias", PackedArray>> };
type PackedArray = { shape: number[]; exponents: number[]; bits: string };
type Maps = { [layer: string]: Float64Array; x: Float64Array; output: Float64Array; chances: Float64Array }; // of a drawing, in LeNet-5
type Networks = {
  data: Record<string, Record<string, any>>; x: string; y: string; family: string; sort: string; descending: boolean; chosen: string;
};
type Pooling = Place & {
  input: Grid; kind: string; kernel: number; stride: number; padding: number; shift: number; ceil_mode: boolean;
};
type ReceptiveField = Place & { size: number; layers: Grid; layer: number };
type Residual = { depth: number; gain: number; normalise: boolean; block: number; cut: number[] };
type Transposed = Place & {
  input: Grid; kernel: Grid; stride: number; padding: number; output_padding: number; view: string;
};

interface Element {
  setAttribute(name: string, value: number | boolean): void; // a browser writes any value as text
  dataset: DOMStringMap; // of HTML and of SVG elements
  style: CSSStyleDeclaration;
  focus(options?: FocusOptions): void;
}
interface EventTarget { // the events that they hear have elements as targets
  closest(selectors: string): Element;
  dataset: DOMStringMap;
}
interface Node { // children of what they have drawn: elements
  setAttribute(name: string, value: number | string | boolean): void;
  style: CSSStyleDeclaration;
}

declare const CORE: string, OWN: string, ADDRESS: string; // above _join.js, by _bundle.py
