"""The commands on rules: check, template, apply, diff, round, settle."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from haihe.cli import app
from haihe.region.examples import examples_folder
from haihe.rules.award_reading import read_awards

EXAMPLE = examples_folder() / "jing-jin-ji"
RULES = EXAMPLE / "rules"
APPLICATIONS = str(RULES / "applications.csv")
DAY = ("--as-of", "2025-06-30")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def made(*words: str | Path) -> dict:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Some applications of the example to the fund, with the columns that it declares."""
    frame = pd.read_csv(APPLICATIONS, dtype=str)
    frame = frame[frame["article"].isin(["upgrade", "chain-gap", "base"])].head(40)
    others = ["project", "saving", "saving_kwh", "coal_factor", "saving_computable", "only_replaces", "saving_kind"]
    frame = frame.drop(columns=[*others, "ladder", "bank_loan", "listed", "rents_computing"])
    frame.to_csv(tmp_path / "few.csv", index=False)
    return tmp_path / "few.csv"


@pytest.fixture
def fund(tmp_path: Path) -> Path:
    """A folder with two scheme files only: the fund and a made-up draft."""
    folder = tmp_path / "fund"
    folder.mkdir()
    for name in ("manufacturing-2023.yaml", "what-if-cap.yaml"):
        shutil.copy(RULES / name, folder)
    return folder


ONE = (
    "申报编号,申报条款,项目总投资（万元）,设备及软硬件投资额（万元）,工业企业,在本市注册并纳税,严重失信,财务制度健全,立项或备案日期,申报截止日期,已竣工投产\n"
    "甲1,工业技术改造,15000,12000,是,是,否,是,2023-05-01,2023-09-01,是\n"
    "甲2,工业技术改造,900,800,是,是,否,是,2023-05-01,2023-09-01,是\n"
)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """Two applications for an upgrade, by their Chinese headings."""
    file = tmp_path / "one.csv"
    file.write_text(ONE, encoding="utf-8")
    return file


def test_check_counts_and_lists_what_was_not_looked_at_for_a_year() -> None:
    found = made("rules", "check", RULES, "--as-of", "2026-12-31")
    assert found["ok"]
    assert found["schemes"] >= 15
    assert found["cases"] >= 110
    assert {f["code"] for f in found["findings"]} == {"W-RUL-02"}
    later = made("rules", "check", RULES / "carbon-2021.yaml", "--as-of", "2028-01-01")
    assert sum(f["code"] == "W-RUL-01" for f in later["findings"]) == 3


@pytest.mark.parametrize(
    ("wrong", "right", "code"),
    [
        ("rate: 10 %", "rate: 10 % of equipment", "E-UNIT-01"),
        ("when: investment >= least", "when: investmant >= least", "E-RUL-11"),
        ("support: 1200 万元", "support: 1300 万元", "E-RUL-29"),
    ],
)
def test_check_names_file_line_and_mend_and_exits_1(fund, wrong, right, code) -> None:
    file = fund / "manufacturing-2023.yaml"
    text = file.read_text("utf-8")
    assert wrong in text
    file.write_text(text.replace(wrong, right, 1), encoding="utf-8")
    result = run("rules", "check", fund, "--as-of", "2026-12-31", "--json", "--lang", "zh")
    assert result.exit_code == 1
    found = {f["code"]: f for f in json.loads(result.stdout)["findings"] if f["severity"] == "error"}
    line = 1 + text[: text.index(wrong)].count("\n")
    assert found[code]["file"] == "manufacturing-2023.yaml"
    assert abs(found[code]["row"] - line) <= 4
    assert found[code]["mend"]
    assert code in run("rules", "check", fund, "--as-of", "2026-12-31", "--lang", "zh").stdout


def test_template_is_filled_in_and_applied_and_comes_back(fund, tmp_path, one) -> None:
    form = tmp_path / "form.xlsx"
    assert "equipment" in made("rules", "template", fund, "-o", form, "--lang", "zh")["columns"]
    empty = made("rules", "apply", fund, form, "--as-of", "2023-06-30")
    assert empty["applications"] == 0
    out = tmp_path / "out.xlsx"
    result = run("rules", "apply", fund, one, "--as-of", "2023-06-30", "-o", out, "--lang", "zh")
    assert result.exit_code == 0
    assert "1,200" in result.stdout
    back = read_awards(out)
    assert [(row.application, row.state, str(row.support)) for row in back.itertuples()] == [
        ("甲1", "eligible", "1200"), ("甲2", "ineligible", "0"),
    ]  # fmt: skip
    again = tmp_path / "again.xlsx"
    assert run("rules", "apply", fund, out, "--as-of", "2023-06-30", "-o", again, "--lang", "zh").exit_code == 0
    assert again.read_bytes() == out.read_bytes()


