"""A LeNet-5 made of a student's own answers: does it read digits? And if not, which of its functions is at fault?"""

from importlib import import_module
from types import SimpleNamespace

import numpy as np

from . import _words
from ._call import call
from ._cases import Case
from ._wrap import pad, put, width, wrap

ASKED = 0.97  # of the digits
_WIDTH = 80


class AtFault(AssertionError):
    """Raised where the network reads too little; its text says which function is at fault."""

    def _render_traceback_(self):
        """The lines that IPython shows instead of a traceback."""
        return str(self).splitlines()


def answered(functions: SimpleNamespace, *, lend: bool = False) -> SimpleNamespace:
    """Check that each function is answered: nothing is trained otherwise.

    Parameters
    ----------
    functions : types.SimpleNamespace
        As :func:`cnnbook.exercises.answers` collects them.
    lend : bool
        Put the book's own function in the place of each that is not answered, and say which.

    Returns
    -------
    types.SimpleNamespace
        All functions of the network.

    Raises
    ------
    AtFault
        Names those that are missing or still stubs, where none are lent.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> answered(SimpleNamespace(tanh=lambda x: ...))
    Traceback (most recent call last):
    cnnbook.checks.your_lenet.AtFault: There is no answer yet to conv_forward, conv_backward, ...
    >>> mine = answered(SimpleNamespace(), lend=True)
    From the book, for there is no answer of yours yet: conv_forward, ...
    """
    found, missing = {}, {}
    for id, (case, *_) in _cases().items():
        chapter, _, name = id.partition("-")
        found[name] = getattr(functions, name, None)
        if found[name] is None or call(found[name], case.args, case.options, seconds=60).unanswered:
            missing.setdefault(chapter, []).append(name)
            found[name] = getattr(import_module(f"{__package__}._solutions.{chapter}"), name)
    say = _words.words("your_lenet-")
    names = "; ".join(f"{', '.join(names)} ({chapter}.ipynb)" for chapter, names in missing.items())
    if missing and not lend:
        raise AtFault("\n".join(wrap(say["missing"].format(names=names), _WIDTH)))
    told = say["lent"].format(names=names) if missing else say["answered"].format(count=len(found))
    for line in wrap(told, _WIDTH):
        put(line)
    return SimpleNamespace(**found)


def reads_digits(accuracy, functions):
    """Check how many digits the network reads, and ask each of its functions once more: some mistakes still learn.

    A function is asked the question of its exercise, and then for what LeNet-5 asks of it: its own sizes, in float32.

    Parameters
    ----------
    accuracy : float
        The part of the held-out digits that the network reads: asked is 0.97.
    functions : types.SimpleNamespace
        The student's functions by name, as :func:`cnnbook.exercises.answers` collects them.

    Raises
    ------
    ValueError
        Where the accuracy is no number from 0 to 1.
    AtFault
        Where it is too low, or where a function is wrong all the same.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy is {accuracy!r}: give the part of the digits that it reads, a number from 0 to 1")
    say = _words.words("your_lenet-")
    faults = at_fault(functions)
    lent = [name for name in faults if _is_lent(getattr(functions, name, None))]
    facts = {"accuracy": f"{accuracy:.1%}", "asked": f"{ASKED:.1%}", "count": len(lent), "names": ", ".join(lent)}
    first = next((name for name, told in faults.items() if told), "")
    if accuracy >= ASKED and not first:
        for line in wrap(say["reads_with_lent" if lent else "reads"].format(**facts), _WIDTH):
            put(line)
        return
    headline = say["reads_too_few" if accuracy < ASKED else "reads_by_luck"]
    columns = max(map(width, faults))
    verdicts = {
        name: "wrong_one" if told else "lent_one" if name in lent else "right_one" for name, told in faults.items()
    }
    raise AtFault(
        "\n".join(
            [
                *wrap(headline.format(**facts), _WIDTH),
                *(f"  {pad(name, columns)}  {say[verdict]}" for name, verdict in verdicts.items()),
                *wrap(say["first" if first else "none"].format(name=first), _WIDTH),
                *([faults[first]] if first else []),
            ]
        )
    )


def _is_lent(function):
    return str(getattr(function, "__module__", "")).startswith(f"{__package__}._solutions.")


def at_fault(functions):
    """Ask each function that LeNet-5 is made of.

    Parameters
    ----------
    functions : types.SimpleNamespace
        The student's, by name.

    Returns
    -------
    dict of str to str
        By the name of the function, in the order of the network, what is wrong with it; empty where nothing is.
    """
    from . import questions

    asked = questions()
    return {
        id.partition("-")[2]: _fault(asked[id], getattr(functions, id.partition("-")[2], None), cases)
        for id, cases in _cases().items()
    }


def _fault(question, function, cases):
    result = question.run(function)
    if result.status != "passed":
        return str(result)
    for case in cases:
        outcome = call(function, case.args, case.options, seconds=None)
        finding = question.complaint(case, outcome, question.answer(case))
        if finding:
            say = _words.words("your_lenet-")
            shapes = ", ".join(str(value.shape) for value in case.args if isinstance(value, np.ndarray))
            told = _words.say(finding, question.id) or say["another_value"]
            return "\n".join(wrap(say["at_its_size"].format(name=question.name, shapes=shapes, told=told), _WIDTH))
    return ""


def _cases():
    """What LeNet-5 asks of each function, in the order of forward, loss, backward and the step."""
    rng = np.random.default_rng(0)

    def numbers(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    images, labels = 5, np.array([3, 0, 9, 7, 3])
    digits, maps, pooled = numbers(images, 1, 28, 28), numbers(images, 6, 28, 28), numbers(images, 6, 14, 14)
    features, logits = numbers(images, 400), numbers(images, 10)
    c1, c3 = numbers(6, 1, 5, 5), numbers(16, 6, 5, 5)
    fully = numbers(120, 400)
    return {
        "backpropagation-conv_forward": [
            Case(digits, c1, numbers(6), padding=2),
            Case(pooled, c3, numbers(16)),
        ],
        "activations-tanh": [Case(maps)],
        "pooling-max_pool": [Case(maps, 2, stride=2)],
        "classifier-linear": [Case(features, fully, numbers(120))],
        "classifier-cross_entropy": [Case(logits, labels)],
        "classifier-cross_entropy_gradient": [Case(logits, labels)],
        "classifier-linear_backward": [Case(numbers(images, 120), features, fully)],
        "pooling-max_pool_backward": [Case(numbers(images, 6, 14, 14), maps, 2, stride=2)],
        "activations-tanh_backward": [Case(numbers(images, 6, 28, 28), maps)],
        "backpropagation-conv_backward": [
            Case(numbers(images, 16, 10, 10), pooled, c3),
            Case(maps, digits, c1, padding=2),
        ],
        "backpropagation-sgd_step": [
            Case(numbers(6), numbers(6), numbers(6), lr=0.05, momentum=0.9, weight_decay=5e-4),
            Case(c1, numbers(*c1.shape), numbers(*c1.shape), lr=0.05, momentum=0.9, weight_decay=5e-4),
        ],
    }
