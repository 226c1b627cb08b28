"""What only the questions on LeNet-5 promise: the paper's numbers, the package's layers, and what their texts say."""

import numpy as np
import pytest
import torch

from cnnbook.checks import lenet
from cnnbook.models.lenet import C3_TABLE, Subsample, TableConv2d


def test_c3_has_the_papers_numbers():
    assert lenet.PAPER == C3_TABLE
    assert lenet.table_counts.reference(C3_TABLE, 14, 14) == (1516, 151_600)


def test_a_table_conv_is_the_packages_with_its_kernels_in_the_order_of_the_table():
    torch.manual_seed(0)
    layer, x = TableConv2d(C3_TABLE, 5).double(), torch.randn(2, 6, 8, 9, dtype=torch.float64)
    with torch.no_grad():
        layer.bias.uniform_(-1, 1)
        order = torch.argsort(layer.row, stable=True)  # it has them by input map
        kernels, bias, expected = (a.numpy() for a in (layer.kernels.weight[order, 0], layer.bias, layer(x)))
    np.testing.assert_allclose(lenet.table_conv.reference(x.numpy(), kernels, bias, C3_TABLE), expected)


def test_a_subsample_is_the_packages():
    layer, x = Subsample(3), torch.randn(2, 3, 5, 6)
    with torch.no_grad():
        layer.coefficient.uniform_(-1, 1)
        layer.bias.uniform_(-1, 1)
        arrays = [a.numpy() for a in (x, layer.coefficient, layer.bias)]
        np.testing.assert_allclose(lenet.subsample.reference(*arrays), layer(x).numpy(), atol=1e-6)


def test_the_broken_output_of_drawings_names_every_winner():
    """What its text says, and that distances are wrong nearly everywhere."""
    broken, wrong = lenet.nearest_drawing.declared[0].function, []
    for case in lenet.nearest_drawing.draw():
        (distances, winners), right = broken(*case.args), lenet.nearest_drawing.answer(case)
        assert winners.tolist() == right[1].tolist()
        wrong.append((distances != right[0]).mean())
    assert np.mean(wrong) > 0.8


def judged(table, asked=(6, 16, 1516, 5)):
    found = lenet.design_table._judge(table, None, **dict(zip(NAMES, asked, strict=True)))
    return found and (found.code, found.slots)


NAMES = ("maps_in", "maps_out", "budget", "kernel")


@pytest.mark.parametrize("table", [C3_TABLE, [*map(list, C3_TABLE)], [*map(set, C3_TABLE)], C3_TABLE[::-1]])
def test_the_papers_table_is_a_right_design(table):
    assert judged(table) is None


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda rows: rows[:-1], ("count_rows", {"count": 15, "maps_out": 16})),
        (lambda rows: (*rows[:-1], ()), ("sees_nothing", {"row": 15})),
        (lambda rows: (*rows[:-1], (0, 6)), ("no_row", {"row": 15, "last": 5})),
        (
            lambda rows: (rows[-1], *rows[1:]),
            ("too_dear", {"kernels": 63, "parameters": 1591, "budget": 1516}),
        ),
        (
            lambda rows: (rows[0][:2], *rows[1:]),
            ("not_spent", {"kernels": 59, "parameters": 1491, "budget": 1516, "more": 25}),
        ),
        (lambda rows: (rows[1], *rows[1:]), ("alike", {"first": 0, "second": 1})),
        (
            lambda rows: ((1, 3, 5), *rows[1:]),
            ("uneven", {"most": 3, "often": 11, "least": 0, "seldom": 9}),
        ),
    ],
)  # fmt: skip
def test_what_a_table_breaks_is_said(change, found):
    assert judged(change(C3_TABLE)) == found
