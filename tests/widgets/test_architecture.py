"""The architecture explorer: what it gets of a profile, its sums in JavaScript, and in the browser."""

import json
import re
import runpy
from pathlib import Path

import pytest
import torch
from explorer_checks import assert_drawn_within, assert_written
from explorer_page import change, has_focus, now, press, status
from letters import TOUCHING
from torch import nn

import cnnbook.profile
from cnnbook.models import alexnet, build, list_models
from cnnbook.widgets import ArchitectureExplorer
from cnnbook.widgets._network import Spec, describe, field_of, nodes, spec_of, total
from cnnbook.widgets._variants import VARIANTS
from cnnbook.widgets.architecture import QUANTITIES

PUBLISHED = runpy.run_path(Path(__file__).parents[1] / "models" / "test_published.py")["PUBLISHED"]
with torch.device("meta"):
    ALEXNET = {
        name: describe(alexnet(groups=groups), (3, 227, 227)) for name, groups in [("two_groups", 2), ("one_tower", 1)]
    }
START = {
    "data": ALEXNET, "shown": ["two_groups", "one_tower"], "quantity": "parameters", "layers": ["fc6", "fc6"],
    "opened": "",
}  # fmt: skip
STAGES = [
    "conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5", "flatten", "fc6", "fc7", "fc8",
]  # fmt: skip


@pytest.fixture(scope="module")
def known():
    """Every published network: its facts, the model, its profile, and what the browser gets of it."""
    found, profile = [], cnnbook.profile.profile
    with pytest.MonkeyPatch.context() as patch:
        results = []
        patch.setattr(cnnbook.profile, "profile", lambda *given: results.append(profile(*given)) or results[-1])
        for name, options, shape, parameters, macs in PUBLISHED:
            with torch.device("meta"):
                model = build(name, **options)
            network = describe(model, shape)
            found.append(((name, shape, parameters, macs), model, results.pop(), network))
    return found


def test_a_field_has_a_sum_for_both_sides_or_none():
    network = ALEXNET["two_groups"]
    sums = {spec_of(network, row)[0]: entry[2:] for row, entry in enumerate(network["rows"]) if isinstance(entry, list)}
    assert sums["Conv2d"] == ["131+(3-1)*16"]
    assert sums["Linear"] == [], "its units are in one line, where there is no step down or to the right"


def value(text):
    """What a sum comes to that travels to the browser."""
    return eval(text, {"__builtins__": {}, "max": max})


def printed(text):
    """What a sum comes to as the reader sees it."""
    return value(re.sub(r"(?<=\d),(?=\d{3})", "", text.replace("·", "*").replace("−", "-")))


def spec_at(network, row):
    return Spec(*[*spec_of(network, row), "", ""][:7])


def as_list(field):
    return list(field) if isinstance(field, tuple) else field


# In Python


def test_every_network_of_the_book_is_here(known):
    assert {facts[0] for facts, *_ in known} == set(list_models())


def test_every_number_is_that_of_the_profile_and_the_totals_are_the_published_ones(known):
    for (name, shape, parameters, macs), _, profile, network in known:
        assert network["totals"] == [parameters, macs, profile.totals.activation_bytes], name
        assert network["input"] == list(shape), name
        assert len(network["rows"]) == len(profile), name
        for at, row in enumerate(profile):
            spec = spec_at(network, at)
            told = (spec.kind, tuple(spec.shape), spec.parameters, spec.macs, spec.activation_bytes)
            assert told == (row.kind, row.output_shape, *row[3:6]), (name, row.name)
            assert field_of(network, at) == as_list(row.receptive_field), (name, row.name)


def test_the_tree_has_each_row_once_and_stages_have_the_sums_of_the_profile(known):
    compared = 0
    for (name, *_), _, profile, network in known:
        found = nodes(network)
        leaves = [node.rows[0] for node in found.values() if not node.children]
        assert sorted(leaves) == list(range(len(profile))), name
        for node in found.values():
            if node.children:
                assert [row for key in node.children for row in found[key].rows] == list(node.rows), (name, node.key)
        assert len(found[""].children) <= 21, name  # a row that can be read
        assert max(len(node.children) for node in found.values()) <= 35, name
        for stage, sums in profile.stages(2).items():
            node = found.get(stage.partition(".")[2])
            inside = node and [profile.rows[row].name.startswith(f"{stage}.") for row in node.rows]
            if inside and all(inside):  # some have taken in what follows them
                compared += 1
                assert tuple(total(network, node, quantity) for quantity in QUANTITIES) == sums, (name, stage)
    assert compared > 200


