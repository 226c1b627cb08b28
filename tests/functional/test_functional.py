import inspect
import subprocess
import sys

import pytest

from cnnbook import functional

# The book's fixed interface: none of these names may go.
OPERATIONS = [
    "conv1d", "conv2d", "conv3d", "conv2d_direct", "conv2d_im2col", "conv2d_winograd", "conv_transpose2d",
    "deform_conv2d", "im2col", "col2im", "max_pool2d", "avg_pool2d", "global_avg_pool2d", "batch_norm",
    "local_response_norm", "linear", "dropout", "relu", "sigmoid", "tanh", "leaky_relu", "elu", "softmax",
    "log_softmax", "cross_entropy",
]  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_there_with_its_backward_in_the_same_file(name):
    operation = getattr(functional, name)
    assert callable(operation)
    assert name in functional.__all__
    if name not in ("im2col", "col2im"):  # each is the other's
        backward = getattr(functional, f"{name}_backward")
        assert f"{name}_backward" in functional.__all__
        assert backward.__module__ == operation.__module__


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"im2col", "col2im", "dropout"}))
def test_backward_takes_grad_output_and_then_what_forward_takes(name):
    forward = inspect.signature(getattr(functional, name)).parameters
    backward = inspect.signature(getattr(functional, f"{name}_backward")).parameters
    assert list(backward) == ["grad_output", *forward]
    for option, parameter in forward.items():
        assert (parameter.kind, parameter.default) == (backward[option].kind, backward[option].default)


@pytest.mark.parametrize("name", functional.__all__)
def test_every_public_function_is_documented_with_an_example(name):
    assert ">>>" in getattr(functional, name).__doc__


def test_importing_loads_neither_torch_nor_matplotlib():
    code = "import sys, cnnbook.functional; print({'torch', 'matplotlib', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
