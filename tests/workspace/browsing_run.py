"""Run one function on a workspace's folder in a process of its own: ``python browsing_run.py HOME module:function …``.

Further arguments are JSON; what the function gives back is written as JSON. Browser tests use it, because a browser and
the database cannot be driven from one thread.
"""

import json
import sys
from importlib import import_module
from pathlib import Path


def main(home: str, what: str, *inputs: str) -> None:
    """Run the function on a folder that was made ready, write what it gives."""
    from haihe.workspace.start import setup

    setup(Path(home))
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = 1  # made-up people need no slow password
    module, _, name = what.partition(":")
    given = getattr(import_module(module), name)(*(json.loads(each) for each in inputs))
    sys.stdout.write(json.dumps(given, default=str))


if __name__ == "__main__":
    main(*sys.argv[1:])