def test_convolutions_and_linear_layers_say_how_they_are_counted(known):
    for (name, *_), model, profile, network in known:
        modules = dict(model.named_modules())
        for at, row in enumerate(profile):
            spec = spec_at(network, at)
            for sum_, number in ((spec.how_parameters, row.parameters), (spec.how_macs, row.macs)):
                assert not sum_ or value(sum_) == number, (name, row.name)
            if row.kind not in ("Conv2d", "Linear", "BatchNorm2d"):
                continue
            assert spec.how_parameters, (name, row.name)
            assert bool(spec.how_macs) == (row.kind != "BatchNorm2d"), (name, row.name)
            groups = getattr(modules[row.name], "groups", 1)
            assert (f"/{groups}*" in spec.how_macs) == (groups > 1), (name, row.name)


def test_the_growth_of_a_receptive_field_is_that_of_the_window(known):
    grown = 0
    for (name, *_), model, profile, network in known:
        modules = dict(model.named_modules())
        for at, row in enumerate(profile):
            entry = network["rows"][at]
            how = entry[2:] if isinstance(entry, list) else []
            fields = row.receptive_field if isinstance(row.receptive_field, tuple) else (row.receptive_field,) * 2
            assert all(not sum_ or value(sum_) == size for sum_, size in zip(how * 2, fields, strict=False)), row.name
            if row.kind in ("Conv2d", "MaxPool2d", "AvgPool2d"):
                layer = modules[row.name]
                kernel = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,) * 2
                told = (how * 2)[:2] or ["", ""]
                for size, sum_ in zip(kernel, told, strict=True):  # no network of the book is dilated
                    assert (f"+({size}-1)*" in sum_) == (size > 1), (name, row.name, how)
                    grown += size > 1
    assert grown > 1000


def test_two_networks_weigh_less_than_40_kilobytes(known):
    sizes = sorted(
        len(json.dumps(network, ensure_ascii=False, separators=(",", ":")).encode()) for *_, network in known
    )
    assert sum(sizes[-2:]) < 40_000


@pytest.mark.parametrize(("chapter", "variants"), VARIANTS.items())
def test_chapters_have_their_networks(chapter, variants):
    explorer = ArchitectureExplorer(chapter)
    assert list(explorer.data) == list(variants)
    assert explorer.shown == tuple(variants)[:2]
    assert explorer.opened == ""
    assert len(explorer.data) > 1


def test_modules_without_1x1_pass_all_channels_on():
    reduced, naive = ArchitectureExplorer("googlenet").data.values()
    parts = nodes(naive)
    assert spec_of(naive, parts["3a"].rows[-1])[1] == [64 + 128 + 32 + 192, 28, 28]  # figure 2a: the pool keeps its 192
    macs = total(naive, parts["3a"], "macs")
    assert macs == 28 * 28 * 192 * (64 + 128 * 9 + 32 * 25)
    assert macs > 2 * total(reduced, nodes(reduced)["3a"], "macs")


def test_the_first_choice_is_where_most_of_the_quantity_is():
    for quantity, layers in [("parameters", ("fc6", "fc6")), ("macs", ("conv2", "conv2"))]:
        assert ArchitectureExplorer(quantity=quantity).layers == layers
    assert ArchitectureExplorer("googlenet", quantity="macs").layers == ("conv2", "4e")
    assert ArchitectureExplorer("resnet18", opened="conv4_x").layers == ("conv4_x.1", "")


def test_own_networks_in_every_form():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 3 * 5, 2))
    networks = {"mine": model, "made": lambda: model, "small": (lambda: alexnet(groups=2), (3, 67, 67))}
    explorer = ArchitectureExplorer(networks, input_shape=(3, 5, 7), shown="mine", layers="0", quantity="macs")
    assert explorer.data["mine"] == explorer.data["made"]
    assert explorer.data["small"]["input"] == [3, 67, 67]
    assert (explorer.shown, explorer.layers) == (("mine", ""), ("0", "0"))
    assert repr(explorer).startswith("ArchitectureExplorer(networks=('mine', 'made', 'small'), ")
    told = "mine, 0: output 4 × 3 × 5, 112 parameters, 1,620 MACs, 480 bytes of activations, sees 3 px."
    assert explorer.summary() == told


