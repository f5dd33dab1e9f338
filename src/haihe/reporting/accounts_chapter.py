"""The chapter that says how good the accounts are: what was tested, what is left unexplained, how old the data are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.audit import Audit, audit
from haihe.accounts.of_region import accounts_of, totals_met
from haihe.accounts.regional import Accounts
from haihe.figures import Column, Figure, Table, bars
from haihe.messages import QUALITY_NAMES, Quality, Text, worst_quality
from haihe.region import TABLES, Region
from haihe.region.units import said
from haihe.reporting.content import Chapter

STATUSES = {
    "PASS": Text("通过", "Passed"),
    "WARNING": Text("提醒", "Warning"),
    "FAIL": Text("未通过", "Failed"),
    "SKIPPED": Text("未检验", "Not tested"),
}
ECONOMY = ("accounts", "flows", "parameters")
"""Tables the chapter asks the age of."""
HERE = Text("本数据集；检验由 haihe 完成", "This dataset; tested by haihe")


def accounts_chapter(region: Region, report: Audit | None = None, now: int | None = None) -> Chapter:
    """Say how good the accounts of a region are.

    Parameters
    ----------
    region : Region
        A region with accounts.
    report : Audit, optional
        What `audit` found, with the changes against an earlier table if there is one; made here where not given.
    now : int, optional
        Year that ages are counted from; the newest year among the sources where not given.

    Returns
    -------
    Chapter
        Checks by name, what did not pass, residuals by region, age of the data by source, and what was changed.
    """
    accounts = accounts_of(region)
    found = audit(accounts) if report is None else report
    quality = region.worst_quality("accounts") or "illustrative"
    blocks: list[Table | Figure | Text] = [checks_table(found, quality)]
    odd = [*found.of("FAIL"), *found.of("WARNING")]
    if odd:
        blocks.append(noticed_table(found, accounts, quality))
    else:
        blocks.append(Text("全部检验通过，没有提醒。", "Every check passed without a warning."))
    blocks += [residual_figure(accounts, quality), age_table(region, now)]
    if not found.changes.empty:
        blocks.append(changes_table(found, quality))
    met = totals_met(region, accounts)
    if not met.empty:
        blocks.append(met_table(region, accounts, met))
    if region.has("revisions"):
        blocks.append(revisions_table(region, accounts))
    return Chapter(
        "accounts-quality",
        Text("这些核算有多可靠", "How good are these accounts"),
        Text(
            f"{accounts.year} 年核算的平衡关系、可疑之处、误差项，以及哪些数据旧、哪些数据新。",
            f"Identities of the accounts of {accounts.year}, what looks odd, what stays unexplained, and which data are "
            "old and which are new.",
        ),
        blocks,
    )


def checks_table(report: Audit, quality: Quality) -> Table:
    """Count the outcomes of each check and give its worst value."""
    frame = pd.DataFrame([(c.name, c.status, c.value, c.tolerance) for c in report])
    frame.columns = pd.Index(["check", "status", "value", "tolerance"])
    counts = frame.pivot_table(index="check", columns="status", aggfunc="size", fill_value=0, sort=False)
    worst = frame.groupby("check", sort=False)[["value", "tolerance"]].max()
    rows = counts.reindex(columns=list(STATUSES), fill_value=0).join(worst).reset_index()
    finite = np.isfinite(rows["tolerance"])
    rows["tolerance"] = rows["tolerance"].where(finite)
    first = {c.name: c.text for c in reversed(list(report))}
    plain = {name: Text(said.zh.partition("：")[0], said.en.partition(": ")[0]) for name, said in first.items()}
    identities = {name: first[name] for name in ("row_identity", "column_identity") if name in first}
    return Table(
        rows,
        [
            Column("check", Text("检验", "Check"), labels=plain | identities),
            *(Column(status, name, digits=0) for status, name in STATUSES.items()),
            Column("value", Text("最大值", "Largest value"), digits=6),
            Column("tolerance", Text("容差", "Tolerance"), digits=6),
        ],
        key="accounts-checks",
        title=Text("检验结果汇总", "Outcome of the checks"),
        source=HERE,
        quality=quality,
    )


def noticed_table(report: Audit, accounts: Accounts, quality: Quality) -> Table:
    """List the checks that failed or warn, with what they name."""
    odd = [*report.of("FAIL"), *report.of("WARNING")]
    frame = pd.DataFrame(
        {
            "status": [c.status for c in odd],
            "region": [c.region or None for c in odd],
            "value": [c.value for c in odd],
            "tolerance": [c.tolerance for c in odd],
            "text": pd.Series([c.text for c in odd], dtype=object),
        }
    )
    return Table(
        frame,
        [
            Column("status", Text("结果", "Outcome"), labels=STATUSES),
            Column("region", Text("地区", "Region"), labels=accounts.names),
            Column("text", Text("说明", "What")),
            Column("value", Text("数值", "Value"), digits=6),
            Column("tolerance", Text("容差", "Tolerance"), digits=6),
        ],
        key="accounts-noticed",
        title=Text("未通过与提醒", "What failed or needs a look"),
        source=HERE,
        quality=quality,
    )


def residual_figure(accounts: Accounts, quality: Quality) -> Figure:
    """Show the residual of each region, in absolute value, as a share of output."""
    total = accounts.output.sum(axis=1)
    left = np.abs(accounts.residual).sum(axis=1)
    share = np.divide(left, total, out=np.full_like(total, np.nan), where=total != 0)
    table = Table(
        pd.DataFrame({"region": accounts.regions, "percent": 100 * share}),
        [
            Column("region", Text("地区", "Region"), labels=accounts.names),
            Column("percent", Text("误差项占总产出", "Residual as a share of output"), unit=Text("%", "%"), digits=2),
        ],
        key="accounts-residual",
        title=Text(f"没有解释的部分，{accounts.year} 年", f"What stays unexplained, {accounts.year}"),
        source=HERE,
        quality=quality,
        notes=[Text("各产品误差项绝对值之和。", "Sum over products of the residual in absolute value.")],
    )
    return bars(table, "region", "percent", horizontal=True)


def age_table(region: Region, now: int | None = None) -> Table:
    """Say which data are old and which are new: records, year and age of every source behind the economy's tables."""
    about = region["sources"].set_index("source")
    parts = []
    for name in (name for name in ECONOMY if region.has(name) and "source" in region[name]):
        own = region[name]
        marks = own.groupby("source", sort=False)["quality"].agg(lambda q: q.mode().iloc[0])
        parts.append(
            pd.DataFrame({"table": name, "records": own.groupby("source", sort=False).size(), "quality": marks})
        )
    frame = pd.concat(parts).rename_axis("source").reset_index()
    frame["year"] = frame["source"].map(about["year"]).astype("Int64")
    newest = about["year"].max() if now is None else now
    frame["age"] = (newest - frame["year"]).astype("Int64")
    for shown, column in (("what", "title"), ("how", "method")):
        frame[shown] = texts(about.reindex(frame["source"]), column).to_numpy()
    frame = frame.sort_values("age", ascending=False, na_position="last", kind="stable").reset_index(drop=True)
    return Table(
        frame,
        [
            Column("table", Text("表", "Table"), labels={name: spec.title for name, spec in TABLES.items()}),
            Column("what", Text("来源", "Source")),
            Column("year", Text("数据年份", "Year of the data"), kind="year"),
            Column("age", Text("距今", "Age"), unit=Text("年", "years"), digits=0),
            Column("records", Text("记录数", "Records"), digits=0),
            Column("quality", Text("质量", "Quality"), labels=QUALITY_NAMES),
            Column("how", Text("方法", "Method")),
        ],
        key="accounts-age",
        title=Text("哪些旧、哪些新", "What is old and what is new"),
        source=Text("本数据集的来源表", "Table of sources of this dataset"),
        quality=None,
        notes=[
            Text(
                f"年数从 {newest} 年算起；没有年份的来源记为“—”。",
                f"Ages are counted from {newest}; a source without a year shows “—”.",
            )
        ],
    )


