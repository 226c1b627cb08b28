import inspect

import numpy as np
import pytest

from cnnbook.checks._cases import SHARE, Case, Cases, Region, by_name, key


def add(first, second, *, offset=0, scale=None):
    return (first + second + offset) * (scale or 1)


def collection(drawing, *regions):
    cases = Cases(inspect.signature(add), add)
    cases.drawing, cases.regions = drawing, [Region(code, by_name(holds)) for code, holds in regions]
    return cases


def any_number(rng):
    return {name: int(rng.integers(40)) for name in ("first", "second", "offset")}


def test_options_at_their_default_are_left_out():
    made = collection(any_number).make({"second": 2, "first": 1, "offset": 0, "scale": np.ones(2)})
    assert repr(made).startswith("Case(1, 2, scale=scale)")
    assert made.options.keys() == {"scale"}


def test_a_region_may_ask_for_the_right_answer_and_for_all_arguments():
    cases = collection(any_number, ("large", lambda answer: answer > 5), ("any", lambda first, **rest: rest["offset"]))
    arguments = cases.arguments(Case(1, 2, offset=3))
    assert [region.holds(arguments) for region in cases.regions] == [True, 3]
    assert dict(arguments) == {"first": 1, "second": 2, "offset": 3, "scale": None}


def test_the_reference_is_asked_once_and_cannot_change_the_case():
    asked = []

    def emptying(first, second, *, offset=0, scale=None):
        asked.append(len(first))
        first.clear()
        return len(second)

    cases, case = Cases(inspect.signature(emptying), emptying), Case([1, 2], [3])
    assert [cases.answer(case), cases.answer(case), case.args[0], asked] == [1, 1, [1, 2], [2]]


def test_rare_regions_get_their_share():
    rare = ("rare", lambda first: first == 7)  # one of 40
    cases = collection(any_number, rare)
    plain = [cases.draw_one(np.random.default_rng(0)) for _ in range(3)]
    assert not any(case.args[0] == 7 for case in plain)
    drawn = cases.draw(np.random.default_rng(0), 100)
    assert sum(case.args[0] == 7 for case in drawn) >= 100 * SHARE
    assert sum("offset" not in case.options for case in drawn) >= 100 * SHARE


def test_no_case_comes_twice_unless_the_domain_is_too_small():
    drawn = collection(any_number).draw(np.random.default_rng(0), 100)
    assert len({case.key() for case in drawn}) == 100
    small = collection(lambda rng: {"first": int(rng.integers(3)), "second": 0})
    drawn = small.draw(np.random.default_rng(0), 20)
    assert (len(drawn), len({case.key() for case in drawn})) == (20, 3)


def test_fixed_cases_come_first_and_are_not_drawn_again():
    cases = collection(lambda rng: {"first": int(rng.integers(9)), "second": 0})
    cases.fixed = [Case(1, 0), Case(50, 0)]
    drawn = cases.draw(np.random.default_rng(0), 8)
    assert drawn[:2] == cases.fixed
    assert len({case.key() for case in drawn}) == 8
    assert cases.draw(np.random.default_rng(0), 1) == cases.fixed[:1]


def test_a_drawing_that_gives_nothing_is_reported():
    with pytest.raises(RuntimeError, match="draws in a row gave no case"):
        collection(lambda rng: None).draw(np.random.default_rng(0), 2)


def test_keys_tell_arrays_and_types_apart():
    keys = [key(x) for x in (1, 1.0, "1", (1,), [1], np.array([1]), np.array([1.0]), np.array([[1]]), {"a": 1})]
    assert len(set(keys)) == len(keys)
    assert key(np.arange(2000)) != key(np.arange(2000) + (np.arange(2000) == 1000))