def test_apply_takes_a_day_for_each_application(fund, one, tmp_path) -> None:
    file = tmp_path / "days.csv"
    head, *rows = ONE.splitlines()
    rows = [f"{row},{day}" for row, day in zip(rows, ("2023-04-10", "2023-04-11"), strict=True)]
    file.write_text("\n".join([f"{head},受理日期", *rows]), encoding="utf-8")
    rows = made("rules", "apply", fund, file, "--as-of", "day", "--lang", "en")["tables"]["decisions"]["rows"]
    assert [row["state"] for row in rows] == ["article not in force on the day", "not eligible"]


def test_diff_says_what_each_gets_instead_and_why(fund, one) -> None:
    words = ("rules", "diff", fund / "manufacturing-2023.yaml", fund / "what-if-cap.yaml")
    found = made(*words, "--applications", one, "--as-of", "2024-06-30", "--lang", "zh")
    (change,) = found["changes"]
    assert (change["application"], change["before"], change["after"]) == ("甲1", 12 * 10**8, 10 * 10**8)
    assert "1,200 万元" in change["says"]
    assert "1,000 万元" in change["says"]
    assert "5,000 万元" in change["says"]
    amounts = {row["place"]: (row["before"], row["after"]) for row in found["texts"]}
    assert amounts["support.caps[cap].amount"] == ("5000 万元", "1000 万元")
    assert "support.caps[cap].amount" in run(*words, "--lang", "zh").stdout


def test_diff_of_two_files_that_are_no_drafts(fund, one, tmp_path) -> None:
    file = tmp_path / "next.yaml"
    text = (fund / "manufacturing-2023.yaml").read_text("utf-8")
    file.write_text(
        text.replace("rate: 10 %", "rate: 8 %").replace("\ncases:", "\nnotes:").split("\nnotes:")[0], "utf-8"
    )
    found = made(
        "rules", "diff", fund / "manufacturing-2023.yaml", file, "--applications", one, "--as-of", "2024-06-30"
    )
    assert [(c["application"], c["change"]) for c in found["changes"]] == [("甲1", -240 * 10**6)]


def test_wrong_options_are_said_with_their_code(fund, one, tmp_path) -> None:
    for words, code in [
        (("rules", "apply", fund, one, "--as-of", "yesterday"), "E-RUL-108"),
        (("rules", "apply", fund, one, "--as-of", "2023-06-30", "--draft", "what-if"), "E-RUL-28"),
        (("rules", "apply", fund, one, "--as-of", "2023-06-30", "-o", tmp_path / "x.csv"), "E-FILE-02"),
        (("rules", "diff", fund, fund, "--as-of", "2023-06-30"), "E-RUL-122"),
        (("rules", "check", tmp_path / "nowhere.yaml"), "E-FILE-01"),
        (("round", fund, one, *DAY, "--budget", "many", "--when-short", "stop"), "E-RUL-109"),
        (("round", fund, one, *DAY, "--budget", "1 亿元", "--when-short", "stop", "--tie", "size"), "E-RUL-109"),
        (("round", fund, one, *DAY, "--budget", "1 亿元", "--when-short", "stop", "--quota", "x"), "E-RUL-109"),
        (("round", fund, one, *DAY, "--budget", "1 亿元", "--when-short", "stop", "--article", "upgrad"), "E-RUL-44"),
        (("settle", fund, one, one, *DAY), "E-RUL-101"),
    ]:
        result = run(*words, "--lang", "en")
        assert result.exit_code == 1, words
        assert code in result.stderr + result.stdout, words


def round_words(fund: Path, applications: Path | str, *more: str | Path) -> tuple[str | Path, ...]:
    return (
        "round", fund, applications, *DAY, "--article", "upgrade", "--article", "chain-gap", "--budget", "5000 万元",
        "--when-short", "skip", "--tie", "support:smaller", "--quality", "illustrative", *more,
    )  # fmt: skip


def test_a_round_ranks_chooses_and_gives_everyone_a_reason(fund, few, tmp_path) -> None:
    out = tmp_path / "round.xlsx"
    matching = ("--matching", EXAMPLE / "budgets.csv", "--fund", "MFG", "--regions", EXAMPLE / "regions.csv")
    found = made(*round_words(fund, few, *matching, "--optimal", "score", "--reserves", "2", "-o", out, "--lang", "zh"))
    tables = found["tables"]
    decided = tables["decision"]["rows"]
    reasons = {row["application"]: row["says"] for row in tables["reasons"]["rows"]}
    assert {row["application"] for row in decided} == {*found["funded"], *reasons}
    assert found["funded"]
    assert all(reasons.values())
    assert sum(row["city_wan"] for row in decided if row["decision"] == "立项") <= 5000
    assert found["gain"] >= 0
    assert all(table["quality"] in (None, "illustrative") for table in tables.values())
    assert {row["lever"] for row in tables["changes"]["rows"]} >= {"评分", "批次预算"}
    assert "北辰区" in json.dumps(tables["decision"], ensure_ascii=False)
    assert out.stat().st_size > 10_000


