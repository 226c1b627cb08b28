"""Weights that torchvision publishes, loaded into this package's networks: what each layer is called over there.

In Colab, where torchvision is installed:

    weights = torchvision.models.resnet18(weights="DEFAULT").state_dict()
    model = load_torchvision(cnnbook.models.resnet18(), weights)
"""

from torch import nn

# The layers of each module of Inception v3, in our order, without the "branch" before each name; "7b" says "Mixed_7b".
_A = "1x1 5x5_1 5x5_2 3x3dbl_1 3x3dbl_2 3x3dbl_3 _pool"
_B = "3x3 3x3dbl_1 3x3dbl_2 3x3dbl_3"
_C = "1x1 7x7_1 7x7_2 7x7_3 7x7dbl_1 7x7dbl_2 7x7dbl_3 7x7dbl_4 7x7dbl_5 _pool"
_D = "3x3_1 3x3_2 7x7x3_1 7x7x3_2 7x7x3_3 7x7x3_4"
_E = "1x1 3x3_1 3x3_2a 3x3_2b 3x3dbl_1 3x3dbl_2 3x3dbl_3a 3x3dbl_3b _pool"
_MIXED = {"5b": _A, "5c": _A, "5d": _A, "6a": _B, "6b": _C, "6c": _C, "6d": _C, "6e": _C, "7a": _D, "7b": _E, "7c": _E}
_STEM = ("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3")
_LAST = {"fc", "AuxLogits.fc", "classifier.1", "classifier.6"}  # of resnet, inception_v3, mobilenet_v2 and vgg


def load_torchvision(model, state_dict, *, classifier=True):
    """Copy weights in torchvision's naming into a network of this package.

    Every tensor must find its place and fit, and every place its tensor. Only batch norm's counters of training steps
    may be missing: older files do not have them, and evaluation does not read them.

    Parameters
    ----------
    model : nn.Module
        `resnet18` to `resnet152`, a `vgg`, `mobilenet_v2` or `inception_v3` of this package. The published weights of
        `inception_v3` want ``transform_input=True``.
    state_dict : dict
        What ``torchvision.models.resnet18(weights="DEFAULT").state_dict()`` gives.
    classifier : bool
        False keeps the last layer that the model has (of `inception_v3` both), for another set of classes.

    Returns
    -------
    nn.Module
        The same model.

    Raises
    ------
    ValueError
        For another network, and for tensors that are missing, left over, or of another shape. The model is left as it
        was then.

    Examples
    --------
    >>> import torch
    >>> from cnnbook.models import resnet18
    >>> load_torchvision(resnet18(), {"fc.bias": torch.zeros(1000)})
    Traceback (most recent call last):
    ValueError: these are not the weights of resnet18: 101 ['conv1.weight', 'bn1.weight'] missing, none left over: ...
    """
    ours, layers = model.state_dict(), _their_layers(model)
    names = {}  # from our key to theirs
    for key in ours:
        layer, _, tensor = key.rpartition(".")
        names[key] = f"{layers[layer]}.{tensor}"
    if not classifier:
        state_dict = {name: value for name, value in state_dict.items() if name.rpartition(".")[0] not in _LAST}
        names = {key: name for key, name in names.items() if name.rpartition(".")[0] not in _LAST}
    missing = [name for name in names.values() if name not in state_dict and "num_batches_tracked" not in name]
    unknown = sorted(set(state_dict) - set(names.values()))
    if missing or unknown:
        raise ValueError(
            f"these are not the weights of {model.name}: {_some(missing)} missing, {_some(unknown)} left over: "
            "build the model with the layers that the weights are for"
        )
    found = {key: state_dict[name] for key, name in names.items() if name in state_dict}
    for key, value in found.items():
        if value.shape != ours[key].shape:
            raise ValueError(
                f"{names[key]} has shape {tuple(value.shape)}, and {key} has {tuple(ours[key].shape)}: build "
                f"{model.name} with the same options, or keep its own last layer with classifier=False"
            )
    model.load_state_dict(found, strict=False)
    return model


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
