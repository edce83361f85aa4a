"""The terminal: click's own words in French, UTF-8 streams, progress on stderr, exit codes."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import NoReturn, Protocol

import click

from clsassist.errors import ClsAssistError

# Nothing that clsassist uses may call home, and a model that is not on the machine is an error said at once.
# A deployer who wants another embedding model downloaded sets HF_HUB_OFFLINE=0.
QUIET_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
}

EXIT_ERROR = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

_BAR = "{desc:<18} {bar:24} {n_fmt}/{total_fmt}{postfix}"
# A rate told sooner would jump about.
_SETTLED_SECONDS = 2.0


class FrenchFormatter(click.HelpFormatter):
    """Help pages with French headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or "Usage : ")

    def write_heading(self, heading: str) -> None:
        """Write the title of a list."""
        self.write(f"{'':>{self.current_indent}}{'Commandes' if heading == 'Commands' else heading} :\n")


class FrenchContext(click.Context):
    """A context whose help pages are French."""

    formatter_class = FrenchFormatter


def _help_in_french(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "Affiche cette aide."
    return option


class FrenchCommand(click.Command):
    """A command that speaks French."""

    context_class = FrenchContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the ``--help`` option."""
        return _help_in_french(super().get_help_option(ctx))


class FrenchGroup(click.Group):
    """The group of commands: the only place where an error becomes a sentence and an exit code."""

    context_class = FrenchContext
    command_class = FrenchCommand
    group_class = type

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the ``--help`` option."""
        return _help_in_french(super().get_help_option(ctx))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order they are written, which is the order of use."""
        return list(self.commands)

    def main(  # the signature is click's
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: object,
    ) -> NoReturn:
        """Run the command line, then leave the process with the exit code that the command returned."""
        _speak_utf8()
        for name, value in QUIET_ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        run = partial(super().main, args, prog_name, complete_var, windows_expand_args=windows_expand_args)
        sys.exit(_exit_code(lambda: run(standalone_mode=False, **extra)))


def _exit_code(run: Callable[[], int | None]) -> int:
    try:
        return run() or 0
    except click.Abort:
        click.echo("Interrompu.", err=True)
        return EXIT_INTERRUPTED
    except click.UsageError as error:
        _show_usage_error(error)
        return EXIT_USAGE
    except ClsAssistError as error:
        say(f"Erreur : {error}", err=True)
        return EXIT_ERROR


def say(text: str, *, err: bool = False) -> None:
    """Write words for a person: none of those that documents bring may command the terminal, or hide."""
    from clsassist.text import INVISIBLE

    click.echo(INVISIBLE.sub("", text), err=err)


def _speak_utf8() -> None:
    # A pipe, a C locale or a Windows console may have chosen another encoding; a file written on Windows
    # may begin with a byte order mark.
    for stream, encoding in ((sys.stdin, "utf-8-sig"), (sys.stdout, "utf-8"), (sys.stderr, "utf-8")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=encoding, errors="replace")


def _show_usage_error(error: click.UsageError) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return
    click.echo(f"Erreur : {_explain_usage(error)}", err=True)
    if error.ctx is not None:
        click.echo(f"Voir « {error.ctx.command_path} --help ».", err=True)


def _explain_usage(error: click.UsageError) -> str:
    match error:
        case click.exceptions.NoSuchCommand():
            said = f"la commande « {error.command_name} » n'existe pas."
            return said + _closest(error.possibilities)
        case click.NoSuchOption():
            return f"l'option « {error.option_name} » n'existe pas." + _closest(error.possibilities)
        case click.MissingParameter(param=click.Parameter() as param):
            return f"il manque {param.make_metavar(error.ctx or click.Context(FrenchCommand(None)))}."
        case click.BadParameter(param=click.Parameter() as param):
            return f"la valeur de {param.opts[0]} ne convient pas{_allowed(param)}."
        case click.BadOptionUsage():
            return f"l'option « {error.option_name} » attend une valeur."
        case _:
            return error.format_message()


def _closest(possibilities: list[str] | None) -> str:
    return f" Vouliez-vous dire « {possibilities[0]} » ?" if possibilities else ""


def _allowed(param: click.Parameter) -> str:
    if isinstance(param.type, click.Choice):
        return f" : choisissez entre {', '.join(map(str, param.type.choices))}"
    return " : un nombre entier est attendu" if isinstance(param.type, click.types.IntParamType) else ""


def read_questions() -> Iterator[str]:
    """Yield the questions of standard input, one a line, as they come; a person gets a prompt."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin if line.strip())
        return
    click.echo("Posez vos questions ; Ctrl+D termine.", err=True)
    with suppress(EOFError):
        while True:
            if question := input("> ").strip():
                yield question


class Progress(Protocol):
    """What a long task calls as it advances."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Say that ``done`` of the ``total`` steps of a stage are finished."""


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Give a callback that draws one bar on stderr, stage after stage, with its rate, if stderr is a terminal."""
    from tqdm import tqdm

    with tqdm(file=sys.stderr, disable=None, leave=False, bar_format=_BAR) as bar:
        stage_now, began = "", 0.0

        def advance(stage: str, done: int, total: int) -> None:
            nonlocal stage_now, began
            if stage != stage_now:
                stage_now, began = stage, time.monotonic()
            bar.total, bar.n = total, done
            bar.set_description_str(stage, refresh=False)
            bar.set_postfix_str(pace_to_text(done, total, time.monotonic() - began))

        yield advance


def pace_to_text(done: int, total: int, seconds: float) -> str:
    """Tell the rate and the time left of a stage that has lasted some seconds, when they can be told.

    >>> pace_to_text(340, 1_700, 10.0)
    '34 par seconde, reste 40 s'
    >>> pace_to_text(5, 605, 20.0), pace_to_text(3, 10, 0.5)
    ('15 par minute, reste 40 min', '')
    """
    if seconds < _SETTLED_SECONDS or not 0 < done < total:
        return ""
    left = round((total - done) * seconds / done)
    rate = f"{round(done / seconds)} par seconde" if done >= seconds else f"{round(done * 60 / seconds)} par minute"
    return f"{rate}, reste {_duration(left)}"


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60:02d}"
    if minutes >= 10:
        return f"{minutes} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
