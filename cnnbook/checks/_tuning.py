"""Fine-tuning in numbers: the cost of a step, a step itself, features read out, and what a record leaves open."""

from itertools import pairwise, product

import numpy as np

from ._layers import either


def counted(parameters, macs, inputs, learns, batch, *, way_back=None, kept=None):
    """Learning parameters, MACs and bytes; `way_back` and `kept` take whether a layer learns, and one before it."""
    way_back = way_back or (lambda learning, before: learning + before)
    kept = kept or (lambda learning, before: learning or before)
    before = [any(learns[:place]) for place in range(len(learns))]
    pairs = list(zip(learns, before, strict=True))
    work = sum(m * (1 + way_back(*pair)) for m, pair in zip(macs, pairs, strict=True))
    numbers = sum(n for n, pair in zip(inputs, pairs, strict=True) if kept(*pair))
    trained = sum(p for p, learning in zip(parameters, learns, strict=True) if learning)
    return trained, batch * work, 4 * batch * numbers


def counting(**rules):
    return lambda parameters, macs, inputs, learns, batch: counted(parameters, macs, inputs, learns, batch, **rules)


def draw_flags(rng, layers):
    place = either(rng, (0, layers), (0, layers), (layers, layers + 1))
    kind = rng.integers(5)
    if kind == 0:
        return tuple(n >= place for n in range(layers))  # frozen from the front
    if kind == 1:
        return tuple(n <= place for n in range(layers))
    return tuple(bool(flag) for flag in rng.random(layers) < rng.choice([0.2, 0.5, 0.8]))


def draw_numbers(rng, layers, most):
    """Small ones come often."""
    return tuple(int(n) for n in rng.integers(1, rng.choice([5, most, most]), layers))


def draw_array(rng, *shape):
    """Whole numbers; now and then the same from both ends."""
    array = rng.integers(-9, 10, shape) * 1.0
    return array + array[::-1, ::-1] if rng.random() < 0.1 else array


def gap(learns):
    """Whether a frozen layer stands behind one that learns."""
    return any(a and not b for a, b in pairwise(learns))


def stepped(w, grad, v, running, means, rates, frozen, momentum, weight_decay, *,
            decays=False, coasts=False, follows=False, one_rate=False, stale=False):  # fmt: skip
    """One step; the faults let the weight decay, the velocity or the running means of frozen groups go on."""
    learns = ~np.array(frozen, bool)
    column = learns[:, None]
    pull = grad * (column | stale) + weight_decay * w * (column | decays)
    velocity = momentum * v * (column | coasts) + pull
    still = ~column & (not (decays or coasts or stale))
    velocity = np.where(still, v, velocity)
    step = (np.full_like(rates, rates[0]) if one_rate else rates)[:, None] * velocity
    moved = np.where(learns | follows, running + 0.1 * (means - running), running)
    return np.where(still, w, w - step), velocity, moved


def stepping(**faults):
    def answer(w, grad, v, running, means, rates, frozen, momentum, weight_decay):
        given = w, grad, v, running, means, rates, frozen, momentum, weight_decay
        return stepped(*given, **faults)

    return answer


def read_out(images, visits, body, head, *, relu=True):
    features = images @ body.T
    features = np.maximum(features, 0) if relu else features
    return features[list(visits)] @ head.T


def price(macs, learns):
    return counted(macs, macs, macs, learns, 1)[1]


def freed(parameters, macs, budget, *, allowed=lambda learns: True, price=price, gain=None):
    """Of all ways that fit the budget the one with most learning numbers; None where none fits."""
    gain = gain or (lambda learns: sum(p for p, flag in zip(parameters, learns, strict=True) if flag))
    flags = [learns for learns in product((False, True), repeat=len(macs)) if allowed(learns)]
    fitting = [learns for learns in flags if price(macs, learns) <= budget]
    return max(fitting, key=gain) if fitting else None


def from_the_front(learns):
    """Frozen from the front: no frozen layer behind one that learns."""
    return not gap(learns)


def chosen(validation, test):
    """Test accuracies at the rate that is best on validation images: plans and runs."""
    return test[np.arange(len(test)), validation.sum(2).argmax(1)]


def unbeaten(scores, beaten=np.all):
    """Plans to which the leader is not ahead in all runs."""
    ahead = scores[scores.sum(1).argmax()] > scores
    return [int(plan) for plan in np.flatnonzero(~beaten(ahead, axis=1))]
