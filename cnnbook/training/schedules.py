"""How the learning rate goes: up in a straight line while warming up, then by one of four schedules."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .config import Config


def _constant(progress, config):
    return 1.0


def _step(progress, config):
    return 0.1 ** sum(progress >= drop for drop in config.drops)


def _cosine(progress, config):
    return (1 + cos(pi * _after_warmup(progress, config))) / 2


def _one_cycle(progress, config):
    return 1 - _after_warmup(progress, config)


def _after_warmup(progress, config):
    return (progress - config.warmup) / (1 - config.warmup)


SCHEDULES = {"constant": _constant, "step": _step, "cosine": _cosine, "one_cycle": _one_cycle}


def learning_rate(progress: float, config: Config) -> float:
    """Learning rate when this part of all steps is done.

    After the warm-up, ``constant`` stays; ``step`` is divided by 10 at each of the config's `drops`; ``cosine`` falls
    along half a cosine to 0; ``one_cycle`` falls in a straight line to 0, as in https://arxiv.org/abs/1708.07120, with
    a long warm-up as its rise. The momentum stays.

    >>> from cnnbook.training import Config
    >>> def rates(**knobs):
    ...     config = Config(epochs=1, batch_size=1, learning_rate=0.8, warmup=0.2, **knobs)
    ...     return [round(learning_rate(done, config), 3) for done in (0, 0.1, 0.2, 0.6, 0.8, 1)]
    >>> rates(schedule="constant")
    [0.0, 0.4, 0.8, 0.8, 0.8, 0.8]
    >>> rates(schedule="step", drops=(0.5, 0.75))
    [0.0, 0.4, 0.8, 0.08, 0.008, 0.008]
    >>> rates(schedule="cosine")
    [0.0, 0.4, 0.8, 0.4, 0.117, 0.0]
    >>> rates(schedule="one_cycle")
    [0.0, 0.4, 0.8, 0.4, 0.2, 0.0]
    """
    if progress < config.warmup:
        return config.learning_rate * progress / config.warmup
    return config.learning_rate * SCHEDULES[config.schedule](progress, config)