def changes_table(report: Audit, quality: Quality) -> Table:
    """Say what was changed against the table before and by how much."""
    return Table(
        report.changes.assign(percent=100 * report.changes["share"]),
        [
            Column("block", Text("数据块", "Block")),
            Column("cells", Text("单元格数", "Cells"), digits=0),
            Column("changed", Text("其中改变", "of which changed"), digits=0),
            Column("percent", Text("改变金额占比", "Money changed"), unit=Text("%", "%"), digits=2),
            Column("where", Text("改变最大处", "Changed most")),
            Column("before", Text("此前", "Before"), digits=2),
            Column("after", Text("此后", "After"), digits=2),
        ],
        key="accounts-changes",
        title=Text("改了什么、改了多少", "What was changed and by how much"),
        source=HERE,
        quality=quality,
    )


def met_table(region: Region, accounts: Accounts, met: pd.DataFrame) -> Table:
    """Say which published sums carried accounts were fitted to, and how well they meet them."""
    unit = said(accounts.unit)
    return Table(
        met.assign(
            what=texts(met, "name"),
            by=publishers(region, met["source"]),
            difference=100 * met["difference"],
            reliability=100 * met["reliability"],
        ),
        [
            Column("what", Text("已公布的合计", "Published sum")),
            Column("published", Text("公布数", "Published"), unit=unit, digits=1),
            Column("found", Text("核算中", "In the accounts"), unit=unit, digits=1),
            Column("difference", Text("相差", "Difference"), unit=Text("%", "%"), digits=2, signed=True),
            Column("reliability", Text("给定的标准误", "Standard error given"), unit=Text("%", "%"), digits=1),
            Column("quality", Text("质量", "Quality"), labels=QUALITY_NAMES),
            Column("by", Text("发布者", "Publisher")),
        ],
        key="accounts-met",
        title=Text(
            f"{accounts.year} 年核算与已公布合计的对照", f"Accounts of {accounts.year} against what is published"
        ),
        source=Text("各发布者；核算为推算", "The publishers named; the accounts are carried forward"),
        quality=worst_quality(met["quality"]),
        notes=[
            Text(
                "标准误为 0 的合计严格满足（出厂表按 0.001 取整）；其余按各自可靠度折中。",
                "A sum with standard error 0 is met exactly, but for rounding to 0.001; others as sure as stated.",
            )
        ],
    )


