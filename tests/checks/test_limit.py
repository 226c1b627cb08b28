import contextlib
import io
import os
import signal
import sys
import threading
import time
import warnings

import pytest

from cnnbook.checks import _limit
from cnnbook.checks._limit import TooSlow, limited

SHORT = 0.1
# A shot may by chance meet a callback of the garbage collector, such as Hypothesis has one, or the end of a thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::pytest.PytestUnhandledThreadExceptionWarning"
)
enough = threading.Event()  # ends the loops that may outlive a test


def spinning():
    while True:
        pass


def swallowing():
    while True:
        try:
            if enough.is_set():
                return
        except:  # noqa: E722
            pass


def swallowing_in_its_sleep():
    while True:
        try:
            time.sleep(0.01)
            if enough.is_set():
                return
        except BaseException:
            continue


def finishing_never():
    try:
        spinning()
    finally:
        swallowing()


def swallowing_twice():
    while not enough.is_set():
        try:  # noqa: SIM105
            swallowing()
        except:  # noqa: E722
            pass


class _TimeUp(SystemExit):
    """A student's own, with the name that ours has."""


def naming():
    while True:
        with contextlib.suppress(_TimeUp):
            spinning()


def shouting():
    while True:
        print("x" * 100)


ENDLESS = [spinning, swallowing, swallowing_in_its_sleep, finishing_never, swallowing_twice, naming, shouting]


def busy():
    """The threads of calls that took too long, as far as they live. One that is shot at its end may stay listed."""
    alive = [thread for thread in threading.enumerate() if isinstance(thread, _limit._Worker) and thread.is_alive()]
    return [thread for thread in alive if thread not in _limit._idle]


def settle(seconds=20):
    """Wait until they are gone."""
    end = time.monotonic() + seconds
    while busy() and time.monotonic() < end:
        time.sleep(0.01)
    return not busy()


def slow(function, seconds=SHORT):
    with pytest.raises(TooSlow) as caught:
        limited(function, seconds)
    return caught.value


@pytest.fixture(autouse=True)
def brief(monkeypatch):
    """Little grace; and no thread outlives its test."""
    monkeypatch.setattr(_limit, "_GRACE", 0.1)
    yield
    enough.set()
    settled = settle()
    enough.clear()
    assert settled


@pytest.mark.parametrize("function", ENDLESS)
def test_what_never_ends_is_left(function):
    start = time.monotonic()
    slow(function)
    assert time.monotonic() - start < 5
    assert limited(lambda: 3, 30) == (3, "")


@pytest.mark.parametrize("function", [spinning, naming, shouting])
def test_what_lets_it_by_is_ended(function):
    slow(function)
    assert settle()


def test_a_loop_that_catches_one_meets_another():

    def swallowing_at_first(patience=3):
        while patience:
            try:
                spinning()
            except:  # noqa: E722
                patience -= 1
        spinning()

    slow(swallowing_at_first)
    assert settle()


@pytest.mark.parametrize("function", [swallowing, finishing_never])
def test_the_limit_holds_in_other_threads(function):
    outcomes = []

    def ask():
        try:
            limited(function, SHORT)
        except TooSlow as outcome:
            outcomes.append(outcome)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    assert len(outcomes) == 1


def test_a_call_into_c_that_blocks_is_left():
    start = time.monotonic()
    slow(lambda: time.sleep(2))
    assert time.monotonic() - start < 1.5


def test_it_needs_no_signals(monkeypatch):
    for name in ("SIGALRM", "setitimer"):
        monkeypatch.delattr(signal, name)
    slow(spinning)


def test_what_is_raised_inside_comes_out():
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 / 0, 1)
    assert limited(lambda: 3, 1) == (3, "")


def test_the_user_can_still_interrupt():
    threading.Timer(SHORT, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        limited(spinning, 30)
    assert settle()
    assert limited(lambda: 3, 1) == (3, "")


def test_a_check_may_run_inside_a_check():
    def outer():
        print("before")
        inner = limited(lambda: print("inside") or 3, 1)
        print("after")
        return inner

    assert limited(outer, 5) == ((3, "inside\n"), "before\nafter\n")


def test_a_thread_that_ends_late_does_not_unwatch_the_one_that_got_its_ident():
    ended, new = _limit._Printed(), _limit._Printed()

    def late():  # what the ended thread's follower does, at the worst moment
        _limit._release(threading.get_ident(), ended)
        print("kept")

    _limit._watch(threading.get_ident(), new)
    try:
        late()
    finally:
        _limit._release(threading.get_ident(), new)
    assert new.text == "kept\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
def test_a_process_that_was_forked_has_threads_of_its_own():
    limited(lambda: 0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        child = os.fork()
    if not child:
        os._exit(0 if limited(lambda: 3, 5) == (3, "") else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_threads_are_used_again():
    used = {limited(threading.get_ident, 5)[0] for _ in range(20)}
    assert len(used) == 1


# What is printed


def test_each_thread_has_its_own_output(capsys):
    def speak(number):
        for _ in range(20):
            time.sleep(0.001)
            print(number)
        return number

    outcomes = {}
    threads = [
        threading.Thread(target=lambda n=n: outcomes.update({n: limited(lambda: speak(n), 30)})) for n in range(5)
    ]
    for thread in threads:
        thread.start()
    print("mine")
    for thread in threads:
        thread.join()
    assert outcomes == {number: (number, f"{number}\n" * 20) for number in range(5)}
    assert capsys.readouterr().out == "mine\n"


def test_streams_are_put_back_whatever_a_function_does_to_them():
    streams = sys.stdin, sys.stdout, sys.stderr

    def spoil():
        sys.stdout, sys.stderr = io.StringIO(), None
        return 3

    assert limited(spoil, 1) == (3, "")
    assert (sys.stdin, sys.stdout, sys.stderr) == streams


def test_a_stream_that_was_kept_still_works(capsys):
    kept = limited(lambda: sys.stdout, 1)[0]
    kept.write("later\n")
    assert capsys.readouterr().out == "later\n"


def test_much_output_is_kept_in_part():
    _, printed = limited(lambda: [print("x" * 10**6) for _ in range(20)] and None, 30)
    assert printed == "x" * _limit._PRINTED


def test_what_is_no_text_is_refused_as_everywhere():
    with pytest.raises(TypeError):
        limited(lambda: sys.stdout.write(5), 1)


def test_there_is_nothing_to_read():
    with pytest.raises(io.UnsupportedOperation):
        limited(input, 5)


def test_what_a_loop_without_an_end_prints_stays_off_the_page(capsys):
    assert slow(shouting).printed.startswith("xxx")
    assert settle()
    assert "xxx" not in capsys.readouterr().out
