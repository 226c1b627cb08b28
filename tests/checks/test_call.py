import sys

import numpy as np
import pytest
import torch

from cnnbook.checks._call import call
from cnnbook.checks._words import say


def ask(function, *args, seconds=5, **options):
    return call(function, args, options, seconds=seconds)


def divide(size, *, stride=0):
    return size // stride


def endless_recursion(size):
    return endless_recursion(size)


def shouting_error(size):
    raise ValueError(f"on\ntwo lines {'x' * 400}")


def colourful_error(size):
    raise KeyError("\x1b[31m passed \u202e\ud800")


class _TimeUp(BaseException):
    """A student's own, with the name that ours has."""


class Unspeakable(Exception):
    def __str__(self):
        raise _TimeUp


def raising(error):
    def student(size):
        raise error

    return student


def test_a_call_that_works():
    outcome = ask(divide, 7, stride=2)
    assert (outcome.value, outcome.ended, outcome.problem, outcome.printed) == (3, "", None, "")


@pytest.mark.parametrize(
    ("function", "ended", "error", "text"),
    [(divide, "raised", "ZeroDivisionError", "It raised ZeroDivisionError: integer division or modulo by zero\n"
      f"    in divide, line {divide.__code__.co_firstlineno + 1}: return size // stride"),
     (lambda size: np.zeros(3)[size], "raised", "IndexError",
      "It raised IndexError: index 7 is out of bounds for axis 0 with size 3\n    in <lambda>, line "),
     (lambda size: np.zeros((2, 3)) @ np.zeros(size), "raised", "ValueError",
      "It raised ValueError: matmul: Input operand 1 has a mismatch in its core dimension 0, "),
     (shouting_error, "raised", "ValueError",
      f"It raised ValueError: on two lines {'x' * 275}...\n    in shouting_error, line "),
     (colourful_error, "raised", "KeyError", r"It raised KeyError: '\x1b[31m passed \u202e\ud800'"),
     (lambda size: eval("size +"), "raised", "SyntaxError", "It raised SyntaxError: invalid syntax (<string>, line 1)"),
     (endless_recursion, "raised", "RecursionError",
      "It called itself again and again, without an end (RecursionError)."),
     (lambda size: sys.exit(), "raised", "SystemExit", "It raised SystemExit\n    in <lambda>, line "),
     (raising(KeyboardInterrupt), "raised", "KeyboardInterrupt", "It raised KeyboardInterrupt\n    in student, line "),
     (raising(StopIteration), "raised", "StopIteration", "It raised StopIteration\n    in student, line "),
     (raising(_TimeUp), "raised", "_TimeUp", f"It raised {__name__}._TimeUp\n    in student, line "),
     (raising(Unspeakable), "raised", "Unspeakable", f"It raised {__name__}.Unspeakable\n    in student, line "),
     (raising(ExceptionGroup("both", [ValueError(1)])), "raised", "ExceptionGroup",
      "It raised ExceptionGroup: both (1 sub-exception)\n    in student, line "),
     (raising(NotImplementedError), "unanswered", "NotImplementedError", "It raised NotImplementedError\n"),
     (lambda: 5, "misfit", "misfit", "It cannot be called like this: too many positional arguments."),
     (lambda size, kernel: 5, "misfit", "misfit",
      "It cannot be called like this: missing a required argument: 'kernel'.")],
)  # fmt: skip
def test_what_ends_a_call_is_explained(function, ended, error, text):
    outcome = ask(function, 7)
    assert (outcome.value, outcome.ended, outcome.error) == (None, ended, error)
    assert say(outcome.problem).startswith(text)


def test_only_a_stub_is_unanswered():
    assert ask(lambda size: ..., 7).unanswered
    assert ask(raising(NotImplementedError), 7).unanswered
    assert not ask(raising(type("NotImplementedError", (Exception,), {})), 7).unanswered


def test_an_error_in_a_library_points_at_the_students_line():
    def student(x):
        return np.linalg.inv(x)

    text = say(ask(student, np.zeros((2, 2))).problem)
    assert text.startswith("It raised numpy.linalg.LinAlgError: Singular matrix\n    in student, line ")
    assert text.endswith(": return np.linalg.inv(x)")


def test_an_option_of_another_name_is_a_misfit():
    outcome = ask(lambda n, *, s=1: n, 7, stride=2)
    assert outcome.misfits
    assert say(outcome.problem) == "It cannot be called like this: got an unexpected keyword argument 'stride'."


@pytest.mark.parametrize(
    ("spoil", "name"),
    [(lambda x, t, sizes: x.sort(), "x"), (lambda x, t, sizes: x.__setitem__(0, np.nan), "x"),
     (lambda x, t, sizes: x.resize((2, 1), refcheck=False), "x"), (lambda x, t, sizes: sizes.append(3), "sizes"),
     (lambda image, t, kernel: image.sort(), "image"), (lambda x, t, sizes: t.mul_(2), "t"),
     (lambda x, t, sizes: t.resize_(1), "t"), (lambda x, *rest: rest[0].zero_(), "rest")],
)  # fmt: skip
def test_changed_inputs_are_noticed_and_the_caller_keeps_his(spoil, name):
    x, t, sizes = np.array([2.0, 1.0]), torch.tensor([2.0, 1.0]), [1, 2]
    outcome = ask(spoil, x, t, sizes)
    assert say(outcome.problem) == f"It changed its input {name}: work on a copy of it."
    assert (x.tolist(), t.tolist(), sizes) == ([2, 1], [2, 1], [1, 2])


def test_a_function_in_c_without_a_signature_can_be_called():
    assert ask(max, 3, 7).value == 7


def test_a_signature_that_raises_is_none():
    class Sly:
        @property
        def __signature__(self):
            raise _TimeUp

        def __call__(self, size):
            return size + 1

    assert ask(Sly(), 7).value == 8


def test_answers_are_kept_as_they_were():
    kept, weights = np.zeros(2), torch.zeros(2)

    def reuse(x):
        kept[:] = x
        weights.fill_(x)
        return kept, weights

    first, second = ask(reuse, 1), ask(reuse, 2)
    assert [part.tolist() for part in first.value] == [[1, 1], [1, 1]]
    assert [part.tolist() for part in second.value] == [[2, 2], [2, 2]]


def test_what_is_printed_is_kept_from_the_page(capsys):
    def chatty(size):
        print("size is", size)
        print("careful", file=sys.stderr)

    assert ask(chatty, 5).printed == "size is 5\ncareful\n"
    assert capsys.readouterr() == ("", "")


def test_a_loop_without_an_end_is_ended():
    def loop(size):
        while True:
            pass

    outcome = ask(loop, 5, seconds=0.2)
    assert (outcome.timed_out, outcome.ended, outcome.value) == (True, "time", None)
    assert say(outcome.problem) == ("It was still running after 0.2 seconds: too slow, or a loop that never ends.")
    assert ask(divide, 7, stride=2).value == 3


@pytest.mark.parametrize("method", ["__eq__", "__repr__", "__deepcopy__", "__len__", "__bool__", "__array__"])
def test_an_answer_that_never_ends_when_it_is_looked_at_is_not_looked_at(method):
    def endless(*_):
        while True:
            pass

    sly = type("Sly", (), {method: endless})
    assert ask(lambda size: [sly()], 5, seconds=30).value[0].facts["type"] == "Sly"


def test_a_generator_and_a_coroutine_are_things():
    async def later(size):
        return size

    assert ask(lambda size: (n for n in range(size)), 5).value.facts["type"] == "generator"
    assert ask(later, 5).value.facts["type"] == "coroutine"
