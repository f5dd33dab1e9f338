"""World tables: each layout written by us and read back; every fault named by file, row, column and nearest label."""

import gzip

import numpy as np
import pandas as pd
import pytest
from world_mocks import exiobase_frames, figaro_flat, figaro_frame, icio_frame, save_exiobase, world

from haihe.accounts import InterregionalTable, read_exiobase, read_figaro, read_icio
from haihe.messages import HaiheError

ICIO_ADDED = ["taxes_less_subsidies_on_products", "value_added"]
FIGARO_ADDED = ["taxes_less_subsidies_on_products", "labour", "other_taxes_on_production", "surplus"]
EXIO_ADDED = [
    "Taxes less subsidies on products purchased: Total",
    "Compensation of employees; wages, salaries, & employers' social contributions: Low-skilled",
    "Operating surplus: Consumption of fixed capital",
]


def same(t: InterregionalTable, other: InterregionalTable) -> None:
    """Equal by labels, whatever their order."""
    frames = [
        (x.Z_frame(), x.final_frame(), pd.DataFrame(x.added, x.added_kinds, x.index), pd.Series(x.output, x.index))
        for x in (t, other)
    ]
    for left, right in zip(*frames, strict=True):
        both = right.reindex(left.index)
        both = both.reindex(columns=left.columns) if left.ndim == 2 else both
        np.testing.assert_allclose(left, both, rtol=1e-12)
    assert other.diagnose(1e-12).ok


def raised(read, *args, **how):
    """The error and its first finding."""
    with pytest.raises(HaiheError) as caught:
        read(*args, **how)
    found = caught.value.findings[0]
    return caught.value, found


def said(found, name):
    """What fills one word of a message."""
    words = found.values  # noqa: PD011
    return words[name]


# --- OECD ICIO -------------------------------------------------------------------------------------------------


def icio(path, frame):
    frame.to_csv(path, index_label="V1")
    return path


@pytest.mark.parametrize("total", ["OUT", "TOTAL"])
@pytest.mark.parametrize("split", [True, False])
def test_icio_of_either_naming_reads_and_adds_up_split_countries(tmp_path, total, split):
    t = world(ICIO_ADDED)
    read = read_icio(icio(tmp_path / "2020.csv", icio_frame(t, total, split)), 2020)
    same(t, read)
    assert (read.regions, read.year, read.unit) == (["AUS", "ZAF", "CHN"] if split else t.regions, 2020, "million USD")
    assert read.final_kinds == t.final_kinds


def test_icio_shuffled_and_packed_reads_the_same(tmp_path):
    t = world(ICIO_ADDED)
    frame = icio_frame(t).sample(frac=1, random_state=3).sample(frac=1, axis=1, random_state=4)
    path = tmp_path / "2020.csv.gz"
    path.write_bytes(gzip.compress(frame.to_csv(index_label="V1").encode()))
    same(t, read_icio(path))


def test_icio_discrepancy_is_residual(tmp_path):
    t = world(ICIO_ADDED)
    frame = icio_frame(t, split=False)
    frame["DISC"] = 0.0
    frame.loc["AUS_A01", ["DISC", "AUS_HFCE"]] += [2.0, -2.0]
    read = read_icio(icio(tmp_path / "2011.csv", frame))
    assert read.residual[0] == 2.0
    assert read.diagnose().ok


@pytest.mark.parametrize(
    ("axis", "old", "new", "row", "column", "near"),
    [
        (0, "AUS_B05T06", "AUS_B05TO6", 3, "V1", "AUS_B05T06"),
        (0, "VA", "VAA", 9, "V1", "VA"),
        (1, "AUS_B05T06", "AUS_BO5T06", 1, "AUS_BO5T06", "AUS_B05T06"),
        (1, "ZAF_HFCE", "ZAF_HFCF", 1, "ZAF_HFCF", "ZAF_HFCE"),
    ],
)
def test_icio_misspelt_label_is_named_with_the_nearest(tmp_path, axis, old, new, row, column, near):
    frame = icio_frame(world(ICIO_ADDED)).rename({old: new}, axis=axis)
    path = icio(tmp_path / "2020.csv", frame)
    error, found = raised(read_icio, path)
    assert (found.code, found.file, found.row, found.column) == ("E-ACC-03", str(path), row, column)
    assert (said(found, "value"), said(found, "near")) == (new, near)
    assert new in error.text("en")
    assert near in error.text("zh")


