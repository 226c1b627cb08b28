"""What does a model consist of, what does it cost, and how far does it see? One table, made by running it once.

>>> from torch import nn
>>> model = nn.Sequential(nn.Conv2d(3, 4, (3, 2)), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
>>> print(profile(model, (3, 5, 7)))
Sequential, input 3x5x7
layer  kind     output  parameters   MACs  activation bytes  receptive field
0      Conv2d   4x3x6           76  1,296               288              3x2
1      ReLU     4x3x6            0      0               288              3x2
2      Flatten  72               0      0                 0              3x2
3      Linear   2              146    144                 8              5x7
total                          222  1,440               584
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from reprlib import repr as shortened
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import nn

from ._profile.record import Recorder
from ._profile.state import left_as_it_was
from ._validate import integer

if TYPE_CHECKING:  # each is loaded when it is needed
    import pandas
    from matplotlib.figure import Figure


class Row(NamedTuple):
    """One layer, or one function that the model calls between layers.

    Attributes
    ----------
    name : str
        Path of the layer in the model; of a function, the path of the module that calls it, and what it is called.
    kind : str
        Class of the layer, or name of the function.
    output_shape : tuple of int, or None
        Written as the input's shape is: with the batch where that has one. A tuple of shapes for several outputs, None
        for an output without tensors.
    parameters : int
        Learned numbers, each counted in the first row that uses it.
    macs : int or None
        Multiply-accumulates of convolutions, matrix products and layers made of them (recurrent ones, attention);
        twice this are FLOPs. Everything else costs 0: pooling, interpolation, normalisation, moving numbers about.
        None where the layer does something that could not be counted, such as a product of quantised numbers; the
        notes name it.
    activation_bytes : int
        Memory that the output takes; none where it is the input seen from another side, or changed in place.
    receptive_field : int, tuple of int or None
        Input pixels from the first to the last one that a unit sees, padding included; (H, W) where they differ. None
        where there is no position, or where the notes say that it was lost.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...] | None
    parameters: int
    macs: int | None
    activation_bytes: int
    receptive_field: int | tuple[int, ...] | None


class Input(NamedTuple):
    """A tensor that a row was given and that depends on the model's input.

    Attributes
    ----------
    shape : tuple of int
        Written as the output shapes are.
    receptive_field : tuple of int
        Input pixels that a unit of it sees, one number an axis; empty where there is no position.
    jump : tuple of int or Fraction
        Input pixels between neighbouring units, one number an axis.
    """

    shape: tuple[int, ...]
    receptive_field: tuple[int, ...]
    jump: tuple[int | Fraction, ...]


class Totals(NamedTuple):
    """Sums over a model; the parameters include those that the run did not use. `macs` is None where a row's is."""

    parameters: int
    macs: int | None
    activation_bytes: int


