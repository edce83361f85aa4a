"""The lexical index: BM25 over stems that the one French analyser made, for documents and questions alike."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self, TypeAlias

from clsassist.errors import IndexDamagedError
from clsassist.records import Passage
from clsassist.text import Analyser

if TYPE_CHECKING:
    import tantivy

# What a match is worth by its place. A word of the title tells what the whole action is about; the label and
# the headings above place the passage, but are shared by many; the text is the measure.
FIELD_BOOSTS: Mapping[str, float] = {"title": 1.5, "context": 0.5, "text": 1.0}
# One thread and one sorted stream: the same passages always give the same index.
_WRITER_BYTES = 64_000_000
_ID_FIELD = "passage_id"
# The id of a passage, and the stems of its title, of what stands above it, of its text, a space between them.
LexicalEntry: TypeAlias = tuple[str, str, str, str]


def passage_to_entry(passage: Passage, analyser: Analyser) -> LexicalEntry:
    """Analyse a passage for the index."""
    texts = (passage.title, f"{passage.context}\n{passage.label}", passage.text)
    title, context, text = (" ".join(analyser.stems(one)) for one in texts)
    return passage.id, title, context, text


def build(folder: Path, entries: Iterable[LexicalEntry]) -> None:
    """Write the index of passages, given in order of ids, in ``folder``, which must be empty or absent."""
    import tantivy

    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder))
    try:
        writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for passage_id, title, context, text in entries:
            writer.add_document(tantivy.Document(passage_id=passage_id, title=title, context=context, text=text))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:
        # So tantivy tells of a disk that is full.
        raise OSError(str(error)) from error
    _let_others_read(folder)


class LexicalIndex:
    """A finished lexical index, open for reading; several threads may search at once."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index of ``folder``.

        Raises IndexDamagedError when it cannot be read.
        """
        import tantivy

        try:
            with _lockable(folder) as place:
                index = tantivy.Index.open(str(place))
                # The folder never changes once built: nothing to watch for.
                index.config_reader("manual")
                return cls(index)
        except (ValueError, OSError) as error:
            message = f"L'index lexical « {folder} » est illisible ({error}). Lancez : clsassist index"
            raise IndexDamagedError(message) from error

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, stems: Iterable[str] | Mapping[str, float], k: int, allowed: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the ``k`` best passages as (id, BM25 score), highest first, then by id.

        ``stems`` count for 1 each, or for the weight that a mapping gives them: a synonym is worth less than
        the word typed. ``allowed`` holds the ids to search among, None meaning all of them.
        """
        weights = stems if isinstance(stems, Mapping) else dict.fromkeys(stems, 1.0)
        weights = {stem: weight for stem, weight in weights.items() if weight > 0}
        if k < 1 or not weights or (allowed is not None and not allowed):
            return []
        hits = self._collect(self._query(weights, allowed), k)
        return sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k]

    def _collect(self, query: tantivy.Query, k: int) -> list[tuple[str, float]]:
        # Passages of equal score at the cut are all fetched: their ids decide, not their place on disk.
        limit = k + 1
        while True:
            hits = self._searcher.search(query, limit, count=False).hits
            if len(hits) < limit or hits[-1][0] < hits[k - 1][0]:
                return [(self._passage_id(address), float(score)) for score, address in hits]
            limit *= 2

    def _passage_id(self, address: tantivy.DocAddress) -> str:
        return str(self._searcher.doc(address)[_ID_FIELD][0])

    def _query(self, weights: Mapping[str, float], allowed: Collection[str] | None) -> tantivy.Query:
        from tantivy import Occur, Query

        terms = [
            Query.boost_query(Query.term_query(self._schema, name, stem, "freq"), boost * weight)
            for stem, weight in weights.items()
            for name, boost in FIELD_BOOSTS.items()
        ]
        matching = Query.boolean_query([(Occur.Should, term) for term in terms])
        if allowed is None:
            return matching
        among = Query.const_score_query(Query.term_set_query(self._schema, _ID_FIELD, sorted(allowed)), 0.0)
        return Query.boolean_query([(Occur.Must, matching), (Occur.Must, among)])


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """Give the folder, or one of links to its files where it cannot be written: tantivy takes a lock to open it."""
    if os.access(folder, os.W_OK) or not folder.is_dir():
        yield folder
        return
    with TemporaryDirectory(prefix="clsassist-") as private:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                (Path(private) / path.name).symlink_to(path.resolve())
        # Once open, the files are held by themselves: the links may go.
        yield Path(private)


def _let_others_read(folder: Path) -> None:
    # tantivy keeps its descriptions to the one account that wrote them; its other files follow the umask.
    for store in folder.glob("*.store"):
        for name in ("meta.json", ".managed.json"):
            (folder / name).chmod(store.stat().st_mode)


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_ID_FIELD, stored=True, tokenizer_name="raw", index_option="basic")
    for name in FIELD_BOOSTS:
        # Stems are already made: only the spaces between them are for tantivy to see.
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