def test_icio_missing_parts_are_named(tmp_path):
    frame = icio_frame(world(ICIO_ADDED))
    _, found = raised(read_icio, icio(tmp_path / "a.csv", frame.drop(columns="OUT")))
    assert (found.code, found.column) == ("E-ACC-02", "OUT / TOTAL")
    _, found = raised(read_icio, icio(tmp_path / "b.csv", frame.drop(index="VA")))
    assert (found.code, said(found, "value")) == ("E-ACC-05", "VA / VALU")
    _, found = raised(read_icio, icio(tmp_path / "c.csv", frame.drop(columns="ZAF_GGFC")))
    assert (found.code, found.column) == ("E-ACC-02", "ZAF_GGFC")
    _, found = raised(read_icio, icio(tmp_path / "d.csv", frame.drop(index="ZAF_A01")))
    assert (found.code, found.column) == ("E-ACC-03", "ZAF_A01")
    both = frame.drop(index="ZAF_A01", columns="ZAF_A01")
    _, found = raised(read_icio, icio(tmp_path / "e.csv", both))
    assert (found.code, said(found, "value")) == ("E-ACC-05", "ZAF_A01")


def test_icio_bad_cells_and_doubled_labels_are_named(tmp_path):
    frame = icio_frame(world(ICIO_ADDED)).astype(object)
    text, blank = frame.copy(), frame.copy()
    text.loc["AUS_C10T12", "ZAF_HFCE"] = "n/a"
    blank.loc["AUS_C10T12", "ZAF_A01"] = ""
    error, found = raised(read_icio, icio(tmp_path / "a.csv", text))
    assert (found.code, found.row, found.column) == ("E-ACC-06", 4, "ZAF_HFCE")
    assert "n/a" in error.text("en")
    _, found = raised(read_icio, icio(tmp_path / "b.csv", blank))
    assert (found.code, found.row, found.column) == ("E-ACC-06", 4, "ZAF_A01")
    _, found = raised(read_icio, icio(tmp_path / "c.csv", pd.concat([frame, frame.iloc[[1]]])))
    assert (found.code, found.row, said(found, "value")) == ("E-ACC-04", 17, "AUS_B05T06")


def test_huge_missing_and_broken_files_are_refused(tmp_path):
    frame = icio_frame(world(ICIO_ADDED))
    path = icio(tmp_path / "2020.csv", frame)
    assert raised(read_icio, path, limit=1000)[1].code == "E-WORLD-01"
    packed = tmp_path / "2020.csv.gz"
    packed.write_bytes(gzip.compress(b"0," * 1_000_000))
    assert packed.stat().st_size < 10_000
    assert raised(read_icio, packed, limit=10_000)[1].code == "E-WORLD-01"
    packed.write_bytes(b"no gzip")
    assert raised(read_icio, packed)[1].code == "E-ACC-01"
    for data in (b"", b"V1\n", b"V1,AUS_A01\n", b"\xff\xfe\x00"):
        path.write_bytes(data)
        assert raised(read_icio, path)[1].code == "E-ACC-01"
    assert raised(read_icio, tmp_path / "none.csv")[1].code == "E-ACC-01"
    assert raised(read_icio, tmp_path)[1].code == "E-ACC-01"


# --- FIGARO ----------------------------------------------------------------------------------------------------


def figaro(path, frame):
    frame.to_csv(path, index_label="rowLabels")
    return path


