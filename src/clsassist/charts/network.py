"""Who works with whom: organisations as discs, nearer and tied more thickly the more actions they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from clsassist.charts.drawing import ACCENT, LINE, PALE, SOFT, SOLID, Dot, Label, Mark, Rule
from clsassist.charts.layout import Sheet, broken, text_width
from clsassist.overview import Member, Network, Pair
from clsassist.records import Role
from clsassist.wording import counted

# Each organisation keeps its strongest ties: with all of them the picture is a knot.
_STRONGEST = 3
_LARGEST_RADIUS = 17
_LONGEST_LINE = 116
_STEPS = 300
# Between organisations at rest, as a share of the sheet.
_DISTANCE = 0.6


@dataclass(slots=True)
class _Node:
    """An organisation being placed: its middle, its disc, its name below, and the room that both take."""

    member: Member
    x: float
    y: float
    radius: float
    lines: tuple[str, ...]

    @property
    def half_width(self) -> float:
        """Half the width of the disc and its name."""
        return max(self.radius, *(text_width(line, bold=True) / 2 for line in self.lines)) + 4

    @property
    def above(self) -> float:
        """What it takes above its middle."""
        return self.radius + 3

    @property
    def below(self) -> float:
        """What it takes below its middle, its name included."""
        return self.radius + LINE * len(self.lines) + 5


def meeting(network: Network, most: int) -> tuple[tuple[Member, ...], tuple[Pair, ...]]:
    """Return the organisations that meet most often and their ties: the few strongest of each."""
    keys: dict[str, None] = {}
    for pair in network.pairs:
        added = [key for key in (pair.one.key, pair.other.key) if key not in keys]
        if len(keys) + len(added) <= most:
            keys.update(dict.fromkeys(added))
    degree: Counter[str] = Counter()
    kept: list[Pair] = []
    for pair in network.pairs:
        ends = {pair.one.key, pair.other.key}
        if ends <= keys.keys() and min(degree[end] for end in ends) < _STRONGEST:
            kept.append(pair)
            degree.update(ends)
    return tuple(member for member in network.members if member.key in keys), tuple(kept)


def draw_network(members: Sequence[Member], pairs: Sequence[Pair], sheet: Sheet, height: float) -> tuple[Mark, ...]:
    """Return the discs, names and ties of some organisations on a sheet."""
    nodes = _placed(members, pairs, sheet.width, height)
    most = max((pair.actions for pair in pairs), default=1)
    marks: list[Mark] = []
    for pair in sorted(pairs, key=lambda pair: pair.actions):
        one, other = nodes[pair.one.key], nodes[pair.other.key]
        thickness = round(1 + 5 * (pair.actions - 1) / max(1, most - 1), 1)
        marks.append(Rule(one.x, one.y, other.x, other.y, SOFT if thickness < 2.5 else ACCENT, thickness))
    for node in nodes.values():
        marks.extend(_draw_node(node))
    return tuple(marks)


def _draw_node(node: _Node) -> Iterator[Mark]:
    member = node.member
    tip = f"{member.told} : {counted(len(member.ties), 'action')}"
    style = SOLID if member.count(Role.PORTEUR) else PALE
    yield Dot(node.x, node.y, node.radius, style, member.href, tip)
    for place, line in enumerate(node.lines):
        y = node.y + node.radius + 3 + LINE * (place + 0.5)
        # A band of ground behind the letters keeps them readable over a tie.
        yield Label(line, node.x, y, member.href, tip, "center", bold=True, halo=True)


def _placed(members: Sequence[Member], pairs: Sequence[Pair], width: float, height: float) -> Mapping[str, _Node]:
    """Place the organisations by the forces of their ties, then move apart those whose names would overlap."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(member.key for member in members)
    # Stronger is nearer, but not so near that the strongest stand in a heap.
    graph.add_weighted_edges_from((pair.one.key, pair.other.key, pair.actions**0.25) for pair in pairs)
    # From a circle, always the same: the same ties give the same picture. The other layouts would load SciPy.
    circle = networkx.circular_layout(graph)
    places = _spread(networkx.spring_layout(graph, pos=circle, k=_DISTANCE, iterations=_STEPS, seed=0))
    most = max((len(member.ties) for member in members), default=1)
    nodes = {}
    for member in members:
        x, y = places[member.key]
        radius = max(6.0, _LARGEST_RADIUS * sqrt(len(member.ties) / most))
        lines = broken(member.told, _LONGEST_LINE, bold=True)
        nodes[member.key] = _Node(member, width * x, height * y, radius, lines)
    for step in range(_STEPS):
        # Pinned against an edge, two may have no way out but up and down.
        if not _move_apart(list(nodes.values()), width, height, sideways=step < _STEPS // 2):
            break
    return nodes


def _spread(places: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, float]]:
    """Stretch a layout over the whole sheet, from 0 to 1 both ways."""
    corners = [(min(values), max(values)) for values in zip(*places.values(), strict=True)]
    (left, right), (top, bottom) = corners
    return {
        key: ((x - left) / ((right - left) or 1), (y - top) / ((bottom - top) or 1)) for key, (x, y) in places.items()
    }


def _move_apart(nodes: Sequence[_Node], width: float, height: float, *, sideways: bool) -> bool:
    """Push overlapping organisations apart and those outside back in; say whether anything moved."""
    moved = False
    for place, one in enumerate(nodes):
        for other in nodes[place + 1 :]:
            across, down = _overlap(one, other)
            if across <= 0 or down <= 0:
                continue
            moved = True
            # The shorter way out, half for each.
            if sideways and across < down:
                shift = (across / 2 + 0.5) * (1 if one.x >= other.x else -1)
                one.x, other.x = one.x + shift, other.x - shift
            else:
                shift = (down / 2 + 0.5) * (1 if one.y >= other.y else -1)
                one.y, other.y = one.y + shift, other.y - shift
    for node in nodes:
        node.x = min(max(node.x, node.half_width), width - node.half_width)
        node.y = min(max(node.y, node.above), height - node.below)
    return moved


def _overlap(one: _Node, other: _Node) -> tuple[float, float]:
    """Return by how much the rooms of two organisations overlap, across and down; negative when they do not."""
    across = one.half_width + other.half_width - abs(one.x - other.x)
    upper, lower = (one, other) if one.y <= other.y else (other, one)
    return across, upper.y + upper.below - (lower.y - lower.above)
