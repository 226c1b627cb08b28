"""Questions that ask first, and goals to tick: by mouse, keyboard and touch, kept in the browser, sent nowhere."""

import re
from pathlib import Path

import pytest
from accessibility import violations
from explorer_page import draw_all

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHAPTER = "book/convolution/arithmetic.html"
LAB = "book/labs/lenet_mnist.html"
TYPED = """<!doctype html><html lang="en"><head><title>A question</title><style>{style}</style></head>
<body><main><h1>A question</h1>
<div class="commit commit-types" data-key="abc"><p class="commit-asks">Which number?</p>
<details class="commit-answer"><summary>The answer</summary><p>Four.</p></details></div></main>
<script type="application/json" id="commit-words">{words}</script><script>{script}</script></body></html>"""


def visit(context, address, name=CHAPTER):
    page = context.new_page()
    page.goto(f"{address('server')}/{name}")
    draw_all(page)
    return page


def reload(page):
    """Come back a moment later: the browser writes what a page keeps a moment after the page has asked for it."""
    page.wait_for_timeout(200)
    page.reload()


def question(page):
    return page.locator(".commit", has_text="Which input sizes")


def choose(page, how, index):
    summary = question(page).locator("summary").nth(index)
    summary.scroll_into_view_if_needed()
    if how == "keyboard":
        summary.focus()
        page.keyboard.press("Enter")
    else:
        getattr(summary, {"mouse": "click", "touch": "tap"}[how])()


@pytest.mark.parametrize("how", ["mouse", "keyboard", "touch"])
def test_a_choice_opens_its_reason_and_is_kept(new_context, address, how):
    context = new_context(has_touch=True)
    page = visit(context, address)
    reasons = question(page).locator("details")
    assert reasons.evaluate_all("all => all.map((d) => d.open)") == [False] * 3
    choose(page, how, 0)
    assert reasons.evaluate_all("all => all.map((d) => d.open)") == [True, False, False]
    assert "Your choice" in reasons.first.inner_text()
    choose(page, how, 1)  # after the choice every reason can be read; the choice stays
    assert reasons.evaluate_all("all => all.map((d) => d.open)") == [True, True, False]
    assert "Your choice" not in reasons.nth(1).inner_text()
    reload(page)
    assert reasons.evaluate_all("all => all.map((d) => d.open)") == [True, False, False]
    assert "Your choice" in reasons.first.inner_text()
    question(page).get_by_role("button", name="Start again").click()
    reload(page)
    assert reasons.evaluate_all("all => all.map((d) => d.open)") == [False] * 3
    assert (context.blocked, context.errors) == ([], [])


def test_goals_are_ticked_by_box_and_by_text_and_kept(new_context, address):
    context = new_context()
    page = visit(context, address)
    boxes = page.locator(".goals").get_by_role("checkbox")
    assert boxes.count() == page.locator(".goals li").count() >= 4
    boxes.nth(0).check()
    page.locator(".goals li").nth(1).locator("span").first.click()
    boxes.nth(2).focus()
    page.keyboard.press("Space")
    reload(page)
    assert boxes.evaluate_all("all => all.map((b) => b.checked)")[:4] == [True, True, True, False]
    assert page.get_by_role("checkbox", name="pixels that a layer never reads").is_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_questions_are_accessible(new_context, address, theme):
    context = new_context(viewport={"width": 320, "height": 700})
    context.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
    page = visit(context, address)
    for index in range(2):
        choose(page, "mouse", index)
    assert violations(page) == ""


def test_a_typed_answer_is_kept_and_then_the_answer_opens(new_context, tmp_path):
    script = (ROOT / "book" / "_assets" / "commit.js").read_text(encoding="utf-8")
    words = (ROOT / "book" / "_ext" / "booksite" / "commit.en.json").read_text(encoding="utf-8")
    path = tmp_path / "page.html"
    style = (ROOT / "book" / "_assets" / "commit.css").read_text(encoding="utf-8")
    parts = {"{words}": words, "{script}": script, "{style}": style}
    path.write_text(re.sub(r"\{\w+\}", lambda name: parts[name[0]], TYPED), encoding="utf-8")
    context = new_context()
    page = context.new_page()
    page.goto(path.as_uri())
    answer = page.get_by_text("Four.")
    assert answer.is_hidden()
    page.emulate_media(media="print")
    assert page.get_by_text("The answer", exact=True).is_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button").first.click()  # nothing typed: nothing opens
    assert answer.is_hidden()
    page.get_by_label("Your answer").fill("about <b>5</b>")
    page.keyboard.press("Enter")
    assert answer.is_visible()
    assert page.get_by_text("Your answer: about <b>5</b>").is_visible(), "what is typed is text, not markup"
    reload(page)
    assert answer.is_visible()
    page.get_by_role("button", name="Start again").click()
    reload(page)
    assert answer.is_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert violations(page) == ""
    assert context.errors == []


def test_without_a_script_every_reason_can_be_unfolded(new_context, address):
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{address('server')}/{CHAPTER}")
    reason = question(page).locator("details").nth(1)
    reason.locator("summary").click()
    assert reason.locator("p").first.is_visible()


# What a question hides


def hidden(page):
    """Whether each of the lab's sections with results is folded."""
    return [not part.is_visible() for part in page.locator(".commit-fold > :not(summary):last-child").all()]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_results_are_folded_until_a_prediction_is_kept(new_context, address, theme):
    context = new_context(viewport={"width": 320, "height": 700})
    context.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
    page = visit(context, address, LAB)
    assert hidden(page) == [True] * 5
    assert page.get_by_role("heading", name="The full run").is_visible()
    assert violations(page) == ""
    page.get_by_label("Your answer").fill("9")
    page.keyboard.press("Enter")
    assert hidden(page) == [False] * 5
    assert page.get_by_text("Show it without an answer").first.is_hidden()
    reload(page)
    assert hidden(page) == [False] * 5
    page.get_by_role("button", name="Start again").first.click()
    assert hidden(page) == [True] * 5
    reload(page)
    assert hidden(page) == [True] * 5
    assert context.errors == []


@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_results_can_be_seen_without_an_answer(new_context, address, how):
    page = visit(new_context(), address, LAB)
    button = page.locator(".commit-fold > summary").nth(1)
    button.click() if how == "mouse" else button.press("Enter")
    assert hidden(page) == [False] * 5
    assert page.evaluate("document.activeElement.textContent").startswith("How far can you trust it?")
    reload(page)
    assert hidden(page) == [False] * 5


def test_a_link_that_leads_into_a_folded_section_opens_it(new_context, address):
    page = visit(new_context(), address, f"{LAB}#paired")
    assert hidden(page) == [True, False, True, True, True]
    assert 0 <= page.locator("#paired").bounding_box()["y"] < 400
    page.evaluate("location.hash = 'kept-network'")
    page.wait_for_function("document.querySelectorAll('.commit-fold[open]').length === 2")
    page.wait_for_timeout(200)
    assert 0 <= page.locator("#kept-network").bounding_box()["y"] < 400


def test_results_are_read_on_paper_and_without_a_script(new_context, address):
    page = visit(new_context(), address, LAB)
    page.emulate_media(media="print")
    assert hidden(page) == [False] * 5
    assert page.locator(".commit-folded").first.is_hidden()
    plain = new_context(java_script_enabled=False).new_page()
    plain.goto(f"{address('server')}/{LAB}")
    assert plain.get_by_text("Yes, it still reads.").is_visible()
