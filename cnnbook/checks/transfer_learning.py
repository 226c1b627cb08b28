"""The questions of the chapter on transfer learning: what a step costs, what stands still, what is computed once."""

import numpy as np

from ._cases import Case
from ._compare import compare
from ._findings import Finding
from ._layers import either
from ._question import question
from ._tuning import (
    chosen,
    counted,
    counting,
    draw_array,
    draw_flags,
    draw_numbers,
    freed,
    from_the_front,
    gap,
    price,
    read_out,
    stepped,
    stepping,
    unbeaten,
)

# What a step costs


@question(points=2, minutes=15, difficulty=1, count=110, outputs=("trained", "step_macs", "kept_bytes"))
def step_costs(parameters, macs, inputs, learns, *, batch=1):
    """Numbers that learn, MACs of a step, and bytes kept for the way back, of layers in a row."""
    return counted(parameters, macs, inputs, learns, batch)


LAYERS = (10, 20, 30), (100, 200, 400), (7, 5, 3)
ENDS = (True, False, True)
step_costs.cases(
    Case(*LAYERS, ENDS),
    Case(*LAYERS, ENDS, batch=8),
    Case(*LAYERS, (False, False, True)),
    Case(*LAYERS, (False, True, False)),
    Case((10, 20, 50), *LAYERS[1:], ENDS),
    Case(LAYERS[0], (100, 300, 400), LAYERS[2], ENDS),
    Case(*LAYERS[:2], (7, 11, 3), ENDS),
    Case(*LAYERS, (True, True, True)),
    Case(*LAYERS, (False, False, False), batch=2),
    Case((12,), (300,), (25,), (True,)),
    Case((1728, 36864, 640), (110592, 589824, 640), (3072, 4096, 64), (False, True, True), batch=32),
)


@step_costs.draws
def _(rng):
    layers = either(rng, (1, 4), (2, 7))
    drawn = [draw_numbers(rng, layers, most) for most in (60, 300, 60)]
    named = dict(zip(("parameters", "macs", "inputs"), drawn, strict=True))
    return named | {"learns": draw_flags(rng, layers), "batch": either(rng, (1, 3), (2, 6), (2, 65))}


