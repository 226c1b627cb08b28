"""Networks as functions: a batch is its images one by one, a step of training works, weights save and load."""

import copy

import pytest
import torch
from torch.nn import functional as F

from cnnbook.models import build, list_models

SIZE = {"lenet5": 32, "alexnet": 67, "nin": 64, "inception_v3": 75, "inception_v4": 75, "inception_resnet_v1": 75,
        "inception_resnet_v2": 75}  # fmt: skip

# One for each piece of code that runs: the other networks of a family only repeat it.
TRACED = ["lenet5", "alexnet", "vgg11", "nin_cifar", "googlenet", "inception_v2", "inception_v3", "inception_resnet_v1",
          "resnet10", "resnet50", "plain18", "cifar_resnet20", "xception", "mobilenet_v1", "mobilenet_v2"]  # fmt: skip


@pytest.fixture(scope="module", params=list_models())
def network(request):
    """Each network once, with numbers in it."""
    torch.manual_seed(0)
    return request.param, build(request.param, num_classes=10)


def images(name, count):
    generator = torch.Generator().manual_seed(1)
    size = SIZE.get(name, 40)
    return torch.randn(count, 1 if name == "lenet5" else 3, size, size, generator=generator)


def test_a_batch_is_its_images(network):
    name, model = network
    x = images(name, 3)
    model.eval()
    with torch.no_grad():
        together, apart = model(x), torch.cat([model(one) for one in x.split(1)])
    assert together.isfinite().all()
    assert together.std() > 0
    torch.testing.assert_close(together, apart, rtol=1e-3, atol=1e-4 * float(together.abs().max()))


def test_state_dict_saves_and_loads(network, tmp_path):
    name, model = network
    if sum(parameter.numel() for parameter in model.parameters()) < 12_000_000:  # others have the same layers
        torch.save(model.state_dict(), tmp_path / "weights.pt")
        loaded = build(name, num_classes=10)
        loaded.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
        x = images(name, 2)
        with torch.no_grad():
            torch.testing.assert_close(loaded.eval()(x), model.eval()(x), rtol=0, atol=0)


def test_one_step_of_training(network):
    """Every parameter gets a finite gradient, and the step changes the network."""
    name, model = network
    model.train()
    x, labels = images(name, 4), torch.tensor([1, 4, 7, 9])
    output = model(x)
    losses = [F.cross_entropy(logits, labels) for logits in (output if isinstance(output, tuple) else [output])]
    sum(losses).backward()
    assert all(loss.isfinite() and loss < 100 for loss in losses)
    for where, parameter in model.named_parameters():
        assert parameter.grad is not None, where
        assert parameter.grad.isfinite().all(), where
    before = copy.deepcopy(next(model.parameters()).data)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= 1e-3 * parameter.grad
            parameter.grad = None
    assert not torch.equal(before, next(model.parameters()))
    assert all(parameter.isfinite().all() for parameter in model.parameters())


@pytest.mark.parametrize("name", TRACED)
def test_exports(name, meta):
    """torch.export takes the whole network, for batches of any size."""
    network, x = _to_trace(name, meta)
    program = torch.export.export(network, (x,), dynamic_shapes=({0: torch.export.Dim("N")},))
    nodes = [node for node in program.graph.nodes if node.op == "output"]
    assert nodes[0].args[0][0].meta["val"].shape[1] == 10


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "inception_v3", "resnet10", "cifar_resnet20", "xception"])
def test_compiles_without_graph_breaks(name, meta):
    """In training, where auxiliary classifiers run too. Nothing is generated: tracing it in one piece is the proof."""
    network, x = _to_trace(name, meta)
    torch._dynamo.reset()
    output = torch.compile(network.train(), backend="eager", fullgraph=True)(x)
    assert all(logits.shape == (2, 10) for logits in (output if isinstance(output, tuple) else [output]))


def _to_trace(name, meta):
    x = images(name, 2)
    if name == "lenet5":
        return build(name).eval(), x
    return meta(name, num_classes=10), x.to("meta")
