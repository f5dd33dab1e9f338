"""Worked cases that a planner can check by hand: those beside the schemes, and those of several applications at once."""

import datetime as dt
import re
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from haihe.region import read, units
from haihe.region.examples import examples_folder
from haihe.rules import Rulebook, check_cases, check_schemes, evaluate, read_scheme_text, read_schemes, unlooked
from haihe.rules.quantities import parse_quantity
from haihe.rules.scheme import Scheme, WorkedCase

RULES = examples_folder() / "jing-jin-ji" / "rules"
BOOK = read_schemes(RULES)
CASES = [(scheme, case) for scheme in BOOK.schemes.values() for case in scheme.cases]
TODAY = dt.date(2026, 11, 22)

# The cases of the design brief, in 万元 (energy in tce, carbon in t CO2). One line each: day, article, what is given,
# what must come out.
BRIEF = """
2023-06-30 | upgrade      | investment 15000, equipment 12000                       | support 1200, city 600, district 600
2023-06-30 | upgrade      | investment 70000, equipment 62000                       | raw 6200, support 5000, city 2500, district 2500
2023-06-30 | upgrade      | investment 900, equipment 800                           | ineligible size
2023-06-30 | base         | investment 25000, equipment 20000, base_kind materials  | raw 4000, support 3000
2020-03-01 | saving       | investment 5000, saving 12000, saving_kwh 0             | raw 480, support 400
2020-03-01 | saving       | investment 900, saving 12000, saving_kwh 0              | raw 480, support 270
2020-03-01 | saving       | investment 500, saving 0, saving_kwh 3000000            | support 37.8
2025-06-30 | scope        | tax_before_1 2400, tax_before_2 2000, tax_before_3 1900 | eligible
2025-06-30 | scope        | tax_before_1 2000, tax_before_2 1900, tax_before_3 1900 | ineligible mean
2025-06-30 | origin-share | sharing_year 1, tax_this_year 3000, received_before 0    | support 1500
2025-06-30 | origin-share | sharing_year 2, tax_this_year 3600, received_before 1500 | support 1800
2025-06-30 | origin-share | sharing_year 3, tax_this_year 4000, received_before 3300 | support 2000
2025-06-30 | origin-share | sharing_year 4, tax_this_year 5000, received_before 5300 | raw 2500, support 1000
2025-06-30 | origin-share | sharing_year 5, tax_this_year 5000, received_before 6300 | ineligible left
2021-12-31 | allowance    | base_emission 100000, verified_emission 96000           | support 98000
2021-12-31 | first-issue  | verified_emission 96000                                 | support 48000
2021-12-31 | second-issue | base_emission 100000, verified_emission 96000           | support 50000
2024-09-01 | digital      | actual_investment 2000, digital_level national          | raw 600, support 500, city 250, district 250
2025-06-30 | leading-industries | leading_industries 5                              | case warn
2025-06-30 | leading-industries | leading_industries 5, override_reason 有理由       | case override
"""

USUAL: dict[str, Any] = {
    "industrial": "yes", "in_city": "yes", "dishonest": "no", "sound_accounts": "yes", "completed": "yes",
    "filed_on": "2023-05-01", "cutoff_on": "2025-09-01", "saving_computable": "yes", "only_replaces": "no",
    "coal_factor": "0.315", "government_led": "yes", "fits_layout": "yes", "on_both_lists": "yes",
    "tax_before_1": "2400", "tax_before_2": "2000", "tax_before_3": "1900", "carbon_industry": "other",
    "first_time": "yes",
}  # fmt: skip
"""What every line of the brief has besides."""


def named(pair: tuple[Scheme, WorkedCase]) -> str:
    return f"{pair[0].scheme}: {pair[1].name.en}"


def brief() -> list[tuple[dt.date, str, dict[str, str], dict[str, str]]]:
    """The lines of the brief, read."""
    lines = [[cell.strip() for cell in line.split("|")] for line in BRIEF.strip().splitlines()]
    return [
        (
            dt.date.fromisoformat(day),
            article,
            dict(part.strip().split(" ", 1) for part in given.split(",")),
            dict(part.strip().partition(" ")[::2] for part in expected.split(",")),
        )
        for day, article, given, expected in lines
    ]