def revisions_table(region: Region, accounts: Accounts) -> Table:
    """Say which statistical revisions were declared and by what factor levels moved."""
    table = region["revisions"]
    return Table(
        table.assign(
            percent=100 * (table["revised"] / table["published"] - 1),
            why=texts(table, "reason"),
            by=publishers(region, table["source"]),
        ),
        [
            Column("region", Text("地区", "Region"), labels=accounts.names),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("published", Text("原公布", "First published"), unit=said(accounts.unit), digits=1),
            Column("revised", Text("修订后", "Revised"), unit=said(accounts.unit), digits=1),
            Column("percent", Text("变化", "Change"), unit=Text("%", "%"), digits=1, signed=True),
            Column("why", Text("原因", "Why")),
            Column("quality", Text("质量", "Quality"), labels=QUALITY_NAMES),
            Column("by", Text("发布者", "Publisher")),
        ],
        key="accounts-revisions",
        title=Text("采用的统计修订", "Statistical revisions applied"),
        source=Text("各发布者", "The publishers named"),
        quality=worst_quality(table["quality"]),
        notes=[
            Text(
                "修订只改变水平，不改变结构；修订前后的数不可直接比较增长。",
                "A revision moves levels, not structure; do not compare growth across it.",
            )
        ],
    )


def publishers(region: Region, codes: pd.Series[str]) -> np.ndarray:
    """Name the publisher of every source."""
    return texts(region["sources"].set_index("source").reindex(codes), "publisher").to_numpy()


def texts(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Join the columns ``<name>_zh`` and ``<name>_en`` into texts; missing where one is."""
    pairs = zip(frame[f"{name}_zh"], frame[f"{name}_en"], strict=True)
    joined = [Text(str(zh), str(en)) if pd.notna(zh) and pd.notna(en) else None for zh, en in pairs]
    return pd.Series(joined, index=frame.index, dtype=object)
