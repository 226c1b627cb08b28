"""The networks explorer: rows that Python and the browser sort and compare alike, and what a reader does with them."""

import re

import numpy as np
import pytest
from explorer_checks import assert_drawn_within
from explorer_page import change, has_focus, middle, now, press, status

from cnnbook.networks import table
from cnnbook.widgets import NetworksExplorer
from cnnbook.widgets.networks import COLUMNS

START = {
    "data": table(), "x": "macs", "y": "ms", "family": "", "sort": "network", "descending": False, "chosen": "",
}  # fmt: skip
SMALL = {
    "a": {"family": "one", "parameters": 7, "macs": 10, "accuracy": 70.5},
    "b": {"family": "one", "parameters": 7, "macs": 30, "accuracy": None},
    "c": {"family": "two", "parameters": 9, "macs": 20, "accuracy": 80.0},
    "d": {"family": "two", "parameters": 5, "macs": 40, "accuracy": float("nan")},
}


@pytest.mark.parametrize(
    ("x", "y", "family", "rank"),
    [
        ("macs", "macs", "", 1.0),
        ("macs", "accuracy", "", 1.0),  # of the two that have it
        ("parameters", "macs", "", -0.632455532034),  # ranks 2.5 2.5 4 1 and 1 3 2 4
        ("parameters", "macs", "one", None),  # equal parameters have no order
        ("parameters", "macs", "two", -1.0),
    ],
)
def test_the_correlation_is_that_of_ranks(x, y, family, rank):
    assert NetworksExplorer(SMALL, x=x, y=y, family=family).correlation == rank