def test_scores_may_come_from_another_file_and_one_application_from_one_enterprise(fund, few, tmp_path) -> None:
    scores = tmp_path / "scores.csv"
    names = [line.split(",")[0] for line in few.read_text("utf-8").splitlines()[1:]]
    scores.write_text("application,score\n" + "\n".join(f"{n},{60 + k % 30}" for k, n in enumerate(names)), "utf-8")
    words = round_words(fund, few, "--no-levers", "--scores", scores, "--quota", "enterprise=1", "--pass-score", "70")
    found = made(*words)
    rows = {row["application"]: row for row in found["tables"]["decision"]["rows"]}
    firms = [rows[name]["enterprise"] for name in found["funded"]]
    assert len(firms) == len(set(firms))
    assert all(rows[name]["score"] >= 70 for name in found["funded"])


def test_a_payer_on_no_side_must_be_declared(fund, few) -> None:
    words = (
        "round",
        RULES,
        few,
        *DAY,
        "--article",
        "base",
        "--budget",
        "1 亿元",
        "--when-short",
        "stop",
        "--no-levers",
    )
    assert "E-RUL-90" in run(*words, "--lang", "en").stderr
    found = made(*words, "--payer", "unsplit=city")
    assert all(row["district_wan"] in (None, 0) for row in found["tables"]["decision"]["rows"])


def settle_words(*more: str | Path) -> tuple[str | Path, ...]:
    files = [RULES / name for name in ("tax-sharing-2015.yaml", "moved-firms.csv", "moved-firms-taxes.csv")]
    return ("settle", *files, "--as-of", "2024-12-31", "--quality", "illustrative", *more)


def test_settle_gives_the_ledger_of_the_brief(tmp_path) -> None:
    out = tmp_path / "ledger.xlsx"
    found = made(*settle_words("--payments", RULES / "moved-firms-payments.csv", "-o", out, "--lang", "zh"))
    rows = [row for row in found["tables"]["ledger"]["rows"] if row["firm"] == "示例迁移企业甲"]
    assert [row["origin_due_wan"] for row in rows] == [1500, 1800, 2000, 1000]
    assert rows[-1]["phase"] == "已达上限，停止"
    assert [row["balance_wan"] for row in rows] == [1500, 1800, 2000, 1800]
    assert {row["firm"] for row in found["tables"]["ledger"]["rows"]} == {"示例迁移企业甲", "示例迁移企业丁"}
    assert {f["code"] for f in found["findings"]} == {"N-RUL-120", "W-RUL-81"}
    assert out.stat().st_size > 5_000


def test_moves_led_by_the_market_are_reckoned_only_when_asked_for_and_marked(tmp_path) -> None:
    plain = made(*settle_words())["tables"]["ledger"]["rows"]
    rows = made(*settle_words("--what-if-market", "--lang", "zh"))["tables"]["ledger"]["rows"]
    extra = [row for row in rows if row["firm"] == "示例迁移企业丙"]
    assert [row["origin_due_wan"] for row in extra] == [1400, 1550, 1650]
    assert {row["what_if"] for row in extra} == {"现行办法之外的假设测算"}
    assert not any(row["firm"] == "示例迁移企业丙" for row in plain)


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "row"),
    [
        ("moved-firms.csv", "2019,government", "早年,government", "E-RUL-111", 2),
        ("moved-firms.csv", "是,是,是,2019-03-31", "是,也许,是,2019-03-31", "E-RUL-111", 3),
        ("moved-firms.csv", "2020-05-20", "2020-05-32", "E-RUL-111", 4),
        ("moved-firms.csv", "firm,origin", "firm,from", "E-RUL-110", None),
        ("moved-firms.csv", "2020,market", "2020,goverment", "E-RUL-112", 4),
        ("moved-firms-taxes.csv", "增值税,1440.0,0,万元", "增值税,1440.0,0,吨", "E-RUL-111", 2),
        ("moved-firms-taxes.csv", "增值税,1440.0,0,万元", "增值税,一千,0,万元", "E-RUL-111", 2),
    ],
)
def test_a_wrong_cell_of_a_settlement_is_named(tmp_path, name, old, new, code, row) -> None:
    for file in ("moved-firms.csv", "moved-firms-taxes.csv"):
        text = (RULES / file).read_text("utf-8")
        assert file != name or old in text
        (tmp_path / file).write_text(text.replace(old, new, 1) if file == name else text, encoding="utf-8")
    law = RULES / "tax-sharing-2015.yaml"
    result = run("settle", law, tmp_path / "moved-firms.csv", tmp_path / "moved-firms-taxes.csv", *DAY, "--json")
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["row"], finding["file"]) == (code, row, name)


