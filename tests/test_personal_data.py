"""Personal data of the documents: what is taken for it, and that nothing of it is left anywhere once it is hidden.

Every person here is made of a first name and of syllables drawn at random: none exists.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import docx
import pypdf
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from clsassist.assistant import Assistant
from clsassist.cli import main
from clsassist.corpus import read_corpus, read_files
from clsassist.errors import IndexMismatchError
from clsassist.feedback import Feedback, FeedbackStore, QuotedSource, Rating, Selection, feedback_to_csv
from clsassist.index import is_stale
from clsassist.index_worker import order_to_settings, settings_to_order
from clsassist.indexing import index_corpus
from clsassist.live import LiveAssistant
from clsassist.llama import ClsRetriever
from clsassist.personal_data import find_personal_data, hide_in_document, hide_in_text
from clsassist.personal_data.words import load_person_words
from clsassist.records import AnswerStatus, Block, BlockKind, Corpus, Document, Span
from clsassist.settings import PageSettings, Settings
from clsassist.text import fold
from clsassist.web.server import create_app

PROJECT = Path(__file__).resolve().parents[1]
_SYLLABLES = ("bel", "dro", "kel", "mur", "nof", "pli", "quar", "sev", "tro", "vul", "zim")
BASE = "http://127.0.0.1:7860"


def make_word(source: random.Random, syllables: int = 4) -> str:
    return "".join(source.choices(_SYLLABLES, k=syllables)).capitalize()


@dataclass(frozen=True)
class Somebody:
    """A person who does not exist; ``secrets`` are what nobody may read."""

    first: str
    last: str
    phone: str

    @staticmethod
    def draw(source: random.Random) -> Somebody:
        firsts = sorted(load_person_words().first_names & {"anne", "fatima", "jean", "louise", "mehdi", "yann"})
        pairs = " ".join(f"{source.randrange(100):02d}" for _ in range(4))
        return Somebody(source.choice(firsts).capitalize(), make_word(source), f"03 {pairs}")

    @property
    def mail(self) -> str:
        return f"{self.first}.{self.last}@cpts-exemple.fr".lower()

    @property
    def secrets(self) -> tuple[str, ...]:
        return (fold(self.last), re.sub(r"\D", "", self.phone)[2:])


@pytest.fixture
def somebody() -> Somebody:
    return Somebody.draw(random.Random(11))


# --- what is found


@pytest.mark.parametrize(
    "written",
    [
        "Réunion animée par Mme {0.first} {0.last}.",
        "Réunion animée par M. {0.last}, maire.",
        "Réunion animée par le Dr {0.last} et l'ARS.",
        "Réunion animée par le docteur {upper}.",
        "Mmes {0.first} {0.last} et {0.first} {upper}, infirmières",
        "Fiche relue avec {0.first} {upper} (CPTS).",
        "Fiche relue avec {0.first} {0.last}, coordinatrice.",
        "Présents : {upper} {0.first}, ARS",
        "Propos recueillis par {initial}. {upper} en mai",
        "Référente : {0.first} {0.last}",
        "CHEFFE DE PROJET : {first_upper} {upper}",
        "Nom : {upper}",
        "Écrire à {0.mail}.",
        "Écrire à {initial_lower}.{lower}@ville.fr.",
        "Voir https://reseau.example/in/{0.first}-{0.last}, la page de Mme {0.first} {0.last}.",
        "Mme {0.first} {0.last}, tél. {0.phone}",
        "Contact : {0.first} {0.last}\n{0.phone}",
        "Mme {0.first} {0.last} est élue. {upper} suit la fiche.",
    ],
)
def test_a_person_is_hidden_however_they_are_named(somebody: Somebody, written: str) -> None:
    text = written.format(
        somebody,
        upper=somebody.last.upper(),
        lower=somebody.last.lower(),
        first_upper=somebody.first.upper(),
        initial=somebody.first[0],
        initial_lower=somebody.first[0].lower(),
    )
    hidden = hide_in_text(text)
    assert fold(somebody.last) not in fold(hidden), hidden
    assert somebody.phone not in hidden
    assert "masqué" in hidden


@pytest.mark.parametrize(
    "written",
    [
        "rue du Docteur {}, place du Général {}, avenue Anne {}",
        "la Maison Jeanne d'Arc, le centre Simone Veil, l'hôpital Albert Schweitzer et l'EHPAD Louise {}",
        "le lycée Jean {} et le collège Louise {}",
        "Monsieur le Maire, Madame la Directrice, le docteur en pharmacie, Mme X et le Dr Untel",
        "France Services, France Travail, Mutualité Française, Santé Publique France",
        "PLAN LOCAL DE SANTE\nAXE 1 : ACCES AUX SOINS\nA. CONTEXTE",
        "contact@ville.fr, accueil@msp.fr, ars-grandest-ddars68@ars.sante.fr, coordination@cptstd.fr, cls@pays.fr",
        "Standard de la mairie : 03 88 00 11 22",
        "Tél. : 05 49 00 00 00",
        "Numéro vert : 0 800 23 13 13, le 15, le 3114, 116 117",
        "Porteur : PETR du Pays Thur Doller\nPilote : Communauté de communes",
    ],
)
def test_a_place_an_organisation_or_its_switchboard_is_left_alone(written: str) -> None:
    text = written.replace("{}", make_word(random.Random(3)))
    assert hide_in_text(text) == text


def test_the_shipped_plans_and_public_pages_name_nobody_by_mistake(demo_corpus: Corpus) -> None:
    other = read_corpus([PROJECT / "eval/reading/seen"], Settings())
    for parsed in (*demo_corpus.documents, *other.documents):
        assert hide_in_document(parsed.document) == parsed.document, parsed.document.path


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A document whose lines and pieces of lines are blocks, some of them persons."""
    source = draw(st.randoms(use_true_random=False))
    pieces = draw(
        st.lists(
            st.sampled_from(["Mme {0.first} {0.last}", "{0.mail}", "{0.phone}", "la CPTS", "☐ oui", ""]), max_size=12
        )
    )
    text, blocks = "", []
    for piece in pieces:
        words = piece.format(Somebody.draw(source))
        middle = source.randint(0, len(words))
        start = len(text)
        text += words + source.choice(("\n", "\t", " "))
        blocks.append(Block(BlockKind.CELL, Span(start, start + len(words)), table=0, row=0, column=len(blocks)))
        blocks.append(Block(BlockKind.PARAGRAPH, Span(start, start + middle)))
        blocks.append(Block(BlockKind.ITEM, Span(start + middle, start + len(words))))
    return Document("d", "d.txt", "", None, text, tuple(blocks))


