"""The built book in a browser: an address for pytest-playwright, the system's Chromium, and what the pages complain of."""

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from companion import paths
from companion.press import toc

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Of the rules of WCAG 2, levels A and AA, what Sphinx and its theme break and no page of ours can mend: long signatures are
# lists without terms, and the bibliography is a list of entries whose role is none any more.
THEIRS = {"definition-list", "aria-deprecated-role", "aria-required-children"}
# Formulas, the further rows of a table, and of the coloured tokens of code all but the first of each colour: thousands of
# elements on a page, alike, which took axe three quarters of its time. A formula leaves a box of its size, for a table that
# grew wider would be another fault.
WITHOUT_WHAT_IS_ALIKE = """() => {
  const formulas = [...document.querySelectorAll("mjx-container")], sizes = formulas.map(f => f.getBoundingClientRect());
  for (const [k, formula] of formulas.entries()) {
    const {width, height} = sizes[k];
    formula.replaceChildren("f");
    formula.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px; overflow: hidden`;
  }
  for (const row of document.querySelectorAll("tbody tr:nth-child(n + 5)")) row.remove();
  const seen = new Set();
  for (const token of document.querySelectorAll("pre span")) {
    if (seen.has(token.className)) token.replaceWith(...token.childNodes);
    seen.add(token.className);
  }
}"""

# Colours that are on their way to others, as after a pointer has left a link, have arrived.
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)
)"""


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


@pytest.fixture(params=[*toc.pages(), "search", "genindex"])
def name(request):
    """Every page of the book in turn."""
    return request.param


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
def violations(page):
    """What axe finds on the page against rules, or sets of them: each rule with how often and where first.

    Takes formulas and long tables from the page, so that it is to be asked last.
    """

    def found(*rules):
        page.evaluate(SETTLED)
        page.evaluate(WITHOUT_WHAT_IS_ALIKE)
        options = {"runOnly": list(rules), "resultTypes": ["violations"], "preload": False}
        against = Axe().run(page, options=options).response["violations"]
        return [f"{v['id']}, {len(v['nodes'])} times: {v['nodes'][0]['target']}" for v in against if v["id"] not in THEIRS]

    return found


@pytest.fixture
def sections(page):
    """How many sections the page has. The index has headings, its letters, which are no sections."""
    return lambda: page.locator("article section h2").count()


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
