"""Bad shocks through library and command: a code, the place in the user's file, both languages, nothing written."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from ario_cases import table
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.cli import stress as command
from haihe.messages import HaiheError
from haihe.region.examples import examples_folder
from haihe.shocks import AtRest, Event, Inventories, Obligations, debtrank, disrupt
from haihe.shocks.shock_files import REFERRED
from haihe.shocks.stress import stress

HAIHE = str(examples_folder() / "jing-jin-ji")
Sheets = dict[str, list[list[object]]]


@pytest.fixture(scope="module")
def region() -> hh.Region:
    return hh.example("jing-jin-ji")


def written(folder: Path, content: str | bytes | Sheets | None) -> str:
    """Write a shock as CSV or workbook; None is a file that is not there."""
    file = folder / ("shock.xlsx" if isinstance(content, dict) else "shock.csv")
    if isinstance(content, dict):
        with xlsxwriter.Workbook(str(file)) as book:
            for name, rows in content.items():
                sheet = book.add_worksheet(name)
                for k, row in enumerate(rows):
                    sheet.write_row(k, 0, row)
    elif content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


GOOD = "capacity,0.5,TJ,CHM"
HEAD = "kind,amount,regions,sectors"
CASES: dict[str, tuple[str | bytes | Sheets | None, str, int | None, str | None]] = {
    "no file": (None, "E-FILE-01", None, None),
    "empty file": ("", "E-FILE-13", None, None),
    "no rows": (HEAD + "\n", "E-SHK-61", None, None),
    "not text": (b"\xff\xfe\x00\x01\x02\xd8\x00", "E-FILE-04", None, None),
    "no column kind": ("amount\n0.5\n", "E-COL-02", 1, "kind"),
    "unknown column": ("kind,amount,colour\ncapacity,0.5,red\n", "E-COL-01", 1, "colour"),
    "unknown kind": ("kind,amount\nquake,0.5\n", "E-CHOICE-01", 2, "kind"),
    "text for a number": ("kind,amount\ncapacity,half\n", "E-NUM-01", 2, "amount"),
    "infinite": ("kind,amount\ncapacity,inf\n", "E-NUM-01", 2, "amount"),
    "no amount": (f"{HEAD}\n{GOOD}\ncapacity,,TJ,CHM\n", "E-CELL-01", 3, "amount"),
    "share over 1": (f"{HEAD}\n{GOOD}\ncapacity,1.5,TJ,CHM\n", "E-SHK-04", 3, "amount"),
    "negative share": (f"{HEAD}\ncapacity,-0.1,TJ,CHM\n", "E-SHK-04", 2, "amount"),
    "negative damage": ("kind,amount,unit\ncapital,-5,亿元\n", "E-SHK-04", 2, "amount"),
    "damage without money": ("kind,amount\ncapital,5\n", "E-UNIT-02", 2, "unit"),
    "negative duration": ("kind,amount,duration\ncapacity,0.5,-4\n", "E-RANGE-01", 2, "duration"),
    "before the first day": ("kind,amount,start\ncapacity,0.5,-2\n", "E-RANGE-01", 2, "start"),
    "recovery before start": (
        "kind,amount,recovery,recovery_days\ncapacity,0.5,linear,-9\n", "E-RANGE-01", 2, "recovery_days",
    ),
    "recovery without days": ("kind,amount,recovery\ncapacity,0.5,linear\n", "E-SHK-05", 2, "recovery_days"),
    "unknown region": (f"{HEAD}\ncapacity,0.5,TIANJIN,CHM\n", "E-REF-01", 2, "regions"),
    "unknown sector": (f"{HEAD}\n{GOOD}\ncapacity,0.5,TJ,CHIPS\n", "E-REF-01", 3, "sectors"),
    "unknown partner": ("kind,amount,partner\nimports,0.5,mars\n", "E-CHOICE-01", 2, "partner"),
    "unknown port": ("kind,amount,link\nport,0.5,PORT-T\n", "E-SHK-64", 2, "link"),
    "unknown stage": ("kind,amount,chain,stage\nstage,0.5,AUTO,CAAR\n", "E-SHK-64", 2, "stage"),
    "a district that exports": (f"{HEAD}\nexports,0.5,TJ-BH,ELX\n", "E-SHK-64", 2, "regions"),
    "a place without shares": (f"{HEAD}\ncapacity,0.5,TJ-TEDA,CHM\n", "E-SHK-63", 2, "regions"),
    "a link to nowhere": ("kind,amount,regions\nlink,0.5,TJ\n", "E-SHK-62", 2, "to_regions"),
    "energy of no kind": ("kind,amount\nenergy,0.5\n", "E-SHK-62", 2, "product"),
    "hits nothing": (
        f"{HEAD},to_regions\n{GOOD},\nlink,0.5,TJ,CHM,TJ\n", "E-SHK-09", 3, "kind",
    ),
    "passed on more than whole": (
        "kind,amount,product,pass_through\nprice,0.5,GAS,2\n", "E-RANGE-02", 2, "pass_through",
    ),
    "twice the same event": ("kind,amount,event\ncapacity,0.5,1\ncapacity,0.2,1\n", "E-KEY-01", 3, "event"),
    "two scenarios": ("kind,amount,shock\ncapacity,0.5,a\ncapacity,0.2,b\n", "E-SHK-67", None, "shock"),
    "Chinese headers": (
        "类别,幅度,行业\n产能损失,0.5,CHM\n产能损失,1.5,CHM\n".encode("gbk"), "E-SHK-04", 3, "幅度",
    ),
    "wrong sheet": ({"Sheet1": [["kind", "amount"], ["capacity", 0.5]]}, "E-TAB-02", None, None),
    "empty sheet": ({"冲击事件": [["类别", "幅度"]]}, "E-SHK-61", None, None),
    "a wrong cell of a workbook": (
        {"冲击事件": [["类别", "幅度"], ["产能损失", 0.5], ["产能损失", 1.5]]}, "E-SHK-04", 3, "幅度",
    ),
}  # fmt: skip


SAID = (
    "empty file",
    "no amount",
    "share over 1",
    "unknown port",
    "hits nothing",
    "two scenarios",
    "Chinese headers",
    "wrong sheet",
)
"""Cases that go through the command, too."""


@pytest.mark.parametrize("case", CASES)
def test_a_bad_shock_is_refused_at_its_place(case: str, region: hh.Region, tmp_path: Path) -> None:
    content, code, row, column = CASES[case]
    with pytest.raises(HaiheError) as error:
        hh.stress(region, written(tmp_path, content), lanes=1)
    first = error.value.findings[0]
    assert (first.code, first.row, first.column) == (code, row, column)
    assert first.table or first.file or content is None
    assert error.value.text("zh") != error.value.text("en")


@pytest.mark.parametrize("case", SAID)
def test_the_command_says_the_same_and_writes_nothing(
    case: str, region: hh.Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, code, row, column = CASES[case]
    monkeypatch.setattr(command, "checked", lambda path, now: region)
    file, out = written(tmp_path, content), tmp_path / "out"
    run = CliRunner().invoke(app, ["stress", HAIHE, "--shock", file, "--json", "-o", str(out)])
    assert run.exit_code == 1
    found = json.loads(run.stdout)["findings"][0]
    assert (found["code"], found["row"], found["column"]) == (code, row, column)
    assert not out.exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_itself_names_the_nearest_in_the_readers_language(lang: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = CliRunner().invoke(app, ["stress", HAIHE, "--shock", "port-close", "--lang", lang, "-o", str(out)])
    assert run.exit_code == 1
    assert {"zh": "“天津港停运两周”（port-closed）", "en": "“Port of Tianjin closed for two weeks” (port-closed)"}[
        lang
    ] in run.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("天津港停运", "port-closed"), ("chips", "chips-cut"), ("Gas Limited", "gas-limit"), ("地震", "现有")],
)
def test_a_name_that_is_nearly_right_is_recognised(said: str, wanted: str, region: hh.Region) -> None:
    with pytest.raises(HaiheError) as error:
        stress(region, said)
    assert error.value.code == "E-SHK-60"
    assert wanted in error.value.text("zh")


def test_a_workbook_and_chinese_words_are_read(region: hh.Region, tmp_path: Path) -> None:
    """The same shock in four forms gives the same events."""
    rows = [["类别", "幅度", "地区", "行业", "持续天数"], ["产能损失", 0.5, "TJ", "CHM", 10]]
    text = "\n".join(",".join(map(str, row)) for row in rows)
    forms = [
        written(tmp_path, {"冲击事件": rows}),
        written(tmp_path, text.encode("gbk")),
        pd.DataFrame(rows[1:], columns=rows[0]),
        pd.DataFrame([{"kind": "capacity", "amount": 0.5, "regions": "TJ", "sectors": "CHM", "duration": 10}]),
    ]
    losses = [
        hh.stress(region, form, lanes=1, days=20, coordinated=False).by_sector["output"].to_numpy() for form in forms
    ]
    assert losses[0].sum() > 0
    for other in losses[1:]:
        assert np.allclose(other, losses[0])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"lanes": 0}, "E-SHK-10"),
        ({"seed": -1}, "E-SHK-10"),
        ({"days": 0}, "E-SHK-14"),
        ({"days": -5}, "E-SHK-14"),
        ({"year": 1999}, "E-ACC-40"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, int], code: str, region: hh.Region) -> None:
    with pytest.raises(HaiheError) as error:
        stress(region, "car-plant", coordinated=False, **options)
    assert error.value.code == code


def test_a_path_of_another_kind_is_refused(region: hh.Region) -> None:
    with pytest.raises(HaiheError, match="E-SHK-66"):
        stress(region, Path("shock.txt"))


def test_stocks_of_zero_days_run_just_in_time(region: hh.Region) -> None:
    """A correct result: with nothing in stock no less is lost than with plenty, and all figures are finite."""
    rows = pd.DataFrame([{"kind": "capacity", "regions": "TJ", "sectors": "MET", "amount": 0.5, "duration": 5}])
    lost = [
        stress(region, rows, lanes=1, days=21, inventories=Inventories(days=days), coordinated=False).summary["output"]
        for days in (0.0, 60.0)
    ]
    assert np.isfinite(lost).all()
    assert lost[0] >= lost[1] > 0
    with pytest.raises(HaiheError, match="E-SHK-10"):
        stress(region, rows, inventories=Inventories(days=-1.0))


def test_who_supplies_itself_alone_loses_alone() -> None:
    """Self-supply: a producer that buys from nobody but itself hurts nobody else."""
    whole = table(4, R=1, n=3, idle=False)
    Z = np.diag([30.0, 20.0, 10.0])
    final = np.full((3, 1), 50.0)
    own = type(whole)(
        **{
            **{name: getattr(whole, name) for name in ("regions", "sectors", "year", "unit", "final_kinds", "added_kinds")},
            "Z": Z, "final": final, "added": final.T, "imports": np.zeros(3), "final_imports": np.zeros(1),
            "exports": np.zeros(3), "residual": np.zeros(3), "output": Z.sum(axis=1) + 50.0,
        }
    )  # fmt: skip
    event = Event("capacity", 0.5, sectors=["s0"], start=1, duration=10)
    lost = disrupt(AtRest.of(own), [event], days=40, inventories=Inventories(days=20.0)).losses.set_index("sector")
    assert lost.loc["s0", "output"] > 0
    assert lost.loc[["s1", "s2"], "output"].abs().max() < 1e-9


def test_isolated_firms_matter_by_their_own_sales_only(region: hh.Region) -> None:
    about = {"quality": "illustrative", "source": "DEMO", "unit": "亿元"}
    firms = pd.DataFrame(
        {
            "enterprise": list("abc"), "name_zh": list("甲乙丙"), "name_en": list("abc"), "region": "TJ",
            "sector": ["ELX", "TRN", "CHM"], "output": [50.0, 30.0, 20.0],
        }
    ).assign(**about)  # fmt: skip
    links = pd.DataFrame([{"supplier": "a", "customer": "b", "value": 10.0, "need": "essential"}]).assign(**about)
    few = hh.Region({name: region[name] for name in REFERRED if region.has(name)}, region.meta)
    known = few.with_table("enterprises", firms).with_table("supplies", links)
    found = hh.firm_risk(known).frame.set_index("enterprise")
    assert found.loc["c", "index"] == pytest.approx(0.2)
    assert found.loc["c", "times"] == pytest.approx(1.0)


def test_obligations_without_equity_are_refused_where_equity_counts() -> None:
    held = pd.DataFrame({"holder": ["a", "b"], "item": "cash", "value": [0.0, 2.0]})
    owed = pd.DataFrame({"debtor": ["a"], "creditor": ["b"], "kind": ["loan"], "value": [1.0]})
    with pytest.raises(HaiheError) as error:
        debtrank(Obligations.from_frames(held, owed), {"b": 1.0})
    assert error.value.code == "E-SHK-43"
    assert "a" in error.value.text("zh")
