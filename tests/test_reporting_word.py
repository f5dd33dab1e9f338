"""Reports as Word documents: read back with python-docx; numbers as in the page, fonts, languages, nothing foreign."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from haihe.figures import Figure, Table
from haihe.figures.word import CHINESE, CHINESE_HEAD, LONG, TAGS, Word
from haihe.messages import HaiheError, Text
from haihe.messages import extras as extras_module
from reporting_sample import HOSTILE, output_table, sample_report

docx = pytest.importorskip("docx")
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, Any]:
    report = sample_report()
    path = report.to_word(tmp_path_factory.mktemp("word") / "report.docx", request.param)
    return report, path, request.param


def tables_of(report: Any) -> list[Table]:
    """Tables in order, each once."""
    found: list[Table] = []
    for block in report.blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, Table) and table not in found:
            found.append(table)
    return found


def test_every_cell_is_that_of_the_page(written: tuple[Any, Path, Any]) -> None:
    report, path, lang = written
    document = docx.Document(str(path))
    tables = tables_of(report)
    assert len(document.tables) == len(tables)
    for made, table in zip(document.tables, tables, strict=True):
        rows = [[cell.text for cell in row.cells] for row in made.rows]
        assert rows[0] == [column.heading(lang) for column in table.columns]
        shown = [[cell(lang) for cell in row] for row in table.shown_rows()[:LONG]]
        assert rows[1:] == shown


def test_words_titles_and_captions_are_there(written: tuple[Any, Path, Any]) -> None:
    report, path, lang = written
    document = docx.Document(str(path))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert document.core_properties.title == report.title(lang)
    assert document.core_properties.language == TAGS[lang]
    for chapter in report.chapters:
        assert chapter.title(lang) in text
    for table in tables_of(report):
        for caption in table.captions:
            assert caption(lang) in text


def test_headings_are_headings_and_numbers_of_pages_stand_in_the_foot(written: tuple[Any, Path, Any]) -> None:
    report, path, lang = written
    document = docx.Document(str(path))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == [chapter.title(lang) for chapter in report.chapters]
    footer = document.sections[0].footer._element
    assert "PAGE" in "".join(node.text or "" for node in footer.iter(f"{W}instrText"))


def test_heads_of_tables_repeat_and_tables_are_described(written: tuple[Any, Path, Any]) -> None:
    _, path, lang = written
    for made in docx.Document(str(path)).tables:
        assert made.rows[0]._tr.find(f"{W}trPr").find(f"{W}tblHeader") is not None
        for name in ("tblCaption", "tblDescription"):
            assert made._tbl.tblPr.find(f"{W}{name}").get(f"{W}val").strip()
    assert lang in TAGS


def test_fonts_are_named_for_chinese_and_languages_tagged(written: tuple[Any, Path, Any]) -> None:
    _, path, _ = written
    styles = docx.Document(str(path)).styles
    for name, font in (("Normal", CHINESE), ("Heading 1", CHINESE_HEAD), ("Heading 2", CHINESE_HEAD)):
        fonts = styles[name].element.rPr.find(f"{W}rFonts")
        assert fonts.get(f"{W}eastAsia") == font
        assert fonts.get(f"{W}eastAsiaTheme") is None
        assert styles[name].element.rPr.find(f"{W}lang").get(f"{W}eastAsia") == "zh-CN"


def test_nothing_runs_and_nothing_is_fetched(written: tuple[Any, Path, Any]) -> None:
    _, path, _ = written
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        assert not [name for name in names if "vba" in name.lower() or name.endswith(".bin")]
        for name in names:
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in book.read(name)
        body = book.read("word/document.xml").decode()
        fields = re.findall(r"<w:instrText[^>]*>([^<]*)<", body + book.read("word/footer1.xml").decode())
    assert {field.strip() for field in fields} == {"PAGE"}


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    word = Word(Text(HOSTILE, HOSTILE), "zh")
    word.paragraph(Text(HOSTILE, HOSTILE))
    word.save(tmp_path / "hostile.docx")
    document = docx.Document(str(tmp_path / "hostile.docx"))
    assert document.paragraphs[-1].text == HOSTILE


def test_a_cell_that_differs_is_noticed(tmp_path: Path) -> None:
    table = output_table()
    word = Word(Text("表", "table"), "en")
    word.table(table)
    made = word.document.tables[0]
    made.rows[1].cells[2].paragraphs[0].runs[0].text = "1"
    word.save(tmp_path / "t.docx")
    read = docx.Document(str(tmp_path / "t.docx")).tables[0]
    assert [c.text for c in read.rows[1].cells] != [cell("en") for cell in table.shown_rows()[0]]


def test_long_tables_are_cut_and_say_so(tmp_path: Path) -> None:
    table = output_table()
    long = Table(
        table.frame.loc[[0] * (LONG + 5)],
        table.columns,
        key="long",
        title=table.title,
        source=table.source,
        quality="official",
    )
    word = Word(Text("表", "table"), "en")
    word.table(long)
    assert len(word.document.tables[0].rows) == LONG + 1
    assert any(str(LONG + 5) in p.text for p in word.document.paragraphs)


def test_without_the_package_its_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(extras_module, "import_module", nothing)
    with pytest.raises(HaiheError) as caught:
        Word(Text("表", "table"), "zh")
    assert caught.value.code == "E-WORLD-03"
    assert "python-docx" in caught.value.findings[0].text("zh")
