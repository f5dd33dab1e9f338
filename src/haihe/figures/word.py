"""A Word document of headings, paragraphs and tables, in one language, by python-docx.

Fonts are named for Chinese and for Latin text, the language is tagged, the first row of a table repeats on every page,
tables carry a title and a description for those who do not see them, and pages are numbered. Charts are drawn by a
browser and are not in a Word file: a figure's table stands there with its description.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from haihe.figures.figure import Figure
from haihe.figures.table import UNIT_WORD, Table
from haihe.messages import Lang, Text
from haihe.messages.extras import needed

PACKAGE = "python-docx"
CHINESE, LATIN = "宋体", "Times New Roman"
CHINESE_HEAD, LATIN_HEAD = "黑体", "Arial"
TAGS = {"zh": "zh-CN", "en": "en-GB"}
LONG = 200
"""Rows up to which a table stands in a document in full."""
CHART = Text("图形在网页版中绘制，此处列出其数据：{d}", "The chart is drawn in the page; here are its data: {d}")
CUT = Text(
    "此表共 {n} 行，此处列前 {m} 行；全表见工作簿。",
    "This table has {n} rows, of which the first {m} stand here; the workbook has them all.",
)
PAGE = Text("第 {} 页", "Page {}")


class Word:
    """A document under construction.

    Parameters
    ----------
    title : Text
        Title of the document, kept in its properties.
    lang : {"zh", "en"}
        Language of every word.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` without the package python-docx.
    """

    def __init__(self, title: Text, lang: Lang) -> None:
        self.lang: Lang = lang
        self._docx = needed("docx", PACKAGE)
        self._ns = needed("docx.oxml.ns", PACKAGE).qn
        self._oxml = needed("docx.oxml", PACKAGE).OxmlElement
        self._shared = needed("docx.shared", PACKAGE)
        self._enum = needed("docx.enum.section", PACKAGE)
        self._align = needed("docx.enum.text", PACKAGE).WD_ALIGN_PARAGRAPH
        self.document: Any = self._docx.Document()
        self._properties(title)
        self._page()
        self._styles()
        self._footer()

    def heading(self, text: Text, level: int) -> None:
        """Add a heading; level 1 is the largest."""
        self.document.add_heading(text(self.lang), level)

    def paragraph(self, text: Text, *, strong: bool = False, small: bool = False) -> None:
        """Add a paragraph."""
        run = self.document.add_paragraph().add_run(text(self.lang))
        run.bold = strong
        if small:
            run.font.size = self._shared.Pt(8.5)

    def bullets(self, texts: Sequence[Text]) -> None:
        """Add a list."""
        for text in texts:
            self.document.add_paragraph(text(self.lang), style="List Bullet")

    def figure(self, figure: Figure, level: int = 3) -> None:
        """Add a figure: its title, its description and its table."""
        self.table(figure.table, level=level, title=figure.title, above=CHART.format(d=figure.description))

    def table(self, table: Table, *, level: int = 3, title: Text | None = None, above: Text | None = None) -> None:
        """Add a table under its title, numbers as they are shown, with unit, source, quality and notes below it."""
        title = title or table.title
        self.heading(title, level)
        if above is not None:
            self.paragraph(above, small=True)
        rows = table.shown_rows()[:LONG]
        if len(table) > LONG:
            self.paragraph(CUT.format(n=len(table), m=LONG), small=True)
        made = self.document.add_table(rows=1 + len(rows), cols=len(table.columns), style="Table Grid")
        made.autofit = True
        self._describe(made, title, above or title)
        self._fill(made.rows[0], [column.heading(self.lang) for column in table.columns], table, head=True)
        self._repeat(made.rows[0])
        for line, row in zip(made.rows[1:], rows, strict=True):
            self._fill(line, [cell(self.lang) for cell in row], table)
        units = [f"{c.title(self.lang)}: {c.unit(self.lang)}" for c in table.columns if c.unit]
        for text in [
            *([UNIT_WORD(self.lang) + "; ".join(units)] if units else []),
            *(c(self.lang) for c in table.captions),
        ]:
            run = self.document.add_paragraph().add_run(text)
            run.font.size = self._shared.Pt(8)

    def save(self, path: Path) -> None:
        """Write the document."""
        self.document.save(str(path))

    def _fill(self, row: Any, texts: Sequence[str], table: Table, *, head: bool = False) -> None:
        for cell, text, column in zip(row.cells, texts, table.columns, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size = self._shared.Pt(8)
            run.bold = head
            if column.numeric:
                paragraph.alignment = self._align.RIGHT
            paragraph.paragraph_format.space_after = self._shared.Pt(0)

    def _repeat(self, row: Any) -> None:
        """Repeat a row on every page that the table runs over."""
        mark = self._oxml("w:tblHeader")
        mark.set(self._ns("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)

    def _describe(self, made: Any, title: Text, description: Text) -> None:
        """Title and description for readers that do not see the table."""
        for name, text in (("w:tblCaption", title), ("w:tblDescription", description)):
            element = self._oxml(name)
            element.set(self._ns("w:val"), text(self.lang))
            made._tbl.tblPr.append(element)

    def _properties(self, title: Text) -> None:
        about = self.document.core_properties
        about.title, about.author, about.comments = title(self.lang), "haihe", ""
        about.language = TAGS[self.lang]

    def _page(self) -> None:
        """A4, upright."""
        section = self.document.sections[0]
        section.orientation = self._enum.WD_ORIENT.PORTRAIT
        millimetres = self._shared.Mm
        section.page_width, section.page_height = millimetres(210), millimetres(297)
        section.left_margin = section.right_margin = millimetres(18)
        section.top_margin = section.bottom_margin = millimetres(18)

    def _styles(self) -> None:
        """Fonts for Latin and for Chinese text, and the language, of every style in use."""
        styles = self.document.styles
        heads = [f"Heading {level}" for level in range(1, 5)] + ["Title"]
        for name in ("Normal", "List Bullet", "Table Grid", *heads):
            chinese, latin = (CHINESE_HEAD, LATIN_HEAD) if name in heads else (CHINESE, LATIN)
            style = styles[name]
            style.font.name = latin
            properties = style.element.get_or_add_rPr()
            fonts = properties.get_or_add_rFonts()
            for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(self._ns(key), None)
            for key, font in (("w:ascii", latin), ("w:hAnsi", latin), ("w:eastAsia", chinese)):
                fonts.set(self._ns(key), font)
            language = self._oxml("w:lang")
            language.set(self._ns("w:val"), TAGS["en"])
            language.set(self._ns("w:eastAsia"), TAGS["zh"])
            for old in properties.findall(self._ns("w:lang")):
                properties.remove(old)
            properties.append(language)
            if name in heads:
                style.font.color.rgb = self._shared.RGBColor(0x1B, 0x27, 0x33)
        styles["Normal"].font.size = self._shared.Pt(10.5)

    def _footer(self) -> None:
        """Page numbers in the middle of the foot."""
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = self._align.CENTER
        before, _, after = PAGE(self.lang).partition("{}")
        paragraph.add_run(before)
        run = paragraph.add_run()
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            element = self._oxml("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(self._ns("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)
        paragraph.add_run(after)
