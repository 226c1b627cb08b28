"""Matplotlib figures in one style. Every function returns a figure, and a notebook shows it as the value of its cell.

A chart of your own gets the same look inside ``with cnnbook.plotting.style():``.
"""

from .bars import stacked_bars
from .figures import confusion_matrix, image_grid, learning_curves
from .grids import number_grids
from .style import palette, rc, style
from .windows import windows

__all__ = [
    "confusion_matrix", "image_grid", "learning_curves", "number_grids", "palette", "rc", "stacked_bars", "style",
    "windows",
]  # fmt: skip
