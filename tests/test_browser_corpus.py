"""The coordinator's tab in a real browser: adding, watching, reading reports, removing, and what readers said."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from browsing import axe_violations, overflow, serve_command, serving, visit
from playwright.sync_api import Browser, Page, expect
from test_corpus_admin import FICHE, OTHER, QUESTION

from clsassist.indexing import index_corpus
from clsassist.settings import Settings

pytestmark = pytest.mark.browser

# Far more than an indexing takes, in milliseconds; reached only by a failure.
PATIENCE = 180_000
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Desk:
    url: str
    corpus: Path
    data: Path

    def visit(self, browser: Browser, path: str = "/corpus", **options: Any) -> Any:
        return visit(browser, self.url + path, **options)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A service over two documents, whose corpus may be changed by whoever sits at its machine."""
    folder = tmp_path_factory.mktemp("desk")
    corpus, data = folder / "corpus", folder / "data"
    corpus.mkdir()
    (corpus / "fiche.txt").write_text(FICHE, encoding="utf-8")
    (corpus / "autre.txt").write_text(OTHER, encoding="utf-8")
    index_corpus([corpus], replace(Settings(), corpus_dir=corpus, index_dir=folder / "index"))
    environment = {"CLSASSIST_CORPUS_DIR": str(corpus), "CLSASSIST_DATA_DIR": str(data)}
    with serving(serve_command(folder / "index"), **environment) as url:
        yield Desk(url, corpus, data)


def fiche(word: str, number: int) -> bytes:
    """A document like no other: one of its words is nowhere else."""
    return FICHE.replace("zythum", word).replace("n°1", f"n°{number}").encode()


def hand_in(page: Page, *files: tuple[str, bytes]) -> None:
    chosen = [{"name": name, "mimeType": "text/plain", "buffer": raw} for name, raw in files]
    page.get_by_label("Documents à ajouter").set_input_files(chosen)  # type: ignore[arg-type]
    page.get_by_role("button", name="Ajouter et indexer").click()
    page.get_by_role("heading", name="Documents reçus").wait_for()


def wait_for_end(page: Page) -> None:
    expect(page.locator("#cls-job-text")).to_contain_text("Indexation terminée", timeout=PATIENCE)


@contextmanager
def paused_indexing(desk: Desk) -> Iterator[None]:
    """Hold the indexing process of this service still, as a long corpus would."""
    (pid,) = [int(found.parent.name) for found in Path("/proc").glob("[0-9]*/cmdline") if _is_worker(found, desk)]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _is_worker(cmdline: Path, desk: Desk) -> bool:
    try:
        is_worker = b"clsassist.index_worker" in cmdline.read_bytes()
        return is_worker and str(desk.data).encode() in cmdline.with_name("environ").read_bytes()
    except OSError:
        return False


# --- adding


