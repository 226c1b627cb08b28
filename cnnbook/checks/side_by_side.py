"""The questions of the chapter that compares all networks: reading a profile, who is beaten, do two orders agree."""

import math
from operator import itemgetter

from ._cases import Case
from ._layers import either
from ._question import question

# Reading a profile

NAME, PARAMETERS, MACS, OUTPUTS = range(4)


def largest(rows, column):
    """The name of the first row with the largest number of a column."""
    return max(rows, key=itemgetter(column))[NAME]


def passed(rows, *, column=MACS, own=True, reached=False):
    """The name of the first row behind which more than half of a column is spent, or of one beside it: in front of
    which (not `own`), at half already (`reached`)."""
    spent, whole = 0, sum(row[column] for row in rows)
    for row in rows:
        spent += row[column] * own
        if 2 * spent > whole or (reached and 2 * spent == whole):
            return row[NAME]
        spent += row[column] * (not own)
    return rows[-1][NAME]


@question(
    points=2, minutes=15, difficulty=1, count=130,
    outputs=("most_parameters", "most_macs", "most_outputs", "half_way"),
)  # fmt: skip
def read_profile(rows):
    """Names of the rows with the most parameters, the most MACs and the most outputs, and of the first one behind which
    more than half of all MACs are spent."""
    return *(largest(rows, column) for column in (PARAMETERS, MACS, OUTPUTS)), passed(rows)


ALEXNET = [
    ("conv1", 34_944, 105_415_200, 290_400), ("pool1", 0, 0, 69_984),
    ("conv2", 614_656, 447_897_600, 186_624), ("pool2", 0, 0, 43_264),
    ("conv3", 885_120, 149_520_384, 64_896), ("conv4", 1_327_488, 224_280_576, 64_896),
    ("conv5", 884_992, 149_520_384, 43_264), ("pool5", 0, 0, 9_216),
    ("fc6", 37_752_832, 37_748_736, 4_096), ("fc7", 16_781_312, 16_777_216, 4_096),
    ("fc8", 4_097_000, 4_096_000, 1_000),
]  # fmt: skip
read_profile.cases(
    Case([("conv1", 2, 3, 4), ("conv2", 4, 1, 2)]),
    Case([("conv1", 2, 1, 4), ("conv2", 4, 1, 2)]),
    Case([("conv1", 2, 2, 4), ("pool1", 0, 0, 1), ("conv2", 1, 1, 2), ("fc1", 5, 1, 1)]),
    Case([("fc1", 3, 2, 4), ("block1", 3, 2, 4), ("conv1", 3, 2, 4)]),
    Case(ALEXNET),
)


def small(rng, most):
    return either(rng, (1, 3), (1, 6), (1, 6), (1, most + 1))


def level(rows, rng):
    """Exactly half of the MACs spent at some row, where rows on both sides have some."""
    place = int(rng.integers(1, len(rows)))
    front, back = (sum(row[MACS] for row in part) for part in (rows[:place], rows[place:]))
    short = range(place) if front < back else range(place, len(rows))
    for number in short:
        if front and back and rows[number][MACS]:
            name, parameters, macs, outputs = rows[number]
            rows[number] = name, parameters, macs + abs(front - back), outputs
            break
    return rows


@read_profile.draws
def _(rng):
    count, scale, numbers, rows = either(rng, (1, 3), (3, 5), (3, 7)), int(rng.choice([1, 1, 1, 1000])), {}, []
    for place in range(count):
        last = place == count - 1
        kind = str(rng.choice(["block", "conv", "fc"] if last else ["block", "conv", "conv", "pool", "pool"]))
        numbers[kind] = numbers.get(kind, 0) + 1
        weights, macs = (0, 0) if kind == "pool" else (small(rng, 9), small(rng, 9))
        rows.append((f"{kind}{numbers[kind]}", weights * scale, macs * scale, small(rng, 9) * scale))
    if rng.random() < 0.25:
        rows = [*rows[: max(1, count - 1)], (f"pool{numbers.get('pool', 0) + 1}", 0, 0, small(rng, 9) * scale)]
    if not any(row[MACS] for row in rows):
        return None
    return {"rows": level(rows, rng) if len(rows) > 1 and rng.random() < 0.3 else rows}


