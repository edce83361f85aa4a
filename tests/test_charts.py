"""The pictures: safe inside a page, legible at their width, true to the counts, and never a wall of marks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import altair as alt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from made_registry import many_fiches
from overview_plans import make_action, make_field, make_part, overview_of, write_plans

from clsassist.assistant import Assistant
from clsassist.catalogue import catalogue_of
from clsassist.charts import NAMES, overview_to_drawings, overview_to_pictures
from clsassist.charts.bars import Bar, Segment, draw_bars
from clsassist.charts.drawing import FONT, LINE, Box, Dot, Drawing, Label, Rule, drawing_to_spec, drawing_to_svg
from clsassist.charts.layout import NARROW, SHEETS, WIDE, broken, text_width
from clsassist.overview import Overview, catalogue_to_overview
from clsassist.records import Role

HOSTILE = "</svg><script>alert(1)</script> \" onload='x' {{7*7}} javascript:alert(2) =1+1 & « été »"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=("demo_assistant", "other_assistant"))
def overview(request: pytest.FixtureRequest) -> Overview:
    assistant: Assistant = request.getfixturevalue(request.param)
    return catalogue_to_overview(catalogue_of(assistant), assistant.registry)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Overview]:
    """Three thousand actions of a hundred and fifty plans."""
    registry = many_fiches(tmp_path_factory.mktemp("crowd") / "registry.sqlite", 3_000)
    yield overview_of(registry)
    registry.close()


def drawings(overview: Overview) -> list[Drawing]:
    return [drawing for held in overview_to_drawings(overview).values() for drawing in held]


def svgs(overview: Overview) -> list[etree._Element]:
    pictures = overview_to_pictures(overview).values()
    return [etree.fromstring(svg) for picture in pictures for svg in (picture.wide, picture.narrow) if svg]


def test_drawings_are_right_vega_lite(overview: Overview) -> None:
    for drawing in drawings(overview):
        alt.LayerChart.from_dict(drawing_to_spec(drawing), validate=True)


# --- safe inside a page


def test_pictures_hold_nothing_that_runs_or_leads_elsewhere(overview: Overview) -> None:
    for root in svgs(overview):
        tags = {etree.QName(element).localname for element in root.iter()}
        assert tags <= {"svg", "title", "desc", "g", "a", "path", "line", "text", "rect"}
        for element in root.iter():
            assert not [name for name in element.attrib if str(name).startswith("on") or name == "style"]
            if element.tag == f"{SVG}a":
                assert str(element.get("href")).startswith(("/fiches", "/partenaires?organisation="))


def test_what_documents_say_is_text(tmp_path: Path) -> None:
    parts = [make_part(HOSTILE, Role.PORTEUR), make_part("MSA")]
    fields = [make_field("public", HOSTILE)]
    action = make_action(HOSTILE, number=HOSTILE, axe=(1, HOSTILE), years=(2025, 2026), fields=fields, parts=parts)
    registry = write_plans(tmp_path / "registry.sqlite", {HOSTILE: [action]})
    found = svgs(overview_of(registry))
    assert len(found) == 2 * len(NAMES)
    said = "".join("".join(root.itertext()) for root in found)
    assert "<script>alert(1)</script>" in said
    assert not [element for root in found for element in root.iter(f"{SVG}script", "script")]
    registry.close()


def test_pictures_name_themselves_and_hide_their_pieces(overview: Overview) -> None:
    names: list[str] = []
    for root in svgs(overview):
        title, description, *pieces = root
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
        assert title.text and description.text
        assert str(root.get("aria-labelledby")).split() == [title.get("id"), description.get("id")]
        assert all(piece.get("aria-hidden") == "true" for piece in pieces)
        # The keyboard goes through the table, which has the same links.
        assert {link.get("tabindex") for link in root.iter(f"{SVG}a")} <= {"-1"}
        names += [str(title.get("id")), str(description.get("id"))]
    assert len(names) == len(set(names))


def test_colours_are_those_of_the_page(overview: Overview) -> None:
    for root in svgs(overview):
        colours = {element.get(name) for element in root.iter() for name in ("fill", "stroke")} - {None}
        assert all(re.fullmatch(r"var\(--cls-[a-z-]+\)|none|transparent", str(colour)) for colour in colours)


def test_every_linked_shape_says_what_it_is_under_the_mouse(overview: Overview) -> None:
    for picture in overview_to_pictures(overview).values():
        for link in etree.fromstring(picture.wide).iter(f"{SVG}a"):
            assert link.findtext(f".//{SVG}title")


# --- legible


def room(label: Label) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a label."""
    width = text_width(label.text, bold=label.bold)
    if label.angle:
        return label.x - LINE / 2, label.y - width, label.x + LINE / 2, label.y
    left = label.x - {"left": 0.0, "center": width / 2, "right": width}[label.align]
    return left, label.y - LINE / 2, left + width, label.y + LINE / 2


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def assert_legible(drawing: Drawing) -> None:
    rooms = [room(mark) for mark in drawing.marks if isinstance(mark, Label)]
    for left, top, right, bottom in rooms:
        assert left >= -1 and right <= drawing.width + 1
        assert top >= -1 and bottom <= drawing.height + 1
    # Lines of one name touch: a pixel is taken off.
    shrunk = [(left + 1, top + 1, right - 1, bottom - 1) for left, top, right, bottom in rooms]
    assert not [pair for pair in combinations(shrunk, 2) if overlap(*pair)]


