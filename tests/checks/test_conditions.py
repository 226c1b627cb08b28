import inspect

import numpy as np
import pytest

from cnnbook.checks._cases import Case, Cases, Region, by_name
from cnnbook.checks._conditions import shared


def crop(x, size, *, stride=1, padding=(0, 0)):
    return x


CASES = Cases(inspect.signature(crop), crop)
CASES.regions = [Region("covers", by_name(lambda x, size: size >= x.shape[0]))]
ASKED = [
    Case(np.zeros((rows, 3)), size, **options)
    for rows in range(1, 6)
    for size in range(1, 6)
    for options in ({}, {"stride": 2}, {"stride": 3, "padding": (1, 2)}, {"padding": (2, 2)})
]


def found(wrong):
    told = shared(CASES, ASKED, [bool(wrong(**CASES.arguments(case))) for case in ASKED])
    return told and ([(clause.code, *clause.slots.values()) for clause in told.clauses], told.exact)


@pytest.mark.parametrize(
    ("wrong", "clauses"),
    [
        (lambda stride, **_: stride > 1, [("given", "stride", "1")]),
        (lambda stride, **_: stride == 1, [("not_given", "stride", "1")]),
        (lambda x, size, **_: size >= len(x), [("covers",)]),
        (lambda x, size, **_: size < len(x), [("not_covers",)]),
        (lambda size, **_: size % 2 == 0, [("even", "size")]),
        (lambda x, **_: len(x) > 3, [("above", "x.shape[0]", 3)]),
        (lambda x, **_: len(x) == 1, [("is", "x.shape[0]", 1)]),
        (lambda padding, size, **_: padding[1] < size, [("less", "padding[1]", "size")]),
        (lambda x, stride, size, **_: size >= len(x) and stride > 1, [("given", "stride", "1"), ("covers",)]),
        (
            lambda padding, size, **_: size == 4 and padding == (0, 0),
            [("not_given", "padding", "(0, 0)"), ("is", "size", 4)],
        ),
    ],
)
def test_the_simplest_condition_that_tells_wrong_from_right(wrong, clauses):
    told, exact = found(wrong)
    assert exact
    assert told == clauses


def test_a_condition_that_holds_for_some_right_cases_too_is_told_as_such():
    told, exact = found(lambda x, size, stride, **_: size == 3 and (len(x) * 3 + stride) % 4 == 1)
    assert (told, exact) == ([("is", "size", 3)], False)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda **_: True,
        lambda **_: False,
        lambda x, size, stride, **_: (len(x) * 7 + size * 5 + stride * 3) % 4 == 0,
    ],
)
def test_nothing_is_told_that_does_not_help(wrong):
    assert found(wrong) is None


def test_few_wrong_cases_share_nothing_by_accident():
    assert shared(CASES, ASKED, [number == 40 for number, _ in enumerate(ASKED)]) is None


def test_what_holds_by_accident_is_dropped_and_only_the_first_cases_are_counted():
    wrong = [case.args[1] == 3 for case in ASKED]
    more = [Case(np.zeros((9, 3)), 3), Case(np.zeros((9, 3)), 4)]
    told = shared(CASES, ASKED + more, [*wrong, True, False], len(ASKED))
    assert (told.clauses[0].code, told.exact, told.within) == ("is", True, sum(wrong))
    assert shared(CASES, ASKED + more, [*wrong, False, True], len(ASKED)) is None


def test_a_clause_with_an_or_stands_in_no_pair(monkeypatch):
    def wrong(x, size, stride):
        return size < len(x) and stride > 1

    asked = [bool(wrong(*case.args, case.options.get("stride", 1))) for case in ASKED]
    assert [clause.code for clause in shared(CASES, ASKED, asked).clauses] == ["given", "not_covers"]
    monkeypatch.setattr(CASES, "regions", [region._replace(both=True) for region in CASES.regions])
    assert "not_covers" not in [clause.code for clause in shared(CASES, ASKED, asked).clauses]
