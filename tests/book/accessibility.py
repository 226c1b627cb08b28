"""What a page is asked about its accessibility."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["link-in-text-block"]  # what a theme can break, beside the contrast of texts, which contrast.js measures
OF_SIZES = ["target-size", "scrollable-region-focusable", "aria-hidden-focus", "meta-viewport", "region"]  # and a width


def violations(page, rules=RULES, *, contrast=True):
    """What breaks a rule, in words; empty where nothing does. The contrast of texts takes axe longer than all else."""
    # What is right is not asked for: telling it takes longer than finding out.
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    results = Axe().run(
        page, options=options if contrast else options | {"rules": {"color-contrast": {"enabled": False}}}
    )
    return results.generate_report() if results.violations_count else ""
