"""The batch-norm explorer: drag the numbers of a batch, see them normalised, scaled and shifted, in both modes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from .._types import NDArray
from ._explorer import Explorer, Flag, SettingError, refusing
from ._printed import written
from ._traits import Real

BATCH = (0.0, 2.0, 3.0, 4.0, 6.0)  # mean 3, variance 4 (biased) and 5 (unbiased)
_REACH, _MOST = 8, 8


class Batch(traitlets.TraitType):
    """One number an image: up to eight numbers from -8 to 8, kept as a tuple."""

    def __init__(self, default):
        super().__init__(default)
        self.tag(sync=True)

    def validate(self, obj, value):
        from .._validate import number

        numbers = value.tolist() if hasattr(value, "tolist") else value
        if not isinstance(numbers, list | tuple):
            raise TypeError(f"{self.name} must be a list of numbers, got {type(value).__name__}: use a list")
        if not 1 <= len(numbers) <= _MOST:
            raise SettingError(f"{self.name} holds {len(numbers)} numbers: use 1 to {_MOST}")
        with refusing():
            return tuple(number(f"{self.name}[{i}]", entry, -_REACH, _REACH) for i, entry in enumerate(numbers))


class BatchNormExplorer(Explorer):
    """What does batch normalisation make of a batch, in training and in evaluation?

    One channel, one number an image. In a live notebook the traits follow the mouse.

    Parameters
    ----------
    values : sequence of float
        The batch: up to 8 numbers from -8 to 8.
    gamma, beta : float
        Scale, from -3 to 3, and shift, from -4 to 4: the weight and bias of the layer.
    training : bool
        Normalise with the batch's statistics; with the running ones where it is False.
    momentum : float
        Share of the batch in the running statistics, from 0 to 1.
    running_mean, running_var : float
        Before any training: 0 and 1.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, and in training for one number, which has no variance.

    Examples
    --------
    >>> explorer = BatchNormExplorer((0, 2, 3, 4, 6))   # mean 3, variance 4
    >>> explorer.output.round(4)
    array([-1.5, -0.5,  0. ,  0.5,  1.5])
    >>> explorer.training_step()                        # 0.9 * 0 + 0.1 * 3 and 0.9 * 1 + 0.1 * 5, the unbiased variance
    >>> round(explorer.running_mean, 4), round(explorer.running_var, 4)
    (0.3, 1.4)
    >>> explorer.training = False
    >>> explorer.output.round(2)
    array([-0.25,  1.44,  2.28,  3.13,  4.82])
    """

    settings = ("values", "gamma", "beta", "training", "momentum", "running_mean", "running_var")

    values = Batch(BATCH)
    gamma = Real(1.0, -3, 3)
    beta = Real(0.0, -4, 4)
    training = Flag(True)
    momentum = Real(0.1, 0, 1)
    running_mean = Real(0.0, -100, 100)
    running_var = Real(1.0, 0, 200)

    def __init__(
        self, values: Sequence[float] | NDArray[Any] = BATCH,
        *, gamma: float = 1.0, beta: float = 0.0, training: bool = True, momentum: float = 0.1,
        running_mean: float = 0.0, running_var: float = 1.0, language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(
            values=values, gamma=gamma, beta=beta, training=training, momentum=momentum, running_mean=running_mean,
            running_var=running_var, language=language,
        )  # fmt: skip

    @property
    def output(self) -> NDArray[Any]:
        """What becomes of the batch, an ndarray of shape (N,)."""
        return self._run(training=self.training)[0]

    @property
    def normalised(self) -> NDArray[Any]:
        """The batch before scale and shift, an ndarray of shape (N,)."""
        return self._run(training=self.training, gamma=1.0, beta=0.0)[0]

    def training_step(self) -> None:
        """Move the running statistics towards those of the batch, as a forward pass in training does."""
        with refusing():
            _, mean, variance = self._run(training=True)
        self.running_mean, self.running_var = mean, variance

    def _run(self, **changed):
        """Output and running statistics; settings can be changed for it."""
        import numpy as np

        from ..functional import batch_norm

        now = {name: changed.get(name, getattr(self, name)) for name in self.settings}
        arrays = (np.array([now[name]]) for name in ("running_mean", "running_var", "gamma", "beta"))
        options = {"training": now["training"], "momentum": now["momentum"]}
        output, mean, variance = batch_norm(np.array(now["values"])[:, None], *arrays, **options)
        return output[:, 0], float(mean[0]), float(variance[0])

    @traitlets.validate("values", "training")
    def _has_variance(self, proposal):
        now = {"values": self.values, "training": self.training} | {proposal["trait"].name: proposal["value"]}
        if now["training"] and len(now["values"]) == 1:
            remedy = "use a larger batch or training=False"
            raise SettingError(f"values holds one number, and one number has no variance: {remedy}")
        return proposal["value"]

    @property
    def _used(self):
        """Mean and variance that the batch is normalised with."""
        import numpy as np

        return (np.mean(self.values), np.var(self.values)) if self.training else (self.running_mean, self.running_var)

    def summary(self) -> str:
        word = self._words["result_training" if self.training else "result_evaluation"]
        (mean, variance), output = self._used, self.output
        found = {"mean": mean, "variance": variance, "out_mean": output.mean(), "out_sd": output.std()}
        return word.format(**{name: written(value, 3) for name, value in found.items()})
