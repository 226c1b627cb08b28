// Renders formulas with KaTeX: one JSON request a line on standard input, one JSON answer a line on standard output.
// It ends when its input ends, and so never outlives the build that started it.
const katex = require(process.argv[2]);

function render({ latex, options }) {
  try {
    return { html: katex.renderToString(latex, options) };
  } catch (error) {
    return { error: error.message };
  }
}

require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(render(JSON.parse(line))) + "\n");
});