def test_figaro_matrix_and_flat_read_the_same(tmp_path):
    t = world(FIGARO_ADDED)
    matrix = read_figaro(figaro(tmp_path / "matrix.csv", figaro_frame(t)), 2020)
    same(t, matrix)
    assert (matrix.added_kinds, matrix.unit) == (FIGARO_ADDED, "million EUR")
    flat = figaro_flat(t).sample(frac=1, random_state=1)
    flat[[*reversed(flat.columns)]].to_csv(tmp_path / "flat.csv", index=False)
    same(t, read_figaro(tmp_path / "flat.csv"))
    by_product = flat.rename(columns={"rowIi": "rowPi", "colIi": "colPi"})
    by_product.to_csv(tmp_path / "product.csv", index=False)
    same(t, read_figaro(tmp_path / "product.csv"))
    shuffled = figaro_frame(t).sample(frac=1, random_state=3).sample(frac=1, axis=1, random_state=4)
    same(t, read_figaro(figaro(tmp_path / "shuffled.csv", shuffled)))


def test_figaro_area_and_code_may_hold_an_underscore(tmp_path):
    frame = figaro_frame(world(FIGARO_ADDED))

    def rest(text):
        return text.replace("ZAF_", "WRL_REST_").replace("_A01", "_CPA_A01")

    read = read_figaro(figaro(tmp_path / "m.csv", frame.rename(index=rest, columns=rest)))
    assert read.regions == ["AUS", "CHN", "WRL_REST"]
    assert read.sectors[0] == "CPA_A01"


@pytest.mark.parametrize(
    ("axis", "old", "new", "row", "column"),
    [
        (0, "W2_B2A3G", "W2_B2A36", 14, "rowLabels"),
        (0, "CHN_A01", "CHN_AO1", 5, "rowLabels"),
        (1, "CHN_P51G", "CHN_P516", 1, "CHN_P516"),
    ],
)
def test_figaro_misspelt_label_is_named(tmp_path, axis, old, new, row, column):
    path = figaro(tmp_path / "m.csv", figaro_frame(world(FIGARO_ADDED)).rename({old: new}, axis=axis))
    error, found = raised(read_figaro, path)
    assert (found.code, found.file, found.row, found.column) == ("E-ACC-03", str(path), row, column)
    assert said(found, "near") in (old, old.removeprefix("W2_"))
    assert new in error.text("en")


def test_figaro_flat_faults_are_named(tmp_path):
    flat = figaro_flat(world(FIGARO_ADDED)).astype(object)
    path = tmp_path / "flat.csv"

    def fault(frame):
        frame.to_csv(path, index=False)
        return raised(read_figaro, path)[1]

    text = flat.copy()
    text.loc[3, "obsValue"] = ":"
    assert (fault(text).code, fault(text).row, fault(text).column) == ("E-ACC-06", 5, "obsValue")
    found = fault(pd.concat([flat, flat.iloc[[7]]]))
    assert (found.code, found.row) == ("E-ACC-04", len(flat) + 2)
    found = fault(flat.rename(columns={"counterpartArea": "counterpartarea"}))
    assert (found.code, found.column, said(found, "near")) == ("E-ACC-02", "counterpartArea", "counterpartarea")
    assert fault(flat.drop(index=0)).code == "E-ACC-06"
    wrong = flat.replace({"rowIi": {"A01": "A0l"}})
    found = fault(wrong)
    assert (found.code, found.row, found.column, said(found, "near")) == ("E-ACC-03", 2, "rowIi", "AUS_A01")
    wrong = flat.replace({"colIi": {"P51G": "P516"}})
    assert (fault(wrong).code, fault(wrong).column) == ("E-ACC-03", "colIi")
    frame = figaro_frame(world(FIGARO_ADDED))
    frame.to_csv(path, index_label="rowlabels")
    assert said(raised(read_figaro, path)[1], "near") == "rowlabels"


# --- EXIOBASE --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coefficients", [False, True])
def test_exiobase_from_flows_or_coefficients(tmp_path, coefficients):
    t = world(EXIO_ADDED, valuables=True)
    read = read_exiobase(save_exiobase(tmp_path, exiobase_frames(t, coefficients)), 2019)
    same(t, read)
    assert (read.unit, read.year, read.added_kinds) == ("M.EUR", 2019, EXIO_ADDED)
    assert not read.exports.any()


