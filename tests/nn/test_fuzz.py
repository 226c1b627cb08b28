"""Every public name of nn, tried with wrong types, values and shapes: it works, or says what is wrong with what."""

import itertools
import re

import numpy as np
import pytest

from cnnbook import nn

WRONG = [
    None,
    "1",
    "False",
    0,
    -1,
    1.5,
    float("nan"),
    float("inf"),
    True,
    (),
    (0, 1),
    (1, 2, 3),
    [2],
    {},
    object(),
    nn.ReLU,
]
WRONG += [np.float32(2), np.array(3), np.array([1, 2]), np.zeros(4), 1 + 2j, b"x", lambda: 1, np.int8(-3)]
ARRAYS = [
    np.zeros((2, 3)), np.zeros((2, 3, 4)), np.zeros((2, 3, 5, 7)), np.zeros((0, 3, 5, 7)), np.zeros((2, 0, 5, 7)),
    np.zeros((2, 4, 8, 8)), np.zeros((1, 3, 1, 1)), np.zeros((2, 3, 5, 7), np.float32), np.zeros((2, 3, 5, 7), int),
    np.zeros((2, 3, 5, 7), complex), np.zeros((2, 3, 5, 7), bool), np.array(["a", "b"]), np.array([None, 1]),
    np.array(1.0), np.ma.masked_array(np.zeros((2, 3)), True), np.full((2, 3, 5, 7), np.nan),
    np.zeros((2, 3, 5, 7), np.float16),
]  # fmt: skip


def rng():
    return np.random.default_rng(0)


def layer():
    return nn.Linear(3, 2, rng=rng(), dtype=np.float64)


def network():
    return nn.Sequential(nn.Flatten(), layer())


