"""What there is to discover in each explorer: it does not start there, and a keyboard comes there.

That what is said is true everywhere, the test file of each explorer shows.
"""

from typing import NamedTuple

import pytest
from explorer_page import change, now, part, press, status

from cnnbook import widgets
from cnnbook.widgets._bundle import words


class Goal(NamedTuple):
    """The way to a goal by keyboard, from the explorer as it is made, and what is then said."""

    way: tuple  # of parts that get the focus, each with the keys that are pressed there
    state: dict  # traits that have then changed
    told: str
    short_of: tuple = ()  # changes that do not reach it
    is_change: bool = False  # what reaches it is the change, not the state alone


GOALS = {
    "ArchitectureExplorer": Goal(
        way=((("slider", "Layers of AlexNet, two groups"), ["Home"]),),
        state={"layers": ["conv1", "conv1"]},
        told="Discovered: conv1 of AlexNet, two groups has 0.1% of the parameters and does 15% of the MACs, about "
        "3,017 for each parameter: its map has many places. Most MACs, 31%: conv2. Most parameters: fc6, about 1 for "
        "each.",
        short_of=({"layers": ["conv2", "conv2"]}, {"opened": "conv1"}, {"layers": ["", ""]}),
    ),
    "ArithmeticExplorer": Goal(
        way=((("slider", "Stride"), ["ArrowRight"] * 2), (("slider", "Input size"), ["ArrowRight"] * 2)),
        state={"size": 10, "stride": 4},
        told="Discovered: 64 of the 100 pixels of the image are in no window. Three are dropped of each row and of "
        "each column: an input of 7 × 7 would give the same output size, 2.",
        short_of=({"size": 9, "stride": 4}, {"size": 10, "stride": 4, "ceil_mode": True}, {"size": 1}),
    ),
    "PoolingExplorer": Goal(
        way=((("slider", "Shift"), ["ArrowRight"] * 2),),
        state={"shift": 2},
        told="Discovered: a shift by 2 px only moves the output, by 1. A shift by 1 px changes 4 of its 9 numbers: "
        "pooling with stride 2 is not blind to small shifts.",
        short_of=({"shift": 1}, {"shift": 3}, {"shift": 2, "stride": 1}, {"shift": 2, "kernel": 1, "padding": 2}),
    ),
    "BatchNormExplorer": Goal(
        way=((("button", "All + 1"), ["Enter"]),),
        state={"values": [1, 3, 4, 5, 7]},
        told="Discovered: all numbers moved by 1, and no output moved: the mean takes it away. So a bias just before "
        "batch norm does nothing. In evaluation, with the running statistics as they are, each output would have moved "
        "by 1.",
        short_of=({"values": [1, 3, 4, 5, 6]}, {"values": [1, 3, 4, 5, 7], "training": False}, {"values": [1]}),
        is_change=True,
    ),
    "ReceptiveFieldExplorer": Goal(
        way=((("button", "Add a layer"), ["Enter"]),),
        state={"layers": [[3, 1, 1, 1]] * 4, "layer": 4},
        told="Discovered: a field is not used evenly. In yours of 81 pixels, 361 ways led from the one in the "
        "strongest shade, 1 from the one in the faintest: half of all ways started in only 13 pixels.",
        short_of=({"layers": [[3, 1, 1, 1]] * 2, "layer": 2}, {"layers": [[9, 1, 4, 1]], "layer": 1}, {"size": 1}),
    ),
    "ConvolutionStepper": Goal(
        way=((("combobox", "Input"), ["ArrowDown"]), (("combobox", "Kernel"), ["ArrowDown"])),
        state={"input": [[10, 10, 10, 0, 0, 0]] * 6, "kernel": [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]},
        told="Discovered: a kernel can be blind to an input. Yours went from 0 to 10, yet in each of the 16 windows "
        "the products cancelled: what a kernel does not see, no later layer can bring back.",
        short_of=({"input": [[5, 5, 5]] * 3}, {"kernel": [[0, 0], [0, 0]]}, {"picture": True}, {"input": [[1]]}),
    ),
    "ResidualExplorer": Goal(
        way=((("slider", "Gain"), ["ArrowRight"] * 34),),
        state={"gain": 0.94},
        told="Discovered: at gain 0.94 the plain network of 30 blocks hands back a gradient of size 0.13. Each block "
        "multiplies it by about the gain: it stays between 0.1 and 10 only for gains from 0.94 to 1.08. With shortcuts "
        "each block adds to what comes: here they make it 2,400 times larger, and at no gain does it fade.",
        short_of=({"gain": 0.93}, {"gain": 1, "depth": 5, "block": 1}, {"gain": 1.0, "cut": [1]}, {"normalise": True}),
    ),
    "ChannelsExplorer": Goal(
        way=((("slider", "Out channels"), ["ArrowRight"] * 2), (("slider", "Groups"), ["End"])),
        state={"c_out": 8, "groups": 4},
        told="Discovered: with 4 groups 72 weights are left of 288. The price: each output channel sees 1 of the 4 "
        "input channels, and 24 of all 32 connections between channels are cut.",
        short_of=({"groups": 2}, {"groups": 4}, {"c_in": 8, "c_out": 8, "groups": 2}),
    ),
    "NetworksExplorer": Goal(
        way=((("button", "googlenet"), ["Enter"]),),
        state={"chosen": "googlenet"},
        told="Discovered: googlenet has 1.58 G MACs, resnet18 1.81 G, yet googlenet takes 2.1 times as long. MACs are "
        "not all: it has 58 layers, the other 21; it writes 3.23 M numbers, the other 2.48 M.",
        short_of=({"chosen": "vgg19"}, {"chosen": "alexnet"}, {"chosen": "mobilenet_v2"}),
    ),
    "DilatedExplorer": Goal(
        way=((("slider", "Dilation of layer 1"), ["ArrowUp"]),),
        state={"dilations": [2, 2, 4]},
        told="Discovered: gridding. All dilations are multiples of 2, and so is each way from the output: it sees 81 "
        "of the 289 pixels of its field, and never one between them, however many such layers follow.",
        short_of=({"dilations": [2]}, {"dilations": [1, 4, 4]}, {"dilations": [2, 2, 4], "row": 0}),
    ),
    "Im2colExplorer": Goal(
        way=(
            (("slider", "Stride"), ["ArrowLeft"]),
            (("slider", "Kernel size"), ["ArrowRight"]),
            (("slider", "Input size"), ["ArrowRight"]),
        ),
        state={"stride": 1, "kernel": 3, "size": 5},
        told="Discovered: the number in most windows stands in 9 of the 9 rows, once for each place of the kernel. The "
        "input has 50 numbers, the matrix 162: im2col pays with memory for one large product.",
        short_of=({"stride": 1, "kernel": 3}, {"stride": 2, "kernel": 3, "size": 5}, {"size": 1}),
    ),
}
AIM = ".cnnx-aim"


