"""A report's page and workbook, as files."""

import json
import re
from dataclasses import replace

import openpyxl
import pytest

from haihe.figures import bars
from haihe.figures.html import safe_json
from haihe.figures.sheet import sheet_name
from haihe.files import replace_file
from haihe.messages import HaiheError, Text
from haihe.reporting import Chapter, Report
from haihe.reporting.page import report_page
from reporting_sample import HOSTILE, sample_report, single_table


@pytest.fixture(scope="module")
def report():
    return sample_report()


@pytest.fixture(scope="module")
def page(report, tmp_path_factory):
    return report.to_html(tmp_path_factory.mktemp("page") / "report.html", "zh").read_text(encoding="utf-8")


def own(page):
    """The page without the vendored library, which holds markup of its own in strings."""
    return re.sub(r"<script>.*?</script>", "", page, flags=re.S)


def test_the_page_is_one_file_that_asks_for_nothing(page):
    assert "default-src 'none'" in page
    assert "unsafe" not in re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    for loads in (r"<link\b", r"\bsrc=\"", r"@import", r"url\(", r"<iframe"):
        assert not re.search(loads, own(page)), loads
    assert not re.search(r"\b(fetch|XMLHttpRequest|sendBeacon|WebSocket)\b", page.split("</script>")[-2])


def test_hostile_names_stay_words(page):
    bare = own(page)
    assert "<img src=x" not in bare
    assert bare.count("</script>") == bare.count("<script")
    block = re.search(r'id="haihe-data">(.*?)</script>', page, flags=re.S)[1]
    assert "<" not in block
    options = json.loads(block)["options"]
    assert options["hostile"]["zh"]["xAxis"]["data"][0] == HOSTILE


def test_data_for_scripts_survives_every_sign():
    value = {"a": "</script><!--\u2028\u2029&'\"\\", "b": [1.5, None, True]}
    text = safe_json(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)
    with pytest.raises(ValueError, match="JSON"):
        safe_json(float("nan"))


def test_the_page_has_landmarks_headings_and_both_languages(page):
    bare = own(page)
    assert bare.count("<main") == 1
    assert bare.count("<h1") == 1
    assert '<html lang="zh"' in bare
    assert "产业协同规划报告" in bare
    assert "a plan for its industry" in bare
    assert len(re.findall(r"<h2 id=\"chapter-", bare)) == 4
    identities = re.findall(r'\sid="([^"]+)"', bare)
    assert len(identities) == len(set(identities))
    for named in re.findall(r'aria-(?:labelledby|controls)="([^"]+)"', bare):
        assert named in identities


def test_every_figure_stands_with_source_mark_table_and_description(page, report):
    for figure in report.figures:
        fragment = re.search(rf'<figure id="figure-{figure.key}".*?</figure>', page, flags=re.S)[0]
        for part in ('class="quality ', 'class="source"', 'class="description"', "<table>", 'data-do="csv"'):
            assert part in fragment, (figure.key, part)


def test_the_page_opens_in_the_language_asked_for(report, tmp_path):
    text = report.to_html(tmp_path / "r.html", "en").read_text(encoding="utf-8")
    assert '<html lang="en"' in text
    assert "<title>Jing-Jin-Ji: a plan for its industry</title>" in text


def test_a_draft_says_so(page, report):
    assert "草案" in own(page)
    final = Report(report.title, replace(report.meta, draft=False), ())
    assert "草案" not in own(report_page(final, "zh"))


def test_two_figures_of_one_key_are_refused(report):
    figure = bars(single_table(), "sector", "change")
    words = Text("章", "Chapter")
    with pytest.raises(HaiheError, match="E-REP-01"):
        Report(words, report.meta, [Chapter("a", words, words, [figure]), Chapter("b", words, words, [figure])])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_has_a_sheet_for_each_table(report, tmp_path, lang):
    book = openpyxl.load_workbook(report.to_excel(tmp_path / "report.xlsx", lang))
    assert len(book.sheetnames) == 1 + len(report.figures) + 2  # contents; a lone table; findings
    contents = book.worksheets[0]
    assert contents["A1"].value.startswith(report.title(lang))
    linked = [cell.hyperlink.location for row in contents for cell in row if cell.hyperlink]
    assert [place.split("!")[0].strip("'") for place in linked] == book.sheetnames[1:]
    title = report.figures[3].title(lang)
    sheet = book[sheet_name(title, ())]
    assert sheet["A1"].value == title
    assert isinstance(sheet["C4"].value, float)
    text = [cell.value for row in sheet for cell in row if isinstance(cell.value, str)]
    assert any(value.startswith({"zh": "来源：", "en": "Source: "}[lang]) for value in text)
    assert any("◐" in value for value in text)
    assert all(cell.data_type != "f" for s in book for row in s for cell in row)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "r.xlsx"
    path.write_text("old", encoding="utf-8")

    def fail(file):
        file.write_text("half", encoding="utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        replace_file(path, fail)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
