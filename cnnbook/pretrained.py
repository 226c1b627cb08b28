"""Weights that torchvision publishes, loaded into this package's networks: what each layer is called over there.

In Colab, where torchvision is installed:

    weights = torchvision.models.resnet18(weights="DEFAULT").state_dict()
    model = load_torchvision(cnnbook.models.resnet18(), weights).eval()

A state dict holds numbers only. What else the published network does to an image is compared with the model, or asked
for; how the image has to be prepared, the weights' ``transforms()`` say over there.
"""

import re
from collections.abc import Mapping

import torch
from torch import nn

from ._validate import flag, got
from .models import build

# The layers of each module of Inception v3, in our order, without the "branch" before each name; "7b" says "Mixed_7b".
_A = "1x1 5x5_1 5x5_2 3x3dbl_1 3x3dbl_2 3x3dbl_3 _pool"
_B = "3x3 3x3dbl_1 3x3dbl_2 3x3dbl_3"
_C = "1x1 7x7_1 7x7_2 7x7_3 7x7dbl_1 7x7dbl_2 7x7dbl_3 7x7dbl_4 7x7dbl_5 _pool"
_D = "3x3_1 3x3_2 7x7x3_1 7x7x3_2 7x7x3_3 7x7x3_4"
_E = "1x1 3x3_1 3x3_2a 3x3_2b 3x3dbl_1 3x3dbl_2 3x3dbl_3a 3x3dbl_3b _pool"
_MIXED = {"5b": _A, "5c": _A, "5d": _A, "6a": _B, "6b": _C, "6c": _C, "6d": _C, "6e": _C, "7a": _D, "7b": _E, "7c": _E}
_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
_AUXILIARY = "AuxLogits."  # before the names of all its layers
_LAST = {"fc", "AuxLogits.fc", "classifier.1", "classifier.6"}  # of resnet, inception_v3, mobilenet_v2 and vgg


def load_torchvision(
    model: nn.Module, state_dict: Mapping[str, torch.Tensor],
    *, classifier: bool = True, auxiliary: bool = True, transform_input: bool | None = None,
) -> nn.Module:  # fmt: skip
    """Copy weights in torchvision's naming into a network of this package, which then answers as the one over there.

    Every tensor must find its place and fit, and every place its tensor. Only batch norm's counters of training steps
    may be missing: older files do not have them, and evaluation does not read them.

    Parameters
    ----------
    model : nn.Module
        `resnet18` to `resnet152`, a `vgg`, `mobilenet_v2` or `inception_v3` of this package.
    state_dict : dict
        What ``torchvision.models.resnet18(weights="DEFAULT").state_dict()`` gives.
    classifier : bool
        False keeps the last layer that the model has (of `inception_v3` both), for another set of classes.
    auxiliary : bool
        For `inception_v3` only. False leaves its auxiliary classifier alone: that of the weights is not read, that of
        the model keeps its numbers. It runs in training only.
    transform_input : bool, optional
        For `inception_v3` only: whether the network that the weights come from changes the normalisation of its input,
        which they do not tell. Left out, as for the published weights: True.

    Returns
    -------
    nn.Module
        The same model.

    Raises
    ------
    TypeError
        For a model or weights that are none.
    ValueError
        For another network; for one that was built to work otherwise, such as with a stride in another layer; and for
        tensors that are missing, left over, or of another shape or kind. The model is left as it was then.

    Examples
    --------
    >>> from cnnbook.models import resnet18
    >>> load_torchvision(resnet18(), {"fc.bias": torch.zeros(1000)})
    Traceback (most recent call last):
    ValueError: these are not the weights of resnet18: 101 ['conv1.weight', 'bn1.weight'] missing, none left over: ...
    """
    _check_kinds(model, state_dict)
    ours, layers = model.state_dict(), _their_layers(model)
    if any(tensor.is_meta for tensor in ours.values()):
        raise ValueError("model is on the meta device, which holds no numbers: build it on another, such as the CPU")
    keep = {"": not flag("classifier", classifier), _AUXILIARY: not flag("auxiliary", auxiliary)}
    _check_input(model, keep[_AUXILIARY], transform_input)
    names = {}  # from our key to theirs
    for key in ours:
        layer, _, tensor = key.rpartition(".")
        names[key] = f"{layers[layer]}.{tensor}"

    def wanted(name):
        last = keep[""] and name.rpartition(".")[0] in _LAST
        return not last and not (keep[_AUXILIARY] and name.startswith(_AUXILIARY))

    state_dict = {name: value for name, value in state_dict.items() if wanted(name)}
    names = {key: name for key, name in names.items() if wanted(name)}
    missing = [name for name in names.values() if name not in state_dict and "num_batches_tracked" not in name]
    unknown = sorted(set(state_dict) - set(names.values()))
    if missing or unknown:
        head = all(name.startswith(_AUXILIARY) for name in [*missing, *unknown])
        raise ValueError(
            f"these are not the weights of {model.name}: {_some(missing)} missing, {_some(unknown)} left over: "
            "build the model with the layers that the weights are for"
            + (", or leave the auxiliary classifier out with auxiliary=False" if head else "")
        )
    found = {key: state_dict[name] for key, name in names.items() if name in state_dict}
    for key, value in found.items():
        if value.shape != ours[key].shape:
            raise ValueError(
                f"{names[key]} has shape {tuple(value.shape)}, and {key} has {tuple(ours[key].shape)}: build "
                f"{model.name} with the same options, or keep its own last layer with classifier=False"
            )
        if value.is_meta or (ours[key].is_floating_point() and not value.is_floating_point()):
            held = "no numbers (it is on the meta device)" if value.is_meta else value.dtype
            raise ValueError(f"{names[key]} holds {held}, and {key} needs {ours[key].dtype}: give the weights as saved")
    _check_settings(model)
    model.load_state_dict(found, strict=False)
    return model


