"""The builder of the example: the same files every time, and those that are committed."""

import csv
import math
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from haihe.accounts import Accounts

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts" / "example"
EXAMPLE = ROOT / "examples" / "jing-jin-ji"
MEMBERS = ["Beijing", "Tianjin", "Hebei"]

sys.path.insert(0, str(SCRIPTS))
build, co2, economy, files, projects, uses = map(
    import_module, ("build", "co2", "economy", "files", "projects", "uses")
)
sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def rebuilt(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "jing-jin-ji"
    build.build(reference, folder)
    return folder


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def names(folder: Path) -> list[str]:
    """Files of a folder and of the folders in it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def same(one: str, other: str) -> bool:
    """Equal text, or numbers equal to 1e-9."""
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


@pytest.mark.reference
def test_rebuilt_files_are_the_committed_ones(rebuilt: Path) -> None:
    assert names(rebuilt) == names(EXAMPLE)
    for name in names(rebuilt):
        file = rebuilt / name
        if file.suffix == ".yaml":
            assert file.read_bytes() == (EXAMPLE / name).read_bytes(), name
            continue
        made, kept = records(file), records(EXAMPLE / name)
        assert [len(row) for row in made] == [len(row) for row in kept], file.name
        wrong = [
            (row, a, b)
            for row, (left, right) in enumerate(zip(made, kept, strict=True), 1)
            for a, b in zip(left, right, strict=True)
            if not same(a, b)
        ]
        assert wrong == [], file.name


@pytest.mark.reference
def test_building_twice_gives_the_same_bytes(rebuilt: Path, reference: Path, tmp_path: Path) -> None:
    build.build(reference, tmp_path / "again")
    assert names(tmp_path / "again") == names(rebuilt)
    for name in names(rebuilt):
        assert (tmp_path / "again" / name).read_bytes() == (rebuilt / name).read_bytes(), name


def test_a_folder_that_is_no_region_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        build.build(tmp_path / "nowhere", tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_nothing_is_written_where_the_reference_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"E-ACC-01|nowhere"):
        build.build(tmp_path / "nowhere", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_column_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="colour"):
        files.write_table(tmp_path, "regions", [{"region": "A", "colour": "red"}])


@pytest.mark.reference
def test_co2_of_producing_sectors(reference: Path) -> None:
    tables = pd.read_csv(reference / "china_provincial_io" / "china_provincial_io_2017.csv.gz")
    output = np.array(
        [tables[(tables["province"] == p) & tables["row"].str.startswith("sec")]["GO"].to_numpy() for p in MEMBERS]
    )
    amounts = co2.co2_by_sector(reference, 2017, MEMBERS, output)
    assert amounts.shape == (3, 42)
    assert amounts.sum(axis=1) == pytest.approx([68.9, 135.5, 751.8], abs=0.05)
    assert amounts[:, 23] == pytest.approx([28.32318092, 62.40693297, 289.9512947])
    trade = amounts[:, [27, 29]]
    assert trade.sum(axis=1) == pytest.approx([3.140577624, 2.764141349, 7.255087602])
    assert trade[:, 0] / trade[:, 1] == pytest.approx(output[:, 27] / output[:, 29])
    with pytest.raises(ValueError, match="Atlantis"):
        co2.co2_by_sector(reference, 2017, ["Atlantis"], output[:1])


@pytest.mark.reference
def test_co2_notices_a_sector_the_concordance_has_lost(reference: Path, tmp_path: Path) -> None:
    lines = co2.CONCORDANCE.read_text(encoding="utf-8").splitlines()
    short = tmp_path / "short.csv"
    short.write_text("\n".join(line for line in lines if not line.startswith("Furniture")), encoding="utf-8")
    with pytest.raises(ValueError, match="Furniture"):
        co2.co2_by_sector(reference, 2017, ["Tianjin"], np.ones((1, 42)), concordance=short)


def test_every_inventory_sector_is_borne_once_or_left_out() -> None:
    for year in (2012, 2017):
        names, shares = co2.sector_shares(year, np.ones((1, 42)))
        left_out = {name for name, total in zip(names, shares.sum(axis=2)[0], strict=True) if total == 0}
        assert left_out == {"Urban", "Rural", "Total Consumption"}
        assert shares.sum(axis=2).round(12).tolist()[0].count(1.0) == len(names) - 3
    with pytest.raises(ValueError, match="no output"):
        co2.sector_shares(2017, np.zeros((1, 42)))


@pytest.mark.reference
def test_shipped_intensities_give_back_the_inventory(rebuilt: Path, reference: Path) -> None:
    accounts, intensities = pd.read_csv(rebuilt / "accounts.csv"), pd.read_csv(rebuilt / "uses.co2.csv")
    output = accounts[accounts["column"] == "output"]
    joined = intensities.merge(output, left_on=["region", "sector", "year"], right_on=["region", "row", "year"])
    by = [joined[name] for name in ("resource", "year", "region")]
    total = (joined["value_x"] * joined["value_y"]).groupby(by).sum() / 1e6
    assert total["co2"][2017][["BJ", "TJ", "HE"]].tolist() == pytest.approx([68.9, 135.5, 751.8], rel=0.03)
    inventory = pd.read_csv(reference / co2.FOLDER / "provincial_co2_by_sector_1997_2019.csv.gz")
    latest = inventory[(inventory["year"] == 2019) & ~inventory["sector"].isin(["Urban", "Rural", "Total Consumption"])]
    held = latest.groupby("province")["co2_mt"].sum()[["Beijing", "Tianjin", "Hebei"]].tolist()
    assert total["co2"][2023][["BJ", "TJ", "HE"]].tolist() == pytest.approx(held, rel=0.03)


@given(
    numbers=hnp.arrays(np.float64, (2, 3, 3), elements=st.floats(0.0, 1e5)),
    trade=hnp.arrays(np.float64, (6, 2, 3), elements=st.floats(0.0, 1e4)),
    shipped=hnp.arrays(np.float64, (2, 2, 3), elements=st.floats(0.0, 1e4)),
)
def test_closing_leaves_no_residual(numbers: np.ndarray, trade: np.ndarray, shipped: np.ndarray) -> None:
    shipped[[0, 1], [0, 1]] = 0.0
    raw = Accounts(
        regions=["A", "B"],
        sectors=["X", "Y", "Z"],
        year=2017,
        unit="亿元",
        final_kinds=["household_urban", "investment", "inventories"],
        added_kinds=["labour", "taxes", "surplus"],
        Z=numbers,
        final=numbers[:, ::-1],
        added=numbers[:, :, ::-1],
        exports=trade[0],
        imports=trade[1],
        outflow=trade[2],
        inflow=trade[3],
        residual=trade[4],
        output=trade[5],
        flows=shipped,
    )
    closed = economy.close(raw)
    steps = 1000 * np.stack([closed.row_balance, closed.column_balance])
    assert np.abs(steps).max() < 1e-3
    assert np.abs(closed.Z - raw.Z).max() <= 0.0005 + 1e-9


def test_projects_are_drawn_the_same_every_time() -> None:
    assert projects.draw() == projects.draw()


def test_another_seed_draws_other_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    before = projects.draw()
    monkeypatch.setattr(projects, "SEED", 1)
    assert projects.draw()["projects"] != before["projects"]


def test_employment_covers_every_sector_once() -> None:
    known = [code for codes in uses.EMPLOYMENT.values() for code in codes]
    assert list(uses.EMPLOYMENT) == uses.CODES
    assert len(known) == len(set(known))
