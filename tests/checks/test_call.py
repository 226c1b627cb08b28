import contextlib
import sys
import threading
import time

import numpy as np
import pytest

from cnnbook.checks._call import call


def ask(function, *args, seconds=5, **options):
    return call(function, args, options, seconds=seconds)


def divide(size, *, stride=0):
    return size // stride


def endless_recursion(size):
    return endless_recursion(size)


def shouting_error(size):
    raise ValueError(f"on\ntwo lines {'x' * 400}")


def test_a_call_that_works():
    outcome = ask(divide, 7, stride=2)
    assert (outcome.value, outcome.error, outcome.problem, outcome.printed) == (3, "", "", "")


@pytest.mark.parametrize(
    ("function", "error", "problem"),
    [(divide, "ZeroDivisionError", "It raised ZeroDivisionError: integer division or modulo by zero\n"
      f"    in divide, line {divide.__code__.co_firstlineno + 1}: return size // stride"),
     (lambda size: np.zeros(3)[size], "IndexError",
      "It raised IndexError: index 7 is out of bounds for axis 0 with size 3\n    in <lambda>, line "),
     (lambda size: np.zeros((2, 3)) @ np.zeros(size), "ValueError",
      "It raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, "),
     (shouting_error, "ValueError", f"It raised ValueError: on two lines {'x' * 275}...\n    in shouting_error, line "),
     (lambda size: eval("size +"), "SyntaxError", "It raised SyntaxError: invalid syntax\n    in <lambda>, line "),
     (endless_recursion, "RecursionError", "It called itself again and again, without an end (RecursionError)."),
     (lambda size: sys.exit(), "SystemExit", "It raised SystemExit\n    in <lambda>, line "),
     (lambda: 5, "misfit", "It cannot be called like this: too many positional arguments."),
     (lambda size, kernel: 5, "misfit", "It cannot be called like this: missing a required argument: 'kernel'.")],
)  # fmt: skip
def test_what_ends_a_call_is_explained(function, error, problem):
    outcome = ask(function, 7)
    assert outcome.error == error
    assert outcome.problem.startswith(problem)
    assert outcome.value is None


def test_an_error_in_a_library_points_at_the_students_line():
    def student(x):
        return np.linalg.inv(x)

    problem = ask(student, np.zeros((2, 2))).problem
    assert problem.startswith("It raised numpy.linalg.LinAlgError: Singular matrix\n    in student, line ")
    assert problem.endswith(": return np.linalg.inv(x)")


def test_an_option_of_another_name_is_a_misfit():
    outcome = ask(lambda n, *, s=1: n, 7, stride=2)
    assert outcome.misfits
    assert outcome.problem == "It cannot be called like this: got an unexpected keyword argument 'stride'."


@pytest.mark.parametrize(
    ("spoil", "name"),
    [(lambda x, sizes: x.sort(), "x"), (lambda x, sizes: x.__setitem__(0, np.nan), "x"),
     (lambda x, sizes: x.resize((2, 1), refcheck=False), "x"), (lambda x, sizes: sizes.append(3), "sizes"),
     (lambda image, kernel: image.sort(), "image")],
)  # fmt: skip
def test_changed_inputs_are_noticed_and_the_caller_keeps_his(spoil, name):
    x, sizes = np.array([2.0, 1.0]), [1, 2]
    outcome = ask(spoil, x, sizes)
    assert outcome.problem == f"It changed its input {name}: work on a copy of it."
    assert x.tolist() == [2, 1]
    assert sizes == [1, 2]


def test_a_function_in_c_without_a_signature_can_be_called():
    assert ask(max, 3, 7).value == 7


def test_answers_are_kept_as_they_were():
    kept = np.zeros(2)

    def reuse(x):
        kept[:] = x
        return kept

    first, second = ask(reuse, 1), ask(reuse, 2)
    assert first.value.tolist() == [1, 1]
    assert second.value.tolist() == [2, 2]


def test_what_is_printed_is_kept_from_the_page(capsys):
    def chatty(size):
        print("size is", size)
        print("careful", file=sys.stderr)

    assert ask(chatty, 5).printed == "size is 5\ncareful\n"
    assert capsys.readouterr() == ("", "")


def test_a_loop_without_an_end_is_ended():
    def loop(size):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    outcome = ask(loop, 5, seconds=0.2)
    assert outcome.timed_out
    assert outcome.problem == "It was still running after 0.2 seconds: does a loop never end?"
    assert ask(divide, 7, stride=2).value == 3


def test_other_threads_have_no_time_limit_but_work():
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.append(ask(divide, 7, stride=2)))
    thread.start()
    thread.join()
    assert outcomes[0].value == 3


def test_the_user_can_still_interrupt():
    def interrupted(size):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(interrupted, 5)


def test_a_generator_is_returned_as_it_is():
    assert next(ask(lambda size: (n for n in range(size)), 5).value) == 0