def shared(rows, column):
    return sum(row[column] == max(map(itemgetter(column), rows)) for row in rows) > 1


def even(rows):
    return passed(rows, reached=True) != passed(rows)


def by_size(rows):
    return sorted(rows, key=itemgetter(MACS), reverse=True)


read_profile.regions(
    one_row=lambda rows: len(rows) == 1,
    parameters_shared=lambda rows: shared(rows, PARAMETERS),
    macs_shared=lambda rows: shared(rows, MACS),
    outputs_shared=lambda rows: shared(rows, OUTPUTS),
    exactly_half=even,
    some_pool=lambda rows: any(row[MACS] == 0 for row in rows),
    ends_without_macs=lambda rows: rows[-1][MACS] == 0,
    half_at_the_largest=lambda answer: answer[3] == answer[1],
    half_in_the_first=lambda rows, answer: answer[3] == rows[0][NAME],
    order_matters=lambda rows, answer: answer[3] != passed(by_size(rows)),
    most_in_one_row=lambda answer: len({*answer[:3]}) == 1,
)


def halfway(place):
    """A mistake in the last output: a function of the rows that gives a name."""
    return lambda rows, answer: (*answer[:3], place(rows))


def in_each(pick):
    """A mistake in the three largest: a function of the rows and a column."""
    return lambda rows, answer: (*(pick(rows, column) for column in (PARAMETERS, MACS, OUTPUTS)), answer[3])


def position(rows, name):
    return next(number for number, row in enumerate(rows) if row[NAME] == name)


