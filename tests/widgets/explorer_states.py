"""States of every explorer: the one it is made in, the ends of all settings, and random ones from all that it takes.

Some are impossible, as a reader can make them. JavaScript keeps rows and columns in their places.
"""

import itertools
import random
from functools import cache

from cnnbook import widgets
from cnnbook.widgets._explorer import Flag, Whole
from cnnbook.widgets._traits import Numbers, OneOf, Real
from cnnbook.widgets.convolution import PRESETS

_MOST = {"row": 30, "column": 30, "channel": 7, "block": 50}  # of settings whose limit depends on others
_KINDS = (Whole, Real, Flag, OneOf, Numbers)


@cache
def first(stem):
    """An explorer that is made without arguments, and its traits."""
    (cls,) = (getattr(widgets, name) for name, home in widgets._HOMES.items() if home == stem)
    return cls(), {name: trait for name, trait in cls.class_own_traits().items() if name[0] != "_"}


def states(stem, count):
    """The first state, at most `count` of all the ends of its settings, and `count` random ones; always the same."""
    explorer, traits = first(stem)
    rng = random.Random(stem)
    free = {name: trait for name, trait in traits.items() if isinstance(trait, _KINDS) or (stem, name) in _SPECIAL}
    ends = itertools.product(*(_ends(stem, name, trait, explorer, rng) for name, trait in free.items()))
    ends = [dict(zip(free, values, strict=True)) for values in itertools.islice(ends, 100_000)]
    drawn = [{name: _any(stem, name, trait, explorer, rng) for name, trait in free.items()} for _ in range(count)]
    return {name: getattr(explorer, name) for name in traits}, [{}, *rng.sample(ends, min(count, len(ends))), *drawn]


def _ends(stem, name, trait, explorer, rng):
    if isinstance(trait, Whole | Real):
        return trait.low, _MOST.get(name, trait.high)
    if isinstance(trait, Flag):
        return False, True
    if isinstance(trait, OneOf):
        return trait.names[:1] + trait.names[-1:]
    return getattr(explorer, name), _any(stem, name, trait, explorer, rng)


def _any(stem, name, trait, explorer, rng):
    now = getattr(explorer, name)
    if isinstance(trait, Whole):
        return rng.randint(trait.low, _MOST.get(name, trait.high))
    if isinstance(trait, Real):
        value = rng.uniform(trait.low, trait.high)
        return round(value, rng.choice((1, 2, 2, 6)))
    if isinstance(trait, Flag):
        return rng.random() < 0.5
    if isinstance(trait, OneOf):
        return rng.choice(_columns(explorer) if stem == "networks" else trait.names)
    if isinstance(trait, Numbers):
        return _matrix(stem, name, now, rng)
    return _SPECIAL[stem, name](explorer, rng)


def _number(rng):
    """Mostly whole, sometimes of a few digits, sometimes of many."""
    return round(rng.choice((1, 1, 9, 99)) * rng.uniform(-1, 1), rng.choice((0, 0, 0, 1, 2, 4, 9))) + 0.0


def _matrix(stem, name, now, rng):
    if stem == "deformable" and name == "offsets":
        return [[rng.randint(-20, 20) / 10 for _ in range(2)] for _ in range(9)]
    if name == "image":
        return now
    if (stem, name) == ("convolution", "kernel") and rng.random() < 0.5:
        return rng.choice(list(PRESETS.values()))
    rows, columns = len(now), len(now[0])
    if (stem, name) != ("deformable", "weight") and rng.random() < 0.4:
        rows, columns = (rng.randint(1 if stem != "deformable" else 3, size) for size in (rows, columns))
    whole = rng.random() < 0.5
    return [[rng.randint(-9, 9) if whole else _number(rng) for _ in range(columns)] for _ in range(rows)]


def _columns(explorer):
    return [name for name in next(iter(explorer.data.values())) if name != "family"]


def _batch(_, rng):
    return [round(rng.uniform(-8, 8), rng.choice((0, 1, 1, 3))) + 0.0 for _ in range(rng.randint(1, 8))]


def _layers(_, rng):
    limits = rng.choice(((3, 2, 1, 2), (11, 4, 5, 4)))
    least = (1, 1, 0, 1)
    return [
        tuple(rng.randint(low, high) for low, high in zip(least, limits, strict=True)) for _ in range(rng.randint(1, 8))
    ]


def _opened(explorer, rng):
    return rng.choice([key for known in explorer._nodes.values() for key in known])


_SPECIAL = {
    ("architecture", "shown"): lambda e, rng: [rng.choice(list(e.data)), rng.choice(["", *e.data])],
    ("architecture", "layers"): lambda e, rng: [_opened(e, rng), _opened(e, rng)],
    ("architecture", "opened"): lambda e, rng: rng.choice(["", _opened(e, rng)]),
    ("batch_norm", "values"): _batch,
    ("dilated", "dilations"): lambda _, rng: [rng.randint(1, 4) for _ in range(rng.randint(1, 4))],
    ("networks", "family"): lambda e, rng: rng.choice(["", *sorted({row["family"] for row in e.data.values()})]),
    ("networks", "chosen"): lambda e, rng: rng.choice(["", *e.data]),
    ("receptive_field", "layers"): _layers,
    ("residual", "cut"): lambda _, rng: sorted(rng.sample(range(1, 51), rng.choice((0, 0, 1, 4, 20)))),
}
