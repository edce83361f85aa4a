"""The command line. Every heavy library is imported inside the command that needs it."""

from __future__ import annotations

import json
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clsassist.contracts import answer_to_line, failure_to_line
from clsassist.errors import ClsAssistError
from clsassist.exports import ActionRow, answer_to_plain, registry_to_rows, rows_to_csv, rows_to_json, write_export
from clsassist.settings import Settings
from clsassist.terminal import EXIT_ERROR, FrenchGroup, read_questions, say, show_progress

if TYPE_CHECKING:
    from clsassist.assistant import Assistant
    from clsassist.evaluation.cases import Case
    from clsassist.evaluation.judging import Scores
    from clsassist.live import LiveAssistant
    from clsassist.records import Answer

# How many answers a follow-up question may refer to: beyond, nobody remembers them either.
_MEMORY = 20
# Above what the model wrote.
_WRITTEN = "Rédigé par un modèle, vérifié phrase par phrase :"

_index_dir_option = click.option(
    "--index-dir",
    type=click.Path(path_type=Path),
    metavar="DOSSIER",
    help="Dossier de l'index (par défaut : CLSASSIST_INDEX_DIR, sinon index/).",
)
_no_llm_option = click.option(
    "--no-llm", is_flag=True, help="N'emploie pas le modèle de langue, même si CLSASSIST_LLM_URL en donne un."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON par question, un par ligne.")


@click.group(cls=FrenchGroup, subcommand_metavar="COMMANDE …")
@click.version_option(package_name="clsassist", message="clsassist %(version)s", help="Affiche la version.")
def main() -> None:
    """Réponses exactes et sourcées sur les plans locaux de santé.

    Pour commencer : « clsassist index corpus », puis
    « clsassist ask "Quelles actions ciblent la maîtrise de stage ?" ».
    """


@main.command()
@click.argument("paths", nargs=-1, metavar="[CHEMIN…]", type=click.Path(path_type=Path, readable=False))
@_index_dir_option
@click.option("--if-stale", is_flag=True, help="Ne fait rien, pas même le rapport, si l'index est à jour.")
@click.option("--anew", is_flag=True, help="Relit et reconstruit tout, même ce qui n'a pas changé.")
@click.option("--json", "as_json", is_flag=True, help="Écrit le rapport de lecture en JSON.")
def index(paths: tuple[Path, ...], index_dir: Path | None, if_stale: bool, anew: bool, as_json: bool) -> None:
    """Lit des dossiers ou des fichiers et met l'index à jour.

    CHEMIN vaut corpus/ s'il n'est pas donné. Seuls les fichiers nouveaux ou modifiés sont relus. Le rapport de
    lecture dit, fichier par fichier, ce qui a été lu et ce qu'il faut vérifier. L'ancien index sert jusqu'à ce que
    le nouveau soit prêt ; interrompue, la commande reprend où elle en était.

    Exemple : clsassist index corpus
    """
    from clsassist.index import is_stale
    from clsassist.indexing import index_corpus
    from clsassist.reading_report import report_to_payload, report_to_text

    settings = _settings(index_dir)
    sources = paths or (settings.corpus_dir,)
    if if_stale:
        reason = is_stale(settings.index_dir, sources, settings)
        if reason is None:
            click.echo(f"L'index « {settings.index_dir} » est à jour.", err=as_json)
            return
        click.echo(f"Construction de l'index : {reason}.", err=as_json)
    with show_progress() as progress:
        done = index_corpus(sources, settings, progress, anew=anew)
    if not done.changed:
        click.echo("Aucun fichier n'a changé : l'index en service est à jour.", err=True)
    if as_json:
        click.echo(json.dumps(report_to_payload(done.report), ensure_ascii=False))
    else:
        say(report_to_text(done.report))


@main.command()
@click.argument("words", nargs=-1, metavar="[QUESTION | -]")
@_json_option
@_no_llm_option
@_index_dir_option
def ask(words: tuple[str, ...], as_json: bool, no_llm: bool, index_dir: Path | None) -> int:
    """Répond à une question, avec la source de chaque affirmation.

    « - » lit une question par ligne sur l'entrée standard ; les questions sont alors indépendantes. Si un modèle de
    langue est configuré, ce qu'il rédige vient après la réponse exacte, vérifié phrase par phrase.

    Exemple : clsassist ask "Quelles actions ciblent la maîtrise de stage ?"
    """
    if not words and sys.stdin.isatty():
        raise click.UsageError("il manque QUESTION (ou « - » pour lire l'entrée standard).")
    from_stdin = words in ((), ("-",))
    with _opened(index_dir, no_llm) as assistant:
        questions = read_questions() if from_stdin else (" ".join(words),)
        return _answer_each(assistant, questions, as_json, memory=0)


@main.command()
@_json_option
@_no_llm_option
@_index_dir_option
def chat(as_json: bool, no_llm: bool, index_dir: Path | None) -> int:
    """Tient une conversation : une question peut suivre l'autre.

    Avec --json, chaque ligne reçue est une question et la réponse suit aussitôt. Ctrl+D termine.

    Exemple : clsassist chat
    """
    with _opened(index_dir, no_llm) as assistant:
        return _answer_each(assistant, read_questions(), as_json, memory=_MEMORY)


@main.command()
@click.option("--host", metavar="ADRESSE", help="Adresse d'écoute (par défaut : cette machine seulement).")
@click.option("--port", type=click.IntRange(0, 65535), metavar="PORT", help="Port (par défaut : 7860).")
@_index_dir_option
def serve(host: str | None, port: int | None, index_dir: Path | None) -> None:
    """Ouvre la page web de l'assistant sur cette machine.

    Exemple : clsassist serve --port 7860
    """
    settings = _settings(index_dir)
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    from clsassist.memory import keep_few_arenas

    keep_few_arenas()
    from clsassist.live import LiveAssistant
    from clsassist.web.server import serve as serve_page

    with closing(LiveAssistant(settings)) as live:
        _warn_of_index(live)
        serve_page(live, settings, lambda line: click.echo(f"{line} (Ctrl+C pour arrêter)"))


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="QUESTION")
@_index_dir_option
def explain(words: tuple[str, ...], index_dir: Path | None) -> None:
    """Montre comment une question est comprise et cherchée.

    Exemple : clsassist explain "Où la MSA est-elle partenaire ?"
    """
    with _opened(index_dir) as assistant:
        question = " ".join(words)
        say(assistant.explain(question))
        if Settings.from_env().llm_url:
            say("\n" + "\n".join(_writing_trace(assistant, question)))


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="ACTION")
@click.option("--json", "as_json", is_flag=True, help="Écrit l'action en JSON, chaque valeur avec sa place.")
@_index_dir_option
def show(words: tuple[str, ...], as_json: bool, index_dir: Path | None) -> None:
    """Affiche une action telle qu'elle a été lue, champ par champ.

    ACTION est un identifiant, un numéro de fiche ou un titre.

    Exemple : clsassist show "Annuaire des actions et des acteurs"
    """
    with _opened(index_dir) as assistant:
        reference = " ".join(words)
        if as_json:
            click.echo(json.dumps(assistant.show_payload(reference), ensure_ascii=False))
        else:
            say(assistant.show(reference))


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="NOM")
@_json_option
@_index_dir_option
def partners(words: tuple[str, ...], as_json: bool, index_dir: Path | None) -> None:
    """Donne les actions où une organisation intervient, et son rôle.

    Exemple : clsassist partners MSA
    """
    with _opened(index_dir) as assistant:
        _echo_answer(assistant.partners(" ".join(words)), as_json)


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "xlsx"]),
    help="json, csv ou xlsx (par défaut : d'après le nom de FICHIER, sinon json).",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FICHIER",
    help="Écrit dans ce fichier ; pour xlsx, un dossier reçoit un classeur par plan.",
)
@_index_dir_option
def export(form: str | None, output: Path | None, index_dir: Path | None) -> None:
    """Écrit toutes les actions pour un tableur ou un programme.

    Le classeur (xlsx) suit les colonnes de Territoires en Transitions, une feuille par plan, et se relit sans
    perte : clsassist peut l'indexer à son tour.

    Exemple : clsassist export --output actions.xlsx
    """
    from clsassist.lexicon import load_lexicon
    from clsassist.opening import open_index
    from clsassist.registry import Registry

    form = form or _suffix_to_format(output)
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise click.UsageError("un classeur ne s'affiche pas : donnez son fichier avec --output actions.xlsx.")
    settings = _settings(index_dir)
    with (
        open_index(settings.index_dir, settings) as build,
        closing(Registry.open(build.registry_path, load_lexicon().analyser)) as registry,
    ):
        rows = registry_to_rows(registry)
    if form == "xlsx":
        _export_workbooks(rows, output)
        return
    written = rows_to_csv(rows) if form == "csv" else rows_to_json(rows)
    if output is None:
        click.echo(written, nl=False)
        return
    write_export(output, written)
    click.echo(f"{len(rows)} actions écrites dans « {output} ».", err=True)


