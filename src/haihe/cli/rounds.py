"""Commands on a call of a fund and on shared tax: round, settle."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, app, desk
from haihe.cli.rules import (
    ApplicationsArgument,
    AsOfOption,
    DraftOption,
    Mark,
    QualityOption,
    RulesArgument,
    WorkbookOption,
    day_of,
    read_book,
    show_findings,
    show_table,
    tables_data,
)
from haihe.messages import Findings, HaiheError, Progress, Quality, Text

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from haihe.figures import Table
    from haihe.rules import Evaluation, Rulebook
    from haihe.rules.comparison import Comparison
    from haihe.rules.decision import Decision
    from haihe.rules.limits import Quota
    from haihe.rules.reasons import Reasons
    from haihe.rules.rounds import Objective, Round, Tie
    from haihe.rules.settlement import Settlement


class Short(StrEnum):
    """What the list by rank does where the budget is short."""

    stop = "stop"
    skip = "skip"


class Per(StrEnum):
    """What merit is added up over."""

    project = "project"
    yuan = "yuan"


OFFICE = Text("申报表与办法文件", "applications and scheme files")


@app.command(
    "round",
    epilog="Example: haihe round examples/jing-jin-ji/rules examples/jing-jin-ji/rules/applications.csv "
    "--as-of 2025-06-30 --article upgrade --article chain-gap --budget '4 亿元' --when-short skip -o round.xlsx",
)
def round_(
    rules: RulesArgument,
    applications: ApplicationsArgument,
    as_of: AsOfOption,
    budget: Annotated[str, typer.Option(help="City money of the batch, with its unit: '8.71 亿元'.")],
    when_short: Annotated[
        Short, typer.Option(help="By rank, where the budget is short: stop there, or skip to the next.")
    ],
    article: Annotated[list[str] | None, typer.Option(help="Only these articles; repeatable.")] = None,
    tails: Annotated[str, typer.Option(help="Part of the budget that instalments of earlier years take.")] = "0 元",
    scores: Annotated[Path | None, typer.Option(help="CSV or workbook: application, score. Else column score.")] = None,
    pass_score: Annotated[str | None, typer.Option(help="Least score that may be funded.")] = None,
    matching: Annotated[
        Path | None,
        typer.Option(help="What districts can match: region, value, unit (of the year, where it has years)."),
    ] = None,
    fund: Annotated[str | None, typer.Option(help="Rows of --matching to take, where it has a column fund.")] = None,
    quota: Annotated[list[str] | None, typer.Option(help="At most so many, e.g. enterprise=1; repeatable.")] = None,
    tie: Annotated[list[str] | None, typer.Option(help="Order of equals, e.g. support:smaller; repeatable.")] = None,
    payer: Annotated[
        list[str] | None, typer.Option(help="Side of another payer, e.g. unsplit=city; repeatable.")
    ] = None,
    optimal: Annotated[
        str | None, typer.Option(help="Also choose an optimal set by score, one (each alike) or a column.")
    ] = None,
    per: Annotated[Per, typer.Option(help="What the optimal set adds merit up over.")] = Per.project,
    reserves: Annotated[int, typer.Option(min=0, help="Reserves to name.")] = 0,
    levers: Annotated[bool, typer.Option("--levers/--no-levers", help="Find the smallest changes.")] = True,
    regions: Annotated[Path | None, typer.Option(help="Names of districts: region, name_zh, name_en.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the round.")] = None,
    quality: QualityOption = Mark.official,
    draft: DraftOption = None,
    out: WorkbookOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Decide a round by rank, and by an optimal set, with the difference and a reason for everyone not funded."""
    from haihe.rules.comparison import compare_ways
    from haihe.rules.decision import select
    from haihe.rules.reasons import explain

    with desk(lang, json_) as here:
        day = day_of(as_of)
        terms: dict[str, Any] = {
            "name": Text(name, name) if name else Text("本批次", "this round"),
            "budget": _fen(budget, "--budget"),
            "tails": _fen(tails, "--tails"),
            "pass_score": _decimal(pass_score, "--pass-score"),
            "matching": None if matching is None else _matching(matching, fund, day),
            "quotas": [_quota(text) for text in quota or []],
            "ties": [_tie(text) for text in tie or []],
            "when_short": when_short.value,
            "reserves": reserves,
            "names": {} if regions is None else _names(regions),
        }
        with here.progress() as now:
            book = read_book(rules, now)
            asked = _asked(book, applications, article or [], now)
            given = _round_of(book, asked, (day, draft or (), quality.value), scores, payer or [], now)
            given = replace(given, **terms)
            now(Text("遴选", "selecting"))
            ranked = select(given, "ranked")
            compared = None if optimal is None else compare_ways(given, _objective(optimal, per))
            now(Text("写理由", "finding reasons"))
            reasons = explain(ranked, levers=levers)
        _said(here, ranked, compared, reasons, out)


