"""The inside of a cell or line of text: check boxes, bullets, HTML remains, word-processor leftovers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clsassist.records import Block, BlockKind, Span
from clsassist.text import fold, trimmed

# The tags that editors of forms leave in a text. Any other is what somebody wrote, and is read as it stands.
_TAGS = (
    "a|abbr|b|big|blockquote|br|center|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|input|ins|label|li|ol|p|s|small|span|strike"
    "|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
# What ends a run of text: an HTML tag, a word-processor leftover, a line end.
_BREAK = re.compile(rf"<(?P<tag>/?(?:{_TAGS})(?=[\s/>])[^<>]*)>|\[bookmark: [^\]]*\]|\n", re.IGNORECASE)
_TICKED_INPUT = re.compile(r"\bchecked\b", re.IGNORECASE)

# How readers of native formats write a check box; the last is one whose state the file does not tell.
BOX_TICKED, BOX_CLEAR, BOX_UNKNOWN = "☒", "☐", "[?]"

# A check box written with characters: |X| |_| [x] [ ] [?] ☑ ☒ ☐ □.
_BOX = re.compile(r"\|\s?(?P<bar>[Xx_ ])\s?\||(?P<glyph>[☑☒⊠☐□❏❑◻▢✓✔]|☎(?!\s?[\d(+]))|\[(?P<square>[xX ?])\]")
_STATES = {"_": False, " ": False, "?": None} | dict.fromkeys("☐□❏❑◻▢", False)
# What is a box only beside others: (x) ( ), ■ or ✗ among empty boxes, « o Oui  x Non ».
_DOUBTFUL_BOX = re.compile(
    r"(?<!\S)\((?P<round>[xX ])\)(?=\s*[^\W\d_])|(?P<solid>[■✗✘✖])|(?<!\S)(?P<letter>[oOxX])(?=\s+(?:oui|non)\b)",
    re.IGNORECASE,
)

# The head of a column in a calendar, and what people put under it: « 2024 », « T1 2025 », « 2024-2025 » over an X.
YEAR = re.compile(
    r"(?:(?:[ST][1-4]|[1-4]e? (?:trimestre|semestre))\s)?20[0-4]\d(?:\s?[-–/]\s?20[0-4]\d)?", re.IGNORECASE
)
COLUMN_MARKS: Mapping[str, bool] = dict.fromkeys(
    ("x", "☒", "☑", "✓", "✔", "■", "●", "✅", "oui"), True
) | dict.fromkeys(("", "☐", "□", "⬜", "non"), False)

# Bullets by rank. A dash or the letter « o » is a bullet only where a list may start; see _bullets.
_RANKS = {"-": 0, "–": 0, "➤": 0, "➢": 0, "·": 0, "o": 1, "○": 1, "◦": 1, "•": 2, "▪": 2, "■": 2}
# « · » between two letters is inclusive writing: « élu·e ».
_GLYPH = r"(?:[➤➢○◦•▪■]|(?<!\w)·|·(?!\w))\s*"
_BULLET = re.compile(_GLYPH + r"|(?:(?<=\s)|^)(?P<mark>[-–o])\s+(?=[«\"“A-ZÀ-ÝŒ0-9(]|[a-z]\s?[A-Z'])")
_OPENING_DASH = re.compile(r"\s*(?P<mark>[-–o])\s+(?:[o○•]\s+)?")
# In a list whose first item starts in lower case, so may the next.
_LOWER_BULLET = re.compile(_GLYPH + r"|(?<=\s)(?P<mark>[-–])\s+(?=\S)")

# A foot-note that explains an asterisk: « *partenaires identifiés à contacter… ».
_LEGEND = re.compile(r"(?<!\*)\*\s?(?=[a-zà-ÿ]{4})")

# In a list whose bullets were lost, an item starts with a capitalised infinitive: « Créer », « Mettre ».
_LOST_BULLET = re.compile(r"(?<=[\w)\]])\s+(?=[A-ZÀ-Ý][a-zà-ÿ]+(?:er|ir|ttre|ndre|uire|aire|vre)\b(?!\s?-))")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of text lies: page, and table coordinates when it is in a cell."""

    page: int | None = None
    table: int | None = None
    row: int | None = None
    column: int | None = None

    def block(self, kind: BlockKind, span: Span, level: int = 0, ticked: bool | None = None) -> Block:
        """Make a block that lies here."""
        return Block(kind, span, self.page, self.table, self.row, self.column, level, ticked)