def _suffix_to_format(output: Path | None) -> str:
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return suffix if suffix in ("csv", "xlsx") else "json"


def _export_workbooks(rows: Sequence[ActionRow], output: Path | None) -> None:
    """Write one workbook, to a file or to the standard output, or one a plan in a folder."""
    from clsassist.export_xlsx import rows_to_workbooks, rows_to_xlsx

    if output is None:
        sys.stdout.buffer.write(rows_to_xlsx(rows).content)
        return
    books = rows_to_workbooks(rows) if output.is_dir() else {"": rows_to_xlsx(rows)}
    for name, book in books.items():
        path = output / f"{name}.xlsx" if name else output
        write_export(path, book.content)
        click.echo(f"{book.actions} actions écrites dans « {path} ».", err=True)
        if book.shortened:
            cells = f"{book.shortened} cellule(s) dépassent ce qu'Excel accepte"
            click.echo(f"Attention : {cells} ; leur fin n'est pas écrite.", err=True)


@main.group("eval", invoke_without_command=True)
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    default=Path("eval/questions.yaml"),
    metavar="FICHIER",
    help="Questions (par défaut : eval/questions.yaml).",
)
@click.option(
    "--expected",
    type=click.Path(path_type=Path),
    default=Path("eval/expected.yaml"),
    metavar="FICHIER",
    help="Scores à tenir (par défaut : eval/expected.yaml).",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DOSSIER",
    help="Écrit aussi un rapport (evaluation.md) et une image (evaluation.png) dans ce dossier ; avec --llm, "
    "generation.md (generation-clair.md avec --plain).",
)
@click.option("--peer", is_flag=True, help="Pose aussi les questions à un pair : llama-index et Chroma, même modèle.")
@click.option("--held", is_flag=True, help="Montre aussi les défauts des questions réservées.")
@click.option("--llm", is_flag=True, help="Note plutôt ce que rédige le modèle de langue de CLSASSIST_LLM_URL.")
@click.option("--plain", is_flag=True, default=None, help="Avec --llm : note les réponses « en clair ».")
@click.option("--most", type=click.IntRange(1), metavar="N", help="Avec --llm : N réponses, de tous les types.")
@click.option(
    "--to-judge",
    type=click.Path(path_type=Path),
    metavar="FICHIER",
    help="Avec --llm : écrit chaque phrase et ses extraits dans ce fichier YAML, à juger à la main.",
)
@click.option(
    "--written",
    type=click.Path(path_type=Path),
    metavar="DOSSIER",
    help="Avec --llm : phrases déjà jugées (par défaut : eval/written/).",
)
@_index_dir_option
@click.pass_context
def evaluate(
    context: click.Context,
    /,
    questions: Path,
    expected: Path,
    report: Path | None,
    peer: bool,
    held: bool,
    index_dir: Path | None,
    **writing: Any,  # noqa: ANN401 (--llm and the options that go with it)
) -> int:
    """Pose les questions d'évaluation et compare aux scores à tenir.

    Avec --llm, le modèle de langue configuré rédige les réponses qui se rédigent, et ses phrases sont notées : gardées,
    retirées, vitesse, citations, et accord avec celles qu'une personne a jugées. Interrompue, la commande reprend où
    elle en était. Elle échoue si une phrase jugée non soutenue est montrée.

    Exemple : clsassist eval --report docs/benchmarks --peer
    """
    if context.invoked_subcommand:
        return 0
    if writing.pop("llm"):
        return _evaluate_writing(questions, report, held, index_dir, writing)
    if given := next((name for name, value in writing.items() if value is not None), None):
        raise click.UsageError(f"--{given.replace('_', '-')} ne va qu'avec --llm.")
    from clsassist.evaluation.cases import load_cases
    from clsassist.evaluation.report import results_to_text, write_report
    from clsassist.evaluation.scores import find_shortfalls, load_thresholds, run_cases

    cases, thresholds = load_cases(questions), load_thresholds(expected)
    with _opened(index_dir) as assistant, show_progress() as progress:
        results = run_cases(assistant, cases, lambda done, total: progress("questions", done, total))
        peers = _ask_peer(assistant, cases) if peer else {}
    say(results_to_text(results, show_held=held))
    if report:
        path = write_report(report, results, peers, _command_line(), str(_settings(index_dir).index_dir))
        click.echo(f"Rapport écrit : {path}", err=True)
    shortfalls = find_shortfalls(results, thresholds)
    for sentence in shortfalls:
        say(sentence, err=True)
    return EXIT_ERROR if shortfalls else 0