def _round_of(
    book: "Rulebook",
    asked: "pd.DataFrame",
    law: "tuple[dt.date | str, Sequence[str], Quality]",
    scores: Path | None,
    payers: Sequence[str],
    now: Progress,
) -> "Round":
    """Apply the rules and gather the candidates; the terms of the round are filled in by the command."""
    from haihe.rules import evaluate

    day, drafts, quality = law
    result = evaluate(book, asked, day, drafts)
    return replace(_made(result, scores, payers, now), quality=_worst(result, quality))


def _said(here: Desk, ranked: "Decision", compared: "Comparison | None", reasons: "Reasons", out: Path | None) -> None:
    """Write and show the tables, and what was found."""
    tables = [*ranked.tables.values(), *reasons.tables.values()]
    tables += list(compared.tables.values()) if compared is not None else []
    findings = ranked.findings()
    _write(tables, out, here.lang)
    here.data(
        {
            "ok": True,
            "funded": ranked.applications,
            "optimal": None if compared is None else compared.optimal.applications,
            "gain": None if compared is None else compared.gain,
            "findings": [finding.to_dict(here.lang) for finding in findings],
            "tables": tables_data(here, tables),
        }
    )
    show_findings(here, findings)
    for table in tables:
        if table.key != "changes" or out is None:
            show_table(here, table)
    if out is not None:
        here.say(Text(f"已写出 {out}。", f"Written: {out}."))


def _asked(book: "Rulebook", applications: Path, articles: Sequence[str], now: Progress) -> "pd.DataFrame":
    """Read the applications; with articles named, only those that ask for them, and only for them."""
    import pandas as pd

    from haihe.rules.dialect import nearest
    from haihe.rules.form_reading import read_form

    now(Text("读取申报", "reading applications"))
    frame = read_form(book, applications)
    full = {clause.full for clause in book.clauses}
    wanted = {code for code in full if {code, code.partition("/")[2]} & set(articles)}
    for code in articles:
        if not any(code in (one, one.partition("/")[2]) for one in full):
            raise HaiheError("E-RUL-44", value=code, near=nearest(code, full))
    if not articles or "article" not in frame:
        return frame.assign(article=";".join(sorted(wanted))) if articles else frame
    kept = [
        ";".join(sorted(wanted if text is None else wanted & set(str(text).split(";")))) for text in frame["article"]
    ]
    return frame.assign(article=pd.Series(kept, index=frame.index, dtype=object))[[text != "" for text in kept]]


def _made(result: "Evaluation", scores: Path | None, payers: Sequence[str], now: Progress) -> "Round":
    """A round with its candidates and their requirements; the rest is filled in by the command."""
    from haihe.rules.candidates import PAYERS, candidates_of, requirements_of
    from haihe.rules.rounds import Round

    now(Text("整理候选", "gathering candidates"))
    frame = result.applications.frame
    if scores is not None:
        frame = _scores(scores)
    sides = dict(PAYERS)
    for text in payers:
        code, _, side = text.partition("=")
        if side not in ("city", "district"):
            raise HaiheError("E-RUL-109", option="--payer", value=text, wanted="unsplit=city")
        sides[code] = "city" if side == "city" else "district"
    candidates = candidates_of(result, frame if "score" in frame else None, sides)
    requirements = requirements_of(result, candidates)
    return Round(
        Text("", ""), candidates, OFFICE, "official", budget=None, ties=(), when_short="stop", requirements=requirements
    )


