import json
import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from cnnbook import checks, language
from cnnbook.checks import Result, _words
from cnnbook.checks._findings import Finding
from cnnbook.checks._result import written_call
from cnnbook.checks._show import shown
from cnnbook.checks._wrap import width

HERE = Path(checks.__file__).parent
ENGLISH = json.loads((HERE / "_words.en.json").read_text(encoding="utf-8"))
EVIL = '<script>alert("x")</script>\x1b[31m\n\nf: public cases passed: 24 cases\u202e'


@pytest.fixture
def chinese(tmp_path, monkeypatch):
    """A copy of the tables with some Chinese beside them."""
    for path in HERE.glob("*.en.json"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    table = {
        "wrong": "{name}：{cases} 例中有 {failed} 例错误。最小的一例：",
        "expected": "期望：",
        "got": "得到：",
        "time": "运行了 {seconds:g} 秒仍未结束：太慢，或者循环永不结束。" * 3,
        "describe_array": "形状为 {shape} 的数组",
        "asked_integer": "应为整数，而这是{got}。",
    }
    (tmp_path / "_words.zh.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(_words, "_HERE", tmp_path)


def failed(*findings, **options):
    call = written_call("f", ["x"], (8,), {})
    return Result("a-f", "failed", 24, 3, call=call, expected=shown(3), got=shown(4), findings=findings, **options)


def test_an_edition_in_another_language_adds_a_table(chinese):
    array = Finding("asked_integer", {"got": shown(np.zeros(2))})
    missing = Finding("keys_missing", {"keys": ["'a'"]})
    text = _words.text(failed(array, missing, Finding("time", {"seconds": 5.0})), "zh-CN")
    assert text.split("\n")[:6] == [
        "f：24 例中有 3 例错误。最小的一例：",
        "    f(8)",
        "    期望：    3",
        "    得到：    4",
        "应为整数，而这是形状为 (2,) 的数组。",
        "Keys that are missing: 'a'.",
    ]
    assert all(width(line) <= 82 for line in text.split("\n"))
    assert 'lang="zh"' in _words.html(failed(), "zh")
    assert _words.text(failed(), "en").startswith("f: wrong on 3 of 24 cases.")


def test_checks_follow_the_language_that_is_set(chinese, monkeypatch):
    monkeypatch.setattr(language, "_chosen", "zh")
    assert str(failed()).startswith("f：24 例中有 3 例错误")


def test_a_question_has_words_of_its_own(monkeypatch):
    monkeypatch.setattr(_words, "_OWN", {})
    _words.add("a", {"strange": "All questions.", "f.strange": "This one: {count}.", "g.strange": "Another."})
    assert _words.say(Finding("strange", {"count": 3}), "a-f") == "This one: 3."
    assert _words.say(Finding("strange"), "a-h") == "All questions."
    assert _words.say(Finding("strange_to_all"), "a-f") == "strange to all"


def test_slots_are_described_or_written():
    slots = {"got": shown(5), "many": [shown(5), shown("x")], "inner": Finding("stub"), "number": 2.0, "word": "{got}"}
    _words.add("test_slots", {"told": "{got} {got:text} {many} {many:text} {inner} {number:g} {word}"})
    text = _words.say(Finding("told", slots), "test_slots-f")
    assert text == f"the integer 5 5 the integer 5, the string 'x' 5, 'x' {ENGLISH['stub']} 2 {{got}}"


def test_every_sentence_of_the_table_can_be_said():
    for code, sentence in ENGLISH.items():
        names = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert not any(re.search(r"\W", name) for name in names)
        slots = {name: 3.0 if name == "seconds" else shown(5) for name in names}
        said = _words.say(Finding(code, slots))
        assert "{" not in said


def test_every_code_of_this_package_has_words():
    codes = set()
    for path in HERE.glob("_*.py"):
        codes |= set(re.findall(r'Finding\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8")))
    kinds = ["bool", "integer", "number", "complex", "string", "bytes", "range", "none", "list", "shape", "set", "dict"]
    codes |= {f"asked_{kind}" for kind in kinds}
    codes |= {f"type_{kind}" for kind in ("bool", "integer", "number", "complex", "string", "list", "shape", "set")}
    codes |= {f"{code}_{kind}" for code in ("asked", "type", "shape", "number_for") for kind in ("array", "tensor")}
    assert len(codes) > 40
    assert codes <= ENGLISH.keys()


def evil():
    call = written_call("f", ["x"], (EVIL,), {EVIL: 3})
    call["function"] = EVIL
    findings = (Finding("raised", {"error": EVIL}), Finding(EVIL), Finding("asked_integer", {"got": shown(EVIL)}))
    return Result("a-f", "failed", 24, 3, call=call, expected=shown(EVIL), got=shown(EVIL), findings=findings,
                  printed=EVIL * 100)  # fmt: skip


def test_a_students_words_break_no_line_of_the_text():
    lines = str(evil()).split("\n")
    assert lines[0] == "f: wrong on 3 of 24 cases. The smallest:"
    assert all(character.isprintable() for line in lines for character in line)
    printed = lines[lines.index("It printed:") + 1 :]
    assert all(line.startswith("    ") for line in printed if line.strip())
    assert len("".join(printed)) < 600


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("result", [evil(), failed(), Result("a-f", "passed", 24), Result("a-f", "not answered")])
def test_html_has_the_same_words_and_nothing_of_a_students(result):
    reader = Reader()
    reader.feed(_words.html(result))
    assert {tag for tag, _ in reader.tags} <= {"div", "pre"}
    assert {name for _, attributes in reader.tags for name in attributes} <= {"class", "lang", "style"}
    assert "".join(reader.text.split()) == "".join(str(result).split())
    styles = " ".join(attributes.get("style", "") for _, attributes in reader.tags)
    assert "url(" not in styles
    assert not re.search(r"(?<!-)\bcolor: (?!inherit)|background: (?!none)", styles)  # the page's own, light or dark


def test_a_drawing_stands_as_it_is():
    result = failed(Finding("drawing", {"lines": ["|  ab |", "| x   |"]}))
    assert str(result).endswith("    |  ab |\n    | x   |")
    assert "|  ab |\n| x   |</pre>" in _words.html(result)


def test_long_sentences_are_wrapped_and_arrays_are_not():
    got = shown(np.arange(60).reshape(3, 20) / 7)
    result = failed(Finding("asked_array", {"shape": "(2,)", "got": shown("x" * 300)}), number=1)
    assert max(map(len, str(result).split("\n"))) <= 80
    assert got["text"].split("\n")[0] in _words.write(got)
