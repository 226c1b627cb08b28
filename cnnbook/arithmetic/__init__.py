"""The arithmetic of convolution: output sizes, costs and receptive fields.

Everything here takes and returns plain integers. An option can also be a tuple with one entry an axis, usually
``(H, W)``; an integer beside a tuple counts for every axis, and the answer is a tuple then. :class:`Padding` says how
padding is read, here and everywhere.

>>> output_size((5, 7), (3, 2))
(3, 6)
"""

from ._axes import Padding
from .costs import conv_macs, conv_parameters
from .geometry import Geometry
from .receptive_field import ReceptiveField, receptive_field
from .sizes import output_size, same_padding, transposed_output_size

__all__ = [
    "Geometry",
    "Padding",
    "ReceptiveField",
    "conv_macs",
    "conv_parameters",
    "output_size",
    "receptive_field",
    "same_padding",
    "transposed_output_size",
]