def _scores(path: Path) -> "pd.DataFrame":
    import pandas as pd

    from haihe.rules.plain_table import read_plain

    frame = read_plain(path, ("application", "score"))
    frame = frame.assign(application=frame["application"].astype(str))
    numbers = pd.to_numeric(frame["score"], errors="coerce")
    wrong = frame.index[(numbers.isna() & frame["score"].notna()).to_numpy(dtype=bool)]
    if len(wrong):
        value = frame["score"].loc[wrong[0]]
        label = Text("评分", "a score")
        raise HaiheError("E-RUL-111", file=path.name, row=int(wrong[0]), column="score", value=value, label=label)
    return frame.assign(score=numbers)


def _worst(result: "Evaluation", given: Quality) -> Quality:
    """The worst mark of the data and of the articles applied."""
    from haihe.figures.quality import worst

    marks = [block.clause.version.source.quality for block in result.blocks if block.clause is not None]
    return worst([given, *marks])


def _fen(text: str, option: str) -> int:
    """Read an amount of money with its unit."""
    from haihe.rules.money import LARGEST
    from haihe.rules.quantities import FEN, parse_quantity

    try:
        quantity = parse_quantity(text)
        if quantity.is_money and 0 <= quantity.value / FEN <= LARGEST:
            return quantity.grains(FEN)
    except HaiheError:
        pass
    raise HaiheError("E-RUL-109", option=option, value=text, wanted="'8.71 亿元'")


def _decimal(text: str | None, option: str) -> Decimal | None:
    from haihe.rules.money import decimal_of

    try:
        return None if text is None else decimal_of(text)
    except ValueError:
        raise HaiheError("E-RUL-109", option=option, value=text, wanted="75") from None


def _quota(text: str) -> "Quota":
    from haihe.rules.limits import Quota

    column, _, most = text.partition("=")
    if not column or not re.fullmatch("[0-9]{1,9}", most):
        raise HaiheError("E-RUL-109", option="--quota", value=text, wanted="enterprise=1")
    return Quota(column, int(most))


def _tie(text: str) -> "Tie":
    from haihe.rules.rounds import Tie

    column, _, first = text.partition(":")
    if not column or first not in ("smaller", "larger"):
        raise HaiheError("E-RUL-109", option="--tie", value=text, wanted="support:smaller")
    return Tie(column, "smaller" if first == "smaller" else "larger")


def _objective(merit: str, per: Per) -> "Objective":
    from haihe.rules.rounds import Objective

    return Objective(merit, per.value)


def _matching(path: Path, fund: str | None, day: "dt.date | str") -> Mapping[str, int]:
    """What each district can match: rows of the fund and of the year, where the table has these columns."""
    from haihe.rules.plain_table import in_fen, read_plain

    frame = read_plain(path, ("region", "value", "unit"))
    if fund is not None and "fund" in frame:
        frame = _of_one(frame, "fund", fund, path)
    if "year" in frame and not isinstance(day, str):
        frame = _of_one(frame, "year", str(day.year), path)
    amounts = in_fen(frame, "value", path.name, Text("配套能力", "an amount of money"))
    twice = frame["region"][frame["region"].duplicated()]
    if len(twice):
        raise HaiheError(
            "E-RUL-121", file=path.name, row=int(twice.index[0]), column="region", value=str(twice.iloc[0])
        )
    return dict(zip(frame["region"].astype(str), amounts.astype(int), strict=True))


def _of_one(frame: "pd.DataFrame", column: str, wanted: str, path: Path) -> "pd.DataFrame":
    """Rows of one fund or year; ``E-RUL-114`` where there are none, with those that there are."""
    from haihe.rules.dialect import nearest

    given = frame[column].map(lambda cell: str(cell).removesuffix(".0"))
    if not (given == wanted).any():
        near = nearest(wanted, sorted(set(given)))
        raise HaiheError("E-RUL-114", file=path.name, column=column, value=wanted, near=near)
    return frame[given == wanted]


