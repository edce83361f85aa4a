"""The assistant on loan: it follows its index without a restart, and closes what it leaves."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from clsassist.builds import current_build
from clsassist.errors import IndexDamagedError, IndexMissingError
from clsassist.indexing import index_corpus
from clsassist.live import LiveAssistant
from clsassist.settings import Settings

ALONE = "Fiche action n°{number}\nTitre : {title}\nPilote : CPTS du Lac\nObjectifs : {title} dans le canton.\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # Chroma takes most of the time of a small build, and no part in this.
    return replace(Settings(), index_dir=tmp_path / "index", corpus_dir=tmp_path / "corpus", vector_store_url="aucun")


def write_and_index(settings: Settings, *titles: str) -> str:
    """Build an index over one fiche for each title, and return the name of the build."""
    settings.corpus_dir.mkdir(exist_ok=True)
    for number, title in enumerate(titles, start=1):
        text = ALONE.format(number=number, title=title)
        (settings.corpus_dir / f"fiche-{number}.txt").write_text(text, encoding="utf-8")
    index_corpus([settings.corpus_dir], settings)
    build = current_build(settings.index_dir)
    assert build
    return build


def titles(live: LiveAssistant) -> list[str]:
    with live.use() as assistant:
        return [action.title for action in assistant.actions()]


def builds(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.index_dir / "builds").iterdir())


def test_an_index_replaced_while_serving_answers_at_the_next_use(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    assert titles(live) == ["Ouvrir un lieu d'écoute"]
    write_and_index(settings, "Ouvrir un lieu d'écoute", "Former des aidants")
    assert titles(live) == ["Ouvrir un lieu d'écoute", "Former des aidants"]
    live.close()


def test_an_answer_being_prepared_keeps_the_index_that_it_began_with(settings: Settings) -> None:
    first = write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    with live.use() as before:
        second = write_and_index(settings, "Ouvrir un lieu d'écoute", "Former des aidants")
        assert len(titles(live)) == 2
        assert set(builds(settings)) == {first, second}
        assert before.ask("Qui pilote la fiche 1 ?").citations
    assert builds(settings) == [second]
    live.close()


def test_the_same_build_is_opened_once(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    with live.use() as first, live.use() as second:
        assert first is second
    with live.use() as third:
        assert third is first
    live.close()


def test_a_service_starts_before_its_index(settings: Settings) -> None:
    live = LiveAssistant(settings)
    with pytest.raises(IndexMissingError, match="clsassist index"):
        titles(live)
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    assert titles(live) == ["Ouvrir un lieu d'écoute"]
    live.close()


def test_an_index_removed_then_back_is_found_again(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    live.warm()
    away = settings.index_dir.with_name("ailleurs")
    shutil.move(settings.index_dir, away)
    for _ in range(2):
        with pytest.raises(IndexMissingError):
            titles(live)
    shutil.move(away, settings.index_dir)
    live.warm()
    assert titles(live) == ["Ouvrir un lieu d'écoute"]
    live.close()


def test_a_damaged_index_is_said_until_it_is_built_again(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    titles(live)
    pointer = settings.index_dir / "current"
    whole = pointer.read_text()
    pointer.write_text("n'importe quoi")
    with pytest.raises(IndexDamagedError):
        titles(live)
    pointer.write_text(whole)
    assert titles(live) == ["Ouvrir un lieu d'écoute"]
    registry = settings.index_dir / "builds" / whole.strip() / "registry.sqlite"
    registry.write_bytes(b"abime")
    live.close()
    with pytest.raises(IndexDamagedError):
        titles(live)
    write_and_index(settings, "Former des aidants")
    assert titles(live) == ["Former des aidants"]
    live.close()


def test_damage_found_in_use_makes_the_next_use_open_the_index_anew(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    with pytest.raises(IndexDamagedError), live.use() as before:
        raise IndexDamagedError("un fichier de l'index a disparu")
    with live.use() as after:
        assert after is not before
    live.close()


def test_closing_lets_the_build_be_removed(settings: Settings) -> None:
    write_and_index(settings, "Ouvrir un lieu d'écoute")
    live = LiveAssistant(settings)
    titles(live)
    live.close()
    second = write_and_index(settings, "Former des aidants")
    assert builds(settings) == [second]
    live.close()


def test_many_threads_open_a_new_build_once_and_none_meets_a_closed_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    closed: set[int] = set()
    pointer = ["a"]
    live = LiveAssistant(settings)

    class Recorded:
        def __init__(self) -> None:
            opened.append(pointer[0])

        def close(self) -> None:
            closed.add(id(self))

    kept: list[Recorded] = []

    def open_recorded() -> Recorded:
        kept.append(Recorded())
        return kept[-1]

    monkeypatch.setattr(live, "_read_pointer", lambda: pointer[0])
    monkeypatch.setattr(live, "_open", open_recorded)
    start = threading.Barrier(9)
    met_closed: list[int] = []

    def ask() -> None:
        start.wait()
        for _ in range(2_000):
            with live.use() as assistant:
                if id(assistant) in closed:
                    met_closed.append(id(assistant))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    for name in "bcdefgh":
        pointer[0] = name
        with live.use():
            pass
    for thread in threads:
        thread.join()
    with live.use() as last:
        pass
    assert met_closed == []
    assert opened == sorted(set(opened))
    assert closed == {id(one) for one in kept if one is not last}
