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

LONG = {
    f"test_planning_{name}.py"
    for name in (
        "alternatives", "bad_input", "comparison", "draws", "goals_cli", "goals_views", "invariance", "ladder", "linopy",
        "mended", "money_views", "out_of_bounds", "pareto", "project_edits", "reasons", "resource_inputs",
        "resource_views", "resources", "resources_whole", "rolling", "scenarios", "selection", "stability", "targets",
        "targets_reach", "telling", "what_ifs",
    )
}  # fmt: skip
"""Files that take more than some seconds; they are marked slow as a whole."""
ABOUT = {"postgres": 50, "browser": 20, "slow": 2}
"""Seconds that a test with a mark takes, roughly."""
SECONDS = {
    "test_docs_tutorial.py": 300,
    "test_plan_example.py": 85,
    "test_report_region.py": 110,
    "test_workspace_api_permissions.py": 90,
    "test_workspace_audit.py": 15,
    "test_workspace_data_browser.py": 80,
    "test_workspace_data_requests.py": 35,
    "test_workspace_intake_flow.py": 40,
    "test_workspace_intake_hostile.py": 70,
    "test_workspace_jobs_worker.py": 50,
    "test_workspace_keeping.py": 80,
    "test_workspace_kills.py": 100,
    "test_workspace_mended_review.py": 30,
    "test_workspace_pages_browser.py": 130,
    "test_workspace_permissions.py": 120,
    "test_workspace_postgres.py": 90,
    "test_workspace_rounds_browser.py": 120,
    "test_planning_ensemble.py": 45,
    "test_planning_ensemble_runs.py": 40,
    "test_planning_projects_acceptance.py": 50,
    "test_planning_selection.py": 70,
    "test_coalition_districts_example.py": 25,
    "test_coalition_exchange_processes.py": 30,
}
"""Seconds that long files take on the machine of CI, roughly, where their marks do not tell it."""


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference tables, or a skip that says why."""
    folder = Path(os.environ.get("HAIHE_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"reference tables not found at {folder}; set HAIHE_REFERENCE_DATA")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the reference tables, and those of long files as slow."""
    for item in items:
        if Path(item.path).name in LONG:
            item.add_marker(pytest.mark.slow)
        if "reference" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.reference)
    _long_files_first(items)


def _long_files_first(items: list[pytest.Item]) -> None:
    """Put files with long tests first, so that no worker is left with one when the others have nothing more to do."""
    weight: Counter[Path] = Counter()
    for item in items:
        if item.path.name in SECONDS:
            weight[item.path] = SECONDS[item.path.name]
        elif item.get_closest_marker("endure") is None:
            weight[item.path] += sum(
                about for mark, about in ABOUT.items() if item.get_closest_marker(mark) is not None
            )
    items.sort(key=lambda item: -weight[item.path])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests on the reference tables ran, and how many could not."""
    seen = {
        outcome: sum("reference" in report.keywords for report in terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "skipped")
    }
    ran = seen["passed"] + seen["failed"]
    terminalreporter.write_line(f"tests on the reference tables: {ran} ran, {seen['skipped']} skipped")
