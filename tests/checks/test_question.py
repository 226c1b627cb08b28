import copy
import functools
import textwrap
import time
from collections import deque

import numpy as np
import pytest

from cnnbook import checks
from cnnbook.checks import Case, CheckFailed, NotAnswered, Outcome, _words, question
from cnnbook.checks._findings import Finding

_words.add(
    "test_question",
    {
        "mean_for_sum": "They are a mean. Sum up.",
        "mean_for_sum.name": "mean for sum",
        "ignores_scale": "It multiplies every number.",
        "region.one_row": "there is one row",
        "region.not_one_row": "there are several rows",
        "wrong_square": "Its square is {square}.",
        "any_root": "either sign will do",
    },
)


@question(points=2, minutes=15, difficulty=2, outputs=("shifted", "total"), count=24)
def shift(x, amount, *, scale=1.0, bias=0):
    """Add to an array, and sum it."""
    return x * x.dtype.type(scale) + x.dtype.type(amount + bias), x.sum()


shift.cases(
    Case(np.array([[1.0, 2, 3]]), 2),
    Case(np.array([[1, 2]], np.float32), 2, scale=3.0),
    Case(np.array([[1.0, 2, 3]]), 2, bias=1),
)


@shift.draws
def _(rng):
    x, amount = rng.normal(size=(int(rng.integers(1, 4)), 2)), int(rng.integers(1, 9))
    return {"x": x, "amount": amount, "scale": float(rng.choice([1, 2])), "bias": int(rng.integers(2))}


shift.regions(one_row=lambda x: len(x) == 1)
shift.misconceptions(
    mean_for_sum=lambda x, answer: (answer[0], x.mean()),
    always_fails=lambda: 1 / 0,
)


@question(points=1, note="any_root", count=24)
def root(square):
    """A number whose square this is."""
    return round(square**0.5)


root.draws(lambda rng: {"square": int(rng.integers(1, 9)) ** 2})


@root.judge
def _(got, expected, square):
    return None if got * got == square else Finding("wrong_square", {"square": got * got})


@question(points=1, uses=("root",), count=24)
def area(square, height):
    """The area of a rectangle as wide as a square."""
    return root.reference(square) * height


area.draws(lambda rng: {"square": int(rng.integers(1, 9)) ** 2, "height": int(rng.integers(1, 9))})


@question(points=1)
def total(first, second, *, offset=0):
    """A sum."""
    return first + second + offset


total.cases(Case(1, 2), Case(1, 3), Case(2, 2), Case(1, 2, offset=1))
total.draws(lambda rng: {name: int(rng.integers(9)) for name in ("first", "second", "offset")})
total.drawing(lambda first, answer: ["x" * first, "x" * answer] if first else [])
total.explorer("TotalExplorer", lambda first: {"first": first} if first else None)


def right(x, amount, *, scale=1.0, bias=0):
    return x * x.dtype.type(scale) + x.dtype.type(amount + bias), x.sum()


def codes(result):
    return [finding.code for finding in result.findings]


def test_a_question_knows_itself():
    assert (shift.id, shift.points, shift.chapter) == ("test_question-shift", 2, "test_question")
    assert (shift.minutes, shift.difficulty) == (15, 2)
    assert repr(shift) == "<question test_question-shift, 2 points>"
    assert shift.__doc__ == "Add to an array, and sum it."
    assert (shift.address, area.sibling("root")) == ("checks.test_question.shift", root)


def test_a_pass_prints_one_line_and_returns_nothing(capsys):
    assert shift(right) is None
    assert capsys.readouterr().out == "shift: public cases passed: 24 cases\n"


def test_run_neither_prints_nor_raises(capsys):
    result = shift.run(lambda x, amount, scale=1.0, bias=0: print("here"), seed=3, cases=5)
    assert (result.status, result.cases, result.failed, result.public, result.seed) == ("failed", 5, 5, False, 3)
    assert capsys.readouterr() == ("", "")


def test_fresh_cases_are_unforeseeable_and_can_be_asked_again(capsys):
    def known_by_heart(*args, **options):
        return right(*args, **options) if repr(Case(*args, **options)) in public else None

    public = set(map(repr, shift.draw()))
    assert shift.run(known_by_heart).status == "passed"
    seeds = set()
    for _ in range(2):
        with pytest.raises(CheckFailed) as caught:
            shift(known_by_heart, fresh=True)
        seeds.add(caught.value.result.seed)
        assert str(caught.value).endswith(f"To ask the same fresh cases again: seed={caught.value.result.seed}.")
        assert shift.run(known_by_heart, seed=caught.value.result.seed) == caught.value.result
    assert len(seeds) == 2
    shift(right, seed=5)
    assert capsys.readouterr().out == "shift: fresh cases passed: 24 cases (seed=5)\n"


