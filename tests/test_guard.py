"""What the service lets in, what it sends out, and what it says when something fails: without a browser."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from clsassist.indexing import index_corpus
from clsassist.live import LiveAssistant
from clsassist.settings import PageSettings, Settings
from clsassist.web.server import create_app
from clsassist.web.site import ASSETS, TABS, asset, site_header, theme_css

HOME = "http://127.0.0.1:7860"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-site": "same-origin"}
FICHE = "Fiche action n°1\nTitre : Ouvrir un lieu d'écoute\nPilote : CPTS du Lac\nObjectifs : écouter.\n"
PDF = "plan-sante-79.pdf"
SHIPPED = Path(__file__).resolve().parents[1] / "corpus"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of our own, that tests may damage: a text, a PDF, and a text in an archive."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "dossier é").mkdir()
    (folder / "dossier é/fiche n°1.txt").write_text(FICHE, encoding="utf-8")
    (folder / PDF).write_bytes((SHIPPED / PDF).read_bytes())
    with zipfile.ZipFile(folder / "envoi.zip", "w") as archive:
        archive.writestr("fiches/deux.txt", FICHE.replace("écoute", "repos"))
    return folder


@pytest.fixture(scope="module")
def settings(corpus: Path) -> Settings:
    index_dir = corpus.with_name(f"{corpus.name}-index")
    settings = replace(Settings(), index_dir=index_dir, page=PageSettings(embed_origins=("https://ville.example",)))
    index_corpus([corpus], settings)
    return settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[TestClient]:
    live = LiveAssistant(settings)
    app = create_app(live, settings)
    with TestClient(app, HOME, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client
    live.close()


# --- addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nulle-part", "/fiches-secretes", "/docs", "/gradio_api/file=/etc/passwd", "/connexion/a/b"]
)
def test_an_unknown_address_is_a_page_for_people(client: TestClient, path: str) -> None:
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 404
    assert '<html lang="fr">' in response.text
    assert "<h1>Page inconnue</h1>" in response.text


def test_an_unknown_address_is_json_for_programs(client: TestClient) -> None:
    for path in ("/nulle-part", "/api/v1/nulle-part", "/gradio_api/upload"):
        response = client.get(path)
        assert (response.status_code, response.headers["content-type"]) == (404, "application/json"), path
        assert set(response.json()) == {"detail"}


def test_gradio_answers_nothing_under_our_addresses(client: TestClient) -> None:
    for name, address in TABS:
        if address != "/":
            assert "gradio" not in client.get(f"{address}/n/importe/quoi").text.lower(), name


def test_a_final_slash_leads_to_the_page(client: TestClient) -> None:
    response = client.get("/connexion/")
    assert (response.status_code, response.headers["location"]) == (308, "/connexion")
    assert client.get("//mechant.example/").headers.get("location", "/").startswith("/")


def test_other_methods_are_refused(client: TestClient) -> None:
    assert client.put("/fiches", content=b"").status_code == 404
    assert client.post("/healthz", content=b"").status_code in (404, 405)


def test_head_is_get_without_its_body(client: TestClient) -> None:
    got, head = client.get("/healthz"), client.head("/healthz")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


# --- headers -----------------------------------------------------------------------------------------------


def policy(client: TestClient, path: str) -> dict[str, str]:
    parts = client.get(path, headers=BROWSER).headers["content-security-policy"].split("; ")
    return {name: values for name, _, values in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", ["/healthz", "/nulle-part", "/connexion", "/fiches", "/statique/base.css"])
def test_our_pages_run_only_our_own_files(client: TestClient, path: str) -> None:
    found = policy(client, path)
    assert found["default-src"] == "'none'"
    assert found["script-src"] == "'self'"
    assert found["style-src"] == "'self'"
    assert found["frame-ancestors"] == "'none'"
    assert found["form-action"] == "'self'"


def test_only_the_page_made_for_it_may_be_framed(client: TestClient) -> None:
    assert policy(client, "/integration")["frame-ancestors"] == "'self' https://ville.example"
    assert "x-frame-options" not in client.get("/integration").headers
    for path in ("/", "/fiches", "/integration-autre"):
        assert policy(client, path)["frame-ancestors"] == "'none'", path
        assert client.get(path).headers["x-frame-options"] == "DENY", path


def test_no_page_holds_a_script_or_a_style_of_its_own(client: TestClient) -> None:
    for path in ("/nulle-part", *(address for _, address in TABS if address != "/")):
        html = client.get(path, headers=BROWSER).text
        assert "<style" not in html, path
        assert "<script>" not in html, path
        assert " onclick=" not in html, path


# --- sizes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/config", "/api/v1/actions", "/api/v1/documents", "/nulle-part"])
def test_what_depends_on_the_visitor_is_for_nobody_else(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "private, no-cache"


def test_a_form_that_is_too_long_is_refused(client: TestClient) -> None:
    response = client.post("/connexion", content=b"x" * 300_000)
    assert (response.status_code, response.json()["detail"]) == (413, "La requête est trop longue.")


def test_a_length_that_is_no_number_or_is_missing_is_refused(client: TestClient) -> None:
    assert client.post("/connexion", content=iter([b"x"])).status_code == 411
    assert client.post("/connexion", headers={"content-length": b"\xb2"}).status_code == 411


def test_a_demand_of_another_site_is_refused_on_the_conversation_too(client: TestClient) -> None:
    for path in ("/gradio_api/queue/join", "/connexion", "/corpus", "/api/v1/ask"):
        response = client.post(path, json={}, headers={"origin": "http://mechant.example"})
        assert response.status_code == 403, path
        assert "autre site" in response.json()["detail"]


# --- failures ----------------------------------------------------------------------------------------------


@pytest.fixture
def failing(settings: Settings) -> Iterator[TestClient]:
    """A service with an address that fails without a reason."""
    live = LiveAssistant(settings)
    app = create_app(live, settings)

    def fail(request: Request) -> None:
        raise ZeroDivisionError("secret")

    app.router.routes.insert(0, type(app.router.routes[-2])("/healthz/panne", fail))
    with TestClient(app, HOME, raise_server_exceptions=False) as client:
        yield client
    live.close()


def test_an_unexpected_failure_is_a_sentence_without_details(failing: TestClient) -> None:
    response = failing.get("/healthz/panne", headers=BROWSER)
    assert response.status_code == 500
    assert "incident imprévu" in response.text.replace("\u00a0", " ")
    assert "secret" not in response.text
    assert "ZeroDivision" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_an_index_that_is_missing_is_said_then_found_again(tmp_path: Path, settings: Settings) -> None:
    nowhere = replace(settings, index_dir=tmp_path / "index")
    live = LiveAssistant(nowhere)
    with TestClient(create_app(live, nowhere), HOME) as client:
        assert client.get("/healthz").status_code == 200
        unready = client.get("/readyz")
        assert unready.status_code == 503
        assert "clsassist index" in unready.json()["detail"]
        page = client.get(f"/documents/{PDF}", headers=BROWSER)
        assert page.status_code == 503
        assert "<h1>Le service n'est pas prêt</h1>" in unescape(page.text)
        assert client.get("/", headers=BROWSER).status_code == 200
        (tmp_path / "index").symlink_to(settings.index_dir)
        assert client.get("/readyz").json() == {"status": "ok"}
        assert client.get(f"/documents/{PDF}").status_code == 200
    live.close()


# --- files of the pages ------------------------------------------------------------------------------------


def test_files_of_the_pages_are_kept_by_browsers_as_long_as_they_do_not_change(client: TestClient) -> None:
    kept = client.get(asset("base.css"))
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert kept.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get("/statique/base.css?v=autre").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["..%2fsite.py", "%2e%2e%2fsite.py", "base.css%00", ".", "logo", "absent.css"])
def test_only_the_files_of_the_folder_are_sent(client: TestClient, name: str) -> None:
    assert client.get(f"/statique/{name}").status_code == 404


def test_every_asset_has_an_address() -> None:
    assert all(asset(path.name).startswith("/statique/") for path in ASSETS.iterdir())


def test_the_logo_of_the_deployer_is_sent(tmp_path: Path, settings: Settings) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    chosen = replace(settings, page=PageSettings(logo=logo, title="Santé <du> Lac"))
    header = site_header(chosen, "/fiches")
    assert "Santé &lt;du&gt; Lac" in header
    live = LiveAssistant(chosen)
    with TestClient(create_app(live, chosen), HOME) as client:
        response = client.get(header.partition('<img class="cls-logo" src="')[2].partition('"')[0])
        assert response.headers["content-type"] == "image/svg+xml"
        assert "script-src 'self'" in response.headers["content-security-policy"]
        assert "Santé &lt;du&gt; Lac" in client.get("/", headers=BROWSER).text
    live.close()


def test_one_tab_is_the_current_one() -> None:
    for name, address in TABS:
        header = site_header(Settings(), address)
        assert header.count("aria-current") == 1
        assert f'<a href="{address}" data-name="{name}" aria-current="page">' in header.replace("&#39;", "'"), name
    assert 'href="/fiches" data-name="Fiches" aria-current="page"' in site_header(Settings(), "/fiches/une-fiche")


def test_the_default_accent_needs_no_style_of_its_own() -> None:
    assert theme_css(PageSettings()) == ""
    assert "--cls-accent:#7a1f3d" in theme_css(PageSettings(accent="#7a1f3d"))


# --- original documents ------------------------------------------------------------------------------------


def test_a_document_is_sent_as_it_is(client: TestClient, corpus: Path) -> None:
    response = client.get("/documents/dossier é/fiche n°1.txt")
    assert response.content == (corpus / "dossier é/fiche n°1.txt").read_bytes()
    disposition = response.headers["content-disposition"]
    assert disposition == "attachment; filename=\"fiche n_1.txt\"; filename*=UTF-8''fiche%20n%C2%B01.txt"
    assert response.headers["content-type"] == "application/octet-stream"


def test_a_pdf_is_shown_unless_it_is_to_be_saved(client: TestClient) -> None:
    shown = client.get(f"/documents/{PDF}")
    assert shown.headers["content-type"] == "application/pdf"
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.headers["x-content-type-options"] == "nosniff"
    saved = client.get(f"/documents/{PDF}?telecharger=1")
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert saved.content == shown.content


def test_a_document_of_an_archive_is_sent_alone(client: TestClient) -> None:
    response = client.get("/documents/envoi.zip/fiches/deux.txt")
    assert response.content.decode() == FICHE.replace("écoute", "repos")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "dossier é/..%2fplan-sante-79.pdf",
        "dossier é",
        "envoi.zip",
        "",
        "non-indexé.txt",
        "plan-sante-79.pdf%00",
        "PLAN-SANTE-79.PDF",
    ],
)
def test_nothing_but_documents_of_the_index_is_sent(client: TestClient, corpus: Path, path: str) -> None:
    (corpus.parent / "secret.txt").write_text("secret")
    (corpus / "non-indexé.txt").write_text("pas encore indexé")
    response = client.get(f"/documents/{path}", headers=BROWSER)
    assert response.status_code == 404
    assert "secret" not in response.text.replace("secret.txt", "")


def test_a_document_changed_since_it_was_indexed_is_not_sent(client: TestClient, corpus: Path) -> None:
    path = corpus / "dossier é/fiche n°1.txt"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"CPTS", b"MSPU"))
    changed = client.get("/documents/dossier é/fiche n°1.txt", headers=BROWSER)
    path.unlink()
    missing = client.get("/documents/dossier é/fiche n°1.txt", headers=BROWSER)
    path.write_bytes(before)
    back = client.get("/documents/dossier é/fiche n°1.txt", headers=BROWSER)
    assert (changed.status_code, missing.status_code, back.status_code) == (410, 410, 200)
    assert "a été modifié" in changed.text
    assert "MSPU" not in changed.text
    assert "plus à sa place" in missing.text.replace("\u00a0", " ")
