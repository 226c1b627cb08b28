from itertools import product

import pytest

import cnnbook.arithmetic as package
from cnnbook.checks import arithmetic
from cnnbook.checks._words import say

OPTIONS = [(stride, padding, dilation) for stride in (1, 2, 3, 5) for padding in (0, 1, 2, 3) for dilation in (1, 2, 3)]


def windows(size, kernel, stride, padding, dilation):
    """The taps of every window that lies in the padded input; pixel 0 is the first of the input."""
    starts = range(-padding, size + padding - dilation * (kernel - 1), stride)
    return [[start + dilation * tap for tap in range(kernel)] for start in starts]


@pytest.mark.parametrize(
    ("call", "expected"),
    [(lambda: arithmetic.output_size.reference(28, 5, stride=3, padding=2), 10),      # the notes' exercise
     (lambda: arithmetic.output_size.reference(224, 11, stride=4), 54),               # AlexNet, as published ...
     (lambda: arithmetic.output_size.reference(227, 11, stride=4), 55),               # ... and as it must have been
     (lambda: arithmetic.dropped_pixels.reference(8, 3, stride=2), 1),
     (lambda: arithmetic.dropped_pixels.reference(9, 2, stride=5, padding=1), 3),
     (lambda: arithmetic.same_padding.reference(8, 3, stride=2), (0, 1)),
     (lambda: arithmetic.same_padding.reference(8, 3, stride=2, extra="before"), (1, 0)),
     (lambda: arithmetic.same_padding.reference(224, 7, stride=2), (2, 3)),           # ResNet's first layer
     (lambda: arithmetic.find_padding.reference(224, 11, 55, stride=4), 2),
     (lambda: arithmetic.find_padding.reference(5, 2, 5), None),
     (lambda: arithmetic.input_sizes.reference(55, 11, stride=4), (227, 230)),
     (lambda: arithmetic.ceil_output_size.reference(112, 3, stride=2, padding=1), 57),
     (lambda: arithmetic.ceil_output_size.reference(3, 2, stride=2, padding=1), 2)],
)  # fmt: skip
def test_references_by_hand(call, expected):
    assert call() == expected


def test_references_agree_with_drawn_windows():
    for stride, padding, dilation in OPTIONS:
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        for kernel in range(1, 5):
            outputs = {size: len(windows(size, kernel, **options)) for size in range(1, 40)}
            for size, output in outputs.items():
                if not output:
                    continue
                assert arithmetic.output_size.reference(size, kernel, **options) == output
                if padding <= dilation * (kernel - 1):
                    dropped = size - 1 - windows(size, kernel, **options)[-1][-1]
                    assert arithmetic.dropped_pixels.reference(size, kernel, **options) == max(0, dropped)
                same = [size for size in outputs if outputs[size] == output]
                if output < outputs[39]:  # so that all sizes with this output are among those tried
                    assert arithmetic.input_sizes.reference(output, kernel, **options) == (min(same), max(same))


def test_references_agree_with_the_package():
    """The package's own functions are compared with PyTorch in tests/arithmetic."""
    for size, kernel, stride, dilation in product(range(1, 15), range(1, 7), range(1, 8), (1, 2, 3)):
        found = package.same_padding(size, kernel, stride=stride, dilation=dilation)
        layer = {"stride": stride, "dilation": dilation}
        assert arithmetic.same_padding.reference(size, kernel, **layer) == found
        assert arithmetic.same_padding.reference(size, kernel, extra="before", **layer) == found[::-1]
    for size, kernel, stride in product(range(1, 15), range(1, 7), range(1, 8)):
        for padding in range(kernel // 2 + 1):
            if size + 2 * padding >= kernel:
                options = {"stride": stride, "padding": padding}
                found = package.output_size(size, kernel, ceil_mode=True, **options)
                assert arithmetic.ceil_output_size.reference(size, kernel, **options) == found


def test_found_paddings_are_the_smallest_that_work():
    for size, kernel, stride, dilation, output in product(range(1, 12), (1, 2, 3), (1, 2, 4), (1, 2), (1, 2, 3, 5, 8)):
        works = [p for p in range(30) if len(windows(size, kernel, stride, p, dilation)) == output]
        found = arithmetic.find_padding.reference(size, kernel, output, stride=stride, dilation=dilation)
        assert found == (works[0] if works else None)


@pytest.mark.parametrize(
    ("got", "arguments", "code"),
    [(0, (9, 2, 2, 4, 1), None), (1, (9, 2, 2, 4, 1), "gives"),
     (None, (5, 2, 5, 1, 1), None), (1, (5, 2, 5, 1, 1), "gives"),
     (None, (5, 3, 5, 1, 1), "none_found"), (-1, (9, 2, 2, 4, 1), "negative"), (0, (1, 3, 1, 1, 1), "does_not_fit"),
     (1.0, (5, 3, 5, 1, 1), "type_integer"), (True, (5, 3, 5, 1, 1), "type_integer"),
     ([1], (5, 3, 5, 1, 1), "type_alone"), ("1", (5, 3, 5, 1, 1), "type_quotes"),
     (2.0, (9, 2, 4, 3, 1), "type_integer"),                     # the larger one of two that work
     (0.0, (5, 3, 5, 1, 1), "asked_integer"), ("0", (5, 3, 5, 1, 1), "asked_integer"),
     ([0], (5, 3, 5, 1, 1), "asked_integer"), (False, (5, 3, 5, 1, 1), "asked_integer"),
     ((1, 1), (5, 3, 5, 1, 1), "asked_integer"), (1.0, (5, 2, 5, 1, 1), "asked_none"),
     (0.0, (5, 2, 5, 1, 1), "asked_none"), (False, (5, 2, 5, 1, 1), "asked_none")],
)  # fmt: skip
def test_any_padding_that_works_is_accepted(got, arguments, code):
    names = ("size", "kernel", "output", "stride", "dilation")
    asked = dict(zip(names, arguments, strict=True))
    found = arithmetic.find_padding._judge(got, arithmetic.find_padding.reference(**asked), **asked)
    assert (found and found.code) == code


def test_a_wrong_padding_is_told_with_its_output():
    found = arithmetic.find_padding._judge(1, 0, size=9, kernel=2, output=2, stride=4, dilation=1)
    assert say(found, arithmetic.find_padding.id) == "Padding 1 gives an output of 3, not 2."


def test_several_paddings_work_with_a_stride():
    def largest(size, kernel, output, *, stride=1, dilation=1):
        works = [p for p in range(200) if len(windows(size, kernel, stride, p, dilation)) == output]
        return works[-1] if works else None

    question = arithmetic.find_padding
    answers = [(largest(*c.args, **c.options), question.reference(*c.args, **c.options)) for c in question.draw()]
    assert any(large != small for large, small in answers)
    assert question.run(largest).status == "passed"


def test_missing_answers_to_find_padding_are_told_from_none():
    missing = arithmetic.find_padding.run(lambda *args, **options: None)
    assert "or that the return is missing" in " ".join(str(missing).split())
    printed = arithmetic.find_padding.run(lambda *args, **options: print(1))
    assert printed.findings[0].code == "printed_not_returned"


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_options_at_their_default_are_left_out(seed):
    for question in (arithmetic.output_size, arithmetic.same_padding, arithmetic.find_padding, arithmetic.input_sizes):
        for case in question.draw(seed):
            defaults = {name: parameter.default for name, parameter in question.signature.parameters.items()}
            assert all(value != defaults[name] for name, value in case.options.items())
