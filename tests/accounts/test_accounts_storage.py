# ruff: noqa: PD011 - the values of a finding are no array
"""Workbooks, Parquet, xarray, and the reader that recognises them all."""

import gzip
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from test_accounts_readers import province
from test_accounts_world import EXIO_ADDED, FIGARO_ADDED, ICIO_ADDED
from world_mocks import exiobase_frames, figaro_flat, figaro_frame, icio_frame, save_exiobase, world
from xls_writer import save_xls

from conftest import make
from haihe.accounts import (
    Accounts,
    InterregionalTable,
    read_any,
    read_national,
    read_national_workbook,
    read_parquet,
    read_provinces,
    read_provinces_workbook,
    recognise,
    table_frame,
    table_from_frame,
    to_xarray,
    write_parquet,
)
from haihe.messages import HaiheError, Text, extras

BLOCKS = ("Z", "final", "added", "exports", "imports", "residual", "output")
PROVINCES = {"Beijing": province(0), "Tianjin": province(1)}


def equal(a, b, rtol: float = 1e-13) -> None:
    for name in ("regions", "sectors", "year", "unit", "final_kinds", "added_kinds"):
        assert getattr(a, name) == getattr(b, name)
    for name in BLOCKS:
        # Spreadsheets keep 16 decimal digits, one fewer than a number may have.
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=rtol, atol=0, err_msg=name)


def save_xlsx(path, sheets):
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return path


def long() -> pd.DataFrame:
    return pd.concat([frame.assign(province=name) for name, frame in PROVINCES.items()], ignore_index=True)


def as_csv(tmp_path) -> Accounts:
    path = tmp_path / "china_provincial_io_2017.csv.gz"
    path.write_bytes(gzip.compress(long().to_csv(index=False).encode()))
    return read_provinces(path, 2017)


@pytest.mark.parametrize("save", [save_xlsx, save_xls])
@pytest.mark.parametrize("form", ["sheets", "long", "shuffled"])
def test_provinces_from_a_workbook_are_those_from_csv(tmp_path, save, form):
    sheets = PROVINCES if form == "sheets" else {"data": long()}
    if form == "shuffled":
        sheets = {name: frame.sample(frac=1, axis=1, random_state=2) for name, frame in PROVINCES.items()}
    path = save(tmp_path / f"book.{save.__name__[5:]}", sheets)
    read = read_provinces_workbook(path, 2017)
    equal(read, as_csv(tmp_path))
    assert read.names["Tianjin"].zh == "天津"
    assert read.diagnose().ok
    assert read_provinces_workbook(path, 2017, ["Tianjin"]).regions == ["Tianjin"]


@pytest.mark.parametrize("save", [save_xlsx, save_xls])
def test_faults_in_a_workbook_name_sheet_row_and_column(tmp_path, save):
    path = tmp_path / f"book.{save.__name__[5:]}"

    def fault(change):
        frame = PROVINCES["Tianjin"].astype(object)
        save(path, {"Beijing": PROVINCES["Beijing"], "Tianjin": change(frame)})
        with pytest.raises(HaiheError) as caught:
            read_provinces_workbook(path, 2017)
        return caught.value.findings[0]

    def set_cell(row, column, value):
        def change(frame):
            frame.loc[row, column] = value
            return frame

        return change

    found = fault(set_cell(5, "sec03", "n/a"))
    assert (found.code, found.row, found.column, found.file) == ("E-ACC-06", 7, "sec03", str(path / "Tianjin"))
    found = fault(set_cell(5, "sec03", ""))
    assert (found.code, found.row) == ("E-ACC-06", 7)
    found = fault(set_cell(9, "row", "sec1O"))
    assert (found.code, found.row, found.column) == ("E-ACC-03", 11, "row")
    assert found.values["near"].startswith("sec")
    found = fault(lambda frame: frame.rename(columns={"FU201": "FU20l"}))
    assert (found.code, found.column, found.values["near"]) == ("E-ACC-03", "FU20l", "FU201")
    found = fault(lambda frame: frame.assign(province="Beijing"))
    assert (found.code, found.values["value"]) == ("E-ACC-04", "Beijing")


