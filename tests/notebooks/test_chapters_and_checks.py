"""What a chapter computes and what the checks of its exercise accept is one thing."""

import ast
from functools import partial
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch

from cnnbook import checks
from cnnbook.arithmetic import output_size
from cnnbook.checks import _mobile
from cnnbook.models.googlenet import TABLE_1, googlenet
from cnnbook.models.inception_v3 import HALVE, Branches, conv_norm, halve, inception_v3
from cnnbook.profile import profile

ROOT = Path(__file__).parents[2]


def functions(chapter):
    """The functions that a chapter defines, and what it imports."""
    cells = nbformat.read(ROOT / "book" / chapter, as_version=4).cells
    names = {}
    for cell in cells:
        if cell.cell_type == "code" and not cell.source.lstrip().startswith(("# Set-up", "%")):
            nodes = ast.parse(cell.source).body
            kept = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(kept, []), chapter, "exec"), names)
    return names


@pytest.fixture(scope="module")
def arithmetic():
    return functions("convolution/arithmetic.ipynb")


def test_the_loop_of_the_chapter_is_an_answer_to_the_first_question(arithmetic):
    def answer(size, kernel, *, stride=1, padding=0, dilation=1):
        return arithmetic["count_stops"](size, kernel, stride, padding, dilation)

    for seed in (None, 1, 2):
        assert checks.arithmetic.output_size.run(answer, seed=seed).status == "passed"


def test_the_chapter_and_the_exercise_mean_the_same_by_dropped(arithmetic):
    """The chapter lists all unread pixels; the exercise counts those at the end."""

    def answer(size, kernel, *, stride=1, padding=0, dilation=1):
        if dilation > 1:  # the chapter's layers have none
            return checks.arithmetic.dropped_pixels.reference(
                size, kernel, stride=stride, padding=padding, dilation=dilation
            )
        unread = set(arithmetic["unread"](size, kernel, stride, padding))
        return next(count for count in range(size + 1) if size - 1 - count not in unread)

    for seed in (None, 1, 2):
        assert checks.arithmetic.dropped_pixels.run(answer, seed=seed).status == "passed"


def test_alexnet_is_the_same_in_chapter_and_exercise(arithmetic):
    smallest, largest = checks.arithmetic.input_sizes.reference(55, 11, stride=4)
    assert smallest <= 227 <= largest
    assert arithmetic["alexnet_sizes"](227, False)[0] == 55 == output_size(227, 11, stride=4)
    assert checks.arithmetic.find_padding.reference(224, 11, 55, stride=4) == 2


def test_the_layer_of_the_chapter_on_channels_is_an_answer():
    layer = functions("convolution/channels.ipynb")["conv_layer"]
    for seed in (None, 1):
        assert checks.channels.conv_layer.run(layer, seed=seed).status == "passed"


@pytest.fixture(scope="module")
def why():
    return functions("convolution/why_convolution.ipynb")


def test_the_matrix_that_the_chapter_finds_column_by_column_is_the_one_of_the_exercise(why):
    def answer(kernel, size):
        return why["matrix_of"](lambda images: why["conv2d"](images, kernel[None, None]), *size)

    for seed in (None, 1, 2):
        assert checks.why_convolution.convolution_matrix.run(answer, seed=seed).status == "passed"


def test_the_chapters_layer_has_as_many_parameters_in_the_exercise():
    count = checks.why_convolution.parameters.reference
    assert count(3, 6, (32, 32), (5, 5), layer="fully connected", bias=False) == 14_450_688
    assert count(3, 6, (32, 32), (5, 5), layer="locally connected", bias=False) == 352_800
    assert count(3, 6, (32, 32), (5, 5)) == 456 == count(1, 6, (32, 32), (5, 5)) + 2 * 25 * 6


