"""Right answers to the questions on all networks side by side that go other ways than the reference."""

from functools import cmp_to_key
from itertools import accumulate

import numpy as np

# Reading a profile


def profile_by_numpy(rows):
    names = np.array([row[0] for row in rows])
    numbers = np.array([row[1:] for row in rows])
    macs = numbers[:, 1].cumsum()
    return *names[numbers.argmax(0)], names[np.searchsorted(macs, macs[-1] / 2, side="right")]


def profile_by_hand(rows):
    best = [rows[0]] * 3
    for row in rows[1:]:
        best = [row if row[place] > old[place] else old for place, old in enumerate(best, 1)]
    left = sum(row[2] for row in rows)
    whole = left
    for row in rows:
        left -= row[2]
        if left < whole - left:
            return [*(row[0] for row in best), row[0]]


# Who is beaten


def not_beaten_in_one_walk(networks):
    """From few MACs to many: who is more accurate than all before is not beaten; of equal MACs the best come first."""
    best, last, found = -1, None, []
    for number in sorted(range(len(networks)), key=lambda n: (networks[n][0], -networks[n][1])):
        if networks[number][1] > best or networks[number] == last:
            found.append(number)
            best, last = networks[number][1], networks[number]
    return sorted(found)


def not_beaten_by_numpy(networks):
    macs, accuracy = np.array(networks).T
    at_least = (macs[:, None] <= macs) & (accuracy[:, None] >= accuracy)
    better = (macs[:, None] < macs) | (accuracy[:, None] > accuracy)
    return np.flatnonzero(~(at_least & better).any(0)).tolist()


def not_beaten_by_taking_away(networks):
    left = dict(enumerate(networks))
    for m, a in networks:
        left = {n: (x, y) for n, (x, y) in left.items() if not (m < x and a >= y) and not (m <= x and a > y)}
    return tuple(left)


# Ranks


def both_from_the_largest(first, second):
    """Two orders the other way round agree as well."""

    def ranks(values):
        groups = sorted({*values}, reverse=True)
        counts = [values.count(value) for value in groups]
        ends = list(accumulate(counts))
        return [ends[groups.index(v)] - (values.count(v) - 1) / 2 for v in values]

    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def by_sorting(first, second):
    def ranks(values):
        order = sorted(range(len(values)), key=cmp_to_key(lambda i, j: values[i] - values[j]))
        places = {}
        for place, number in enumerate(order, 1):
            places.setdefault(values[number], []).append(place)
        return np.array([np.mean(places[value]) for value in values])

    a, b = ranks(first), ranks(second)
    a, b = (a - a.mean()) / a.std(), (b - b.mean()) / b.std()
    return (a * b).mean()


ALTERNATIVES = {
    "read_profile": [profile_by_numpy, profile_by_hand],
    "not_beaten": [not_beaten_in_one_walk, not_beaten_by_numpy, not_beaten_by_taking_away],
    "rank_correlation": [both_from_the_largest, by_sorting],
}
