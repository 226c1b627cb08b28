"""Right answers to the questions on transfer learning that go other ways than the reference."""

import numpy as np
import torch

from cnnbook.checks import transfer_learning as questions

# Costs


def costs_in_arrays(parameters, macs, inputs, learns, *, batch=1):
    learns = np.array(learns)
    before = np.cumsum(learns) - learns > 0
    work = np.array(macs) @ (1 + learns.astype(int) + before)
    return int(learns @ np.array(parameters)), int(batch * work), int(4 * batch * (learns | before) @ np.array(inputs))


def costs_from_the_first_learner(parameters, macs, inputs, learns, batch=1):
    """Behind the first layer that learns, everything is kept and passed back."""
    trained = sum(p for p, flag in zip(parameters, learns, strict=True) if flag)
    weights = sum(m for m, flag in zip(macs, learns, strict=True) if flag)
    first = learns.index(True) if any(learns) else len(learns)
    return trained, batch * (sum(macs) + weights + sum(macs[first + 1 :])), 4 * batch * sum(inputs[first:])


# A step


def step_row_by_row(w, grad, v, running, means, rates, frozen, *, momentum, weight_decay):
    w, v, r = w.copy(), v.copy(), running.copy()
    for group, still in enumerate(frozen):
        if not still:
            v[group] = momentum * v[group] + grad[group] + weight_decay * w[group]
            w[group] -= rates[group] * v[group]
            r[group] = 0.9 * r[group] + 0.1 * means[group]
    return w, v, r


def step_of_those_that_learn(w, grad, v, running, means, rates, frozen, *, momentum, weight_decay):
    """Frozen rows are not looked at: the rest is taken out, moved and put back."""
    rows = [n for n, still in enumerate(frozen) if not still]
    new_w, new_v, new_running = np.array(w), np.array(v), np.array(running)
    new_v[rows] = momentum * v[rows] + (grad[rows] + weight_decay * w[rows])
    new_w[rows] = w[rows] - (rates[rows] * new_v[rows].T).T
    new_running[rows] += (means[rows] - running[rows]) / 10
    return new_w, new_v, new_running


# Features


def logits_of_all_at_once(images, visits, body, head):
    unique, places = np.unique(visits, return_inverse=True)
    features = np.maximum(images[unique] @ body.T, 0)
    return (features @ head.T)[places], len(unique) * body.size + len(visits) * head.size


def logits_by_torch(images, visits, body, head):
    images, body, head = map(torch.tensor, (images, body, head))
    logits = torch.relu(images @ body.T)[list(visits)] @ head.T
    return logits.numpy(), len(set(visits)) * body.numel() + len(visits) * head.numel()


# A budget


def freed_by_numbers(parameters, macs, budget):
    """Choices as binary numbers, the last layers first: of equal ones another than the reference's."""
    layers, best = len(macs), None
    for number in range(2**layers - 1, -1, -1):
        learns = tuple(bool(number >> n & 1) for n in range(layers))
        trained, cost, _ = questions.step_costs.reference(parameters, macs, macs, learns)
        if cost <= budget and (best is None or trained > best[0]):
            best = trained, learns
    return best and best[1]


def freed_layer_by_layer(parameters, macs, budget):
    """By recursion: what is left of the budget, and whether a layer before learns."""

    def best(n, left, before):
        if left < 0:
            return -1, None
        if n == len(macs):
            return 0, ()
        found = [(-1, None)]
        for learning in (True, False):
            more, rest = best(n + 1, left - macs[n] * (1 + learning + before), before or learning)
            if rest is not None:
                found.append((more + learning * parameters[n], (learning, *rest)))
        return max(found, key=lambda pair: pair[0])

    return best(0, budget, False)[1]


# A record


def plans_in_loops(validation, test):
    scores = []
    for chosen, judged in zip(validation, test, strict=True):
        means = [sum(runs) / len(runs) for runs in chosen]
        scores.append(judged[means.index(max(means))])
    leader = max(scores, key=lambda runs: sum(runs))
    return [n for n, runs in enumerate(scores) if any(s >= best for s, best in zip(runs, leader, strict=True))]


def plans_by_the_smallest_lead(validation, test):
    rates = validation.mean(2).argmax(1)
    scores = np.stack([plan[rate] for plan, rate in zip(test, rates, strict=True)])
    leader = scores.mean(1).argmax()
    return np.flatnonzero((scores[leader] - scores).min(1) <= 0).tolist()


ALTERNATIVES = {
    "step_costs": [costs_in_arrays, costs_from_the_first_learner],
    "tuning_step": [step_row_by_row, step_of_those_that_learn],
    "logits_once": [logits_of_all_at_once, logits_by_torch],
    "unfrozen": [freed_by_numbers, freed_layer_by_layer],
    "best_plans": [plans_in_loops, plans_by_the_smallest_lead],
}