def _evaluate_writing(
    questions: Path, report: Path | None, held: bool, index_dir: Path | None, options: Mapping[str, Any]
) -> int:
    from clsassist.evaluation.cases import load_cases
    from clsassist.evaluation.writing_report import write_writing_report, writing_to_text
    from clsassist.evaluation.writing_run import Wanted, evaluate_writing
    from clsassist.wording import counted

    cases = load_cases(questions)
    plain = bool(options["plain"])
    wanted = Wanted(options["most"], options["written"], options["to_judge"], _command_line(), plain)
    with _opened(index_dir, no_llm=True) as assistant, show_progress() as progress:
        done = evaluate_writing(assistant, _settings(index_dir), cases, wanted, progress)
    if done.damaged:
        lines = counted(done.damaged, "ligne illisible", "lignes illisibles")
        click.echo(f"Attention : {lines} dans « {done.tape} » ; ce qu'il y manque a été rédigé à nouveau.", err=True)
    hidden = frozenset() if held else frozenset(case.id for case in cases if case.held)
    say(writing_to_text(done.run, done.groups, done.check, hidden=hidden))
    if report:
        path = write_writing_report(report, done.run, done.groups, done.check, hidden=hidden, plain=plain)
        click.echo(f"Rapport écrit : {path}", err=True)
    if wanted.to_judge:
        click.echo(f"{counted(done.waiting, 'phrase')} à juger dans « {wanted.to_judge} ».", err=True)
    return EXIT_ERROR if done.check.false_shown else 0


