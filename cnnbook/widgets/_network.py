"""What the architecture explorer shows of a network: the rows of its profile, and the tree that their names make.

Everything is numbers, names and arithmetic, so that it travels to the browser as JSON. Layers that are alike but for
their place, such as those of equal blocks, share one specification.
"""

import re
from itertools import groupby
from math import prod
from typing import NamedTuple

from ._explorer import SettingError

_HOLDERS = {"features", "classifier", "layers"}  # parts of names that say nothing of a stage
_MANY = 6  # blocks of a stage that go together
_DASH = "–"  # in the name of a group of stages, and in no other


class Spec(NamedTuple):
    """What a row has whatever its place: `how_` are the sums behind the numbers, such as "96*(3*11*11+1)"."""

    kind: str
    shape: tuple  # (C, H, W), or (C,) for a vector
    parameters: int
    macs: int
    activation_bytes: int
    how_parameters: str
    how_macs: str


class Node(NamedTuple):
    """A part of the network: a layer, a stage, or the whole."""

    key: str  # its path, without the parts that say nothing
    name: str
    rows: range
    children: tuple
    parent: str | None


def describe(model, input_shape):
    """A network as the browser gets it.

    Parameters
    ----------
    model : nn.Module
    input_shape : tuple of int
        (C, H, W), as in :func:`cnnbook.profile.profile`.

    Returns
    -------
    dict
        ``input``: its shape; ``totals``: parameters, MACs, bytes; ``specs``: a :class:`Spec` each, without what is ""
        at its end; ``rows``: for each row the number of its spec, and where it differs from that of the row before,
        its receptive field and how that is computed, once or for H and W; ``tree``: names, an inner node as a list
        that begins with its own.

    Examples
    --------
    >>> from torch import nn
    >>> found = describe(nn.Sequential(nn.Conv2d(3, 4, (3, 2)), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2)), (3, 5, 7))
    >>> found["tree"], found["rows"][0]                # a ReLU goes with its convolution
    ([['0', '0', '1'], '2', '3'], [0, [3, 2], '1+(3-1)*1', '1+(2-1)*1'])
    >>> found["specs"][0], found["rows"][1]
    (['Conv2d', [4, 3, 6], 76, 1296, 288, '4*(3*3*2+1)', '4*3*6*3*3*2'], 1)
    """
    from ..profile import profile  # here: it brings PyTorch

    result = profile(model, input_shape)
    if result.totals.macs is None:
        raise SettingError(f"{result.model} cannot be counted: {'; '.join(result.notes)}")
    modules, specs, rows, before = dict(model.named_modules()), {}, [], ()
    for row, given in zip(result.rows, result.inputs, strict=True):
        spec = specs.setdefault(_spec(row, modules.get(row.name)), len(specs))
        seen = row.receptive_field
        field = [list(seen) if isinstance(seen, tuple) else seen, *_how_field(row, given)]
        rows.append([spec, *field] if field != [before] else spec)
        before = field[0]
    named = [([part for part in row.name.split(".") if part not in _HOLDERS], at) for at, row in enumerate(result.rows)]
    kinds = [entry[0] if isinstance(entry, list) else entry for entry in rows]
    look = [
        (row.output_shape, row.receptive_field, row.macs, kind) for row, kind in zip(result.rows, kinds, strict=True)
    ]
    return {
        "input": list(input_shape),
        "totals": list(result.totals),
        "specs": [[spec.kind, list(spec.shape), *spec[2:5], *_trimmed(spec[5:])] for spec in specs],
        "rows": rows,
        "tree": [_plain(node) for node in _grouped(_nested(named, look), lambda part: look[part.last][0])],
    }


def nodes(network):
    """The nodes of a network by their keys, from the whole, "", down to the layers."""
    found, rows = {}, iter(range(len(network["rows"])))

    def walk(entry, key, parent, prefix):
        name, *parts = entry if isinstance(entry, list) else [entry]
        first, keys = (None, [])
        if not parts:
            first = last = next(rows)
        for part in parts:
            own = part[0] if isinstance(part, list) else part
            child = walk(part, f"{prefix}{own}", key, prefix if _DASH in own else f"{prefix}{own}.")
            first = child.rows[0] if first is None else first
            last = child.rows[-1]
            keys.append(child.key)
        found[key] = Node(key, name, range(first, last + 1), tuple(keys), parent)
        return found[key]

    walk(["", *network["tree"]], "", None, "")
    return found


def total(network, node, quantity):
    """Sum over the rows of a node: of "parameters", "macs" or "activation_bytes"."""
    place = Spec._fields.index(quantity)
    return sum(spec_of(network, row)[place] for row in node.rows)


def spec_of(network, row):
    """The specification of a row, as a list."""
    entry = network["rows"][row]
    return network["specs"][entry[0] if isinstance(entry, list) else entry]


def field_of(network, row):
    """The receptive field of a row: a number, a list for H and W, or None."""
    return next(entry[1] for entry in network["rows"][row::-1] if isinstance(entry, list))


