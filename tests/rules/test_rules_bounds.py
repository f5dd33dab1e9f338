"""Numbers, texts, lines and lists that are too large are refused with a code, at once, and never wrap or hang."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fund_text import SAMPLE, STACKED
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import haihe.rules.duplicates as duplicates
import haihe.rules.form_reading as form_reading
from haihe.cli import app
from haihe.messages import HaiheError, Text
from haihe.region.examples import examples_folder
from haihe.rules import evaluate, read_scheme_text
from haihe.rules.applications import read_applications
from haihe.rules.duplicates import find_duplicates
from haihe.rules.execution import budget_execution
from haihe.rules.form_reading import read_form
from haihe.rules.fund_views import fund_stages
from haihe.rules.lanes import Words
from haihe.rules.money import LARGEST, added, cumulated, decimal_of, fen, summed, whole_fen
from haihe.rules.plain_table import in_fen, read_plain, whole_numbers
from haihe.rules.rounds import steps

BOOK = read_scheme_text(SAMPLE)
DAY = dt.date(2024, 9, 1)
WORD = Text("测试", "test")
LABEL = Text("金额", "money")
HUGE = ["1e999999999", "-1e999999999", "1e-999999999", "nan", "sNaN", "inf", "9" * 5_000, "1" + "0" * 60, "²", "x", ""]
MOST = LARGEST - LARGEST % 100


@pytest.mark.parametrize("text", HUGE)
def test_a_number_that_cannot_be_reckoned_with_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="reckon"):
        decimal_of(text)
    with pytest.raises(ValueError, match="reckon"):
        fen(text, "亿元")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_every_other_number_is_exact(number: Decimal) -> None:
    assert Fraction(decimal_of(str(number))) == Fraction(number)


@pytest.mark.parametrize("value", HUGE[:-1])
def test_a_huge_number_of_an_application_is_a_finding(value: str) -> None:
    frame = pd.DataFrame({"application": ["a"], "investment": pd.Series([value], dtype=object)})
    with pytest.raises(HaiheError) as caught:
        read_applications(BOOK, frame, DAY)
    assert caught.value.code == "E-RUL-42"


def test_an_amount_beyond_64_bits_is_refused() -> None:
    with pytest.raises(HaiheError, match="E-RUL-40"):
        fen("1000000000", "亿元")
    frame = pd.DataFrame({"v": ["1e30", "1e999999999"], "unit": ["亿元", "元"]}, dtype=object)
    for row in (0, 1):
        with pytest.raises(HaiheError, match="E-RUL-111"):
            in_fen(frame.iloc[[row]], "v", "f.csv", LABEL)
    with pytest.raises(HaiheError, match="E-RUL-111"):
        whole_numbers(pd.DataFrame({"v": [1e300]}), "v", "f.csv", LABEL)


def test_slices_of_a_huge_negative_value_give_nothing() -> None:
    text = SAMPLE.replace("cost: {type: money, unit: 万元, min: 0,", "cost: {type: money, unit: 元,")
    book = read_scheme_text(text)
    frame = pd.DataFrame(
        {"application": ["a", "b"], "cost": [-(LARGEST // 100), -(LARGEST // 200)], "article": "slices"}
    )
    result = evaluate(book, frame, DAY).frame
    assert result["support"].tolist() == [10**6, 10**6]


amounts = st.lists(
    st.tuples(st.sampled_from("ab"), st.one_of(st.integers(0, 100), st.integers(LARGEST // 3, LARGEST))), min_size=1
)


@given(amounts)
def test_sums_are_exact_or_refused(rows) -> None:
    frame = pd.DataFrame(rows, columns=["f", "v"]).astype({"v": "Int64"})
    exact = {name: sum(v for f, v in rows if f == name) for name in dict(rows)}
    if max(exact.values()) > LARGEST:
        with pytest.raises(HaiheError, match="E-RUL-40"):
            summed(frame, ["f"], ["v"])
        with pytest.raises(HaiheError, match="E-RUL-40"):
            cumulated(frame, [frame["f"]], ["v"])
    else:
        assert summed(frame, ["f"], ["v"])["v"].to_dict() == exact
        assert cumulated(frame, [frame["f"]], ["v"])["v"].groupby(frame["f"]).last().to_dict() == exact


@pytest.mark.parametrize("value", [1e300, 2.0**63, 2**63, -1, 0.5, None])
def test_what_is_no_amount_of_fen_in_64_bits_is_known(value: object) -> None:
    assert whole_fen(pd.Series([0, LARGEST]))
    assert not whole_fen(pd.Series([1, value], dtype=object))


def test_sums_of_funds_never_wrap() -> None:
    stages = pd.DataFrame([("F", y, "paid_in", "other", MOST) for y in (2020, 2021)])
    with pytest.raises(HaiheError, match="E-RUL-40"):
        fund_stages(stages.set_axis(["fund", "year", "stage", "payer", "amount"], axis=1), 2022, WORD, "illustrative")
    budgets = pd.DataFrame([("F", 2020, "1", 10)], columns=["fund", "year", "batch", "budget"])
    awards = pd.DataFrame(
        [("a", "F", 2020, "X", 10)], columns=["application", "fund", "award_year", "region", "approved"]
    )
    columns = ["fund", "year", "batch", "application", "award_year", "region", "amount"]
    paid = pd.DataFrame([("F", 2020, "1", "a", 2020, "X", MOST)] * 3, columns=columns)
    with pytest.raises(HaiheError, match="E-RUL-40"):
        budget_execution(budgets, paid, awards, WORD, "illustrative")
    with pytest.raises(HaiheError, match="E-RUL-40"):
        budget_execution(budgets.assign(budget=MOST).loc[[0, 0]], paid[:1], awards, WORD, "illustrative")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("{value: 1000 万元,", "{value: 999999999999999999999 亿元,"),
        ("caps: [{id: cap, amount: 5000 万元}]", "caps: [{id: cap, amount: 999999999999999999999 亿元}]"),
        ("{from: 10 亿元, amount: 500 万元}", "{from: 999999999999999999999 亿元, amount: 500 万元}"),
        ("{from: 10 亿元, amount: 500 万元}", "{from: 10 亿元, amount: 999999999999999999999 亿元}"),
        ("floor: {id: least, amount: 1 万元}", "floor: {id: least, amount: 999999999999999999999 亿元}"),
        ("cap: 5500 万元", "cap: 999999999999999999999 亿元"),
    ],
)
def test_an_amount_beyond_64_bits_is_found_when_the_file_is_read(was: str, now: str) -> None:
    assert STACKED.count(was) == 1
    with pytest.raises(HaiheError) as caught:
        read_scheme_text(STACKED.replace(was, now))
    assert {f.code for f in caught.value.findings} == {"E-RUL-20"}
    assert all(f.row for f in caught.value.findings)


def test_texts_of_an_expression_take_the_room_of_each_not_of_the_longest() -> None:
    texts = Words.of(np.array(["x" * 30_000, *map(str, range(50))], dtype=object))
    for made in (texts.map(str.upper), texts.with_(texts, lambda a, b: a + b)):
        assert made.dtype == object
    assert texts.map(len).dtype.kind == "i"
    assert texts.with_(texts, lambda a, b: a == b).all()


@pytest.mark.parametrize("text", ["x" * 32_001, "a\x00b"])
def test_a_text_that_no_file_holds_is_a_finding(text: str) -> None:
    with pytest.raises(HaiheError) as caught:
        read_applications(BOOK, pd.DataFrame({"application": ["a"], "town": [text]}), DAY)
    assert caught.value.code == "E-RUL-42"
    read_applications(BOOK, pd.DataFrame({"application": ["a"], "town": [text.replace("\x00", "")[:32_000]]}), DAY)


@pytest.mark.parametrize("cell", ["2023-04-11 or maybe 2025-12-01", "2023-04-11x", "2023-04-11 00:00:00"])
def test_a_text_is_a_day_only_as_a_whole(cell: str) -> None:
    frame = pd.DataFrame({"application": ["a"], "filed_on": pd.Series([cell], dtype=object)})
    with pytest.raises(HaiheError) as caught:
        read_applications(BOOK, frame, DAY)
    assert caught.value.code == "E-RUL-42"


@pytest.mark.parametrize(
    "cell", ["2023-04-11", dt.date(2023, 4, 11), dt.datetime(2023, 4, 11, 13), pd.Timestamp("2023-04-11 13:00")]
)
def test_a_moment_counts_as_its_day(cell: object) -> None:
    frame = pd.DataFrame({"application": ["a"], "filed_on": pd.Series([cell], dtype=object)})
    made = read_applications(BOOK, frame, DAY).fields["filed_on"]
    assert made.to_array().tolist() == [(dt.date(2023, 4, 11) - dt.date(1970, 1, 1)).days * 86_400]


def test_codes_that_are_no_whole_numbers_stay_as_they_are() -> None:
    frame = pd.DataFrame(
        {"application": ["a", "b", "c"], "enterprise": [1.5, 2.0, np.nan], "region": [1.0, 2.0, np.nan]}
    )
    keys = read_applications(BOOK, frame, DAY).keys
    assert keys["enterprise"].tolist() == ["1.5", "2.0", None]
    assert keys["region"].tolist() == ["1", "2", None]
    read_applications(BOOK, frame.assign(region=1e300), DAY)


def written(folder: Path, text: str) -> Path:
    file = folder / "few.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_blank_lines_of_a_table_take_no_room_and_rows_keep_their_numbers(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(form_reading, "MAX_CELLS", 100)
    file = written(tmp_path, "\napplication,staff\na,1\n" + "\n" * 500 + "b,x\n")
    with pytest.raises(HaiheError) as caught:
        read_form(BOOK, file)
    assert [(f.code, f.row) for f in caught.value.findings] == [("E-RUL-42", 504)]
    assert read_plain(file, ("application",)).index.tolist() == [3, 504]
    written(tmp_path, "application,staff\n" + "a,1\n" * 50)
    with pytest.raises(HaiheError, match="E-FILE-18"):
        read_form(BOOK, file)


def test_a_column_gives_at_most_twenty_findings_of_one_kind(tmp_path, monkeypatch) -> None:
    made = []
    real = form_reading.article_titles
    monkeypatch.setattr(form_reading, "article_titles", lambda book: made.append(1) or real(book))
    lines = "".join(f"a{n},nothing; 技术改造 ；nowhere\n" for n in range(60))
    with pytest.raises(HaiheError) as caught:
        read_form(BOOK, written(tmp_path, "application,article\n" + lines))
    assert [f.code for f in caught.value.findings] == ["E-RUL-44"] * 20
    assert made == [1]


def test_articles_are_split_at_either_semicolon_and_bared_of_blanks(tmp_path) -> None:
    file = written(tmp_path, "application,article\na, 技术改造 ；; chips \n")
    assert read_form(BOOK, file)["article"].tolist() == ["fund/upgrade;fund/chips"]
    written(tmp_path, "application,article\na," + " " * 100_000 + "chips\n")
    assert read_form(BOOK, file)["article"].tolist() == ["fund/chips"]


def test_a_long_heading_is_refused_at_once(tmp_path) -> None:
    with pytest.raises(HaiheError) as caught:
        read_form(BOOK, written(tmp_path, "application,staff" + " " * 100_000 + "（\na,1\n"))
    assert caught.value.code == "E-RUL-102"
    assert len(caught.value.findings[0].text("zh")) < 2_000


def firms(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["application", "fund", "enterprise"]).assign(credit_code="91120000AAAAAAAA1X")


def test_pairs_of_one_fund_are_never_made_and_others_are_bounded(monkeypatch) -> None:
    pytest.importorskip("rapidfuzz")
    monkeypatch.setattr(duplicates, "MOST_PAIRS", 40)
    terms = {"name_least": 90.0, "item_least": 60.0}
    many = firms([(f"a{n}", "F", "海河机械") for n in range(400)])
    assert len(find_duplicates(many, None, WORD, "illustrative", **terms).frame) == 0
    one = pd.concat([many[:40], firms([("b", "G", "海河机械")])])
    assert len(find_duplicates(one, None, WORD, "illustrative", **terms).frame) == 40
    two = pd.concat([many[:41], firms([("b", "G", "海河机械")])])
    with pytest.raises(HaiheError, match="E-RUL-89"):
        find_duplicates(two, None, WORD, "illustrative", **terms)
    with pytest.raises(HaiheError, match="E-RUL-89"):
        find_duplicates(many[:10], None, WORD, "illustrative", across="all", **terms)


@given(st.lists(st.tuples(st.sampled_from("FGH"), st.sampled_from(["海河机械", "渤海化工", "滨海材料"])), max_size=12))
def test_pairs_are_those_of_brute_force(rows) -> None:
    pytest.importorskip("rapidfuzz")
    frame = pd.DataFrame(
        [(f"a{n:02}", *row) for n, row in enumerate(rows)], columns=["application", "fund", "enterprise"]
    )
    found = find_duplicates(frame, None, WORD, "illustrative", name_least=99, item_least=60).frame
    wanted = {
        (f"a{i:02}", f"a{j:02}")
        for j in range(len(rows))
        for i in range(j)
        if rows[i][0] != rows[j][0] and rows[i][1] == rows[j][1]
    }
    assert set(zip(found["application"], found["other"], strict=True)) == wanted


RULES = examples_folder() / "jing-jin-ji" / "rules"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--quota", "enterprise=²"),
        ("--quota", "enterprise=" + "9" * 5_000),
        ("--budget", "999999999999999999999 亿元"),
        ("--tails", "999999999999999999999 亿元"),
        ("--pass-score", "nan"),
        ("--pass-score", "1e999999999"),
        ("--matching", "1e30"),
    ],
)
def test_hostile_options_of_a_round_are_refused_with_a_code(option: str, value: str, tmp_path) -> None:
    if option == "--matching":
        value = str(written(tmp_path, f"region,value,unit\n120101,{value},亿元\n"))
    words = ["round", RULES, RULES / "applications.csv", "--as-of", "2025-06-30", "--budget", "4 亿元", "--json"]
    words += ["--article", "upgrade", "--when-short", "skip", option, value]
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 1
    assert "E-RUL-1" in result.output


@pytest.mark.parametrize("score", ["nan", float("nan"), "inf", "1e999999999", "9" * 5_000, "x", None])
def test_a_score_that_is_no_number_is_refused_with_a_code(score: object) -> None:
    with pytest.raises(HaiheError, match="E-RUL-63"):
        steps(score, 2)


def test_sums_that_fit_are_given_where_the_largest_parts_would_not_fit_together():
    large = np.array([2**62, LARGEST, -5], dtype=np.int64)
    assert added(large, np.array([-(2**62) + 3, -1, 7], dtype=np.int64)).tolist() == [3, LARGEST - 1, 2]
    with pytest.raises(HaiheError, match="E-RUL-40"):
        added(large, np.array([2**62], dtype=np.int64))