def wrong(x, amount, *, scale=1.0, bias=0):
    shifted, _ = right(x, amount, scale=scale, bias=bias)
    return shifted, x.mean()


def test_a_failure_shows_the_smallest_case_and_names_the_mistake():
    with pytest.raises(CheckFailed) as caught:
        shift(wrong)
    expected = textwrap.dedent("""
        shift: wrong on 24 of 24 cases. The smallest:
            shift(x, 2) with
            x, array of shape (1, 3), float64:
            [[1. 2. 3.]]
            expected: output shifted: array of shape (1, 3), float64:
            [[3. 4. 5.]]
            output total: 6.0
            got: output shifted: array of shape (1, 3), float64:
            [[3. 4. 5.]]
            output total: 2.0
        Your answers match a known mistake, "mean for sum". They are a mean. Sum up.
        Another wrong case, with a drawing where there is one:
        checks.test_question.shift.another(shift)
    """)
    assert str(caught.value) == expected.strip()


def test_options_that_are_left_out_are_named_without_being_declared():
    ignoring = shift.run(lambda x, amount, *, scale=1.0, bias=0: right(x, amount, bias=bias))
    assert (ignoring.misconception, codes(ignoring)[1:3]) == ("ignores_scale", ["ignores", "ignores_scale"])
    both = shift.run(lambda x, amount, *, scale=1.0, bias=0: right(x, amount))
    assert both.misconception == "ignores_scale_and_bias"
    told = " ".join(str(both).split())
    assert "that does not look at `scale` and `bias`: it always answers as with `scale=1.0` and `bias=0`." in told


def test_two_mistakes_in_an_output_each_are_named_both():
    asked = checks.channels.layer_cost

    def answer(c_in, c_out, image, kernel, *, bias=True):
        weights = c_in * c_out * kernel[0] * kernel[1]
        return weights, weights * image[0] * image[1]

    told = " ".join(str(asked.run(answer)).split())
    assert 'Output parameters: Your answers match a known mistake, "no bias ever".' in told
    assert 'Output macs: Your answers match a known mistake, "size of the input for that of the output".' in told
    assert "Output" not in str(asked.run(lambda *args, **options: (answer(*args)[0] + 7, answer(*args)[1])))


def test_torch_is_imported_before_the_clock_runs(monkeypatch):
    imported = []
    monkeypatch.setattr("cnnbook.checks._run.import_module", imported.append)

    def answer(first, second, *, offset=0):
        import torch

        return int(torch.tensor(first + second + offset))

    assert total.run(answer).status == "passed"
    assert imported == ["torch"]
    assert total.run(lambda first, second, *, offset=0: first + second + offset).status == "passed"
    assert imported == ["torch"]


def test_a_mistake_is_named_only_where_every_answer_is_its_own():
    def almost(x, amount, *, scale=1.0, bias=0):
        return right(x, amount) if x.size != 3 else right(x, amount, scale=scale, bias=bias)

    assert shift.run(almost).status == "failed"
    assert shift.run(almost).misconception == ""


def test_a_mistake_is_named_only_where_it_agrees_on_more_cases_too():
    asked = set(map(repr, shift.draw()))

    def here_alone(*args, **options):
        return (wrong if repr(Case(*args, **options)) in asked else right)(*args, **options)

    result = shift.run(here_alone)
    assert (result.status, result.misconception) == ("failed", "")


def test_a_mistake_may_be_an_error():
    assert shift.run(lambda x, amount, scale=1.0, bias=0: 1 // 0).misconception == "always_fails"


def first_is_larger(first, second, *, offset=0):
    return first + second + offset + (first > second)


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (
            first_is_larger,
            "shared",
            "where second is less than first, right on all {right} where second is at least first.",
        ),
        (lambda a, b, *, offset=0: a + b + offset + (offset > 0), "shared", "where the call sets offset, right"),
        (
            lambda a, b, *, offset=0: a + b + offset + (a > b and not offset),
            "shared_pair",
            "where the call does not set offset (it is then 0) and second is less than first, right on the "
            "other {right}.",
        ),
        (
            lambda a, b, *, offset=0: a + b + offset + (a > b and a % 4 == 1 and offset != 3),
            "shared_only",
            "where second is less than first. All others are right.",
        ),
    ],
)
def test_what_the_wrong_cases_share_is_said(answer, code, told):
    result = total.run(answer)
    assert code in codes(result)
    text = " ".join(str(result).split())
    assert told.format(right=result.cases - result.failed) in text


