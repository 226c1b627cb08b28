// Renders formulas with KaTeX: one JSON request a line on standard input, one JSON answer a line on standard output.
// It ends when its input ends, and so never outlives the build that started it.
const katex = require(process.argv[2]);

// The first node of a tree that is of a type.
const find = (node, type) => (node.type === type ? node : (node.children ?? []).map((one) => find(one, type)).find(Boolean));

function render({ latex, options }) {
  try {
    const tree = katex.__renderToDomTree(latex, options);
    const math = find(tree, "math");
    const meaning = find(math, "semantics");
    meaning.children = meaning.children.filter(({ type }) => type !== "annotation"); // the LaTeX, which nobody reads
    return { html: tree.toMarkup(), mathml: math.toMarkup() };
  } catch (error) {
    return { error: error.message };
  }
}

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(render(JSON.parse(line))) + "\n");
});
