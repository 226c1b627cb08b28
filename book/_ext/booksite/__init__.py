"""What is peculiar to this book's site: maths set at build time, light pages, one palette, explorers without a kernel.

Each module does one thing and can be read on its own. Everything a page loads comes from the site itself.
"""

from . import icons, maths, pages, palette, styles, widgets


def setup(app):
    """Register every part with Sphinx."""
    for part in (palette, icons, styles, maths, widgets, pages):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
