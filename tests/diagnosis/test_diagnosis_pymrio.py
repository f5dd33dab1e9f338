"""Against pymrio: its own tests pass on our engine, and its complete calculation gives our numbers."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import haihe as hh
from haihe.accounts import InterregionalTable
from haihe.diagnosis import Ghosh, Leontief, demand_of, footprints, imported_by_product

pymrio = pytest.importorskip("pymrio")

THEIRS = Path(pymrio.__file__).resolve().parents[1] / "tests"
CHOSEN = (
    "test_math.py",
    "test_math_alignment.py",
    "test_integration.py::test_all_wo_ghosh",
    "test_integration.py::test_all_with_ghosh",
)
EXACT = 1e-12


def apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference over the largest entry."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.slow
def test_its_own_suites_pass_on_our_engine(tmp_path: Path) -> None:
    if not (THEIRS / "test_math.py").is_file():
        pytest.skip("this pymrio came without its tests")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "pymrio_adapter", "-p", "no:cacheprovider", "-p", "no:xdist"),
            *("-q", "-c", str(tmp_path / "pytest.ini"), "--rootdir", str(tmp_path)),
            *(str(THEIRS / name) for name in CHOSEN),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent), "HAIHE_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    (line,) = re.findall(r"^reached (\{.*\})$", run.stdout, flags=re.M)
    reached = json.loads(line)
    (passed,) = re.findall(r"(\d+) passed", run.stdout)
    print(f"pymrio {pymrio.__version__}: {passed} of its tests passed; calls that reached ours: {reached}")
    assert int(passed) >= 60
    assert not re.search(r"\d+ (failed|error|skipped|xfailed)", run.stdout), run.stdout
    assert not [name for name, calls in reached.items() if calls == 0], reached


@pytest.fixture(scope="module")
def system():
    return pymrio.load_test().calc_all(include_ghosh=True)


@pytest.mark.parametrize("precision", ["double", "single"])
@pytest.mark.parametrize("extension", ["emissions", "factor_inputs"])
def test_the_complete_calculation_agrees(system, extension: str, precision) -> None:
    theirs = getattr(system, extension)
    model = Leontief.from_flows(system.Z, system.x["indout"], precision=precision)
    ours = footprints(model, system.Y, theirs.S, theirs.F_Y)
    assert apart(model.inverse(), system.L.to_numpy()) < EXACT
    for name in ("M", "D_cba", "D_pba", "D_exp"):
        frame = getattr(theirs, name)
        assert apart(getattr(ours, name)[frame.columns].to_numpy(), frame.to_numpy()) < EXACT, name
    imported = imported_by_product(model, system.Y, theirs.S)
    assert apart(imported[theirs.D_imp.columns].to_numpy(), theirs.D_imp.to_numpy()) < EXACT
    for name in ("cba", "pba", "imp", "exp"):
        frame = getattr(theirs, f"D_{name}_reg")
        assert apart(ours.regional[name][frame.columns].to_numpy(), frame.to_numpy()) < EXACT, name
    ghosh = Ghosh(model)
    assert apart(ghosh.multipliers(theirs.S).to_numpy() - theirs.S.to_numpy(), theirs.M_down.to_numpy()) < EXACT
    assert apart(ghosh.inverse(), system.G.to_numpy()) < EXACT
    assert apart(ghosh.B, system.B.to_numpy()) < EXACT


def test_a_table_of_the_example_agrees_with_what_it_becomes_there() -> None:
    table = InterregionalTable.from_accounts(hh.accounts_of(hh.example("jing-jin-ji")))
    system = table.to_pymrio().calc_all()
    S = system.factor_inputs.S
    ours = footprints(Leontief.of(table), system.Y, S)
    assert apart(ours.M.to_numpy(), system.factor_inputs.M.to_numpy()) < EXACT
    assert apart(ours.D_pba.to_numpy(), system.factor_inputs.D_pba.to_numpy()) < EXACT
    assert apart(ours.D_cba.to_numpy(), system.factor_inputs.D_cba.to_numpy()) < EXACT
    with_outside = footprints(Leontief.of(table), demand_of(table), S)
    assert apart(with_outside.D_cba.sum(axis=1).to_numpy(), ours.D_cba.sum(axis=1).to_numpy()) < EXACT