def one(book: Rulebook, article: str, given: dict[str, Any], day: dt.date, drafts: tuple[str, ...] = ()) -> pd.Series:
    """What becomes of one application under one article."""
    frame = pd.DataFrame([{"application": "A", "enterprise": "E", "article": article, **given}])
    result = evaluate(book, frame, day, drafts).frame
    return result[
        result["article"] == article.partition("/")[2] if "/" in article else result["article"] == article
    ].iloc[0]


@pytest.mark.parametrize(("day", "article", "given", "expected"), brief(), ids=lambda value: str(value)[:60])
def test_every_case_of_the_brief_comes_out(day, article, given, expected) -> None:
    row = one(BOOK, article, USUAL | given, day, ("tj-manufacturing-2024",) if article == "digital" else ())
    grain = {"分": 10**6}.get(row["unit"], 1)
    for item, wanted in expected.items():
        match item:
            case "eligible":
                assert row["state"] == "eligible"
            case "ineligible":
                assert (row["state"], row["failed"]) == ("ineligible", wanted)
            case "case":
                assert row["outcome"] == wanted
            case _:
                assert row[item] == Decimal(wanted) * grain


@pytest.mark.parametrize("pair", CASES, ids=named)
def test_every_case_beside_a_scheme_comes_out(pair: tuple[Scheme, WorkedCase]) -> None:
    scheme, case = pair
    given = {name: in_declared_unit(BOOK, name, text) for name, text in case.input.items()}
    law = scheme.amends or scheme.scheme
    drafts = (scheme.scheme,) if scheme.status == "draft" else ()
    row = one(BOOK, f"{law}/{case.article}", given, case.as_of, drafts)
    article = scheme.articles[str(case.article)]
    for item, wanted in case.expected.items():
        if item in ("state", "failed", "missing", "outcome", "bound"):
            assert row[item] == wanted, item
        else:
            unit = units.parse(article.gives)
            grain = Fraction(1, 100) if article.gives == "元" else unit.factor / 10**article.decimals
            assert int(row[item]) * grain == parse_quantity(wanted).value, item


def in_declared_unit(book: Rulebook, name: str, text: str) -> str:
    """The value as a table of applications would hold it."""
    declared = book.fields[name]
    if declared.type not in ("money", "quantity"):
        return text
    quantity = parse_quantity(text)
    if quantity.is_plain:
        return text
    value = quantity.value / units.parse(declared.unit or "1").factor
    return str(Decimal(value.numerator) / Decimal(value.denominator))


def test_there_are_enough_cases_and_every_article_has_one_or_is_a_mere_cap() -> None:
    assert len(CASES) >= 110
    with_case = {(scheme.scheme, case.article) for scheme, case in CASES}
    without = {
        f"{scheme.scheme}/{code}"
        for scheme in BOOK.schemes.values()
        for code in scheme.articles
        if (scheme.scheme, code) not in with_case
    }
    assert without <= {
        "tj-manufacturing/leading", "tj-manufacturing/champion-product", "tj-manufacturing/champion-city",
        "tj-intelligent/rd-equipment", "tj-intelligent/pilot", "tj-intelligent/platform", "tj-intelligent/cloud",
        "tj-manufacturing-2024/chain-gap", "hightech-zone/zone-leader", "hightech-zone/zone-unicorn",
        "hightech-zone/zone-listing",
    }  # fmt: skip


def test_a_case_that_is_wrong_by_one_fen_is_noticed() -> None:
    text = (RULES / "energy-saving-2020.yaml").read_text("utf-8")
    assert not check_cases(read_scheme_text(text))
    wrong = text.replace("expected: {support: 37.8 万元}", "expected: {support: 378000.01 元}")
    (finding,) = check_cases(read_scheme_text(wrong))
    assert finding.code == "E-RUL-29"
    assert finding.row == text[: text.index("节电300万千瓦时")].count("\n") + 1
    assert "37.8" in finding.text("zh")


