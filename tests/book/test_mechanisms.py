"""What the build says about small books, right ones and wrong ones."""

import doctest
import io
import json
import re
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from booksite import exercises, kinds, ledger, numerals, proven, terms, widgets  # noqa: E402

CONF = """
extensions = ["myst_nb", "booksite.commit", "booksite.proven"]
myst_enable_extensions = ["colon_fence", "dollarmath", "tasklist"]
nb_execution_mode = "off"
exclude_patterns = ["out", "jupyter_execute"]
suppress_warnings = ["config.cache", "toc.not_included"]
"""


def code(source, output, label=None, **metadata):
    outputs = [nbformat.v4.new_output("stream", text=output)] if output else []
    metadata |= {"label": label} if label else {}
    return nbformat.v4.new_code_cell(source, outputs=outputs, metadata=metadata)


SUM = code("print(11 * 11 * 3 * 96)", "34848\n", "alexnet-conv1")


def warnings_of(folder, builder="html"):
    """Build a folder's pages and return the lines of warnings and errors."""
    warnings = io.StringIO()
    with docutils_namespace():
        Sphinx(
            folder, folder, folder / "out", folder / f"doctrees-{builder}", builder, status=None, warning=warnings
        ).build()
    lines = re.sub(r"\x1b\[[\d;]*m", "", warnings.getvalue()).splitlines()
    return [line for line in lines if re.search("(WARNING|ERROR): ", line) and "in any toctree" not in line]


@pytest.fixture
def build(tmp_path):
    """Build pages, each a list of cells or a Markdown text; return the warnings and a function that reads a page."""

    def run(builder="html", conf="", **pages):
        (tmp_path / "conf.py").write_text(CONF + conf)
        for name, cells in pages.items():
            if isinstance(cells, str):
                (tmp_path / f"{name}.md").write_text(cells, encoding="utf-8")
            else:
                cells = [nbformat.v4.new_markdown_cell(cell) if isinstance(cell, str) else cell for cell in cells]
                metadata = {"language_info": {"name": "python", "pygments_lexer": "python3"}}
                nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), tmp_path / f"{name}.ipynb")
        return warnings_of(tmp_path, builder), lambda name: (tmp_path / "out" / f"{name}.html").read_text("utf-8")

    return run


@pytest.mark.parametrize("module", [exercises, kinds, ledger, numerals, proven])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


# Proven numbers


def test_a_proven_number_is_a_quiet_link_to_its_cell(build):
    warnings, page = build(
        index=["# Title", "It has [34,848](#alexnet-conv1) weights, about [35 thousand](#alexnet-conv1).", SUM]
    )
    assert warnings == []
    assert '<a class="proven reference internal" href="#alexnet-conv1">34,848</a>' in page("index")
    assert re.search(r'<div class="cell[^"]*" id="alexnet-conv1">', page("index"))


def test_a_number_of_another_page_is_proven_too(build):
    text = "# Title\n\nIt has [34,848](#alexnet-conv1) weights, not [34,944](#alexnet-conv1)."
    warnings, page = build(index=text, chapter=["# The chapter", SUM])
    assert len(warnings) == 1
    assert "index.md:3: WARNING: '34,944' of [34,944](#alexnet-conv1) does not stand" in warnings[0]
    assert 'href="chapter.html#alexnet-conv1" title="The chapter"' in page("index")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "It has [34,944](#alexnet-conv1) weights.",
            "'34,944' of [34,944](#alexnet-conv1) does not stand in the output",
        ),
        ("It has 34,848 weights.", "no link on 34,848 in 'It has 34,848 weights.'"),
        ("It has [many](#alexnet-conv1) weights.", "the link [many](#alexnet-conv1) to a cell holds no number"),
        ("It has [many](#given) weights.", "'many' is marked as given, but holds no number"),
        ("- a list\\n- with 55 in it", "no link on 55"),
        ("| a | b |\\n|---|---|\\n| 1 | x |", "no link on 1"),
        ("```{admonition} 55 pixels\\nNothing.\\n```", "no link on 55"),
        ("> quoted: 55 pixels", "no link on 55"),
        ("**55** pixels", "no link on 55"),
        ("Text[^1]\\n\\n[^1]: with 55", "no link on 55"),
        ("It is $11 \\cdot 3 = 33$ in all.", "has the result 33: link it beside the formula"),
        ("It is\\n\\n$$ 11 \\cdot 3 = 33 $$\\n\\nin all.", "has the result 33: link it beside the formula"),
        ("It has [34,848](#alexnet-conv2) weights.", "target not found"),
    ],
)
def test_what_is_unproven_fails_with_its_place(build, text, says):
    warnings, _ = build(index=["# Title", "First.\n\n" + text.replace("\\n", "\n"), SUM])
    assert len(warnings) == 1, warnings
    assert says in warnings[0]
    assert re.search(r"index\.ipynb(: cell 2, line \d|:\d+)", warnings[0])


