"""Whether a run comes out as a record says.

Another machine rounds otherwise, and training blows a difference in the last digit up, so no number need be the same.
It should be one that another seed could have given.
"""

from math import atan2, cos, hypot, pi, sin
from statistics import mean, stdev

from ._run import configs

SHARE = 0.95  # of numbers that come from where the record's come from are found within its spread


def reproduced(record, known):
    """Say in words how the test errors of a run compare with those of a record.

    Parameters
    ----------
    record, known : RunRecord
        The new one, of which runs that the known one has too are left out, and the one that it should agree with.

    Returns
    -------
    str
        How many networks are within the spread of the known record, and which are not; or that nothing was run.
    """
    told = f"Compared with the record of {known.date}"
    if configs(record) != configs(known):
        return f"{told}: its config is another, so it says nothing on this run."
    runs = [run for run in record.runs if run not in known.runs]
    if not runs:
        return f"Nothing was run: all {len(record.runs)} networks are in the record of {known.date} already."
    if record.dataset != known.dataset:
        told += ", whose images are others"
    compared, outside = 0, []
    for variant in known.variants():
        new = [100 * (1 - run.test_accuracy) for run in runs if run.variant == variant]
        before = known.test_errors(variant)
        if new and len(before) > 1:
            compared += 1
            if chance_of_nearer(new, before) > SHARE:
                outside.append(f"  {variant}: {mean(new):.2f} %, not {min(before):.2f} to {max(before):.2f} %")
    if not compared:
        return f"{told}: no network has two seeds or more there, so nobody knows what another seed gives."
    within = f"{compared - len(outside)} of {compared} networks are within its spread"
    return "\n".join([f"{told}: {within}, where another seed falls {SHARE:.0%} of the time.", *outside])


def chance_of_nearer(new, known):
    """How likely the mean of `new` numbers is nearer to that of `known` ones than it is, if all are of one kind.

    They are taken as normally distributed, with the spread of the known ones: the distance of the two means, in units
    of its standard deviation, then has Student's t distribution.

    Parameters
    ----------
    new, known : list of float
        One number or more, and two or more.

    Examples
    --------
    Two numbers tell little of their spread: a third that is far away is less strange than a fourth.

    >>> round(chance_of_nearer([50.0], [40.0, 42.0]), 2), round(chance_of_nearer([50.0], [40.0, 41.0, 42.0]), 2)
    (0.88, 0.98)
    """
    distance = abs(mean(new) - mean(known))
    return chance_within(distance, stdev(known) * hypot(len(new) ** -0.5, len(known) ** -0.5), len(known) - 1)


def chance_within(distance, unit, freedom):
    """How likely Student's t, times `unit`, is within `distance` of 0: Abramowitz and Stegun, 26.7.3 and 26.7.4.

    Tables have 12.706 and 4.303:

    >>> round(chance_within(12.706, 1, freedom=1), 4), round(chance_within(4.303, 1, freedom=2), 4)
    (0.95, 0.95)
    """
    angle, odd = atan2(distance, unit * freedom**0.5), freedom % 2
    term, total = cos(angle) ** odd, 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= (power + 1) / (power + 2) * cos(angle) ** 2
    return (angle + sin(angle) * total) * 2 / pi if odd else sin(angle) * total