def _ask_peer(assistant: Assistant, cases: Sequence[Case]) -> dict[str, Scores]:
    from clsassist.embedding import load_embedder
    from clsassist.evaluation.peer import run_peer

    settings = Settings.from_env()
    return run_peer(assistant, load_embedder(settings.embedding_model, settings), cases)


def _command_line() -> str:
    return " ".join(["clsassist", *sys.argv[1:]])


@evaluate.command("beir")
@click.argument("directory", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
@_index_dir_option
def evaluate_beir(directory: Path, index_dir: Path | None) -> None:
    """Mesure la recherche de passages sur une collection au format BEIR.

    DOSSIER contient corpus.jsonl, queries.jsonl, et qrels.jsonl ou qrels/test.tsv. Les vecteurs sont gardés dans le
    dossier de l'index : une deuxième mesure va vite.

    Exemple : clsassist eval beir ../bench/ma-collection
    """
    from clsassist.embedding import load_embedder
    from clsassist.evaluation.beir import evaluate_collection

    settings = _settings(index_dir)
    with show_progress() as progress:
        embedder = load_embedder(settings.embedding_model, settings)
        runs = evaluate_collection(directory, settings, embedder, lambda done, total: progress("passages", done, total))
    names = list(next(iter(runs.values())))
    click.echo(" " * 12 + "".join(f"{name:>10}" for name in names))
    for name, values in runs.items():
        click.echo(f"{name:<12}" + "".join(f"{values[measure]:>10.3f}" for measure in names))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Écrit un objet JSON par vérification, un par ligne.")
@_index_dir_option
def doctor(as_json: bool, index_dir: Path | None) -> int:
    """Vérifie l'installation, le modèle, l'index, le disque et la configuration, et dit quoi faire.

    Le code de sortie est 1 si quelque chose empêche de travailler (✗), 0 sinon, même s'il y a à regarder (⚠).

    Exemple : clsassist doctor
    """
    from clsassist.doctor import run_checks

    exit_code = 0
    for check in run_checks(lambda: _settings(index_dir)):
        if as_json:
            click.echo(json.dumps(check.to_payload(), ensure_ascii=False))
        else:
            say(check.line())
        exit_code = exit_code if check.passed else EXIT_ERROR
    return exit_code


def _settings(index_dir: Path | None) -> Settings:
    settings = Settings.from_env()
    return settings if index_dir is None else replace(settings, index_dir=index_dir)


def _opened(index_dir: Path | None, no_llm: bool = False) -> closing[Assistant]:
    from clsassist.assistant import Assistant

    settings = _settings(index_dir)
    settings = replace(settings, llm_url="") if no_llm else settings
    assistant = Assistant.open(settings.index_dir, settings)
    if change := assistant.changed_source():
        # The answers stay those of the documents as indexed: say so, and answer.
        say(f"Attention : {change} depuis l'indexation. Pour en tenir compte : clsassist index", err=True)
    return closing(assistant)


def _warn_of_index(live: LiveAssistant) -> None:
    # The page opens all the same: it says so too, and follows the index as soon as there is one.
    try:
        with live.use() as assistant:
            change = assistant.changed_source()
    except ClsAssistError as error:
        say(f"Attention : {error}", err=True)
        return
    if change:
        say(f"Attention : {change} depuis l'indexation. Pour en tenir compte : clsassist index", err=True)


def _answer_each(assistant: Assistant, questions: Iterable[str], as_json: bool, memory: int) -> int:
    # Each answer leaves before the next question is read: programs talk to us line by line.
    exit_code = 0
    previous: deque[Answer] = deque(maxlen=memory)
    for question in questions:
        try:
            answer = assistant.ask(question, tuple(previous))
        except ClsAssistError as error:
            exit_code = EXIT_ERROR
            say(f"Erreur : {error}", err=True)
            if as_json:
                click.echo(failure_to_line(question, str(error)))
            continue
        previous.append(answer)
        _echo_answer(answer, as_json)
        if not as_json:
            exit_code = max(exit_code, _echo_written(assistant, answer))
    return exit_code


def _echo_written(assistant: Assistant, answer: Answer) -> int:
    """Write what the model makes of an answer, each sentence as soon as it is proved, then what became of it."""
    from clsassist.generation import Notice

    shown = False
    try:
        for part in assistant.write(answer):
            if isinstance(part, Notice):
                if part.text:
                    say(f"\n{part.text}" if shown else f"\n({part.text})")
            elif part.reason is None:
                say(part.sentence if shown else f"\n{_WRITTEN}\n\n{part.sentence}")
                shown = True
    except ClsAssistError as error:
        # The exact answer is already there.
        say(f"Erreur : {error}", err=True)
        return EXIT_ERROR
    return 0


def _writing_trace(assistant: Assistant, question: str) -> tuple[str, ...]:
    from clsassist.generation import Notice

    parts = assistant.write(assistant.ask(question))
    ends = [part.trace for part in parts if isinstance(part, Notice)]
    return ends[-1] if ends else ("Rédaction : cette réponse n'en demande pas.",)


def _echo_answer(answer: Answer, as_json: bool) -> None:
    if as_json:
        click.echo(answer_to_line(answer))
    else:
        say(answer_to_plain(answer))