def _spec(row, module):
    shape = row.output_shape
    shape = shape[0] if shape and isinstance(shape[0], tuple) else shape
    if shape is None or len(shape) not in (1, 3):
        raise SettingError(f"layer {row.name} puts out {shape}: only maps (C, H, W) and vectors (C,) can be drawn")
    return Spec(row.kind, shape, *row[3:6], *_how_many(row, module, shape))


def _how_many(row, module, shape):
    """The sums behind the parameters and the multiply-accumulates; "" where there is none, or nothing to multiply."""
    own = [parameter.numel() for parameter in module.parameters(recurse=False)] if module else []
    how = ["+".join(map(str, own)) if len(own) > 1 and sum(own) == row.parameters else "", ""]
    if row.kind == "Conv2d":
        inside = [module.in_channels // module.groups, *module.kernel_size]
        first = f"{module.in_channels}/{module.groups}" if module.groups > 1 else module.in_channels
    elif row.kind == "Linear":
        inside, first = [module.in_features], module.in_features
    else:
        return how
    bias, written = module.bias is not None, "*".join(map(str, (first, *inside[1:])))
    if row.parameters == shape[0] * (prod(inside) + bias):
        how[0] = f"{shape[0]}*({written}+1)" if bias else f"{shape[0]}*{written}"
    if row.macs == prod(shape) * prod(inside):
        how[1] = "*".join(map(str, (*shape, written)))
    return how


def _how_field(row, given):
    """How the receptive field grows: by the span of the window, less one, times the jump; or the largest of several.

    Nothing where it does not, and where the units are in one line: they have no two neighbours. One sum, or one for
    H and one for W.
    """
    seen = row.receptive_field
    given = [one for one in given if len(one.receptive_field) == 2 and len(one.shape) == 3]
    if seen is None or not given:
        return []
    axes = seen if isinstance(seen, tuple) else (seen,) * 2
    grown = [_how_axis(axis, size, given) for axis, size in enumerate(axes)]
    if not any(grown):
        return []
    return grown if isinstance(seen, tuple) or grown[0] != grown[1] else grown[:1]


def _how_axis(axis, size, given):
    before = sorted({one.receptive_field[axis] for one in given})
    if len(before) > 1 and size == before[-1]:
        return f"max({','.join(map(str, before))})"
    jump, more = given[0].jump[axis], size - before[0]
    if len(before) > 1 or more <= 0 or jump != int(jump) or more % jump:
        return ""
    return f"{before[0]}+({more // jump + 1}-1)*{jump}"


class _Part(NamedTuple):
    """A node while the tree is made."""

    name: str
    parts: list  # empty: a row
    first: int  # numbers of its first and its last row
    last: int


def _nested(named, look):
    """Parts whose names begin alike go together, and so does what only follows: activations, normalisation, dropout."""
    parts, names = [], set()
    for name, group in groupby(named, key=lambda item: item[0][0]):
        group = list(group)
        if len(group) == 1 or all(len(path) == 1 for path, _ in group):
            found = [_Part(name, [], at, at) for _, at in group]
        else:
            below = _nested([(path[1:] or path, at) for path, at in group], look)
            below = below[0].parts if len(below) == 1 and below[0].parts else below
            below = _grouped(below, lambda part: [row[3] for row in look[part.first : part.last + 1]], least=_MANY)
            found = [_Part(name, below, below[0].first, below[-1].last)]
        for part in found:
            part = part._replace(name=_free(part.name, names))
            if parts and not part.parts and _is_unit(parts[-1]) and _follows(look, parts[-1].last, part.last):
                before = parts.pop()
                part = _Part(before.name, [*(before.parts or [before]), part], before.first, part.last)
            parts.append(part)
    return parts


def _free(name, names):
    """The name, with a number where it is taken; `names` gets it."""
    free = name
    while free in names:
        free = f"{name} ({int(free[len(name) + 2 : -1] or 1) + 1})" if free != name else f"{name} (2)"
    names.add(free)
    return free


def _is_unit(part):
    return not any(below.parts for below in part.parts)


def _follows(look, before, row):
    """Whether a row changes neither shape nor receptive field, and multiplies nothing."""
    return look[row][:2] == look[before][:2] and look[row][2] == 0


def _grouped(parts, likeness, *, least=2):
    """Neighbouring stages that are numbered and have the same likeness go together, as in a row of a paper's table."""
    found = []
    for (stem, _), group in groupby(parts, key=lambda part: (_stem(part), likeness(part))):
        group = list(group)
        if stem is None or len(group) < least:
            found += group
        else:
            name = f"{group[0].name}{_DASH}{group[-1].name.removeprefix(stem)}"
            found.append(_Part(name, group, group[0].first, group[-1].last))
    return found


def _stem(part):
    """The name of a stage up to its number; None where it has none."""
    stem = re.sub(r"\d+$", "", part.name)
    return None if _is_unit(part) or stem == part.name else stem


def _trimmed(texts):
    """Without those at the end that are ""."""
    return texts if not texts or texts[-1] else _trimmed(texts[:-1])


def _plain(part):
    return [part.name, *map(_plain, part.parts)] if part.parts else part.name
