import io
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.checks._wrap import pad, put, width, wrap

ENGLISH = "You added 1 and then divided. Divide the room by the stride; the first window comes on top of that. " * 3
CHINESE = "先加一再除是不对的。应当先用余量除以步幅，再加上第一个窗口：它不需要任何步数就已经在那里了。" * 3


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("卷积", 4), ("é", 1), ("e\u0301", 1), ("\uff21\uff08", 4)]
)
def test_width_counts_columns(text, columns):
    assert width(text) == columns


def test_english_is_wrapped_as_everywhere():
    assert wrap(ENGLISH, 80) == textwrap.wrap(ENGLISH, 80, break_on_hyphens=False)


def test_chinese_is_wrapped_by_columns():
    lines = wrap(CHINESE, 80)
    assert "".join(lines) == CHINESE
    assert all(76 <= width(line) <= 82 for line in lines[:-1])
    assert not any(line[0] in "。，：" for line in lines)


def test_indentation_stays():
    assert wrap("    in f, line 3: " + "x " * 40, 40) == [
        "    in f, line 3: " + "x " * 10 + "x", *["    " + "x " * 17 + "x"] * 1, "    x " + "x " * 9 + "x"
    ]  # fmt: skip


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=300), st.integers(10, 80))
def test_nothing_is_lost_and_no_line_is_too_wide(text, columns):
    lines = wrap(text.strip(), columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= columns + 2 for line in lines)


def test_padding_is_by_columns():
    assert (pad("期望：", 10) + "|", pad("expected:", 10) + "|") == ("期望：    |", "expected: |")


def test_what_a_terminal_cannot_encode_ends_nothing(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    put("größe 卷积")
    sys.stdout.flush()
    assert raw.getvalue() == rb"gr\xf6\xdfe \u5377\u79ef" + b"\n"
