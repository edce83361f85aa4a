"""Photograph the page of a running server, at three widths, light and dark.

python tools/screenshots.py http://127.0.0.1:7860 docs/screenshots
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

QUESTION = "Quelles actions ciblent la maîtrise de stage ?"
SIZES = {360: 740, 768: 1024, 1440: 900}
SCHEMES = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def main(url: str, folder: Path) -> None:
    """Take every screenshot into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for scheme in SCHEMES:
            for width, height in SIZES.items():
                photograph_visit(browser, url, scheme, (width, height), folder)
        browser.close()


def photograph_visit(browser: Browser, url: str, scheme: str, size: tuple[int, int], folder: Path) -> None:
    """Make one visit: the welcome, an answer from top to bottom, an opened source."""
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="fr-FR",
    )
    page.goto(url)
    page.get_by_label("Votre question").wait_for()
    _shoot(page, folder, size, scheme, "accueil")
    page.get_by_label("Votre question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".cls-trace").wait_for()
    _shoot(page, folder, size, scheme, "reponse")
    page.locator(".cls-trace summary").click()
    page.locator(".cls-trace").scroll_into_view_if_needed()
    _shoot(page, folder, size, scheme, "sources")
    mark = page.locator(".cls-mark").first
    mark.scroll_into_view_if_needed()
    mark.click()
    page.locator(".cls-panel mark").first.wait_for()
    _shoot(page, folder, size, scheme, "source-ouverte")
    page.close()


def _shoot(page: Page, folder: Path, size: tuple[int, int], scheme: str, name: str) -> None:
    path = folder / f"{name}-{size[0]}-{'sombre' if scheme == 'dark' else 'clair'}.png"
    page.screenshot(path=path)
    print(path)


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("http://127.0.0.1:7860", "docs/screenshots")[len(sys.argv) - 1 :]]
    main(arguments[0], Path(arguments[1]))
