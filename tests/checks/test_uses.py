import functools

import pytest

from cnnbook.checks._uses import namespace, standing_in


def half(size):
    return size / 2


def quarter(size):
    return half(half(size))


class Quarter:
    def __call__(self, size):
        return quarter(size)

    def method(self, size):
        return quarter(size)


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)

    return wrapper


WAYS = [
    quarter,
    lambda size: quarter(size),
    functools.partial(quarter),
    functools.lru_cache(quarter),
    wrapped(quarter),
    functools.partial(wrapped(quarter)),
    Quarter(),
    Quarter().method,
]


@pytest.mark.parametrize("function", WAYS)
def test_another_function_stands_in_however_the_answer_is_written(function):
    with standing_in(namespace(function), {"half": lambda size: size // 2}) as called:
        assert function(7) == 1
    assert called == {"half"}
    assert quarter(7) == 1.75


@pytest.mark.parametrize("function", [max, int, functools.partial(len)])
def test_what_is_not_written_in_python_has_no_names(function):
    assert "half" not in namespace(function)


def test_names_come_back_after_an_error_and_unknown_ones_are_not_made():
    names = {"half": half}

    def fail():
        with standing_in(names, {"half": max, "third": max}):
            raise ZeroDivisionError(*names)

    with pytest.raises(ZeroDivisionError, match=r"^half$"):
        fail()
    assert names == {"half": half}


def test_what_stands_in_but_is_not_called_is_not_counted():
    with standing_in({"half": half}, {"half": max}) as called:
        pass
    assert called == set()
