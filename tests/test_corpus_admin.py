"""The coordinator's pages without a browser: what may come in, what is shown, what is really gone."""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import quote

import anyio
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx import Response
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clsassist.builds import build_folder, current_build
from clsassist.deposit import WAITING_ROOM, DepositError, Refusal
from clsassist.feedback import FeedbackStore, Rating, Reason, Selection
from clsassist.index_job import IndexJobs, JobState
from clsassist.indexing import index_corpus
from clsassist.live import LiveAssistant
from clsassist.manifest import read_manifest, write_manifest
from clsassist.settings import PageSettings, Settings
from clsassist.web import corpus_admin
from clsassist.web.access import Role, Visitor
from clsassist.web.corpus_admin import corpus_admin_router
from clsassist.web.failures import add_failure_pages
from clsassist.web.feedback import feedback_router
from clsassist.web.receiving import Limits, receive_files
from clsassist.web.site import Site

PATIENCE = 120
FICHE = """Fiche action n°1 : Ouvrir une maison du zythum
Porteur : Commune de Valmore
Partenaires : MSA, CPAM
Objectifs opérationnels :
- Promouvoir la lecture anticonstitutionnelle
Public cible : jeunes médecins
"""
OTHER = """Fiche action n°2 : Développer le sport sur ordonnance
Porteur : Commune de Sauline
Partenaires : ARS
Objectifs opérationnels :
- Former les éducateurs sportifs
Public cible : personnes âgées
"""
QUESTION = "Qui porte l'action maison du zythum ?"


class _As:
    """What the gate of the service does: says who the visitor is."""

    def __init__(self, app: ASGIApp, role: Role | None) -> None:
        self.app, self.role = app, role

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["visitor"] = Visitor(self.role, "192.0.2.1")
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Service:
    """The pages of a corpus, as a coordinator meets them."""

    client: TestClient
    settings: Settings
    jobs: IndexJobs
    live: LiveAssistant

    def hand_in(self, *files: tuple[str, bytes]) -> Response:
        parts = [("fichiers", (name, raw, "application/octet-stream")) for name, raw in files]
        return self.client.post("/corpus/ajouter", files=parts)

    def ended(self) -> JobState:
        return self.jobs.wait(PATIENCE).state

    def store(self) -> FeedbackStore:
        return FeedbackStore(self.settings.page.data_dir)


def text_of(response: Response) -> str:
    """A page as it reads, without its marks."""
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).replace("\u00a0", " ").split())


def serve(settings: Settings, monkeypatch: pytest.MonkeyPatch, role: Role | None = Role.COORDINATOR) -> Service:
    made: list[IndexJobs] = []

    def make(*arguments: object) -> IndexJobs:
        made.append(IndexJobs(*arguments))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(corpus_admin, "IndexJobs", make)
    live = LiveAssistant(settings)
    site = Site(live, settings)
    app = FastAPI()
    for router in (corpus_admin_router(site), feedback_router(site)):
        app.include_router(router)
    add_failure_pages(app, site)
    app.add_middleware(_As, role=role)
    return Service(TestClient(app, headers={"Accept": "text/html"}), settings, made[0], live)