@dataclass(frozen=True, repr=False)
class Profile:
    """The layer table of a model: see :func:`profile`.

    Attributes
    ----------
    model : str
    input_shape : tuple
    rows : tuple of Row
        In the order in which the layers ran.
    totals : Totals
    notes : tuple of str
        What the rows do not show, a sentence each.
    inputs : tuple of tuple of Input
        For each row what it was given.
    """

    model: str
    input_shape: tuple[int, ...]
    rows: tuple[Row, ...]
    totals: Totals
    notes: tuple[str, ...]
    inputs: tuple[tuple[Input, ...], ...] = ()

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self):
        cells = [_HEADINGS, *self._cells()]
        widths = [max(len(line[column]) for line in cells) for column in range(len(_HEADINGS))]
        lines = [
            "  ".join(
                cell.ljust(width) if column < _FIRST_NUMBER else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
        return "\n".join([self._title(), *lines, *(f"note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_html_(self):
        head, *body = ([html.escape(cell) for cell in line] for line in [_HEADINGS, *self._cells()])
        align = ["left" if column < _FIRST_NUMBER else "right" for column in range(len(head))]
        columns = "".join(
            f'<th scope="col" style="text-align:{a}">{cell}</th>' for cell, a in zip(head, align, strict=True)
        )
        lines = [
            f'<tr><th scope="row" style="text-align:left">{name}</th>'
            + "".join(f'<td style="text-align:{a}">{cell}</td>' for cell, a in zip(cells, align[1:], strict=True))
            + "</tr>"
            for name, *cells in body
        ]
        notes = "".join(f"<p>Note: {html.escape(note)}.</p>" for note in self.notes)
        return (
            f"<table><caption>{html.escape(self._title())}</caption><thead><tr>{columns}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table>{notes}"
        )

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a pandas data frame, a column for each field."""
        import pandas

        return pandas.DataFrame(self.rows, columns=Row._fields).astype({"macs": "Int64"})  # it can say "not known"

    def stages(self, depth: int = 2) -> dict[str, Totals]:
        """Sums over the rows whose names begin alike.

        Parameters
        ----------
        depth : int
            How many parts of the names to keep.

        Returns
        -------
        dict of str to Totals
            In the order in which the stages ran.
        """
        depth = integer("depth", depth, 1)
        groups = {}
        for row in self.rows:
            groups.setdefault(".".join(row.name.split(".")[:depth]), []).append(row[3:6])
        return {name: Totals(*map(_sum, zip(*group, strict=True))) for name, group in groups.items()}

    def chart(self, *, depth: int = 2) -> Figure:
        """Where the parameters and the multiply-accumulates are: bars for each stage; a "?" where they are not known.

        Parameters
        ----------
        depth : int
            As in :meth:`stages`.
        """
        from matplotlib.figure import Figure

        from .plotting import palette, style

        stages = self.stages(depth)
        with style():
            figure = Figure(figsize=(8, 1 + 0.25 * len(stages)), layout="constrained")
            left, right = figure.subplots(1, 2, sharey=True)
            for axes, field, colour in ((left, "parameters", "kernel"), (right, "macs", "output")):
                numbers = [getattr(stage, field) for stage in stages.values()]
                axes.barh(list(stages), [number or 0 for number in numbers], color=palette()[colour]["line"])
                for place, number in enumerate(numbers):
                    if number is None:
                        axes.text(0, place, " ?", va="center")
                axes.grid(axis="y", visible=False)
            left.set(xlabel="parameters", ylim=(len(stages) - 0.5, -0.5))  # the input on top
            right.set_xlabel("multiply-accumulates")
            figure.suptitle(self._title())
        return figure

    def _title(self):
        return f"{self.model}, input {_written(self.input_shape)}"

    def _cells(self):
        for row in self.rows:
            numbers = ("unknown" if number is None else f"{number:,}" for number in row[3:6])
            seen = "" if row.receptive_field is None else _written(row.receptive_field)
            shape = "no tensor" if row.output_shape is None else _written(row.output_shape)
            yield [row.name, row.kind, shape, *numbers, seen]
        parameters, macs, taken = self.totals
        known = sum(row.macs or 0 for row in self.rows)
        yield ["total", "", "", f"{parameters:,}", f"{known:,}" if macs is not None else f"at least {known:,}",
               f"{taken:,}", ""]  # fmt: skip


_HEADINGS = ["layer", "kind", "output", "parameters", "MACs", "activation bytes", "receptive field"]
_FIRST_NUMBER = 3  # the columns from here on are set flush right


def profile(model: nn.Module, input_shape: tuple[int, ...] | list[tuple[int, ...] | torch.Tensor]) -> Profile:
    """Run a model once, in evaluation mode, and list its layers.

    What is listed is what ran: functions between layers have rows too, and a layer that is used twice has two. The
    model is left as it was, its buffers and the random generators too. Built on PyTorch's meta device
    (``with torch.device("meta"):``), a model of any size is profiled without computing anything.

    Parameters
    ----------
    model : nn.Module
    input_shape : tuple of int, or list
        The shape of one image, (C, H, W), or of any input with up to three axes and no batch; with four axes or more
        it begins with a batch of 1. A list gives several inputs, each a shape or a tensor; tensors are taken as they
        are, and counts are for all that is in them.

    Returns
    -------
    Profile
        With `rows`, `totals` and `notes`; prints as a table.

    Raises
    ------
    TypeError
        For a model that is none, and for an input that is neither shape nor tensor.
    ValueError
        For a batch of several images, for sizes below 1, and for layers that do not have their weights yet. Where the
        model itself fails, the error names the layer and lists the rows up to there.

    References
    ----------
    Receptive fields: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", 2019.

    Examples
    --------
    >>> from cnnbook.models import resnet18
    >>> result = profile(resnet18(), (3, 224, 224))
    >>> result.totals.parameters, result.totals.macs
    (11689512, 1814073344)
    >>> [row.receptive_field for row in result if row.kind == "Conv2d"][-1]
    435
    """
    if not isinstance(model, nn.Module):
        kind = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise TypeError(f"model is {kind}: give an nn.Module, such as cnnbook.models.resnet18()")
    _check_layers(model)
    given = input_shape if isinstance(input_shape, list) else [input_shape]
    if not given:
        raise ValueError("input_shape [] has no input: use a tuple such as (3, 224, 224), or a list of inputs")
    inputs = [_input(one, model) for one in given]
    name = getattr(model, "name", None)
    name = name if isinstance(name, str) else type(model).__name__
    with_batch = any(isinstance(one, torch.Tensor) or len(one) > 3 for one in given)
    shapes = tuple(_shape(x.shape, with_batch) for x in inputs)
    recorder = Recorder(model, inputs)

    def table():
        rows = tuple(_row(entry, with_batch) for entry in recorder.rows)
        totals = Totals(
            sum(parameter.numel() for parameter in model.parameters()),
            _sum(row.macs for row in rows),
            sum(row.activation_bytes for row in rows),
        )
        given = tuple(
            tuple(Input(_shape(shape, with_batch), *seen) for shape, *seen in entry.given) for entry in recorder.rows
        )
        shape = shapes[0] if len(shapes) == 1 else shapes
        return Profile(name, shape, rows, totals, tuple(_notes(recorder, inputs)), given)

    try:
        with left_as_it_was(model):
            recorder.watch(lambda: model(*inputs))
    except Exception as error:
        failed, layer, taken = recorder.failed
        if failed is not error:  # it was none of the layers
            layer, taken = "the model", []
        taken = f"input {_written(tuple(taken))}" if taken else "what it is given"
        so_far = str(table()).partition("\nnote: ")[0].rpartition("\n")[0] if recorder.rows else "none"
        raise ValueError(f"{layer} fails on {taken}: {error}\nRows up to there: {so_far}") from error
    return table()


def _check_layers(model):
    """Refuse what cannot be run, or not be watched."""
    state = dict(chain(model.named_parameters(), model.named_buffers()))
    if any(nn.parameter.is_lazy(tensor) for tensor in state.values()):
        raise ValueError("model has lazy layers, which do not have their weights yet: run it once before")
    for name, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise ValueError(
                f"{name or 'model'} is compiled by torch.jit, which hides its layers: give the model as it was before"
            )


def _input(given, model):
    """A tensor of the model's type on its device; of zeros, where a shape is given."""
    if isinstance(given, torch.Tensor):
        return given.detach().clone()  # the model may write into it
    if not isinstance(given, tuple) or not given or not all(_is_size(size) for size in given):
        raise TypeError(
            f"input_shape {shortened(given)} is no shape: use a tuple such as (3, 224, 224), or a list of inputs"
        )
    given = tuple(map(int, given))
    if min(given) < 1:
        raise ValueError(f"input_shape {given} has a size below 1: use (channels, height, width)")
    if len(given) > 3 and given[0] != 1:
        raise ValueError(f"input_shape {given} is a batch of {given[0]}: counts are for one, use {(1, *given[1:])}")
    state = chain(model.parameters(), model.buffers())
    first = next((x for x in state if x.is_floating_point() or x.is_complex()), torch.empty(0))
    try:
        return torch.zeros(given if len(given) > 3 else (1, *given), dtype=first.dtype, device=first.device)
    except RuntimeError:
        raise ValueError(
            f'input_shape {given} does not fit into memory: make it smaller, or build the model on the device "meta"'
        ) from None


def _is_size(size):
    return isinstance(size, int | np.integer) and not isinstance(size, bool)


def _sum(numbers):
    """The sum; None where one of the numbers is not known."""
    numbers = list(numbers)
    return None if None in numbers else sum(numbers)


def _row(entry, with_batch):
    shapes = tuple(_shape(shape, with_batch) for shape, _, _ in entry.outputs)
    seen = next((sizes for _, _, sizes in entry.outputs if sizes), None)
    if seen and len(set(seen)) == 1:
        seen = seen[0]
    taken = sum(size for _, size, _ in entry.outputs)
    shapes = None if not shapes else shapes[0] if len(shapes) == 1 else shapes
    return Row(entry.name, entry.kind, shapes, entry.parameters, entry.macs, taken, seen)


def _shape(shape, with_batch):
    return tuple(shape) if with_batch or shape[:1] != (1,) else tuple(shape[1:])


def _notes(recorder, inputs):
    """What the rows do not show."""
    yield from dict.fromkeys(recorder.notes)
    if len(inputs) > 1:
        yield "receptive fields are the largest over the inputs"
    used = recorder.parameters.keys() - recorder.unused()
    idle = Counter()
    for name in recorder.unused():  # told by the largest module that did not run
        parts = name.split(".")
        starts = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        module = next(start for start in starts if not any(f"{other}.".startswith(f"{start}.") for other in used))
        idle[module] += recorder.parameters[name].numel()
    for module, number in idle.items():
        yield f"{module} did not run: its {number:,} parameters are in the total and in no row"


def _written(shape):
    """3x224x224; several shapes with a comma between.

    >>> _written((3, 5, 7)), _written(((5, 7), (2,))), _written(9), _written(())
    ('3x5x7', '5x7, 2', '9', 'one number')
    """
    if isinstance(shape, int):
        return str(shape)
    if any(isinstance(part, tuple) for part in shape):
        return ", ".join(_written(part) for part in shape)
    return "x".join(map(str, shape)) or "one number"
