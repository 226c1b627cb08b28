"""Matplotlib figures in one style. Every function returns a figure, and a notebook shows it as the value of its cell.

A chart of your own gets the same look inside ``with cnnbook.plotting.style():``.
"""

from .bars import stacked_bars
from .figures import confusion_matrix, image_grid, learning_curves
from .grids import number_grids
from .influence import influence_maps
from .matrices import weight_matrices
from .style import palette, rc, style
from .volumes import volumes
from .windows import windows

__all__ = [
    "confusion_matrix",
    "image_grid",
    "influence_maps",
    "learning_curves",
    "number_grids",
    "palette",
    "rc",
    "stacked_bars",
    "style",
    "volumes",
    "weight_matrices",
    "windows",
]
