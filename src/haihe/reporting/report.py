"""A report: its content, written as one page, one workbook or one Word document."""

from pathlib import Path

from haihe.files import replace_file
from haihe.messages import Lang, default_language
from haihe.reporting.content import Content
from haihe.reporting.page import report_page
from haihe.reporting.word import write_word
from haihe.reporting.workbook import write_workbook


class Report(Content):
    """Chapters under one title, which can write themselves."""

    def to_html(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write one self-contained page.

        Parameters
        ----------
        path : path
            File to write; replaced only when the page is complete.
        lang : {"zh", "en"}, optional
            Language the page opens in; the reader can switch, and ``#lang=en`` in the address does too.

        Returns
        -------
        Path
            The file.
        """
        page = report_page(self, lang or default_language())
        return replace_file(path, lambda file: file.write_text(page, encoding="utf-8"))

    def to_excel(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write one workbook: a contents sheet, then one sheet for each table and each list of findings.

        Parameters
        ----------
        path : path
            File to write; replaced only when the workbook is complete.
        lang : {"zh", "en"}, optional
            Language of every word.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        HaiheError
            ``E-REP-02`` for a table with more rows than a sheet can hold.
        """
        return replace_file(path, lambda file: write_workbook(self, file, lang or default_language()))

    def to_word(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write one Word document; charts stand there as the tables behind them.

        Parameters
        ----------
        path : path
            File to write; replaced only when the document is complete.
        lang : {"zh", "en"}, optional
            Language of every word.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        HaiheError
            ``E-WORLD-03`` without the package python-docx.
        """
        return replace_file(path, lambda file: write_word(self, file, lang or default_language()))