def test_files_that_are_no_workbooks(tmp_path):
    for name, data in (("a.xlsx", b"no"), ("b.xls", b"no"), ("c.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100)):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(HaiheError):
            read_provinces_workbook(path, 2017)
    with pytest.raises(HaiheError, match="E-FILE-01"):
        read_provinces_workbook(tmp_path / "none.xlsx", 2017)
    with pytest.raises(HaiheError, match="E-ACC-01"):
        read_provinces_workbook(save_xlsx(tmp_path / "empty.xlsx", {"a": pd.DataFrame()}), 2017)


@pytest.mark.reference
@pytest.mark.parametrize("year", [2015, 2020])
def test_national_table_from_a_workbook_is_that_from_csv(reference, tmp_path, year):
    folder = reference / "china_national_io"
    table = pd.read_csv(folder / f"china_{year}_42.csv.gz", dtype={"Code": str}, keep_default_na=False)
    for save in (save_xlsx, save_xls):
        path = save(tmp_path / f"nation_{year}.{save.__name__[5:]}", {"table": table})
        read, csv = read_national_workbook(path, year), read_national(folder, year)
        equal(read, csv)
        assert dict(read.names) == dict(csv.names)
        assert recognise(path).key == "nation"
        equal(read_any(path), csv)


# --- long form, Parquet, xarray --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_parquet_round_trip_is_exact(tmp_path, seed):
    t = InterregionalTable.from_accounts(make(seed))
    t = replace(t, names={"R0": Text("甲'地", 'R "zero"')})
    path = write_parquet(t, tmp_path / "o'table.parquet")
    back = read_parquet(path)
    equal(t, back, rtol=0)
    np.testing.assert_array_equal(t.final_imports, back.final_imports)
    assert dict(back.names) == dict(t.names)
    assert [p.name for p in tmp_path.iterdir()] == ["o'table.parquet"]


def test_long_form_reads_in_any_order_and_absent_is_zero():
    t = InterregionalTable.from_accounts(make())
    frame = table_frame(t)
    assert len(frame) == sum(np.asarray(getattr(t, name)).size for name in (*BLOCKS, "final_imports"))
    shuffled = frame.sample(frac=1, random_state=5)
    head = frame[frame["block"].isin(["output", "final", "added"])]
    back = table_from_frame(pd.concat([head, shuffled[~shuffled["block"].isin(head["block"])]]), t.unit, t.year)
    equal(t, back)
    gone = frame[~((frame["block"] == "Z") & (frame["from_region"] == "R1"))]
    assert not table_from_frame(gone, t.unit).Z[4:8].any()


def test_faults_of_the_long_form_are_named(tmp_path):
    frame = table_frame(InterregionalTable.from_accounts(make()))

    def fault(changed):
        with pytest.raises(HaiheError) as caught:
            table_from_frame(changed, "万元")
        return caught.value.findings[0]

    assert fault(frame.rename(columns={"to_region": "toregion"})).values["near"] == "toregion"
    assert fault(pd.concat([frame, frame.iloc[[3]]])).code == "E-ACC-04"
    wrong = frame.copy()
    wrong.loc[3, "column"] = "S9"
    found = fault(wrong)
    assert (found.code, found.row, found.column) == ("E-ACC-03", 5, "column")
    assert found.values["near"].startswith("R0 / S")
    wrong = frame.copy()
    wrong.loc[3, "value"] = np.nan
    assert (fault(wrong).code, fault(wrong).row) == ("E-ACC-06", 5)
    assert fault(frame.replace({"block": {"residual": "residuals"}})).values["near"] == "residual"
    frame.to_csv(tmp_path / "no.parquet")
    with pytest.raises(HaiheError, match="E-ACC-01"):
        read_parquet(tmp_path / "no.parquet")


def test_xarray_has_the_labels(monkeypatch):
    pytest.importorskip("xarray")
    a = make()
    t = InterregionalTable.from_accounts(a)
    data = to_xarray(t)
    assert float(data.Z.sel(region="R1", sector="S2", to_region="R0", to_sector="S3")) == t.Z[6, 3]
    assert float(data.final.sel(region="R1", sector="S2", to_region="R2", final_kind="government")) == t.final[6, 12]
    np.testing.assert_allclose(data.Z.sum(["region", "sector"]).to_numpy().ravel(), t.Z.sum(axis=0))
    assert (data.attrs["unit"], data.attrs["year"]) == ("万元", 2017)
    pooled = to_xarray(a)
    assert float(pooled.flows.sel(region="R0", to_region="R2", sector="S1")) == a.flows[0, 2, 1]
    assert float(pooled.added.sel(region="R0", added_kind="taxes", sector="S1")) == a.added[0, 1, 1]
    assert "flows" not in to_xarray(make(with_flows=False))

    def without(name):
        if name == "xarray":
            raise ImportError(name)
        return import_module(name)

    monkeypatch.setattr(extras, "import_module", without)
    with pytest.raises(HaiheError, match="xarray"):
        to_xarray(a)


# --- any layout ------------------------------------------------------------------------------------------------


def test_every_layout_is_recognised_and_said(tmp_path):
    folder = tmp_path / "IOT_2019_ixi"
    folder.mkdir()
    save_exiobase(folder, exiobase_frames(world(EXIO_ADDED, valuables=True), coefficients=False))
    icio_frame(world(ICIO_ADDED)).to_csv(tmp_path / "2018.csv", index_label="V1")
    figaro_frame(world(FIGARO_ADDED)).to_csv(tmp_path / "matrix_24ed_2021.csv", index_label="rowLabels")
    figaro_flat(world(FIGARO_ADDED)).to_csv(tmp_path / "flat_2021.csv.gz", index=False)
    as_csv(tmp_path)
    save_xlsx(tmp_path / "provinces_2017.xlsx", PROVINCES)
    t = InterregionalTable.from_accounts(make())
    write_parquet(t, tmp_path / "own.parquet")
    said: list[Text] = []
    for name, key, year in (
        ("IOT_2019_ixi", "exiobase", 2019),
        ("2018.csv", "icio", 2018),
        ("matrix_24ed_2021.csv", "figaro", 2021),
        ("flat_2021.csv.gz", "figaro_flat", 2021),
        ("china_provincial_io_2017.csv.gz", "provinces", 2017),
        ("provinces_2017.xlsx", "provinces", 2017),
        ("own.parquet", "parquet", 2017),
    ):
        kind = recognise(tmp_path / name)
        assert kind.key == key
        table = read_any(tmp_path / name, progress=said.append)
        assert table.year == year
        assert table.diagnose(1e-9).ok
        assert kind.name.zh in said[-1].zh
        assert name in said[-1].en
    assert isinstance(read_any(tmp_path / "provinces_2017.xlsx"), Accounts)


def test_unknown_layouts_and_missing_years_are_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("rowLabel,AT_A01\nAT_A01,1\n")
    with pytest.raises(HaiheError, match="E-WORLD-04") as caught:
        read_any(path)
    assert "nearest is “FIGARO, matrix form”" in caught.value.text("en")
    icio_frame(world(ICIO_ADDED)).to_csv(path, index_label="V1")
    assert read_any(path).year is None
    save_xlsx(tmp_path / "book.xlsx", PROVINCES)
    with pytest.raises(HaiheError, match="E-WORLD-05"):
        read_any(tmp_path / "book.xlsx")
    for wrong in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(HaiheError, match=r"E-ACC-01|E-WORLD-04"):
            read_any(wrong)


def test_a_region_folder_gives_its_accounts():
    from haihe.region.examples import examples_folder

    table = read_any(examples_folder() / "jing-jin-ji")
    assert isinstance(table, Accounts)


def test_constant_prices_stay_marked_in_the_long_form():
    nominal = make(1)
    real = replace(nominal, price_year=2012)
    frame = real.to_frame()
    assert set(frame["price_year"]) == {2012}
    again = Accounts.from_frame(frame, real.unit)
    assert again.price_year == 2012
    np.testing.assert_allclose(again.Z, real.Z)
    assert "price_year" not in nominal.to_frame()
    assert Accounts.from_frame(frame.assign(price_year=pd.NA), real.unit).price_year is None
    mixed = frame.assign(price_year=frame["price_year"].where(frame.index != 3))
    with pytest.raises(HaiheError) as caught:
        Accounts.from_frame(mixed, real.unit)
    assert (caught.value.findings[0].code, caught.value.findings[0].row) == ("E-ACC-67", 5)