def test_a_layer_added_up_over_all_shifts_has_no_gap():
    layer = np.random.default_rng(3).integers(0, 10, (6, 6))
    gap = checks.why_convolution.shift_gap.reference
    assert gap(layer).max() > 0
    assert not gap(sum(np.roll(layer, (s, s), axis=(0, 1)) for s in range(6))).any()


# Small kernels


@pytest.fixture(scope="module")
def small_kernels():
    return functions("convolution/small_kernels.ipynb")


def test_the_recurrence_of_the_chapter_answers_the_first_question(small_kernels):
    for seed in (None, 1):
        answer = checks.small_kernels.receptive_field.run(lambda layers: small_kernels["field"](layers)[:2], seed=seed)
        assert answer.status == "passed"


def test_the_paths_of_the_chapter_are_those_of_the_exercise(small_kernels):
    for case in checks.small_kernels.influence.draw():
        (layers,) = case.args
        if all(dilation == 1 for *_, dilation in layers):  # the chapter's layers have none
            counts = small_kernels["paths"]([layer[:2] for layer in layers])
            assert counts / counts.sum() == pytest.approx(checks.small_kernels.influence.answer(case))


def test_the_costs_of_the_chapter_are_those_of_the_exercise(small_kernels):
    weights, macs = checks.small_kernels.stack_cost.reference([3, 3, 3], [64] * 4, 56)
    assert small_kernels["costs"]([3, 3, 3])[1:3] == (weights // 64**2, macs / 1e6)


@pytest.fixture(scope="module")
def im2col():
    return functions("convolution/im2col.ipynb")


def test_the_rows_of_the_chapter_are_those_of_the_exercise(im2col):
    def answer(image, kernel, *, stride=1, padding=0):
        padded = np.pad(image, [(0, 0), (padding, padding), (padding, padding)])
        return im2col["rows_of_windows"](padded[None], kernel, stride)

    assert checks.im2col.im2col_chw.run(answer).status == "passed"


def test_the_convolution_of_the_chapter_is_an_answer_too(im2col):
    def answer(image, weight, *, stride=1, padding=0):
        padded = np.pad(image, [(0, 0), (padding, padding), (padding, padding)])
        return im2col["convolve"](padded[None], weight, stride)[0]

    assert checks.im2col.conv_by_im2col.run(answer).status == "passed"


def test_the_mistake_that_the_chapter_makes_on_purpose_is_one_that_the_check_names(im2col):
    def answer(columns, shape, kernel, *, stride=1, padding=0):
        if stride > 1 or padding or kernel[0] != kernel[1]:  # the chapter's function has neither
            return checks.im2col.added(columns, shape, kernel, stride, padding, overwrite=True)
        return im2col["overwriting_col2im"](columns, (1, *shape), kernel[0])[0]

    assert checks.im2col.col2im.run(answer).misconception == "overlaps_still_overwritten"


# Pooling


@pytest.fixture(scope="module")
def pooling():
    return functions("layers/pooling.ipynb")


@pytest.mark.parametrize(("name", "reduce", "fill"), [("max_pool", np.max, -np.inf), ("avg_pool", np.mean, 0)])
def test_the_pooling_by_hand_of_the_chapter_answers_the_exercise(pooling, name, reduce, fill):
    question = checks.layers.__dict__[name]

    def answer(x, kernel, *, stride, padding=0, count_include_pad=True):
        if not count_include_pad:  # the chapter's loops count all places
            return question.reference(x, kernel, stride=stride, padding=padding, count_include_pad=False)
        padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=fill)
        planes = padded.reshape(-1, *padded.shape[2:])
        pooled = np.array([pooling["pool"](plane, kernel, stride, reduce) for plane in planes])
        return pooled.reshape(*x.shape[:2], *pooled.shape[1:]).astype(x.dtype)

    assert question.run(answer).status == "passed"


