"""Plausible wrong answers on all networks side by side, and which known mistake each may be called: none, mostly.

Many are right but for one region. An answer takes the right one first, then all arguments by position.
"""

import math
from itertools import pairwise

import numpy as np
from array_mistakes import partly, shortened

from cnnbook.checks import side_by_side as questions

through = shortened(questions)

# Reading a profile


def changed(place, pick):
    """One of the four names is another one."""
    return lambda right, rows: (*right[:place], pick(rows), *right[place + 1 :])


def ordered(column, place):
    """The name at a place, by the numbers of a column."""
    return lambda rows: sorted(rows, key=lambda row: row[column])[place][0]


def share(limit):
    def pick(rows):
        spent, whole = 0, sum(row[2] for row in rows)
        for row in rows:
            spent += row[2]
            if spent > limit * whole:
                return row[0]

    return pick


def following(rows):
    """The row behind the one that is asked."""
    names = [row[0] for row in rows]
    return [*names, names[-1] + "?"][names.index(share(0.5)(rows)) + 1]


PROFILE = {
    "the last of equals": (lambda right, rows: (*(max(reversed(rows), key=lambda row: row[n])[0] for n in (1, 2, 3)),
        right[3]), "last_of_equals"),
    "the last name of equals": (lambda right, rows: (*(max((row[n], row[0]) for row in rows)[1] for n in (1, 2, 3)),
        right[3]), "name_decides"),
    "the largest numbers": (lambda right, rows: (*(max(row[n] for row in rows) for n in (1, 2, 3)), right[3]),
        "numbers_for_names"),
    "positions": (lambda right, rows: tuple([row[0] for row in rows].index(name) for name in right),
        "positions_for_names"),
    "positions from one": (lambda right, rows: tuple([row[0] for row in rows].index(name) + 1 for name in right), ""),
    "MACs and outputs": (lambda right, rows: (right[0], right[2], right[1], right[3]), "macs_and_outputs_exchanged"),
    "the half first": (lambda right, rows: (right[3], *right[:3]), ""),
    "parameters and MACs exchanged": (lambda right, rows: (right[1], right[0], *right[2:]), ""),
    "the last of equals in parameters": (changed(0, lambda rows: max(reversed(rows), key=lambda row: row[1])[0]), ""),
    "at half": (changed(3, share(0.4999999)), "half_is_enough"),
    "a third": (changed(3, share(1 / 3)), ""),
    "all": (changed(3, share(0.9999999)), ""),
    "the row behind": (changed(3, following), ""),
    "the middle": (changed(3, lambda rows: rows[len(rows) // 2][0]), "half_of_the_rows"),
    "the first row": (changed(3, lambda rows: rows[0][0]), ""),
    "the last row": (changed(3, lambda rows: rows[-1][0]), ""),
    "the most MACs twice": (lambda right, rows: (*right[:3], right[1]), ""),
    "the median": (changed(3, lambda rows: ordered(2, len(rows) // 2)(rows)), ""),
    "half of the outputs": (changed(3, lambda rows: questions.passed(rows, column=3)), ""),
    "half of the parameters": (changed(3, lambda rows: questions.passed(rows, column=1)), ""),
    "the fewest parameters": (changed(0, ordered(1, 0)), ""),
    "the fewest MACs": (changed(1, ordered(2, 0)), ""),
    "three names": (lambda right, rows: right[:3], ""),
    "a dict": (lambda right, rows: dict(zip("pmoh", right, strict=True)), ""),
    "whole rows": (lambda right, rows: tuple(row for name in right for row in rows if row[0] == name), ""),
    "nothing": (lambda right, rows: None, ""),
    "capital letters": (lambda right, rows: tuple(map(str.upper, right)), ""),
} | partly(
    {"of several rows": lambda rows: len(rows) > 2, "of rows without MACs": lambda rows: not all(r[2] for r in rows)},
    {
        "the row behind": changed(3, following), "the last of equals": changed(
            2, lambda rows: max(reversed(rows), key=lambda row: row[3])[0]
        ),
    },
)  # fmt: skip


# Who is beaten


def kept(beats):
    return lambda right, networks: [
        n for n, mine in enumerate(networks)
        if not any(beats(other, mine) for place, other in enumerate(networks) if place != n)
    ]  # fmt: skip


def top(count):
    return lambda right, networks: sorted(sorted(range(len(networks)), key=lambda n: -networks[n][1])[:count])


def corners(right, networks):
    """Those that are best for some price of a MAC: on the hull, where two may stand side by side."""
    prices = [0.0] + [abs((b[1] - a[1]) / (b[0] - a[0])) for a in networks for b in networks if a[0] != b[0]]
    prices = sorted({*prices, *((p + q) / 2 for p, q in pairwise(sorted(prices))), 2 * max(prices) + 1})
    found = set()
    for price in prices:
        values = [a - price * m for m, a in networks]
        found |= {n for n in right if values[n] > max(values) - 1e-9}
    return sorted(found)


BEATEN = {
    "better in both": (kept(lambda o, m: o[0] < m[0] and o[1] > m[1]), "better_in_both"),
    "twins go": (kept(lambda o, m: o[0] <= m[0] and o[1] >= m[1]), "twins_beat_each_other"),
    "everyone beats itself": (lambda right, networks: [], ""),
    "strictly fewer MACs": (kept(lambda o, m: o[0] < m[0] and o[1] >= m[1]), "equal_macs_do_not_beat"),
    "strictly more accurate": (kept(lambda o, m: o[0] <= m[0] and o[1] > m[1]), "equal_accuracy_does_not_beat"),
    "better in one": (kept(lambda o, m: o[0] < m[0] or o[1] > m[1]), "better_in_one"),
    "accuracy alone": (kept(lambda o, m: o[1] > m[1]), ""),
    "more MACs are better": (kept(lambda o, m: o[0] >= m[0] and o[1] >= m[1] and o != m), "more_macs_are_better"),
    "less accuracy is better": (kept(lambda o, m: o[0] <= m[0] and o[1] <= m[1] and o != m), ""),
    "the first twin": (lambda right, networks: [n for n in right if networks[n] not in networks[:n]], "one_of_twins"),
    "the last twin": (lambda right, networks: [n for n in right if networks[n] not in networks[n + 1 :]], ""),
    "neighbours": (lambda right, networks: [n for n in range(len(networks)) if not any(
        questions.beats(networks[m], networks[n]) for m in (n - 1, n + 1) if 0 <= m < len(networks))], ""),
    "later ones beat": (lambda right, networks: [
        n for n, mine in enumerate(networks) if not any(questions.beats(o, mine) for o in networks[n:])], ""),
    "earlier ones beat": (lambda right, networks: [
        n for n, mine in enumerate(networks) if not any(questions.beats(o, mine) for o in networks[:n])],
        "only_earlier_ones_beat"),
    "the beaten": (lambda right, networks: [n for n in range(len(networks)) if n not in right], ""),
    "the most accurate": (lambda right, networks: [questions.most_accurate(networks)], "most_accurate_alone"),
    "the cheapest": (lambda right, networks: [questions.cheapest(networks)], ""),
    "both ends": (lambda right, networks: sorted({questions.cheapest(networks), questions.most_accurate(networks)}),
        "both_ends_alone"),
    "the three most accurate": (top(3), ""),
    "corners": (corners, ""),
    "accuracy for a MAC": (lambda right, networks: [max(range(len(networks)), key=lambda n:
        networks[n][1] / networks[n][0])], ""),
    "by MACs": (lambda right, networks: sorted(right, key=lambda n: networks[n][0]), "order_of_macs"),
    "the wrong way round": (lambda right, networks: right[::-1], ""),
    "networks": (lambda right, networks: [networks[n] for n in right], "networks_for_indices"),
    "from one": (lambda right, networks: [n + 1 for n in right], "counted_from_one"),
    "all": (lambda right, networks: list(range(len(networks))), ""),
    "a set": (lambda right, networks: {*right}, ""),
    "nothing": (lambda right, networks: None, ""),
} | partly(
    {"of several": lambda networks: len(networks) > 2, "of cheap ones": lambda networks: networks[0][0] < 4},
    {"the last one missing": lambda right, networks: right[:-1], "better in both": kept(
        lambda o, m: o[0] < m[0] and o[1] > m[1])},
)  # fmt: skip


# Ranks


def of(rank):
    return lambda right, first, second: questions.correlation(rank(first), rank(second))


def negative(values):
    return [-value for value in values]


def by_name(ties):
    return of(lambda values: questions.ranks(values, ties))


def distance(right, first, second):
    a, b = questions.ranks(first), questions.ranks(second)
    return sum(abs(x - y) for x, y in zip(a, b, strict=True)) / len(a)


CORRELATION = {
    "broken": (lambda right, *case: questions.faulty(order=True, inverted=True, values=True)(*case), "still_broken"),
    "ties in order": (by_name("order"), "ties_still_in_order"),
    "ties in order from the end": (of(lambda values: questions.ranks(values[::-1], "order")[::-1]), ""),
    "ties at the first": (by_name("first"), "ties_take_the_first_rank"),
    "no gap": (of(lambda values: [sorted({*values}).index(value) for value in values]), "no_gap_behind_ties"),
    "places": (of(lambda values: np.argsort(values, kind="stable").tolist()), "places_for_ranks"),
    "places of places": (of(lambda values: np.argsort(np.argsort(values, kind="stable")).tolist()),
        "ties_still_in_order"),
    "values": (lambda right, first, second: questions.correlation(first, second), "no_ranks"),
    "values of the first": (lambda right, first, second: questions.correlation(first, questions.ranks(second)),
        "first_still_not_ranked"),
    "values of the second": (lambda right, first, second: questions.correlation(questions.ranks(first), second), ""),
    "values against falling ranks": (lambda right, first, second: questions.correlation(
        first, questions.ranks(negative(second))), "only_the_ties_mended"),
    "logarithms": (lambda right, *case: questions.correlation(*([*map(math.log, values)] for values in case)), ""),
    "the other sign": (lambda right, *_: -right, "second_still_inverted"),
    "no sign": (lambda right, *_: abs(right), "sign_lost"),
    "no negative": (lambda right, *_: max(0, right), ""),
    "squared": (lambda right, *_: right**2, ""),
    "two decimals": (lambda right, *_: round(right, 2), ""),
    "six decimals": (lambda right, *_: round(right, 6), ""),
    "an integer": (lambda right, *_: int(right), ""),
    "covariance": (lambda right, first, second: questions.products(
        questions.ranks(first), questions.ranks(second)) / len(first), ""),
    "n - 1": (lambda right, first, second: right * len(first) / (len(first) - 1), "divided_by_one_less"),
    "short formula": (lambda right, *case: questions.short_formula(*case), "formula_without_ties"),
    "distance of ranks": (distance, ""),
    "slope": (lambda right, first, second: questions.products(a := questions.ranks(first), questions.ranks(second))
        / questions.products(a, a), ""),
    "slope of the second": (lambda right, first, second: questions.products(
        questions.ranks(first), b := questions.ranks(second)) / questions.products(b, b), ""),
    "two numbers": (lambda right, *_: (right, right), ""),
    "a matrix": (lambda right, *_: np.array([[1, right], [right, 1]]), ""),
    "nothing": (lambda right, *_: None, ""),
} | partly(
    {"of many": lambda first, second: len(first) > 3, "with ties": lambda first, second: len({*first}) < len(first)},
    {"values": lambda right, first, second: questions.correlation(first, second), "the other sign": lambda right, *_:
        -right},
)  # fmt: skip


WRONG = {
    "read_profile": (through("read_profile"), PROFILE),
    "not_beaten": (through("not_beaten"), BEATEN),
    "rank_correlation": (through("rank_correlation"), CORRELATION),
}