@pytest.mark.parametrize(
    "text",
    [
        "It has [34,848](#alexnet-conv1) weights; these 34,848 are many.",
        "It has [34848](#given) weights, as the paper says, and {given}`55 by 55` outputs.",
        "Code `55`, formulas $k = 55$ and $55 < 56$, links to [55 pages](https://example.org).",
        "It is $11 \\cdot 11 \\cdot 3 \\cdot 96 = 34848$, that is [34,848](#alexnet-conv1).",
        "It is\n\n$$ 11 \\cdot 11 \\cdot 3 \\cdot 96 = 34{,}848 $$\n\nweights: [34,848](#alexnet-conv1).",
        "## 34,848 weights\n\nThere are [34,848](#alexnet-conv1).",
        "In 2012 the paper on ResNet-50 had 3x3 kernels and ten layers.",
    ],
)
def test_what_is_proven_or_no_claim_passes(build, text):
    assert build(index=["# Title", text, SUM])[0] == []


def test_the_line_is_that_of_the_notebook(build):
    warnings, _ = build(index=["# Title", SUM, "One.\n\nTwo.\n\nThere are 55."])
    assert "index.ipynb: cell 3, line 5: WARNING" in warnings[0]


def test_a_caption_says_what_its_cell_says(build):
    figure = {"figure": {"caption": "A sum of 11 and 7.", "name": "fig-sum"}}
    cell = nbformat.v4.new_code_cell("draw(11)", metadata={"mystnb": figure})
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    cell.outputs = [nbformat.v4.new_output("display_data", data={"image/png": png})]
    warnings, _ = build(index=["# Title", cell])
    assert len(warnings) == 1
    assert "no link on 7 in" in warnings[0]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["# Title", SUM, code("1", "1", "alexnet-conv1")], "'alexnet-conv1' stands on 2 cells"),
        (["# Title", "## Conv one", code("1", "1", "conv-one")], "'conv-one' is taken on this page"),
        (["# Title", code("1", "1", "Conv_1")], "'Conv_1' of this cell is not like alexnet-conv1"),
        (["# Title", code("1", "1", "given")], "'given' stands on 1 cells"),
    ],
)
def test_labels_are_checked(build, cells, says):
    assert any(says in warning for warning in build(index=cells)[0])