def test_a_misspelt_leader_gets_the_nearest_word_and_chinese_words_count(tmp_path) -> None:
    files = [RULES / "tax-sharing-2015.yaml", tmp_path / "moved-firms.csv", RULES / "moved-firms-taxes.csv"]
    text = (RULES / "moved-firms.csv").read_text("utf-8")
    files[1].write_text(text.replace("government", "goverment"), encoding="utf-8")
    result = run("settle", *files, *DAY, "--json", "--lang", "en")
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["column"], finding["row"]) == ("led_by", 2)
    assert "nearest is “government”" in str(finding)
    plain = made(*settle_words())["tables"]["ledger"]["rows"]
    files[1].write_text(text.replace("government", "政府").replace("market", "市场"), encoding="utf-8")
    assert made("settle", *files, *DAY, "--quality", "illustrative")["tables"]["ledger"]["rows"] == plain


def test_a_misspelt_tax_is_warned_of_with_its_rows(tmp_path) -> None:
    assert not [f for f in made(*settle_words())["findings"] if f["code"] == "W-RUL-113"]
    text = (RULES / "moved-firms-taxes.csv").read_text("utf-8").replace("增值税", "增殖税", 2)
    taxes = tmp_path / "taxes.csv"
    taxes.write_text(text, encoding="utf-8")
    found = made("settle", RULES / "tax-sharing-2015.yaml", RULES / "moved-firms.csv", taxes, *DAY)["findings"]
    (finding,) = [f for f in found if f["code"] == "W-RUL-113"]
    rows = [number for number, line in enumerate(text.splitlines(), 1) if "增殖税" in line]
    assert "增殖税" in str(finding)
    assert "、".join(map(str, rows)) in str(finding) or ", ".join(map(str, rows)) in str(finding)


def test_settle_refuses_a_draft_that_there_is_not() -> None:
    result = run(*settle_words("--draft", "nosuch", "--json"))
    assert result.exit_code == 1
    assert [f["code"] for f in json.loads(result.stdout)["findings"]] == ["E-RUL-28"]


def test_a_fund_without_matching_rows_is_refused_with_those_there_are(fund, few, tmp_path) -> None:
    budgets = tmp_path / "budgets.csv"
    budgets.write_text("fund,region,value,unit\nMFG,TJ-BH,1,亿元\n", encoding="utf-8")
    result = run(*round_words(fund, few, "--matching", budgets, "--fund", "NOSUCH", "--json"))
    assert result.exit_code == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["column"]) == ("E-RUL-114", "fund")
    assert "MFG" in str(finding)


def test_made_up_applications_are_marked_so_in_every_row(fund, one) -> None:
    words = ("apply", fund, one, "--as-of", "2023-09-01")
    for mark, wanted in (("illustrative", "示例"), ("official", "正式")):
        tables = made("rules", *words, "--quality", mark, "--lang", "zh")["tables"]
        shown = {str(row["quality"]) for row in tables["decisions"]["rows"]}
        assert (shown == {"illustrative"} or all(wanted in text for text in shown)) == (mark == "illustrative"), shown
        assert (tables["decisions"]["quality"] == "illustrative") == (mark == "illustrative")
        assert tables["versions"]["rows"]


def test_a_place_without_scheme_files_and_a_table_are_no_rules(tmp_path, one) -> None:
    for path, code in ((tmp_path / "empty", "E-RUL-115"), (one, "E-RUL-116")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        for words in (("check", path), ("apply", path, one, "--as-of", "2023-09-01")):
            result = run("rules", *words, "--json")
            assert result.exit_code == 1
            assert [f["code"] for f in json.loads(result.stdout)["findings"]] == [code]


def test_no_rows_and_no_rule_in_force_are_warned_of(fund, one, tmp_path) -> None:
    before = made("rules", "apply", fund, one, "--as-of", "1999-01-01")["findings"]
    assert [f["code"] for f in before] == ["W-RUL-118"]
    bare = tmp_path / "bare.csv"
    bare.write_text(one.read_text("utf-8").splitlines()[0] + "\n", encoding="utf-8")
    found = made("rules", "apply", fund, bare, "--as-of", "2023-09-01")["findings"]
    assert [f["code"] for f in found] == ["W-RUL-117"]
