"""The questions of part 1, convolution, from all its chapters."""

from .arithmetic import ceil_output_size, dropped_pixels, find_padding, input_sizes, output_size, same_padding

__all__ = ["ceil_output_size", "dropped_pixels", "find_padding", "input_sizes", "output_size", "same_padding"]