@given(documents())
def test_blocks_follow_the_text_and_keep_what_is_not_hidden(document: Document) -> None:
    hidden = hide_in_document(document)
    marks = re.compile(r"\[[a-zé]+ masquée?\]")
    assert len(hidden.blocks) == len(document.blocks)
    for before, after in zip(document.blocks, hidden.blocks, strict=True):
        left = marks.sub("", after.span.of(hidden.text))
        kept = iter(before.span.of(document.text))
        assert all(character in kept for character in left), (before, after)
        assert replace(after, span=before.span) == before
    assert [block.span.start for block in hidden.blocks] == sorted(block.span.start for block in hidden.blocks) or [
        block.span.start for block in document.blocks
    ] != sorted(block.span.start for block in document.blocks)
    assert not find_personal_data(hidden.text)


def test_the_name_of_a_file_that_names_somebody_is_reported(somebody: Somebody) -> None:
    document = Document("d", f"{somebody.first} {somebody.last.upper()}.txt", "", None, "Texte", ())
    (warning,) = hide_in_document(document).warnings
    assert "renommez-le" in warning.message


# --- hidden everywhere


@pytest.fixture(scope="module")
def people() -> tuple[Somebody, ...]:
    source = random.Random(5)
    return tuple(Somebody.draw(source) for _ in range(4))


