"""What the README says about speed is what the last run of the benchmarks measured."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def report(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.delitem(sys.modules, "report", raising=False)
    import report

    return report


def test_the_readme_holds_the_last_results(report):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.split(report.BEGIN)[1].split(report.END)[0] == report.section()


def test_a_row_shows_ratio_goal_and_doubt(report):
    row = {"name": "a layer", "ratio": 1.234, "ratio_to_best_layout": 2.0, "must": 1.5, "void": False, "extra_mib": 3}
    backward = {**row, "way": "backward", "ratio": 0.5, "must": None, "void": True}
    machine = {"processor": "a processor", "numpy": "2", "torch": "2", "python": "3"}
    lines = report.functional({"rows": [{**row, "way": "forward"}, backward], "machine": machine}).splitlines()
    cells = [cell.strip() for cell in lines[2].split("|")[1:-1]]
    doubt = "0.50 *uncertain: the machine was busy*"
    assert cells == ["a layer", "1.23\N{NO-BREAK SPACE}(≤\N{NO-BREAK SPACE}1.5)", doubt, "2.00 / 2.00", "3.0 / 3.0"]
    assert lines[-1] == "Measured on one thread of a processor, with NumPy 2, PyTorch 2, Python 3."


@pytest.mark.torch
def test_every_case_of_the_benchmark_was_measured(report):
    import bench_functional

    rows = report.read("functional")["rows"]
    assert [row["name"] for row in rows[::2]] == [case.name for case in bench_functional.CASES]
    assert [row["way"] for row in rows] == ["forward", "backward"] * len(bench_functional.CASES)
    assert all(row["rounds"] >= 9 for row in rows)


@pytest.mark.torch
def test_no_time_is_taken_of_a_wrong_result(report):
    import bench_functional

    case = bench_functional.convolution("small", (2, 3, 5, 7), (4, 3, 3, 2), must=(1, 1), shown=(1, 1))
    assert sorted(bench_functional.directions(case)) == ["backward", "forward"]
    wrong = case._replace(numpy=lambda *arrays: case.numpy(*arrays) + 0.1)
    with pytest.raises(SystemExit, match="small: off from PyTorch by"):
        bench_functional.directions(wrong)
