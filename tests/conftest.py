"""What every test may use."""

import os
from pathlib import Path

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest
from hypothesis import settings

settings.register_profile("haihe", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("haihe")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of the reference tables, or a skip that says why."""
    folder = Path(os.environ.get("HAIHE_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"reference tables not found at {folder}; set HAIHE_REFERENCE_DATA")
    return folder
