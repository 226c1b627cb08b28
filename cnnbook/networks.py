"""Every network of the book in one table: what the profile counts of it, and how long one image takes.

The table is on record, so that it is there at once; `benchmarks/bench_networks.py` writes it.

>>> row = table()["resnet50"]
>>> row["parameters"], row["macs"], row["field"]
(25557032, 4089184256, 427)
"""

import json
from pathlib import Path
from typing import Any

RECORD = Path(__file__).with_name("networks.json")
# Sides of the published images; all others have 224, those for CIFAR 32.
_SIDES = {"lenet5": 32, "nin_cifar": 32, "alexnet": 227, "inception_v3": 299, "inception_v4": 299,
          "inception_resnet_v1": 299, "inception_resnet_v2": 299, "xception": 299}  # fmt: skip


def published_input(name):
    """Shape (C, H, W) of the images that a network was published for.

    >>> published_input("lenet5"), published_input("cifar_resnet20"), published_input("vgg16")
    ((1, 32, 32), (3, 32, 32), (3, 224, 224))
    """
    side = 32 if name.startswith("cifar") else _SIDES.get(name, 224)
    return (1 if name == "lenet5" else 3, side, side)


def make(name):
    """The network, without the heads that only train."""
    from .models import build

    return build(name, **({"aux_logits": False} if name in ("googlenet", "inception_v3") else {}))


def counts(name):
    """What the profile counts of a network, for one image.

    Parameters
    ----------
    name : str
        One of :func:`cnnbook.models.list_models`.

    Returns
    -------
    dict
        `family`, the file that builds it, or "inception" for all of that line; `parameters`; `macs`; `outputs`, the
        numbers that its convolutions and linear layers write; `depth`, how many such layers there are, side by side or
        behind each other; `field`, the longest side of a convolution's receptive field, in pixels, padding included.

    Raises
    ------
    ValueError
        For a name that is not in the list.

    Examples
    --------
    >>> counts("lenet5")
    {'family': 'lenet', 'parameters': 61706, 'macs': 416520, 'outputs': 6518, 'depth': 5, 'field': 32}
    """
    import math

    import torch

    from .models import _FILE_OF
    from .profile import profile

    with torch.device("meta"):  # shapes and no numbers
        result = profile(make(name), published_input(name))
    file = _FILE_OF[name]
    weighted = [row for row in result if row.kind in ("Conv2d", "Linear")]
    return {
        "family": "inception" if "ception_" in file or file == "googlenet" else file,
        "parameters": result.totals.parameters,
        "macs": result.totals.macs,
        "outputs": sum(math.prod(row.output_shape) for row in weighted),
        "depth": len(weighted),
        "field": max(_longest(row.receptive_field) for row in weighted if row.kind == "Conv2d"),
    }


def _longest(field):
    return max(field) if isinstance(field, tuple) else field  # (H, W) where they differ


def table() -> dict[str, dict[str, Any]]:
    """The record: for each network its :func:`counts`, and `ms`, milliseconds of one processor core for one image.

    Returns
    -------
    dict of str to dict

    Examples
    --------
    >>> sorted(table()) == sorted(__import__("cnnbook.models").models.list_models())
    True
    """
    return json.loads(RECORD.read_text(encoding="utf-8"))["networks"]
