"""What each project may get by the rules: the schemes applied to the projects of a region.

A project names an article of the table ``rules``; that row names the article of the rule files (column ``clause``) and
what a project that applies under it states besides (column ``facts``). What no table tells about an applicant is
assumed in its favour and listed in `ASSUMED`, so that the plan asks "what would the rules give it if its papers are in
order". The papers themselves are looked at when it applies.

Where no version of an article is in force on the day, the answer still has to come from somewhere: in this order a
draft, the last version that was in force, the rate and cap of the table ``rules``. The column ``basis`` says which.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.region import Region
from haihe.rules import Rulebook, evaluate
from haihe.rules.clauses import Clause
from haihe.rules.traces import Trace
from haihe.rules.tracing import trace

FEN_PER_WAN = 1e6
BASES: dict[str, Text] = {
    "rule": Text("现行办法", "rule in force"),
    "draft": Text("征求意见稿", "draft"),
    "expired": Text("沿用已到期的办法", "expired rule, taken as going on"),
    "table": Text("条款表的比例与上限", "rate and cap of the table of articles"),
    "none": Text("未申请或无从计算", "applies for nothing, or cannot be computed"),
}
"""What the support of a project was read from."""

ASSUMED: dict[str, bool] = {
    "industrial": True,
    "software_firm": False,
    "in_city": True,
    "dishonest": False,
    "sound_accounts": True,
    "completed": True,
}
"""What no table tells about an applicant and is taken in its favour; support is paid after completion."""

STATED = {"investment": "investment", "actual_investment": "investment", "equipment": "equipment", "saving": "saving"}
"""Field of an application and the column of ``projects`` that fills it."""

COLUMNS = [
    "project", "article", "clause", "fund", "basis", "state", "failed", "support", "city", "district",
]  # fmt: skip


def support_table(region: Region, book: Rulebook | None, as_of: dt.date) -> pd.DataFrame:
    """What each project may get by the rules, and who would pay it.

    Parameters
    ----------
    region : Region
        Its tables ``projects``, ``rules`` and ``funds`` are read.
    book : Rulebook, optional
        Schemes; without them the table ``rules`` is all there is.
    as_of : date
        Day whose law applies.

    Returns
    -------
    DataFrame
        One row a project, in the order of ``projects``: ``project``, ``article`` (of the table ``rules``), ``clause``
        (``scheme/article`` of the rule files), ``fund``, ``basis`` (one of `BASES`), ``state``, ``failed`` (conditions
        not met), and ``support``, ``city``, ``district`` in whole fen, city and district adding up to support. Where
        the rules name no split, the fund's ``city_share`` splits it, rounded down to the fen for the city; where there
        is none either, the city pays.

    Raises
    ------
    HaiheError
        As `haihe.rules.evaluate`.
    """
    projects = applications_of(region)
    found = _nothing(projects)
    if book is not None:
        clauses = _clauses(book)
        projects["clause"] = [clauses.get(code, "") for code in projects["clause"]]
        for basis, day, drafts in _ways(book, projects, as_of):
            open_ = (
                (found["basis"] == "none").to_numpy() & (projects["clause"] != "").to_numpy() & day.notna().to_numpy()
            )
            if open_.any():
                _take(found, _applied(book, projects[open_].assign(day=day[open_]), drafts), basis)
    _fall_back(found, projects)
    _split_the_rest(found, region)
    return found[COLUMNS]


def applications_of(region: Region) -> pd.DataFrame:
    """The projects as application rows: every field that the tables tell, that an article states, or that is assumed.

    Returns
    -------
    DataFrame
        One row a project: ``application`` and ``enterprise`` (the project's code), ``clause``, the fields, and the
        article's own ``threshold``, ``rate``, ``base``, ``cap``, ``amount`` and ``fund``. Money in 万元.
    """
    projects, rules = region["projects"], region.frame("rules")
    rules = rules.assign(clause=rules["clause"].fillna(rules["article"].str.lower()))
    own = ["article", "clause", "facts", "fund", "threshold", "rate", "base", "cap", "amount"]
    frame = projects[["project", "article"]].merge(rules[own], on="article", how="left")
    frame = frame.rename(columns={"project": "application"}).assign(enterprise=projects["project"].to_numpy())
    for field, column in STATED.items():
        frame[field] = projects[column].to_numpy()
    day = "2000-01-01"
    frame = frame.assign(**ASSUMED, filed_on=day, cutoff_on=day)
    stated = [_facts(text) for text in frame["facts"]]
    for field in sorted({name for facts in stated for name in facts}):
        frame[field] = [facts.get(field) for facts in stated]
    return frame


def _facts(text: object) -> dict[str, str]:
    """Read ``fills_gap=true;base_kind=parts``."""
    parts = [part.partition("=") for part in str(text).split(";") if "=" in part] if isinstance(text, str) else []
    return {name.strip(): value.strip() for name, _, value in parts}


def _clauses(book: Rulebook) -> dict[str, str]:
    """Full code of an article by its short code, where only one scheme has it, and by itself."""
    full = sorted({f"{clause.law}/{clause.code}" for clause in book.clauses})
    short = pd.Series(full, index=[code.partition("/")[2] for code in full])
    alone = short[~short.index.duplicated(keep=False)]
    return {**dict(zip(alone.index, alone, strict=True)), **{code: code for code in full}}


def _ways(
    book: Rulebook, projects: pd.DataFrame, as_of: dt.date
) -> list[tuple[str, "pd.Series[dt.date]", Sequence[str]]]:
    """The bases to try in order, each with the day that counts for each project and the drafts that apply."""
    today = pd.Series([as_of] * len(projects), index=projects.index, dtype=object)
    last = {code: _last_day(book, code, as_of) for code in projects["clause"].unique() if code}
    held = projects["clause"].map(last).astype(object)
    return [("rule", today, ()), ("draft", today, book.drafts), ("expired", held, ())]


def _last_day(book: Rulebook, code: str, as_of: dt.date) -> dt.date | None:
    """Last day before a day on which a version of an article was in force."""
    law, _, article = code.partition("/")
    ends = [clause.version.valid_to for clause in book.clauses_of(law, article) if _over(clause, as_of)]
    return max((end for end in ends if end is not None), default=None)


def _over(clause: Clause, as_of: dt.date) -> bool:
    return clause.version.valid_to is not None and clause.version.valid_to < as_of


def _applied(book: Rulebook, asked: pd.DataFrame, drafts: Sequence[str]) -> pd.DataFrame:
    """Apply the articles asked for; one row a project, without those that meet no version in force."""
    fields = [name for name in asked if name in book.fields]
    rows = asked[["application", "enterprise", "day", *fields]].assign(article=asked["clause"])
    frame = evaluate(book, rows, "day", drafts).frame
    return frame[frame["state"] != "not in force"].set_index("application")


def _take(found: pd.DataFrame, applied: pd.DataFrame, basis: str) -> None:
    """Put down what applying the rules gave; amounts in fen, 0 where a row is not eligible."""
    at = found.index[found["project"].isin(applied.index)]
    got = applied.loc[found.loc[at, "project"]]
    found.loc[at, "basis"] = basis
    found.loc[at, "clause"] = (got["scheme"].astype(str) + "/" + got["article"].astype(str)).to_numpy()
    found.loc[at, "state"] = got["state"].astype(str).to_numpy()
    found.loc[at, "failed"] = [
        joined or missing for joined, missing in zip(got["failed"].astype(str), got["missing"].astype(str), strict=True)
    ]
    for name in ("support", "city", "district", "zone"):
        if name in got:
            found.loc[at, name] = got[name].fillna(0).to_numpy(dtype=np.int64)


def _nothing(projects: pd.DataFrame) -> pd.DataFrame:
    """The answer before anything was applied."""
    zero = np.zeros(len(projects), dtype=np.int64)
    return pd.DataFrame(
        {
            "project": projects["application"].to_numpy(),
            "article": projects["article"].fillna("").to_numpy(),
            "clause": "",
            "fund": projects["fund"].fillna("").to_numpy(),
            "basis": "none",
            "state": "",
            "failed": "",
            **{name: zero.copy() for name in ("support", "city", "district", "zone")},
        }
    )


def _fall_back(found: pd.DataFrame, projects: pd.DataFrame) -> None:
    """Rate, cap, threshold or fixed amount of the table ``rules``, for projects that no scheme decided.

    The base is the equipment where the article's base names it, else the investment where it names that.
    """
    base = projects["base"].fillna("")
    spent = np.where(
        base.str.contains("设备|equipment", regex=True),
        projects["equipment"],
        np.where(base.str.contains("投资|investment", regex=True), projects["investment"], np.nan),
    )
    given = np.minimum(projects["rate"].to_numpy() * spent, projects["cap"].fillna(np.inf).to_numpy())
    given = np.where(projects["amount"].notna(), projects["amount"], given)
    open_ = (found["basis"] == "none").to_numpy() & np.isfinite(given)
    large = ~(projects["investment"] < projects["threshold"].fillna(0.0)).to_numpy()
    found.loc[open_, "basis"] = "table"
    found.loc[open_, "state"] = np.where(large[open_], "eligible", "ineligible")
    found.loc[open_ & ~large, "failed"] = "threshold"
    fen = np.rint(np.where(open_ & large, given, 0.0) * FEN_PER_WAN).astype(np.int64)
    found.loc[open_, "support"] = fen[open_]


def _split_the_rest(found: pd.DataFrame, region: Region) -> None:
    """Give what the rules leave unsplit to city and district by the fund's share; a zone pays as a district does."""
    found["district"] += found["zone"]
    left = (found["support"] - found["city"] - found["district"]).to_numpy()
    share = found["fund"].map(region.frame("funds").set_index("fund")["city_share"]).fillna(1.0).to_numpy(dtype=float)
    city = np.floor(left * share + 1e-9).astype(np.int64)
    found["city"] += city
    found["district"] += left - city


def traced(region: Region, book: Rulebook, as_of: dt.date, project: str) -> Trace | None:
    """Say how the rules came to what a project may get: the article, its conditions one by one, its limits.

    Parameters
    ----------
    region, book, as_of
        As of `support_table`.
    project : str

    Returns
    -------
    Trace or None
        None for a project that applies under no article of the rule files, or under one that was never in force.
    """
    projects = applications_of(region)
    clauses = _clauses(book)
    projects["clause"] = [clauses.get(code, "") for code in projects["clause"]]
    own = projects[(projects["application"] == project) & (projects["clause"] != "")]
    for _, day, drafts in _ways(book, own, as_of):
        asked = own.assign(day=day)[day.notna()]
        if asked.empty:
            continue
        fields = [name for name in asked if name in book.fields]
        rows = asked[["application", "enterprise", "day", *fields]].assign(article=asked["clause"])
        result = evaluate(book, rows, "day", drafts)
        if len(result.frame) and (result.frame["state"] != "not in force").any():
            return trace(result, project, str(asked["clause"].iloc[0]))
    return None
