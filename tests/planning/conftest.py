"""What all tests of the plan share: files that take long stand outside ``make quick``."""

from pathlib import Path

import pytest

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of long files as slow."""
    for item in items:
        if Path(item.path).name in LONG:
            item.add_marker(pytest.mark.slow)
