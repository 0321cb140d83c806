"""The built book in a browser: an address for pytest-playwright, the system's Chromium, and what the pages complain of."""

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from companion import paths

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Playwright's arguments, with the system's browser rather than a download; tests are skipped where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine; install Debian's package chromium to see the pages in a browser")
    return browser_type_launch_args | {"executable_path": found}


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and does not tell of each."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def base_url(built_profile):
    """Address of the built book on this machine; pages are opened relative to it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(paths.HTML)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def phone():
    """Width and height of a phone's screen, in CSS pixels."""
    return {"width": 390, "height": 844}


@pytest.fixture
def visit(page, base_url, phone):
    """Opens a page of the book on a phone or at a desk, with its formulas typeset."""

    def opened(name, where="desk"):
        page.set_viewport_size(phone if where == "phone" else {"width": 1280, "height": 800})
        page.goto(f"/{name}.html", wait_until="load")
        page.evaluate("() => globalThis.MathJax?.startup?.promise")

    return opened


@pytest.fixture
def fits(page):
    """Whether the page is no wider than the window."""
    return lambda: page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture
def faults(page, base_url):
    """What the pages of this test complain of: exceptions, errors on the console, requests for anything but the book."""
    found = []

    def requested(request):
        if not request.url.startswith((f"{base_url}/", "data:", "blob:")):
            found.append(f"request: {request.url}")

    page.on("pageerror", lambda error: found.append(f"exception: {error}"))
    page.on("console", lambda message: found.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("request", requested)
    return found
