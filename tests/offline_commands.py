"""Commands run one after the other in a process of their own, which tells what each answered as JSON."""

import json
import sys
from pathlib import Path

from click.testing import CliRunner

from clsassist.cli import main


def run(asked):
    for arguments, typed in asked:
        result = CliRunner().invoke(main, arguments, input=typed)
        yield {"code": result.exit_code, "out": result.stdout, "err": result.stderr, "failure": repr(result.exception)}


if __name__ == "__main__":
    asked, told = map(Path, sys.argv[1:])
    told.write_text(json.dumps(list(run(json.loads(asked.read_text())))))