def test_one_wrong_case_is_spoken_of_as_one():
    def in_32_bits(*args, **options):
        return int(np.int64(checks.questions()["im2col-column_bytes"].reference(*args, **options)) & 0xFFFFFFFF)

    assert "Wrong on the one case where" in str(checks.questions()["im2col-column_bytes"].run(in_32_bits))


def test_nothing_is_said_to_be_shared_where_all_is_wrong_or_nothing_in_common():
    for answer in (lambda a, b, *, offset=0: -1, lambda a, b, *, offset=0: a + b + offset + (a * 7 + b * 5) % 3):
        assert not {"shared", "shared_pair", "shared_only"} & set(codes(total.run(answer)))


def test_a_region_of_the_question_is_told_by_its_words():
    result = shift.run(lambda x, amount, **options: (right(x, amount, **options)[0], x.sum() + (len(x) == 1)))
    told = "where there is one row, right on all {} where there are several rows."
    assert told.format(result.cases - result.failed) in " ".join(str(result).split())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda x, amount, **_: None, "It returned nothing (None): is the return missing?"),
        (
            lambda x, amount, **_: print(x),
            "It printed something and returned nothing (None): print only shows, return gives the answer.",
        ),
        (
            lambda x, amount, **_: x,
            "2 outputs are asked (shifted, total), and this is an array of shape (1, 3): return them all, "
            "with a comma between.",
        ),
        (lambda x, amount, **_: (x, 1.0, 2.0), "2 outputs are asked (shifted, total), and this has 3."),
        (
            lambda x, amount, **_: (amount, x.sum()),
            "Output shifted: An array of shape (1, 3) is asked, and this is the integer 2: one number for every place "
            "is not accepted.",
        ),
        (
            lambda x, amount, **_: (x.T, x.sum()),
            "Output shifted: An array of shape (1, 3) is asked, and this has shape (3, 1).",
        ),
        (
            lambda x, amount, **_: (x * np.nan, x.sum()),
            "Output shifted: NaN or infinite in 3 of 3 places, the first at [0, 0].",
        ),
        (
            lambda x, amount, *, bias=0: right(x, amount, bias=bias),
            "It cannot be called like this: got an unexpected keyword argument 'scale'. "
            "Asked is shift(x, amount, *, scale=1.0, bias=0).",
        ),
        (
            lambda x, amount, *, scale, bias=0: right(x, amount, scale=scale, bias=bias),
            "It cannot be called like this: missing a required argument: 'scale'. "
            "Asked is shift(x, amount, *, scale=1.0, bias=0).",
        ),
    ],
)
def test_each_accident_has_its_message(answer, reason):
    result = shift.run(answer)
    assert result.status == "failed"
    assert reason in " ".join(str(result).split())


def test_advice_on_a_type_is_given_only_where_every_value_is_right():
    assert codes(total.run(lambda a, b, *, offset=0: float(a + b + offset)))[0] == "type_integer"
    # Where the value is wrong elsewhere, int() would hide it.
    assert codes(total.run(lambda a, b, *, offset=0: float(first_is_larger(a, b, offset=offset))))[0] == "asked_integer"


def test_a_right_answer_that_changes_its_input_does_not_pass():
    def careless(x, amount, *, scale=1.0, bias=0):
        total = x.sum()
        x *= x.dtype.type(scale)
        x += x.dtype.type(amount + bias)
        return x, total

    result = shift.run(careless)
    assert (result.failed, codes(result)[0]) == (24, "changed")


def test_what_an_answer_keeps_between_calls_is_found():
    first, by_two, calls = [], {}, []

    def first_answer(a, b, *, offset=0):
        first.append(a + b + offset)
        return first[0]

    def incomplete_key(a, b, *, offset=0):
        return by_two.setdefault((a, b), a + b + offset)

    def after_many(a, b, *, offset=0):
        calls.append(0)
        return a + b + offset + (len(calls) > 300)

    assert "constant" in codes(total.run(first_answer))
    remembers = total.run(incomplete_key)
    assert Finding("remembers", {"name": "offset"}) in remembers.findings
    late = total.run(after_many)
    assert (late.status, late.failed, codes(late)) == ("failed", 1, ["wavers_to"])


def test_cases_are_asked_again_in_another_order():
    asked = []

    def noting(first, second, *, offset=0):
        asked.append((first, second, offset))
        return first + second + offset

    assert total.run(noting).status == "passed"
    once, again = asked[:200], asked[200:]
    assert sorted(once) == sorted(again)
    assert once != again


