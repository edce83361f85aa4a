"""Written sentences that a person judged: exported with their evidence, read back, held against the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clsassist.errors import ClsAssistError, ConfigurationError
from clsassist.evaluation.cases import read_yaml
from clsassist.evaluation.citations import sentence_to_marks
from clsassist.evaluation.writing import WrittenAnswer
from clsassist.generation import REPEATED, UNFINISHED, Item, Material, Verdict, judge
from clsassist.lexicon import Lexicon

SUPPORTED, UNSUPPORTED = "soutenue", "non soutenue"
_JUDGEMENTS = {SUPPORTED: True, UNSUPPORTED: False, None: None, "": None}
_HEAD = f"""\
# Phrases rédigées par un modèle, à juger à la main (la marche à suivre : eval/written/README.md).
# Pour chacune, « judgement » reçoit « {SUPPORTED} » ou « {UNSUPPORTED} » ; dans le second cas, « why » dit pourquoi.
"""
Evidence = tuple[tuple[int, str], ...]
Key = tuple[str, str, Evidence]


@dataclass(frozen=True, slots=True)
class JudgedSentence:
    """One sentence of a file: ``cited`` is the evidence of its marks; ``supported`` is None until somebody judges."""

    said: str
    removed: str | None
    cited: Evidence
    supported: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The sentences of one answer, in the order in which they were written."""

    id: str
    question: str
    sentences: tuple[JudgedSentence, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A sentence whose verdict is not a person's; ``detail`` is why, in that person's words or in the check's."""

    id: str
    said: str
    detail: str


@dataclass(frozen=True, slots=True)
class HandCheck:
    """What today's checks do with the sentences that were judged.

    ``checked`` counts those held against the checks; ``shown`` and ``removed`` are the right verdicts among them,
    ``false_shown`` the sentences shown though unsupported, ``wrongly_removed`` the contrary. Supported ones that are
    only repeated or unfinished count as ``removed``. ``stale`` are those whose evidence is no longer that of the index,
    ``waiting`` those that nobody judged. Of the sentences that this run shows, ``run_judged`` of ``run_shown`` are
    judged.
    """

    checked: int
    shown: int
    removed: int
    false_shown: tuple[Fault, ...]
    wrongly_removed: tuple[Fault, ...]
    stale: int
    waiting: int
    run_shown: int
    run_judged: int


# --- files


def load_judged(folder: Path) -> tuple[JudgedAnswer, ...]:
    """Read the YAML files of a folder, all those below it.

    Raises ConfigurationError when it is no folder, a file is badly written, or two judgements contradict each other.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"« {folder} » n'est pas un dossier. Donnez celui des phrases jugées avec --written.")
    found = tuple(answer for path in sorted(folder.rglob("*.yaml")) for answer in _read_file(path))
    _require_agreement(found)
    return found


def _read_file(path: Path) -> Iterator[JudgedAnswer]:
    for entry in read_yaml(path) or ():
        try:
            yield _entry_to_answer(entry)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise ConfigurationError(
                f"« {path} » contient une réponse mal écrite ({error}). Corrigez-la, puis recommencez."
            ) from error


def _entry_to_answer(entry: Mapping[str, Any]) -> JudgedAnswer:
    quotes = {int(number): str(item["quote"]) for number, item in entry["evidence"].items()}
    sentences = tuple(_entry_to_sentence(one, quotes) for one in entry["sentences"])
    return JudgedAnswer(str(entry["id"]), str(entry["question"]), sentences)


def _entry_to_sentence(entry: Mapping[str, Any], quotes: Mapping[int, str]) -> JudgedSentence:
    said, judgement, why = str(entry["said"]), entry.get("judgement"), str(entry.get("why") or "")
    if judgement not in _JUDGEMENTS:
        raise ValueError(f"« {judgement} » n'est ni « {SUPPORTED} » ni « {UNSUPPORTED} »")
    supported = _JUDGEMENTS[judgement]
    if supported is False and not why.strip():
        raise ValueError(f"il manque pourquoi « {said} » n'est pas soutenue")
    cited = tuple((number, quotes[number]) for number in entry.get("cited") or ())
    return JudgedSentence(said, entry.get("removed"), cited, supported, why)


def _require_agreement(answers: Sequence[JudgedAnswer]) -> None:
    judged: dict[Key, bool] = {}
    for answer, sentence in _sentences(answers):
        key = (answer.question, sentence.said, sentence.cited)
        if sentence.supported is not None and judged.setdefault(key, sentence.supported) != sentence.supported:
            raise ConfigurationError(
                f"« {sentence.said} » ({answer.id}) est jugée soutenue et non soutenue. Gardez un seul jugement."
            )


def _sentences(answers: Sequence[JudgedAnswer]) -> Iterator[tuple[JudgedAnswer, JudgedSentence]]:
    yield from ((answer, sentence) for answer in answers for sentence in answer.sentences)


def _judgements(answers: Sequence[JudgedAnswer]) -> dict[Key, JudgedSentence]:
    return {
        (answer.question, sentence.said, sentence.cited): sentence
        for answer, sentence in _sentences(answers)
        if sentence.supported is not None
    }


def write_to_judge(path: Path, written: Sequence[WrittenAnswer], judged: Sequence[JudgedAnswer]) -> int:
    """Write every sentence of a run, with what is known of it, and return how many wait for a judgement.

    Raises ClsAssistError when the file is there already: what somebody wrote in it must not be lost.
    """
    known = _judgements(judged)
    entries = [_answer_to_entry(one, known) for one in written if one.verdicts]
    text = yaml.dump(entries, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{_HEAD}\n{text}")
    except FileExistsError as error:
        raise ClsAssistError(f"« {path} » existe déjà : donnez un autre nom à --to-judge.") from error
    except OSError as error:
        raise ClsAssistError(f"« {path} » ne peut pas être écrit ({error.strerror}).") from error
    return sum(sentence["judgement"] is None for entry in entries for sentence in entry["sentences"])


def _answer_to_entry(written: WrittenAnswer, known: Mapping[Key, JudgedSentence]) -> dict[str, Any]:
    material = written.material
    numbers = sorted({number for verdict in written.verdicts for number, _ in _evidence(verdict, material)})
    items = {item.number: item for item in material.items}
    return {
        "id": written.case.id,
        "question": written.question,
        **({"held": True} if written.case.held else {}),
        "exact": material.exact,
        "evidence": {number: _item_to_entry(items[number]) for number in numbers},
        "sentences": [_verdict_to_entry(verdict, written, known) for verdict in written.verdicts],
    }


def _item_to_entry(item: Item) -> dict[str, Any]:
    return {
        "action": item.title,
        "plan": item.plan,
        "label": item.label,
        "quote": item.quote,
        **({"unticked": list(item.unticked)} if item.unticked else {}),
        **({"empty": True} if item.empty else {}),
    }


def _verdict_to_entry(verdict: Verdict, written: WrittenAnswer, known: Mapping[Key, JudgedSentence]) -> dict[str, Any]:
    cited = _evidence(verdict, written.material)
    held = known.get((written.question, verdict.sentence, cited))
    judgement = None if held is None else SUPPORTED if held.supported else UNSUPPORTED
    return {
        "said": verdict.sentence,
        "cited": [number for number, _ in cited],
        "removed": verdict.reason,
        "judgement": judgement,
        "why": held.why if held else "",
    }


def _evidence(verdict: Verdict, material: Material) -> Evidence:
    # Not the verdict's own list: a sentence removed unread, as repeated or unfinished, has none.
    cited = sentence_to_marks(verdict.sentence)
    return tuple((item.number, item.quote) for item in material.items if item.number in cited)


class _Dumper(yaml.SafeDumper):
    """YAML that people read: no anchors, texts of several lines as they are."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything in full."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


# --- verdicts


def hold_against(
    judged: Sequence[JudgedAnswer],
    material_of: Callable[[str, str], Material | None],
    written: Sequence[WrittenAnswer],
    lexicon: Lexicon,
) -> HandCheck:
    """Judge again, with today's checks and evidence, every sentence that a person judged.

    ``material_of`` gives the evidence of a question by its id and wording, None when there is none.
    """
    known = _judgements(judged)
    shown = [
        (one.question, verdict.sentence, _evidence(verdict, one.material))
        for one in written
        for verdict in one.verdicts
        if verdict.reason is None
    ]
    once: dict[Key, tuple[JudgedAnswer, JudgedSentence, Verdict | None]] = {}
    for answer in judged:
        for sentence, verdict in _rejudge(answer, material_of, lexicon):
            # A file takes up the judgements of those before it: each sentence counts once.
            once.setdefault((answer.question, sentence.said, sentence.cited), (answer, sentence, verdict))
    rows = list(once.values())
    fresh = [(answer, sentence, verdict) for answer, sentence, verdict in rows if verdict is not None]
    false = [
        Fault(answer.id, sentence.said, sentence.why)
        for answer, sentence, verdict in fresh
        if verdict.reason is None and not sentence.supported
    ]
    wrong = [
        Fault(answer.id, sentence.said, verdict.reason)
        for answer, sentence, verdict in fresh
        if verdict.reason not in (None, REPEATED, UNFINISHED) and sentence.supported
    ]
    kept = sum(verdict.reason is None for _, _, verdict in fresh)
    return HandCheck(
        checked=len(fresh),
        shown=kept - len(false),
        removed=len(fresh) - kept - len(wrong),
        false_shown=tuple(false),
        wrongly_removed=tuple(wrong),
        stale=len(rows) - len(fresh),
        waiting=sum(sentence.supported is None for _, sentence in _sentences(judged)),
        run_shown=len(shown),
        run_judged=sum(key in known for key in shown),
    )


def _rejudge(
    answer: JudgedAnswer, material_of: Callable[[str, str], Material | None], lexicon: Lexicon
) -> Iterator[tuple[JudgedSentence, Verdict | None]]:
    """Yield each judged sentence with its verdict, None when its evidence is no longer there."""
    material = material_of(answer.id, answer.question)
    said: list[Verdict] = []
    for sentence in answer.sentences:
        verdict: Verdict | None = None
        if material is not None:
            verdict = judge(sentence.said, sentence.removed != UNFINISHED, material, lexicon, said)
            said.append(verdict)
            verdict = verdict if set(sentence.cited) <= {(one.number, one.quote) for one in material.items} else None
        if sentence.supported is not None:
            yield sentence, verdict
