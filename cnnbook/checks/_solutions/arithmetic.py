"""Solutions of the questions on the arithmetic of convolution, as `solutions/arithmetic.ipynb` has them."""


def output_size(size, kernel, *, stride=1, padding=0, dilation=1):
    """Number of positions at which the kernel fits: the output size of a convolution.

    output_size(8, 3, stride=2) is 3.
    """
    span = dilation * (kernel - 1) + 1
    return (size + 2 * padding - span) // stride + 1


def dropped_pixels(size, kernel, *, stride=1, padding=0, dilation=1):
    """Number of input pixels after the last position of the kernel.

    dropped_pixels(8, 3, stride=2) is 1.
    """
    room = size + 2 * padding - (dilation * (kernel - 1) + 1)
    return max(0, room % stride - padding)


def same_padding(size, kernel, *, stride=1, dilation=1, extra="after"):
    """Padding (before, after) with which the output has ceil(size / stride) pixels.

    same_padding(8, 3, stride=2) is (0, 1), and with extra="before" it is (1, 0).
    """
    output = -(-size // stride)  # rounds up
    total = max(0, (output - 1) * stride + dilation * (kernel - 1) + 1 - size)
    small, large = total // 2, total - total // 2
    return (small, large) if extra == "after" else (large, small)


def find_padding(size, kernel, output, *, stride=1, dilation=1):
    """A padding, the same on both sides, that gives this output size, or None.

    find_padding(5, 3, 5) is 1.
    """
    total = (output - 1) * stride + dilation * (kernel - 1) + 1 - size
    padding = max(0, -(-total // 2))  # half of it, rounded up: the smallest that can do
    found = output_size(size, kernel, stride=stride, padding=padding, dilation=dilation)
    return padding if found == output else None


def input_sizes(output, kernel, *, stride=1, padding=0, dilation=1):
    """The smallest and the largest input size with this output size, as a pair.

    input_sizes(3, 3, stride=2) is (7, 8).
    """
    exact = (output - 1) * stride + dilation * (kernel - 1) + 1 - 2 * padding
    return max(1, exact), exact + stride - 1


def ceil_output_size(size, kernel, *, stride=1, padding=0):
    """Output size of a pooling that rounds up.

    ceil_output_size(5, 2, stride=2) is 3.
    """
    steps = -(-(size + 2 * padding - kernel) // stride)  # rounds up
    if steps * stride >= size + padding:  # the last window starts behind the input
        steps -= 1
    return steps + 1
