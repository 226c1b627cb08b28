import numpy as np
import pytest
import torch

from cnnbook.nn import glorot_uniform, he_normal


@pytest.mark.torch
@pytest.mark.parametrize("shape", [(300, 200), (60, 50, 5, 3)])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (he_normal, lambda weight: torch.nn.init.kaiming_normal_(weight, nonlinearity="relu")),
        (glorot_uniform, torch.nn.init.xavier_uniform_),
    ],
)
def test_spread_is_pytorchs(shape, ours, theirs):
    torch.manual_seed(0)
    weight, expected = ours(shape, rng=np.random.default_rng(0), dtype=np.float64), theirs(torch.empty(shape))
    assert abs(weight.mean()) < 0.02 * weight.std()
    np.testing.assert_allclose(weight.std(), expected.std().item(), rtol=0.02)


def test_glorot_stays_within_its_limit():
    weight = glorot_uniform((30, 20, 5, 3), rng=np.random.default_rng(0), dtype=np.float32)
    limit = np.sqrt(6 / (50 * 15))
    assert 0.99 * limit < np.abs(weight).max() <= limit


@pytest.mark.parametrize("initialise", [he_normal, glorot_uniform])
def test_the_generator_decides(initialise):
    first, again = (initialise((2, 3), rng=np.random.default_rng(7), dtype=np.float32) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32
    assert (initialise((2, 3), rng=np.random.default_rng(8), dtype=np.float32) != first).all()