@pytest.fixture(scope="module")
def folder(people: tuple[Somebody, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents that name people in every field: a Word form, a text, a table."""
    one, two, three, four = people
    folder = tmp_path_factory.mktemp("documents")
    word = docx.Document()
    word.core_properties.title = f"CLS de M. {one.last}"
    word.sections[0].footer.paragraphs[0].text = f"Rédaction : {two.first} {two.last.upper()}"
    word.add_heading("Contrat local de santé du Val Fictif 2024-2028")
    table = word.add_table(rows=0, cols=2)
    for label, value in (
        ("Fiche action n°1", f"Réseau des aidants autour de Mme {one.first} {one.last}"),
        ("Porteur", f"CPTS du Val Fictif, {two.first} {two.last.upper()}"),
        ("Référent", f"{three.first} {three.last}\n{three.phone}\n{three.mail}"),
        ("Partenaires", f"ARS ; MSA ; Dr {four.last} ; Mission locale ({one.mail})"),
        ("Objectif général", f"Soutenir les aidants, comme le propose {one.first} {one.last.upper()}"),
        ("Calendrier", f"2025, selon M. {two.last}"),
        ("Indicateurs", f"Nombre d'aidants vus par le docteur {four.last}"),
    ):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    word.save(str(folder / "fiche.docx"))
    (folder / "note.txt").write_text(
        f"Fiche action n° 2 : Annuaire des acteurs\nPilote : Madame {three.first} {three.last}, ARS\n"
        f"Description : un annuaire tenu par {three.last.upper()} ; écrire à {four.mail} ou au {four.phone}.\n"
        "Public visé : habitants du Val Fictif\nPartenaires : MSA, CPAM\n",
        encoding="utf-8",
    )
    (folder / "suivi.csv").write_text(
        "Titre de l'action;Personne référente;Partenaires;Description\n"
        f"Ateliers de rue;{four.first} {four.last};ARS, MSA;Ateliers lancés par Mme {one.last}\n",
        encoding="utf-8",
    )
    return folder


def settings_of(folder: Path, index: Path, *, hide: bool) -> Settings:
    page = PageSettings(
        data_dir=index.parent / "data", coordinator_password="secret-de-test", rate_per_minute=100_000,
        embed_origins=("https://ville.example",),
    )  # fmt: skip
    return Settings(index_dir=index, corpus_dir=folder, hide_personal_data=hide, page=page)


@pytest.fixture(scope="module", params=[True, False], ids=["hidden", "shown"])
def built(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The index of these documents, without what they say of people; and with it, so that these tests can fail."""
    settings = settings_of(folder, tmp_path_factory.mktemp("built") / "index", hide=request.param)
    index_corpus([folder], settings)
    return settings


@pytest.fixture(scope="module")
def lent(built: Settings) -> Iterator[Assistant]:
    assistant = Assistant.open(built.index_dir, built)
    yield assistant
    assistant.close()


def check(said: str, people: tuple[Somebody, ...], *, hide: bool) -> bool:
    """Say whether a text names somebody; it may not when they are hidden."""
    folded = fold(unescape(said))
    digits = re.sub(r"\D", "", folded)
    named = [secret for one in people for secret in one.secrets if secret in (digits if secret.isdigit() else folded)]
    assert not (hide and named), (named, said[:2_000])
    return bool(named)


def questions_about(people: tuple[Somebody, ...]) -> tuple[str, ...]:
    return (
        "Qui porte l'action 1 ?",
        "Qui est le référent de la fiche 1 ?",
        "Où la MSA est-elle partenaire ?",
        "Quels sont les contacts ?",
        "Quelles actions concernent les aidants ?",
        "Quel est le calendrier de la fiche 1 ?",
        "Compare la fiche 1 et la fiche 2",
        "Combien d'actions par porteur ?",
    )


def test_no_byte_of_the_index_names_anybody(built: Settings, people: tuple[Somebody, ...]) -> None:
    hide = built.hide_personal_data
    files = [path for path in built.index_dir.rglob("*") if path.is_file()]
    named = [check(path.read_bytes().decode("utf-8", "replace"), people, hide=hide) for path in files]
    # As SQLite and tantivy write them, words stand as they are: the same search finds them when nothing is hidden.
    assert any(named) is not hide


def test_no_answer_names_anybody_and_every_quote_is_still_verbatim(
    lent: Assistant, built: Settings, people: tuple[Somebody, ...]
) -> None:
    named = []
    texts = {document.path: document.text for document in lent.documents()}
    for question in questions_about(people):
        answer = lent.ask(question)
        for cited in answer.citations:
            assert texts[cited.document][cited.span.start : cited.span.end] == cited.quote
        shown = [answer.text, *(str(lent.open_source(cited)) for cited in answer.citations), str(answer)]
        named.append(check("\n".join((*shown, lent.explain(question))), people, hide=built.hide_personal_data))
    assert any(named) is not built.hide_personal_data


def test_a_hidden_person_cannot_be_searched_for(lent: Assistant, built: Settings, people: tuple[Somebody, ...]) -> None:
    found = []
    for one in people:
        for question in (f"Qui est Madame {one.last} ?", f"Quelles actions citent {one.first} {one.last} ?"):
            answer = lent.ask(question)
            found.append(answer.status is AnswerStatus.ANSWERED)
            # Where they are named must not come out of how the question is answered, nor of how it is explained.
            assert not (built.hide_personal_data and answer.actions), (question, answer.text)
    assert any(found) is not built.hide_personal_data


def test_no_command_names_anybody(
    built: Settings, people: tuple[Somebody, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide = built.hide_personal_data
    monkeypatch.setenv("CLSASSIST_HIDE_PERSONAL_DATA", "1" if hide else "0")
    monkeypatch.setenv("CLSASSIST_INDEX_DIR", str(built.index_dir))
    runner = CliRunner()
    named = []
    for arguments in (
        ["ask", "--json", "Qui est le référent de la fiche 1 ?"],
        ["show", "1"],
        ["show", "--json", "1"],
        ["partners", "MSA"],
        ["partners", "--json", "ARS"],
        ["explain", "Qui porte l'action 1 ?"],
        ["export", "--format", "json"],
        ["export", "--format", "csv"],
    ):
        result = runner.invoke(main, arguments)
        assert result.exit_code == 0, result.output
        named.append(check(result.output, people, hide=hide))
    result = runner.invoke(main, ["chat", "--json"], input="Qui porte l'action 1 ?\nEt la fiche 2 ?\n")
    named.append(check(result.output, people, hide=hide))
    assert runner.invoke(main, ["export", "--output", str(tmp_path / "actions.xlsx")]).exit_code == 0
    named.append(check(file_to_text(".xlsx", (tmp_path / "actions.xlsx").read_bytes()), people, hide=hide))
    # Everything is read anew; vectors at hand are not made again.
    shutil.copytree(built.index_dir, tmp_path / "again")
    monkeypatch.setenv("CLSASSIST_VECTOR_STORE_URL", "aucun")
    again = ["index", "--json", "--anew", "--index-dir", str(tmp_path / "again"), str(built.corpus_dir)]
    result = runner.invoke(main, again)
    assert result.exit_code == 0, result.output
    check(result.output, people, hide=hide)
    assert any(named) is not hide


def test_a_retriever_of_llama_index_names_nobody(
    lent: Assistant, built: Settings, people: tuple[Somebody, ...]
) -> None:
    nodes = ClsRetriever.from_assistant(lent, k=20).retrieve("Qui est le référent des aidants ?")
    assert check(
        "\n".join(str(node) + node.get_content() for node in nodes), people, hide=built.hide_personal_data
    ) is (not built.hide_personal_data)


def file_to_text(kind: str, content: bytes) -> str:
    """Everything that a file says, whatever its format."""
    if kind == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if kind in (".docx", ".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8-sig")


_KINDS = {"application/pdf": ".pdf", "wordprocessingml": ".docx", "spreadsheetml": ".xlsx"}


def response_to_text(response: Response) -> str:
    sort = response.headers.get("content-type", "")
    return file_to_text(next((kind for name, kind in _KINDS.items() if name in sort), ""), response.content)


def crawl(client: TestClient, starts: tuple[str, ...], most: int = 400) -> Iterator[tuple[str, Response]]:
    """Follow every link from some pages, files to download included."""
    waiting, seen = deque(starts), set(starts)
    while waiting and len(seen) < most:
        address = waiting.popleft()
        response = client.get(address)
        yield address, response
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        for found in re.findall(r'(?:href|src)="(/[^"#]*)', response.text):
            link = unescape(found)
            if link not in seen and not link.startswith(("/statique", "/?q=", "/connexion", "//")):
                seen.add(link)
                waiting.append(link)


@pytest.fixture
def client(built: Settings) -> Iterator[TestClient]:
    live = LiveAssistant(built)
    with TestClient(create_app(live, built), base_url=BASE) as client:
        yield client
    live.close()


def test_no_page_no_file_and_no_program_is_told_of_anybody(
    client: TestClient, built: Settings, people: tuple[Somebody, ...]
) -> None:
    hide = built.hide_personal_data
    client.post("/connexion", data={"mot_de_passe": "secret-de-test"})
    named: dict[str, bool] = {}
    documents = ("/documents/fiche.docx", "/documents/note.txt", "/documents/suivi.csv")
    starts = (
        "/", "/fiches", "/partenaires", "/vue-d-ensemble", "/corpus", "/api/v1/documents", "/api/v1/actions",
        "/api/v1/documents/fiche.docx?text=true", "/api/v1/documents/note.txt?text=true",
        "/api/v1/ask?question=Qui%20est%20le%20r%C3%A9f%C3%A9rent%20de%20la%20fiche%201%20%3F",
        "/partenaires?organisation=MSA", "/partenaires/fiche-d-engagement.docx?organisation=MSA",
        "/partenaires/fiche-d-engagement.pdf?organisation=ARS", "/partenaires/fiche-d-engagement.xlsx?organisation=MSA",
        *(f"/fiches?texte={one.last}" for one in people),
    )  # fmt: skip
    for address, response in crawl(client, (*starts, *documents)):
        said = response_to_text(response)
        if any(fold(one.last) in fold(address) for one in people):
            # The page repeats what was searched for: only what it found matters.
            said = said.replace(address.rpartition("=")[2], "")
        named[address] = check(said, people, hide=hide)
    for question in questions_about(people):
        for kind in ("md", "docx"):
            named[f"{kind} {question}"] = check(
                response_to_text(client.post(f"/reponses/{kind}", data={"q": question})), people, hide=hide
            )
        form = {"question": question}
        named[f"embed {question}"] = check(client.post("/integration", data=form).text, people, hide=hide)
    for document in documents:
        assert client.get(document).status_code == (403 if hide else 200)
    assert any(named.values()) is not hide
    if not hide:
        # Each door is really looked behind: all of them show people when nothing is hidden.
        for start in (
            "/fiches/",
            "/partenaires",
            "/documents/",
            "/api/v1/documents",
            "/api/v1/actions",
            "/fiches/export",
        ):
            assert any(found for address, found in named.items() if address.startswith(start)), (start, named)
        assert any(found for address, found in named.items() if address.startswith("embed"))
        assert any(found for address, found in named.items() if address.startswith("docx"))
    assert client.get("/api/v1/documents").json()["items"][0]["file"] == (None if hide else "/documents/fiche.docx")


def test_older_opinions_are_read_without_the_people_that_they_name(tmp_path: Path, somebody: Somebody) -> None:
    said = Feedback(
        Rating.DOWN, f"Qui est Mme {somebody.last} ?", f"Mme {somebody.last}", AnswerStatus.ANSWERED, "b",
        comment=f"Demandez à {somebody.mail}", citations=(QuotedSource(1, "d", None, "f", "l", None, somebody.mail),),
    )  # fmt: skip
    FeedbackStore(tmp_path).add(said)
    hiding = FeedbackStore(tmp_path, hide_personal_data=True)
    hiding.add(said)
    assert fold(somebody.last) in fold(feedback_to_csv(FeedbackStore(tmp_path).find(Selection())[1:]))
    check(feedback_to_csv(hiding.find(Selection())), (somebody,), hide=True)
    hiding.delete([1])
    assert fold(somebody.last).encode() not in hiding.path.read_bytes().lower()


def test_changing_the_setting_is_refused_with_the_command_to_run(built: Settings) -> None:
    other = replace(built, hide_personal_data=not built.hide_personal_data)
    with pytest.raises(IndexMismatchError, match=r"CLSASSIST_HIDE_PERSONAL_DATA.*clsassist index"):
        Assistant.open(other.index_dir, other)
    assert "CLSASSIST_HIDE_PERSONAL_DATA" in (is_stale(other.index_dir, [other.corpus_dir], other) or "")


def test_hiding_after_the_fact_leaves_no_byte_of_anybody_in_the_index(
    folder: Path, people: tuple[Somebody, ...], tmp_path: Path
) -> None:
    for hide in (False, True):
        index_corpus([folder], settings_of(folder, tmp_path / "index", hide=hide))
    for path in (tmp_path / "index").rglob("*"):
        if path.is_file():
            check(path.read_bytes().decode("utf-8", "replace"), people, hide=True)


def test_an_index_built_from_the_page_hides_as_the_page_does() -> None:
    assert order_to_settings(settings_to_order(Settings(hide_personal_data=True))).hide_personal_data


def test_what_is_deposited_is_reported_without_its_people(folder: Path, people: tuple[Somebody, ...]) -> None:
    corpus = read_files(folder, sorted(folder.iterdir()), Settings(hide_personal_data=True))
    check(json.dumps(repr(corpus), ensure_ascii=False), people, hide=True)
