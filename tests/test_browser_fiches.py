"""The tab of fiches as a visitor meets it: filters that are shared, a quote in view, a comparison, no script needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import axe_violations, overflow, visit
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

FICHE = "/fiches/thur-doller-cls:1"
COMPARED = "/fiches/comparer?fiche=thur-doller-cls:1&fiche=thur-doller-cls:2&fiche=saverne-attractivite-stages:a1"
PAGES = {
    "list": "/fiches",
    "filtered": "/fiches?q=stage&porteur=ARS&tri=-titre&fiche=thur-doller-cls:1",
    "nothing": "/fiches?porteur=MSA&annee=2029&partenaire=personne",
    "fiche": FICHE,
    "boxes": "/fiches/saverne-attractivite-stages:a1",
    "comparison": COMPARED,
    "alike": f"{FICHE}/semblables",
}


def open_facet(page: Page, name: str) -> None:
    page.locator(".fiches-facet > summary", has_text=re.compile(f"^{name}")).click()


def count(page: Page) -> str:
    return page.locator("#resultat").inner_text()


def test_a_filter_is_shared_by_its_address(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches") as page:
        assert count(page) == "34 fiches"
        open_facet(page, "Plan")
        page.locator(".fiches-panel:visible").get_by_label("CLS Pays Thur Doller 2023-2028").check()
        page.locator(".fiches-panel:visible").get_by_role("button", name="Appliquer").click()
        expect(page.locator("#resultat")).to_have_text("5 fiches sur 34")
        address = page.url
    assert address.endswith("/fiches?plan=cls-pays-thur-doller-2023-2028")
    with visit(browser, address) as other:
        assert count(other) == "5 fiches sur 34"
        other.get_by_role("link", name="Retirer le filtre Plan").click()
        expect(other.locator("#resultat")).to_have_text("34 fiches")


def test_a_search_shows_the_words_it_found_and_leads_to_them(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches") as page:
        page.get_by_label("Rechercher dans le titre et les champs").fill("maitrises de stage")
        page.keyboard.press("Enter")
        expect(page.locator("#resultat")).to_have_text("2 fiches sur 34")
        page.locator(".fiches-proof").last.click()
        expect(page.locator("mark#passage")).to_be_in_viewport()
        expect(page.locator("mark#passage")).to_contain_text("maîtrise de stage")


def test_a_column_is_sorted_from_the_keyboard(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches", width=1440) as page:
        page.get_by_role("columnheader", name="Action").get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("columnheader", name="Action")).to_have_attribute("aria-sort", "ascending")
        page.get_by_role("columnheader", name="Action").get_by_role("link").click()
        expect(page.get_by_role("columnheader", name="Action")).to_have_attribute("aria-sort", "descending")


def test_a_panel_of_choices_works_from_the_keyboard(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches") as page:
        summary = page.locator(".fiches-facet > summary", has_text="Partenaire")
        summary.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_label("Nom, sigle ou alias").and_(page.locator(":focus"))).to_be_visible()
        page.keyboard.type("Mutualité sociale agricole")
        page.keyboard.press("Escape")
        expect(summary).to_be_focused()
        expect(page.locator(".fiches-panel:visible")).to_have_count(0)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#resultat")).to_have_text("2 fiches sur 34")


def test_fiches_are_chosen_across_views_then_compared(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches?q=stage", width=1440) as page:
        page.locator(".fiches-pick input").nth(1).check()
        expect(page.locator(".fiches-compare")).to_contain_text("1 fiche à comparer")
        page.get_by_role("link", name="Retirer le filtre Recherche").click()
        expect(page.locator("#resultat")).to_have_text("34 fiches")
        for box in page.locator(".fiches-pick input:not(:checked)").all()[:3]:
            box.check()
        expect(page.locator(".fiches-compare")).to_contain_text("4 fiches à comparer (le plus possible)")
        expect(page.locator(".fiches-pick input:not(:checked)").first).to_be_disabled()
        page.get_by_role("button", name="Comparer").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Comparer des fiches")
        expect(page.locator(".compare thead th")).to_have_count(5)
        assert "q=" not in page.url


def test_everything_works_without_javascript(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches", width=1440, java_script_enabled=False) as page:
        open_facet(page, "Année")
        page.locator(".fiches-panel:visible").get_by_label("2029").check()
        page.locator(".fiches-panel:visible").get_by_role("button", name="Appliquer").click()
        assert count(page) == "3 fiches sur 34"
        for box in page.locator(".fiches-pick input").all()[:2]:
            box.check()
        page.get_by_role("button", name="Comparer").click()
        assert page.locator(".compare thead th").count() == 3
        page.locator(".compare thead a").first.click()
        page.get_by_role("link", name="Voir les actions semblables").click()
        assert page.locator(".alike-list > li").count() == 3


def test_a_quote_is_in_view_and_marked(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches/thur-doller-cls:2?debut=0&fin=99999999") as page:
        expect(page.locator("#passage")).to_be_in_viewport()
    with visit(browser, f"{site_url}{FICHE}#champ-partenaires-1") as page:
        expect(page.locator("#champ-partenaires-1 h2")).to_be_in_viewport()


def test_actions_alike_come_when_the_reader_is_near(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}{FICHE}") as page:
        expect(page.locator(".alike")).to_have_count(0)
        page.locator("#semblables").scroll_into_view_if_needed()
        expect(page.locator(".fiche-alike .alike-list > li")).to_have_count(3)
        page.locator(".fiche-alike .fiches-mark").first.click()
        expect(page.locator("mark#passage")).to_be_in_viewport()


def test_an_export_downloaded_holds_the_view(browser: Browser, site_url: str, tmp_path: Path) -> None:
    with visit(browser, f"{site_url}/fiches?partenaire=MSA") as page:
        with page.expect_download() as download:
            page.get_by_role("link", name="Tableur (.csv)").click()
        file = tmp_path / "fiches.csv"
        download.value.save_as(file)
    assert download.value.suggested_filename == "fiches.csv"
    lines = file.read_text(encoding="utf-8-sig")
    assert lines.startswith("id;document;plan")
    assert lines.count("saverne-") + lines.count("thur-doller-cls:") >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_is_found(browser: Browser, site_url: str, name: str, scheme: str) -> None:
    with visit(browser, f"{site_url}{PAGES[name]}", width=1280, scheme=scheme) as page:
        assert axe_violations(page) == []
        if name == "list":
            open_facet(page, "Porteur ou pilote")
            page.locator(".fiches-more > summary:visible").click()
            assert axe_violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_everything_in_its_width(browser: Browser, site_url: str, name: str) -> None:
    with visit(browser, f"{site_url}{PAGES[name]}", width=320) as page:
        assert overflow(page) == 0
        assert axe_violations(page) == []
        if name == "list":
            page.locator(".fiches-filters > summary").click()
            open_facet(page, "Partenaire")
            expect(page.locator(".fiches-panel:visible")).to_be_in_viewport()
            assert overflow(page) == 0


def test_at_twice_the_size_nothing_is_lost(browser: Browser, site_url: str) -> None:
    # A window of 1280 pixels at 200 % has room for 640.
    for path in PAGES.values():
        with visit(browser, f"{site_url}{path}", width=640) as page:
            assert overflow(page) == 0


def test_an_unknown_fiche_is_a_page_in_french(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/fiches/inconnue:1", problems_expected=True) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Page inconnue")
        expect(page.locator("main")).to_contain_text("inconnue:1")