def test_a_failing_answer_that_changes_is_said_to():
    calls = []
    assert codes(root.run(lambda square: calls.append(0) or len(calls) + 100)) == ["wavers_to"]

    def breaking(square):
        calls.append(0)
        return 0 if len(calls) % 25 else 1 / 0

    calls.clear()
    assert codes(root.run(breaking)) == ["wavers", "raised_at"]


def test_a_loop_without_an_end_stops_the_check(monkeypatch):
    monkeypatch.setattr(shift, "seconds", 0.3)

    def loop(x, amount, *, scale=1.0, bias=0):
        while x.ndim:
            pass

    result = shift.run(loop)
    assert (result.cases, result.failed, result.expected, result.got, codes(result)) == (1, 1, None, None, ["time"])


def in_part(x, amount, *, scale=1.0, bias=0):
    return right(x, amount, bias=bias) if scale == 1 else ...


def unwritten(x, amount, *, scale=1.0, bias=0):
    raise NotImplementedError


@pytest.mark.parametrize("stub", [lambda x, amount, *, scale=1.0, bias=0: ..., in_part, unwritten])
def test_an_unanswered_question_is_said_to_be_one(stub):
    with pytest.raises(NotAnswered) as caught:
        shift(stub)
    assert str(caught.value).startswith("shift: not answered.")


@pytest.mark.parametrize(
    ("argument", "kind"),
    [(5, "the integer 5"), (None, "None"), (np.zeros(2), "an array of shape (2,)"), ("shift", "the string 'shift'")],
)
def test_what_is_no_function_is_refused(argument, kind):
    reason = f"It takes the function itself, and this is {kind}"
    assert reason in " ".join(str(shift.run(argument)).split())


def test_several_answers_may_be_right():
    assert root.run(lambda square: -round(square**0.5)).status == "passed"
    signs = iter([1, -1] * 500)
    assert root.run(lambda square: next(signs) * round(square**0.5)).status == "passed"
    assert "Its square is 4." in str(root.run(lambda square: 2))


def test_public_cases_are_the_same_for_everyone_and_fresh_ones_are_not():
    def drawn(**options):
        return list(map(repr, shift.draw(**options)))

    assert drawn() == drawn()
    assert drawn(seed=1) == drawn(seed=1)
    assert drawn(seed=1) != drawn(seed=2)
    assert len(drawn(seed=1, count=7)) == 7
    weights = [case.weight for case in shift.draw(seed=1)]
    assert weights == sorted(weights)


def test_a_grader_can_call_somewhere_else():
    asked = []

    def elsewhere(function, args, options, *, seconds):
        asked.append((function, seconds))
        return Outcome(value=right(*args, **options))

    assert shift.run(max, seed=1, cases=5, caller=elsewhere).status == "passed"
    assert asked == [(max, 5.0)] * 10


# An answer that builds on another one


def students(root, area="root(square) * height"):
    """A notebook's names: an answer to `root`, and one to `area` with a helper between."""
    names = {"root": root}
    exec(
        f"def helper(square, height):\n    return {area}\ndef area(square, height):\n    return helper(square, height)",
        names,
    )
    return names


def test_where_an_earlier_answer_is_wrong_it_is_named_first():
    names = students(lambda square: 2)
    result = area.run(names["area"])
    assert codes(result)[:2] == ["uses_wrong", "rest_right"]
    assert result.findings[0].slots == {"name": "root"}
    assert result.misconception == ""
    also_wrong = area.run(students(lambda square: 2, "root(square) * (height + 1)")["area"])
    assert codes(also_wrong)[:2] == ["uses_wrong", "rest_wrong"]
    assert names["root"](9) == 2


def test_where_an_earlier_answer_is_missing_it_is_named_first():
    result = area.run(students(lambda square: ...)["area"])  # ... * height raises
    assert codes(result)[:2] == ["uses_unanswered", "rest_right"]
    assert "It uses your root, which has no answer yet: answer that one first." in " ".join(str(result).split())


@pytest.mark.parametrize(
    "names", [students(root.reference, "root(square)"), students(lambda square: 2, "square * height")]
)
def test_an_earlier_answer_that_is_right_or_not_used_is_not_blamed(names):
    assert not {"uses_wrong", "rest_right", "rest_wrong"} & set(codes(area.run(names["area"])))


