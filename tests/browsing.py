"""A real server in its own process, a real Chromium, and what every visit must hold."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("CLSASSIST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (360, 768, 1440)
# What a page is waited for: far more than anything takes, so that a slow machine makes no test fail.
PATIENCE_MS = 120_000

# RGAA 4.1 is the French reading of WCAG 2.1, levels A and AA; the good practices of axe-core come with them.
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


@contextmanager
def serving(command: list[str], **environment: str) -> Iterator[str]:
    """Run a server and lend its address, once it listens; it is stopped at the end."""
    sought = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    chosen = {**os.environ, "PYTHONPATH": sought, "PYTHONIOENCODING": "utf-8", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=chosen) as server:
        try:
            yield wait_for_url(server)
        finally:
            server.terminate()


def serve_command(index_dir: Path, *options: str) -> list[str]:
    """The command that people type, on a free port."""
    return [sys.executable, "-m", "clsassist", "serve", "--port", "0", "--index-dir", str(index_dir), *options]


def wait_for_url(server: subprocess.Popen[str]) -> str:
    """The address that a server announces: the line comes once the port listens, none when it could not start."""
    assert server.stdout
    line = server.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, f"the server did not start: {line!r}"
    return found.group()


@contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    scheme: Literal["light", "dark"] = "light",
    problems_expected: bool = False,
    **options: object,
) -> Iterator[Page]:
    """Open an address as a newcomer with an English browser, so that nothing is French by chance.

    No request may leave the server, and nothing may fail in the page unless ``problems_expected`` (a page of
    error is one for the browser's console).
    """
    context = browser.new_context(
        viewport={"width": width, "height": 800}, locale="en-US", color_scheme=scheme, **options
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    home = re.match(r"https?://[^/]+", url)
    assert home
    strangers: list[str] = []
    problems: list[str] = []
    allowed = (home.group(), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(allowed) else strangers.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(url)
    yield page
    context.close()
    assert not strangers, strangers
    assert problems_expected or not problems, problems


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong in a page, one line for each element: rule, place, what to mend."""
    # The page's own policy forbids foreign scripts: axe-core is given to the page from outside, as a debugger is.
    results = Axe().run(page, options=_RULES)
    return [
        f"{violation['id']}: {node['html'][:150]} ({violation['help']})"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
