"""One cause is one finding, and its mend is what a planning officer would do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from haihe.accounts.of_region import accounts_of
from haihe.messages import LANGUAGES, Finding, HaiheError, Lang
from haihe.region import TABLES, Region, check_path, read
from haihe.region.checks import scale
from haihe.region.checks.equations import known_pairs
from haihe.region.checks.scale import say_power, say_rows
from haihe.region.nearest import suggest
from small_region import META, SECTORS, small_region, small_tables

REGION = small_region()
Change = Callable[[pd.DataFrame], pd.DataFrame | None]


def changed(name: str, change: Change, region: Region = REGION) -> Region:
    frame = region[name].copy()
    back = change(frame)
    return region.with_table(name, frame if back is None else back)


def checked(name: str, change: Change, region: Region = REGION) -> list[Finding]:
    return list(changed(name, change, region).check())


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def scaled(rows: slice | list[int], power: int) -> Change:
    def change(frame: pd.DataFrame) -> None:
        numbers = frame.index[rows] if isinstance(rows, slice) else rows
        frame.loc[numbers, "value"] *= 10.0**power

    return change


# 16: units


@pytest.mark.parametrize("power", [4, -4, 3, -3, 2, -2, 8, 1, -1])
@pytest.mark.parametrize(("first", "last"), [(3, 9), (10, 30), (38, 60), (0, 54), (50, 57)])
def test_a_block_in_another_unit_is_one_finding_without_a_value(power: int, first: int, last: int) -> None:
    """Records 54 and on belong to the south; a block may reach over both accounts, or hold a whole one."""
    findings = checked("accounts", scaled(slice(first, last), power))
    assert codes(findings) == ["E-BAL-06"]
    (finding,) = findings
    assert (finding.row, finding.column) == (first + 2, "value")
    assert dict(finding.values)["rows"].en == f"{first + 2}–{last + 1}"
    assert dict(finding.values)["times"] == say_power(power)
    assert "mended" not in dict(finding.values)


def test_a_search_without_that_power_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "POWERS", (3, -3))
    assert codes(checked("accounts", scaled(slice(3, 9), 4))) != ["E-BAL-06"]


def test_a_block_may_run_down_a_column() -> None:
    frame = REGION["accounts"]
    output = frame.index[frame["region"].eq("south") & frame["column"].eq("output")].tolist()
    (finding,) = checked("accounts", scaled(output, 4))
    assert finding.code == "E-BAL-06"
    assert dict(finding.values)["count"] == 3
    assert finding.text("zh").count("一万倍") == 1


def test_a_block_whose_unit_was_changed_without_its_numbers() -> None:
    def unit(frame: pd.DataFrame) -> None:
        frame.loc[10:20, "unit"] = "万元"

    (finding,) = checked("accounts", unit)
    assert (finding.code, finding.row) == ("E-BAL-06", 12)
    assert "万分之一" in finding.text("zh")


def test_other_faults_in_the_other_account_do_not_hide_the_block() -> None:
    def both(frame: pd.DataFrame) -> None:
        scaled(slice(3, 12), 4)(frame)
        frame.loc[frame["region"].eq("south") & frame["row"].eq("taxes") & frame["column"].eq("farm"), "value"] += 1

    assert codes(checked("accounts", both)) == ["E-BAL-06", "E-BAL-02"]


def test_units_mixed_here_and_there_are_named_once_an_account() -> None:
    def mixed(frame: pd.DataFrame) -> None:
        frame.loc[::3, "value"] *= 1e4

    findings = checked("accounts", mixed)
    assert codes(findings) == ["E-BAL-08", "E-BAL-08"]
    assert all("mended" not in dict(finding.values) for finding in findings)


def test_a_block_of_flows() -> None:
    findings = checked("flows", scaled(slice(1, 5), 4))
    assert codes(findings) == ["E-BAL-06", "E-RANGE-05"]
    assert {(f.table, f.row) for f in findings} == {("flows", 3)}


def test_a_single_wrong_number_is_no_block() -> None:
    assert codes(checked("accounts", scaled([1], 1))) == ["E-BAL-03"]  # ten times may be a slip of the hand


def test_powers_and_rows_in_words() -> None:
    assert [say_power(k).zh for k in (4, -4, 1, 8)] == ["一万倍", "万分之一", "十倍", "一亿倍"]
    assert [say_power(k).en for k in (4, -4)] == ["10,000 times", "1/10,000 of"]
    assert say_rows([9, 3, 4, 5, 12]).en == "3–5, 9, 12"
    assert say_rows(range(0, 40, 3)).zh.endswith("15等")


# 17: missing rows


@pytest.mark.parametrize(
    ("row", "column"), [("steel", "investment"), ("farm", "care"), ("labour", "farm"), ("care", "import")]
)
def test_a_deleted_row_is_named_first_and_residual_last(row: str, column: str) -> None:
    here = REGION["accounts"].query(f"region == 'south' and row == '{row}' and column == '{column}'")
    findings = checked("accounts", lambda f: f.drop(here.index))
    assert codes(findings) == ["E-BAL-07"]
    text = findings[0].text("zh")
    assert f"{row} × {column}（其他年份或地区有，此处没有）" in text
    assert float(dict(findings[0].values)["amount"]) == pytest.approx(here["value"].iloc[0], rel=1e-5)
    assert text.index("补上漏掉的一行") < text.index("才把差额记入")


def test_pairs_that_most_accounts_have_come_first() -> None:
    frame = REGION["accounts"]
    fewer = frame[~(frame["region"].eq("south") & frame["column"].eq("export"))]
    known = list(known_pairs(fewer).values())
    assert known == sorted(known, reverse=True)
    assert known_pairs(fewer)["farm", "export"] == 1


def test_where_nothing_lacks_the_mend_still_says_to_look_first() -> None:
    def off(frame: pd.DataFrame) -> None:
        frame.loc[
            frame["region"].eq("south") & frame["row"].eq("care") & frame["column"].eq("government"), "value"
        ] += 1

    (finding,) = checked("accounts", off)
    assert finding.code == "E-BAL-01"
    assert finding.text("zh").index("先核对是否漏了一行") < finding.text("zh").index("residual")


# 18: units of money


@pytest.mark.parametrize("unit", ["亿元", "万元"])
def test_accounts_are_read_in_the_regions_unit_whatever_each_row_has(unit: str) -> None:
    def some_in_wan(frame: pd.DataFrame) -> None:
        frame.loc[::3, "value"] *= 1e4
        frame.loc[::3, "unit"] = "万元"

    mixed = changed("flows", some_in_wan, changed("accounts", some_in_wan)).with_meta(money_unit=unit)
    assert not [f for f in mixed.check() if f.code.startswith("E-BAL")]
    there, here = accounts_of(mixed), accounts_of(REGION)
    times = 1.0 if unit == "亿元" else 1e4
    assert there.unit == unit
    assert here.flows is not None
    assert there.flows is not None
    for name in ("Z", "final", "output", "flows"):
        np.testing.assert_allclose(getattr(there, name), times * getattr(here, name), rtol=1e-12)


def test_accounts_of_an_absent_year_or_in_no_money() -> None:
    with pytest.raises(HaiheError) as caught:
        accounts_of(REGION, 1999)
    assert caught.value.code == "E-ACC-40"
    with pytest.raises(HaiheError) as caught:
        accounts_of(changed("accounts", lambda f: f.assign(unit="亩")))
    assert caught.value.code == "E-UNIT-02"


# 19, 20: codes


@pytest.mark.parametrize(
    ("table", "key", "code", "typed"),
    [
        ("sectors", "sector", "steel", "stele"),
        ("sectors", "sector", "steel", "STEEL"),
        ("regions", "region", "north", "nort"),
        ("resources", "resource", "land", "lnd"),
        ("sources", "source", "S1", "S2"),
        ("sectors", "sector", "steel", "钢铁"),
        ("regions", "region", "north", "010000"),
    ],
)
def test_a_mistyped_key_is_one_finding_at_its_cell(table: str, key: str, code: str, typed: str) -> None:
    def mistype(frame: pd.DataFrame) -> None:
        frame.loc[frame[key].eq(code), [key, *(["name_en"] if key != "source" else [])]] = typed
        if "name_en" in frame:
            frame.loc[frame[key].eq(typed), "name_en"] = code

    broken = changed(table, mistype)
    row = int(np.flatnonzero(broken[table][key].eq(typed))[0]) + 2
    (finding,) = broken.check()
    assert (finding.code, finding.table, finding.row, finding.column) == ("E-REF-05", table, row, key)
    assert dict(finding.values)["missing"] == code
    assert f"“{code}”" in finding.text("zh")


def test_a_mistyped_key_does_not_hide_other_faults() -> None:
    def mistype(frame: pd.DataFrame) -> None:
        frame.loc[frame["sector"].eq("steel"), "sector"] = "stele"

    negative = changed("uses", lambda f: f.assign(value=f["value"].where(f.index != 3, -1.0)))
    assert codes(list(changed("sectors", mistype, negative).check())) == ["E-REF-05", "E-RANGE-01"]


@pytest.mark.parametrize(
    ("typed", "near"), [("stele", "steel"), ("Steel", "steel"), ("钢铁", "steel"), ("31", "steel")]
)
def test_many_rows_with_one_unknown_code_are_one_finding(typed: str, near: str) -> None:
    findings = checked("uses", lambda f: f.assign(sector=f["sector"].where(f["sector"].ne("steel"), typed)))
    assert codes(findings) == ["E-REF-06"]
    values = dict(findings[0].values)
    assert (values["count"], values["near"].zh) == (12, f"最接近的：{near}")
    assert findings[0].row == 8


def test_an_unknown_region_in_accounts_brings_nothing_else() -> None:
    findings = checked("accounts", lambda f: f.assign(region=f["region"].where(f["region"].ne("north"), "020")))
    assert codes(findings) == ["E-REF-06"]
    findings = checked(
        "flows", lambda f: f.assign(from_region=f["from_region"].where(f["from_region"].ne("north"), "x"))
    )
    assert codes(findings) == ["E-REF-06"]


def test_suggestions() -> None:
    names = {"天津": "TJ", "Tianjin": "TJ", "120000": "TJ", "北京": "BJ", "110000": "BJ"}
    for word in ("tj", "ＴＪ", "天津", "天津市", "tianjing", "120000", " TJ "):
        assert suggest(word, ["BJ", "TJ"], names).zh == "最接近的：TJ", word
    assert suggest("130000", ["BJ", "TJ"], names).zh == "可用的有：BJ、TJ"  # no official code is near another
    assert suggest("zzz", map(str, range(20))).en.endswith("11, …")
    assert suggest("x", []).en == "there is none yet"


def test_sheets_and_headers_are_found_in_any_case_or_listed(tmp_path: Path) -> None:
    path = REGION.write(tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(path)
    book["uses"].title = "USE"
    book["limits"]["A1"] = "LIMIT "
    book["chains"]["J1"] = "zzzz"
    book.save(path)
    texts = {f.code: f.text("zh") for f in check_path(path) if f.table in ("USE", "chains")}
    assert "最接近的：要素使用强度（uses）" in texts["E-TAB-02"]
    assert f"可用的有：{TABLES['chains'].columns[0].title.zh}、" in texts["E-COL-01"]
    assert "（limit）" in next(f.text("zh") for f in check_path(path) if f.code == "E-COL-01")


# 21, 22: words of a language


def test_the_chinese_stands_for_an_absent_english() -> None:
    tables = small_tables()
    for name in ("regions", "sources"):
        tables[name] = tables[name].drop(columns=[c for c in tables[name] if str(c).endswith("_en")])
    tables["sectors"] = tables["sectors"].assign(name_en=["", "Steel", ""])
    region = Region(tables, META)
    assert region["regions"]["name_en"].tolist() == region["regions"]["name_zh"].tolist()
    assert region["sources"]["title_en"].tolist() == ["测试数据"]
    assert region["sectors"]["name_en"].tolist() == ["农业", "Steel", "服务"]
    meta = {k: v for k, v in META.model_dump().items() if k != "title_en"}
    assert type(META)(**meta).title_en == META.title_zh
    with pytest.raises(HaiheError):
        Region(tables | {"regions": tables["regions"].drop(columns="name_zh")}, META)


def test_choices_and_flags_in_either_language() -> None:
    tables = small_tables()
    words = {"none": "无", "member": "成员", "partner": "伙伴", "abroad": "abroad"}
    tables["regions"] = tables["regions"].assign(role=tables["regions"]["role"].map(words))
    tables["limits"] = tables["limits"].assign(sense="上限", pooled=["是", "否"])
    tables["budgets"] = tables["budgets"].assign(quality="官方")
    region = Region(tables, META)
    assert region["regions"]["role"].tolist() == REGION["regions"]["role"].tolist()
    assert region["limits"]["sense"].tolist() == ["cap", "cap"]
    assert region["limits"]["pooled"].tolist() == [True, False]
    assert region["budgets"]["quality"].tolist() == ["official"]
    with pytest.raises(HaiheError) as caught:
        Region(tables | {"limits": tables["limits"].assign(sense="封顶")}, META)
    assert "上限（cap）、下限（floor）" in caught.value.text("zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_in_a_language_is_the_same_region(tmp_path: Path, lang: Lang) -> None:
    path = REGION.write(tmp_path / "r.xlsx", lang)
    assert read(path) == REGION
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[1:] == [TABLES[name].title(lang) for name in REGION]
    sheet = book[TABLES["limits"].title(lang)]
    assert [cell.value for cell in sheet[1]] == [column.title(lang) for column in TABLES["limits"].columns]
    record = [cell.value for cell in sheet[2]]
    assert ("上限" in record) == (lang == "zh")
    assert ("是" in record) == (lang == "zh")
    assert book[TABLES["regions"].title(lang)].title != "regions" or lang == "en"


def test_folder_and_bundle_keep_the_plain_names(tmp_path: Path) -> None:
    for form in ("r", "r.haihe.zip"):
        assert read(REGION.write(tmp_path / form, "zh")) == REGION
    assert (tmp_path / "r" / "regions.csv").is_file()
    assert openpyxl.load_workbook(REGION.write(tmp_path / "r.xlsx")).sheetnames[1:] == list(REGION)


# 23: pasted headers, dressed years


@pytest.mark.parametrize("lang", [None, *LANGUAGES])
def test_a_pasted_header_is_one_finding(tmp_path: Path, lang: Lang | None) -> None:
    frame = REGION["uses"].astype(object)
    columns = TABLES["uses"].columns
    head = pd.DataFrame([[c.title(lang) if lang else c.name for c in columns]], columns=frame.columns)
    with pytest.raises(HaiheError) as caught:
        REGION.with_table("uses", pd.concat([frame[:28], head, frame[28:], head]))
    assert [(f.code, f.row) for f in caught.value.findings] == [("E-TAB-05", 30), ("E-TAB-05", 39)]
    assert caught.value.text("zh").splitlines()[0].endswith("此行是重复的表头。删除该行")


@pytest.mark.parametrize("cell", ["2019年", "2019 年", "2019年度"])
def test_a_dressed_year(cell: str) -> None:
    with pytest.raises(HaiheError) as caught:
        changed("budgets", lambda f: f.assign(year=cell))
    assert caught.value.code == "E-YEAR-03"
    assert caught.value.text("zh").endswith("只写 2019")


# 24: hardly true


def test_equipment_is_part_of_the_investment() -> None:
    whole = REGION["projects"]["investment"]
    assert checked("projects", lambda f: f.assign(equipment=whole)) == []
    findings = checked("projects", lambda f: f.assign(equipment=whole + 1))
    assert [(f.code, f.row, f.column) for f in findings] == [("E-RANGE-04", r, "equipment") for r in (2, 3)]


def test_limits_that_do_not_limit() -> None:
    assert checked("limits", lambda f: f.assign(sense="floor", value=0.5, unit="share of reference")) == [], (
        "a floor binds"
    )

    def cap(value: float, unit: str) -> Change:
        return lambda f: f.assign(value=[value, 1.0], unit=[unit, "亩"])

    assert checked("limits", cap(1.5, "share of reference")) == []
    assert codes(checked("limits", cap(80.0, "share of reference"))) == ["W-LIM-03"]
    assert checked("limits", cap(80.0, "% of reference")) == []


def test_a_parameter_outside_its_own_band() -> None:
    assert codes(checked("parameters", lambda f: f.assign(value=5.0))) == ["E-RANGE-03"]


def test_intensities_far_apart() -> None:
    assert checked("uses", scaled([20], 1)) == []
    (finding,) = [f for f in checked("uses", scaled([20], 4)) if f.code == "W-UNIT-07"]
    assert (finding.row, finding.column, finding.severity) == (22, "value", "warning")
    assert "W-UNIT-07" not in codes(checked("uses", scaled([20], -4)))  # tiny intensities are true somewhere
    assert set(SECTORS) >= {dict(finding.values)["sector"]}
