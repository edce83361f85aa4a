"""Photograph every tab of the page over an index, at three widths, light and dark.

python tools/screenshots.py index docs/screenshots
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
COMPARISON = "Compare la fiche 1 et la fiche 2"
ORGANISATION = "ARS"
SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")
CHROMIUM = os.environ.get("CLSASSIST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def main(index_dir: Path, folder: Path) -> None:
    """Take every screenshot into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, serving(index_dir, data) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for scheme in SCHEMES:
            for width, height in SIZES.items():
                with visiting(browser, scheme, (width, height)) as page:
                    end = f"-{width}-{'sombre' if scheme == 'dark' else 'clair'}.png"
                    for name in photograph_assistant(page, url):
                        _shoot(page, folder / f"{name}{end}")
                    for name in photograph_tabs(page, url):
                        _shoot(page, folder / f"{name}{end}")
        browser.close()


@contextmanager
def serving(index_dir: Path, data: str) -> Iterator[str]:
    """Run the service over an index, its corpus behind a password, and lend its address."""
    command = [sys.executable, "-m", "clsassist", "serve", "--port", "0", "--index-dir", str(index_dir)]
    chosen = {"CLSASSIST_COORDINATOR_PASSWORD": "un mot de passe pour la photographie", "CLSASSIST_DATA_DIR": data}
    environment = {**os.environ, **chosen, "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://\S+", line)
            if not found:
                raise SystemExit(f"Le service n'a pas démarré : {line.strip()}")
            yield found.group()
        finally:
            server.terminate()


@contextmanager
def visiting(browser: Browser, scheme: str, size: tuple[int, int]) -> Iterator[Page]:
    """Open a window of one size, in light or dark."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="fr-FR",
    )
    yield page
    page.close()


def photograph_assistant(page: Page, url: str) -> Iterator[str]:
    """Make one visit to the assistant; each name is that of what stands in the window."""
    page.goto(url)
    page.locator(".cls-audience").first.wait_for()
    yield "accueil"
    _ask(page, QUESTION)
    yield "reponse"
    page.locator(".cls-trace summary").click()
    page.locator(".cls-trace").scroll_into_view_if_needed()
    yield "recherche"
    mark = page.locator(".cls-mark").first
    mark.scroll_into_view_if_needed()
    mark.click()
    page.locator(".cls-panel mark").first.wait_for()
    yield "source-ouverte"
    page.keyboard.press("Escape")
    _ask(page, COMPARISON)
    yield "comparaison"
    page.locator(".cls-history summary").click()
    page.evaluate("scrollTo(0, 0)")
    yield "conversations"


def photograph_tabs(page: Page, url: str) -> Iterator[str]:
    """Go through the other tabs."""
    page.goto(f"{url}/fiches")
    yield "fiches"
    fiches = _fiche_links(page)
    page.goto(url + fiches[0])
    yield "fiche"
    chosen = "&".join(f"fiche={link.removeprefix('/fiches/')}" for link in fiches[:2])
    page.goto(f"{url}/fiches/comparer?{chosen}")
    yield "comparer"
    page.goto(f"{url}/partenaires?organisation={ORGANISATION}")
    yield "partenaires"
    page.goto(f"{url}/vue-d-ensemble")
    yield "vue-d-ensemble"
    page.goto(f"{url}/corpus")
    yield "corpus"


def _fiche_links(page: Page) -> list[str]:
    links = page.locator("main a[href^='/fiches/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return [link for link in dict.fromkeys(links) if re.fullmatch(r"/fiches/[^/?#]+", link) and "." not in link]


def _ask(page: Page, question: str) -> None:
    count = page.locator(".cls-trace").count()
    page.get_by_label("Votre question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".cls-trace").nth(count).wait_for()


def _shoot(page: Page, path: Path) -> None:
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    given = [*sys.argv[1:], *("index", "docs/screenshots")[len(sys.argv) - 1 :]]
    main(Path(given[0]), Path(given[1]))
