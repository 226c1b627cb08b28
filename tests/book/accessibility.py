"""What a page is asked about its accessibility."""

import json
from pathlib import Path

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe

_CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
AXE = Axe().axe_script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# Code is full of spans that hold nothing but a colour; on them axe spends a third of its time.
RUN = """async (options) => {
  const plain = (part) => part.matches('span') && part.getAttributeNames().every((name) => name === 'class');
  const codes = [...document.querySelectorAll('pre')].filter((code) => [...code.querySelectorAll('*')].every(plain));
  const kept = codes.map((code) => [code, [...code.childNodes]]);
  for (const [code] of kept) code.textContent = code.textContent;
  const results = await axe.run(options);
  for (const [code, parts] of kept) code.replaceChildren(...parts);
  return { violations: results.violations };
}"""


def contrasts(page):
    """Every text that is seen, with its class, its contrast and the contrast that it needs: see contrast.js."""
    return json.loads(page.evaluate(_CONTRAST))


def violations(page, rules=RULES, *, contrast=True):
    """What breaks a rule, in words; empty where nothing does. Contrasts are measured by contrast.js, which asks more
    than axe and takes a tenth of the time."""
    # What is right is not asked for: telling it takes longer than finding out.
    # Of style sheets, which it loads unasked, only rules under experiment are told.
    options = {"runOnly": rules, "resultTypes": ["violations"], "preload": {"assets": ["media"]}}
    options["rules"] = {rule: {"enabled": False} for rule in ("color-contrast", "link-in-text-block")}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    results = AxeResults(page.evaluate(RUN, options))
    faint = [text for text in contrasts(page) if text[2] < text[3]] if contrast else []
    return (results.generate_report() if results.violations_count else "") + "\n".join(map(str, faint))
