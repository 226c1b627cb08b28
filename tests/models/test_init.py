"""The list of networks: names, lazy loading, errors."""

import subprocess
import sys
from types import FunctionType

import pytest

from cnnbook import models


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_names():
    names = models.list_models()
    assert len(names) == len(set(names))
    assert set(names) < set(models.__all__)
    assert all(isinstance(getattr(models, name), FunctionType) for name in names)
    assert all(getattr(models, name).__name__ == name for name in names)
    assert all(getattr(models, name).__doc__ for name in names)


def test_listing_loads_no_torch():
    code = "import sys, cnnbook.models as m; m.list_models(); print('torch' in sys.modules)"
    assert run(code) == "False"


def test_a_network_is_no_file():
    """Importing a file of the same name must not put the file in the network's place."""
    code = (
        "import cnnbook.models.alexnet, cnnbook.models as m; from cnnbook.models.nin import CIFAR;"
        "from cnnbook.models import alexnet, nin; print(alexnet.__name__, m.alexnet is alexnet, m.nin is nin)"
    )
    assert run(code) == "alexnet True True"


def test_build_passes_options_on():
    assert models.build("nin_cifar", num_classes=7, in_channels=1).features.mlpconv1[0].in_channels == 1


def test_unknown_names_and_options():
    with pytest.raises(ValueError, match="no network 'resnet51': did you mean 'resnet50'"):
        models.build("resnet51")
    with pytest.raises(ValueError, match="no network 3: list_models"):
        models.build(3)
    with pytest.raises(TypeError, match="resnet18 has no option 'widht': it takes num_classes, in_channels"):
        models.build("resnet18", widht=2)
    with pytest.raises(AttributeError, match="no attribute 'resnet81'"):
        _ = models.resnet81
    with pytest.raises(TypeError, match="positional"):
        models.resnet18(10)


@pytest.mark.parametrize("options", [{"num_classes": 0}, {"in_channels": 0}])
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
def test_nothing_is_too_few(options):
    with pytest.raises(ValueError, match=r"is too small: use .* >= 1"):
        models.build("cifar_resnet20", **options)