def test_the_scheme_files_are_sound_and_looked_at() -> None:
    _, findings = check_schemes(RULES)
    assert not findings
    assert {finding.code for finding in unlooked(BOOK, TODAY)} == {"W-RUL-02"}
    later = unlooked(BOOK, TODAY + dt.timedelta(days=400))
    assert sum(finding.code == "W-RUL-01" for finding in later) >= len(BOOK.schemes) - 1


def test_every_version_cites_its_act_its_quality_and_who_looked_at_it() -> None:
    sources = set(pd.read_csv(RULES.parent / "sources.csv")["source"])
    for clause in BOOK.clauses:
        version = clause.version
        assert version.checked_on is not None, clause.full
        assert version.checked_by, clause.full
        dated = re.search(r"\d{4}", version.source.document) or version.source.quality == "illustrative"
        assert dated, clause.full
        note = version.source.note
        assert set(re.findall(r"来源代码 ([A-Z0-9-]+)", note.zh if note else "")) <= sources, clause.full
    made_up = {code for code, s in BOOK.schemes.items() if "虚构示例" in s.title.zh}
    assert made_up == {"what-if-cap", "what-if-one-award"}
    assert made_up <= set(BOOK.drafts)


def test_the_example_carries_the_hand_written_files() -> None:
    hand = Path(__file__).resolve().parents[2] / "scripts" / "example" / "rules"
    assert {f.name: f.read_bytes() for f in hand.glob("*.yaml")} == {
        f.name: f.read_bytes() for f in RULES.glob("*.yaml")
    }


def project(code: str, enterprise: str, article: str, **given: Any) -> dict[str, Any]:
    return {"application": code, "enterprise": enterprise, "article": article, **USUAL, **given}


def supports(
    rows: list[dict[str, Any]], day: dt.date | str, drafts: tuple[str, ...] = (), book: Rulebook = BOOK
) -> dict[tuple[str, str], Decimal]:
    """Support in 万元 by application and article."""
    frame = evaluate(book, pd.DataFrame(rows), day, drafts).frame
    keys = zip(frame["application"], frame["article"], strict=True)
    return {key: Decimal(int(fen)).scaleb(-6) for key, fen in zip(keys, frame["support"], strict=True)}


BOTH = {"investment": 3000, "equipment": 2000, "saving": 4000, "saving_kwh": 0, "project": "P1"}


@pytest.fixture
def both_funds(tmp_path: Path) -> Rulebook:
    """The fund and the energy call of 2020, as if that call went on."""
    for name in ("manufacturing-2023", "energy-saving-2020", "what-if-one-award"):
        text = (RULES / f"{name}.yaml").read_text("utf-8")
        (tmp_path / f"{name}.yaml").write_text(text.replace("      valid_to: 2020-12-31\n", ""), encoding="utf-8")
    return read_schemes(tmp_path)


def test_two_funds_on_one_project_add_up_where_no_rule_forbids_it(both_funds) -> None:
    rows = [project("A", "甲", "upgrade;saving", **BOTH)]
    found = supports(rows, dt.date(2024, 6, 30), book=both_funds)
    assert found == {("A", "upgrade"): Decimal(200), ("A", "saving"): Decimal(160)}


def test_under_one_award_a_project_the_higher_fund_stays(both_funds) -> None:
    rows = [project("A", "甲", "upgrade;saving", **BOTH), project("B", "甲", "saving", **BOTH | {"project": "P2"})]
    found = supports(rows, dt.date(2024, 6, 30), ("what-if-one-award",), book=both_funds)
    assert found == {("A", "upgrade"): Decimal(200), ("A", "saving"): 0, ("B", "saving"): Decimal(160)}