def test_others_ask_while_a_document_is_indexed(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page, desk.visit(browser, "/") as other:
        other.get_by_label("Votre question").wait_for()
        hand_in(page, ("basson.txt", fiche("basson", 5)))
        with paused_indexing(desk):
            expect(page.get_by_role("progressbar", name="Avancement de l'indexation")).to_be_visible()
            ask(other, QUESTION)
            turn = other.locator(".cls-turn").last
            expect(turn).to_contain_text("Commune de Valmore")
            expect(turn).to_contain_text("fiche.txt")
            assert page.evaluate("fetch('/corpus/etat').then((answer) => answer.json())")["busy"]
        wait_for_end(page)
        ask(other, "Qui porte la maison du basson ?")
        expect(other.locator(".cls-turn").last).to_contain_text("basson.txt")


def ask(page: Page, question: str) -> None:
    count = page.locator(".cls-turn").count()
    page.get_by_label("Votre question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".cls-turn").nth(count).locator(".cls-trace, .cls-notice").wait_for()


def test_the_list_follows_the_indexing_by_itself(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page:
        hand_in(page, ("hautbois.txt", fiche("hautbois", 6)))
        page.get_by_role("link", name="Revenir à la liste").click()
        wait_for_end(page)
        row = page.get_by_role("row", name="hautbois.txt")
        expect(row).to_contain_text("indexé")
        expect(page.locator("#cls-job-bar")).to_be_hidden()


def test_the_reading_is_reported_with_what_is_refused(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page:
        hand_in(page, ("tuba.txt", fiche("tuba", 7)), ("faux.pdf", b"pas un PDF"), ("outil.exe", b"MZ\0\0"))
        expect(page.get_by_role("article").filter(has_text="tuba.txt")).to_contain_text("1 action")
        refused = page.locator(".corpus-refused")
        expect(refused).to_contain_text("faux.pdf")
        expect(refused).to_contain_text("le format « .exe » n'est pas lu")
        wait_for_end(page)
    assert not (desk.corpus / "faux.pdf").exists()


def test_files_can_be_dropped_on_the_form(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page:
        dropped = page.evaluate_handle(
            """(text) => {
                const data = new DataTransfer();
                data.items.add(new File([text], "cor.txt", { type: "text/plain" }));
                return data;
            }""",
            fiche("cor", 8).decode(),
        )
        page.dispatch_event("#cls-drop", "drop", {"dataTransfer": dropped})
        expect(page.locator("#cls-files-chosen")).to_contain_text("1 fichier choisi")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Documents reçus").wait_for()
        wait_for_end(page)
    assert (desk.corpus / "cor.txt").exists()


def test_a_file_too_heavy_is_told_before_it_is_sent(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page:
        page.evaluate("document.getElementById('cls-drop').dataset.fileBytes = '10'")
        page.get_by_label("Documents à ajouter").set_input_files(
            {"name": "gros.txt", "mimeType": "text/plain", "buffer": b"x" * 100}
        )
        expect(page.locator("#cls-files-chosen")).to_contain_text("Trop lourd")
        page.get_by_role("button", name="Ajouter et indexer").click()
        expect(page).to_have_url(f"{desk.url}/corpus")


def test_a_taken_name_is_replaced_only_when_said(browser: Browser, desk: Desk) -> None:
    before = (desk.corpus / "autre.txt").read_bytes()
    with desk.visit(browser) as page:
        hand_in(page, ("autre.txt", before + b"Calendrier : 2027\n"))
        box = page.get_by_role("checkbox", name="autre.txt")
        box.uncheck()
        page.get_by_role("button", name="Remplacer les documents cochés").click()
        expect(page.locator(".corpus-refused")).to_contain_text("a été gardé")
    assert (desk.corpus / "autre.txt").read_bytes() == before


def test_without_script_everything_is_done_by_forms(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser, java_script_enabled=False) as page:
        hand_in(page, ("piccolo.txt", fiche("piccolo", 9)))
        with paused_indexing(desk):
            page.reload()
            expect(page.get_by_text("Rechargez la page pour suivre")).to_be_visible()
        page.goto(f"{desk.url}/corpus/supprimer?fichier=piccolo.txt")
        page.get_by_role("button", name="Supprimer définitivement").click()
        expect(page.get_by_text("« piccolo.txt » est supprimé")).to_be_visible()
    assert not (desk.corpus / "piccolo.txt").exists()
    with desk.visit(browser) as page:
        wait_for_end(page)


# --- removing


def test_a_document_is_removed_for_good(browser: Browser, desk: Desk) -> None:
    with desk.visit(browser) as page, desk.visit(browser, "/") as other:
        hand_in(page, ("clavecin.txt", fiche("clavecin", 10)))
        wait_for_end(page)
        other.request.post(f"{desk.url}/avis", data={"rating": "plus", "question": "Qui porte la maison du clavecin ?"})
        page.goto(f"{desk.url}/corpus")
        page.get_by_role("link", name="Supprimer clavecin.txt").click()
        expect(page.get_by_text("1 avis de lecteur")).to_be_visible()
        page.get_by_role("button", name="Supprimer définitivement").click()
        wait_for_end(page)
        expect(page.get_by_role("row", name="clavecin.txt")).to_have_count(0)
        ask(other, "Qui porte la maison du clavecin ?")
        expect(other.locator(".cls-turn").last).not_to_contain_text("clavecin.txt")
    for path in desk.corpus.parent.rglob("*"):
        assert path.is_dir() or b"clavecin" not in path.read_bytes(), path


# --- opinions


def test_an_opinion_is_read_then_exported(browser: Browser, desk: Desk) -> None:
    sent = {"rating": "moins", "reason": "incomplet", "comment": "Et le pilote ?", "question": QUESTION}
    with desk.visit(browser) as page:
        page.request.post(f"{desk.url}/avis", data=sent)
        page.goto(f"{desk.url}/corpus/avis?note=moins")
        card = page.get_by_role("article").filter(has_text="Et le pilote ?")
        expect(card).to_contain_text("Il manque quelque chose")
        card.get_by_text("Réponse jugée").first.click()
        expect(card).to_contain_text("Commune de Valmore")
        card.get_by_role("button", name="Marquer lu").click()
        expect(card.get_by_role("button", name="Marquer non lu")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Exporter pour l'évaluation").click()
        assert QUESTION in download.value.path().read_text(encoding="utf-8")


# --- accessible, whatever the window

PAGES = (
    "/corpus",
    "/corpus/document?chemin=fiche.txt",
    "/corpus/supprimer?fichier=fiche.txt",
    "/corpus/avis",
    "/corpus/avis/tout-supprimer",
    "/avis/merci",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, desk: Desk, scheme: Scheme) -> None:
    with desk.visit(browser, scheme=scheme) as page:
        page.request.post(f"{desk.url}/avis", data={"rating": "moins", "question": QUESTION, "key": "axe"})
        for path in PAGES:
            page.goto(desk.url + path)
            assert axe_violations(page) == [], path
        hand_in_pending(page, desk)
        assert axe_violations(page) == []


def hand_in_pending(page: Page, desk: Desk) -> None:
    """A page of deposit with everything on it: a decision, a refusal, a report."""
    page.goto(f"{desk.url}/corpus")
    hand_in(page, ("fiche.txt", fiche("violon", 11)), ("faux.pdf", b"pas un PDF"))


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_is_wider_than_the_window(browser: Browser, desk: Desk, width: int) -> None:
    with desk.visit(browser, width=width) as page:
        for path in PAGES:
            page.goto(desk.url + path)
            assert overflow(page) <= 0, path
        hand_in_pending(page, desk)
        assert overflow(page) <= 0