def _names(path: Path) -> dict[str, Text]:
    from haihe.rules.plain_table import read_plain

    frame = read_plain(path, ("region", "name_zh", "name_en")).astype(str)
    return {code: Text(zh, en) for code, zh, en in frame[["region", "name_zh", "name_en"]].to_numpy()}


def _write(tables: Sequence["Table"], out: Path | None, lang: Any) -> None:
    from haihe.figures.workbook import write_workbook

    if out is not None:
        if out.suffix.lower() != ".xlsx":
            raise HaiheError("E-FILE-02", file=out.name, value=out.suffix or out.name)
        write_workbook(tables, out, lang)


@app.command(
    "settle",
    epilog="Example: haihe settle examples/jing-jin-ji/rules/tax-sharing-2015.yaml "
    "examples/jing-jin-ji/rules/moved-firms.csv examples/jing-jin-ji/rules/moved-firms-taxes.csv --as-of 2024-12-31 "
    "--quality illustrative",
)
def settle(
    rules: RulesArgument,
    firms: Annotated[Path, typer.Argument(help="CSV or workbook of the firms that moved, one a row.")],
    taxes: Annotated[Path, typer.Argument(help="CSV or workbook: firm, year, tax, paid, refunded, unit.")],
    as_of: Annotated[str, typer.Option("--as-of", help="Day whose rules apply, YYYY-MM-DD.")],
    payments: Annotated[Path | None, typer.Option(help="CSV or workbook: firm, year, amount, unit.")] = None,
    article: Annotated[str | None, typer.Option(help="Article that shares tax, where there are several.")] = None,
    what_if_market: Annotated[
        bool, typer.Option("--what-if-market", help="Also reckon moves led by the market, outside today's rule.")
    ] = False,
    quality: QualityOption = Mark.official,
    draft: DraftOption = None,
    out: WorkbookOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Settle the shared tax of moved firms: who falls under the scheme, the ledger by year, what is still owed."""
    with desk(lang, json_) as here:
        day = day_of(as_of)
        if isinstance(day, str):
            raise HaiheError("E-RUL-109", option="--as-of", value=as_of, wanted="YYYY-MM-DD")
        with here.progress() as now:
            book = read_book(rules, now)
            now(Text("结算", "settling"))
            made = _settled(book, (firms, taxes, payments), (day, article, draft or ()), quality.value, what_if_market)
        tables = list(made.tables.values())
        findings: Findings = made.findings()
        _write(tables, out, here.lang)
        here.data(
            {
                "ok": True,
                "findings": [finding.to_dict(here.lang) for finding in findings],
                "tables": tables_data(here, tables),
            }
        )
        show_findings(here, findings)
        for table in tables:
            show_table(here, table)
        if out is not None:
            here.say(Text(f"已写出 {out}。", f"Written: {out}."))


def _settled(
    book: "Rulebook",
    files: tuple[Path, Path, Path | None],
    law: "tuple[dt.date, str | None, Sequence[str]]",
    quality: Quality,
    market: bool,
) -> "Settlement":
    """Read the tables and settle."""
    from haihe.rules.settlement import other_terms, settle
    from haihe.rules.sharing_file import sharing_on
    from haihe.rules.sharing_tables import read_moved_firms, read_tax_payments, read_taxes

    firms, taxes, payments = files
    scheme = sharing_on(book, law[0], law[1], law[2])
    other = None
    if market:
        title = Text("假设：市场自发迁移也分享", "what if moves led by the market shared too")
        other = other_terms(scheme, title, led_by=(*scheme.led_by, "market"))
    given = None if payments is None else read_tax_payments(payments)
    source = Text("迁移企业纳税数据与办法文件", "taxes of moved firms and the scheme file")
    moved, paid = read_moved_firms(firms), read_taxes(taxes)
    return settle(moved, paid, scheme, source, quality, payments=given, what_if=other, year=law[0].year)