def test_an_enterprise_and_year_ceiling_takes_from_what_comes_last() -> None:
    big = {"investment": 60000, "fills_gap": "yes"}
    rows = [
        project("A", "甲", "upgrade", **big, equipment=40000, project="P1"),  # 4,000
        project("B", "甲", "chain-gap", **big, equipment=35000, project="P2"),  # 3,500, kept first
        project("C", "乙", "upgrade", **big, equipment=40000, project="P3"),  # 4,000, another enterprise
    ]
    found = supports(rows, dt.date(2024, 6, 30), ("what-if-one-award",))
    assert found == {
        ("A", "upgrade"): Decimal(2500),
        ("B", "chain-gap"): Decimal(3500),
        ("C", "upgrade"): Decimal(4000),
    }
    plain = supports(rows, dt.date(2024, 6, 30))
    assert plain[("A", "upgrade")] == Decimal(4000)


def test_three_diagnoses_of_one_firm_stop_at_one_million() -> None:
    rows = [project(code, "甲", "diagnosis", diagnosis_fee=fee) for code, fee in (("A", 90), ("B", 100), ("C", 60))]
    found = supports(rows, dt.date(2021, 6, 30))
    assert found == {("A", "diagnosis"): Decimal(45), ("B", "diagnosis"): Decimal(50), ("C", "diagnosis"): Decimal(5)}


def test_city_and_zone_awards_of_one_firm_are_totalled() -> None:
    row = project("A", "甲", "eagle;zone-match", ladder="eagle", bank_loan="yes", in_zone="yes", city_award=5)
    result = evaluate(BOOK, pd.DataFrame([row]), dt.date(2022, 6, 30)).frame
    total = result.groupby("enterprise")[["support", "city", "zone"]].sum().loc["甲"]
    assert total.tolist() == [10 * 10**6, 5 * 10**6, 5 * 10**6]


def test_each_application_meets_the_rule_of_its_own_day() -> None:
    rows = [
        project("A", "甲", "equipment;upgrade", day="2023-04-10", approved_award=5200, investment=9000, equipment=6000),
        project("B", "甲", "equipment;upgrade", day="2023-04-11", approved_award=5200, investment=9000, equipment=6000),
    ]
    frame = evaluate(BOOK, pd.DataFrame(rows), "day").frame
    found = {
        (a, b): (state, int(fen))
        for a, b, state, fen in frame[["application", "article", "state", "support"]].to_numpy()
    }
    assert found == {
        ("A", "equipment"): ("eligible", 5000 * 10**6),
        ("A", "upgrade"): ("not in force", 0),
        ("B", "equipment"): ("not in force", 0),
        ("B", "upgrade"): ("eligible", 600 * 10**6),
    }


def test_the_scheme_files_say_the_same_as_the_table_of_rules() -> None:
    table = pd.read_csv(RULES.parent / "rules.csv").assign(code=lambda t: t["article"].str.lower())
    clauses = {clause.code: clause for clause in BOOK.clauses if clause.scheme.scheme != "what-if-cap"}
    table = table[table["code"].isin(list(clauses))].set_index("code")
    assert len(table) >= 14
    for code, row in table.iterrows():
        (plan,) = clauses[str(code)].plans
        caps = {cap.fixed for cap in plan.caps}
        if pd.notna(row["rate"]):
            assert plan.ratio == Fraction(str(row["rate"])), code
        if pd.notna(row["cap"]):
            assert round(row["cap"] * 10**6) in caps, code
        if pd.notna(row["amount"]):
            assert plan.fixed == round(row["amount"] * 10**6), code
        least = clauses[str(code)].version.parameters.get("least")
        if pd.notna(row["threshold"]) and least is not None and least.value is not None:
            assert least.value.value == round(row["threshold"] * 10**4), code


def test_a_region_that_is_written_again_keeps_its_rules(tmp_path: Path) -> None:
    folder = shutil.copytree(RULES.parent, tmp_path / "region")
    region = read(folder)
    assert region.check().ok
    region.write(folder)
    for name in ("a.xlsx", "b.haihe.zip"):
        region.write(tmp_path / name)
        assert read(tmp_path / name).hash == region.hash
    kept = {file.name: file.read_bytes() for file in (folder / "rules").iterdir()}
    assert kept == {file.name: file.read_bytes() for file in RULES.iterdir()}