def test_models_by_their_names():
    explorer = ArchitectureExplorer("cifar_resnet20")
    assert (explorer.shown, explorer.data["cifar_resnet20"]["input"]) == (("cifar_resnet20", ""), [3, 32, 32])
    both = ArchitectureExplorer(("alexnet", "googlenet"))
    totals = {name: network["totals"][0] for name, network in both.data.items()}
    assert totals == {"alexnet": 62_378_344, "googlenet": 6_998_552}  # without the heads that only train
    assert repr(eval(repr(both))) == repr(both)


def test_the_parameters_that_only_train_are_in_the_total():
    network = describe(build("googlenet"), (3, 224, 224))
    explorer = ArchitectureExplorer({"googlenet": lambda: build("googlenet")}, layers="")
    assert network["totals"][0] - total(network, nodes(network)[""], "parameters") == 13_378_280 - 6_998_552
    assert "13,378,280 parameters" in explorer.summary()


class Fourier(nn.Module):
    def forward(self, x):
        return torch.fft.fft2(x).real


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"networks": "resnet81"}, ValueError, "networks 'resnet81' is unknown: use one of lenet, alexnet, vgg"),
        ({"networks": 3}, TypeError, "networks must be a name or a dict of networks, got 3: use one of lenet"),
        ({"networks": ["resnet18", "vgg"]}, ValueError, "there is no network 'vgg'"),
        ({"networks": ()}, TypeError, "networks must be a name or a dict of networks, got ()"),
        ({"networks": {}}, TypeError, "networks must be a name or a dict of networks, got {}"),
        ({"networks": {"a": Fourier()}}, ValueError, "Fourier cannot be counted: "),
        ({"networks": {"a": nn.Linear(4, 2)}, "input_shape": (3, 4)}, ValueError, "puts out (3, 2): only maps"),
        ({"shown": "vgg16"}, ValueError, "shown 'vgg16' is no network here: use one of two_groups, one_tower"),
        ({"shown": ("two_groups", "a")}, ValueError, "shown 'a' is no network here"),
        ({"shown": ("two_groups",)}, TypeError, "shown must be two names, got ('two_groups',): use a tuple"),
        ({"quantity": "flops"}, ValueError, "quantity 'flops' is unknown: use one of parameters, macs, activation_byt"),
        ({"layers": "fc9"}, ValueError, "layers 'fc9' is in no network here: use a path that begins with one of conv1"),
        ({"layers": 3}, TypeError, "layers must be two names, got 3"),
        ({"opened": "conv9"}, ValueError, "opened 'conv9' is in no network here"),
        ({"opened": "pool1"}, ValueError, "opened 'pool1' is a layer, which holds no others: use ''"),
    ],
)
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ArchitectureExplorer(**options)


# In JavaScript


def _share(part):
    """A share in percent, as short as it can be."""
    percent = 100 * part
    return "" if not part else "<0.1" if percent < 0.05 else f"{percent:.0f}" if percent >= 9.95 else f"{percent:.1f}"


def test_javascript_has_the_same_parts_and_every_sum_is_true_as_printed(known, run_module):
    line = """d.map((network) => {
      const whole = m.unpack(network);
      return [...whole.parts.values()].map((part) => [part.key, part.children.map(({ key }) => key), part.numbers,
        part.shape, part.field, m.facts(whole, part, t)]);
    })"""
    answers = run_module("architecture", line, [network for *_, network in known])
    sums = 0
    for ((name, *_), _, _, network), parts in zip(known, answers, strict=True):
        found = nodes(network)
        assert {key for key, *_ in parts} == set(found), name
        for key, children, numbers, shape, field, facts in parts:
            node, place = found[key], (name, key)
            last = node.rows[-1]
            expected = [total(network, node, quantity) for quantity in QUANTITIES]
            assert numbers == (expected if key else network["totals"]), place
            assert (tuple(children), shape) == (node.children, spec_of(network, last)[1]), place
            assert field == field_of(network, last), place
            assert facts[0] == " × ".join(f"{size:,}" for size in shape), place
            for fact, number, whole in zip(facts[1:4], numbers, network["totals"], strict=True):
                assert_written(fact)
                told, share, how = re.fullmatch(r"([\d,]+)(?: bytes)?(?: \((.*)%\))?(?: = (.*))?", fact).groups()
                assert printed(told) == number, place
                assert (share or "") == (_share(number / whole) if key else ""), place
                assert how is None or printed(how) == number, (place, fact)
                assert len(fact) <= 63, fact
                sums += how is not None
            sizes = [field] if not isinstance(field, list) else field
            if field is None:
                assert facts[4] == "no position", place
                continue
            told, *how = re.split(r", (?=[HW] = )| = (?=\d|max)", facts[4], maxsplit=1)
            assert told == f"{' × '.join(f'{size:,}' for size in sizes)} px", place
            for letter, sum_ in re.findall(r"([HW] = )?([^=]+?)(?=, [HW]|$)", how[0]) if how else ():
                size = sizes[-1] if letter.startswith("W") else sizes[0]
                assert printed(sum_) == size, (place, facts[4])
                sums += 1
    assert sums > 5000