def start(name):
    """The traits of an explorer as it is made."""
    cls = getattr(widgets, name)
    explorer = cls()
    return {trait: getattr(explorer, trait) for trait in cls.class_own_traits() if trait[0] != "_"}


@pytest.fixture(params=GOALS)
def name(request):
    return request.param


@pytest.fixture
def page(name, show):
    return show(widgets._HOMES[name], start(name))


def seen(page, which=0):
    """Whether each sentence, the goal and the discovery, can be seen."""
    goal, _, discovered = page.locator(AIM).nth(which).locator("span").all()
    return [goal.is_visible(), discovered.is_visible() and discovered.inner_text() != ""]


def signs(page):
    """What stands above the controls at the foot of a phone, which tells of a goal that is out of sight."""
    marks = page.locator(".cnnx-controls").evaluate_all("all => all.map((e) => getComputedStyle(e, '::after').content)")
    return [mark[1] for mark in marks if mark != "none"]


def walk(page, name):
    for target, keys in GOALS[name].way:
        part(page, target).focus()
        press(page, *keys)


def test_only_the_way_leads_there(run_module, name):
    goal, first = GOALS[name], start(name)
    states = [first, *(first | change for change in goal.short_of), first | goal.state]
    line = "d.map((state) => m.discover(state, m.compute(state), d[0].values ?? t))"
    *others, found = run_module(widgets._HOMES[name], line, states)
    assert others == [None] * len(others)
    line = "t('discovered', m.discover(d[1], m.compute(d[1]), d[0].values ?? t))"
    assert run_module(widgets._HOMES[name], line, [first, states[-1]]) == goal.told
    assert set(found) == {part.partition("}")[0] for part in words(widgets._HOMES[name])["discovered"].split("{")[1:]}


def test_a_keyboard_reaches_it_and_it_stays(page, name):
    goal, hint = GOALS[name], page.locator(".cnnx-hint").first
    assert seen(page) == [True, False]
    mark = page.locator(AIM).first.evaluate("(e) => getComputedStyle(e, '::before').content")
    height = page.locator(AIM).first.bounding_box()["height"]
    walk(page, name)
    traits = [*goal.state]
    assert dict(zip(traits, [now(page, trait) for trait in traits], strict=True)) == goal.state
    assert seen(page) == seen(page, 1) == [False, True]
    assert page.locator(AIM).first.inner_text().strip() == goal.told
    assert goal.told in status(page)  # heard, and seen in one place only
    assert page.locator(".cnnx").first.locator("[aria-live], [role=status]").count() == 1
    assert page.locator(".cnnx-aloud").first.bounding_box()["width"] <= 1
    assert page.locator(AIM).first.evaluate("(e) => getComputedStyle(e, '::before').content") != mark
    assert page.locator(AIM).first.bounding_box()["height"] == height
    assert hint.is_visible()
    change(page, start(name))
    assert seen(page) == [False, True]
    assert goal.told not in status(page)


def test_room_is_kept_on_a_phone(show, name):
    page = show(widgets._HOMES[name], start(name), width=320, height=700)
    height = page.locator(AIM).first.bounding_box()["height"]
    assert signs(page) == []
    change(page, GOALS[name].state)
    assert seen(page) == [False, True]
    assert page.locator(AIM).first.bounding_box()["height"] == height
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert signs(page) == ["✓"]


@pytest.mark.parametrize(
    ("name", "first"),
    [(name, {"goal": False}) for name in GOALS]
    + [(name, goal.state) for name, goal in GOALS.items() if not goal.is_change],
)
def test_it_can_be_switched_off_and_is_where_it_starts_reached(show, name, first):
    page = show(widgets._HOMES[name], start(name) | first)
    assert seen(page) == [False, False]
    change(page, start(name))
    change(page, GOALS[name].state)
    assert seen(page) == [False, False]
    assert "Discovered" not in status(page)
