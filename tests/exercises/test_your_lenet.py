"""A network of a student's own answers: put together from notebooks, and told which function is at fault."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cnnbook import checks
from cnnbook.checks.your_lenet import AtFault
from cnnbook.exercises import answers

ROOT = Path(__file__).parents[2]
WANTED = {
    "pooling": "max_pool max_pool_backward",
    "activations": "tanh tanh_backward",
    "classifier": "linear linear_backward cross_entropy cross_entropy_gradient",
    "backpropagation": "conv_forward conv_backward sgd_step",
}
WANTS = " ".join(WANTED.values()).split()


@pytest.fixture(scope="module")
def mine():
    return answers(ROOT / "solutions", **WANTED)


def test_the_notebook_collects_all_that_is_asked(mine):
    source = "\n".join(cell.source for cell in nbformat.read(ROOT / "solutions/your_lenet.ipynb", as_version=4).cells)
    assert all(f'{stem}="{names}"' in source for stem, names in WANTED.items())
    assert checks.your_lenet.at_fault(mine).keys() == vars(mine).keys()


def test_right_answers_are_not_at_fault(mine, capsys):
    checks.your_lenet.answered(mine)
    assert "11" in capsys.readouterr().out
    assert not any(checks.your_lenet.at_fault(mine).values())
    with pytest.raises(AtFault, match="None is at fault"):
        checks.your_lenet.reads_digits(0.96, mine)
    checks.your_lenet.reads_digits(0.97, mine)
    assert "reads 97.0% of the digits: 97.0% were asked" in " ".join(capsys.readouterr().out.split())


def test_a_mistake_that_still_learns_is_told(mine):
    planted = SimpleNamespace(**vars(mine))
    planted.sgd_step = lambda parameter, gradient, velocity, *, lr, momentum, weight_decay: (
        mine.sgd_step(parameter, gradient, velocity, lr=lr, momentum=momentum, weight_decay=weight_decay)
        if parameter.ndim > 1
        else (parameter, velocity)
    )
    with pytest.raises(AtFault, match=r"as asked, but one of its functions is\s+wrong"):
        checks.your_lenet.reads_digits(0.98, planted)


def small_only(right):
    """Right in every case of the exercise, and wrong for maps as large as LeNet-5's."""
    return lambda grad_output, x: right(grad_output, x) * (1 if x.size < 1000 else 2)


def in_double(right):
    return lambda x, weight, bias, *, padding=0: right(x.astype(float), weight, bias, padding=padding)


def changing(right):
    def changes(parameter, gradient, velocity, *, lr, momentum, weight_decay):
        gradient += weight_decay * parameter
        return right(parameter, gradient, velocity, lr=lr, momentum=momentum, weight_decay=0.0)

    return changes


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("conv_backward", lambda right: lambda g, x, w, *, padding=0: (-right(g, x, w, padding=padding)[0],
         *right(g, x, w, padding=padding)[1:]), "wrong on"),
        ("max_pool_backward", lambda right: lambda g, x, k, *, stride, padding=0: x * 0, "wrong on"),
        ("tanh_backward", small_only, "right in its exercise, but not for arrays of the sizes"),
        ("cross_entropy_gradient", lambda right: lambda logits, labels: right(logits, labels) * 3, "wrong on"),
        ("conv_forward", in_double, "float32"),
        ("sgd_step", changing, "changed its input"),
        ("linear", lambda right: lambda x, weight, bias: 1 / 0, "ZeroDivisionError"),
    ],
)  # fmt: skip
def test_the_one_at_fault_is_named_with_what_is_wrong(mine, name, wrong, told):
    planted = SimpleNamespace(**vars(mine))
    setattr(planted, name, wrong(getattr(mine, name)))
    with pytest.raises(AtFault) as caught:
        checks.your_lenet.reads_digits(0.9, planted)
    lines = str(caught.value).splitlines()
    told_of = [line.split() for line in lines if line.startswith("  ")]
    verdicts = {words[0]: words[1] for words in told_of if len(words) == 2 and words[0] in WANTS}
    assert verdicts == {each: "wrong" if each == name else "right" for each in WANTS}
    assert f"Mend {name} first" in str(caught.value)
    assert told in " ".join(str(caught.value).split())


def test_a_function_that_is_missing_is_at_fault(mine):
    functions = SimpleNamespace(**vars(mine))
    del functions.tanh
    assert [name for name, told in checks.your_lenet.at_fault(functions).items() if told] == ["tanh"]


@pytest.mark.parametrize("accuracy", [97.8, -0.1, np.nan])
def test_an_accuracy_is_a_part_of_one(accuracy):
    with pytest.raises(ValueError, match="a number from 0 to 1"):
        checks.your_lenet.reads_digits(accuracy, None)


def test_what_is_not_answered_is_lent_and_said_to_be(mine, capsys):
    own = SimpleNamespace(tanh=mine.tanh, linear=lambda x, weight, bias: ...)
    lent = checks.your_lenet.answered(own, lend=True)
    told = " ".join(capsys.readouterr().out.split())
    assert told.startswith("From the book, for there is no answer of yours yet: conv_forward, conv_backward, ")
    assert "linear," in told
    assert "tanh," not in told
    assert lent.tanh is mine.tanh
    checks.your_lenet.reads_digits(0.98, lent)
    told = " ".join(capsys.readouterr().out.split())
    assert "not all yours: 10 of its functions are the book's, conv_forward, max_pool" in told
    lent.tanh = lambda x: x
    with pytest.raises(AtFault) as caught:
        checks.your_lenet.reads_digits(0.98, lent)
    verdicts = [line.split(maxsplit=1)[1] for line in str(caught.value).splitlines() if line.startswith("  ")]
    assert verdicts[:11] == ["the book's", "wrong"] + 9 * ["the book's"]


@pytest.mark.parametrize("where", ["among unanswered exercises", "alone"])
def test_without_answers_it_stops_at_once_and_says_which(where, tmp_path):
    notebook = nbformat.read(ROOT / "exercises/your_lenet.ipynb", as_version=4)
    folder = tmp_path if where == "alone" else ROOT / "exercises"
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": folder}})
    with pytest.raises(CellExecutionError) as caught:
        client.execute()
    told = " ".join(str(caught.value).split())
    assert "no answer yet to conv_forward, conv_backward, sgd_step (backpropagation.ipynb); tanh, tanh_" in told
    assert "Or write lend=True" in told
    assert notebook.cells[-2].execution_count is None
