"""Mutation check: change one thing in the code, and see whether a test notices. Writes docs/evidence/mutation.md.

cosmic-ray makes the mutants. Of each part, PLACES places are drawn with SEED, and at each place one of the mutants that
fit it. A mutant lives in a copy of this process and never on the disk: the tests that run its line, the quickest first, are
run on it until one fails. What survives is explained in scripts/mutation.toml; an unexplained survivor ends this with 1.

``python scripts/mutation.py [PART …]``. Outcomes are kept in out/mutation, so that a run that was stopped goes on where it
was; ``--map`` measures anew which tests run which line, ``--again ID …`` runs mutants again.
"""

import argparse
import ast
import hashlib
import importlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import tomllib
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import version
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

SEED, PLACES = 20261123, 100
SECONDS, LIMIT = 20, 40
"""CPU seconds of tests that a mutant is given, the quickest first, and after which it counts as killed."""
TOGETHER = 2
NOTICED = ("killed", "too long")
UNREAD = ("while loading conftest", "ERROR collecting", "no match in any of")
"""What pytest writes where the mutant let a file of tests fail while it was read, or gave its cases other names."""
ROOT = Path(__file__).resolve().parents[1]
SOURCE, OUT, TARGET = ROOT / "src" / "haihe", ROOT / "out" / "mutation", ROOT / "docs" / "evidence" / "mutation.md"
PARTS = {
    "rules": ["rules/*.py"],
    "balancing": ["accounts/balance.py", "accounts/soft_balance.py"],
    "coalition": ["coalition/*.py"],
}
READ = [
    "hypothesis",
    "highspy",
    "scipy.optimize",
    "scipy.sparse",
    "pandas",
    "duckdb",
    "pydantic",
    "xlsxwriter",
    "typer",
]
BEFORE = {"rules": ["haihe.region"], "balancing": ["haihe.region"], "coalition": ["haihe.planning", "haihe.rules"]}
"""What is read once for all mutants of a part; it stands on lower floors."""
BALANCE = ("balance", "soft_balance", "update", "interregional")
TESTS = {
    "rules": ["tests/rules"],
    "balancing": [f"tests/accounts/test_accounts_{name}.py" for name in BALANCE],
    "coalition": ["tests/coalition", "--ignore=tests/coalition/test_coalition_exchange_processes.py"],
}
"""Left out are tests of processes of their own, which do not see a mutant that lives in a copy of this one."""
FIRST = 12
"""So many of the quickest tests are run before the files of the others are read."""
PYTEST = ["-q", "-p", "no:cacheprovider", "-p", "no:django", "-o", "addopts="]
PYTEST += ["-W", "ignore::pytest.PytestConfigWarning"]  # of settings that are for Django's plugin
PYTEST += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is read before
PYTEST += ["-W", "ignore::pytest.PytestUnknownMarkWarning"]  # of plugins that a mutant's process does not read


@dataclass(frozen=True)
class Mutant:
    """One change: where it is, what does it, how the line reads before and after."""

    part: str
    file: str
    within: str
    operator: str
    occurrence: int
    line: int
    before: str
    after: str

    @property
    def id(self) -> str:
        """Name that stays while the function and its line stay."""
        said = "|".join((self.file, self.within, self.operator, self.before, self.after))
        return hashlib.sha256(said.encode()).hexdigest()[:10]


# Which tests run which line.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note the CPU seconds of every test, where this file is a plugin of pytest."""
    began = time.process_time()
    result = yield
    with Path(os.environ["HAIHE_TOOK"]).open("a") as notes:
        notes.write(json.dumps([item.nodeid, time.process_time() - began]) + "\n")
    return result


