"""The tab of partners in a real browser: typing, choosing, printing, exporting, with and without a script."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import quote

import docx
import openpyxl
import pytest
from browsing import WIDTHS, axe_violations, overflow, visit
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from clsassist.text import squeeze

pytestmark = pytest.mark.browser

FIELD = "Nom, sigle ou ancien nom de l'organisation"


def visible_names(page: Page) -> list[str]:
    """The organisations that the list shows now."""
    return page.locator(".partners-table tbody tr:visible th a").all_inner_texts()


def test_typing_narrows_the_list_to_names_that_begin_so(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires") as page:
        everyone = len(visible_names(page))
        page.get_by_label(FIELD).fill("MSA")
        assert visible_names(page) == ["MSA"]
        expect(page.get_by_role("status")).to_have_text(f"1 organisation sur {everyone}")
        page.get_by_label(FIELD).fill("pole emp")
        assert visible_names(page) == ["France Travail"]
        page.get_by_label(FIELD).fill("zzz")
        assert len(visible_names(page)) == everyone
        expect(page.get_by_role("status")).to_contain_text("Aucun nom ne commence ainsi")


def test_an_organisation_typed_from_the_keyboard_shows_its_commitments(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires") as page:
        page.get_by_label(FIELD).focus()
        page.keyboard.type("cpam du haut-rhin")
        page.keyboard.press("Enter")
        page.wait_for_url("**/partenaires?organisation=cpam+du+haut-rhin")
        expect(page.get_by_role("heading", level=1)).to_contain_text("CPAM du Haut-Rhin")
        expect(page.locator(".partners-commitment")).to_have_count(4)


def test_a_quote_opens_the_fiche_at_its_words(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation=MSA") as page:
        first = page.locator(".partners-commitment").first
        quoted = squeeze(first.locator("q").first.inner_text())
        first.get_by_role("link", name="Voir dans la fiche").first.click()
        page.wait_for_url("**/fiches/**")
        assert quoted in squeeze(" ".join(page.locator("mark").all_inner_texts()))


def test_a_choice_narrows_an_ambiguous_name(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation=CPAM") as page:
        choices = page.get_by_role("region", name="De quelle organisation s'agit-il ?")
        choices.get_by_role("link", name="CPAM du Haut-Rhin").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("CPAM du Haut-Rhin")
        expect(page.locator(".partners-commitment")).to_have_count(4)


def test_an_unknown_name_leads_to_the_closest(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation=cpma") as page:
        notice = page.get_by_role("region", name="Les documents ne disent rien de « cpma »")
        notice.get_by_role("link", name="CPAM").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("CPAM")


def test_the_exports_of_a_sheet_are_its_files(browser: Browser, site_url: str, tmp_path: Path) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation=CPTS+Thur+Doller") as page:
        saved = {}
        for name in ("PDF", "Word", "Tableur"):
            with page.expect_download() as download:
                page.get_by_role("link", name=name, exact=True).click()
            saved[name] = tmp_path / download.value.suggested_filename
            download.value.save_as(saved[name])
        titles = [squeeze(one) for one in page.locator(".partners-commitment h3").all_inner_texts()]
    reader = PdfReader(io.BytesIO(saved["PDF"].read_bytes()))
    assert len(reader.pages) == 1
    printed = squeeze(reader.pages[0].extract_text())
    document = docx.Document(str(saved["Word"]))
    written = squeeze(" ".join(cell.text for cell in document.tables[0]._cells))
    rows = list(openpyxl.load_workbook(saved["Tableur"])["Engagements"].iter_rows(min_row=2, values_only=True))
    for title in titles:
        assert title in printed
        assert title in written
    assert list(dict.fromkeys(squeeze(str(row[0])) for row in rows)) == titles


@pytest.mark.parametrize("name", ["CPAM", "CPTS Thur Doller", "CD", "MSA"])
def test_a_sheet_prints_on_one_page_without_the_buttons(browser: Browser, site_url: str, name: str) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation={quote(name)}") as page:
        reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    printed = squeeze(" ".join(one.extract_text() for one in reader.pages))
    assert len(reader.pages) == 1
    assert printed.startswith(f"Fiche d'engagement {name}")
    assert "Le document officiel prévaut" in printed.replace("ﬃ", "ffi")
    assert "Imprimer la fiche" not in printed
    assert "Voir dans la fiche" not in printed


def test_the_print_button_prints(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires?organisation=MSA") as page:
        page.evaluate("window.print = () => document.body.classList.add('printed')")
        page.get_by_role("button", name="Imprimer la fiche").click()
        expect(page.locator("body.printed")).to_have_count(1)


def test_everything_but_printing_works_without_a_script(browser: Browser, site_url: str) -> None:
    with visit(browser, f"{site_url}/partenaires", java_script_enabled=False) as page:
        page.get_by_label(FIELD).fill("pôle emploi")
        page.get_by_role("button", name="Voir ses engagements").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("France Travail")
        expect(page.get_by_role("button", name="Imprimer la fiche")).to_be_hidden()
        page.get_by_role("link", name="Toutes les organisations").click()
        page.get_by_role("link", name="À contacter", exact=True).click()
        expect(page.get_by_role("link", name="Structures sociales")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", "?organisation=CPAM", "?organisation=cpma", "?part=a-contacter"])
def test_axe_finds_nothing(browser: Browser, site_url: str, address: str, scheme: str) -> None:
    with visit(browser, f"{site_url}/partenaires{address}", scheme=scheme) as page:
        assert axe_violations(page) == []


@pytest.mark.parametrize("address", ["", "?organisation=CPTS+Thur+Doller", "?organisation=cpma"])
def test_no_width_hides_anything(browser: Browser, site_url: str, address: str) -> None:
    # 320 px is also what a window of 640 px shows at 200 %.
    for width in (320, *WIDTHS):
        with visit(browser, f"{site_url}/partenaires{address}", width=width) as page:
            assert overflow(page) <= 0, width
            cut = page.evaluate(
                "[...document.querySelectorAll('main :is(a, button, h1, h2, h3, td, th, dd, p)')]"
                ".filter((one) => one.offsetParent && one.getBoundingClientRect().right > innerWidth + 1)"
                ".map((one) => one.textContent.trim().slice(0, 60))"
            )
            assert cut == [], width
