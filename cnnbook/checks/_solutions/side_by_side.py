"""Solutions of the questions on all networks side by side, as `solutions/side_by_side.ipynb` has them."""

import numpy as np


def read_profile(rows):
    """Names of four rows: most parameters, most MACs, most outputs, half of the MACs.

    read_profile([("conv", 6, 48, 8), ("pool", 0, 0, 2)])[3] is 'conv'.
    """
    names, *columns = zip(*rows, strict=True)
    largest = [names[column.index(max(column))] for column in columns]
    macs, spent = columns[1], 0
    for name, more in zip(names, macs, strict=True):
        spent += more
        if 2 * spent > sum(macs):
            return *largest, name


def not_beaten(networks):
    """Indices of the networks that no other one beats.

    not_beaten([(9, 50), (8, 60)])[0] is 1.
    """
    found = []
    for number, (macs, accuracy) in enumerate(networks):
        rivals = [(m, a) for m, a in networks if m <= macs and a >= accuracy]
        if set(rivals) == {(macs, accuracy)}:
            found.append(number)
    return found


def rank_correlation(first, second):
    """Correlation of the ranks of two lists of numbers.

    rank_correlation([1, 2, 4], [3, 7, 8]) is 1.
    """

    def ranks(values):
        values = np.array(values)
        smaller = (values < values[:, None]).sum(1)
        equal = (values == values[:, None]).sum(1)
        return smaller + (equal + 1) / 2

    a, b = ranks(first), ranks(second)
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))