def test_the_winner_of_the_chapter_takes_all_in_the_exercise_too(pooling):
    def answer(grad_output, x, kernel, *, stride, padding=0):
        padded = np.pad(x, [(0, 0), (0, 0), (padding, padding), (padding, padding)], constant_values=-np.inf)
        grad = np.empty_like(padded)
        for n, c in np.ndindex(x.shape[:2]):
            grad[n, c] = pooling["max_backward"](grad_output[n, c], padded[n, c], kernel, stride)
        return grad[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]

    assert checks.layers.max_pool_backward.run(answer).status == "passed"


def test_the_sizes_of_the_chapter_are_those_of_the_exercise():
    count = checks.layers.pooled_size.reference
    assert [count(size, 3, stride=2) for size in (55, 27, 13)] == [27, 13, 6]
    assert count(55, 2, stride=2, ceil_mode=True) == 28 == output_size(55, 2, stride=2, ceil_mode=True)
    assert (count(6, 3, stride=2), count(6, 3, stride=2, ceil_mode=True)) == (2, 3)


def test_a_line_becomes_twice_as_wide_in_chapter_and_exercise():
    line = np.array([[[[0, 0, 1, 1, 0, 0, 0, 0]] * 2]], float)
    rest = checks.layers.shift_rest.reference
    assert rest(line, 1).tolist() == [[[[0, 0, 1, 0]]]]
    assert not rest(line, 2).any()


def test_the_gradient_and_the_logarithm_of_the_chapter_on_the_head_are_answers():
    head = functions("layers/classifier.ipynb")
    for seed in (None, 1):
        gradient = checks.classifier.cross_entropy_gradient.run(head["cross_entropy_gradient"], seed=seed)
        softmax = checks.classifier.softmax.run(lambda logits: np.exp(head["log_softmax"](logits)), seed=seed)
        assert (gradient.status, softmax.status) == ("passed", "passed")


# Activations


@pytest.fixture(scope="module")
def activations():
    return functions("layers/activations.ipynb")


def test_the_chapters_leaky_relu_of_slope_zero_answers_the_questions_on_relu(activations):
    forward, backward = activations["leaky_relu"], activations["leaky_relu_backward"]
    for seed in (None, 1):
        assert checks.activations.relu.run(lambda x: forward(x, 0), seed=seed).status == "passed"
        assert checks.activations.relu_backward.run(lambda g, x: backward(g, x, 0), seed=seed).status == "passed"


def test_the_stable_forms_of_the_chapter_are_answers(activations):
    def softplus(x):
        small = np.exp(-abs(x))
        return np.maximum(x, 0) + np.log1p(small), activations["F"].sigmoid(x)

    for seed in (None, 1):
        assert checks.activations.softplus.run(softplus, seed=seed).status == "passed"


def test_the_table_of_the_chapter_is_an_answer_to_both_questions_on_tanh(activations):
    tanh, backward = activations["F"].tanh, activations["F"].tanh_backward
    assert checks.activations.tanh.run(tanh).status == "passed"
    assert checks.activations.tanh_backward.run(lambda grad, x: backward(grad, x)[0]).status == "passed"


def test_the_formulas_that_the_chapter_sees_fail_are_mistakes_with_a_name():
    """As they stand in its cell `act-naive`."""

    def tanh(x):
        e, m = np.exp(x), np.exp(-x)
        return (e - m) / (e + m)

    def softplus(x):
        return np.log(1 + np.exp(x)), checks.activations.sigmoid(x)

    with np.errstate(all="ignore"):
        assert checks.activations.tanh.run(tanh).misconception == "as_written"
        assert checks.activations.softplus.run(softplus).misconception == "value_as_written"


def test_batch_normalisation_in_training_is_the_same_in_chapter_and_exercise():
    train, question = functions("layers/batch_norm.ipynb")["train"], checks.batch_norm.batch_norm_train
    cases = [case for case in question.draw() if "eps" not in case.options]
    assert len(cases) > 20
    for case in cases:
        x, gamma, beta, mean, var = case.args
        for got, expected in zip(train(x, mean, var, gamma, beta, **case.options), question.answer(case), strict=True):
            assert np.allclose(got, expected, rtol=1e-5, atol=1e-5)


