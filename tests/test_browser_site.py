"""What every page shares, in a real browser: sign-in, header, failures, original documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import WIDTHS, axe_violations, overflow, serve_command, serving, visit
from playwright.sync_api import Browser, Locator, Page, expect

pytestmark = pytest.mark.browser

PASSWORD, COORDINATOR = "lire le plan", "tenir le corpus"


@pytest.fixture(scope="module")
def private_url(indexed_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service behind passwords, with a title, a logo and colours of its own."""
    folder = tmp_path_factory.mktemp("private")
    logo = folder / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60"><circle cx="30" cy="30" r="30"/></svg>'
    )
    environment = {
        "CLSASSIST_DATA_DIR": str(folder / "data"),
        "CLSASSIST_PASSWORD": PASSWORD,
        "CLSASSIST_COORDINATOR_PASSWORD": COORDINATOR,
        "CLSASSIST_TITLE": "Santé du Lac",
        "CLSASSIST_ACCENT": "#7a1f3d",
        "CLSASSIST_LOGO": str(logo),
    }
    with serving(serve_command(indexed_demo), **environment) as url:
        yield url


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Rubriques").get_by_role("link", name=name, exact=True)


def test_signing_in_leads_to_the_page_asked_for_and_out_again(browser: Browser, private_url: str) -> None:
    with visit(browser, f"{private_url}/fiches?q=stage") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{private_url}/fiches?q=stage")
        expect(tab(page, "Fiches")).to_have_attribute("aria-current", "page")
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")
        page.goto(f"{private_url}/fiches")
        expect(page.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_the_assistant_too_is_behind_the_password(browser: Browser, private_url: str) -> None:
    with visit(browser, private_url) as page:
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_label("Votre question").wait_for()
        expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text("Santé du Lac")


def test_a_wrong_password_is_told_beside_the_field(browser: Browser, private_url: str) -> None:
    with visit(browser, f"{private_url}/connexion", problems_expected=True) as page:
        page.get_by_label("Mot de passe").fill("un autre")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("pas le bon")
        expect(page.get_by_label("Mot de passe")).to_have_attribute("aria-describedby", "probleme")
        assert axe_violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_and_failures_are_accessible_at_every_width(browser: Browser, private_url: str, scheme: str) -> None:
    for width in (320, *WIDTHS):
        with visit(browser, f"{private_url}/connexion?suite=/corpus", width=width, scheme=scheme) as page:
            assert axe_violations(page) == []
            assert overflow(page) <= 0
        with visit(browser, f"{private_url}/statique/rien", width=width, scheme=scheme, problems_expected=True) as page:
            expect(page.get_by_role("heading", level=1)).to_have_text("Page inconnue")
            assert axe_violations(page) == []
            assert overflow(page) <= 0


def test_the_keyboard_goes_straight_to_the_content(browser: Browser, site_url: str) -> None:
    for path in ("/", "/fiches"):
        with visit(browser, f"{site_url}{path}") as page:
            page.get_by_role("navigation", name="Rubriques").wait_for()
            page.keyboard.press("Tab")
            skip = page.get_by_role("link", name="Aller au contenu")
            expect(skip).to_be_focused()
            expect(skip).to_be_in_viewport()
            page.keyboard.press("Enter")
            expect(page).to_have_url(f"{site_url}{path}#contenu")


def test_the_header_is_the_same_on_the_assistant_and_elsewhere(browser: Browser, site_url: str) -> None:
    boxes = []
    for path in ("/", "/fiches"):
        with visit(browser, f"{site_url}{path}", width=1440) as page:
            if path == "/":
                page.get_by_label("Votre question").wait_for()
            boxes.append([tab(page, name).bounding_box() for name in ("Partenaires", "Corpus")])
    assert boxes[0] == boxes[1]


def test_a_pdf_of_the_corpus_opens_in_the_browser(browser: Browser, indexed_demo: Path) -> None:
    with serving(serve_command(indexed_demo)) as url:
        page = browser.new_page()
        # The viewer is an extension of the browser: it comes only when the page's policy lets the PDF be shown.
        with page.expect_request(lambda request: request.url.endswith("pdf_viewer.js")):
            page.goto(f"{url}/documents/thur-doller-cls.pdf#page=3")
        page.close()


def test_the_service_says_that_it_has_no_index_and_works_once_it_has_one(
    browser: Browser, indexed_demo: Path, tmp_path: Path
) -> None:
    with (
        serving(serve_command(tmp_path / "index")) as url,
        visit(browser, f"{url}/fiches", problems_expected=True) as page,
    ):
        expect(page.get_by_role("heading", level=1)).to_have_text("Le service n'est pas prêt")
        expect(page.get_by_text("clsassist index")).to_be_visible()
        (tmp_path / "index").symlink_to(indexed_demo)
        page.reload()
        expect(tab(page, "Fiches")).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Le service n'est pas prêt")
