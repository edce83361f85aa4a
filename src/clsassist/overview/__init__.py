"""What the actions look like from afar: the counts behind each picture, every one with its denominator."""

from clsassist.overview.counting import catalogue_to_overview, catalogue_to_plans
from clsassist.overview.records import (
    ActionMark,
    Calendar,
    Distribution,
    FieldCount,
    FieldGrid,
    Member,
    Network,
    Overview,
    Pair,
    Period,
    PlanChoice,
    PlanYears,
    Share,
    Tie,
    fiches_link,
)
from clsassist.overview.tables import Cell, Table, overview_to_tables, table_to_csv
from clsassist.overview.words import Chapter, Figure, overview_to_chapters, overview_to_figures

__all__ = [
    "ActionMark",
    "Calendar",
    "Cell",
    "Chapter",
    "Distribution",
    "FieldCount",
    "FieldGrid",
    "Figure",
    "Member",
    "Network",
    "Overview",
    "Pair",
    "Period",
    "PlanChoice",
    "PlanYears",
    "Share",
    "Table",
    "Tie",
    "catalogue_to_overview",
    "catalogue_to_plans",
    "fiches_link",
    "overview_to_chapters",
    "overview_to_figures",
    "overview_to_tables",
    "table_to_csv",
]