def measure(part: str) -> None:
    """Run the tests of a part once and keep which of them run which line, and how long each takes."""
    here = OUT / part
    here.mkdir(parents=True, exist_ok=True)
    for old in here.iterdir():
        old.unlink()
    packages = ", ".join(sorted({"haihe." + each.partition("/")[0] for each in PARTS[part]}))
    (here / "coverage.ini").write_text(f"[run]\nsource_pkgs = {packages}\ndata_file = {here / 'lines'}\n")
    command = [sys.executable, "-m", "pytest", *PYTEST, "-p", "mutation", "-m", "not slow and not endure", *TESTS[part]]
    command += ["--cov", f"--cov-config={here / 'coverage.ini'}", "--cov-context=test", "--cov-report="]
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    ours = {"PYTHONPATH": os.pathsep.join(paths), "HAIHE_TOOK": str(here / "took.jsonl")}
    subprocess.run(command, cwd=ROOT, env=os.environ | ours, check=True)


class Map:
    """Tests by the lines they run."""

    def __init__(self, part: str) -> None:
        from coverage import CoverageData

        self.data = CoverageData(str(OUT / part / "lines"))
        self.data.read()
        notes = (OUT / part / "took.jsonl").read_text().splitlines()
        self.took: dict[str, float] = dict(map(json.loads, notes))

    def tests(self, mutant: Mutant) -> list[str]:
        """Tests that run the statement, the quickest first; of a line that is read at import, those of its file."""
        file = str(SOURCE / mutant.file)
        by_line = self.data.contexts_by_lineno(file)
        lines = statement(file, mutant.line)
        found = {_test(each) for line in lines for each in by_line.get(line, [])} - {""}
        if not found:
            found = {_test(each) for each_line in by_line.values() for each in each_line} - {""}
        order = sorted(found, key=lambda test: (self.took.get(test, 0.0), test))
        chosen, spent = [], 0.0
        for test in order:
            spent += self.took.get(test, 0.0)
            if chosen and spent > SECONDS:
                break
            chosen.append(test)
        return chosen


def _test(context: str) -> str:
    return context.rpartition("|")[0]  # a test's own name may hold the sign


def statement(file: str, line: int) -> range:
    """Give the lines of the innermost statement that holds a line; of a compound one its head."""
    best = range(line, line + 1)
    for node in ast.walk(ast.parse(Path(file).read_text("utf-8"))):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if line <= max(end, node.lineno):
                best = range(node.lineno, max(end, node.lineno) + 1)
    return best


# Mutants.


def places(part: str) -> dict[tuple[str, int, int, str], list[tuple[str, int]]]:
    """Give the mutants (operator, occurrence) of a part by place and kind of change, without those of type annotations."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    found: dict[tuple[str, int, int, str], list[tuple[str, int]]] = defaultdict(list)
    operators = [name for name in sorted(operator_names()) if not get_operator(name).arguments()]
    for path in sorted(each for pattern in PARTS[part] for each in SOURCE.glob(pattern)):
        code = path.read_text("utf-8")
        nodes, file = list(ast_nodes(get_ast(code))), path.relative_to(SOURCE).as_posix()
        typed = annotations(code)
        for name in operators:
            operator, count = get_operator(name)(), 0
            kind = name.partition("/")[2].split("_")[0]
            for node in nodes:
                for start, _ in operator.mutation_positions(node):
                    if not any(first <= start <= last for first, last in typed):
                        found[(file, *start, kind)].append((name, count))
                    count += 1
    return found


def annotations(code: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations of types begin and end."""
    nodes = list(ast.walk(ast.parse(code)))
    found = [getattr(node, name, None) for node in nodes for name in ("annotation", "returns")]
    return [
        ((each.lineno, each.col_offset), (each.end_lineno or 0, each.end_col_offset or 0))
        for each in found
        if isinstance(each, ast.expr)
    ]


def drawn(part: str) -> tuple[int, list[Mutant]]:
    """Count the places of a part, and draw its sample."""
    found, draw = places(part), random.Random(f"{SEED} {part}")
    sample = []
    for place in draw.sample(sorted(found), min(PLACES, len(found))):
        operator, occurrence = draw.choice(sorted(found[place]))
        sample.append(mutant(part, place[0], place[1], operator, occurrence))
    return len(found), sample


