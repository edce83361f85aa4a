"""The overview in a real browser: pictures seen in every window, shapes that open the fiches they count."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import pytest
from browsing import WIDTHS, axe_violations, overflow, visit
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

ADDRESS = "/vue-d-ensemble"
# The smallest letters shown, and the texts that their picture would cut.
MEASURE = """() => {
  const shown = [...document.querySelectorAll('.cls-drawing text')].filter(text => text.getBoundingClientRect().width)
  const place = text => [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()]
  const scale = text => place(text)[1].width / text.ownerSVGElement.viewBox.baseVal.width
  const cut = ([text, sheet]) => text.left < sheet.left - 1 || text.right > sheet.right + 1
    || text.top < sheet.top - 1 || text.bottom > sheet.bottom + 1
  return {
    count: shown.length,
    smallest: Math.min(...shown.map(text => parseFloat(getComputedStyle(text).fontSize) * scale(text))),
    cut: shown.filter(text => cut(place(text))).map(text => text.textContent),
  }
}"""


@pytest.mark.parametrize("width", [320, *WIDTHS])
def test_every_picture_is_legible_and_whole_at_each_width(browser: Browser, site_url: str, width: int) -> None:
    with visit(browser, site_url + ADDRESS, width=width) as page:
        assert overflow(page) <= 0
        measured = page.evaluate(MEASURE)
        assert measured["count"] > 100
        assert measured["smallest"] >= 12
        assert measured["cut"] == []
        assert page.locator(".cls-drawing:visible").count() == 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing(browser: Browser, site_url: str, scheme: Literal["light", "dark"], width: int) -> None:
    with visit(browser, site_url + ADDRESS, width=width, scheme=scheme) as page:
        for fold in page.locator(".overview-table summary").all():
            fold.click()
        assert axe_violations(page) == []


def test_a_bar_opens_the_fiches_that_it_counts(browser: Browser, site_url: str) -> None:
    with visit(browser, site_url + ADDRESS) as page:
        bar = page.locator("#porteurs ~ figure .overview-wide a", has=page.locator("path")).first
        count = int(bar.locator("title").text_content().rsplit(" ", 2)[-2])
        bar.click()
        expect(page).to_have_url(f"{site_url}/fiches?porteur=cd")
        expect(page.locator("#resultat")).to_contain_text(f"{count} ")


def test_the_plan_chosen_stands_in_the_address_and_can_be_shared(browser: Browser, site_url: str) -> None:
    with visit(browser, site_url + ADDRESS) as page:
        page.get_by_label("Plan regardé").select_option("plan-sante-79")
        page.get_by_role("button", name="Afficher").click()
        expect(page).to_have_url(f"{site_url}{ADDRESS}?plan=plan-sante-79")
        shared = page.url
    with visit(browser, shared) as page:
        expect(page.get_by_role("heading", name="Plan Santé 79")).to_be_visible()
        expect(page.locator("#calendrier ~ .overview-said")).to_have_text("Aucune des 26 actions ne dit ses années.")
        expect(page.get_by_label("Plan regardé")).to_have_value("plan-sante-79")


def test_a_table_opens_with_the_keyboard_and_leads_to_the_same_fiches(browser: Browser, site_url: str) -> None:
    with visit(browser, site_url + ADDRESS) as page:
        fold = page.locator("#axes ~ details summary")
        fold.focus()
        page.keyboard.press("Enter")
        link = page.locator("#axes ~ details tbody a").first
        expect(link).to_be_visible()
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/fiches?plan=*")


def test_the_keyboard_does_not_go_through_every_shape(browser: Browser, site_url: str) -> None:
    with visit(browser, site_url + ADDRESS) as page:
        page.locator("#axes ~ details summary").focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('svg')") is None


def test_an_export_is_read_back(browser: Browser, site_url: str, tmp_path: Path) -> None:
    with visit(browser, site_url + ADDRESS) as page:
        page.locator("#axes ~ details summary").click()
        with page.expect_download() as download:
            page.locator("#axes ~ details").get_by_role("link", name="Télécharger").click()
        file = tmp_path / "axes.csv"
        download.value.save_as(file)
        shown = page.locator("#axes ~ details tbody tr").count()
    rows = list(csv.DictReader(file.open(encoding="utf-8-sig"), delimiter=";"))
    assert len(rows) == shown
    assert sum(int(row["Actions"]) for row in rows) == 34


def test_pictures_are_there_without_scripts(browser: Browser, site_url: str) -> None:
    with visit(browser, site_url + ADDRESS, java_script_enabled=False) as page:
        expect(page.locator(".overview-wide .cls-drawing").first).to_be_visible()


def colour(page: Page, place: str) -> str:
    return page.locator(place).first.evaluate("shape => getComputedStyle(shape).fill")


def test_pictures_take_the_colours_of_the_scheme(browser: Browser, site_url: str) -> None:
    found = {}
    for scheme in ("light", "dark"):
        with visit(browser, site_url + ADDRESS, scheme=scheme) as page:
            found[scheme] = (colour(page, ".overview-wide a path"), colour(page, ".overview-wide text"))
    assert set(found["light"]).isdisjoint(found["dark"])