# VGG


def test_the_counts_of_the_chapter_on_vgg_are_those_of_the_exercise():
    import torch

    from cnnbook.models import build
    from cnnbook.profile import profile

    count, channels = checks.vgg.vgg_counts.reference, checks.vgg.PAPER
    for column, name in {"A": "vgg11", "B": "vgg13", "D": "vgg16", "E": "vgg19"}.items():
        with torch.device("meta"):
            totals = profile(build(name), (3, 224, 224)).totals
        assert count(checks.vgg.COLUMNS[column], channels, 224)[:2] == (totals.parameters, totals.macs)
    assert count(checks.vgg.COLUMNS["C"], channels, 224)[0] == 133_047_848 + 591_104
    assert count(checks.vgg.COLUMNS["D"], channels, 224)[2] == 15_237_608 - 3 * 224 * 224


def test_pytorch_keeps_of_vgg_what_the_exercise_counts():
    import torch

    from cnnbook.models import build

    kept = functions("architectures/vgg.ipynb")["kept_for_backward"]
    with torch.device("meta"):
        found = kept(build("vgg16").features, torch.zeros(2, 3, 224, 224))
    last = 4 * 2 * 512 * 7 * 7  # the head would keep it
    _, to_learn = checks.vgg.vgg_memory.reference([2, 2, 3, 3, 3], checks.vgg.PAPER, 224, batch=2)
    assert found[1].sum() + last == to_learn


def test_a_stage_of_the_package_is_an_answer():
    import torch

    from cnnbook.models.vgg import _stage

    def answer(x, layers):
        stage = _stage(len(layers), x.shape[1], len(layers[0][1]), False).double()
        for number, (weight, bias) in enumerate(layers, 1):
            convolution = stage.get_submodule(f"conv{number}")
            convolution.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})
        return stage(torch.tensor(x)).detach().numpy()

    assert checks.vgg.vgg_stage.run(answer).status == "passed"


def test_vgg16_is_no_answer_to_the_question_on_designs():
    case = next(case for case in checks.vgg.vgg_design.draw() if case.args[0] == 224)
    found = checks.vgg.vgg_design.complaint(case, checks.Outcome(value=[2, 2, 3, 3, 3]), [1, 1, 1, 1, 6])
    assert (found.code, found.slots["sees"]) == ("sees_less", 196)
    assert checks.vgg.vgg_design.complaint(case, checks.Outcome(value=[1, 1, 1, 3, 5]), [1, 1, 1, 1, 6]) is None


def test_the_table_of_alexnet_is_counted_alike_in_chapter_and_exercise():
    from cnnbook.models.alexnet import LAYERS

    table = [(row.channels, row.kernel, row.stride, row.padding, row.split, row.pool) for row in LAYERS]
    head = 9216 * 4096 + 4096 * 4096 + 4096 * 1000
    for groups, parameters, macs in ((1, 62_378_344, 1_135_256_096), (2, 60_965_224, 724_406_816)):
        counted = checks.alexnet.table_cost.reference(table, 227, groups=groups)
        assert counted == (parameters - head - 2 * 4096 - 1000, macs - head)
    inputs = [96 * 27 * 27, 256 * 13 * 13, 384 * 13 * 13, 384 * 13 * 13]
    assert checks.alexnet.choose_groups.reference(inputs, 4 * 2 * 128 * 21_632) == (2, 1, 2, 2)  # the cell alex-half


