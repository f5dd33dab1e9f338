"""What every command shares: the application, options, languages, JSON, progress, errors as exit codes."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from haihe.messages import Finding, HaiheError, Lang, Progress, Severity, Text, default_language

if TYPE_CHECKING:
    from haihe.figures import Table
    from haihe.region import Region

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="haihe: coordinate the scarce resources of a regional manufacturing base.",
)
accounts_app = typer.Typer(
    no_args_is_help=True, help="Input-output accounts: check, audit, build, update, regionalise, aggregate."
)
app.add_typer(accounts_app, name="accounts")

DATA_PROBLEM, INFEASIBLE, INTERNAL, STOPPED = 1, 4, 70, 130
FEW = 3
"""Findings of one code that are printed; the others are counted."""
COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "dim"}
EXIT_CODES = {
    "E-PLN-02": INFEASIBLE,
    "E-PLN-03": INTERNAL,
    "E-PLN-04": INTERNAL,
    "E-PLN-60": STOPPED,
    "E-SHK-20": STOPPED,
    "E-SHK-37": STOPPED,
}


class Language(StrEnum):
    """Languages of the product."""

    zh = "zh"
    en = "en"


PathArgument = Annotated[Path, typer.Argument(help="Folder, workbook (.xlsx) or bundle (.haihe.zip) of a region.")]
LangOption = Annotated[Language | None, typer.Option("--lang", help="Language: zh or en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
OutOption = Annotated[Path, typer.Option("-o", "--out", help="Folder to write to.")]


class Desk:
    """What a command writes with: language, JSON or words, progress on standard error."""

    def __init__(self, lang: Language | None, as_json: bool) -> None:
        self.lang: Lang = lang.value if lang else default_language()
        self.as_json = as_json
        wide = None if sys.stdout.isatty() else 200
        self.out = Console(soft_wrap=True, highlight=False, width=wide)
        self.err = Console(stderr=True, soft_wrap=True, highlight=False)
        self._told: set[Text] = set()
        self._bar: Bar | None = None

    def say(self, text: Text) -> None:
        """Say a line in the user's language, unless JSON was asked for."""
        if self.as_json:
            return
        if self._bar is not None:
            self._bar.stop()  # or the line would be printed into the one that shows what is being done
        self.out.print(text(self.lang), markup=False)
        if self._bar is not None:
            self._bar.start()

    def data(self, payload: Any) -> None:
        """Print JSON where it was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(payload, ensure_ascii=False, indent=2, default=str) + "\n")

    def grid(self, title: Text, headings: list[Text], rows: list[list[str]]) -> None:
        """Print a table of words, unless JSON was asked for."""
        if self.as_json:
            return
        grid = Grid(title=escape(title(self.lang)), title_justify="left")
        for k, heading in enumerate(headings):
            grid.add_column(escape(heading(self.lang)), justify="left" if k == 0 else "right")
        for row in rows:
            grid.add_row(*map(escape, row))
        self.out.print(grid)

    def table(self, table: "Table", most: int | None = None, more: Text | None = None) -> None:
        """Print a table and in one line under it source, quality and notes; notes said before are left out.

        With ``most`` only its first rows are printed, then how many more there are and ``more``, where they are found.
        """
        from haihe.figures.table import QUALITY_WORD, SOURCE_WORD

        if self.as_json:
            return
        rows = table.shown_rows()
        shown = rows if most is None else rows[:most]
        headings = [column.heading for column in table.columns]
        self.grid(table.title, headings, [[cell(self.lang) for cell in row] for row in shown])
        if left := len(rows) - len(shown):
            rest = Text(f"另有 {left} 行（共 {len(rows)} 行）", f"{left} more rows ({len(rows)} in all)")
            self.say(rest if more is None else Text(f"{rest.zh}：{more.zh}", f"{rest.en}: {more.en}"))
        always = (QUALITY_WORD.zh, SOURCE_WORD.zh)
        lines = [line for line in table.captions if line not in self._told or line.zh.startswith(always)]
        self._told.update(table.captions)
        self.say(Text(" · ".join(line.zh for line in lines), " · ".join(line.en for line in lines)))

    def notes(self, findings: Iterable[Finding]) -> None:
        """Print findings on standard error, code by code: the first few of each, and how many more there are."""
        groups: dict[str, list[Finding]] = {}
        for finding in findings:
            groups.setdefault(finding.code, []).append(finding)
        for code, group in groups.items():
            style = COLOURS[group[0].severity]
            for finding in group[:FEW]:
                self.err.print(finding.text(self.lang), markup=False, style=style)
            if (more := len(group) - FEW) > 0:
                rest = Text(
                    f"{code} 另有 {more} 条（共 {len(group)} 条）", f"{code}: {more} more ({len(group)} in all)"
                )
                self.err.print(rest(self.lang), markup=False, style=style)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show what is being done now, and for how long all has taken; silent for JSON or without a terminal."""
        if self.as_json or not self.err.is_terminal:
            yield lambda _: None
            return
        columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Bar(*columns, console=self.err, transient=True) as bar:
            self._bar, task = bar, bar.add_task("…", total=None)
            try:
                yield lambda text: bar.update(task, description=escape(text(self.lang)))
            finally:
                self._bar = None


@contextmanager
def desk(lang: Language | None, as_json: bool) -> Iterator[Desk]:
    """Open a desk; errors with a code are said in the user's language and become an exit code."""
    here = Desk(lang, as_json)
    try:
        try:
            yield here
        except OSError as error:
            raise HaiheError("E-CLI-02", path=error.filename or "—", value=error.strerror or str(error)) from error
    except HaiheError as error:
        if as_json:
            here.data({"ok": False, "findings": [finding.to_dict(here.lang) for finding in error.findings]})
        else:
            for line in error.findings.lines(here.lang):
                here.err.print(line, markup=False, style="red")
        raise typer.Exit(EXIT_CODES.get(error.code, DATA_PROBLEM)) from None


def quoted(path: Path) -> str:
    """Give a path as it is typed: in quotes that every shell knows, where it holds a blank."""
    return f'"{path}"' if " " in str(path) else str(path)


def checked(path: Path, now: Progress) -> "Region":
    """Read and check a region; errors stop here, before any work on it."""
    from haihe.region import read

    now(Text("读取", "reading"))
    region = read(path)
    now(Text("检查", "checking"))
    region.check().raise_errors()
    return region