def test_the_text_is_that_of_python(run_module):
    cases = [
        {"networks": "alexnet"},
        {"networks": "alexnet", "layers": "", "shown": "one_tower"},
        {"networks": "lenet", "layers": "S2", "opened": "S2"},
        {"networks": "resnet18", "opened": "conv3_x", "layers": "conv3_x.0"},
    ]
    explorers = [ArchitectureExplorer(**case) for case in cases]
    states = [{name: getattr(one, name) for name in START} for one in explorers]
    line = """d.map((state) => m.describe(
      Object.fromEntries(Object.entries(state.data).map(([name, network]) => [name, m.unpack(network)])), state, t))"""
    assert run_module("architecture", line, states) == [one.summary() for one in explorers]


def test_where_parameters_work_most_is_not_where_most_are(known, run_module):
    line = """d.map((network) => {
      const networks = m.compute({ data: { own: network } });
      const choose = ({ key }) => m.discover({ shown: ["own", ""], layers: [key, ""], opened: "" }, networks, t);
      return networks.own.parts.get("").children.map(choose);
    })"""
    answers = run_module("architecture", line, [network for *_, network in known])
    for ((name, *_), _, _, network), found in zip(known, answers, strict=True):
        parts = nodes(network)
        parameters, macs = (
            {key: total(network, parts[key], quantity) for key in parts[""].children} for quantity in QUANTITIES[:2]
        )
        each = {key: macs[key] / (parameters[key] or 1) for key in parameters}
        hardest, largest, busiest = (max(counts, key=counts.get) for counts in (each, parameters, macs))
        told = {
            "layer": hardest, "uses": f"{each[hardest]:,.0f}", "network": "own",
            "largest": largest, "fewer": f"{each[largest]:,.0f}",
            "parameters": _share(parameters[hardest] / network["totals"][0]),
            "macs": _share(macs[hardest] / network["totals"][1]),
            "busiest": busiest, "most": _share(macs[busiest] / network["totals"][1]),
        }  # fmt: skip
        assert found == [told if key == hardest else None for key in parameters], name
        assert hardest != largest, name


def test_shares_are_written_alike(run_module):
    shares = [0, 1e-9, 0.00049, 0.0005, 0.00051, 0.0094, 0.0994, 0.09951, 0.1, 0.123, 0.617, 1]
    told = run_module("architecture", "d.map(m.share)", shares)
    assert told == [_share(share) for share in shares]
    assert told[:2] + told[-3:] == ["", "<0.1", "12", "62", "100"]


# In the browser


def column(page, at, network=0):
    """A column of one of the two networks of the first explorer; the input is number 0."""
    return page.locator(".cnnx-network").nth(network).locator(f"[data-column='{at}']")


def fact(page, at, network=0):
    return page.locator(".cnnx-network").nth(network).locator(".cnnx-fact").nth(at).inner_text()


def test_mouse(explorer):
    column(explorer, 3).hover()
    assert fact(explorer, 1) == "307,456 (0.5%) = 256 · (96 / 2 · 5 · 5 + 1)"
    assert now(explorer, "layers") == ["fc6", "fc6"]
    column(explorer, 3).click()
    assert now(explorer, "layers") == ["conv2", "conv2"]
    assert fact(explorer, 1, network=1) == "614,656 (1.0%) = 256 · (96 · 5 · 5 + 1)"
    explorer.get_by_role("combobox", name="Bars").first.select_option("macs")
    assert now(explorer, "quantity") == "macs"
    column(explorer, 3).click()  # again: it opens
    assert now(explorer, "opened", "layers") == ("conv2", ["conv2.conv", "conv2.conv"])
    explorer.get_by_role("button", name="Close").first.click()
    assert now(explorer, "opened", "layers") == ("", ["conv2", "conv2"])
    explorer.get_by_role("button", name="Open").first.click()
    assert now(explorer, "opened") == "conv2"
    explorer.get_by_role("combobox", name="Beside it").first.select_option("")
    assert explorer.locator(".cnnx").first.locator(".cnnx-network:visible").count() == 1
    assert explorer.locator(".cnnx-ratios").first.inner_text() == ""