def test_googlenets_modules_cost_in_the_exercise_what_the_built_network_does():
    """And its own reductions are one right answer to the question that asks for some."""
    cost, sides = checks.googlenet.module_cost.reference, {"3": 28, "4": 14, "5": 7}
    with torch.device("meta"):
        stages = profile(googlenet(aux_logits=False), (3, 224, 224)).stages(2)
    c_in = 192
    for row in TABLE_1:
        channels, parameters, macs = cost(c_in, side := sides[row.name[0]], *row[1:])
        assert (parameters, macs) == tuple(stages[f"features.{row.name}"])[:2]
        case = checks.Case(c_in, side, row.n1x1, row.n3x3, row.n5x5, row.pool_proj, macs)
        outcome = checks.Outcome(value=(row.n3x3_reduce, row.n5x5_reduce))
        assert checks.googlenet.choose_reductions.complaint(case, outcome, None) is None
        c_in = channels
    assert c_in == 1024


def test_mobilenet_v2_is_the_same_in_chapter_and_exercise():
    """The checks have a table of their own, since they need no PyTorch."""
    models = import_module("cnnbook.models.mobilenet")
    assert _mobile.TABLE == models.V2_TABLE_2
    channels = np.arange(0.5, 600, 0.25)
    assert [*map(_mobile.multiple_of_8, channels)] == [*map(models.multiple_of_8, channels)]
    assert _mobile.cost(_mobile.TABLE, 224) == 300_774_272


def test_a_pair_of_inception_v3_costs_in_the_exercise_what_the_built_network_does():
    with torch.device("meta"):
        rows = [row for row in profile(inception_v3(aux_logits=False), (3, 299, 299)) if row.kind == "Conv2d"]
    pair = [row for row in rows if row.name in ("features.6b.7x7.1.conv", "features.6b.7x7.2.conv")]
    cost = checks.inception.pair_cost.reference(17, 17, 128, 192, 7, 128)
    assert cost[:2] == (sum(row.parameters for row in pair), sum(row.macs for row in pair))


def test_a_halved_grid_of_the_exercise_is_two_branches_of_the_built_module():
    module = Branches(2, {"3x3": [(4, 3, HALVE)], "pool": [halve]}, partial(conv_norm, eps=0)).double().eval()
    x, weight = np.random.default_rng(0).normal(size=(3, 2, 7, 6)), module["3x3"][0].conv.weight.detach().numpy()
    built = module(torch.from_numpy(x)).detach().numpy()
    assert np.allclose(built, checks.inception.halve_grid.reference(x, weight))


def test_the_smooth_loss_of_inceptions_chapter_is_that_of_its_exercise():
    logits = np.array([[5.0, 0, 0, 0]])
    _, gradient = checks.inception.smooth_loss.reference(logits, np.array([0]), 0.1)
    book = nbformat.read(ROOT / "book/architectures/inception.ipynb", 4)
    cell = next(cell for cell in book.cells if cell.metadata.get("label") == "inc-smooth")
    assert f"{gradient[0, 0]:+.3f}" in cell.outputs[0].text


def test_the_networks_in_the_exercise_side_by_side_have_the_numbers_of_the_package():
    cells = nbformat.read(ROOT / "solutions/side_by_side.ipynb", as_version=4).cells
    names = {"read_profile": list, "not_beaten": list}
    for cell in cells:
        if cell.id in ("read-profile-alexnet-rows", "not-beaten-mobilenets-list"):
            exec(cell.source, names)
    with torch.device("meta"):
        counted = profile(import_module("cnnbook.models").alexnet(), (3, 227, 227))
        thin = import_module("cnnbook.models.mobilenet").mobilenet_v1(width=0.5)
    rows = [row for row in counted if row.kind in ("Conv2d", "MaxPool2d", "Linear")]
    assert names["alexnet"] == checks.side_by_side.ALEXNET
    assert [row[1:] for row in names["alexnet"]] == [
        (row.parameters, row.macs, int(np.prod(row.output_shape))) for row in rows
    ]
    millions = [profile(thin, (3, side, side)).totals.macs / 1e6 for side in (224, 192, 160, 128)]
    assert names["macs"][8:12] == [round(number) for number in millions]
