"""Commands on scheme files: check, apply, diff, template."""

import datetime as dt
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haihe.cli.desk import COLOURS, DATA_PROBLEM, Desk, JsonOption, LangOption, app, desk
from haihe.messages import Findings, HaiheError, Progress, Text

if TYPE_CHECKING:
    import pandas as pd

    from haihe.figures import Table
    from haihe.rules import Comparison, Rulebook

rules_app = typer.Typer(no_args_is_help=True, help="Scheme files: check, apply, compare, make a form.")
app.add_typer(rules_app, name="rules")

SHOWN = 30
"""Most rows of a list that are printed; the workbook holds them all."""

RulesArgument = Annotated[Path, typer.Argument(help="Scheme file (.yaml) or a folder of them.")]
ApplicationsArgument = Annotated[Path, typer.Argument(help="Workbook (.xlsx) or CSV of applications, one a row.")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="Day whose rules apply, or day: each its column day.")]
DraftOption = Annotated[
    list[str] | None, typer.Option("--draft", help="Code of a draft to lay over the law; repeatable.")
]
WorkbookOption = Annotated[Path | None, typer.Option("-o", "--out", help="Workbook to write, .xlsx.")]


class Mark(StrEnum):
    """Quality of data."""

    official = "official"
    estimated = "estimated"
    illustrative = "illustrative"


QualityOption = Annotated[Mark, typer.Option(help="Quality of the data given.")]


def day_of(text: str) -> dt.date | str:
    """Read ``--as-of``: a day, or the word ``day`` for the column of that name; ``E-RUL-108`` for anything else."""
    if text == "day":
        return text
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise HaiheError("E-RUL-108", value=text) from None


def show_table(here: Desk, table: "Table", keys: list[str] | None = None) -> None:
    """Print the first rows of a table, all columns or some, and say how many more there are."""
    chosen = [n for n, column in enumerate(table.columns) if keys is None or column.key in keys]
    rows = table.shown_rows()
    here.grid(
        table.title,
        [table.columns[n].heading for n in chosen],
        [[row[n](here.lang) for n in chosen] for row in rows[:SHOWN]],
    )
    if len(rows) > SHOWN:
        more = len(rows) - SHOWN
        here.say(Text(f"另有 {more} 行，见 -o 写出的工作簿。", f"{more} more rows: see the workbook that -o writes."))


def tables_data(here: Desk, tables: list["Table"]) -> dict[str, Any]:
    """Give tables as JSON-ready data."""
    return {
        table.key: {"title": table.title(here.lang), "quality": table.quality, "rows": table.records(here.lang)}
        for table in tables
    }


def show_findings(here: Desk, findings: Findings) -> None:
    """Say findings on standard error."""
    for finding in [] if here.as_json else findings:
        here.err.print(finding.text(here.lang), markup=False, style=COLOURS[finding.severity])


def read_book(path: Path, now: Progress) -> "Rulebook":
    """Read scheme files; every error is said."""
    from haihe.rules import read_schemes

    now(Text("读取办法", "reading schemes"))
    return read_schemes(path)


