"""Which numbers of a text stand in an output, and which need no link."""

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))
from booksite import cells, kinds, numerals  # noqa: E402

STANDS = """
34,848            | 34848
34848             | parameters 34,848 in all
35 thousand       | 34848
35K               | 34848
1.5 million       | 1,512,000
0.7 billion       | 724,406,816
0.7 GMACs         | 724406816
about 340         | 338.7
about 93 MB       | 93.2 MB
93.2 MB           | 93.2 MB
0.34              | 0.3382
0.3               | 0.25
four              | 4
Fifteen           | 15
twenty-one        | 21
ten thousand      | 10,000
a million         | 1000000
about four        | 3.83
74%               | 0.738
74 %              | 73.8%
1.3%              | error (%)\\nLeNet 1.29
one percent       | 1.00 %
0.46              | 45.8%
-5                | array([-5, 3])
−0.5              | -0.50
+1.2              | +1.20
10^6              | 1000000
10⁶               | 1e6
3.5 × 10^4        | 34848
$10^{6}$          | 1000000
$60{,}000$        | 60000
2^10              | 1024
1e-4              | 0.0001
3/4               | 0.75
1/3               | 0.333
½                 | 0.5
55 x 55           | (55, 55)
55 by 55          | 55
55 × 48 × 96      | 55 x 48 x 96 = 253,440
(27, 13)          | torch.Size([96, 27, 13])
4 of 20           | 4 of 20 pixels
13 and 14         | [13, 14]
3.83 and 4.03     | moved 3.83 up\\nand 4.03 left
28                | 28x28
"""
DOES_NOT_STAND = """
34,848            | 34944
34 thousand       | 34848
36K               | 34848
340               | 338.7
93 MB             | 93.2 MB
0.33              | 0.3382
0.339             | 0.34
4                 | 4.03
four              | 3.83
5                 | -5
-5                | 5
-5                | 10-5
74%               | 0.748
1%                | 1
73%               | 73.8%
1.3%              | LeNet 1.29
10^6              | 10 6
3/4               | 3 4
1/3               | 0.34
55 x 48           | 48 x 55
55 x 55           | 48 x 56
(27, 13)          | 27\\n13
28                | C28 conv28 2.8 280 0.28
1                 | C1 3x3
9                 | 9216
12                | 2012
4 of 20           | 20 pixels, 4 of them at the edge
5                 |
0.5               | 3.3e+38 1e-30
-2.5              | -2.56 -2.44
"""


def cases(text):
    return [tuple(part.strip().replace("\\n", "\n") for part in line.split("|")) for line in text.strip().splitlines()]


@pytest.mark.parametrize(("said", "output"), cases(STANDS))
def test_a_number_that_stands_in_the_output(said, output):
    assert numerals.numbers(numerals.plain(said)), "it holds a number"
    assert numerals.missing(said, output) == []


@pytest.mark.parametrize(("said", "output"), cases(DOES_NOT_STAND))
def test_a_number_that_does_not_stand_in_the_output(said, output):
    assert numerals.missing(said, output) != []


@pytest.mark.parametrize("text", ["many pixels", "thousands of images", "ResNet", "none", ""])
def test_a_text_without_a_number(text):
    assert numerals.numbers(text) == ()


