"""The diagnosis as a chapter: it answers what planners ask of the example, quotes itself, and bears missing tables."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chain_region import grown, region_of
from openpyxl import load_workbook
from small_economy import economy

import haihe as hh
from haihe.diagnosis.statements import statements
from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.reporting import KeyLines, Meta, Report
from haihe.reporting.diagnosis_chapter import diagnosis_chapter

ASKED = ("XINCHUANG", "IC", "BIOMED")
"""Chains that policy names first: information technology, integrated circuits, biomedicine."""
CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def region():
    return hh.example("jing-jin-ji")


@pytest.fixture(scope="module")
def found(region):
    return hh.diagnose(region)


@pytest.fixture(scope="module")
def chapter(found):
    return diagnosis_chapter(found)


def parts(chapter):
    return {block.key: block for block in chapter.blocks if isinstance(block, (Figure, Table))}


def report_of(*chapters):
    meta = Meta(
        region=Text("样区", "Sample"),
        scenario=Text("默认", "default"),
        data_version="0" * 8,
        made=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Report(Text("诊断", "Diagnosis"), meta, chapters)


def test_three_to_five_sentences_stand_at_the_top_in_both_languages(found, chapter):
    top = chapter.blocks[0]
    assert isinstance(top, KeyLines)
    assert 3 <= len(top.lines) <= 5
    for line in top.lines:
        assert line.text.zh.endswith("。")
        assert line.text.en.endswith(".")
        assert not re.search(r"\bnan\b", line.text.zh + line.text.en)
    marks = [said.quality for said in statements(found)]
    assert marks == ["estimated"] * 3 + ["illustrative"] * 2  # chains rest on made-up shares, and say so


def test_the_sentences_say_what_the_tables_hold(found):
    said = [line.text.en for line in statements(found)]
    moved = found.structure.specialisation.moved("TJ").iloc[0]
    last = found.years[-1]
    assert f"{found.trade.basis.name(moved['sector']).en} {moved[f'quotient {last}']:.1f}" in said[0]
    assert f"{found.trade.content_of('exports')['abroad']:.0%} comes from abroad" in said[2]
    lost = found.halts.halts
    lost = lost[lost["where"] == "TJ"].groupby("chain")["value_added"].sum()
    assert found.chains.name(lost.idxmax()).en in said[4]


def test_the_chains_named_are_those_with_the_weakest_links(found):
    said = statements(found)[3].text.en
    score = found.chains.stages.groupby("chain")["score"].max().sort_values(ascending=False)
    named = [found.chains.name(chain).en for chain in score.index[:4]]
    assert all(name in said for name in named)
    assert found.chains.name(score.index[-1]).en not in said
    assert said.startswith(f"Of {len(score)} chains")


def test_the_chapter_answers_what_planners_ask(found, chapter):
    shown = parts(chapter)
    assert {
        "structure-specialised",
        "structure-similarity-pairs",
        "chain-halts",
        "chain-labels",
        "chain-dependence",
    } <= set(shown)
    for chain in ASKED:
        weak = shown[f"chain-weak-{chain}"]
        assert len(weak) == 5
        assert list(weak.frame["rank"]) == sorted(weak.frame["rank"])
        assert all(reason.zh and reason.en for reason in weak.frame["reason"])
        assert {f"chain-map-{chain}", f"chain-weak-parts-{chain}"} <= set(shown)
        assert f"chain-stages-{chain}" in found.tables
    halts = shown["chain-halts"]
    assert set(halts.frame["chain"]) == set(found.chains.chains.codes)
    assert {f"TJ {code}" for code in found.places.members} <= {column.key for column in halts.columns}
    assert (halts.frame[[f"TJ {code}" for code in found.places.members]] > 0).all(axis=None)


def test_every_figure_and_table_quotes_method_data_and_year(chapter, found):
    for part in [*parts(chapter).values(), *found.tables.values()]:
        said = part.cite()
        for words, text in ((("方法：", "来源："), said.zh), (("Method: ", "Source: "), said.en)):
            assert all(word in text for word in words), part.key
        assert str(found.years[-1]) in said.en or "2017" in said.en, part.key


def test_what_rests_on_made_up_shares_says_so_on_itself(found):
    for key, table in found.tables.items():
        if key.startswith("chain-"):
            assert table.quality == "illustrative", key
            assert any("示例" in note.zh for note in table.notes), key
        if key.startswith("trade-"):
            assert table.quality == "estimated", key


def test_labels_are_shown_as_they_are(found, region):
    frame = found.labels.labels.set_index("chain")
    official = region["chains"].set_index("chain")["official_label"]
    assert frame["official"].notna().sum() == official.notna().sum() == 10
    both = frame[frame["official"].notna()]
    assert (both["agrees"] == (both["ours"] == both["official"])).all()
    assert frame.loc[frame["official"].isna(), "agrees"].isna().all()
    note = found.tables["chain-labels"].notes[0].en
    assert f"Of 10 chains with an official label {int(both['agrees'].sum())} agree" in note


def test_figures_are_plain_options_in_both_languages(found):
    for figure in found.figures.values():
        for lang in ("zh", "en"):
            assert json.loads(json.dumps(figure.options(lang), allow_nan=False))
        assert figure.description.zh
        assert figure.description.en
    series = found.figures["chain-map-IC"].options("en")["series"][0]
    names = {node["name"] for node in series["data"]}
    assert len(names) == len(series["data"])
    assert {end for link in series["links"] for end in (link["source"], link["target"])} <= names
    assert all(link["value"] > 0 for link in series["links"])


def test_the_workbook_has_the_lists_and_all_stages(found, tmp_path):
    book = load_workbook(found.to_excel(tmp_path / "d.xlsx", "zh"), read_only=True)
    names = book.sheetnames
    assert len(names) == len(found.sheets) < 40
    assert any("三张清单" in name for name in names)
    assert any("全部产业链的全部环节" in name for name in names)
    stages = book[next(name for name in names if "全部产业链" in name)]
    assert sum(1 for row in stages.iter_rows(min_row=4, values_only=True) if row[3]) == len(found.chains.stages)


def test_one_chain_brings_its_own_sheets(region):
    one = hh.diagnose(region, "IC")
    keys = {table.key for table in one.sheets}
    assert {"chain-weak-IC", "chain-map-IC", "chain-stages-IC"} <= keys
    assert not any("BIOMED" in key for key in keys)


def test_another_member_may_look(region):
    other = hh.diagnose(region, "IC", home="HE")
    assert other.places.home == "HE"
    assert "Hebei" in statements(other)[0].text.en
    assert set(other.halts.halts["where"]) == {"HE", "*"}


@pytest.mark.parametrize(
    "region_made",
    [
        lambda: region_of([economy(1)]),
        lambda: region_of(grown(1.1)),
        lambda: region_of([economy(1)], chains=False),
        lambda: region_of([economy(1, flows=False)], flows=False),
        lambda: region_of([economy(1, R=1, flows=False)]),
        lambda: region_of([economy(2, idle=1)]),
        lambda: region_of([economy(2, idle=1)], chains=False, flows=False),
    ],
    ids=["one-year", "two-years", "no-chains", "no-flows", "one-region", "idle-sector", "little"],
)
def test_small_and_incomplete_regions_get_a_chapter(region_made, tmp_path):
    found = hh.diagnose(region_made())
    report = report_of(diagnosis_chapter(found))
    page = report.to_html(tmp_path / "r.html", "en").read_text(encoding="utf-8")
    assert "Method: " in page
    for finding in found.findings:
        assert finding.code in page
    report.to_excel(tmp_path / "r.xlsx", "zh")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_of_the_chapter_is_drawn(chapter, lang, tmp_path):
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs {CHROMIUM}")
        pytest.skip(f"{CHROMIUM} is not installed")
    from playwright.sync_api import sync_playwright

    file = report_of(chapter).to_html(tmp_path / "r.html", lang)
    said = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 900})
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{file.as_uri()}#lang={lang}")
        page.locator(f"html[data-ready={lang}]").wait_for()
        for key, block in parts(chapter).items():
            if isinstance(block, Figure):
                drawn = page.locator(f"#figure-{key} .chart svg")
                assert drawn.bounding_box()["height"] > 150, key
                assert drawn.locator("path").count() >= 6, key
        boxes = page.evaluate("document.documentElement.scrollWidth")
        chips = page.locator("#figure-chain-map-IC .chart svg text").all_text_contents()
        browser.close()
    assert boxes <= 1366
    assert said == []
    assert ("晶圆制造" if lang == "zh" else "Wafer fabrication") in chips
