"""What only the questions on 1x1 convolutions promise: real networks, the chapter's code, a picture in colour."""

import ast
import base64
import io
import re
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest

from cnnbook import checks, datasets
from cnnbook.arithmetic import conv_macs
from cnnbook.checks._solutions import pointwise as solutions

CHAPTER = Path(__file__).parents[2] / "book" / "convolution" / "pointwise.ipynb"


def function(name):
    """A function that the chapter defines."""
    code = "\n".join(
        cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells if f"def {name}(" in cell.source
    )
    node = next(n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == name)
    scope = {"np": np}
    exec(compile(ast.Module([node], []), name, "exec"), scope)
    return scope[name]


def test_the_chapters_backward_pass_is_an_answer():
    for seed in (None, 1):
        assert checks.pointwise.pointwise_backward.run(function("pointwise_backward"), seed=seed).status == "passed"


def test_the_chapters_bottleneck_is_the_questions():
    parts = [conv_macs(256, 64, 1, 56), conv_macs(64, 64, 3, 56), conv_macs(64, 256, 1, 56)]
    assert checks.pointwise.bottleneck_macs.reference(56, 256, 256, 64) == sum(parts) == 1088 * 64 * 56**2


def test_the_chapters_module_has_the_papers_macs():
    module_macs = function("module_macs")
    assert sum(module_macs(128, 32, 64).values()) // 10**6 == 304  # Szegedy et al. 2015, Table 1, inception (3b)
    assert sum(module_macs(0, 0, 0).values()) == 28 * 28 * 256 * (128 + 9 * 192 + 25 * 96)


def test_one_channel_nearly_suffices_for_the_picture_that_is_shown():
    image = datasets.load("shapes", "train").images[0].astype(float)
    variance = ((image - image.mean(axis=(1, 2), keepdims=True)) ** 2).sum()
    assert ((image - checks.pointwise.squeeze.reference(image, 1)) ** 2).sum() < 0.05 * variance


def test_three_channels_are_shown_in_colour():
    shown = checks.pointwise.squeeze.show(solutions.squeeze)
    before, after = (
        matplotlib.image.imread(io.BytesIO(base64.b64decode(data)))
        for data in re.findall('base64,([^"]+)', shown._repr_html_())
    )
    assert np.allclose(before.transpose(2, 0, 1) * 255, shown.images["image"])
    assert after.shape == (32, 32, 3)
    assert np.ptp(after - after.mean(axis=2, keepdims=True)) > 0.1


def test_two_channels_are_shown_in_grey():
    shown = checks.pointwise.squeeze.show(lambda image, width: image[:2])
    assert [image.shape for image in shown.images.values()] == [(3, 32, 32), (32, 32), (32, 32)]


@pytest.mark.parametrize("shape", [(1, 2, 2, 2), (3, 1, 1, 4)])
def test_one_image_cannot_show_that_images_are_mixed_with_channels(shape):
    """What the text of the broken function says."""
    rng = np.random.default_rng(0)
    x, down, up = abs(rng.normal(size=shape)), abs(rng.normal(size=(2, shape[1]))), abs(rng.normal(size=(3, 2)))
    broken = checks.pointwise.pixel_network.declared[0].function
    agree = np.allclose(broken(x, down, up), checks.pointwise.pixel_network.reference(x, down, up))
    assert agree == (len(x) == 1)
