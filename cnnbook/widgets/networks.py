"""The networks explorer: networks in a table to sort and to filter, and in a chart of two of its columns."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from .._validate import number
from ._explorer import Explorer, Flag, SettingError
from ._traits import OneOf

COLUMNS = ("parameters", "macs", "outputs", "depth", "field", "ms", "accuracy")


class NetworksExplorer(Explorer):
    """Which network is large, which is slow, and which of their numbers go together?

    Heads of the table sort it, names mark a network, two lists choose the axes of the chart, a third one the family.

    Parameters
    ----------
    table : dict of str to dict, optional
        For each network its `family` and the same columns, out of "parameters", "macs", "outputs", "depth", "field",
        "ms" and "accuracy"; None where a number is not known. Default: :func:`cnnbook.networks.table`.
    x, y : str
        The columns across and up.
    family : str
        The family that is shown; "" shows all.
    sort : str
        The column that sorts the table, or "network" for the order of the names.
    descending : bool
        The largest number first.
    chosen : str
        The network that is marked; "" for none.
    language : str
        Language of the words on screen; left out, the one that is set.

    Raises
    ------
    TypeError, ValueError
        For anything but such settings, and for a table whose rows differ in their columns.

    Examples
    --------
    >>> explorer = NetworksExplorer(x="macs", y="parameters", family="vgg", chosen="vgg16")
    >>> explorer.correlation
    1.0
    >>> print(explorer.summary().partition(", outputs")[0])
    4 networks. Rank correlation of MACs and parameters: 1. vgg16: parameters 138,357,544, MACs 15,470,264,320
    """

    settings = ("x", "y", "family", "sort", "descending", "chosen")

    data = traitlets.Dict().tag(sync=True)
    x = OneOf("macs", COLUMNS)
    y = OneOf("ms", COLUMNS)
    family = traitlets.Unicode("").tag(sync=True)
    sort = OneOf("network", ("network", *COLUMNS))
    descending = Flag(False)
    chosen = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, table: Mapping[str, Mapping[str, Any]] | None = None,
        *, x: str = "macs", y: str = "ms", family: str = "", sort: str = "network", descending: bool = False,
        chosen: str = "", language: str | None = None,
    ) -> None:  # fmt: skip
        if table is None:
            from ..networks import table as recorded

            table = recorded()
        options = {"family": family, "sort": sort, "descending": descending, "chosen": chosen, "language": language}
        super().__init__(data=_checked(table), x=x, y=y, **options)

    @traitlets.validate("x", "y", "sort")
    def _is_a_column(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        known = [*(["network"] if name == "sort" else []), *_columns(self.data)]
        if value not in known:
            raise SettingError(f"{name} {value!r} is no column of this table: use one of {', '.join(known)}")
        return value

    @traitlets.validate("family", "chosen")
    def _is_there(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        known = self.data if name == "chosen" else dict.fromkeys(row["family"] for row in self.data.values())
        if value and value not in known:
            raise SettingError(f"{name} {value!r} is not in this table: use '' or one of {', '.join(known)}")
        return value

    @property
    def correlation(self) -> float | None:
        """Spearman's rank correlation of the two columns, over the networks shown; None where it has no meaning."""
        pairs = [(row[self.x], row[self.y]) for row in self._seen().values()]
        a, b = (_centred_ranks(column) for column in zip(*pairs, strict=True)) if pairs else ([], [])
        scale = np.sqrt(np.dot(a, a) * np.dot(b, b))
        return round(float(np.dot(a, b) / scale), 12) if scale else None

    def _seen(self):
        """Rows of the family that have a number in both columns."""
        rows = {name: row for name, row in self.data.items() if self.family in ("", row["family"])}
        return {name: row for name, row in rows.items() if None not in (row[self.x], row[self.y])}

    def summary(self) -> str:
        word, rank = self._words, self.correlation
        told = word["result"].format(
            count=len(self._seen()), x=word[self.x], y=word[self.y], rank="–" if rank is None else _full(rank)
        )
        if not self.chosen:
            return told
        row = self.data[self.chosen]
        own = [f"{word[column]} {_full(row[column])}" for column in _columns(self.data) if row[column] is not None]
        return f"{told} {self.chosen}: {', '.join(own)}."


def _columns(table):
    return [column for column in COLUMNS if column in next(iter(table.values()))]


def _checked(table):
    """The rows with the columns that the explorer knows, all the same."""
    if not isinstance(table, Mapping) or not table or not all(isinstance(row, Mapping) for row in table.values()):
        raise TypeError(f"table must be a dict of rows by name, got {table!r}: use cnnbook.networks.table()")
    columns, rows = _columns(table), {}
    for name, row in table.items():
        missing = [column for column in ("family", *columns) if column not in row]
        if missing or _columns({name: row}) != columns:
            told = f"lacks {missing[0]!r}" if missing else "has more columns than the first"
            raise SettingError(f"row {name!r} of the table {told}: give all the same columns, None for unknown")
        rows[str(name)] = {"family": str(row["family"])} | {column: _number(column, row[column]) for column in columns}
    return rows


def _number(column, value):
    """A number that is not negative, as JSON can hold it; None for None and for NaN."""
    if value is None or value != value:
        return None
    value = number(column, value.item() if hasattr(value, "item") else value, 0, 1e18)
    return int(value) if value == int(value) else value


def _centred_ranks(values):
    """Ranks less their mean; equal numbers share their mean rank."""
    values = np.asarray(values, dtype=float)
    ranks = (values[:, None] > values).sum(axis=1) + (values[:, None] == values).sum(axis=1) / 2
    return ranks - ranks.mean()


def _full(value):
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")