@rules_app.command("check", epilog="Example: haihe rules check examples/jing-jin-ji/rules --as-of 2026-12-31")
def rules_check(
    files: Annotated[list[Path], typer.Argument(help="Scheme files (.yaml) or folders of them.")],
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day to look from; today where not given.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Find what is wrong with scheme files, run their worked cases, list what nobody has looked at for a year."""
    from haihe.rules import check_cases, check_schemes, unlooked

    with desk(lang, json_) as here:
        day = dt.datetime.now(tz=dt.UTC).date() if as_of is None else day_of(as_of)
        if not isinstance(day, dt.date):
            raise HaiheError("E-RUL-109", option="--as-of", value=day, wanted="YYYY-MM-DD")
        with here.progress() as now:
            now(Text("读取办法", "reading schemes"))
            book, findings = check_schemes(files)
            if not findings.errors:
                now(Text("核对算例", "running worked cases"))
                findings = Findings([*findings, *check_cases(book), *unlooked(book, day)])
        counts = {
            "schemes": len(book.schemes),
            "versions": len(book.clauses),
            "cases": sum(len(scheme.cases) for scheme in book.schemes.values()),
        }
        ok = not findings.errors
        here.data({"ok": ok, **counts, "findings": [finding.to_dict(here.lang) for finding in findings]})
        for finding in findings:
            if not here.as_json:
                here.out.print(finding.text(here.lang), markup=False, style=COLOURS[finding.severity])
        here.say(
            Text(
                "{s} 个办法、{v} 个条款版本、{c} 个算例；{e} 个错误，{w} 个提醒。",
                "Schemes: {s}, versions of articles: {v}, worked cases: {c}; errors: {e}, warnings: {w}.",
            ).format(
                s=counts["schemes"],
                v=counts["versions"],
                c=counts["cases"],
                e=len(findings.errors),
                w=len(findings) - len(findings.errors),
            )
        )
        if not ok:
            raise typer.Exit(DATA_PROBLEM)


@rules_app.command("template", epilog="Example: haihe rules template examples/jing-jin-ji/rules -o form.xlsx --lang zh")
def rules_template(
    rules: RulesArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="Workbook to write, .xlsx.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write an empty workbook of applications: the columns, units, lists and notes that the schemes declare."""
    from haihe.rules.form import form_columns, write_form

    with desk(lang, json_) as here:
        with here.progress() as now:
            book = read_book(rules, now)
            file = write_form(book, out, here.lang)
        columns = form_columns(book)
        here.data({"ok": True, "file": str(file), "columns": [column.name for column in columns]})
        here.say(Text(f"已写出 {file}：{len(columns)} 列。", f"Written: {file}, {len(columns)} columns."))


@rules_app.command(
    "apply",
    epilog="Example: haihe rules apply examples/jing-jin-ji/rules examples/jing-jin-ji/rules/applications.csv "
    "--as-of 2025-06-30 -o decisions.xlsx --lang zh",
)
def rules_apply(
    rules: RulesArgument,
    applications: ApplicationsArgument,
    as_of: AsOfOption,
    quality: QualityOption = Mark.official,
    draft: DraftOption = None,
    out: WorkbookOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Apply schemes to applications: decision, amounts, split, article and reason, row by row."""
    from haihe.rules import evaluate
    from haihe.rules.award_list import AwardList
    from haihe.rules.form_reading import read_form

    with desk(lang, json_) as here:
        day = day_of(as_of)
        with here.progress() as now:
            book = read_book(rules, now)
            now(Text("读取申报", "reading applications"))
            frame = read_form(book, applications)
            now(Text("审核", "applying the rules"))
            awards = AwardList(evaluate(book, frame, day, draft or ()), day, now, quality.value)
            tables = awards.tables
            if out is not None:
                now(Text("写出工作簿", "writing the workbook"))
                awards.to_excel(out, here.lang)
        findings = awards.findings()
        here.data(
            {
                "ok": True,
                "applications": len(frame),
                "findings": [finding.to_dict(here.lang) for finding in findings],
                "tables": tables_data(here, list(tables.values())),
            }
        )
        show_findings(here, findings)
        if out is None or len(awards.frame) <= SHOWN:
            show_table(here, tables["decisions"], ["application", "title", "state", "support", "unit", "reason"])
        show_table(here, tables["by_article"])
        if out is not None:
            here.say(Text(f"已写出 {out}。", f"Written: {out}."))


@rules_app.command(
    "diff",
    epilog="Example: haihe rules diff examples/jing-jin-ji/rules "
    "examples/jing-jin-ji/rules/what-if-cap.yaml --applications examples/jing-jin-ji/rules/applications.csv "
    "--as-of 2025-06-30",
)
def rules_diff(
    before: Annotated[Path, typer.Argument(help="Scheme file or folder: the law as it is.")],
    after: Annotated[Path, typer.Argument(help="Scheme file or folder: the law as it would be, or drafts over it.")],
    applications: Annotated[
        Path | None, typer.Option("--applications", help="Workbook or CSV of applications to apply both to.")
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day whose rules apply; with --applications.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Compare two states of the law: what the text changes, and what each application would get instead, and why."""
    with desk(lang, json_) as here:
        if (applications is None) != (as_of is None):
            raise HaiheError("E-RUL-122")
        with here.progress() as now:
            books = _States(before, after, now)
            texts = books.texts()
            compared = None if applications is None else books.compared(applications, day_of(str(as_of)), now)
        rows = [
            [place, change.place, change.before or "—", change.after or "—"]
            for place, changes in texts.items()
            for change in changes
        ]
        payload: dict[str, Any] = {"ok": True, "texts": [dict(zip(_TEXT_KEYS, row, strict=True)) for row in rows]}
        heads = [Text("条款", "article"), Text("位置", "place"), Text("原为", "before"), Text("改为", "after")]
        here.grid(Text("条文的变化", "What the text changes"), heads, _shown_changes(rows, here))
        if compared is not None:
            payload |= _changes(here, compared)
        here.data(payload)


_TEXT_KEYS = ("article", "place", "before", "after")


def _shown_changes(rows: list[list[str]], here: Desk) -> list[list[str]]:
    """What is printed of the changes: words of one language; of an article that is new or dropped only its source."""
    other = "en" if here.lang == "zh" else "zh"
    kept = [row for row in rows if not row[1].endswith(f".{other}") and ".note." not in row[1]]
    whole = {
        article
        for article in {row[0] for row in kept}
        for side in (2, 3)
        if all(row[side] == "—" for row in kept if row[0] == article)
    }
    return [row for row in kept if row[0] not in whole or row[1] == "source.document"]


class _States:
    """Two states of the law: two sets of files, or one with drafts laid over it."""

    def __init__(self, before: Path, after: Path, now: Progress) -> None:
        from haihe.rules import check_schemes, read_schemes

        now(Text("读取办法", "reading schemes"))
        before, after = before.resolve(), after.resolve()
        self.before = read_schemes(before)
        other, _ = check_schemes(after)
        amending = [scheme for scheme in other.schemes.values() if scheme.status == "draft" and scheme.amends]
        self.drafts = tuple(scheme.scheme for scheme in amending) if len(amending) == len(other.schemes) else ()
        self.after = read_schemes([before, after] if self.drafts else after)
        self.names = (Text("现行办法", "the law in force"), Text("新办法", "the other files"))
        if self.drafts:
            titles = [self.after.schemes[code].title for code in self.drafts]
            self.names = (
                self.names[0],
                Text("、".join(f"《{t.zh}》" for t in titles), " and ".join(f"“{t.en}”" for t in titles)),
            )

    def texts(self) -> dict[str, list[Any]]:
        """Changes of the text, article by article or scheme by scheme."""
        from haihe.rules import diff, overlaid

        if not self.drafts:
            return diff(self.before, self.after)
        return {
            f"{draft}/{code}": found for draft in self.drafts for code, found in overlaid(self.after, draft).items()
        }

    def compared(self, applications: Path, day: dt.date | str, now: Progress) -> "Comparison":
        """Apply both to the same applications."""
        from haihe.rules import Comparison, Law, evaluate
        from haihe.rules.form_reading import read_form

        now(Text("读取申报", "reading applications"))
        frame = read_form(self.after, applications)
        now(Text("审核", "applying the rules"))
        laws = (Law(day, (), self.names[0]), Law(day, self.drafts, self.names[1]))
        first = self.after if self.drafts else self.before
        known = _of_book(first, frame)
        sides = evaluate(first, known, day), evaluate(self.after, _of_book(self.after, frame), day, self.drafts)
        return Comparison(*sides, laws)


def _of_book(book: "Rulebook", frame: "pd.DataFrame") -> "pd.DataFrame":
    """Leave out articles that a state of the law does not have; an application that asks for none of its own goes."""
    import pandas as pd

    if "article" not in frame:
        return frame
    known = {clause.full for clause in book.clauses}
    kept = [
        text if text is None else ";".join(code for code in str(text).split(";") if code in known)
        for text in frame["article"]
    ]
    article = pd.Series(kept, index=frame.index, dtype=object)
    return frame.assign(article=article)[article.ne("")]


def _changes(here: Desk, compared: "Comparison") -> dict[str, Any]:
    """Print and give what each application would get instead."""
    from haihe.rules.money import said_money

    frame = compared.changed
    said = [
        compared.explain(application, f"{scheme}/{article}")
        for application, scheme, article in frame[["application", "scheme", "article"]].to_numpy()
    ]
    for application, text in list(zip(frame["application"], said, strict=True))[:SHOWN]:
        here.say(Text(f"{application}：{text.zh}", f"{application}: {text.en}"))
    total = said_money(int(frame["change"].sum()))
    pairs, own = len(compared.frame), compared.frame["application"].nunique()
    here.say(
        Text(
            f"共 {pairs} 条（申报×条款），涉及 {own} 份申报，其中 {len(frame)} 条结果不同，支持额合计变化 {total.zh}。",
            f"{pairs} pairs of application and article, of {own} applications; {len(frame)} come out differently; "
            f"support changes by {total.en} in all.",
        )
    )
    rows = json.loads(frame.to_json(orient="records"))
    return {"changes": [row | {"says": text(here.lang)} for row, text in zip(rows, said, strict=True)]}
