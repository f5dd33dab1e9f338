"""A round: one call of a fund, with its candidates, its batch budget and its declared rules of selection.

Everything that decides stands in the `Round` and is visible: what is counted as score, how ties are broken, what may
not be exceeded, and what "optimal" maximises. Nothing has a default that only an office may set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.rules.limits import Exclusion, Measure, Quota, limits_of
from haihe.rules.money import decimal_of, said_money
from haihe.rules.slate import MONEY_TIES, Entry, Shortage, Slate

NEEDED = ("application", "enterprise", "region", "support", "city", "district", "state", "score")
"""Columns that a candidate must have; others may be named by quotas and ties."""
EXACT = 2**53
"""Largest amount in fen: 90 trillion yuan."""
Flags = npt.NDArray[np.bool_]
STATES = ("eligible", "ineligible", "undecided")
REQUIREMENT_COLUMNS = (
    "application", "requirement", "article", "field", "sense", "seen", "bound", "unit", "met", "text_zh", "text_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """One declared rule among equals: a column, and which end of it comes first.

    ``support``, ``city`` and ``district`` follow the amount when it is changed; a missing value comes last.
    """

    column: str
    first: Literal["smaller", "larger"] = "smaller"


@dataclass(frozen=True, slots=True)
class Objective:
    """What an optimal selection maximises: merit, added up over projects or over the money that carries it.

    Parameters
    ----------
    merit : {"score", "one"} or column
        ``one`` counts every project alike; a column of the candidates holds whole numbers, not negative.
    per : {"project", "yuan"}
        ``project``: sum of merit. ``yuan``: sum of merit times support, so that a large project weighs more.
    title : Text, optional
        How it is said; made from the two where not given.
    """

    merit: str
    per: Literal["project", "yuan"] = "project"
    title: Text | None = None

    @property
    def said(self) -> Text:
        """What is maximised, in words."""
        if self.title is not None:
            return self.title
        merit = {"score": Text("评分", "score"), "one": Text("项目数", "number of projects")}.get(
            self.merit, Text(f"“{self.merit}”", f"“{self.merit}”")
        )
        if self.per == "project":
            return Text("立项项目的{m}合计最大", "largest sum of {m} over the projects funded").format(m=merit)
        if self.merit == "one":
            return Text("安排的支持资金合计最大", "largest sum of support awarded")
        return Text("以支持额加权的{m}合计最大", "largest sum of {m} weighted by support").format(m=merit)


@dataclass(frozen=True)
class Round:
    """One call of a fund.

    Parameters
    ----------
    name : Text
    candidates : DataFrame
        One application a row, with the columns of `NEEDED`: ``application`` (unique), ``enterprise``, ``region`` (the
        district that recommends and matches), ``support`` = ``city`` + ``district`` in fen (what is due if it is
        funded), ``state`` (``eligible``, ``ineligible`` or ``undecided``) and ``score`` (missing where there is none).
    budget : int or None
        City money of the batch in fen, None where the round has no limit of money.
    tails : int
        Part of `budget` that instalments of earlier years take first, in fen.
    budget_measure : {"city", "support"}
        Whether the batch budget pays the city part or all of the support.
    matching : mapping, optional
        What each district can match in this round, in fen; no check where not given.
    quotas, exclusions : sequence
        See `haihe.rules.limits`.
    ties : sequence of Tie
        How equals are ordered, in order of precedence. What stays equal is ordered by application number, with a
        warning (``W-RUL-60``).
    pass_score : Decimal, optional
        Least score that may be funded.
    full_score : Decimal, optional
        Highest score that can be had: no smallest change goes beyond it.
    decimals : int
        Decimals to which scores count, halves rounded up.
    when_short : {"stop", "skip"}
        Selection by rank: the first application that the budget no longer covers ends the list (a cut line), or is
        passed over for the next.
    reserves : int
        Number of reserves to name.
    scored : bool
        True where an application without a score may not be funded.
    requirements : DataFrame, optional
        Conditions of each application with the columns of `REQUIREMENT_COLUMNS`: ``sense`` ``>=`` or ``<=`` with
        ``seen`` and ``bound`` as whole numbers of the field's smallest unit (fen for money), or "" for a condition that
        is no threshold; ``met`` True, False or missing (undecided).
    least_amount : int
        Smallest support in fen down to which an applicant may cut its ask.
    amount_step : int
        Steps in fen in which an ask may be changed, e.g. 1,000,000 for whole 万元; to the fen where not given.
    names : mapping
        Names of districts and other codes.
    source : Text
    quality : {"official", "estimated", "illustrative"}
    """

    name: Text
    candidates: pd.DataFrame
    source: Text
    quality: Quality
    budget: int | None
    ties: Sequence[Tie]
    when_short: Shortage
    tails: int = 0
    budget_measure: Measure = "city"
    matching: Mapping[str, int] | None = None
    quotas: Sequence[Quota] = ()
    exclusions: Sequence[Exclusion] = ()
    pass_score: Decimal | None = None
    full_score: Decimal | None = None
    decimals: int = 2
    reserves: int = 0
    scored: bool = True
    requirements: pd.DataFrame | None = None
    least_amount: int = 1
    amount_step: int = 1
    names: Mapping[str, Text] = field(default_factory=dict)

    def check(self) -> Findings:
        """Say what is wrong with the candidates, by row: ``E-RUL-50`` to ``E-RUL-52`` and ``E-RUL-57`` to ``59``."""
        frame = self.candidates
        missing = [name for name in NEEDED if name not in frame]
        if missing:
            return Findings([Finding("E-RUL-50", table="candidates", values={"value": ", ".join(missing)})])
        support, city, district = (_numbers(frame[name]) for name in ("support", "city", "district"))
        names, state = frame["application"], frame["state"].to_numpy(dtype=object)
        amounts = np.stack([support, city, district])
        due = ~np.isnan(amounts).any(axis=0)
        whole = (np.isnan(amounts) | ((amounts % 1 == 0) & (amounts >= 0) & (amounts <= EXACT))).all(axis=0)
        bad: dict[str, Flags] = {
            "E-RUL-51": names.duplicated().to_numpy() | names.isna().to_numpy(),
            "E-RUL-52": due & whole & (support != city + district),
            "E-RUL-57": ~np.isin(state.astype(str), STATES),
            "E-RUL-58": ~whole | (~due & (state == "eligible")),
        }
        found = Findings()
        for code, rows in bad.items():
            for row in np.flatnonzero(rows):
                value = str(names.iloc[row])
                found.append(Finding(code, table="candidates", row=int(row) + 2, values={"value": value}))
        found.extend(self._check_requirements())
        return found

    def _check_requirements(self) -> Findings:
        """Requirements must say the same as the state: an eligible application fails none, an ineligible one some."""
        if self.requirements is None:
            return Findings()
        lacking = [name for name in REQUIREMENT_COLUMNS if name not in self.requirements]
        if lacking:
            return Findings([Finding("E-RUL-50", table="requirements", values={"value": ", ".join(lacking)})])
        listed = self.requirements["application"].to_numpy(dtype=object)
        failing = set(listed[self.requirements["met"].eq(False).fillna(False).to_numpy(dtype=bool)])
        known = set(listed)
        odd = [
            name
            for name, state in zip(self.candidates["application"], self.candidates["state"], strict=True)
            if name in known and (name in failing) != (state == "ineligible")
        ]
        return Findings(Finding("E-RUL-59", table="requirements", values={"value": str(name)}) for name in odd)

    def slate(self) -> Slate:
        """Give the round as whole numbers, sorted by application so that the order of rows never matters.

        Raises
        ------
        HaiheError
            All errors of `check`; ``E-RUL-53`` to ``56`` of the limits; ``E-RUL-61`` for an unknown tie column;
            ``E-RUL-62`` where tails exceed the budget.
        """
        self.check().raise_errors()
        frame = self.sorted_candidates()
        unknown = [tie.column for tie in self.ties if tie.column not in frame]
        if unknown:
            raise HaiheError("E-RUL-61", value=", ".join(unknown), known=", ".join(map(str, frame.columns)))
        if self.budget is not None and self.tails > self.budget:
            raise HaiheError("E-RUL-62", value=said_money(self.tails), most=said_money(self.budget))
        limits = limits_of(
            frame,
            budget=self.budget,
            tails=self.tails,
            budget_measure=self.budget_measure,
            matching=self.matching,
            quotas=self.quotas,
            exclusions=self.exclusions,
            names=self.names,
        )
        return Slate(
            entries=tuple(self._entries(frame)),
            limits=tuple(limits),
            tie_columns=tuple(tie.column for tie in self.ties),
            pass_score=None if self.pass_score is None else steps(self.pass_score, self.decimals),
            when_short=self.when_short,
            scored=self.scored,
        )

    def sorted_candidates(self) -> pd.DataFrame:
        """Candidates in the order of application numbers, which is the order of the slate."""
        return self.candidates.sort_values("application", ignore_index=True)

    def _entries(self, frame: pd.DataFrame) -> list[Entry]:
        support, city = (np.nan_to_num(_numbers(frame[name])).astype(int).tolist() for name in ("support", "city"))
        scores = [None if pd.isna(s) else steps(s, self.decimals) for s in frame["score"]]
        states = [{"eligible": True, "ineligible": False}.get(state) for state in frame["state"]]
        places = [_places(frame, tie) for tie in self.ties]
        ties = list(zip(*places, strict=True)) if places else [()] * len(frame)
        rows = zip(frame["application"], support, city, scores, states, ties, strict=True)
        return [Entry(str(name), s, c, (s, c), score, ok, tie) for name, s, c, score, ok, tie in rows]


def steps(score: Any, decimals: int) -> int:
    """Give a score as a whole number of its last decimal, halves rounded up.

    A binary fraction is read by its shortest decimal, so 80.125 counts as it is written.

    Raises
    ------
    HaiheError
        ``E-RUL-63`` for what is no finite number.
    """
    try:
        return int(decimal_of(score).scaleb(decimals).quantize(Decimal(1), ROUND_HALF_UP))
    except (ValueError, ArithmeticError) as error:
        raise HaiheError("E-RUL-63", value=score) from error


def points(step: int, decimals: int) -> Decimal:
    """Give a score in points from its steps."""
    return Decimal(step).scaleb(-decimals)


def _numbers(column: "pd.Series[Any]") -> npt.NDArray[np.float64]:
    """Give a column of whole fen as numbers, which are exact up to `EXACT`; what is missing or no number is NaN."""
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _places(frame: pd.DataFrame, tie: Tie) -> list[int]:
    """Place of each row in a tie column, smaller first; for money the sign with which the amount is read."""
    sign = 1 if tie.first == "smaller" else -1
    if tie.column in MONEY_TIES:
        return [sign] * len(frame)
    codes, values = pd.factorize(frame[tie.column], sort=True)
    return [int(sign * code) if code >= 0 else len(values) for code in codes]
