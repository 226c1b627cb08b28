"""Drawings of the blocks and networks, made from the same tables as the networks themselves.

>>> draw("resnet_bottleneck").title
'ResNet: bottleneck block'
"""

from ._drawings import draw, list_drawings
from ._layout import Drawing

__all__ = ["Drawing", "draw", "list_drawings"]