def test_a_grader_puts_the_reference_in_the_place_of_an_earlier_answer(capsys):
    answer = students(lambda square: 2)["area"]
    wrapped = functools.lru_cache(answer)
    for function in (answer, functools.partial(answer), wrapped):
        assert area.run(function, seed=1, own=False).status == "passed"
    area(answer, fresh=True, own=False)
    assert capsys.readouterr().out.startswith("area: fresh cases passed: 24 cases (seed=")
    assert area.run(answer, seed=1).status == "failed"


# Another wrong case


def test_another_wrong_case_is_drawn_and_can_be_explored(capsys):
    total.another(first_is_larger)
    told, wrong = capsys.readouterr().out, total.run(first_is_larger).failed
    assert told == textwrap.dedent(f"""\
        total: wrong on {wrong} of 200 cases. Number 2, from the smallest:
            total(2, 1)
            expected: 3
            got:      4
        Drawn:
            xx
            xxx
        See it in the explorer: TotalExplorer(first=2), from cnnbook.widgets.
    """)
    total.another(first_is_larger, 3)
    assert "Number 3, from the smallest" in capsys.readouterr().out


def test_where_there_is_no_other_wrong_case_the_check_is_told(capsys):
    total.another(lambda a, b, *, offset=0: a + b + offset)
    assert capsys.readouterr().out == "total: public cases passed: 200 cases\n"
    total.another(lambda a, b, *, offset=0: a + b + offset + ((a, b, offset) == (1, 2, 0)))
    assert "wrong on 1 of 200 cases. The smallest:" in capsys.readouterr().out


def test_a_slow_answer_is_not_asked_everything_again(monkeypatch):
    monkeypatch.setattr(total, "seconds", 0.2)
    calls = []

    def slow(first, second, *, offset=0):
        calls.append(time.sleep(0.002))
        return first + second + offset

    assert total.run(slow).status == "passed"
    assert len(calls) == 220


def always(value):
    return lambda a, b, *, offset=0: value(a)


@pytest.mark.parametrize("value", [lambda a: map(abs, [a]), lambda a: (n for n in [a]), lambda a: deque([a])])
def test_objects_that_no_check_looks_into_are_not_said_to_be_the_same(value):
    assert codes(total.run(always(value))) == ["asked_integer", "another"]


def test_an_endless_loop_is_told_of_behind_a_wrong_value():
    def endless(a, b, *, offset=0):
        while a > 6:
            pass
        return -1

    result = replace_seconds(total, 0.3).run(endless)
    assert result.got["text"] == "-1"
    assert "In another case it was still running after 0.3 seconds" in " ".join(str(result).split())


def replace_seconds(asked, seconds):
    quick = copy.copy(asked)
    quick.seconds = seconds
    return quick


def test_a_case_with_a_wrong_value_is_shown_first_and_told_by_its_number():
    result = total.run(lambda a, b, *, offset=0: float(a + b + offset) + (b > 5))
    assert result.number > 1
    assert f"Number {result.number}, from the smallest:" in str(result)
    assert "wrap it" not in str(result)


def test_no_sentence_on_what_cases_share_beside_an_answer_that_is_kept():
    kept = {}
    result = total.run(lambda a, b, *, offset=0: kept.setdefault((a, b), a + b + offset))
    assert "remembers" in codes(result)
    assert not [code for code in codes(result) if code.startswith("shared")]


def test_a_threshold_beyond_small_numbers_is_said():
    result = total.run(lambda a, b, *, offset=0: a + b + offset + (a > 6))
    assert "where first is more than 6, right on all" in " ".join(str(result).split())


def test_a_mistake_that_is_clipped_at_zero_is_named_too():
    @question(points=1)
    def less(a, b):
        """The difference."""
        return a - b + 20

    less.cases(Case(2, 1), Case(1, 20))
    less.draws(lambda rng: {"a": int(rng.integers(1, 20)), "b": int(rng.integers(1, 20))})
    less.misconceptions(nothing_added=lambda a, b: a - b)
    assert less.run(lambda a, b: max(0, a - b)).misconception == "nothing_added"
    assert less.run(lambda a, b: max(1, a - b)).misconception == ""


@pytest.mark.parametrize("number", [0, -1, 1.5, "2", True])
def test_wrong_cases_are_counted_from_one(number):
    with pytest.raises(ValueError, match=r"number is .*: give 1 for the smallest wrong case"):
        total.another(first_is_larger, number)


def test_beyond_the_last_wrong_case_is_said(capsys):
    total.another(first_is_larger, 999)
    failed = total.run(first_is_larger).failed
    assert f"No number 999 is there: wrong cases are counted from 1 to {failed}." in capsys.readouterr().out
