"""What a page is asked about its accessibility."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOURS = ["color-contrast", "link-in-text-block"]  # all that a theme can break


def violations(page, rules=RULES):
    """What breaks a rule, in words; empty where nothing does."""
    # What is right is not asked for: telling it takes longer than finding out.
    results = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return results.generate_report() if results.violations_count else ""