def test_the_correlation_is_that_of_pandas():
    pandas = pytest.importorskip("pandas")
    expected = pandas.DataFrame(table()).T.drop(columns="family").astype(float).corr(method="spearman")
    for y in COLUMNS[:-1]:
        assert NetworksExplorer(x="outputs", y=y).correlation == pytest.approx(expected.loc["outputs", y], abs=1e-9)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"table": []}, TypeError, "table must be a dict of rows by name, got []"),
        ({"table": {"a": SMALL["a"], "b": {"family": "one"}}, "y": "macs"}, ValueError, "row 'b' of the table lacks"),
        ({"table": {"a": {"family": "one", "macs": -1}}, "y": "macs"}, ValueError, "macs -1 is out of range"),
        ({"table": SMALL, "y": "ms"}, ValueError, "y 'ms' is no column of this table: use one of parameters, macs"),
        ({"sort": "name"}, ValueError, "sort 'name' is unknown"),
        ({"family": "vggs"}, ValueError, "family 'vggs' is not in this table: use '' or one of lenet"),
        ({"chosen": "vgg17"}, ValueError, "chosen 'vgg17' is not in this table"),
        ({"descending": 1}, TypeError, "descending must be True or False"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(options, error, told):
    with pytest.raises(error, match=re.escape(told)):
        NetworksExplorer(**options)


# In JavaScript


def test_the_browser_knows_the_same_columns(run_module):
    assert tuple(run_module("networks", "m.COLUMNS", None)) == COLUMNS


def test_the_browser_says_what_python_says(run_module):
    rng, cases = np.random.default_rng(0), []
    families = ["", *{row["family"] for row in table().values()}]
    for _ in range(60):
        x, y = rng.choice(COLUMNS[:-1], 2)
        cases.append({"x": x, "y": y, "family": rng.choice(families), "chosen": rng.choice(["", *table()])})
    cases = [{key: str(value) for key, value in case.items()} for case in cases]
    line = "d.map((state) => m.describe(state, m.compute(state), t))"
    told = run_module("networks", line, [START | case for case in cases])
    assert told == [NetworksExplorer(**case).summary() for case in cases]


def test_rows_are_sorted(run_module):
    data = dict(reversed(NetworksExplorer(SMALL, y="accuracy").data.items()))  # their order does not matter
    cases = [("network", False), ("network", True), ("macs", False), ("macs", True), ("accuracy", False),
             ("accuracy", True), ("parameters", False)]  # fmt: skip
    states = [{"data": data, "family": "", "sort": sort, "descending": down} for sort, down in cases]
    found = run_module("networks", "d.map((state) => m.sorted(state).join(''))", states)
    assert found == ["abcd", "dcba", "acbd", "dbca", "acbd", "cabd", "dabc"]  # unknown numbers come last both ways
    assert run_module("networks", "m.sorted(d)", states[3] | {"family": "one"}) == ["b", "a"]


def test_a_network_is_found_that_is_slower_with_fewer_macs(run_module):
    gaps = {name: row | {"ms": None} for name, row in table().items() if name != "nin"}
    for data in (table(), table() | {"resnet18": table()["resnet18"] | {"ms": None}}, gaps):
        states = [{"data": data, "chosen": name} for name in ("", *data)]
        for state, found in zip(states, run_module("networks", "d.map(m.discover)", states), strict=True):
            own = data.get(state["chosen"], {"ms": None})
            known = {name: row for name, row in data.items() if row["ms"] and own["ms"]}
            more = [name for name, row in known.items() if row["macs"] > own["macs"] and own["ms"] > 1.3 * row["ms"]]
            assert (found or {}).get("other") == max(more, key=lambda name: data[name]["macs"], default=None)
            if found:
                assert found["times"] == f"{own['ms'] / data[found['other']]['ms']:.2g}"


def test_a_table_without_such_a_network_sets_no_goal(show):
    page = show("networks", START | {"data": NetworksExplorer(SMALL, y="accuracy").data, "y": "accuracy"})
    assert page.locator(".cnnx-table").count() == 2
    assert page.locator(".cnnx-aim").count() == 0


def test_numbers_are_written_short(run_module):
    found = run_module("networks", "d.map(m.short)", [0.166, 29.5, 3039, 61706, 138357544, 19632062464])
    assert found == ["0.17", "29.5", "3,039", "61.7 k", "138 M", "19.6 G"]


# In the browser


def names(page):
    return page.locator(".cnnx").first.locator("tbody th").all_inner_texts()


def test_a_head_sorts_and_keeps_the_focus(explorer):
    head = explorer.get_by_role("button", name="MACs").first
    head.focus()
    press(explorer, "Enter")
    assert (now(explorer, "sort", "descending"), names(explorer)[0]) == (("macs", True), "vgg19")
    press(explorer, "Space")
    assert (now(explorer, "sort", "descending"), names(explorer)[0]) == (("macs", False), "lenet5")
    assert has_focus(head)
    cells = explorer.locator(".cnnx").first.locator("thead th")
    assert [cell.get_attribute("aria-sort") for cell in cells.all()] == ["none", "none", "ascending"] + ["none"] * 4


def test_a_family_filters_table_and_chart(explorer):
    explorer.get_by_role("combobox", name="Family").first.select_option("vgg")
    assert names(explorer) == ["vgg11", "vgg13", "vgg16", "vgg19"]
    assert explorer.locator(".cnnx").first.locator(".cnnx-spot:not(.cnnx-pale)").count() == 4
    assert status(explorer).startswith("4 networks. Rank correlation of MACs and ms: 1.")
    explorer.get_by_role("combobox", name="Up").first.select_option("field")
    assert now(explorer, "y") == "field"


def test_a_network_is_marked_in_table_and_chart(explorer):
    explorer.mouse.click(*middle(explorer.locator("circle[data-name=xception]").first))
    assert now(explorer, "chosen") == "xception"
    assert "xception: parameters 22,855,952, MACs 8,357,403,496" in status(explorer)
    button = explorer.get_by_role("button", name="resnet50", exact=True).first
    button.press("Enter")
    assert (now(explorer, "chosen"), button.get_attribute("aria-pressed")) == ("resnet50", "true")
    assert has_focus(button)
    assert explorer.locator("circle.cnnx-now").first.get_attribute("data-name") == "resnet50"
    button.press("Enter")
    assert now(explorer, "chosen") == ""


def test_points_that_lie_on_one_another_are_marked_in_turn(explorer):
    place = middle(explorer.locator("circle[data-name=resnet18]").first)
    marked = []
    for _ in range(3):
        explorer.mouse.click(*place)
        marked.append(now(explorer, "chosen"))
    assert marked == ["plain18", "resnet18", ""]


def test_a_phone_shows_the_columns_of_the_chart(phone):
    heads = phone.locator(".cnnx").first.locator("thead th button")
    assert heads.all_inner_texts() == ["network", "MACs", "ms"]
    change(phone, {"x": "depth"})
    assert heads.all_inner_texts() == ["network", "layers", "ms"]
    phone.get_by_role("button", name="ms", exact=True).first.tap()
    assert now(phone, "sort") == "ms"


def test_every_pair_of_columns_is_drawn_within_the_page(screen):
    states = [{"x": x, "y": y, "chosen": "inception_resnet_v2"} for x in COLUMNS[:-1] for y in ("ms", "depth")]
    states += [{"family": family} for family in ("lenet", "cifar_resnet", "")]
    assert_drawn_within(screen, states, ("button:visible", "select:visible"))
