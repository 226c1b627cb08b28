"""Plausible wrong answers to the questions on transfer learning, and which known mistake each may be called.

About half of them are right but for one region. A check must reject them all, and accuse nobody of a mistake that is
not theirs.
"""

from itertools import pairwise

import numpy as np
from array_mistakes import partly, shortened, where

from cnnbook.checks import transfer_learning as questions

of = shortened(questions)


# Costs


def flagged(learns):
    """Whether each layer learns, and one before it."""
    return [(flag, any(learns[:n])) for n, flag in enumerate(learns)]


def work(rule):
    def wrong(right, parameters, macs, inputs, learns, batch):
        total = sum(m * rule(*flags) for m, flags in zip(macs, flagged(learns), strict=True))
        return right[0], batch * total, right[2]

    return wrong


def kept(rule):
    def wrong(right, parameters, macs, inputs, learns, batch):
        total = sum(n for n, flags in zip(inputs, flagged(learns), strict=True) if rule(*flags))
        return *right[:2], 4 * batch * total

    return wrong


LAYERS = {
    "where one layer": lambda p, m, i, learns, b: len(learns) == 1,
    "where nothing learns": lambda p, m, i, learns, b: not any(learns),
    "where all learn": lambda p, m, i, learns, b: all(learns),
    "where the first learns": lambda p, m, i, learns, b: learns[0],
    "where the last is frozen": lambda p, m, i, learns, b: not learns[-1],
    "where one image": lambda p, m, i, learns, b: b == 1,
    "where many images": lambda p, m, i, learns, b: b > 3,
}
COSTS = {
    "all parameters": (lambda r, p, *_: (sum(p), *r[1:]), "all_counted_as_learning"),
    "frozen ones": (lambda r, p, *_: (sum(p) - r[0], *r[1:]), ""),
    "parameters of each image": (lambda r, p, m, i, learns, b: (r[0] * b, *r[1:]), ""),
    "layers counted": (lambda r, p, m, i, learns, b: (sum(learns), *r[1:]), ""),
    "no way through": (work(lambda t, b: 1 + t + (t and b)), "frozen_layer_passes_nothing_back"),
    "first gradient too": (work(lambda t, b: 1 + t + (t or b)), "first_input_gradient_counted"),
    "frozen for nothing": (work(lambda t, b: t * (2 + b)), "frozen_layer_costs_nothing"),
    "three times": (work(lambda t, b: 3), "way_back_in_full"),
    "three where it learns": (work(lambda t, b: 1 + 2 * t), ""),
    "twice": (work(lambda t, b: 2), ""),
    "no way forward": (work(lambda t, b: t + b), "forward_forgotten"),
    "forward alone": (work(lambda t, b: 1), "backward_forgotten"),
    "no gradients of weights": (work(lambda t, b: 1 + b), ""),
    "FLOPs": (lambda r, *_: (r[0], 2 * r[1], r[2]), "flops_counted"),
    "one image": (lambda r, p, m, i, t, batch: (r[0], r[1] // batch, r[2]), "macs_of_one_image"),
    "bytes of one image": (lambda r, p, m, i, t, batch: (*r[:2], r[2] // batch), "bytes_of_one_image"),
    "numbers": (lambda r, *_: (*r[:2], r[2] // 4), "numbers_for_bytes"),
    "eight bytes": (lambda r, *_: (*r[:2], 2 * r[2]), ""),
    "where they learn": (kept(lambda t, b: t), "inputs_of_learning_layers_alone"),
    "behind": (kept(lambda t, b: b), "inputs_behind_alone"),
    "all": (kept(lambda t, b: True), "all_inputs_kept"),
    "both": (kept(lambda t, b: t and b), ""),
    "in another order": (lambda r, *_: (r[1], r[0], r[2]), ""),
    "floats": (lambda r, *_: tuple(map(float, r)), ""),
    **partly(LAYERS, {"one MAC more": lambda r, *_: (r[0], r[1] + 1, r[2])}),
}  # fmt: skip


# A step


def groups(change):
    """A change of a step's results in the groups that are frozen: from the arguments to what stands there instead."""

    def wrong(right, weights, gradients, velocities, running, means, rates, frozen, momentum, weight_decay):
        made = change(weights, gradients, velocities, running, means, rates[:, None], momentum, weight_decay)
        still = np.array(frozen)
        return tuple(
            np.where(still if a.ndim == 1 else still[:, None], a if new is None else new, a)
            for a, new in zip(right, made, strict=True)
        )

    return wrong


def plainly(w, g, v, rate):
    return w - rate * v, v, None


def frozen_at(test):
    return lambda w, g, v, running, means, rates, frozen, mu, wd: test(frozen)


STEPS = {
    "where the first is frozen": frozen_at(lambda frozen: frozen[0]),
    "where the last is frozen": frozen_at(lambda frozen: frozen[-1]),
    "where all are frozen": frozen_at(all),
    "where none is": frozen_at(lambda frozen: not any(frozen)),
    "in one group": frozen_at(lambda frozen: len(frozen) == 1),
    "without momentum": lambda *args: args[7] == 0,
    "without decay": lambda *args: args[8] == 0,
    "with momentum": lambda *args: args[7] > 0,
}


def changed(place, change):
    return lambda right, *_: (*right[:place], change(right[place]), *right[place + 1 :])


def broken(right, w, g, v, running, means, rates, frozen, mu, wd):
    learns = ~np.array(frozen)
    speed = mu * v + np.where(learns[:, None], g, 0) + wd * w
    return w - rates[0] * speed, speed, running + 0.1 * (means - running)


STEP = {
    "as it was": (broken, "still_broken"),
    "gradient of zero": (
        groups(lambda w, g, v, r, m, rate, mu, wd: plainly(w, g, mu * v + wd * w, rate)), "frozen_weights_still_move",
    ),
    "decay": (groups(lambda w, g, v, r, m, rate, mu, wd: plainly(w, g, wd * w, rate)), "decay_still_moves_the_frozen"),
    "momentum": (
        groups(lambda w, g, v, r, m, rate, mu, wd: plainly(w, g, mu * v, rate)), "momentum_still_moves_the_frozen",
    ),
    "gradient too": (
        groups(lambda w, g, v, r, m, rate, mu, wd: plainly(w, g, mu * v + g + wd * w, rate)), "old_gradient_used",
    ),
    "gradient alone": (groups(lambda w, g, v, r, m, rate, mu, wd: plainly(w, g, g, rate)), ""),
    "means": (groups(lambda w, g, v, r, m, *_: (None, None, r + 0.1 * (m - r))), "means_still_follow"),
    "means taken over": (groups(lambda w, g, v, r, m, *_: (None, None, m)), ""),
    "zero velocity": (
        groups(lambda w, g, v, *_: (None, 0 * v, None)), "velocity_of_the_frozen_set_to_zero",
    ),
    "fading velocity": (
        groups(lambda w, g, v, r, m, rate, mu, wd: (None, mu * v, None)), "velocity_of_the_frozen_goes_on",
    ),
    "new velocity": (groups(lambda w, g, v, r, m, rate, mu, wd: (None, mu * v + g + wd * w, None)), ""),
    "zero weights": (groups(lambda w, *_: (0 * w, None, None)), ""),
    "no means": (lambda right, w, g, v, running, *_: (*right[:2], running.copy()), "means_of_all_kept"),
    "a new mean": (lambda right, w, g, v, running, means, *_: (*right[:2], means.copy()), ""),
    "nothing": (lambda right, w, g, v, running, *_: (w.copy(), v.copy(), running.copy()), ""),
    "weights alone": (lambda right, *_: right[0], ""),
    "in another order": (lambda right, *_: (right[1], right[0], right[2]), ""),
    "changes": (lambda right, w, *_: (right[0] - w, *right[1:]), ""),
    "uphill": (lambda right, w, *_: (2 * w - right[0], *right[1:]), ""),
    "columns for groups": (lambda right, *_: (right[0].T, *right[1:]), ""),
    "lists": (lambda right, *_: tuple(a.tolist() for a in right), ""),
    **{f"one more, {n}": (where(c, changed(0, lambda a: a + 1)), "") for n, c in STEPS.items()},
    **{f"velocity, {n}": (where(STEPS[n], changed(1, lambda a: -a - 1)), "") for n in list(STEPS)[:3]},
}  # fmt: skip


# Features


def says(change):
    return lambda right, images, visits, body, head: (change(images, list(visits), body, head), right[1])


def costs(change):
    return lambda right, images, visits, body, head: (
        right[0], change(len(images), len({*visits}), len(visits), body.size, head.size)
    )


def relu(x):
    return np.maximum(x, 0)


VISITS = {
    "at one visit": lambda i, visits, b, h: len(visits) == 1,
    "where all differ": lambda i, visits, b, h: len({*visits}) == len(visits),
    "where one comes again": lambda i, visits, b, h: len({*visits}) < len(visits),
    "of one image": lambda i, visits, b, h: len(i) == 1,
    "of one feature": lambda i, visits, b, h: len(b) == 1,
    "of one class": lambda i, visits, b, h: len(h) == 1,
    "where all are seen": lambda i, visits, b, h: len({*visits}) == len(i),
}
LOGITS = {
    "body each time": (costs(lambda N, seen, V, b, h: V * (b + h)), "body_at_each_visit"),
    "body for all": (costs(lambda N, seen, V, b, h: N * b + V * h), "body_of_all_images"),
    "head once": (costs(lambda N, seen, V, b, h: seen * (b + h)), "head_once_too"),
    "no head": (costs(lambda N, seen, V, b, h: seen * b), "head_forgotten"),
    "no body": (costs(lambda N, seen, V, b, h: V * h), "body_forgotten"),
    "exchanged": (costs(lambda N, seen, V, b, h: V * b + seen * h), ""),
    "once alone": (costs(lambda N, seen, V, b, h: b + V * h), ""),
    "visits saved": (costs(lambda N, seen, V, b, h: (V - seen) * b), ""),
    "visits": (costs(lambda N, seen, V, b, h: V), ""),
    "FLOPs": (lambda right, *_: (right[0], 2 * right[1]), "flops_counted"),
    "way back too": (lambda right, *_: (right[0], 3 * right[1]), ""),
    "a float": (lambda right, *_: (right[0], float(right[1])), ""),
    "no ReLU": (says(lambda x, v, b, h: x[v] @ b.T @ h.T), "relu_forgotten"),
    "ReLU at the end": (says(lambda x, v, b, h: relu(x[v] @ b.T @ h.T)), "relu_behind_the_head"),
    "two ReLUs": (says(lambda x, v, b, h: relu(relu(x[v] @ b.T) @ h.T)), ""),
    "absolute": (says(lambda x, v, b, h: abs(x[v] @ b.T) @ h.T), ""),
    "sorted": (says(lambda x, v, b, h: relu(x[sorted(v)] @ b.T) @ h.T), "visits_sorted"),
    "backwards": (says(lambda x, v, b, h: relu(x[v[::-1]] @ b.T) @ h.T), ""),
    "once each": (says(lambda x, v, b, h: relu(x[list(dict.fromkeys(v))] @ b.T) @ h.T), "each_image_said_once"),
    "all images": (says(lambda x, v, b, h: relu(x @ b.T) @ h.T), "all_images_in_order"),
    "first image": (says(lambda x, v, b, h: relu(x[[v[0]] * len(v)] @ b.T) @ h.T), ""),
    "features": (says(lambda x, v, b, h: relu(x[v] @ b.T)), ""),
    "turned": (says(lambda x, v, b, h: (relu(x[v] @ b.T) @ h.T).T), ""),
    "best class": (says(lambda x, v, b, h: (relu(x[v] @ b.T) @ h.T).argmax(1)), "classes_named"),
    "logits alone": (lambda right, *_: right[0], ""),
    "in another order": (lambda right, *_: right[::-1], ""),
    **partly(VISITS, {"one MAC more": lambda right, *_: (right[0], right[1] + 1)}),
}  # fmt: skip


# A budget


def nothing(right, *_):
    return None if right is None else tuple(False for _ in right)


def turned(right, *_):
    return None if right is None else tuple(not flag for flag in right)


def fewer(right, *_):
    """The first layer that learns does not."""
    if not right or True not in right:
        return "nothing left"
    place = right.index(True)
    return (*right[:place], False, *right[place + 1 :])


def more(right, parameters, macs, budget):
    """One layer more than the budget pays for, whichever is cheapest."""
    if right is None:
        return (True,) * len(macs)
    return (*right[:-1], not right[-1]) if all(right) else (True,) * len(macs)


def other_budget(change):
    return lambda right, parameters, macs, budget: questions.unfrozen.reference(
        parameters, macs, change(budget, sum(macs))
    )


def fits(change):
    return lambda right, *_: None if right is None else change(right)


FREED = {
    "where one layer": lambda r, p, macs, budget: len(macs) == 1,
    "where nothing fits": lambda r, p, macs, budget: r is None,
    "where nothing learns": lambda r, p, macs, budget: r is not None and not any(r),
    "where all learn": lambda r, p, macs, budget: r is not None and all(r),
    "where some learn": lambda r, p, macs, budget: r is not None and any(r) and not all(r),
    "where the first learns": lambda r, p, macs, budget: bool(r) and r[0],
    "where the last is frozen": lambda r, p, macs, budget: bool(r) and not r[-1],
    "where the middle is frozen": lambda r, p, macs, budget: bool(r) and any(a and not b for a, b in pairwise(r)),
}  # fmt: skip


def freed_where(condition, wrong):
    return lambda right, *args: wrong(right, *args) if condition(right, *args) else right


BUDGET = {
    "below the budget": (other_budget(lambda budget, forward: budget - 1), "budget_not_to_be_reached"),
    "one more": (other_budget(lambda budget, forward: budget + 1), ""),
    "forward for nothing": (other_budget(lambda budget, forward: budget + forward), "forward_not_paid"),
    "half the budget": (other_budget(lambda budget, forward: budget // 2), ""),
    "twice the budget": (other_budget(lambda budget, forward: 2 * budget), ""),
    "the budget of the way back": (other_budget(lambda budget, forward: budget - forward), ""),
    "nothing": (nothing, ""),
    "all": (fits(lambda right: (True,) * len(right)), ""),
    "the last": (fits(lambda right: (*(False,) * (len(right) - 1), True)), ""),
    "turned": (turned, "frozen_for_learning"),
    "from the end": (fits(lambda right: right[::-1]), ""),
    "fewer": (fewer, ""),
    "more": (more, ""),
    "never None": (lambda r, p, macs, budget: r or (False,) * len(macs), "never_none"),
    "False for None": (lambda r, *_: False if r is None else r, ""),
    "an empty tuple for None": (lambda r, *_: () if r is None else r, ""),
    "places": (fits(lambda right: tuple(n for n, flag in enumerate(right) if flag)), "numbers_for_flags"),
    "numbers": (fits(lambda right: tuple(map(int, right))), ""),
    "words": (fits(lambda right: tuple("learns" if flag else "frozen" for flag in right)), ""),
    "how many": (fits(sum), ""),
    "trained": (lambda r, parameters, *_: None if r is None else sum(p for p, t in zip(parameters, r, strict=True) if t)
                , ""),
    "one short": (fits(lambda right: right[1:]), ""),
    "one too many": (fits(lambda right: (*right, False)), ""),
    "a string": (fits(str), ""),
    **{f"turned {n}": (freed_where(c, turned), "") for n, c in FREED.items() if n != "where nothing fits"},
}  # fmt: skip


# A record


def picked(validation, test):
    return test[np.arange(len(test)), validation.mean(2).argmax(1)]


def left(scores, of=np.all):
    leader = scores[scores.mean(1).argmax()]
    return [n for n, seeds in enumerate(scores) if not of(leader > seeds)]


def judged(rule):
    return lambda right, validation, test: rule(picked(validation, test))


def within_the_spread(scores):
    """A rule of thumb that is not the one asked for."""
    leader = scores[scores.mean(1).argmax()]
    return [n for n, seeds in enumerate(scores) if leader.mean() - seeds.mean() <= leader.std()]


PLANS = {
    "of one plan": lambda v, t: len(v) == 1,
    "at one rate": lambda v, t: v.shape[1] == 1,
    "of one seed": lambda v, t: v.shape[2] == 1,
    "of several seeds": lambda v, t: v.shape[2] > 1,
    "of many plans": lambda v, t: len(v) > 3,
    "at many rates": lambda v, t: v.shape[1] > 2,
    "where all are level": lambda v, t: (v == v.max()).all(),
}
RECORD = {
    "rates by test images": (lambda r, v, t: left(picked(t, t)), "rate_chosen_on_test"),
    "validation alone": (lambda r, v, t: left(picked(v, v)), "best_on_validation"),
    "exchanged": (lambda r, v, t: left(picked(t, v)), ""),
    "means of rates": (lambda r, v, t: left(t.mean(1)), "mean_over_rates"),
    "one rate": (lambda r, v, t: left(t[:, v.mean((0, 2)).argmax()]), "one_rate_for_all"),
    "first rate": (lambda r, v, t: left(t[:, 0]), ""),
    "last rate": (lambda r, v, t: left(t[:, -1]), ""),
    "worst rate": (lambda r, v, t: left(picked(-v, t)), ""),
    "last of equal rates": (lambda r, v, t: left(picked(v[:, ::-1], t[:, ::-1])), ""),
    "rate of the best seed": (lambda r, v, t: left(picked(v.max(2, keepdims=True), t)), ""),
    "winner": (judged(lambda s: [int(s.mean(1).argmax())]), "winner_alone"),
    "a number": (judged(lambda s: int(s.mean(1).argmax())), ""),
    "luckiest": (judged(lambda s: left(s.max(1, keepdims=True))), "best_run_counts"),
    "means": (judged(lambda s: left(s.mean(1, keepdims=True))), "means_alone"),
    "some seed": (judged(lambda s: left(s, np.any)), "one_run_is_enough"),
    "level is ahead": (judged(lambda s: [n for n, x in enumerate(s) if not (s[s.mean(1).argmax()] >= x).all()]), ""),
    "within the spread": (judged(within_the_spread), ""),
    "of the best seed of all": (judged(lambda s: [n for n, x in enumerate(s) if not (s.max(0) > x).all()]), ""),
    "worst is the leader": (judged(lambda s: left(-s)), ""),
    "all": (judged(lambda s: list(range(len(s)))), ""),
    "without the leader": (
        lambda r, v, t: [n for n in r if n != picked(v, t).mean(1).argmax()], "leader_left_out",
    ),
    "beaten": (lambda r, v, t: [n for n in range(len(v)) if n not in r], "beaten_ones"),
    "from one": (lambda r, v, t: [n + 1 for n in r], "counted_from_one"),
    "how many": (lambda r, v, t: len(r), "how_many"),
    "falling": (lambda r, v, t: r[::-1] if len(r) > 1 else [*r, *r], ""),
    "leader first": (judged(lambda s: sorted(left(s), key=lambda n: -s[n].mean()) + [0] * (len(s) == 1)), ""),
    "flags": (lambda r, v, t: [n in r for n in range(len(v))], ""),
    "a set": (lambda r, v, t: {*r}, ""),
    **partly(PLANS, {"first left out": lambda r, v, t: r[1:]}),
}  # fmt: skip


WRONG = {
    "step_costs": (of("step_costs", ("batch", 1)), COSTS),
    "tuning_step": (of("tuning_step", ("momentum", None), ("weight_decay", None)), STEP),
    "logits_once": (of("logits_once"), LOGITS),
    "unfrozen": (of("unfrozen"), BUDGET),
    "best_plans": (of("best_plans"), RECORD),
}
