"""An indexing killed at any moment leaves one whole index; the campaign of hundreds of kills is « make kills »."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

from kill_campaign import REMOVED, STAGES, STATES, Kill, plan_kills, run_campaign


def test_every_change_is_killed_at_every_stage_and_both_ways_in_a_long_campaign() -> None:
    kills = list(plan_kills(200, seed=1))

    assert {kill.target for kill in kills} == {*STATES, REMOVED}
    assert {kill.stage for kill in kills} == {*STAGES, ""}
    assert {kill.everyone for kill in kills} == {True, False}


def test_a_kill_is_told_in_a_few_words() -> None:
    assert str(Kill("un", everyone=True, stage="Registre")) == (
        "vers « un », à l'étape « Registre », tous les processus"
    )


def test_indexing_killed_at_some_moments_leaves_the_old_or_the_new_index_and_nothing_else(tmp_path: Path) -> None:
    campaign = run_campaign(9, seed=6, place=tmp_path)

    assert campaign.seen["old"] + campaign.seen["new"] == 9
    assert campaign.seen["killed"] >= 1
