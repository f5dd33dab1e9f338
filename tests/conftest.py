"""What every test may use."""

import os
from collections import Counter
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest
from hypothesis import settings

settings.register_profile("haihe", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("endure", deadline=None, max_examples=300, print_blob=True)
settings.load_profile(os.environ.get("HAIHE_HYPOTHESIS", "haihe"))

ROOT = Path(__file__).resolve().parents[1]

TIMES = Path(__file__).with_name("times.csv")
"""Seconds that tests took, all cases of a test together, where a case took over `QUICK` on average; `--times` writes it."""
QUICK = 0.12
LONG = ("slow", "browser", "postgres", "endure")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a whole run write down how long its tests took."""
    parser.addoption("--times", type=Path, metavar="FILE", help="write what took long to FILE (tests/times.csv)")


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the times of tests where they are asked for; under xdist the one process that hears of all of them does."""
    if config.getoption("times") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Times(config.getoption("times")))


class Times:
    """Adds up how long tests take, and writes those that are not quick."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seconds: Counter[str] = Counter()
        self.cases: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case, and its seconds with what is made ready for it."""
        name = test_of(report.nodeid)
        self.seconds[name] += report.duration
        self.cases[name] += report.when == "call"

    def pytest_sessionfinish(self) -> None:
        """Write the file, in the order of names."""
        took = {name: spent for name, spent in self.seconds.items() if spent > QUICK * max(self.cases[name], 1)}
        self.file.write_text("".join(f"{name},{took[name]:.1f}\n" for name in sorted(took)), "utf-8")


def test_of(node: str) -> str:
    """Give the name of a test without its case, which may hold any sign."""
    return node.partition("[")[0]


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference tables, or a skip that says why."""
    folder = Path(os.environ.get("HAIHE_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"reference tables not found at {folder}; set HAIHE_REFERENCE_DATA")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for the reference tables and those that are quick; put the files that take long first.

    So no worker is left with a long file when the others have nothing more to do.
    """
    took = {name: float(spent) for name, _, spent in (line.partition(",") for line in TIMES.read_text().splitlines())}
    weight: Counter[Path] = Counter()
    for name, path in {
        test_of(item.nodeid): item.path for item in items if not item.get_closest_marker("endure")
    }.items():
        weight[path] += took.get(name, 0.0)
    items.sort(key=lambda item: -weight[item.path])
    for item in items:
        if "reference" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.reference)
        if test_of(item.nodeid) not in took and not any(map(item.get_closest_marker, LONG)):
            item.add_marker(pytest.mark.quick)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests on the reference tables ran, and how many could not."""
    seen = {
        outcome: sum("reference" in report.keywords for report in terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "skipped")
    }
    ran = seen["passed"] + seen["failed"]
    terminalreporter.write_line(f"tests on the reference tables: {ran} ran, {seen['skipped']} skipped")
