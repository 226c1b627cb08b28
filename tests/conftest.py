"""Fixtures that several test folders share: kernels, a Chromium, and a page in it that reaches no other host."""

import os
import signal
from urllib.parse import urlsplit

import pytest
from chromium import OPTIONS, find_chromium
from hypothesis import settings
from kernels import forked_kernels

# Time limits would fail on a busy machine. In CI the random cases are the same in every run.
settings.register_profile("book", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("book")

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background would ignore Ctrl-C

os.environ["CNNBOOK_PROGRESS"] = ""  # tests leave the progress of whoever runs them alone

# A page is watched by the clock of a browser, on a machine that does other things too: its test may be tried again.
# The summary counts such tests ("1 rerun"); what is wrong fails three times.
_TRIES_AGAIN = pytest.mark.flaky(reruns=2)
_LOCAL = {"127.0.0.1", "localhost"}
# Other hosts have no address. To hold up each request and let it go would cost more, and browsers then cache nothing.
_NO_OTHER_HOST = ["--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(_TRIES_AGAIN)


@pytest.fixture(scope="session")
def kernels(tmp_path_factory):
    """The environment in which kernels of this worker are found that start at once."""
    with forked_kernels(tmp_path_factory.mktemp("kernels")) as environment:
        yield environment


@pytest.fixture(scope="module")
def chromium():
    """A headless browser. Not for the session: its event loop would be in the way of tests that start their own."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium found: install one, or set CNNBOOK_CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS + _NO_OTHER_HOST)
        yield browser
        browser.close()


def _watched(browser, **options):
    context = browser.new_context(**options)
    context.blocked, context.errors = [], []

    def hear(request):
        url = urlsplit(request.url)
        if url.scheme not in ("file", "data", "blob") and url.hostname not in _LOCAL:
            context.blocked.append(request.url)

    context.on("request", hear)
    context.on("console", lambda message: message.type == "error" and context.errors.append(message.text))
    context.on("weberror", lambda error: context.errors.append(str(error.error)))
    return context


@pytest.fixture(scope="session")
def watched():
    """Make a browser context: `context.blocked` lists requests to other hosts, `context.errors` what went wrong."""
    return _watched


@pytest.fixture
def new_context(chromium, watched):
    """Make watched contexts of the browser."""
    contexts = []

    def make(**options):
        contexts.append(watched(chromium, **options))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def context(new_context):
    """A browser context of the usual size; `new_context` makes others (a phone, a dark one)."""
    return new_context(viewport={"width": 1280, "height": 900})