step_costs.regions(
    one_layer=lambda learns: len(learns) == 1,
    nothing_learns=lambda learns: not any(learns),
    all_learn=lambda learns: all(learns),
    first_learns=lambda learns: learns[0],
    last_learns=lambda learns: learns[-1],
    frozen_behind=gap,
    one_image=lambda batch: batch == 1,
)
step_costs.misconceptions(
    all_counted_as_learning=lambda parameters, answer: (sum(parameters), *answer[1:]),
    frozen_layer_passes_nothing_back=counting(way_back=lambda learns, before: learns + (learns and before)),
    first_input_gradient_counted=counting(way_back=lambda learns, before: learns + (learns or before)),
    frozen_layer_costs_nothing=lambda macs, learns, batch, answer: (
        answer[0], batch * sum(m * (1 + 1 + any(learns[:n])) for n, m in enumerate(macs) if learns[n]), answer[2]
    ),
    way_back_in_full=counting(way_back=lambda learns, before: 2),
    forward_forgotten=lambda macs, batch, answer: (answer[0], answer[1] - batch * sum(macs), answer[2]),
    backward_forgotten=counting(way_back=lambda learns, before: 0),
    looked_behind_for_before=lambda parameters, macs, inputs, learns, batch, answer: (
        answer[0], batch * sum(m * (1 + learns[n] + any(learns[n + 1 :])) for n, m in enumerate(macs)), answer[2]
    ),
    flops_counted=lambda answer: (answer[0], 2 * answer[1], answer[2]),
    macs_of_one_image=lambda answer, batch: (answer[0], answer[1] // batch, answer[2]),
    bytes_of_one_image=lambda answer, batch: (*answer[:2], answer[2] // batch),
    numbers_for_bytes=lambda answer: (*answer[:2], answer[2] // 4),
    inputs_of_learning_layers_alone=counting(kept=lambda learns, before: learns),
    inputs_behind_alone=counting(kept=lambda learns, before: before),
    all_inputs_kept=counting(kept=lambda learns, before: True),
)  # fmt: skip


# A step to mend


EACH = dict.fromkeys(("w", "grad", "v", "new_w", "new_v"), "groups numbers")
EACH |= dict.fromkeys(("running", "means", "rates", "new_running"), "groups")


@question(
    points=3, minutes=20, difficulty=3, count=110, outputs=("new_w", "new_v", "new_running"),
    axes=EACH,
)  # fmt: skip
def tuning_step(w, grad, v, running, means, rates, frozen, *, momentum, weight_decay):
    """One step of fine-tuning: each group has its rate, and a frozen group stands still in all that it has."""
    return stepped(w, grad, v, running, means, rates, frozen, momentum, weight_decay)


WEIGHTS, PULLS = np.array([[4.0, -8], [2, 6], [-4, 1]]), np.array([[1.0, 3], [-2, 5], [7, -1]])
SPEEDS, OLD, NEW = np.array([[2.0, -6], [4, 2], [1, -3]]), np.array([10.0, 20, 30]), np.array([20.0, 10, -10])
PACES, FIRST = np.array([0.125, 0.25, 0.5]), (True, False, False)
USUAL = {"momentum": 0.5, "weight_decay": 0.25}
STEP = (WEIGHTS, PULLS, SPEEDS, OLD, NEW, PACES)


def instead(place, array):
    """The first public step, with another array at a place."""
    return Case(*STEP[:place], array, *STEP[place + 1 :], FIRST, **USUAL)


tuning_step.cases(
    Case(*STEP, FIRST, **USUAL),
    Case(*STEP, (False, False, False), **USUAL),
    Case(*STEP, (False, True, True), **USUAL),
    *(instead(place, -array) for place, array in enumerate(STEP[:5])),
    instead(5, PACES[::-1]),
    Case(*STEP, FIRST, momentum=0.75, weight_decay=0.25),
    Case(*STEP, FIRST, momentum=0.5, weight_decay=0.0),
    Case(*(array[:1] for array in STEP), (True,), **USUAL),
    Case(*STEP, (True, True, True), momentum=0.0, weight_decay=0.5),
)


@tuning_step.draws
def _(rng):
    groups, numbers = either(rng, (1, 4), (2, 6)), either(rng, (1, 4), (2, 6))
    drawn = {n: draw_array(rng, groups, numbers) for n in ("w", "grad", "v")}
    drawn |= {name: rng.integers(-9, 10, groups) * 10.0 for name in ("running", "means")}
    drawn |= {"rates": rng.choice([0.125, 0.25, 0.5, 1.0], groups), "frozen": draw_flags(rng, groups)}
    return drawn | {"momentum": float(rng.choice([0, 0.5, 0.75])), "weight_decay": float(rng.choice([0, 0.25, 0.5]))}


tuning_step.broken(stepping(decays=True, coasts=True, follows=True, one_rate=True))
tuning_step.regions(
    nothing_frozen=lambda frozen: not any(frozen),
    all_frozen=lambda frozen: all(frozen),
    first_frozen=lambda frozen: frozen[0],
    one_group=lambda frozen: len(frozen) == 1,
    without_momentum=lambda momentum: momentum == 0,
    without_decay=lambda weight_decay: weight_decay == 0,
    equal_rates=lambda rates: (rates == rates[0]).all(),
)
tuning_step.misconceptions(
    frozen_weights_still_move=stepping(decays=True, coasts=True),
    decay_still_moves_the_frozen=stepping(decays=True),
    momentum_still_moves_the_frozen=stepping(coasts=True),
    means_still_follow=stepping(follows=True),
    one_rate_still=stepping(one_rate=True),
    only_the_weights_mended=stepping(follows=True, one_rate=True),
    only_the_means_mended=stepping(decays=True, coasts=True, one_rate=True),
    only_the_rates_mended=stepping(decays=True, coasts=True, follows=True),
    old_gradient_used=stepping(stale=True, decays=True, coasts=True),
    velocity_of_the_frozen_set_to_zero=lambda answer, frozen: (
        answer[0], answer[1] * ~np.array(frozen)[:, None], answer[2]
    ),
    velocity_of_the_frozen_goes_on=lambda answer, frozen, momentum: (
        answer[0], answer[1] * np.where(frozen, momentum, 1)[:, None], answer[2]
    ),
    means_of_all_kept=lambda answer, running: (*answer[:2], running.copy()),
    means_taken_over=lambda answer, means, frozen, running: (*answer[:2], np.where(frozen, running, means)),
    tenth_of_the_old_left=lambda answer, means, frozen, running: (
        *answer[:2], np.where(frozen, running, 0.1 * running + 0.9 * means)
    ),
    flag_turned_round=lambda frozen, **given: stepped(frozen=tuple(not flag for flag in frozen), **given),
)  # fmt: skip


# Features once


@question(
    points=2, minutes=15, difficulty=2, count=110, outputs=("logits", "macs"),
    axes={"images": "N P", "body": "C P", "head": "K C", "logits": "visits K"},
)  # fmt: skip
def logits_once(images, visits, body, head):
    """What the whole network says at each visit, and its MACs where no image goes through the body twice."""
    macs = len({*visits}) * body.size + len(visits) * head.size
    return read_out(images, visits, body, head), macs


IMAGES, BODY = np.array([[1.0, 2], [3, -1], [0, 4], [-2, 5]]), np.array([[1.0, -1], [2, 3], [-1, 2]])
HEAD, VISITS = np.array([[1.0, 2, -3], [4, -5, 6]]), (2, 0, 2, 2, 1)
logits_once.cases(
    Case(IMAGES, VISITS, BODY, HEAD),
    Case(IMAGES, (0, 1, 2, 3), BODY, HEAD),
    Case(IMAGES, (3, 3, 3), BODY, HEAD),
    Case(IMAGES[::-1], VISITS, BODY, HEAD),
    Case(IMAGES, VISITS, -BODY, HEAD),
    Case(IMAGES, VISITS, BODY, HEAD[::-1]),
    Case(IMAGES[:1], (0,), BODY, HEAD),
    Case(IMAGES, VISITS, BODY, HEAD[:1]),
)


@logits_once.draws
def _(rng):
    N, P, C, K, steps = (either(rng, (1, 3), (2, most), (2, most)) for most in (7, 6, 6, 6, 12))
    which = rng.choice(N, either(rng, (1, N + 1)), replace=False)
    visits = tuple(int(n) for n in rng.choice(which, steps))
    if rng.random() < 0.3:
        visits = tuple(range(N)) * either(rng, (1, 3))
    images, body, head = (draw_array(rng, *shape) for shape in ((N, P), (C, P), (K, C)))
    return {"images": images, "visits": visits, "body": body, "head": head}


logits_once.regions(
    one_visit=lambda visits: len(visits) == 1,
    an_image_twice=lambda visits: len({*visits}) < len(visits),
    all_visited=lambda N, visits: len({*visits}) == N,
    one_image=lambda N: N == 1,
    one_feature=lambda C: C == 1,
    one_class=lambda K: K == 1,
    something_cut=lambda images, body: (images @ body.T < 0).any(),
)


def costing(rule):
    return lambda answer, images, visits, body, head: (answer[0], rule(len(images), visits, body.size, head.size))


logits_once.misconceptions(
    body_at_each_visit=costing(lambda N, visits, body, head: len(visits) * (body + head)),
    body_of_all_images=costing(lambda N, visits, body, head: N * body + len(visits) * head),
    head_once_too=costing(lambda N, visits, body, head: len({*visits}) * (body + head)),
    head_forgotten=costing(lambda N, visits, body, head: len({*visits}) * body),
    body_forgotten=costing(lambda N, visits, body, head: len(visits) * head),
    flops_counted=lambda answer: (answer[0], 2 * answer[1]),
    relu_forgotten=lambda answer, images, visits, body, head: (
        read_out(images, visits, body, head, relu=False), answer[1]
    ),
    relu_behind_the_head=lambda answer, images, visits, body, head: (
        np.maximum(read_out(images, visits, body, head, relu=False), 0), answer[1]
    ),
    visits_sorted=lambda answer, images, visits, body, head: (
        read_out(images, sorted(visits), body, head), answer[1]
    ),
    each_image_said_once=lambda answer, images, visits, body, head: (
        read_out(images, tuple(dict.fromkeys(visits)), body, head), answer[1]
    ),
    all_images_in_order=lambda answer, images, body, head: (
        read_out(images, range(len(images)), body, head), answer[1]
    ),
    classes_named=lambda answer: (answer[0].argmax(1), answer[1]),
)  # fmt: skip


# What to set free within a budget


@question(points=3, minutes=20, difficulty=2, count=220, uses=("step_costs",), note="every_freeing")
def unfrozen(parameters, macs, budget):
    """Which layers learn, so that most numbers do and one step with one image takes no more MACs than the budget."""
    return freed(parameters, macs, budget)


SIZES = (10, 20, 30), (100, 200, 400)
unfrozen.cases(
    Case(*SIZES, 1200),
    Case(*SIZES, 1100),
    Case(*SIZES, 1099),
    Case(*SIZES, 2000),
    Case(*SIZES, 699),
    Case(*SIZES, 700),
    Case((60, 20, 30), SIZES[1], 1500),
    Case(SIZES[0], SIZES[1], 1500),
    Case(SIZES[0], (10, 20, 400), 1500),
    Case((5, 40), (100, 100), 400),
)


@unfrozen.draws
def _(rng):
    layers = either(rng, (1, 4), (2, 6))
    parameters = tuple(n ** int(rng.integers(1, 3)) for n in draw_numbers(rng, layers, 20))
    macs = tuple(10 + n for n in draw_numbers(rng, layers, 90))
    learns = draw_flags(rng, layers)
    slack = int(rng.choice([-1, 0, 0, 1, rng.integers(0, 40)]))
    budget = price(macs, learns) + slack if rng.random() < 0.8 else sum(macs) - either(rng, (1, 10))
    first = rng.choice([parameters[0], parameters[0], macs[0] * either(rng, (1, 2), (1, 4)), max(1, budget)])
    return {"parameters": (int(first), *parameters[1:]), "macs": macs, "budget": max(1, budget)}


@unfrozen.judge
def _(got, expected, parameters, macs, budget):
    if got is None or expected is None:
        shown = {"learns": repr(expected)} if expected else None
        return compare(got, expected) if not shown else Finding("none_found", shown)
    if not isinstance(got, tuple | list) or len(got) != len(macs):
        return compare(got, expected)
    if any(not isinstance(flag, bool | np.bool_) for flag in got):
        return Finding("no_flags", {"learns": repr(tuple(got))})
    if (cost := price(macs, got)) > budget:
        return Finding("over_budget", {"macs": f"{cost:,}", "budget": f"{budget:,}"})
    trained, most = (counted(parameters, macs, macs, learns, 1)[0] for learns in (got, expected))
    return Finding("not_the_most", {"trained": trained, "most": most}) if trained < most else None


unfrozen.regions(
    one_layer=lambda macs: len(macs) == 1,
    nothing_fits=lambda answer: answer is None,
    nothing_may_learn=lambda answer: answer is not None and not any(answer),
    all_may_learn=lambda answer: answer is not None and all(answer),
    first_may_learn=lambda answer: answer is not None and answer[0],
    last_may_learn=lambda answer: answer is not None and answer[-1],
    budget_spent=lambda macs, budget, answer: answer is not None and price(macs, answer) == budget,
    frozen_behind=lambda answer: answer is not None and gap(answer),
)
unfrozen.misconceptions(
    budget_not_to_be_reached=lambda parameters, macs, budget: freed(parameters, macs, budget - 1),
    last_layers_alone=lambda parameters, macs, budget: freed(parameters, macs, budget, allowed=from_the_front),
    one_layer_at_most=lambda parameters, macs, budget: freed(
        parameters, macs, budget, allowed=lambda learns: sum(learns) < 2
    ),
    way_through_forgotten=lambda parameters, macs, budget: freed(
        parameters, macs, budget, price=lambda macs, learns: counted(
            macs, macs, macs, learns, 1, way_back=lambda learning, before: learning + (learning and before)
        )[1],
    ),
    every_layer_back_in_full=lambda parameters, macs, budget: freed(
        parameters, macs, budget, price=lambda macs, learns: sum(macs) + 2 * sum(
            m for m, flag in zip(macs, learns, strict=True) if flag
        ),
    ),
    forward_not_paid=lambda parameters, macs, budget: freed(parameters, macs, budget + sum(macs)),
    most_layers=lambda parameters, macs, budget: freed(parameters, macs, budget, gain=sum),
    frozen_for_learning=lambda answer: answer and tuple(not flag for flag in answer),
    never_none=lambda answer, macs: answer or (False,) * len(macs),
    numbers_for_flags=lambda answer: answer and tuple(n for n, flag in enumerate(answer) if flag),
)  # fmt: skip


# A record


@question(points=2, minutes=15, difficulty=2, count=240,
          axes=dict.fromkeys(("validation", "test"), "plans rates runs"))  # fmt: skip
def best_plans(validation, test):
    """The plans, by their places, that may be best: the leader, and those that it does not beat in each run."""
    return unbeaten(chosen(validation, test))


VALIDATION = np.array([[[60.0, 58], [64, 66]], [[67, 69], [61, 60]], [[50, 51], [49, 52]]])
TEST = np.array([[[61.0, 57], [66, 63]], [[65, 68], [70, 71]], [[52, 50], [80, 81]]])
best_plans.cases(
    Case(VALIDATION, TEST),
    Case(VALIDATION[:, ::-1], TEST),
    Case(VALIDATION, TEST[..., ::-1]),
    Case(VALIDATION, TEST[::-1]),
    Case(VALIDATION[:2], TEST[:2]),
    Case(0 * VALIDATION + 60, TEST),
    Case(VALIDATION[:, :1], TEST[:, :1]),
    Case(VALIDATION[:1], TEST[:1]),
)


@best_plans.draws
def _(rng):
    plans, rates, runs = (either(rng, (1, 4), (2, 6)) for _ in range(3))
    spread = either(rng, (2, 4), (3, 9), (3, 9))
    validation, test = (50.0 + rng.integers(0, spread, (plans, rates, runs)) for _ in range(2))
    if rng.random() < 0.1:
        validation = validation + validation[:, ::-1, ::-1]
    return {"validation": validation, "test": test}


best_plans.regions(
    one_plan=lambda plans: plans == 1,
    one_rate=lambda rates: rates == 1,
    one_run=lambda runs: runs == 1,
    several_left=lambda answer: len(answer) > 1,
    first_left=lambda answer: answer[0] == 0,
    tied_rates=lambda validation: ((validation.sum(2) == validation.sum(2).max(1, keepdims=True)).sum(1) > 1).any(),
)


best_plans.misconceptions(
    rate_chosen_on_test=lambda test: unbeaten(chosen(test, test)),
    best_on_validation=lambda validation: unbeaten(chosen(validation, validation)),
    mean_over_rates=lambda test: unbeaten(test.mean(1)),
    one_rate_for_all=lambda validation, test: unbeaten(test[:, validation.sum((0, 2)).argmax()]),
    winner_alone=lambda validation, test: [int(chosen(validation, test).sum(1).argmax())],
    best_run_counts=lambda validation, test: unbeaten(chosen(validation, test).max(1, keepdims=True)),
    means_alone=lambda validation, test: unbeaten(chosen(validation, test).mean(1, keepdims=True)),
    one_run_is_enough=lambda validation, test: unbeaten(chosen(validation, test), np.any),
    leader_left_out=lambda validation, test, answer: [
        plan for plan in answer if plan != chosen(validation, test).sum(1).argmax()
    ],
    beaten_ones=lambda answer, plans: [plan for plan in range(plans) if plan not in answer],
    counted_from_one=lambda answer: [plan + 1 for plan in answer],
    how_many=lambda answer: len(answer),
)  # fmt: skip