def test_exiobase_shuffled_files_read_the_same(tmp_path):
    t = world(EXIO_ADDED, valuables=True)
    frames = exiobase_frames(t, coefficients=True)
    for seed, name in enumerate(["A.txt", "x.txt", "Y.txt", "satellite/F.txt"]):
        frames[name] = frames[name].sample(frac=1, random_state=seed)
        if name != "x.txt":
            frames[name] = frames[name].sample(frac=1, axis=1, random_state=seed + 9)
    same(t, read_exiobase(save_exiobase(tmp_path, frames)))


@pytest.mark.parametrize(
    ("name", "axis", "old", "new", "row", "column"),
    [
        ("Z.txt", 0, "C10T12", "C1OT12", 6, "region"),
        ("x.txt", 0, "A01", "AO1", 2, "region"),
        ("Y.txt", 0, "A01", "AO1", 4, "region"),
        ("Y.txt", 1, "Gross fixed capital formation", "Gross fixed capital", 1, "AUS / Gross fixed capital"),
        ("satellite/F.txt", 1, "A01", "AO1", 1, "AUS / AO1"),
        ("satellite/F.txt", 0, EXIO_ADDED[2], "Operating surplus", 6, "stressor"),
    ],
)
def test_exiobase_misspelt_label_is_named(tmp_path, name, axis, old, new, row, column):
    frames = exiobase_frames(world(EXIO_ADDED, valuables=True), coefficients=False)
    frames[name] = frames[name].rename({old: new}, axis=axis)
    error, found = raised(read_exiobase, save_exiobase(tmp_path, frames))
    assert (found.code, found.file) == ("E-ACC-03", str(tmp_path / name))
    assert (found.row, found.column) == (row, column)
    assert old in said(found, "near")
    assert new in error.text("zh")


def test_exiobase_missing_parts_are_named(tmp_path):
    t = world(EXIO_ADDED, valuables=True)
    folder = save_exiobase(tmp_path, exiobase_frames(t, coefficients=False))
    frames = exiobase_frames(t, coefficients=False)
    save_exiobase(folder, {"x.txt": frames["x.txt"].iloc[1:]})
    assert said(raised(read_exiobase, folder)[1], "value") == "AUS / A01"
    (folder / "x.txt").unlink()
    same(t, read_exiobase(folder))
    text = frames["Z.txt"].astype(object)
    text.iloc[2, 4] = "x"
    save_exiobase(folder, {"Z.txt": text})
    found = raised(read_exiobase, folder)[1]
    assert (found.code, found.row, found.column) == ("E-ACC-06", 6, "CHN / B05T06")
    save_exiobase(folder, {"Z.txt": frames["Z.txt"], "satellite/F.txt": frames["satellite/F.txt"]})
    (folder / "satellite" / "F.txt").unlink()
    assert raised(read_exiobase, folder)[1].code == "E-WORLD-02"
    (folder / "Y.txt").unlink()
    assert raised(read_exiobase, folder)[1].code == "E-ACC-01"


def test_exiobase_reader_agrees_with_pymrio_on_its_own_text(tmp_path):
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test().calc_all()
    system.save_all(tmp_path)
    read, oracle = read_exiobase(tmp_path), InterregionalTable.from_pymrio(system)
    assert (read.regions, read.sectors, read.unit) == (oracle.regions, oracle.sectors, oracle.unit)
    np.testing.assert_allclose(read.Z, oracle.Z, rtol=1e-9)
    np.testing.assert_allclose(read.added, oracle.added, rtol=1e-9)
    np.testing.assert_allclose(read.output, oracle.output, rtol=1e-9)
    assert read.added_kinds == ["Value Added"]
    sold = read.final.sum() + read.exports.sum()
    np.testing.assert_allclose(sold, oracle.final.sum() + oracle.exports.sum(), rtol=1e-9)