def _check_kinds(model, state_dict):
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a network, {got(model)}: use one such as cnnbook.models.resnet18()")
    if isinstance(state_dict, nn.Module) or not isinstance(state_dict, Mapping):
        kind = type(state_dict).__name__
        raise TypeError(f"state_dict must be a dict, got {kind}: use what state_dict() of torchvision's network gives")
    for name, value in state_dict.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise TypeError(f"state_dict has {name!r}: {got(value)}, but needs tensors by name: use what state_dict() "
                            "of torchvision's network gives")  # fmt: skip


def _check_input(model, without_auxiliary, transform_input):
    """What a state dict does not tell must be said, and be so in the model."""
    if not hasattr(model, "transform_input"):
        if transform_input is not None or without_auxiliary:
            option = "auxiliary" if transform_input is None else "transform_input"
            raise ValueError(f"{option} is for inception_v3, not for {model.name}: leave it out")
        return
    theirs = True if transform_input is None else flag("transform_input", transform_input)
    if model.transform_input != theirs:
        whose = "torchvision's published network" if transform_input is None else "the network of these weights"
        other = " (of weights from another network, say transform_input=False)" if transform_input is None else ""
        raise ValueError(
            f"transform_input is {model.transform_input} in the model and {theirs} in {whose}, which the weights do "
            f"not tell: build inception_v3(transform_input={theirs}){other}"
        )


def _check_settings(model):
    """Compare strides, paddings, epsilons, activations ... with the network as it is built for published weights."""
    options = {"num_classes": model.num_classes, "in_channels": model.in_channels}
    if model.name.startswith("vgg"):
        options["batch_norm"] = any(isinstance(module, nn.BatchNorm2d) for module in model.modules())
    if model.name == "inception_v3":
        options["aux_logits"] = model.auxiliary is not None
    with torch.device("meta"):
        published = dict(build(model.name, **options).named_modules())
    for name, module in model.named_modules():
        if name not in published or _settings(module) != _settings(published[name]):
            theirs = _settings(published[name]) if name in published else "not there"
            raise ValueError(
                f"{name} is {_settings(module)}, and in the network of the published weights {theirs}: "
                f"build {model.name} with its usual options"
            )


def _settings(module):
    """What a layer does with its numbers, in evaluation; ``ReLU()``.

    >>> _settings(nn.MaxPool2d(3)), _settings(nn.Dropout(0.3))
    ('MaxPool2d(kernel_size=3, stride=3, padding=0, dilation=1, ceil_mode=False)', 'Dropout()')
    """
    told = "" if isinstance(module, nn.Dropout) else module.extra_repr()
    return f"{type(module).__name__}({re.sub(r'momentum=[^,]*, ', '', told)})"


def _their_layers(model):
    """From the name of each of our layers that has weights to torchvision's name for it."""
    rules = {"resnet": _resnet, "vgg": _vgg, "mobilenet_v2": _mobilenet_v2, "inception_v3": _inception_v3}
    name = getattr(model, "name", type(model).__name__)
    rule = next((rule for start, rule in rules.items() if name.startswith(start) and name != "resnet10"), None)
    if rule is None:
        raise ValueError(f"no weights for {name}: use resnet18 to resnet152, vgg, mobilenet_v2 or inception_v3")
    ours = [layer for layer, module in model.named_modules() if list(module.parameters(recurse=False))]
    return dict(zip(ours, rule(model), strict=True))


def _resnet(model):
    yield from ("conv1", "bn1")
    for stage in range(1, 5):
        for number, block in enumerate(model.features.get_submodule(f"conv{stage + 1}_x")):
            start = f"layer{stage}.{number}"
            for conv in range(1, 4 if hasattr(block, "conv3") else 3):
                yield from (f"{start}.conv{conv}", f"{start}.bn{conv}")
            if not isinstance(block.shortcut, nn.Identity):
                yield from (f"{start}.downsample.0", f"{start}.downsample.1")
    yield "fc"


def _vgg(model):
    """All stages are one list there, and the fully connected layers another."""
    layers = [layer for stage in model.features for layer in stage]
    yield from (f"features.{number}" for number, layer in enumerate(layers) if hasattr(layer, "weight"))
    yield from ("classifier.0", "classifier.3", "classifier.6")


def _mobilenet_v2(model):
    yield from ("features.0.0", "features.0.1")
    for number in range(1, 18):
        start = f"features.{number}.conv"
        wide = 1 if number == 1 else 2  # layers on the expanded channels; the first block does not expand
        for layer in range(wide):
            yield from (f"{start}.{layer}.0", f"{start}.{layer}.1")
        yield from (f"{start}.{wide}", f"{start}.{wide + 1}")
    yield from ("features.18.0", "features.18.1", "classifier.1")


def _inception_v3(model):
    for layer in (*_STEM, *(f"Mixed_{name}.branch{branch}" for name in _MIXED for branch in _MIXED[name].split())):
        yield from (f"{layer}.conv", f"{layer}.bn")
    yield "fc"
    if model.auxiliary is not None:
        yield from (f"AuxLogits.{layer}" for layer in ("conv0.conv", "conv0.bn", "conv1.conv", "conv1.bn", "fc"))


def _some(names):
    return f"{len(names)} {names[:2]}" if names else "none"