NEED_NO_LINK = [
    "In 2012 it won; since 1998 (LeCun, 1998), in the 1990s, between 2012 and 2015, the 2015 paper, 1998's.",
    "On 30 September 2012, in May 2016, in May, on 2016-05-26.",
    "ResNet-50, VGG-16, LeNet-5, CIFAR-10 and GPT-2 use float32, int8, Conv2d, C1, S2, conv1 and F(4x4, 3x3).",
    "A 3x3 and a 1x1 convolution, a 3 by 3 kernel, kernels of 11 by 11, 2D and 3-D data, 8-bit numbers.",
    "Python 3.11, NumPy 2, PyTorch 2.13, GTX 580, CC BY 4.0, tables 1 and 2, section 4.1, chapters 3 to 5, step 1.",
    "With stride 2, kernel 5 and dilation 2 layer 3 shrinks; the top 5 answers, the top-5 error; question 2.",
    "Two layers, ten pixels, one image, zero padding, three times.",
    "1. The first question",
    "2) The second",
    f"Code such as {numerals.HOLE} and formulas such as {numerals.HOLE} are no prose.",
]
NEED_A_LINK = [
    ("The layer has 55 outputs.", ["55"]),
    ("It reads 2012 images in 2012.", ["2012"]),
    ("It has 2,012 weights.", ["2,012"]),
    ("Half of them, 50%, and 0.3 more.", ["50%", "0.3"]),
    ("one percent of them", ["one percent"]),
    ("eleven layers and twelve heads", ["eleven", "twelve"]),
    ("a million pictures", ["a million"]),
    ("An output of 55 by 55 and a 3 by 5 kernel.", ["55", "55", "3", "5"]),
    ("Needs padding 3.", ["3"]),
    ("It moves 4 pixels at a time, -2 at last.", ["4", "-2"]),
    ("ResNet-50 has 25.6 million weights.", ["25.6 million"]),
    ("section 2 has 3 parts", ["3"]),
    ("the 224 pixels", ["224"]),
    ("In 2012 images", ["2012"]),
    ("10^6 of them", ["10^6"]),
    ("stride 2,048", ["2,048"]),
    ("Table 3% of it", ["3%"]),
]


@pytest.mark.parametrize("text", NEED_NO_LINK)
def test_numbers_of_a_kind_that_needs_no_link(text):
    assert [number.text for number in kinds.unproven(text)] == []


@pytest.mark.parametrize(("text", "expected"), NEED_A_LINK)
def test_numbers_that_need_a_link(text, expected):
    assert [number.text for number in kinds.unproven(text)] == expected


def test_every_kind_lets_something_pass_that_no_other_does():
    patterns = kinds.kinds("en")
    for kind in patterns:
        others = [pattern for other, pattern in patterns.items() if other != kind]

        def covered(number, text, others=others):
            spans = [match.span() for pattern in others for match in pattern.finditer(text)]
            return any(start <= number.start and number.end <= end for start, end in spans)

        found = [(text, number) for text in NEED_NO_LINK for number in numerals.numbers(text, in_words=False)]
        assert not all(covered(number, text) for text, number in found), kind


# What an output says


def test_a_picture_says_nothing_but_a_table_and_a_traceback_do():
    data = {"image/png": "…", "text/plain": "<Figure size 660x250 with 3 Axes>"}
    assert cells.text_of_output({"output_type": "display_data", "data": data}) == ""
    stream = {"output_type": "stream", "text": ["a 1\n", "b 2"]}
    assert cells.text_of_output(stream) == "a 1\nb 2"
    error = {"output_type": "error", "evalue": "kernel 9 does not fit", "traceback": []}
    assert cells.text_of_output(error) == "kernel 9 does not fit"
    html = "<style>p { margin: 7px }</style><table><tr><td>12</td><td>3</td></tr><tr><td>4</td></tr></table>"
    table = cells.text_of_output({"output_type": "execute_result", "data": {"text/html": html, "text/plain": "99"}})
    assert [[number.text for number in numerals.numbers(line)] for line in table.split("\n")] == [
        [],
        ["12", "3"],
        ["4"],
    ]


def test_labels_are_read_from_the_metadata_of_code_cells(tmp_path):
    book = [
        {"cell_type": "markdown", "metadata": {"label": "no"}, "source": ""},
        {"cell_type": "code", "metadata": {}, "source": "1", "outputs": []},
        {"cell_type": "code", "metadata": {"label": "sum"}, "source": ["1 +", "1"], "outputs": []},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": book}))
    assert dict(cells.cells_of(path, "a")) == {"sum": cells.Cell("a", 3, "1 +1", "")}
    assert list(cells.cells_of(tmp_path / "a.md", "a")) == []