CALLS = {  # name: arguments that work, each of which is replaced by every wrong one in turn
    "AvgPool2d": {"kernel": 2, "stride": 2, "padding": 1, "ceil_mode": False},
    "BatchNorm": {"channels": 3, "momentum": 0.1, "eps": 1e-5, "dtype": np.float64},
    "Conv2d": {
        "c_in": 3, "c_out": 6, "kernel": 2, "rng": rng(), "stride": 1, "padding": 1, "dilation": 1, "groups": 3,
        "bias": True, "initialise": nn.he_normal, "dtype": np.float64,
    },
    "Dropout": {"p": 0.5, "rng": rng()},
    "ELU": {"alpha": 1.0},
    "Flatten": {},
    "GlobalAvgPool2d": {},
    "Layer": {},
    "LeakyReLU": {"negative_slope": 0.1},
    "Linear": {"c_in": 3, "c_out": 2, "rng": rng(), "initialise": nn.glorot_uniform, "dtype": np.float64},
    "LocalResponseNorm": {"size": 3, "alpha": 1.0, "beta": 0.75, "k": 1.0},
    "MaxPool2d": {"kernel": 2, "stride": 2, "padding": 1, "ceil_mode": False},
    "ReLU": {},
    "Residual": {"body": nn.ReLU(), "shortcut": nn.Tanh()},
    "SGD": {"network": network(), "lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    "Sequential": {"first": nn.ReLU()},
    "Sigmoid": {},
    "Tanh": {},
    "accuracy": {"network": network(), "images": np.zeros((2, 3)), "labels": np.array([0, 1]), "batch_size": 2},
    "glorot_uniform": {"shape": (2, 3), "rng": rng(), "dtype": np.float32},
    "gradient_check": {
        "network": network(), "x": np.ones((2, 3)), "rng": rng(), "training": True, "samples": 2, "step": 1e-6,
    },
    "he_normal": {"shape": (2, 3), "rng": rng(), "dtype": np.float32},
    "lenet5": {"rng": rng(), "num_classes": 10, "in_channels": 1, "dtype": np.float32},
    "small_resnet": {"rng": rng(), "widths": (2,), "num_classes": 10, "in_channels": 1, "dtype": np.float32},
    "train_epoch": {
        "network": None, "optimiser": None, "images": np.zeros((2, 3)), "labels": np.array([0, 1]), "batch_size": 2,
        "rng": rng(),
    },
}  # fmt: skip
NAMED = {"first": "layer first", "network": "network|optimiser", "images": "images|x has shape"}  # where it is other


def assert_clear(error, name, value, told):
    """A sentence of ours: which argument, and after the last colon what to do."""
    message = str(error)
    assert re.search(told, message), f"{name}={value!r}: {message}"
    assert type(error) in (TypeError, ValueError, RuntimeError), f"{name}={value!r}: {error!r}"
    assert re.search(r": (use|give|make|train|the network must|reshape|leave)\b", message), (
        f"{name}={value!r}: {message}"
    )


def test_every_public_name_is_tried():
    assert set(CALLS) == set(nn.__all__)


@pytest.mark.parametrize("name", CALLS)
def test_wrong_arguments_get_a_clear_error_or_a_working_result(name):
    function, right = getattr(nn, name), dict(CALLS[name])
    if name == "train_epoch":
        right["network"] = network()
        right["optimiser"] = nn.SGD(right["network"], lr=0.1)
    function(**right)
    accepted = []
    for argument, value in itertools.product(right, WRONG):
        if argument == "initialise" and callable(value):  # what a function of the user's own raises is its own
            continue
        try:
            function(**right | {argument: value})
        except Exception as error:
            assert_clear(error, argument, value, told=NAMED.get(argument, argument))
        else:
            accepted.append((argument, repr(value)))
    allowed = {  # numbers that are in range, and options that may be left out
        "bias": {"True"}, "ceil_mode": {"True"}, "training": {"True"}, "stride": {"None"}, "shortcut": {"None"},
        "momentum": {"0"}, "p": {"0"}, "lr": {"0", "1.5", "np.float32(2.0)"},
        "weight_decay": {"0", "1.5", "np.float32(2.0)"}, "eps": {"0", "1.5", "inf", "np.float32(2.0)"},
        "padding": {"0", "(0, 1)"}, "shape": {"(1, 2, 3)"}, "dtype": {"np.float32(2.0)"},
        "widths": {"(1, 2, 3)", "[2]"},
    }  # fmt: skip
    numbers = {"0", "-1", "1.5", "inf", "np.float32(2.0)", "np.int8(-3)"}  # of which a slope, say, may be any
    allowed |= dict.fromkeys(("alpha", "beta", "k", "negative_slope"), numbers)
    wrong = [(argument, value) for argument, value in accepted if value not in allowed.get(argument, ())]
    assert not wrong


LAYERS = {
    "Conv2d": lambda: nn.Conv2d(3, 2, 3, rng=rng(), dtype=np.float64),
    "Linear": lambda: nn.Linear(3, 2, rng=rng(), dtype=np.float64),
    "BatchNorm": lambda: nn.BatchNorm(3, dtype=np.float64),
    "Dropout": lambda: nn.Dropout(p=0.5, rng=rng()),
    "AvgPool2d": lambda: nn.AvgPool2d(3),
    "MaxPool2d": lambda: nn.MaxPool2d(3),
    "LocalResponseNorm": lambda: nn.LocalResponseNorm(size=3),
    **{
        name: getattr(nn, name)
        for name in ("ReLU", "LeakyReLU", "ELU", "Sigmoid", "Tanh", "GlobalAvgPool2d", "Flatten")
    },
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_wrong_arrays_get_an_error_that_names_the_layer_and_right_ones_work(name, training):
    for x in [*ARRAYS, *WRONG]:
        one = LAYERS[name]()
        try:
            output = one.forward(x, training=training)
        except Exception as error:
            assert_clear(error, "x", x, told=f"^{name}: ")
            with pytest.raises(RuntimeError, match=f"{name}.backward came before forward: call forward first"):
                one.backward(x)
            continue
        assert output.dtype == x.dtype
        assert np.isnan(output).any() == np.isnan(x).any()
        for grad in [*ARRAYS, *WRONG]:
            one.forward(x, training=training)
            try:
                grad_x = one.backward(grad)
            except Exception as error:
                assert_clear(error, "grad_output", grad, told=f"^{name}: ")
            else:
                assert grad.shape == output.shape
                assert grad_x.shape == x.shape


@pytest.mark.parametrize("training", [None, 0, 1, "True", np.array([True])])
def test_training_is_a_flag(training):
    for one in (nn.ReLU(), nn.Sequential(), nn.Residual(nn.ReLU())):
        with pytest.raises(TypeError, match=r"training must be True or False, got .* use a bool"):
            one.forward(np.zeros((2, 3)), training=training)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv2d(3, 2, 3, rng=rng(), strides=2), "Conv2d.* unexpected keyword argument 'strides'"),
        (lambda: nn.MaxPool2d(kernel=2, step=2), "unexpected keyword argument 'step'"),
        (lambda: nn.ReLU(slope=1), "unexpected keyword argument 'slope'"),
        (lambda: nn.Linear(0, 3, rng=rng()), "Linear: c_in 0 is too small: use c_in >= 1"),
        (lambda: nn.Linear(3, 2, rng=0), r"Linear: rng must be a numpy.random.Generator, got int: use numpy.*rng\(0\)"),
        (lambda: nn.Conv2d(3, 2, 0, rng=rng()), "Conv2d: kernel 0 is too small: use kernel >= 1"),
        (lambda: nn.Conv2d(3, 2, 3, rng=rng(), padding=-1), "Conv2d: padding -1 is too small: use padding >= 0"),
        (lambda: nn.Conv2d(3, 2, 3, rng=rng(), bias=None), "Conv2d: bias must be True or False"),
        (lambda: nn.Dropout(p=1.5, rng=rng()), "Dropout: p 1.5 is out of range: use p from 0 to 1"),
        (lambda: nn.BatchNorm(3, momentum=2), "BatchNorm: momentum 2 is out of range"),
        (lambda: nn.MaxPool2d(3, padding=2), "MaxPool2d: padding 2 is more than half of kernel 3"),
        (lambda: nn.SGD(layer(), lr=float("nan")), "lr nan is out of range"),
        (lambda: nn.SGD(layer(), lr=0.1, weight_decay=-1), "weight_decay -1 is out of range"),
        (lambda: nn.SGD(nn.Linear, lr=0.1), r"network must be a layer, got the class Linear: use Linear\(...\)"),
        (lambda: nn.Sequential(nn.ReLU), r"layer 0 must be a layer, got the class ReLU: use ReLU\(...\)"),
        (lambda: nn.Sequential(a=3), r"layer a must be a layer, got 3 \(int\)"),
        (lambda: nn.Sequential(nn.ReLU(), **{"0": nn.Tanh()}), "layer '0' is there twice"),
        (lambda: nn.Sequential(**{"a.b": nn.Tanh()}), "layer 'a.b' has a dot in its name"),
    ],
)
def test_messages(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make()


def test_an_error_inside_a_network_says_where():
    net = nn.Sequential(nn.Flatten(), nn.Residual(nn.Sequential(nn.Tanh(), layer())), output=layer())
    with pytest.raises(ValueError, match=r"^1.body.1 Linear: x has shape \(2, 4\), but needs \(2, 3\)"):
        net.forward(np.zeros((2, 4)), training=True)
    with pytest.raises(ValueError, match=r"^1.body gives \(2, 2\), but shortcut \(2, 3\)"):
        net.forward(np.zeros((2, 3)), training=True)


def test_a_step_is_made_as_a_whole_or_not_at_all():
    one = layer()
    sgd, before = nn.SGD(one, lr=0.1), one.parameters["weight"].copy()
    one.gradients = {"weight": np.ones((2, 3)), "bias": np.ones((2, 2))}
    with pytest.raises(ValueError, match=r"the gradient of bias has shape \(2, 2\), but needs \(2,\)"):
        sgd.step()
    one.gradients["bias"] = np.ones(2)
    sgd.lr = float("nan")
    with pytest.raises(ValueError, match="lr nan is out of range"):
        sgd.step()
    np.testing.assert_array_equal(one.parameters["weight"], before)
    sgd.lr = 0.1
    one.parameters["more"] = np.ones(2)
    with pytest.raises(RuntimeError, match="other parameters than this SGD was made for: make a new SGD"):
        sgd.step()