def settings_of(folder: Path) -> Settings:
    page = PageSettings(data_dir=folder / "data", max_upload_bytes=1_000_000, rate_per_minute=1_000)
    return replace(
        Settings(), corpus_dir=folder / "corpus", index_dir=folder / "index", max_file_bytes=400_000, page=page
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus of two documents and its index."""
    folder = tmp_path_factory.mktemp("indexed")
    settings = settings_of(folder)
    settings.corpus_dir.mkdir()
    (settings.corpus_dir / "fiche.txt").write_text(FICHE, encoding="utf-8")
    (settings.corpus_dir / "autre.txt").write_text(OTHER, encoding="utf-8")
    index_corpus([settings.corpus_dir], settings)
    return folder


@pytest.fixture
def settings(indexed: Path, tmp_path: Path) -> Settings:
    """The same, for one test to change: copied, which is faster than indexed again."""
    copied = settings_of(tmp_path)
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    build = build_folder(copied.index_dir, current_build(copied.index_dir) or "")
    write_manifest(build, replace(read_manifest(build), root=str(copied.corpus_dir.resolve())))
    return copied


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    made = serve(settings, monkeypatch)
    yield made
    made.jobs.close()
    made.jobs.wait(PATIENCE)
    made.live.close()


# --- who may


@pytest.mark.parametrize("role", [None, Role.READER])
def test_every_page_is_for_the_coordinator_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, role: Role | None
) -> None:
    closed = serve(settings, monkeypatch, role)

    routes = [
        (method, route.path.replace("{token}", "x"))
        for router in (corpus_admin_router(Site(closed.live, settings)), feedback_router(Site(closed.live, settings)))
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
        if route.path.startswith("/corpus")
    ]

    assert len(routes) > 15
    for method, path in routes:
        response = closed.client.request(method, path, follow_redirects=False)
        assert response.status_code == 403, (method, path)
    assert {path.name for path in settings.corpus_dir.iterdir()} == {"fiche.txt", "autre.txt"}


# --- what is shown


def test_the_list_tells_what_was_read_of_each_document(service: Service) -> None:
    page = text_of(service.client.get("/corpus"))

    assert "2 documents, 2 actions" in page
    assert re.search(r"fiche\.txt .*? sans page 1 \d+ \d+ indexé le \d+", page)
    assert "400 000" not in page


def test_a_report_tells_the_reading_of_one_document(service: Service) -> None:
    page = text_of(service.client.get("/corpus/document", params={"chemin": "fiche.txt"}))

    assert "Rapport de lecture" in page
    assert "1 action" in page
    assert "champs reconnus" in page


@pytest.mark.parametrize("path", ["absent.txt", "../fiche.txt", "/etc/passwd", "<script>", ""])
def test_a_document_that_is_not_there_is_told(service: Service, path: str) -> None:
    response = service.client.get("/corpus/document", params={"chemin": path})

    assert response.status_code == 404
    assert "<script>" not in response.text.replace("<script src", "")


def test_names_are_shown_as_text(service: Service) -> None:
    (service.settings.corpus_dir / "<img src=x onerror=alert(1)>.txt").write_text(OTHER + "!")

    page = service.client.get("/corpus").text

    assert "<img" not in page
    assert "&lt;img" in page


def test_a_change_of_the_folder_is_offered_to_be_indexed(service: Service) -> None:
    (service.settings.corpus_dir / "nouveau.txt").write_text(OTHER + "!")

    assert "Un fichier a changé depuis l'indexation" in text_of(service.client.get("/corpus"))
    assert "/corpus" in str(service.client.post("/corpus/indexer").url)
    assert service.ended() is JobState.DONE
    assert "3 documents" in text_of(service.client.get("/corpus"))


def test_an_index_of_another_folder_is_shown_and_left_alone(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    other = serve(replace(service.settings, corpus_dir=elsewhere), monkeypatch)

    page = text_of(other.client.get("/corpus"))
    assert "CLSASSIST_CORPUS_DIR" in page
    assert "fiche.txt" in page
    for refused in (
        other.hand_in(("x.txt", FICHE.encode())),
        other.client.post("/corpus/indexer"),
        other.client.post("/corpus/supprimer", data={"fichier": "fiche.txt"}),
    ):
        assert refused.status_code == 400
        assert "relancez le serveur" in text_of(refused)
    assert (service.settings.corpus_dir / "fiche.txt").exists()


# --- adding


def test_an_added_document_is_reported_indexed_and_answers(service: Service) -> None:
    raw = FICHE.replace("zythum", "basson").replace("n°1", "n°7").encode()

    page = service.hand_in(("../../Basson.txt", raw), ("faux.pdf", b"pas un PDF"))

    assert "/corpus/envois/" in str(page.url)
    assert "Basson.txt" in text_of(page)
    assert "faux.pdf : son contenu est celui d'un fichier texte" in text_of(page)
    assert (service.settings.corpus_dir / "Basson.txt").read_bytes() == raw
    assert not (service.settings.corpus_dir / "faux.pdf").exists()
    assert service.ended() is JobState.DONE
    with service.live.use() as assistant:
        assert "Basson.txt" in {cited.document for cited in assistant.ask("maison du basson").citations}


def test_questions_are_answered_while_indexing(service: Service) -> None:
    service.hand_in(("nouveau.txt", (OTHER + "Autre\n").encode()))

    with service.live.use() as assistant:
        assert "Valmore" in assistant.ask(QUESTION).text
    assert service.jobs.status().busy
    state = service.client.get("/corpus/etat").json()
    assert state["busy"]
    assert state["text"].startswith("Indexation en cours")
    assert service.ended() is JobState.DONE
    assert service.client.get("/corpus/etat").json()["percent"] == 100


def test_a_second_coordinator_is_told_and_nothing_is_forgotten(service: Service) -> None:
    service.hand_in(("un.txt", (OTHER + "Un\n").encode()))
    second = service.hand_in(("deux.txt", (OTHER + "Deux\n").encode()))

    assert "Une autre suivra" in text_of(second)
    assert service.ended() is JobState.DONE
    assert "4 documents" in text_of(service.client.get("/corpus"))


def test_a_name_that_is_taken_waits_for_a_decision(service: Service) -> None:
    page = service.hand_in(("FICHE.txt", OTHER.replace("n°2", "n°9").encode()))

    assert "ce nom est déjà pris" in text_of(page)
    assert not service.jobs.status().busy
    assert (service.settings.corpus_dir / "fiche.txt").read_text() == FICHE
    decided = service.client.post(page.url.path, data={"remplacer": "FICHE.txt"})
    assert service.jobs.status().busy
    assert "n°9" in (service.settings.corpus_dir / "fiche.txt").read_text()
    assert "À décider" not in text_of(decided)


def test_a_name_that_is_taken_may_stay_with_its_document(service: Service) -> None:
    page = service.hand_in(("fiche.txt", OTHER.replace("n°2", "n°9").encode()))

    decided = service.client.post(page.url.path)

    assert "le document déjà présent a été gardé" in text_of(decided)
    assert (service.settings.corpus_dir / "fiche.txt").read_text() == FICHE
    assert not service.jobs.status().busy


def test_a_deposit_that_is_forgotten_is_told(service: Service) -> None:
    assert service.client.get("/corpus/envois/inconnu").status_code == 410
    assert "envoyez de nouveau" in text_of(service.client.post("/corpus/envois/inconnu"))


def test_a_form_without_files_is_told(service: Service) -> None:
    empty = service.client.post("/corpus/ajouter", files=[("fichiers", ("", b"", "application/octet-stream"))])
    plain = service.client.post("/corpus/ajouter", data={"fichiers": "x"})

    assert "choisissez au moins un fichier" in text_of(empty)
    assert "choisissez au moins un fichier" in text_of(plain)
    assert "Rien n'a été gardé de cet envoi" in text_of(plain)
    assert leftovers(service) == []


def leftovers(service: Service) -> list[Path]:
    room = service.settings.corpus_dir / WAITING_ROOM
    return list(room.iterdir()) if room.is_dir() else []


def test_too_large_a_file_is_refused_and_the_others_kept(service: Service) -> None:
    page = service.hand_in(("gros.txt", b"x" * 450_000), ("petit.txt", (OTHER + "Petit\n").encode()))

    assert "gros.txt : il pèse plus que la limite de 0 Mo" in text_of(page).replace("0,4", "0")
    assert (service.settings.corpus_dir / "petit.txt").exists()
    assert not (service.settings.corpus_dir / "gros.txt").exists()


def test_too_large_a_form_is_refused_whole(service: Service) -> None:
    page = service.hand_in(*((f"{number}.txt", bytes([65 + number]) * 390_000) for number in range(3)))

    assert "envoyez les fichiers en plusieurs fois" in text_of(page)
    assert {path.name for path in service.settings.corpus_dir.glob("*.txt")} == {"fiche.txt", "autre.txt"}
    assert leftovers(service) == []


def test_a_visitor_who_leaves_in_the_middle_leaves_nothing(service: Service) -> None:
    begun = form_of(file_part("coupe.txt", "x" * 1_000), end=False)
    told = iter([{"type": "http.request", "body": begun, "more_body": True}, {"type": "http.disconnect"}])
    sent: list[Message] = []

    async def receive_next() -> Message:
        return next(told)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [
        (b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode()),
        (b"content-length", b"900000"),
    ]
    scope = {"type": "http", "method": "POST", "path": "/corpus/ajouter", "headers": headers, "query_string": b""}
    anyio.run(service.client.app, scope, receive_next, send)

    assert sent[0]["status"] == 400
    assert leftovers(service) == []


def test_a_disk_that_fills_up_is_told_and_left_clean(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def fill(path: Path, mode: str = "r", *arguments: object, **options: object) -> object:
        if mode == "xb":
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, mode, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", fill)
    page = service.hand_in(("x.txt", b"x" * 1_000))

    assert page.status_code == 400
    assert "est plein : libérez de la place" in text_of(page)
    assert leftovers(service) == []


def test_a_corpus_that_cannot_be_written_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Path.mkdir

    def refuse(path: Path, *arguments: object, **options: object) -> None:
        if WAITING_ROOM in path.parts:
            raise OSError(errno.EROFS, "Read-only file system")
        made(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "mkdir", refuse)

    assert "n'accepte pas d'écriture" in text_of(service.hand_in(("x.txt", b"x")))


# --- the form itself, piece by piece

BOUNDARY = "frontiere"
LIMITS = Limits(1_000, 5_000)


def form_of(*parts: str, end: bool = True) -> bytes:
    body = "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts)
    return (body + (f"--{BOUNDARY}--\r\n" if end else "")).encode()


def file_part(name: str, content: str) -> str:
    return f'Content-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n{content}'


def receive(folder: Path, raw: bytes, piece: int = 7, limits: Limits = LIMITS) -> tuple[Refusal, ...]:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), piece):
            yield raw[start : start + piece]

    return anyio.run(receive_files, pieces(), f"multipart/form-data; boundary={BOUNDARY}", folder, limits)


def test_files_are_written_whatever_the_pieces(tmp_path: Path) -> None:
    raw = form_of(
        file_part("é.txt", "un\r\ndeux"), 'Content-Disposition: form-data; name="x"\r\n\r\ny', file_part("b.txt", "")
    )

    for piece in (1, 7, len(raw)):
        folder = tmp_path / str(piece)
        folder.mkdir()
        assert receive(folder, raw, piece) == ()
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"é.txt": b"un\r\ndeux", "b.txt": b""}


def test_ten_thousand_parts_are_refused(tmp_path: Path) -> None:
    for part in (file_part("{}.txt", "x"), 'Content-Disposition: form-data; name="x{}"\r\n\r\ny'):
        raw = form_of(*(part.format(number) for number in range(10_000)))
        with pytest.raises(DepositError, match="plus de 100 fichiers"):
            receive(tmp_path, raw, 64_000, Limits(1_000, 10_000_000))

    assert len(list(tmp_path.iterdir())) <= 110


def test_two_files_of_one_name_are_not_mixed(tmp_path: Path) -> None:
    (refused,) = receive(tmp_path, form_of(file_part("a/f.txt", "un"), file_part("b/f.txt", "deux")))

    assert (refused.name, (tmp_path / "f.txt").read_text()) == ("f.txt", "un")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"n'importe quoi",
        form_of(file_part("a.txt", "coupe"), end=False),
        form_of("Sans-Disposition: x\r\n\r\ny"),
        form_of("\r\n".join(f"X-{number}: y" for number in range(500)) + "\r\n\r\nz"),
        form_of("Content-Disposition: " + "x" * 100_000 + "\r\n\r\nz"),
        form_of(file_part("a.txt", "x" * 6_000)),
    ],
)
def test_a_form_that_is_none_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(DepositError):
        receive(tmp_path, raw)


def test_an_archive_may_weigh_what_the_form_may(tmp_path: Path) -> None:
    raw = form_of(file_part("a.ZIP", "x" * 2_000), file_part("a.txt", "x" * 2_000))

    (refused,) = receive(tmp_path, raw)

    assert refused.name == "a.txt"
    assert {path.name for path in tmp_path.iterdir()} == {"a.ZIP"}


# --- removing


def opinion_on(service: Service, question: str = QUESTION) -> None:
    response = service.client.post("/avis", json={"rating": "plus", "question": question})
    assert response.status_code == 201


def test_the_removal_says_what_goes(service: Service) -> None:
    opinion_on(service)

    page = text_of(service.client.get("/corpus/supprimer", params={"fichier": "fiche.txt"}))

    assert "1 action" in page
    assert "1 avis de lecteur" in page
    assert "Supprimer définitivement" in page
    assert (service.settings.corpus_dir / "fiche.txt").exists()


def test_a_removed_document_is_nowhere(service: Service, tmp_path: Path) -> None:
    opinion_on(service)
    opinion_on(service, "Qui porte le sport sur ordonnance ?")
    with service.live.use() as assistant:
        assert "Valmore" in assistant.ask(QUESTION).text

    page = service.client.post("/corpus/supprimer", data={"fichier": "fiche.txt"})

    assert "« fiche.txt » est supprimé" in text_of(page)
    assert service.ended() is JobState.DONE
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"anticonstitutionnelle" not in content, path
            assert b"zythum" not in content, path
    assert [kept.feedback.question for kept in service.store().find(Selection())] == [
        "Qui porte le sport sur ordonnance ?"
    ]
    with service.live.use() as assistant:
        assert "Valmore" not in assistant.ask(QUESTION).text


def test_what_is_said_of_a_document_being_removed_goes_too(service: Service) -> None:
    service.client.post("/corpus/supprimer", data={"fichier": "fiche.txt"})
    opinion_on(service)

    assert service.ended() is JobState.DONE
    assert service.store().count_quoting(["fiche.txt"]) == 0


def test_the_last_document_can_be_removed(service: Service) -> None:
    for name in ("fiche.txt", "autre.txt"):
        service.client.post("/corpus/supprimer", data={"fichier": name})

    assert service.ended() is JobState.DONE
    page = text_of(service.client.get("/corpus"))
    assert "Le corpus est vide" in page
    assert not list(service.settings.index_dir.rglob("*.sqlite"))


@pytest.mark.parametrize("name", ["absent.txt", "../corpus/fiche.txt", "/etc/passwd", ".", "fiche.txt/"])
def test_only_a_file_of_the_list_can_be_removed(service: Service, name: str) -> None:
    assert service.client.get("/corpus/supprimer", params={"fichier": name}).status_code == 410
    assert service.client.post("/corpus/supprimer", data={"fichier": name}).status_code == 410
    assert {path.name for path in service.settings.corpus_dir.iterdir()} == {"fiche.txt", "autre.txt"}


def test_looking_at_the_removal_removes_nothing(service: Service) -> None:
    service.client.get("/corpus/supprimer", params={"fichier": "fiche.txt"})
    service.client.get("/corpus/supprimer?fichier=" + quote("fiche.txt"))

    assert (service.settings.corpus_dir / "fiche.txt").exists()


def test_a_failed_indexing_is_told_and_can_be_tried_again(service: Service) -> None:
    shutil.rmtree(service.settings.corpus_dir)
    service.client.post("/corpus/indexer")

    assert service.ended() is JobState.FAILED
    page = text_of(service.client.get("/corpus"))
    assert "L'indexation a échoué" in page
    assert "Relancer l'indexation" in page


# --- opinions


def test_an_opinion_is_kept_with_the_answer_that_the_server_gives(service: Service) -> None:
    sent = {
        "rating": "moins",
        "reason": "incomplet",
        "comment": "Il manque le pilote.",
        "question": QUESTION,
        "answer": "Des mots que le serveur n'a pas dits.",
        "key": "k1",
    }
    response = service.client.post("/avis", json=sent)

    assert response.status_code == 201
    (kept,) = service.store().find(Selection())
    assert "Valmore" in kept.feedback.answer
    assert kept.feedback.reason is Reason.INCOMPLETE
    assert kept.feedback.documents == ("fiche.txt",)
    with service.live.use() as assistant:
        assert kept.feedback.build == assistant.build


def test_an_opinion_follows_its_conversation(service: Service) -> None:
    service.client.post(
        "/avis", json={"rating": "plus", "question": "Qui la porte ?", "previous": ["maison du zythum"]}
    )

    (kept,) = service.store().find(Selection())
    assert kept.feedback.previous == ("maison du zythum",)
    assert "Valmore" in kept.feedback.answer


def test_a_form_does_as_a_program(service: Service) -> None:
    page = service.client.post("/avis", data={"rating": "plus", "question": QUESTION, "reason": "", "comment": ""})

    assert "Merci de votre avis" in text_of(page)
    assert service.store().count(Selection(rating=Rating.UP)) == 1


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"rating": "peut-être", "question": QUESTION},
        {"rating": "plus", "question": ""},
        {"rating": "plus", "question": " "},
        {"rating": "plus", "question": "x" * 5_000},
        {"rating": "plus", "question": QUESTION, "comment": "x" * 5_000},
        {"rating": "plus", "question": QUESTION, "reason": "<script>"},
        {"rating": "plus", "question": QUESTION, "previous": ["x" * 5_000]},
        {"rating": "plus", "question": QUESTION, "previous": ["x"] * 200},
    ],
)
def test_what_is_no_opinion_is_refused(service: Service, sent: dict[str, object]) -> None:
    assert service.client.post("/avis", json=sent).status_code == 400
    assert service.store().count(Selection()) == 0


def test_what_is_no_form_is_refused(service: Service) -> None:
    for content, kind in ((b"{", "application/json"), (b"\xff", "text/plain"), (b"x", "multipart/form-data")):
        assert service.client.post("/avis", content=content, headers={"Content-Type": kind}).status_code == 400


def test_opinions_cannot_be_poured_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = serve(replace(settings, page=replace(settings.page, rate_per_minute=2)), monkeypatch)

    codes = [slow.client.post("/avis", json={"rating": "plus", "question": QUESTION}).status_code for _ in range(3)]

    assert codes == [201, 201, 429]
    slow.live.close()


def test_opinions_are_looked_through(service: Service) -> None:
    for rating, comment in (("plus", "Bien <b>vu</b>"), ("moins", "Faux")):
        service.client.post("/avis", json={"rating": rating, "question": QUESTION, "comment": comment})

    page = service.client.get("/corpus/avis")
    read = text_of(page)
    assert read.index("Faux") < read.index("Bien")
    assert "Bien &lt;b&gt;vu&lt;/b&gt;" in page.text
    assert "Valmore" in read
    assert "Bien" not in text_of(service.client.get("/corpus/avis?note=moins"))
    (down,) = service.store().find(Selection(rating=Rating.DOWN))
    back = service.client.post("/corpus/avis/lus", data={"avis": down.id, "retour": "?lus=non"})
    assert str(back.url).endswith("/corpus/avis?lus=non")
    assert "Faux" not in text_of(back)
    service.client.post("/corpus/avis/non-lus", data={"avis": down.id})
    assert service.store().count(Selection(seen=False)) == 2


def test_an_opinion_can_be_removed(service: Service) -> None:
    opinion_on(service)
    (kept,) = service.store().find(Selection())

    service.client.post("/corpus/avis/supprimer", data={"avis": kept.id})

    assert service.store().count(Selection()) == 0
    assert service.client.post("/corpus/avis/supprimer", data={"avis": kept.id}).status_code == 410


def test_all_opinions_are_removed_after_a_question(service: Service) -> None:
    opinion_on(service)

    assert "1 avis sera effacé" in text_of(service.client.get("/corpus/avis/tout-supprimer"))
    assert service.store().count(Selection()) == 1
    service.client.post("/corpus/avis/tout-supprimer")
    assert service.store().count(Selection()) == 0


@pytest.mark.parametrize("number", ["0", "-1", "x", str(2**70)])
def test_a_number_of_no_opinion_is_refused(service: Service, number: str) -> None:
    assert service.client.post("/corpus/avis/lus", data={"avis": number}).status_code == 422


@pytest.mark.parametrize("back", ["//mechant.example", "https://mechant.example", "?a\r\nX: y", "/../x"])
def test_going_back_stays_on_the_page(service: Service, back: str) -> None:
    opinion_on(service)
    response = service.client.post("/corpus/avis/lus", data={"avis": 1, "retour": back}, follow_redirects=False)

    assert response.headers["location"] == "/corpus/avis"


def test_opinions_are_exported_as_they_are_filtered(service: Service) -> None:
    service.client.post("/avis", json={"rating": "moins", "question": QUESTION, "comment": "=1+1"})
    opinion_on(service, "Qui porte le sport sur ordonnance ?")

    cases = service.client.get("/corpus/avis/export.yaml?note=moins")
    table = service.client.get("/corpus/avis/export.csv")

    assert "zythum" in cases.text
    assert "ordonnance" not in cases.text
    assert cases.headers["content-disposition"] == 'attachment; filename="avis.yaml"'
    assert table.content.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in table.text
    assert table.text.count("\n") >= 3


def test_many_opinions_are_shared_out_between_pages(service: Service) -> None:
    for number in range(25):
        service.client.post("/avis", json={"rating": "plus", "question": QUESTION, "key": str(number)})

    first, second = (service.client.get(f"/corpus/avis?page={page}") for page in (1, 2))

    assert (first.text.count("<article"), second.text.count("<article")) == (20, 5)
    assert "Page suivante" in text_of(first)
    assert service.client.get("/corpus/avis?page=99").text.count("<article") == 5


def test_opinions_that_cannot_be_read_do_not_hide_the_corpus(service: Service) -> None:
    service.settings.page.data_dir.mkdir(exist_ok=True)
    service.store().path.write_bytes(b"n'importe quoi" * 1_000)

    assert "Les avis ne peuvent pas être lus" in text_of(service.client.get("/corpus"))
    assert "Les avis n'ont pas pu être lus" in text_of(service.client.get("/corpus/avis"))


def test_a_request_tells_its_own_kind() -> None:
    scope = {"type": "http", "headers": [(b"content-type", b"Application/JSON; charset=utf-8")]}

    from clsassist.web.feedback import _is_json

    assert _is_json(Request(scope))
