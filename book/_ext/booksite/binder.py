"""Binder is offered where it suffices: .binder/requirements.txt has no PyTorch, which is too large there."""

from pathlib import Path

NEEDS_TORCH = r", \"labs\")"  # in the set-up cell, as JSON writes it


def take_away(app, pagename, templatename, context, doctree):
    """Leave the theme's Binder button away on a page whose notebook asks for PyTorch."""
    source = Path(app.env.doc2path(pagename)) if doctree is not None else None
    if source and source.suffix == ".ipynb" and NEEDS_TORCH in source.read_text(encoding="utf-8"):
        for group in context.get("header_buttons", []):
            if "buttons" in group:
                group["buttons"] = [one for one in group["buttons"] if "mybinder" not in str(one.get("url"))]


def setup(app):
    app.connect("html-page-context", take_away, priority=900)  # after the theme has made its buttons
