"""`make browsers`: the scripts of all explorers, on the gallery of the built book, in Firefox and in WebKit.

Both are spoken to in the words of W3C WebDriver: WebKit by its driver over HTTP, Firefox by Marionette, its own socket.
"""

import functools
import http.server
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib import error, request

from cnnbook import widgets

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "widgets"))
from explorer_scripts import SCRIPTS  # noqa: E402 - tests are no package

PAGES = ROOT / "_build" / "html"
GALLERY = "book/appendix/explorers.html"
MINIBROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
NEEDED = {
    "Firefox": "install Firefox (Debian and Ubuntu: apt install firefox-esr)",
    "WebKit": "install WebKitGTK's driver and a display without a screen (apt install webkit2gtk-driver xvfb)",
}
# A part of an explorer, named as in the scripts, and the place of its middle once it is in the middle of the screen.
FIND = """
const [view, target] = arguments, root = document.querySelector(view);
const roles = { slider: "input[type=range], [role=slider]", combobox: "select", checkbox: "input[type=checkbox]" };
const nameOf = (e) => e.getAttribute("aria-label") ?? e.closest("label")?.textContent ?? e.textContent;
const steps = typeof target === "string" ? target.split(" >> ") : [];
let found = typeof target === "string" ? [root]
  : [...root.querySelectorAll(roles[target[0]] ?? `${target[0]}, [role=${target[0]}]`)]
    .filter((e) => nameOf(e).includes(target[1]));
for (const step of steps) {
  const nth = step.match(/^nth=(\\d+)$/);
  found = nth ? [found[+nth[1]]] : found.flatMap((e) => [...e.querySelectorAll(step)]);
}
found[0].scrollIntoView({ block: "center", behavior: "instant" });
"""
MIDDLE = FIND + """
const box = found[0].getBoundingClientRect();
return [box.left + box.width / 2, box.top + box.height / 2].map(Math.round);
"""
STILL = """
const style = document.createElement("style");
style.textContent = ".cnnx * { transition: none !important; }"; // else a part is not yet where it is going
document.head.append(style);
"""
FOCUS = FIND + "found[0].focus(); return null;"
PICTURE = """
const root = document.querySelector(arguments[0]);
return root.innerHTML + JSON.stringify([...root.querySelectorAll("input, select")].map((e) => [e.value, e.checked]));
"""
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "End": "\ue010",
        "Home": "\ue011", "PageUp": "\ue00e", "PageDown": "\ue00f", "Space": " "}  # fmt: skip


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def patiently(attempt, errors, seconds=60):
    """What `attempt` returns once it raises nothing more."""
    end = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except errors:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