read_profile.misconceptions(
    last_of_equals=in_each(lambda rows, column: largest(rows[::-1], column)),
    name_decides=in_each(lambda rows, column: max((row[column], row[NAME]) for row in rows)[1]),
    numbers_for_names=in_each(lambda rows, column: max(row[column] for row in rows)),
    positions_for_names=lambda rows, answer: tuple(position(rows, name) for name in answer),
    macs_and_outputs_exchanged=lambda answer: (answer[0], answer[2], answer[1], answer[3]),
    half_is_enough=halfway(lambda rows: passed(rows, reached=True)),
    own_macs_not_yet=halfway(lambda rows: passed(rows, own=False)),
    half_of_the_rows=halfway(lambda rows: rows[len(rows) // 2][NAME]),
    largest_rows_first=halfway(lambda rows: passed(by_size(rows))),
    half_in_one_row=halfway(
        lambda rows: next((row[NAME] for row in rows if 2 * row[MACS] > sum(r[MACS] for r in rows)), None)
    ),
)


# Who is beaten


def beats(other, mine):
    return other[0] <= mine[0] and other[1] >= mine[1] and other != mine


def unbeaten(networks, beats=beats):
    """Indices of the networks that no other one beats."""
    return [
        number
        for number, mine in enumerate(networks)
        if not any(beats(other, mine) for place, other in enumerate(networks) if place != number)
    ]


@question(points=2, minutes=15, difficulty=2, count=130)
def not_beaten(networks):
    """Indices of the networks that no other one beats, which has at most their MACs, at least their accuracy, and is
    better in one of the two."""
    return unbeaten(networks)


not_beaten.cases(
    Case([(1, 50), (2, 50)]),
    Case([(1, 50), (1, 60)]),
    Case([(2, 60), (2, 60), (1, 50)]),
    Case([(2, 60), (1, 50)]),
    Case([(2, 50), (1, 60)]),
    Case([(1, 50), (1, 50)]),
    Case([(3, 70), (1, 50), (2, 65), (4, 60), (5, 71)]),
    Case([(3, 61), (1, 50), (2, 55), (4, 60), (5, 71)]),
)


@not_beaten.draws
def _(rng):
    count, scale = either(rng, (2, 4), (3, 6), (3, 8)), int(rng.choice([1, 1, 1, 1, 1, 100]))
    most = int(rng.choice([4, 8]))
    macs = rng.integers(1, most + 1, count)
    accuracy = 50 + (macs if rng.random() < 0.4 else rng.integers(1, most + 1, count)) + rng.integers(0, 2, count)
    networks = [(int(m) * scale, int(a)) for m, a in zip(macs, accuracy, strict=True)]
    if rng.random() < 0.3:
        networks[-1] = networks[int(rng.integers(count - 1))]
    if rng.random() < 0.15:
        networks[int(rng.integers(count))] = scale, 51 + most
    if rng.random() < 0.2:
        networks.sort()
    return {"networks": networks}


def several(networks, place):
    return len({network[place] for network in {*networks}}) < len({*networks})


not_beaten.regions(
    two_networks=lambda networks: len(networks) == 2,
    twins=lambda networks: len({*networks}) < len(networks),
    twins_that_stay=lambda networks, answer: len({networks[place] for place in answer}) < len(answer),
    equal_macs=lambda networks: several(networks, 0),
    equal_accuracy=lambda networks: several(networks, 1),
    nobody_beaten=lambda networks, answer: len(answer) == len(networks),
    one_left=lambda answer: len(answer) == 1,
    ordered=lambda networks: networks == sorted(networks, key=itemgetter(0)),
    first_stays=lambda answer: 0 in answer,
)


def judged(beats):
    return lambda networks: unbeaten(networks, beats)


def cheapest(networks):
    return min(range(len(networks)), key=lambda place: (networks[place][0], -networks[place][1]))


def most_accurate(networks):
    return min(range(len(networks)), key=lambda place: (-networks[place][1], networks[place][0]))


not_beaten.misconceptions(
    better_in_both=judged(lambda other, mine: other[0] < mine[0] and other[1] > mine[1]),
    twins_beat_each_other=judged(lambda other, mine: other[0] <= mine[0] and other[1] >= mine[1]),
    equal_macs_do_not_beat=judged(lambda other, mine: other[0] < mine[0] and other[1] >= mine[1]),
    equal_accuracy_does_not_beat=judged(lambda other, mine: other[0] <= mine[0] and other[1] > mine[1]),
    better_in_one=judged(lambda other, mine: other[0] < mine[0] or other[1] > mine[1]),
    more_macs_are_better=judged(lambda other, mine: other[0] >= mine[0] and other[1] >= mine[1] and other != mine),
    one_of_twins=lambda networks: [n for n in unbeaten(networks) if networks[n] not in networks[:n]],
    only_earlier_ones_beat=lambda networks: [
        n for n, mine in enumerate(networks) if not any(beats(other, mine) for other in networks[:n])
    ],
    most_accurate_alone=lambda networks: [most_accurate(networks)],
    both_ends_alone=lambda networks: sorted({cheapest(networks), most_accurate(networks)}),
    order_of_macs=lambda networks, answer: sorted(answer, key=lambda place: networks[place][0]),
    networks_for_indices=lambda networks, answer: [networks[place] for place in answer],
    counted_from_one=lambda answer: [place + 1 for place in answer],
)


# Do two orders agree?

RANKS = {  # of a number, by those that are smaller, those that are equal, itself included, and the equal ones before it
    "mean": lambda smaller, equal, before: smaller + (equal + 1) / 2,
    "first": lambda smaller, equal, before: smaller + 1,
    "order": lambda smaller, equal, before: smaller + before + 1,
}


def ranks(values, ties="mean"):
    """The rank of each number, 1 for the smallest."""
    return [
        RANKS[ties](sum(other < value for other in values), values.count(value), values[:place].count(value))
        for place, value in enumerate(values)
    ]


def dense(values):
    """Ranks without gaps: equal numbers share one, and the next number gets the next one."""
    return [sorted({*values}).index(value) for value in values]


def places(values):
    """What sorts the numbers, which is often taken for their ranks."""
    return sorted(range(len(values)), key=values.__getitem__)


def products(a, b):
    """The sum of the products of what numbers are off from their means."""
    return sum(x * y for x, y in zip(a, b, strict=True)) - sum(a) * sum(b) / len(a)


def correlation(a, b):
    return products(a, b) / math.sqrt(products(a, a) * products(b, b))


def faulty(*, order=False, inverted=False, values=False):
    """The broken function, with these of its faults."""

    def answer(first, second):
        ties = "order" if order else "mean"
        second = [-number for number in second] if inverted else second
        return correlation(first if values else ranks(first, ties), ranks(second, ties))

    return answer


@question(points=3, minutes=20, difficulty=2, count=140)
def rank_correlation(first, second):
    """Spearman's rank correlation: the correlation of ranks, equal numbers having the mean of their ranks."""
    return correlation(ranks(first), ranks(second))


rank_correlation.cases(
    Case([1, 2], [3, 5]),
    Case([2, 1], [3, 5]),
    Case([1, 2], [5, 3]),
    Case([1, 2, 6, 4], [2, 3, 5, 9]),
    Case([1, 2, 6, 6], [2, 3, 5, 9]),
    Case([1, 2, 6, 4], [2, 9, 9, 9]),
    Case([1, 1, 2, 2, 7], [4, 2, 4, 9, 9]),
)


@rank_correlation.draws
def _(rng):
    count = either(rng, (2, 4), (3, 6), (4, 7))

    def numbers():
        most = int(rng.choice([3, 4, 7, 10]))
        found = rng.permutation(count) + 1 if rng.random() < 0.3 else rng.integers(1, most, count)
        return [int(number) for number in found]

    first, second = numbers(), numbers()
    if rng.random() < 0.2:
        second = [3 * number + 1 for number in first]
    if rng.random() < 0.15:
        second = [max(first) + 1 - number for number in first]
    return {"first": first, "second": second} if len({*first}) > 1 and len({*second}) > 1 else None


def tied(values):
    return len({*values}) < len(values)


rank_correlation.regions(
    two_pairs=lambda first: len(first) == 2,
    ties_in_first=lambda first: tied(first),
    ties_in_second=lambda second: tied(second),
    ties_in_neither=lambda first, second: len({*first}) == len({*second}) == len(first),
    below_zero=lambda answer: answer < -1e-9,
    as_far_as_it_goes=lambda answer: abs(answer) > 1 - 1e-9,
    first_in_order=lambda first: first == sorted(first),
)


def ranked(rank):
    return lambda first, second: correlation(rank(first), rank(second))


def short_formula(first, second):
    """Spearman's formula for ranks without ties."""
    squares = sum((a - b) ** 2 for a, b in zip(ranks(first), ranks(second), strict=True))
    return 1 - 6 * squares / (len(first) * (len(first) ** 2 - 1))


rank_correlation.broken(faulty(order=True, inverted=True, values=True))
rank_correlation.misconceptions(
    ties_still_in_order=faulty(order=True),
    second_still_inverted=faulty(inverted=True),
    first_still_not_ranked=faulty(values=True),
    only_the_ties_mended=faulty(inverted=True, values=True),
    only_the_direction_mended=faulty(order=True, values=True),
    only_the_first_list_mended=faulty(order=True, inverted=True),
    no_ranks=lambda first, second: correlation(first, second),
    ties_take_the_first_rank=ranked(lambda values: ranks(values, "first")),
    no_gap_behind_ties=ranked(dense),
    places_for_ranks=ranked(places),
    formula_without_ties=short_formula,
    divided_by_one_less=lambda first, answer: answer * len(first) / (len(first) - 1),
    sign_lost=lambda answer: abs(answer),
)
