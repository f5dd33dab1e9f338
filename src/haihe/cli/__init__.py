"""The command line: ``haihe``.

Standard output carries data, standard error carries messages and progress. Exit codes: 0 ok, 1 problems in the data,
2 wrong usage, 4 no feasible plan, 70 an error of ours, 130 stopped by Ctrl-C.
"""

import os
import sys

from typer.main import get_command

from haihe.cli import (
    accounts,
    audit,
    cards,
    diagnosis,
    exchange,
    facts,
    futures,
    geo,
    goals,
    health,
    keeping,
    plans,
    projects,
    rounds,
    rules,
    serve,
    share,
    stress,
    unit,
    user,
)
from haihe.cli.chinese import help_in_chinese, wants_chinese
from haihe.cli.desk import INTERNAL, app
from haihe.cli.usage import usage_in_chinese
from haihe.messages import Finding

__all__ = [
    "accounts",
    "app",
    "audit",
    "cards",
    "diagnosis",
    "exchange",
    "facts",
    "futures",
    "geo",
    "goals",
    "health",
    "keeping",
    "main",
    "plans",
    "projects",
    "rounds",
    "rules",
    "serve",
    "share",
    "stress",
    "unit",
    "user",
]


def main() -> None:
    """Run the command line. An error of ours ends with 70; ``HAIHE_DEBUG=1`` shows where it happened."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # before numpy is loaded: many small solves are 20 times slower otherwise
    try:
        command = get_command(app)
        if wants_chinese(sys.argv[1:]):
            usage_in_chinese(help_in_chinese(command))
        command()
    except Exception as error:
        if os.environ.get("HAIHE_DEBUG"):
            raise
        finding = Finding("E-CLI-01", values={"kind": type(error).__name__, "value": str(error)})
        sys.stderr.write(finding.text() + "\n")
        sys.exit(INTERNAL)
