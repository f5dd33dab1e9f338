"""Folder, workbook and bundle are one region: round trips are identities."""

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.region import TABLES, Region, load, read, workbook
from haihe.region.folder import to_parquet
from small_region import META, small_region, small_tables

FORMS = ("region", "region.xlsx", "region.haihe.zip")


def same(one: Region, other: Region) -> None:
    """Assert that two regions hold the same, cell by cell and bit by bit."""
    assert list(one) == list(other)
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True)
    assert one.meta == other.meta
    assert one.hash == other.hash


AWKWARD = st.sampled_from(
    ["=1+1", "'=1+1", "''", "'", "+86", "-5%", "@a", "\t=x", "001", "1e5", "true", "NA", "nan", "，；“”", '"a",b\nc',
     " 天津 ", "_x000D_", "a\r\nb", "—", "#REF!", "2017-01-01", "𠮷"]
)  # fmt: skip
WORDS = st.one_of(AWKWARD, st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
CODES = st.from_regex(r"[0-9A-Za-z天津_.=+@'-]{1,8}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
MAYBE = st.none()


@st.composite
def regions(draw: Callable[..., Any]) -> Region:
    tables = {name: small_tables()[name] for name in ("sources", "regions", "sectors")}
    codes = draw(st.lists(CODES, min_size=1, max_size=4, unique=True))
    size = len(codes)

    def column(values: st.SearchStrategy[Any]) -> list[Any]:
        return list(draw(st.lists(values, min_size=size, max_size=size)))

    tables["parameters"] = pd.DataFrame(
        {
            "parameter": codes,
            "name_zh": column(WORDS.filter(bool)),
            "name_en": column(WORDS.filter(bool)),
            "value": column(NUMBERS),
            "low": column(st.one_of(MAYBE, NUMBERS)),
            "unit": "share",
            "source": "S1",
            "quality": "estimated",
            "note": column(st.one_of(MAYBE, WORDS)),
        }
    )
    tables["sectors"] = tables["sectors"].assign(
        energy=draw(st.lists(st.sampled_from([True, False]), min_size=3, max_size=3)),
        gbt4754=draw(st.lists(st.one_of(MAYBE, st.from_regex(r"0\d{1,5}", fullmatch=True)), min_size=3, max_size=3)),
        note=draw(st.lists(st.one_of(MAYBE, WORDS), min_size=3, max_size=3)),
    )
    meta = META.model_copy(
        update={"licence": draw(WORDS).replace("\r\n", "\n"), "price_year": draw(st.integers(1900, 2100))}
    )
    return Region(tables, meta)


@settings(max_examples=30)
@given(regions())
@example(small_region())
def test_three_forms_are_one(region: Region) -> None:
    with tempfile.TemporaryDirectory() as folder:
        back = region
        for form in FORMS:
            back = read(back.write(Path(folder) / form))
            same(region, back)


def test_numbers_come_back_bit_by_bit(tmp_path: Path) -> None:
    values = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 1 / 3, 123456789012345678.0, 1e22, 2**53 + 2.0]
    tables = small_tables()
    frame = tables["parameters"]
    frame = pd.concat([frame.assign(parameter=f"p{i}", value=value) for i, value in enumerate(values)])
    region = Region(tables | {"parameters": frame}, META)
    for form in FORMS:
        back = read(region.write(tmp_path / form))["parameters"]["value"].tolist()
        assert [v.hex() for v in back] == [v.hex() for v in values]
        assert math.copysign(1, back[3]) == -1


def test_a_writer_of_fewer_digits_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = small_region()
    region = region.with_table("parameters", region["parameters"].assign(value=0.1 + 0.2 + 1e-16))
    assert read(region.write(tmp_path / "a.xlsx")) == region
    monkeypatch.setattr(workbook, "Exact", float)
    assert read(region.write(tmp_path / "b.xlsx")) != region


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    region = small_region()
    region.write(tmp_path / "r")
    for file in (tmp_path / "r").iterdir():
        file.write_bytes(file.read_bytes().decode("utf-8-sig").encode(encoding))
    same(region, read(tmp_path / "r"))


def test_a_file_that_may_be_either_follows_the_others(tmp_path: Path) -> None:
    folder = small_region().write(tmp_path / "r")
    for file in folder.glob("*.csv"):
        file.write_bytes(file.read_bytes().decode("utf-8-sig").encode("gb18030"))
    needs = folder / "project_resources.csv"
    assert "Ķ" in needs.read_bytes().decode("utf-8")  # 亩 in GB18030 is correct UTF-8 for something else
    same(small_region(), read(folder))
    sources = folder / "sources.csv"
    sources.write_bytes(sources.read_bytes().decode("gb18030").encode("utf-8"))
    findings = load(folder).findings
    assert [(f.code, f.file) for f in findings] == [("E-FILE-20", "project_resources.csv")]


def test_parts_and_row_order_do_not_change_the_hash(tmp_path: Path) -> None:
    region = small_region()
    folder = region.write(tmp_path / "r")
    lines = (folder / "uses.csv").read_text("utf-8-sig").splitlines()
    co2 = [line for line in lines[1:] if ",co2," in line]
    (folder / "uses.csv").write_text("\n".join([lines[0], *(x for x in lines[1:] if x not in co2)]), "utf-8")
    (folder / "uses.co2.csv").write_text("\n".join([lines[0], *co2]), "utf-8")
    back = read(folder)
    assert len(co2) == 18
    assert len(back["uses"]) == len(region["uses"])
    assert back.hash == region.hash
    assert back == region
    assert region.with_table("uses", region["uses"].assign(value=1.0)).hash != region.hash


def test_parquet_accounts(tmp_path: Path) -> None:
    region = small_region()
    folder = region.write(tmp_path / "r")
    (folder / "accounts.parquet").write_bytes(to_parquet(region["accounts"]))
    (folder / "accounts.csv").unlink()
    same(region, read(folder))
    region.write(folder)
    assert not (folder / "accounts.parquet").exists()
    (folder / "uses.parquet").write_bytes(b"PAR1 not parquet")
    findings = load(folder).findings
    assert [f.code for f in findings] == ["E-FILE-05"]


def test_equal_regions_give_equal_bytes(tmp_path: Path) -> None:
    for form in ("a.xlsx", "a.haihe.zip"):
        first = small_region().write(tmp_path / form).read_bytes()
        assert small_region().write(tmp_path / form).read_bytes() == first


def test_titles_are_headers_too(tmp_path: Path) -> None:
    region = small_region()
    folder = region.write(tmp_path / "r")
    for name, lang in (("regions", "zh"), ("uses", "en")):
        spec = TABLES[name]
        head, *rest = (folder / f"{name}.csv").read_text("utf-8-sig").split("\n")
        assert head.split(",") == spec.names
        titles = ",".join(column.title(lang) for column in spec.columns)  # type: ignore[arg-type]
        (folder / f"{name}.csv").write_text("\n".join([titles, *rest]), "utf-8")
    same(region, read(folder))


def test_a_region_does_not_change_under_its_readers() -> None:
    region = small_region()
    before = region.hash
    uses = region["uses"]
    uses["value"] = 0.0
    uses.iloc[0, 0] = "elsewhere"
    tables = region.tables
    tables["uses"]["value"] = -1.0
    region._hash = None
    assert region.hash == before
    other = region.with_table("uses", region["uses"].iloc[:3])
    assert len(other["uses"]) == 3
    assert len(region["uses"]) == 36
    assert not region.with_table("uses", region["uses"].iloc[:0]).has("uses")
    assert region.with_meta(base_year=2018).meta.base_year == 2018


def test_columns_are_complete_and_typed() -> None:
    region = small_region()
    for name, frame in region.tables.items():
        assert list(frame.columns) == TABLES[name].names
    assert region["accounts"].dtypes.map(str).to_dict() == {
        "year": "Int64", "region": "str", "row": "str", "column": "str", "value": "float64",
        "price_year": "Int64", "unit": "str", "source": "str", "quality": "str",
    }  # fmt: skip
    assert region["sectors"]["energy"].dtype == "boolean"
    assert not region["sectors"]["energy"].any()
    assert region["links"]["two_way"].all()
    assert region["transfers"]["cost"].tolist() == [0.0]
    assert np.isnan(region["regions"]["area"]).all()
    assert region.frame("targets").empty
    assert list(region.frame("targets").columns) == TABLES["targets"].names
    with pytest.raises(HaiheError, match="E-TAB-01"):
        region["targets"]
    with pytest.raises(HaiheError, match="E-TAB-02"):
        region["target"]
    assert region.worst_quality("uses") == "illustrative"
    assert region.worst_quality("regions") is None
    assert "small" in repr(region)
    assert "<table>" in region._repr_html_()


def test_form_errors_of_frames_come_together() -> None:
    tables = small_tables()
    tables["uses"] = tables["uses"].drop(columns="source").assign(valu=1.0, value="x")
    del tables["sectors"]
    with pytest.raises(HaiheError) as error:
        Region(tables | {"use": tables["uses"]}, META)
    codes = [f.code for f in error.value.findings]
    assert codes[:3] == ["E-TAB-02", "E-TAB-01", "E-COL-01"]
    assert codes.count("E-NUM-01") == 36
    assert "E-COL-02" in codes


def test_python_string_storage_gives_the_same(tmp_path: Path) -> None:
    path = small_region().write(tmp_path / "r")
    with pd.option_context("mode.string_storage", "python"):
        assert read(path).hash == small_region().hash
        assert not read(path).check()
