"""Forms typed in a text file: boxes of every hand, rules under labels, tables drawn with spaces."""

from __future__ import annotations

import pytest

from clsassist.readers.columns import aligned_rows
from clsassist.readers.plain import read_plain
from clsassist.records import Block, BlockKind


def blocks(text: str) -> list[tuple[Block, str]]:
    read = read_plain(text.encode())
    return [(block, block.span.of(read.text)) for block in read.blocks]


def boxes(text: str) -> list[tuple[str, bool | None]]:
    return [(words, block.ticked) for block, words in blocks(text) if block.kind is BlockKind.CHECKBOX]


def cells(text: str) -> list[tuple[int | None, int | None, str]]:
    return [(block.row, block.column, words) for block, words in blocks(text) if block.kind is BlockKind.CELL]


@pytest.mark.parametrize(
    "line",
    [
        "☐ Oui ☒ Non", "Oui ☐ Non ☒", "[ ] Oui  [X] Non", "( ) Oui (x) Non", "□ Oui ■ Non", "□ Oui ✗ Non",
        "❑ Oui ⊠ Non",
        "o Oui / x Non", "|_|Oui |X|Non",
    ],
)  # fmt: skip
def test_a_box_is_one_whatever_its_drawing(line: str) -> None:
    found = boxes(line)
    assert [ticked for _, ticked in found] == [False, True]
    assert ["Oui" in words for words, _ in found] == [True, False]


@pytest.mark.parametrize(
    "line",
    [
        "Axe (x)",
        "Sous-axe (x.x)",
        "■ Former",
        "✗ Abandonné",
        "x Non",
        "Oui / Non",
        "f(x) vaut 2",
        "o Oui, avec plaisir",
    ],
)
def test_a_sign_that_nothing_makes_a_box_is_none(line: str) -> None:
    assert boxes(line) == []


def test_what_names_the_boxes_of_a_line_is_no_box() -> None:
    assert [(block.kind, words) for block, words in blocks("Public : ☒ Adultes ☐ Enfants")] == [
        (BlockKind.PARAGRAPH, "Public :"),
        (BlockKind.CHECKBOX, "☒ Adultes"),
        (BlockKind.CHECKBOX, "☐ Enfants"),
    ]


def test_a_label_that_lost_its_box_has_an_unknown_state() -> None:
    assert boxes("Annuelle :   |X|  Pluriannuelle :") == [("Annuelle :", None), ("|X|  Pluriannuelle :", True)]


@pytest.mark.parametrize("rule", ["-----", "=======", "_______", "—————", "*****", "--- ---"])
def test_a_rule_under_a_label_is_no_text(rule: str) -> None:
    assert [words for _, words in blocks(f"Contexte\n{rule}\nIl fait beau.")] == ["Contexte", "Il fait beau."]


def test_a_table_drawn_with_spaces_has_cells() -> None:
    text = "Territoire         Vallée du Lac\nDurée              2 ans\n                   fermes\nSuite"
    assert cells(text) == [
        (0, 0, "Territoire"), (0, 1, "Vallée du Lac"), (1, 0, "Durée"), (1, 1, "2 ans"), (2, 0, ""), (2, 1, "fermes"),
    ]  # fmt: skip
    assert blocks(text)[-1][1] == "Suite"


def test_rules_between_the_rows_of_a_drawn_table_are_no_rows() -> None:
    assert aligned_rows(["Action   Pilote", "------   ------", "Réunir   ARS"]) == [
        [(0, 6), (9, 15)],
        [],
        [(0, 6), (9, 12)],
    ]


@pytest.mark.parametrize(
    "text", ["Une phrase.  Une autre\nsur deux lignes", "a  b\nccc  d", "a  b", "a\tb  c\na\tb  c"]
)
def test_lines_that_share_no_column_are_no_table(text: str) -> None:
    assert aligned_rows(text.split("\n")) == []