def test_a_label_survives_the_ways_that_notebooks_are_edited():
    book = nbformat.v4.new_notebook(
        cells=[SUM], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    text = jupytext.writes(book, "py:percent")
    assert '# %% label="alexnet-conv1"' in text
    again = jupytext.reads(text, "py:percent")
    nbformat.validate(again)
    assert again.cells[0].metadata["label"] == "alexnet-conv1"


def test_every_build_checks_all_pages(build, tmp_path):
    """A second build of a wrong book, in which no page has changed, does not pass in silence."""
    build(index=["# Title", "There are 55."])
    warnings = warnings_of(tmp_path)
    assert warnings
    assert all("no link on 55" in warning for warning in warnings)


def translate(folder, messages):
    """Write a German catalogue of the page `index`."""
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    path = folder / "locale" / "de" / "LC_MESSAGES" / "index.po"
    path.parent.mkdir(parents=True)
    pairs = [f'msgid "{english}"\nmsgstr "{german}"\n' for english, german in messages.items()]
    path.write_text(head + "\n".join(pairs), encoding="utf-8")


def test_translated_pages_are_checked(build, tmp_path):
    source = "It has [34,848](#alexnet-conv1) weights, and a [stride of 4](#given)."
    target = "Es hat [34.849](#alexnet-conv1) Gewichte, und 55 mehr."
    translate(tmp_path, {source: target})
    warnings, page = build(index=["# Title", source, SUM], conf='language = "de"\nlocale_dirs = ["locale"]\n')
    assert "Gewichte" in page("index")
    assert any("'34.849' of" in warning for warning in warnings)
    assert any("no link on 55" in warning for warning in warnings)


# Questions that ask first

QUESTION = """\
:::{commit}
Kernel 5, stride 2, padding 2, and 32 pixels. How large is the output?

- [ ] 15 pixels

  No. These are the steps.
- [x] 34,848 pixels

  Right: [34,848](#alexnet-conv1).

Both see `the end`.
:::"""


def test_choices_unfold_to_their_reasons_without_a_script(build):
    warnings, page = build(index=["# Title", QUESTION, SUM])
    assert warnings == []
    body = page("index")
    assert body.count("<details") == 3
    assert re.search(r"<details>\s*<summary><span>15 pixels</span></summary>\s*<p>No\. These are the steps", body)
    assert re.search(r'<details class="right">\s*<summary><span>34,848 pixels</span></summary>', body)
    assert re.search(r'<details class="commit-answer">\s*<summary><span>The answer</span></summary>\s*<p>Both', body)
    assert "checkbox" not in body


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[34,848](#alexnet-conv1)", "it is so", "'34,848' is in the right choice"),
        ("No. These", "No. These 15", "no link on 15"),
        ("[x]", "[ ]", "tick one choice"),
        ("- [ ] 15 pixels", "- 15 pixels", "needs [ ] or [x] in front"),
        ("\n\n  No. These are the steps.", "", "and a reason below it"),
    ],
)
def test_a_question_that_is_wrong_is_told_so(build, old, new, says):
    assert old in QUESTION
    warnings, _ = build(index=["# Title", QUESTION.replace(old, new), SUM])
    assert any(says in warning for warning in warnings), warnings


def test_a_question_without_choices_takes_a_typed_answer(build):
    warnings, page = build(index=["# Title", ":::{commit}\nWhich one?\n\nThe second.\n:::"])
    assert warnings == []
    assert re.search(r'<div class="commit commit-types" data-key="\w{10}">', page("index"))


HIDING = ":::{commit}\n:hides: found\nHow many?\n\nLook below.\n:::"


def test_a_question_names_the_sections_that_it_hides(build):
    warnings, page = build(index=["# Title", f"## Guess\n\n{HIDING}", "(found)=\n## What was found\n\nMany."])
    assert warnings == []
    assert 'data-hides="what-was-found"' in page("index")
    assert '<section id="what-was-found">' in page("index")


@pytest.mark.parametrize(
    ("label", "says"),
    [("(lost)=\n", "no section of this page has the label 'found'"), ("(found)=\n", "stands in the section 'found'")],
)
def test_a_question_hides_a_section_of_its_page_and_not_itself(build, label, says):
    warnings, _ = build(index=["# Title", f"{label}## Guess\n\n{HIDING}"])
    assert len(warnings) == 1
    assert says in warnings[0]