def test_totals_and_ratios(explorer):
    heads = explorer.locator(".cnnx-head").all_inner_texts()
    assert heads[0] == "AlexNet, two groups 60,965,224 parameters, 724,406,816 MACs."
    told = "AlexNet, one tower over AlexNet, two groups: parameters × 1.02, MACs × 1.57, bytes of activations × 1."
    assert explorer.locator(".cnnx-ratios").first.inner_text() == told


def test_keyboard(explorer):
    row = explorer.get_by_role("slider", name="Layers of AlexNet, two groups").first
    row.focus()
    assert row.get_attribute("data-lm-suppress-shortcuts") == "true"
    press(explorer, "Home", "ArrowRight", "ArrowRight")
    assert now(explorer, "layers") == ["conv2", "conv2"]
    assert row.get_attribute("aria-valuetext") == "conv2: 256 × 27 × 27"
    assert status(explorer).startswith("AlexNet, two groups, conv2: output 256 × 27 × 27, 307,456 parameters")
    press(explorer, "Enter", "ArrowRight", "ArrowRight", "ArrowRight")
    assert now(explorer, "opened", "layers") == ("conv2", ["conv2.norm2", "conv2.norm2"])
    assert has_focus(row)
    press(explorer, "Escape", "End")
    assert now(explorer, "opened", "layers") == ("", ["fc8", "fc8"])
    press(explorer, "Enter")  # nothing in it
    assert now(explorer, "opened") == ""


def test_a_tap_chooses_and_a_swipe_scrolls(phone):
    column(phone, 3).tap()
    assert now(phone, "layers") == ["conv2", "conv2"]
    column(phone, 5).evaluate("(e) => e.scrollIntoView({ block: 'center' })")
    box, session = column(phone, 5).bounding_box(), phone.context.new_cdp_session(phone)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = phone.evaluate("scrollY")
    for kind, moved in [("touchStart", 0), *(("touchMove", -30 * step) for step in range(1, 7)), ("touchEnd", None)]:
        points = [] if moved is None else [{"x": x, "y": y + moved}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    phone.wait_for_timeout(300)
    assert phone.evaluate("scrollY") > before + 60
    assert now(phone, "layers") == ["conv2", "conv2"]


def test_nothing_moves_while_a_mouse_goes_over_the_layers(explorer):
    parts = ".cnnx:first-of-type svg, .cnnx:first-of-type .cnnx-ratios"
    where = "(all) => all.map((e) => [e.getBoundingClientRect().y + scrollY, e.getBoundingClientRect().height])"
    before = explorer.locator(parts).evaluate_all(where)
    seen = set()
    for at in range(1, len(STAGES) + 1):
        column(explorer, at).hover()
        seen.add(fact(explorer, 1))
        assert explorer.locator(parts).evaluate_all(where) == before, at
    assert len(seen) > 6


def test_a_deep_network_is_drawn_on_every_screen(show):
    """One stage after the other is opened: on the smallest phone it stays shorter than two screens, and all is read."""
    names = ("resnet152", "resnet101")
    data = {name: describe(build_hollow(name), (3, 224, 224)) for name in names}
    start = START | {"data": data, "shown": names, "layers": ["", ""]}
    opened = ["", "conv3_x", "conv4_x", "conv4_x.1–35", "conv4_x.17", "conv4_x.17.conv2"]
    for width, options in ((320, {"has_touch": True, "is_mobile": True}), (1280, {})):
        page = show("architecture", start, width=width, height=844, **options)
        states = [{"opened": key, "quantity": quantity} for key in opened for quantity in QUANTITIES[:2]]
        for settings in states:
            change(page, settings)
            assert page.evaluate(TOUCHING) == [], (width, settings)
            assert page.locator(".cnnx").first.bounding_box()["height"] <= 1586, (width, settings)
        assert_drawn_within(page, states[::2], ("button", "select", ".cnnx-target"))


def build_hollow(name):
    with torch.device("meta"):
        return build(name)