class WebKit:
    """WebKitGTK's small browser, on a display of its own. Its driver has no finger, so a mouse taps."""

    finger = "mouse"

    def __init__(self, stack):
        display, port = f":{free_port() % 10000}", free_port()
        (program, *_) = Path("/").glob(MINIBROWSERS.lstrip("/"))
        for command in (["Xvfb", display, "-screen", "0", "1400x1000x24"], ["WebKitWebDriver", f"--port={port}"]):
            process = subprocess.Popen(command, env={"DISPLAY": display, "HOME": stack.home, "PATH": "/usr/bin:/bin"},
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.terminate)
        self.at = f"http://127.0.0.1:{port}/session"
        options = {"binary": str(program), "args": ["--automation"]}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        made = patiently(lambda: self.ask("", wanted), (error.URLError, ConnectionError))
        self.at += f"/{made['sessionId']}"
        self.name = f"WebKit {made['capabilities'].get('browserVersion', '')}"
        stack.callback(lambda: self.ask("", None, "DELETE"))

    def ask(self, path, body, method="POST"):
        data = None if body is None else json.dumps(body).encode()
        asked = request.Request(self.at + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            return json.load(request.urlopen(asked, timeout=120))["value"]
        except error.HTTPError as failed:
            raise RuntimeError(json.load(failed)["value"]["message"]) from failed

    def go(self, url):
        self.ask("/url", {"url": url})

    def run(self, script, *args):
        return self.ask("/execute/sync", {"script": script, "args": args})

    def act(self, *actions):
        self.ask("/actions", {"actions": actions})


class Firefox:
    """Firefox without a window."""

    finger = "touch"

    def __init__(self, stack):
        port, profile = free_port(), Path(stack.home)
        (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="utf-8")
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", profile]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        connect = functools.partial(socket.create_connection, ("127.0.0.1", port), 120)
        self.wire = stack.enter_context(patiently(connect, OSError)).makefile("rwb")
        self.read()  # it says first who it is
        made = self.ask("NewSession", {})
        self.name = f"Firefox {made['capabilities']['browserVersion']}"
        self.ask("SetWindowRect", {"width": 1280, "height": 900})

    def read(self):
        length = b""
        while not length.endswith(b":"):
            length += self.wire.read(1)
        return json.loads(self.wire.read(int(length[:-1])))

    def ask(self, command, values):
        message = json.dumps([0, 1, f"WebDriver:{command}", values]).encode()
        self.wire.write(b"%d:%s" % (len(message), message))
        self.wire.flush()
        _, _, failed, answer = self.read()
        if failed:
            raise RuntimeError(failed["message"])
        return answer

    def go(self, url):
        self.ask("Navigate", {"url": url})

    def run(self, script, *args):
        return self.ask("ExecuteScript", {"script": script, "args": args})["value"]

    def act(self, *actions):
        self.ask("PerformActions", {"actions": actions})


def pointer(browser, kind, x, y, right=0, down=0):
    """Press, move and let go with a mouse or a finger."""
    place = {"type": "pointerMove", "duration": 0, "origin": "viewport"}
    parts = range(1, 9) if right or down else ()
    steps = [{**place, "x": round(x + right * part / 8), "y": round(y + down * part / 8)} for part in parts]
    press, release = ({"type": way, "button": 0} for way in ("pointerDown", "pointerUp"))
    moves = [{**place, "x": x, "y": y}, press, *steps, release]
    browser.act({"type": "pointer", "id": kind, "parameters": {"pointerType": kind}, "actions": moves})


def within(wide, x, way):
    """A way that ends in the window: WebDriver moves nowhere else."""
    return max(2, min(wide - 2, x + way)) - x


def play(browser, name, script):
    """What is wrong with one explorer, in words; empty where nothing is."""
    view = f".x-{widgets._HOMES[name]}"
    pictures = [browser.run(PICTURE, view)]

    def seen(what):
        pictures.append(browser.run(PICTURE, view))
        return "" if pictures[-1] != pictures[-2] else f"{what} changes nothing. "

    (where, key), (what, right, down) = script.keyboard, script.mouse
    browser.run(FOCUS, view, where)
    strokes = [{"type": way, "value": KEYS[key]} for way in ("keyDown", "keyUp")]
    browser.act({"type": "key", "id": "keys", "actions": strokes})
    wrong = seen("the keyboard")
    x, y = browser.run(MIDDLE, view, what)
    wide, high = browser.run("return [innerWidth, innerHeight]")
    pointer(browser, "mouse", x, y, within(wide, x, right), within(high, y, down))
    wrong += seen("the mouse")
    pointer(browser, browser.finger, *browser.run(MIDDLE, view, script.touch))
    wrong += seen("touch")
    expected = getattr(widgets, name)()
    with expected.hold_trait_notifications():
        for pair in script.traits.items():
            setattr(expected, *pair)
    said = browser.run("return document.querySelector(arguments[0]).textContent", view)
    if name != "ChannelsExplorer" and expected.summary() not in said:  # it says its sizes in the drawing
        shown = browser.run("return document.querySelector(`${arguments[0]} .cnnx-live`).textContent", view)
        wrong += f"it says {shown!r} instead of {expected.summary()!r}"
    return wrong


def try_all(browser, address):
    """Play all scripts; the number of explorers that went wrong."""
    browser.go(address)
    count = "dispatchEvent(new Event('focusin'));"  # those far from the screen are drawn for the keyboard
    count += " return [document.querySelectorAll('.cnnx').length, document.querySelectorAll('.explorer:empty').length]"
    deadline = time.monotonic() + 60
    while browser.run(count) != [len(SCRIPTS), 0] and time.monotonic() < deadline:
        time.sleep(0.3)
    browser.run(STILL)
    time.sleep(1)
    failed = 0
    for name in sys.argv[1:] or SCRIPTS:
        script = SCRIPTS[name]
        try:
            wrong = play(browser, name, script)
        except RuntimeError as told:
            wrong = str(told)
        print(f"{browser.name}  {name:24}{wrong or 'right'}", flush=True)
        failed += bool(wrong)
    return failed


def main():
    if not (PAGES / GALLERY).exists():
        sys.exit("the pages are not built: run make book")
    handler = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=PAGES))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    there = {
        Firefox: shutil.which("firefox-esr") or shutil.which("firefox"),
        WebKit: shutil.which("WebKitWebDriver") and shutil.which("Xvfb"),
    }
    failed = 0
    for browser, found in there.items():
        if not found:
            print(f"{browser.__name__} is missing: {NEEDED[browser.__name__]}")
            failed += 1
            continue
        with ExitStack() as stack:
            stack.home = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            failed += try_all(browser(stack), f"http://127.0.0.1:{server.server_port}/{GALLERY}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
