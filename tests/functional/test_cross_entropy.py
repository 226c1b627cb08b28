import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from cnnbook.functional import cross_entropy, cross_entropy_backward


def test_by_hand():
    logits = np.log([[1.0, 2, 1], [3, 3, 2]])  # probabilities 1/4, 1/2, 1/4 and 3/8, 3/8, 1/4
    labels = np.array([1, 2])
    np.testing.assert_allclose(cross_entropy(logits, labels), 1.5 * np.log(2), rtol=1e-14)
    grad_logits, grad_labels = cross_entropy_backward(16.0, logits, labels)
    np.testing.assert_allclose(grad_logits, [[2, -4, 2], [3, 3, -6]], rtol=1e-14)
    assert grad_labels is None


def test_ten_equally_likely_classes_cost_log_10():
    np.testing.assert_allclose(cross_entropy(np.zeros((4, 10)), np.arange(4)), np.log(10), rtol=1e-15)


@pytest.mark.torch
@given(N=st.integers(1, 6), classes=st.integers(1, 6), scale=st.sampled_from([1, 100]), seed=st.integers(0, 99))
def test_agrees_with_torch(N, classes, scale, seed):
    rng = np.random.default_rng(seed)
    logits, labels = scale * rng.standard_normal((N, classes)), rng.integers(0, classes, N)
    tensor = torch.tensor(logits, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.from_numpy(labels))
    (3 * expected).backward()
    np.testing.assert_allclose(cross_entropy(logits, labels), expected.item(), rtol=1e-9, atol=1e-9)
    grad_logits, _ = cross_entropy_backward(3.0, logits, labels)
    np.testing.assert_allclose(grad_logits, tensor.grad.numpy(), rtol=1e-9, atol=1e-9)


def test_certain_and_wrong_is_large_but_finite():
    logits = np.array([[1e4, 0.0]])
    assert cross_entropy(logits, np.array([1])) == 1e4
    np.testing.assert_array_equal(cross_entropy_backward(1.0, logits, np.array([1]))[0], [[1, -1]])


def test_a_class_ruled_out_costs_nothing_unless_it_was_right():
    logits = np.array([[0.0, -np.inf]])
    assert cross_entropy(logits, np.array([0])) == 0
    assert cross_entropy(logits, np.array([1])) == np.inf


def test_agrees_with_differences(assert_like_differences):
    labels = np.array([2, 0, 3])
    assert_like_differences(
        lambda logits: cross_entropy(logits, labels),
        lambda grad_output, logits: cross_entropy_backward(grad_output, logits, labels)[:1],
        np.random.default_rng(0).standard_normal((3, 4)),
    )


def test_nan_spreads():
    logits = np.array([[np.nan, 0.0], [1.0, 0.0]])
    assert np.isnan(cross_entropy(logits, np.array([1, 0])))


def test_float32_stays_float32_and_inputs_stay_as_they_are():
    logits, labels = np.array([[1, 2, 3]], np.float32), np.array([0], np.uint8)
    loss = cross_entropy(logits, labels)
    grad_logits, _ = cross_entropy_backward(np.float32(1), logits, labels)
    assert loss.dtype == grad_logits.dtype == np.float32
    np.testing.assert_array_equal(cross_entropy_backward(np.ones((), np.float32), logits, labels)[0], grad_logits)
    np.testing.assert_array_equal(logits, [[1, 2, 3]])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"labels": np.array([0, 3])}, ValueError, r"labels\[1\] is 3, .* 0 to 2: use labels from 0 to 2"),
        ({"labels": np.array([-1, 0])}, ValueError, r"labels\[0\] is -1"),
        ({"labels": np.array([0.0, 1])}, TypeError, r"labels have dtype float64.*use labels.astype\(numpy.int64\)"),
        ({"labels": np.array([True, False])}, TypeError, "labels have dtype bool"),
        ({"labels": [0, 1]}, TypeError, r"labels must be a NumPy array, got list: use numpy.asarray\(labels\)"),
        ({"labels": np.array([0, 1, 2])}, ValueError, r"labels have shape \(3,\), but need one for each of 2 images"),
        ({"labels": np.eye(3, dtype=int)[:2]}, ValueError, r"use labels.argmax\(axis=1\) if they are one-hot"),
        ({"logits": np.zeros((2, 3), int)}, TypeError, "logits has dtype int64"),
        ({"logits": np.zeros(3)}, ValueError, "logits has shape .* needs 2"),
        ({"logits": np.zeros((0, 3)), "labels": np.zeros(0, int)}, ValueError, "no images have no mean"),
    ],
)
def test_bad_input_is_refused(change, error, message):
    arguments = {"logits": np.zeros((2, 3)), "labels": np.array([0, 1])} | change
    with pytest.raises(error, match=message):
        cross_entropy(**arguments)
    with pytest.raises(error, match=message):
        cross_entropy_backward(1.0, **arguments)


@pytest.mark.parametrize("grad_output", [np.ones(2), "1", None, True])
def test_a_gradient_that_is_not_one_number_is_refused(grad_output):
    with pytest.raises(TypeError, match="grad_output must be a number"):
        cross_entropy_backward(grad_output, np.zeros((2, 3)), np.array([0, 1]))
