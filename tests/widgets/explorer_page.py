"""What a reader does on the page of an explorer, and what is then seen there."""


def draw_all(page):
    """Have all explorers of a page of the book drawn, as for who comes with the keyboard, and wait until they are."""
    page.wait_for_function("dispatchEvent(new Event('focusin')) && !document.querySelector('.explorer:empty')")


def part(view, target):
    """The first part of a role and a name, or of a CSS selector."""
    found = view.locator(target) if isinstance(target, str) else view.get_by_role(target[0], name=target[1])
    return found.first


def middle(locator):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def way(start, end):
    """Pixels to the right and down from the middle of one part to that of another."""
    return [there - here for here, there in zip(middle(start), middle(end), strict=True)]


def side(page, selector=".cnnx-cell"):
    """Width of the first cell, or of another part."""
    return page.locator(selector).first.bounding_box()["width"]


def drag(page, locator, right, down=0):
    x, y = middle(locator)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=8)
    page.mouse.up()


def touch(page, x, y, right=0, down=0, *, rest=False):
    """Put a finger on the screen and move it; where it `rest`s first, it picks up what it would else scroll past."""
    session = page.context.new_cdp_session(page)
    moves = [("touchMove", [step / 5]) for step in range(1, 6)]
    for kind, ways in [("touchStart", [0]), *moves, ("touchEnd", [])]:
        touches = [{"x": x + right * share, "y": y + down * share} for share in ways]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
        if rest and kind == "touchStart":
            page.wait_for_timeout(500)
    session.detach()


def swipe(page, locator, right=0, down=0, *, rest=False):
    """Drag a part with a finger, in the middle of the screen (the controls stand at its foot); the page stays."""
    locator.evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    before = page.evaluate("scrollY")
    touch(page, *middle(locator), right, down, rest=rest)
    assert page.evaluate("scrollY") == before


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def has_focus(locator):
    return locator.evaluate("(e) => e === document.activeElement")


def status(page):
    """The line of text below the picture."""
    return page.locator(".cnnx-live").first.inner_text()


def now(page, *names):
    """What the model has been told of one trait; of several, a tuple."""
    values = tuple(page.evaluate("(names) => names.map((name) => window.saved[name])", names))
    return values if len(values) > 1 else values[0]


def change(page, settings):
    """Change the model, as Python does."""
    page.evaluate("(all) => Object.entries(all).forEach((pair) => window.model.set(...pair))", settings)