def mutant(part: str, file: str, line: int, operator: str, occurrence: int) -> Mutant:
    code = (SOURCE / file).read_text("utf-8")
    old, new = code.splitlines(), mutated(code, operator, occurrence).splitlines()
    number = next((k for k, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), line)
    names = [
        node.name
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    before, after = old[number - 1].strip(), new[number - 1].strip() if number <= len(new) else "(removed)"
    return Mutant(part, file, ".".join(names), operator.partition("/")[2], occurrence, number, before, after)


def mutated(code: str, operator: str, occurrence: int) -> str:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    changed = mutate_code(code, get_operator(operator)(), occurrence)
    assert changed is not None, (operator, occurrence)
    return changed


# Running.


class Swapped(SourceFileLoader):
    """Gives one module another source when it is imported; it is the finder of that module, too."""

    def __init__(self, file: str, code: str) -> None:
        name = "haihe." + file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        super().__init__(name, str(SOURCE / file))
        self.code = code

    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, *_: Any) -> CodeType:
        return compile(self.code, self.path, "exec")


def begin(each: Mutant, tests: list[str]) -> int:
    """Run the tests on the mutant in a copy of this process; gives its number."""
    code = mutated((SOURCE / each.file).read_text("utf-8"), f"core/{each.operator}", each.occurrence)
    pid = os.fork()
    if pid:
        return pid
    ended = 70
    try:
        log = os.open(OUT / f"{each.id}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
        signal.alarm(8 * LIMIT)
        os.chdir(ROOT)
        swapped = Swapped(each.file, code)
        assert swapped.name not in sys.modules, f"{swapped.name} was read before it was changed"
        sys.meta_path.insert(0, swapped)
        from hypothesis import Phase, settings

        quick = {"deadline": None, "derandomize": True, "phases": (Phase.explicit, Phase.generate), "database": None}
        settings.register_profile("mutation", **quick)
        os.environ |= {"HAIHE_HYPOTHESIS": "mutation", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        for some in filter(None, (tests[:FIRST], tests[FIRST:])):
            ended = int(pytest.main([*PYTEST, "-x", *some]))
            if ended:
                break
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(ended)


def run(part: str, sample: list[Mutant]) -> Iterator[dict[str, Any]]:
    """Run the tests on every mutant; gives what came of it."""
    mapped = Map(part)
    for name in [*READ, *BEFORE[part]]:
        importlib.import_module(name)
    running: dict[int, tuple[Mutant, int]] = {}

    def one_ends() -> dict[str, Any]:
        pid, status, used = os.wait4(-1, 0)
        each, count = running.pop(pid)
        code, log = os.waitstatus_to_exitcode(status), OUT / f"{each.id}.log"
        if code in (-signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL):
            outcome = "too long"
        elif code in (1, 2) or (code == 4 and any(sign in log.read_text("utf-8", errors="replace") for sign in UNREAD)):
            outcome = "killed"  # a test failed, or could not even be read
        else:
            assert not code, f"the tests could not be run: {log}"
            outcome = "survived"
        return asdict(each) | {"id": each.id, "outcome": outcome, "tests": count, "cpu": used.ru_utime + used.ru_stime}

    for each in sample:
        tests = mapped.tests(each)
        if not tests:
            yield asdict(each) | {"id": each.id, "outcome": "no test", "tests": 0, "cpu": 0.0}
            continue
        while len(running) >= TOGETHER:
            yield one_ends()
        running[begin(each, tests)] = each, len(tests)
    while running:
        yield one_ends()


# The page.


def page(found: list[dict[str, Any]], counts: dict[str, int], said: dict[str, dict[str, str]], commit: str) -> str:
    by_part = {part: Counter(each["outcome"] for each in found if each["part"] == part) for part in PARTS}
    alive = [each for each in found if each["outcome"] not in NOTICED]
    mended = [each for each in found if each not in alive and said.get(each["id"], {}).get("kind") == "test"]
    rows = [
        f"| {part} | {counts.get(part, 0) or '—'} | {seen.total()} | {seen['killed']} | {seen['too long']} "
        f"| {sum(seen.values()) - sum(seen[each] for each in NOTICED)} | {_share(seen)} |"
        for part, seen in by_part.items()
    ]
    kinds = Counter(said.get(each["id"], {}).get("kind", "not explained") for each in alive)
    return "\n".join(
        [
            "# Would the tests notice?",
            "",
            f"{date.today()}, commit {commit}, cosmic-ray {version('cosmic-ray')}, seed {SEED}, Python {sys.version.split()[0]}.",
            "`make mutation` changes one thing in the code at a time and runs the tests that run the changed line, the quickest",
            f"first and at most {SECONDS} CPU seconds of them, until one fails. Of each part {PLACES} places are drawn, and at each",
            "place one of the changes that fit it: operators, comparisons, numbers, conditions, loops, exceptions, decorators.",
            "Annotations of types are left out, and tests marked slow or endure, or in processes of their own, are not run.",
            f"The mutants below took {sum(each['cpu'] for each in found) / 60:.1f} CPU minutes.",
            "",
            "| part | places | run | killed | ran too long | survived | noticed |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            *(
                [f"**Not run yet: {', '.join(left)}.**", ""]
                if (left := [part for part in PARTS if not by_part[part]])
                else []
            ),
            f"Survivors: {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items())) or 'none'}.",
            "",
            *_table("What survived, and why", alive, said),
            *_table("Survived at first; a test was written that kills it", mended, said),
        ]
    )


def _share(seen: Counter[str]) -> str:
    return f"{sum(seen[each] for each in NOTICED) / seen.total():.0%}" if seen else "—"


def _table(title: str, found: list[dict[str, Any]], said: dict[str, dict[str, str]]) -> list[str]:
    if not found:
        return []
    rows = [f"## {title}", "", "| mutant | place | change | what is to be said |", "| --- | --- | --- | --- |"]
    for each in sorted(found, key=lambda each: (each["file"], each["line"])):
        told = said.get(each["id"], {"kind": "not explained", "why": ""})
        change = f"{_code(each['before'])} → {_code(each['after'])}"
        rows.append(f"| {each['id']} | {each['file']} {each['within']} | {change} | **{told['kind']}** {told['why']} |")
    return [*rows, ""]


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--map", action="store_true")
    parser.add_argument("--again", nargs="+", default=[], metavar="ID")
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    kept = OUT / "found.json"
    known: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {"counts": {}, "found": {}}
    for part in asked.parts or PARTS:
        if asked.map or not (OUT / part / "lines").exists():
            measure(part)
        known["counts"][part], sample = drawn(part)
        others = {name: each for name, each in known["found"].items() if each["part"] != part}
        known["found"] = others | {each.id: known["found"][each.id] for each in sample if each.id in known["found"]}
        todo = [each for each in sample if each.id in asked.again or each.id not in known["found"]]
        for each in run(part, todo):
            known["found"][each["id"]] = each
            print(
                each["id"],
                each["outcome"],
                f"{each['cpu']:.1f} s",
                each["file"],
                each["line"],
                each["after"],
                flush=True,
            )
            kept.write_text(json.dumps(known, indent=1, ensure_ascii=False), "utf-8")
    said = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    found = list(known["found"].values())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    TARGET.write_text(page(found, known["counts"], said, commit.stdout.strip()), "utf-8")
    alive = [each["id"] for each in found if each["outcome"] not in NOTICED]
    if unexplained := [each for each in alive if said.get(each, {}).get("kind") not in ("equivalent", "accepted")]:
        sys.exit(f"not explained: {' '.join(unexplained)}")


if __name__ == "__main__":
    main()