def text_to_blocks(text: str, start: int, end: int, place: Place) -> Iterator[Block]:
    """Yield the paragraphs, items and check boxes of ``text[start:end]``, in order."""
    rank: int | None = None
    in_list, pending = False, None
    for run, tag in _runs(text, start, end):
        for block in _run_to_blocks(text, run, place, rank, pending, in_list):
            yield block
            rank = block.level if block.kind is BlockKind.ITEM else None
            pending = None
        name = tag.split(" ")[0].lower() if tag else ""
        if name == "input":
            pending = bool(_TICKED_INPUT.search(tag))
        in_list = name == "ul" or (in_list and name not in ("/ul", "p"))
        rank = None if name == "p" else rank


def _runs(text: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
    """Yield each run of text without markup, with the tag that follows it ('' for a line end)."""
    begin = start
    for match in _BREAK.finditer(text, start, end):
        yield Span(begin, match.start()), match.group("tag") or ""
        begin = match.end()
    yield Span(begin, end), ""


def _run_to_blocks(
    text: str, run: Span, place: Place, rank: int | None, pending: bool | None, in_list: bool
) -> Iterator[Block]:
    if pending is not None:
        for span in trimmed(text, run.start, run.end):
            yield place.block(BlockKind.CHECKBOX, span, ticked=pending)
        return
    boxes = _find_boxes(text, run)
    if boxes:
        yield from _boxes_to_blocks(text, run, boxes, place)
        return
    for piece, level in _split_bullets(text, run, rank, in_list):
        kind = BlockKind.PARAGRAPH if level is None else BlockKind.ITEM
        yield place.block(kind, piece, level or 0)


@dataclass(frozen=True, slots=True)
class _Box:
    """A check box in a line."""

    start: int
    end: int
    ticked: bool | None


def _find_boxes(text: str, run: Span) -> list[_Box]:
    """List the check boxes of a line; a doubtful sign is one when the others of the line say so."""
    found = [
        _Box(box.start(), box.end(), _STATES.get(box.group("bar") or box.group("square") or box.group("glyph"), True))
        for box in _BOX.finditer(text, run.start, run.end)
    ]
    doubtful = list(_DOUBTFUL_BOX.finditer(text, run.start, run.end))
    if not doubtful:
        return found
    signs = {box.group().lower() for box in doubtful}
    opens = not text[run.start : doubtful[0].start()].strip()
    believed = {
        "round": "( )" in signs or (opens and signs == {"(x)"}),
        "solid": any(box.ticked is False for box in found) or "( )" in signs,
        "letter": {"o", "x"} <= signs,
    }
    found.extend(
        _Box(box.start(), box.end(), box.group().lower() not in ("( )", "o"))
        for box in doubtful
        if box.lastgroup and believed[box.lastgroup]
    )
    return sorted(found, key=lambda box: box.start)


def _boxes_to_blocks(text: str, run: Span, boxes: list[_Box], place: Place) -> Iterator[Block]:
    """Bind each box to the label after it, or to the one before it in a line that ends with a box.

    What stands before the first box of an ordinary line names them all, « Public : ☒ Adultes », or is a label that
    has lost its own box: state unknown.
    """
    ends = [box.start for box in boxes[1:]] + [run.end]
    before, after = text[run.start : boxes[0].start].strip(), text[boxes[-1].end : run.end].strip()
    if before and not after:
        starts = [run.start, *[box.end for box in boxes[:-1]]]
        for box, start in zip(boxes, starts, strict=True):
            for span in trimmed(text, start, box.end):
                yield place.block(BlockKind.CHECKBOX, span, ticked=box.ticked)
        return
    names_all = before.endswith((":", "?")) and not after.endswith(":")
    for span in trimmed(text, run.start, boxes[0].start):
        yield place.block(BlockKind.PARAGRAPH if names_all else BlockKind.CHECKBOX, span)
    for box, end in zip(boxes, ends, strict=True):
        for span in trimmed(text, box.start, end):
            yield place.block(BlockKind.CHECKBOX, span, ticked=box.ticked)


def _split_bullets(text: str, run: Span, rank: int | None, in_list: bool) -> Iterator[tuple[Span, int | None]]:
    """Cut a run at its bullets; the level is None for text that no bullet opens."""
    marks = _bullets(text, run, rank)
    bounds = [run.start, *[start for start, _, _ in marks], run.end]
    head_level = 1 if in_list and not marks and rank is None else None
    yield from _split_head(text, Span(run.start, bounds[1]), head_level, in_list and not marks)
    for position, (_, body, level) in enumerate(marks):
        yield from _split_legend(text, Span(body, max(body, bounds[position + 2])), level)


def _split_head(text: str, head: Span, level: int | None, lost_bullets: bool) -> Iterator[tuple[Span, int | None]]:
    """Give the text before the first bullet; in a list whose bullets were all lost, guess the items."""
    cuts = [match.start() for match in _LOST_BULLET.finditer(text, head.start, head.end)] if lost_bullets else []
    bounds = [head.start, *cuts, head.end]
    for start, end in itertools.pairwise(bounds):
        yield from _split_legend(text, Span(start, end), level)


def _split_legend(text: str, piece: Span, level: int | None) -> Iterator[tuple[Span, int | None]]:
    legend = _LEGEND.search(text, piece.start, piece.end)
    end = legend.start() if legend else piece.end
    for span in trimmed(text, piece.start, end):
        yield span, level
    if legend:
        for span in trimmed(text, legend.start(), piece.end):
            yield span, None


def _bullets(text: str, run: Span, rank: int | None) -> list[tuple[int, int, int]]:
    """List the bullets of a run as (start of the mark, start of its text, rank)."""
    found: list[tuple[int, int, int]] = []
    opening = _OPENING_DASH.match(text, run.start, run.end)
    if opening:
        found.append((opening.start("mark"), opening.end(), _RANKS[opening.group("mark")]))
    current = found[0][2] if found else rank
    position = found[0][1] if found else run.start
    dash = "–" if opening and opening.group("mark") == "–" else "-"
    lower = bool(opening) and text[position : position + 1].islower()
    pattern = _LOWER_BULLET if lower else _BULLET
    for match in pattern.finditer(text, position, run.end):
        mark, body = match.group().strip()[:1], match.end()
        level = _RANKS[mark]
        if mark not in "-–" or (mark == dash and _dash_opens_item(text, match, current)):
            found.append((match.start(), body, level))
            current = level
    return found


def _dash_opens_item(text: str, dash: re.Match[str], current: int | None) -> bool:
    """Tell a bullet from a hyphen: « ville - hôpitaux - ESMS » inside an item holds hyphens."""
    if current is None:
        return False
    if current == 0:
        return True
    before = text[max(0, dash.start() - 20) : dash.start()].rstrip()[-1:]
    return before in ".,;:)…" or bool(re.match(r"[A-ZÀ-Ý][a-zà-ÿ']", text[dash.end() : dash.end() + 2]))


def join_hyphenated_names(text: str, blocks: list[Block]) -> list[Block]:
    """Join two bullets that are one name cut at its dash: « Faculté de médecine - Département de… ».

    The name must stand elsewhere in the document with another dash, uncut: nothing else tells a bullet
    from a hyphen.
    """
    halves = {tuple(map(_plain, name.split(" – ", 1))) for name in _dashed_names(text, blocks)}
    joined: list[Block] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and _are_halves(text, last, block, halves):
            span = Span(last.span.start, block.span.end)
            joined[-1] = Block(last.kind, span, last.page, last.table, last.row, last.column, last.level)
        else:
            joined.append(block)
    return joined


def _dashed_names(text: str, blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if block.kind is BlockKind.ITEM and " – " in block.span.of(text):
            yield block.span.of(text)


def _are_halves(text: str, first: Block, second: Block, halves: set[tuple[str, ...]]) -> bool:
    if not first.kind is second.kind is BlockKind.ITEM or first.level != second.level:
        return False
    return (_plain(first.span.of(text)), _plain(second.span.of(text))) in halves


def _plain(name: str) -> str:
    return " ".join(fold(name).replace("*", " ").split())
