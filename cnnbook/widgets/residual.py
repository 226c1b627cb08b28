"""The residual explorer: signals forward, gradients back through deep random networks, with shortcuts and without."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import traitlets

from .._validate import integer
from ..nn import BatchNorm, Linear, ReLU, Sequential
from ._explorer import Explorer, Flag, SettingError, Whole, refusing
from ._traits import Real

_WIDTH, _BATCH, _DEPTHS = 16, 16, (2, 50)
_SEED = 3  # with it the plain network at gain 1 stays near size 1, as wider ones do


class Sizes(NamedTuple):
    """Root mean squares in one network of L blocks: of signals and gradients, and of what each branch adds to them."""

    signal: np.ndarray  # of shape (L + 1,): x_0, the input, to x_L
    gradient: np.ndarray  # of shape (L + 1,): of the loss with respect to x_0 to x_L
    branch_signal: np.ndarray  # of shape (L,): block 1 to block L
    branch_gradient: np.ndarray  # of shape (L,)


class Blocks(traitlets.TraitType):
    """Numbers of blocks, from 1: kept as a tuple in ascending order."""

    def __init__(self):
        super().__init__(())
        self.tag(sync=True)

    def validate(self, obj, value):
        if not isinstance(value, list | tuple | set | range):
            raise TypeError(f"{self.name} must be a list of blocks, got {type(value).__name__}: use a list of integers")
        with refusing():
            return tuple(sorted({integer(self.name, block, 1) for block in value}))


class ResidualExplorer(Explorer):
    """What do shortcuts do for a signal on its way through many layers, and for the gradient on its way back?

    Two networks of the same random weights. A block of the plain one makes x into f(x), a block of the residual one
    into x + f(x), with ``f(x) = gain * W @ relu(x)`` on 16 numbers and W drawn with the variance 2 / 16 of He's
    initialisation. There are 16 inputs, and the gradient at the end is random, of size 1. Nothing is trained and
    nothing is convolved: it is what training starts from, not how well a network learns. In a live notebook the traits
    follow.

    Parameters
    ----------
    depth : int
        Number of blocks, from 2 to 50.
    gain : float
        Factor of the weights, from 0.1 to 2.
    normalise : bool
        Batch norm before the ReLU of each block.
    block : int
        The block that is followed, from 1. Default: the middle one.
    cut : sequence of int
        Blocks whose branch f is cut out: there f(x) = 0.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings.

    References
    ----------
    He et al., "Identity mappings in deep residual networks", ECCV 2016 (blocks with the ReLU first); Veit et al.,
    "Residual networks behave like ensembles of relatively shallow networks", NeurIPS 2016 (paths, blocks cut out).

    Examples
    --------
    >>> explorer = ResidualExplorer(depth=30, gain=0.6)
    >>> f"{explorer.plain.signal[-1]:.0e}", f"{explorer.residual.signal[-1]:.0f}"      # the input has size 1
    ('1e-07', '26')
    >>> explorer.cut = [12]
    >>> f"{explorer.plain.signal[-1]:.0e}", f"{explorer.residual.signal[-1]:.0f}"
    ('0e+00', '20')
    """

    settings = ("depth", "gain", "normalise", "block", "cut")

    depth = Whole(30, *_DEPTHS)
    gain = Real(0.6, 0.1, 2)
    normalise = Flag(False)
    block = Whole(15, 1)
    cut = Blocks()

    def __init__(
        self, depth: int = 30, gain: float = 0.6,
        *, normalise: bool = False, block: int | None = None, cut: Sequence[int] = (), language: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(depth=depth, gain=gain, normalise=normalise, block=1, cut=cut, language=language)
        self.block = self.depth // 2 if block is None else block

    @property
    def plain(self) -> Sizes:
        """Sizes in the plain network: `signal`, `gradient`, `branch_signal`, `branch_gradient`, each an ndarray."""
        return self._run(shortcut=False)

    @property
    def residual(self) -> Sizes:
        """Sizes in the residual network."""
        return self._run(shortcut=True)

    def _run(self, *, shortcut):
        x, grad, weights = _start()
        branches = [self._branch(index + 1, weights[index]) for index in range(self.depth)]
        signals, gradients, added, brought = [_size(x)], [_size(grad)], [], []
        for branch in branches:
            out = branch.forward(x, training=True)
            x = x + out if shortcut else out
            signals.append(_size(x))
            added.append(_size(out))
        for branch in reversed(branches):
            back = branch.backward(grad)
            grad = grad + back if shortcut else back
            gradients.append(_size(grad))
            brought.append(_size(back))
        return Sizes(*map(np.array, (signals, gradients[::-1], added, brought[::-1])))

    def _branch(self, block, weight):
        """The layers of f."""
        norm = [BatchNorm(_WIDTH, dtype=np.float64)] if self.normalise else []
        linear = Linear(_WIDTH, _WIDTH, rng=np.random.default_rng(0), dtype=np.float64)
        linear.parameters["weight"][...] = 0 if block in self.cut else self.gain * weight
        return Sequential(*norm, ReLU(), linear)

    @traitlets.validate("block", "cut")
    def _exists(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        last = value if name == "block" else max(value, default=0)
        if last > self.depth:
            raise SettingError(f"{name} {last} is not in a network of {self.depth} blocks: use {name} <= {self.depth}")
        return value

    @traitlets.observe("depth")
    def _keep_blocks(self, change):
        self.block = min(self.block, self.depth)
        self.cut = [block for block in self.cut if block <= self.depth]

    def summary(self) -> str:
        plain, residual, at = self.plain, self.residual, self.block
        return self._words["result"].format(
            block=at, depth=self.depth, gain=f"{round(self.gain, 2):g}",
            plain_signal=_text(plain.signal[at]), residual_signal=_text(residual.signal[at]),
            plain_gradient=_text(plain.gradient[at - 1]), residual_gradient=_text(residual.gradient[at - 1]),
        )  # fmt: skip


@lru_cache(maxsize=1)
def _start():
    """Inputs, the gradient at the end, the weights of all blocks: always the same random numbers, those of residual.js.

    A generator of one line, as NumPy's own is not to be had in the browser.
    """
    state = _SEED

    def draw(*shape):
        nonlocal state
        numbers = np.empty(shape)
        for index in np.ndindex(shape):
            state = (1664525 * state + 1013904223) % 2**32
            numbers[index] = state / 2**31 - 1  # from -1 to 1, of variance 1 / 3
        return numbers

    x, grad = draw(_BATCH, _WIDTH), draw(_BATCH, _WIDTH)
    weights = np.sqrt(6 / _WIDTH) * draw(_DEPTHS[1], _WIDTH, _WIDTH)
    return x / _size(x), grad / _size(grad), weights


def _size(x):
    """Root mean square."""
    return float((x**2).mean() ** 0.5)


def _text(value):
    """A size as the browser writes it: three digits, and powers of ten where it is very large or small."""
    digits, power = f"{value:.2e}".split("e")
    if value == 0 or -2 <= int(power) < 4:
        return f"{float(f'{value:.3g}'):g}"
    return f"{float(digits):g}·10" + str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
