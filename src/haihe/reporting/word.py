"""The report as a Word document: the same chapters and blocks as the page, in one language."""

from pathlib import Path

from haihe.figures import Figure, Table, quality_label
from haihe.figures.word import Word
from haihe.messages import Lang, Text
from haihe.reporting.content import Block, Content
from haihe.reporting.page import DRAFT, WORDS, meta_lines


def write_word(report: Content, path: Path, lang: Lang) -> None:
    """Write a report to ``path``.

    Chapters are headings of the first level, tables and figures of the second; a figure's table stands for its chart. A
    table that stands under its own figure's key comes once.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` without the package python-docx.
    """
    word = Word(report.title, lang)
    draft = Text(f"［{DRAFT.zh}］", f" [{DRAFT.en}]") if report.meta.draft else Text("", "")
    word.heading(Text(report.title.zh + draft.zh, report.title.en + draft.en), 0)
    for name, value in meta_lines(report.meta):
        word.paragraph(Text(f"{name.zh}：{value.zh}", f"{name.en}: {value.en}"), small=True)
    word.paragraph(WORDS["legend_note"], small=True)
    written: set[int] = set()
    for chapter in report.chapters:
        word.heading(chapter.title, 1)
        if chapter.intro.zh or chapter.intro.en:
            word.paragraph(chapter.intro)
        for block in chapter.blocks:
            _write(word, block, written)
    word.save(path)


def _write(word: Word, block: Block, written: set[int]) -> None:
    """Write one block; ``written`` holds the tables that stand in the document already."""
    if isinstance(block, Text):
        word.paragraph(block)
    elif isinstance(block, (Figure, Table)):
        table = block.table if isinstance(block, Figure) else block
        if id(table) in written:
            return
        written.add(id(table))
        if isinstance(block, Figure):
            word.figure(block, level=2)
        else:
            word.table(block, level=2)
    else:
        marked = [(line.text, quality_label(line.quality)) for line in block.lines]
        word.bullets([Text(f"{text.zh}〔{mark.zh}〕", f"{text.en} [{mark.en}]") for text, mark in marked])
