"""Markdown is read as the page that it makes: no mark of emphasis or of table stands in a quote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clsassist.readers.markdown import MAX_BYTES, complete_tables, read_markdown
from clsassist.readers.transcript import Transcript
from clsassist.records import BlockKind


def read(text: str) -> Transcript:
    return read_markdown(text.encode())


def blocks(text: str) -> list[tuple[str, int, str]]:
    found = read(text)
    return [(block.kind.value, block.level, block.span.of(found.text)) for block in found.blocks]


def cells(text: str) -> list[tuple[int | None, int | None, str]]:
    found = read(text)
    return [
        (block.row, block.column, block.span.of(found.text)) for block in found.blocks if block.kind is BlockKind.CELL
    ]


def test_both_kinds_of_headings_have_their_depth() -> None:
    assert blocks("# Plan\n\nFiche n°1\n=========\n\nPartenaires\n---\n\n#### Suite ####") == [
        ("heading", 1, "Plan"),
        ("heading", 1, "Fiche n°1"),
        ("heading", 2, "Partenaires"),
        ("heading", 4, "Suite"),
    ]


def test_a_line_of_the_file_is_a_line_of_the_text() -> None:
    text = "**Porteur** : CPTS\n**Durée :** *2* ans\n\n    Territoire : __Val__ d'Ombre\n"
    assert read(text).text == "Porteur : CPTS\nDurée : 2 ans\nTerritoire : Val d'Ombre\n"


def test_lists_keep_their_depth_their_numbers_and_their_boxes() -> None:
    assert blocks("- MSA\n  - Nord\n- ARS\n\n3. Créer\n4. Former\n\n- [x] Jeunes\n- [ ] Seniors\n") == [
        ("item", 0, "MSA"),
        ("item", 1, "Nord"),
        ("item", 0, "ARS"),
        ("paragraph", 0, "3. Créer"),
        ("paragraph", 0, "4. Former"),
        ("checkbox", 0, "[x] Jeunes"),
        ("checkbox", 0, "[ ] Seniors"),
    ]


def test_the_cells_of_a_table_hold_escaped_bars_and_several_lines() -> None:
    assert cells("| Porteur | CPTS \\| MSA |\n|:---|---:|\n| **Durée** | 2 ans<br>puis 3 |\n") == [
        (0, 0, "Porteur"),
        (0, 1, "CPTS | MSA"),
        (1, 0, "Durée"),
        (1, 1, "2 ans\npuis 3"),
    ]


def test_a_table_without_its_rule_or_with_cells_in_excess_loses_nothing() -> None:
    expected = [(0, 0, "Porteur"), (0, 1, "CPTS"), (0, 2, ""), (1, 0, "Durée"), (1, 1, "2 ans"), (1, 2, "ferme")]
    assert cells("Avant\n| Porteur | CPTS |\n| Durée | 2 ans | ferme |\nAprès") == expected
    assert cells("| Porteur | CPTS |\n|---|---|\n| Durée | 2 ans | ferme |") == expected


def test_a_text_without_tables_is_left_as_it_is() -> None:
    text = "a | b\n\n|X| Oui |_| Non\n"
    assert complete_tables(text) == text


def test_definitions_quotations_links_and_html_are_read() -> None:
    links = "[site](https://ex.fr/a) <https://ex.fr> R&D < 18 ans <b>gras</b>"
    assert read(f"Partenaires\n: CPAM\n: MSA\n\n> Un habitant\n\n{links}").text.split("\n") == [
        "", "Partenaires\tCPAM", "MSA", "", "Un habitant", "site (https://ex.fr/a) https://ex.fr R&D < 18 ans gras", "",
    ]  # fmt: skip


def test_the_properties_above_the_text_are_told_apart() -> None:
    found = read('---\ntitle: "Plan santé"\ndate: 2024-05-01\n---\n# Fiche 1\n')
    assert (found.title, found.text) == ("Plan santé", "Fiche 1\n")
    assert found.margins == ('title: "Plan santé"', "date: 2024-05-01")


def test_a_rule_at_the_top_opens_no_properties() -> None:
    assert read("---\nPorteur est CPTS\n---\n").text.startswith("Porteur est CPTS")


def test_the_encoding_is_told() -> None:
    found = read_markdown("# Santé".encode("cp1252"))
    assert found.text == "Santé\n"
    assert "Windows-1252" in found.warnings[0].message


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"a" * (MAX_BYTES + 1), "Mo"), (b"a" * 200_001, "lignes"), (b"a\x00\x00b", "nuls"), (b"", "vide")],
)
def test_a_file_beyond_the_limits_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_markdown(raw)


PIECES = st.sampled_from(
    ["# ", "mot ", "- ", "\n", "\n\n", "| ", "|---|\n", "**", "> ", "1. ", ": ", "[x] ", "    ", "===\n"]
)


@given(st.lists(PIECES, max_size=40))
def test_no_word_is_lost_whatever_the_marks(pieces: list[str]) -> None:
    text = "mot\n" + "".join(pieces)
    assert read(text).text.count("mot") == text.count("mot")
