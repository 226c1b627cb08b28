"""What every page shows can be told from its ground, in light and in dark: by WCAG's formula, 4.5 for text, 3 for the rest."""

import io
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

pytestmark = pytest.mark.browser

_TOC = yaml.safe_load((Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8"))
PAGES = [_TOC["root"], *(page["file"] for part in _TOC["parts"] for page in part["chapters"]), "search"]

# Each text that is seen, with the contrast to what lies under it, colours of all its ancestors laid over each other.
TEXTS = """() => {
  const parse = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    return colour.startsWith("color(") ? [...parts.slice(0, 3).map((c) => 255 * c), parts[3] ?? 1] : [...parts.slice(0, 3), parts[3] ?? 1];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const light = (colour) => {
    const [r, g, b] = colour.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const grounds = new Map();
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    if (!grounds.has(element)) grounds.set(element, over(parse(getComputedStyle(element).backgroundColor), ground(element.parentElement)));
    return grounds.get(element);
  };
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, element = text.parentElement;
    if (!text.data.trim() || element.closest("script, style, noscript, svg, .katex-mathml, .headerlink, .visually-hidden, [aria-disabled=true]")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    if (![...range.getClientRects()].some((box) => box.width > 1 && box.height > 1)) continue;
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= getComputedStyle(at).opacity;
    const style = getComputedStyle(element), under = ground(element);
    const [r, g, b, a] = parse(style.color);
    const [one, two] = [light(over([r, g, b, a * opacity], under)), light(under)];
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = Math.max(one, two) / Math.min(one, two);
    found.push([text.data.trim().slice(0, 40), element.className || element.tagName, ratio, large ? 3 : 4.5]);
  }
  return found;
}"""


def visit(new_context, address, name, theme):
    """A page in one of the two themes, with everything that folds unfolded."""
    page = new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce").new_page()
    page.add_init_script(f"if (location.protocol !== 'about:') localStorage.setItem('mode', '{theme}')")
    page.goto(f"{address('server')}/{name}.html")
    page.wait_for_function("document.querySelectorAll('.explorer:empty').length === 0")
    page.evaluate("document.querySelectorAll('details').forEach((part) => part.open = true)")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_text_can_be_read(new_context, address, name, theme):
    found = visit(new_context, address, name, theme).evaluate(TEXTS)
    assert len(found) > 10
    assert [text for text in found if text[2] < text[3]] == []


def luminance(pixels):
    """Relative luminance of pixels of shape (H, W, 3), plus WCAG's 0.05."""
    scaled = np.asarray(pixels, float)[..., :3] / 255
    return np.where(scaled <= 0.04045, scaled / 12.92, ((scaled + 0.055) / 1.055) ** 2.4) @ (0.2126, 0.7152, 0.0722) + 0.05


def picture(image):
    """What the browser shows of an image, a pixel for a pixel."""
    image.evaluate("""image => {
      image.style.cssText = 'max-width: none; width: auto; height: auto';
      image.closest(".cell").style.overflow = "visible";
    }""")
    return np.array(Image.open(io.BytesIO(image.screenshot())).convert("RGB"))[8:-8, 8:-8]  # without round corners


@pytest.mark.parametrize("name", PAGES)
def test_charts_turn_dark_with_the_page_and_photos_do_not(new_context, address, name):
    pages = {theme: visit(new_context, address, name, theme) for theme in ("light", "dark")}
    images = {theme: page.locator(".cell_output img").all() for theme, page in pages.items()}
    paper = {theme: page.evaluate("getComputedStyle(document.body).backgroundColor") for theme, page in pages.items()}
    paper = {theme: [int(part) for part in colour[4:-1].split(",")] for theme, colour in paper.items()}
    for light, dark in zip(images["light"], images["dark"], strict=True):
        kind, shown = light.get_attribute("class"), {"light": picture(light), "dark": picture(dark)}
        if kind == "photo":
            assert np.array_equal(shown["light"], shown["dark"])
            continue
        assert kind == "chart"
        for theme, pixels in shown.items():
            ground = np.abs(pixels.astype(int) - paper[theme]).max(-1) <= 2
            assert ground.mean() > 0.1, f"{theme}: the ground of a chart is the page's own"
        seen = luminance(shown["light"])
        drawn = seen < 1.05 / 4.5  # lines and letters, without their soft edges
        assert drawn.any()
        contrast = luminance(shown["dark"]) / luminance(paper["dark"])
        assert np.quantile(contrast[drawn], 0.02) >= 3