def test_no_label_overlaps_another_or_leaves_the_sheet(overview: Overview) -> None:
    for drawing in drawings(overview):
        assert_legible(drawing)


def test_labels_of_a_crowd_do_not_overlap_either(crowd: Overview) -> None:
    for drawing in drawings(crowd):
        assert_legible(drawing)


def test_shapes_stay_on_the_sheet(overview: Overview, crowd: Overview) -> None:
    for drawing in (*drawings(overview), *drawings(crowd)):
        for mark in drawing.marks:
            if isinstance(mark, Box | Rule):
                assert -1 <= min(mark.x, mark.x2) <= max(mark.x, mark.x2) <= drawing.width + 1
                assert -1 <= min(mark.y, mark.y2) <= max(mark.y, mark.y2) <= drawing.height + 2
            elif isinstance(mark, Dot):
                assert mark.radius <= mark.x <= drawing.width - mark.radius
                assert mark.radius <= mark.y <= drawing.height - mark.radius


def test_letters_are_at_least_twelve_pixels_on_the_narrowest_phone() -> None:
    # 320 pixels less the margins of the page.
    assert FONT * min(1, 288 / NARROW.width) >= 12
    assert all(sheet.width <= 768 - 32 for sheet in SHEETS)


@given(st.text(st.characters(exclude_categories=["C", "Z", "M"]) | st.just(" "), max_size=200), st.integers(60, 300))
def test_lines_hold_in_their_width_and_say_when_they_are_cut(text: str, width: int) -> None:
    lines = broken(text, width)
    assert len(lines) <= 2
    assert all(text_width(line) <= width for line in lines)
    said = "".join("".join(lines).split())
    whole = "".join(text.split())
    assert said == whole or (said.endswith("…") and whole.startswith(said.rstrip("…")))


# --- true to the counts


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_bars_are_as_long_as_their_counts(counts: list[int]) -> None:
    marks, _ = draw_bars([Bar(f"Axe {number}", (Segment(count),)) for number, count in enumerate(counts)], WIDE)
    boxes = [mark for mark in marks if isinstance(mark, Box)]
    lengths = [box.x2 - box.x + 2 for box in boxes]
    scale = max(lengths) / max(counts)
    assert len(boxes) == len(counts)
    assert all(abs(length - max(3, count * scale)) < 1 for length, count in zip(lengths, counts, strict=True))


def test_an_action_spans_its_years(tmp_path: Path) -> None:
    actions = [make_action("Courte", years=(2025, 2025)), make_action("Longue", years=(2024, 2027))]
    registry = write_plans(tmp_path / "registry.sqlite", {"CLS d'Arvel": actions})
    wide, _ = overview_to_drawings(overview_of(registry))["calendrier"]
    boxes = {mark.tip: mark for mark in wide.marks if isinstance(mark, Box)}
    short, long = boxes["Courte : 2025"], boxes["Longue : 2024 à 2027"]
    year = (long.x2 - long.x + 2) / 4
    assert short.x - long.x == pytest.approx(year)
    assert short.x2 - short.x + 2 == pytest.approx(year)
    registry.close()


def test_a_crowd_is_grouped_and_what_is_left_out_is_said(crowd: Overview) -> None:
    pictures = overview_to_pictures(crowd)
    assert all(len(drawing.marks) < 5_000 for drawing in drawings(crowd))
    assert "40 plans sur 150" in pictures["calendrier"].left_out
    assert "40 plans sur 150" in pictures["axes"].left_out
    assert all("le tableau" in pictures[name].left_out for name in ("porteurs", "organisations", "liens", "champs"))


def test_nothing_is_said_to_be_left_out_of_a_whole_picture(tmp_path: Path) -> None:
    action = make_action(years=(2025, 2026), parts=[make_part("MSA", Role.PORTEUR)])
    registry = write_plans(tmp_path / "registry.sqlite", {"CLS d'Arvel": [action]})
    pictures = overview_to_pictures(overview_of(registry))
    assert {picture.left_out for picture in pictures.values()} == {""}
    registry.close()


def test_nothing_to_draw_gives_no_picture(tmp_path: Path) -> None:
    registry = write_plans(tmp_path / "registry.sqlite", {"CLS d'Arvel": []})
    pictures = overview_to_pictures(overview_of(registry))
    assert {(picture.wide, picture.narrow) for picture in pictures.values()} == {("", "")}
    registry.close()


def test_an_engaged_partner_and_one_to_contact_look_different(tmp_path: Path) -> None:
    parts = [make_part("MSA"), make_part("CPAM", to_contact=True), make_part("ARS", Role.PORTEUR)]
    registry = write_plans(tmp_path / "registry.sqlite", {"CLS d'Arvel": [make_action(parts=parts)]})
    wide, _ = overview_to_drawings(overview_of(registry))["organisations"]
    styles = {mark.style for mark in wide.marks if isinstance(mark, Box)}
    assert len({(style.fill, style.dash) for style in styles}) == 3
    registry.close()


def test_the_same_overview_gives_the_same_picture(overview: Overview) -> None:
    first, second = (overview_to_drawings(overview)["liens"][0] for _ in range(2))
    assert drawing_to_svg(first) == drawing_to_svg(second)


def test_libraries_of_drawing_are_loaded_with_the_first_picture_only() -> None:
    heavy = ("altair", "vl_convert", "networkx")
    code = f"import sys, clsassist.charts; sys.exit(str([name for name in {heavy} if name in sys.modules] or ''))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == ""
