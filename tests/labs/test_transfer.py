"""What the lab on transfer claims of its networks, its images and its record."""

import numpy as np
import pytest
import torch

from cnnbook import labs
from cnnbook.datasets import Images
from cnnbook.labs.transfer import COUNTS, POLICIES, RATES, convolutions, name, source, target

LAB = labs.load("transfer")


@pytest.fixture(scope="module")
def splits():
    """400 training images of four classes, each marked by its number; 40 to choose by, 80 to judge by."""

    def numbered(count):
        images = np.random.default_rng(0).integers(0, 256, (count, 3, 32, 32), dtype=np.uint8)
        images[:, 0, 0, 0], images[:, 0, 0, 1] = np.arange(count) // 256, np.arange(count) % 256
        return Images(images, np.arange(count) % 4, ("a", "b", "c", "d"))

    return numbered(400), numbered(40), numbered(80)


def numbers(images):
    return images.images[:, 0, 0, 0].astype(int) * 256 + images.images[:, 0, 0, 1]


def network(variant, splits, *, seed=0):
    """A network of the lab, on a source network whose running means are not those of a fresh one."""
    config = LAB.config("laptop", variant, seed=seed)
    trained = LAB.build("source", source(splits, 0)[0], LAB.config("laptop", "source"))
    trained.train()(torch.from_numpy(splits[0].images[:64]))
    return trained, LAB.build(variant, target(splits, seed, count=5)[0], config, trained=trained)


def test_source_and_target_have_no_class_in_common(splits):
    for first, second, whole in zip(source(splits, 0), target(splits, 0, count=5), splits, strict=True):
        assert (first.classes, second.classes) == (("a", "b"), ("c", "d"))
        assert set(whole.labels[numbers(first)]) == {0, 1}
        assert set(whole.labels[numbers(second)]) == {2, 3}
        assert np.array_equal(whole.labels[numbers(second)] - 2, second.labels)
    assert [len(split) for split in source(splits, 0)] == [200, 20, 40]


def test_few_images_of_each_class_are_repeated(splits):
    five, twenty, other = (target(splits, seed, count=n)[0] for seed, n in ((0, 5), (0, 20), (1, 5)))
    assert len(five) == len(twenty) == 100
    assert [len({*numbers(few)}) for few in (five, twenty, other)] == [10, 40, 10]
    assert np.bincount(five.labels).tolist() == np.bincount(twenty.labels).tolist() == [50, 50]
    assert {*numbers(five)} < {*numbers(twenty)}
    assert {*numbers(five)} != {*numbers(other)}
    assert len({*numbers(target(splits, 0, count=50)[0])}) == 100
    with pytest.raises(ValueError, match="count 51 is too large for 400 training images: use 50 or fewer"):
        target(splits, 0, count=51)


@pytest.mark.parametrize(
    ("policy", "still", "statistics_stay"),
    [("freeze all", 4, 4), ("freeze some", 3, 3), ("freeze none", 0, 0), ("freeze all, moving", 4, 0)],
)
def test_what_is_frozen_stays_and_the_rest_learns(policy, still, statistics_stay, splits):
    trained, now = network(name(policy, 5, RATES[0]), splits)
    images = torch.from_numpy(splits[0].images[:32])
    now.train()
    optimizer = torch.optim.SGD(now.parameters(), lr=0.1, weight_decay=0.1)
    now(images).square().sum().backward()
    optimizer.step()
    pairs = list(zip(convolutions(trained), convolutions(now), strict=True))
    assert [torch.equal(*pair) for pair in pairs] == [block < still for block in range(4)]
    means = [[b for n, b in part.named_buffers() if n.endswith("running_mean")] for part in (trained, now)]
    assert [torch.equal(*pair) for pair in zip(*means, strict=True)] == [block < statistics_stay for block in range(4)]
    assert torch.equal(trained[0].mean, now[0].mean), "frozen layers see images as they were used to"


def test_the_head_is_new_and_the_same_for_all_that_go_on(splits):
    heads = [network(name(policy, 5, RATES[0]), splits)[1][1][-1][-1].weight for policy in list(POLICIES)[1:4]]
    assert torch.equal(heads[0], heads[1])
    assert torch.equal(heads[0], heads[2])
    assert not torch.equal(heads[0], network("source", splits)[0][1][-1][-1].weight)


def test_the_control_was_never_trained(splits):
    trained, control = network(name("random, moving", 5, RATES[0]), splits, seed=1)
    assert not any(torch.equal(*pair) for pair in zip(convolutions(trained), convolutions(control), strict=True))
    assert not any(p.requires_grad for p in control[1][0].parameters())


def test_on_record_frozen_weights_did_not_move():
    record = LAB.record()
    still = {"from scratch": 0, "freeze all": 4, "freeze some": 3, "freeze none": 0} | dict.fromkeys(
        ("freeze all, moving", "random, moving"), 4
    )
    for policy, blocks in still.items():
        for count in COUNTS:
            for rate in RATES:
                for distances in record.measured(name(policy, count, rate), "moved"):
                    assert [distance == 0 for distance in distances] == [block < blocks for block in range(4)]