def test_questions_are_translated(build, tmp_path):
    build("gettext", "gettext_compact = False\n", index=["# Title", QUESTION, SUM])
    catalogue = (tmp_path / "out" / "index.pot").read_text(encoding="utf-8")
    words = {
        "15 pixels": "15 Bildpunkte",
        "No. These are the steps.": "Nein. 55 Schritte.",
        "Both see `the end`.": "Beide.",
    }
    for message in ("34,848 pixels", *words):
        assert f'msgid "{message}"' in catalogue
    assert "The answer" not in catalogue, "fixed words come from a table"
    translate(tmp_path, words)
    warnings, page = build(index=["# Title", QUESTION, SUM], conf='language = "de"\nlocale_dirs = ["locale"]\n')
    assert "<summary><span>15 Bildpunkte</span></summary>" in page("index")
    assert "<summary><span>34,848 pixels</span></summary>" in page("index")
    assert len(warnings) == 1
    assert "no link on 55 in 'Nein. 55 Schritte.'" in warnings[0]


# Strip, exercises


def test_the_strip_says_needs_time_exercise_and_next(site):
    page = (site / "book/convolution/arithmetic.html").read_text(encoding="utf-8")
    strip = re.sub(r"<[^>]+>|\s+", " ", re.search(r'<dl class="[^"]*\bstrip\b.*?</dl>', page, re.DOTALL)[0])
    points = exercises.points_of(ROOT / "exercises" / "arithmetic.ipynb")
    assert points > 10
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    after = re.search(r"- file: book/convolution/arithmetic\n.*?- file: (book/\S+)", toc, re.DOTALL)[1]
    title = re.search("^# (.+)", nbformat.read(ROOT / f"{after}.ipynb", 4).cells[0].source, re.MULTILINE)[1]
    for part in ("Needs Python", "minutes", "Exercise: the arithmetic", f"{points} points", f"Next {title}"):
        assert part in re.sub(r"\s+", " ", strip)
    assert 'class="strip' not in (site / "book/index.html").read_text(encoding="utf-8")


def test_a_lab_with_the_name_of_a_chapter_shows_no_exercise(site):
    strips = [
        re.search(r'<dl class="[^"]*\bstrip\b.*?</dl>', (site / page).read_text(encoding="utf-8"), re.DOTALL)[0]
        for page in ("book/layers/activations.html", "book/labs/activations.html")
    ]
    assert ["exercises/activations" in strip for strip in strips] == [True, False]


def test_points_are_those_of_the_headings():
    for path in sorted((ROOT / "exercises").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert exercises.points_of(path) == sum(map(int, re.findall(r"\((\d+) points?\)", text)))


def test_chapter_and_exercise_are_downloaded_under_different_names(site):
    names = [path.name for path in site.rglob("*.ipynb")]
    assert "arithmetic.ipynb" in names
    assert names.count("exercise-arithmetic.ipynb") == 2, "from the chapter, and from its own page"
    assert names.count("arithmetic.ipynb") == 1
    page = (site / "exercises/arithmetic.html").read_text(encoding="utf-8")
    assert "_sources/exercises/exercise-arithmetic.ipynb" in page
    assert "How many positions?" in page


# The ledger

CLAIM = {"claim": "2 + 2 is 4", "source": ["notes", "1"], "says": "4", "finds": "4", "cell": "sum", "verdict": "right"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"finds": "5"}, "it is called right, but 4 is not 5"),
        ({"verdict": "wrong", "why": "No."}, "it is called wrong, but 4 is 4"),
        ({"verdict": "wrong", "finds": "5"}, "say why"),
        ({"verdict": "wrong", "finds": "5", "why": "No."}, None),
        ({"verdict": "condition", "finds": "5", "why": "Sometimes."}, None),
        ({"verdict": "maybe"}, "its verdict is 'maybe'"),
        ({"source": "notes"}, "a source"),
        ({"verdict": "paper"}, "only what stands in a paper has none"),
        ({"because": "x"}, "it has 'because'"),
    ],
)
def test_claims_that_do_not_fit_together(change, says):
    wrong = ledger.wrong_with(CLAIM | change)
    assert wrong is None if says is None else says in wrong


