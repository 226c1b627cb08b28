"""Formulas as the eye sees them, and as the text that search, headings and descriptions hold."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docutils import nodes

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from booksite import maths  # noqa: E402
from booksite.readable import text_of  # noqa: E402

PAGE = r"""---
plain_letters: p
---
# Why $k_H$ is odd

A formula $\frac{k}{s}$ and, in a probability, $p$.

## Words $n$

\begin{align}
a &= k \\
b &= n
\end{align}
"""
BROKEN_PAGE = "# A page\n\nGood: $n$.\n\nBad: $\\frac{1$, and $\\nope$.\n\n$$ \\left( $$\n"
BROKEN_CELL = {"cell_type": "markdown", "metadata": {}, "source": ["$\\first$ words.\n", "\n", "$\\wrong$"]}
FIRST_CELL = {"cell_type": "markdown", "metadata": {}, "source": ["# A notebook"]}


@pytest.fixture(scope="module", autouse=True)
def end_renderer():
    yield
    maths.end_renderer(None, None)


def test_punctuation_goes_to_its_formula_though_the_same_stands_before():
    """Two texts ", " in a sentence: the one behind the formula is handed over, the other stays."""
    words = [nodes.strong(text="one"), nodes.Text(", "), nodes.math(text="a"), nodes.Text(", "), nodes.strong(text="b")]
    page = nodes.paragraph("", "", *words)
    maths.join_punctuation(None, page, None)
    assert [child.astext() for child in page.children] == ["one", ", ", "a", " ", "b"]
    assert words[2]["after"] == ","


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A site of three pages, two with broken formulas: its folder, the good page, and what the build said."""
    folder = tmp_path_factory.mktemp("small")
    source, out = folder / "source", folder / "out"
    source.mkdir()
    notebook = {"cells": [FIRST_CELL, BROKEN_CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name, text in (("page.md", PAGE), ("broken.md", BROKEN_PAGE), ("book.ipynb", json.dumps(notebook))):
        (source / name).write_text(text, encoding="utf-8")
    settings = {
        "extensions": ["myst_nb", "booksite.maths", "booksite.search"],
        "html_math_renderer": "katex",
        "myst_enable_extensions": ["dollarmath", "amsmath"],
        "nb_execution_mode": "off",
        "html_theme": "basic",
        "root_doc": "page",
        "suppress_warnings": ["toc.not_included"],
    }
    conf = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (source / "conf.py").write_text(conf, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "--no-color", source, out],
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT / "book/_ext")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out, (out / "page.html").read_text(encoding="utf-8"), done.stderr


def test_every_broken_formula_is_reported_with_its_place(small):
    *_, said = small
    assert re.findall(r"([\w.]+:.*?): WARNING: formula (.*) cannot be set", said) == [
        ("book.ipynb: cell 2, line 1", r"'\\first'"),
        ("book.ipynb: cell 2, line 3", r"'\\wrong'"),
        ("broken.md:5", r"'\\frac{1'"),
        ("broken.md:5", r"'\\nope'"),
        ("broken.md:7", r"' \\left( '"),
    ]
    assert said.count("cannot be set") == 5


def test_a_heading_holds_a_formula_as_text(small):
    _, page, _ = small
    assert "<h1>Why k_H is odd" in page
    assert "<title>Why k_H is odd" in page
    assert "<h2>Words n" in page


def test_align_is_numbered_once(small):
    _, page, _ = small
    assert len(re.findall(r"\(\d\)", re.sub(r"<[^>]+>", "", page))) == 1
    assert 'class="eqn-num"' not in page  # KaTeX's own number, which CSS counts


def test_letters_of_the_notation_have_their_colours(small):
    _, page, _ = small
    assert {"c-kernel", "c-input"} <= set(re.findall(r"c-\w+", page))
    assert "c-padding" not in page  # plain_letters


@pytest.mark.parametrize(
    ("latex", "coloured"),
    [
        (r"o = n - k + 1", r"\class{c-output}{o} = \class{c-input}{n} - \class{c-kernel}{k} + 1"),
        (r"p_\text{total}", r"\class{c-padding}{p_\text{total}}"),
        (r"k_{H}^2", r"\class{c-kernel}{k_{H}}^2"),
        (r"\text{no pink} \operatorname{pool} \sin x_n", r"\text{no pink} \operatorname{pool} \sin x_n"),
        (r"\class{c-gradient}{\frac{n}{k}}", r"\class{c-gradient}{\frac{n}{k}}"),
        (r"\begin{pmatrix} n \end{pmatrix}", r"\begin{pmatrix} \class{c-input}{n} \end{pmatrix}"),
    ],
)
def test_a_letter_is_coloured_where_it_stands_for_its_role(latex, coloured):
    assert maths.colour(latex) == coloured


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ("N", "N"),
        ("k_H", "k_H"),
        (r"C_\text{in}", "C_in"),
        (r"\left\lfloor \frac{n + 2p - d(k - 1) - 1}{s} \right\rfloor + 1", "⌊(n + 2p − d(k − 1) − 1)/s⌋ + 1"),
        (r"\max\bigl(0,\; (\lceil n/s \rceil - 1)\, s\bigr)", "max(0, (⌈n/s⌉ − 1) s)"),
        (r"\sum_{i=0}^{n} w_i x_{i+1}^2", "∑_(i = 0)^n w_i x_(i + 1)^2"),
        (r"\frac{\partial L}{\partial w} \le -1", "∂L/∂w ≤ −1"),
        (r"\sqrt{n + 1}", "√(n + 1)"),
        (r"\log \binom{n}{k}", "log(binomial(n, k))"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & -4 \end{pmatrix}", "(1, 2; 3, −4)"),
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", "a = b; c = d"),
        (r"\begin{align*} a &= b \\ &= c \end{align*}", "a = b = c"),
        (r"\begin{aligned} & a = b + \\ & \sqrt{c} \end{aligned}", "a = b + √c"),
        (r"\begin{aligned} & a = b \\ & c = d \end{aligned}", "a = b; c = d"),
        ("0, 1, \\dots, n - k", "0, 1, …, n − k"),
        (r"3 \times 3 \cdot \mathbb{R}^{n \times k}", "3 × 3 · R^(n × k)"),
    ],
)
def test_a_formula_can_be_read_as_text(latex, text):
    assert text_of(maths.render(latex, display=True).mathml) == text


def test_the_index_holds_the_text_of_formulas(small):
    index = (small[0] / "searchindex.js").read_text(encoding="utf-8")
    terms = set(json.loads(index[index.index("(") + 1 : index.rindex(")")])["terms"])
    assert "b" in terms
    assert not {"class", "align"} & terms


def test_no_page_holds_latex(site):
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "application/x-tex" not in page
        for text in re.findall(r'(?:data-text|aria-label|alt|content|title)="([^"]*)"', page):
            assert not re.search(r"\\[a-z]{2}|\$[^$ ]", text), f"{path.name}: {text}"