def test_the_ledger_lists_every_claim_of_the_file(site):
    page = (site / "book/appendix/ledger.html").read_text(encoding="utf-8")
    claims = ledger.read(ROOT / ledger.FILE)
    assert page.count('<p class="quoted">') == len(claims) >= 5
    assert all(ledger.wrong_with(claim) is None for claim in claims.values())
    computed = [claim for claim in claims.values() if claim["verdict"] != "paper"]  # those have nothing to compute
    assert len(computed) > 5
    for claim in computed:
        link = rf'<a class="proven[^>]*#{claim["cell"]}" title="[^"]+"><span[^>]*>{re.escape(str(claim["finds"]))}<'
        assert re.search(link, page)


# Words of the glossary


def test_the_first_use_of_a_word_is_linked():
    page = nodes.section()
    page += nodes.title("", "Strides")
    page += nodes.paragraph(
        "", "", nodes.Text("With strides, a Stride and same "), nodes.literal("", "stride"), nodes.Text(".")
    )
    page += nodes.paragraph("", "Same padding of a stride, a subkernel, kernel-like kernels and 卷积核.")
    known = {"padding"}
    words = ["stride", "padding", "same padding", "kernel", "卷积核"]
    terms.link_first_uses(page, words, known, lambda name, text: nodes.reference("", text, refid=name))
    linked = [(link["refid"], link.astext()) for link in page.findall(nodes.reference)]
    assert linked == [
        ("stride", "strides"),
        ("same padding", "Same padding"),
        ("kernel", "kernels"),
        ("卷积核", "卷积核"),
    ]
    assert page.astext().startswith("Strides\n\nWith strides, a Stride and same stride.")


def test_chapters_link_to_the_glossary_and_the_glossary_not_to_itself(site):
    page = (site / "book/convolution/arithmetic.html").read_text(encoding="utf-8")
    assert page.count('href="../appendix/glossary.html#term-stride"') == 1
    assert "glossary-link" not in (site / "book/appendix/glossary.html").read_text(encoding="utf-8")


# Widgets that a page cannot show


def notebook(views, **states):
    outputs = [[{"data": {widgets.VIEW: {"model_id": view}}}] for view in views]
    state = {name: {"state": value} for name, value in states.items()}
    return {"metadata": {"widgets": {widgets.STATE: {"state": state}}}, "cells": [{"outputs": out} for out in outputs]}


EXPLORER = {"_anywidget_id": "cnnbook.widgets.arithmetic.ArithmeticExplorer", "_view_name": "AnyView"}


def unshowable(book):
    explorers = widgets.explorers_of(book, "en")
    return list(widgets.unshowable(book, explorers))


def test_explorers_alone_and_progress_bars_can_be_shown():
    bar = {"_view_name": "HBoxView", "children": ["IPY_MODEL_text", "IPY_MODEL_fill"]}
    parts = {"text": {"_view_name": "HTMLView"}, "fill": {"_view_name": "ProgressView"}}
    assert unshowable(notebook(["one", "bar"], one=EXPLORER, bar=bar, **parts)) == []
    assert unshowable({"metadata": {}, "cells": [{"outputs": []}, {"source": "text"}]}) == []


@pytest.mark.parametrize("view", ["VBoxView", "TabView", "AccordionView"])
def test_an_explorer_in_a_box_or_tab_fails_with_its_cell(view):
    box = {"_view_name": view, "children": ["IPY_MODEL_one"]}
    ((cell, says),) = unshowable(notebook(["one", "box"], one=EXPLORER, box=box))
    assert cell == 2
    assert "let an explorer be the cell's last line, alone" in says


def test_interact_fails():
    box = {
        "_view_name": "VBoxView",
        "children": ["IPY_MODEL_slider", "IPY_MODEL_out"],
        "_dom_classes": ["widget-interact"],
    }
    states = {"box": box, "slider": {"_view_name": "IntSliderView"}, "out": {"_view_name": "OutputView"}}
    ((cell, _),) = unshowable(notebook(["box"], **states))
    assert cell == 1


def test_a_notebook_stored_without_widget_state_fails():
    book = notebook(["one"])
    book["metadata"] = {}
    assert unshowable(book) == [(1, "its widget is stored without a state: run the notebook with `make run`")]
