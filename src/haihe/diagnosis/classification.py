"""Emerging, advantageous, traditional: sectors sorted by declared criteria, beside what policy calls them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from haihe.accounts.quotients import slq
from haihe.accounts.regional import FloatArray
from haihe.diagnosis.grid import Grid, Source, grids_of, price_basis
from haihe.diagnosis.result import GIVEN, Basis, Result
from haihe.figures import Column, Figure, Table, scatter
from haihe.messages import HaiheError, Text

KINDS: Mapping[str, Text] = {
    "emerging": Text("新兴", "Emerging"),
    "advantageous": Text("优势", "Advantageous"),
    "traditional": Text("传统", "Traditional"),
    "other": Text("其他", "Other"),
}
OFFICIAL: Mapping[str, str] = {"emerging": "emerging", "leading": "advantageous", "traditional": "traditional"}
"""Official types of the table ``sectors`` in our words."""
AGREES: Mapping[str, Text] = {
    "same": Text("一致", "Agrees"),
    "different": Text("不一致", "Differs"),
    "none": Text("官方未列", "Not listed officially"),
}


@dataclass(frozen=True)
class Criteria:
    """What makes a sector emerging, advantageous or traditional. Every number is a choice; change it and say so.

    Attributes
    ----------
    quotient : float
        Advantageous: location quotient of the last year at least this.
    share : float
        Advantageous and traditional: share of the region's output at least this in the last year.
    small : float
        Emerging: share of the region's output at least this in the last year (below, growth moves by chance).
    lead : float
        Emerging: the sector's growth a year in the region above that of the region's whole output by at least this,
        and the nation's sector not slower than the nation's whole output.
    lag : float
        Traditional: the nation's sector grows slower a year than the nation's whole output by at least this.
    order : tuple of str
        Which name a sector gets that fits several; the flags say all that fit.
    """

    quotient: float = 1.2
    share: float = 0.01
    small: float = 0.002
    lead: float = 0.02
    lag: float = 0.02
    order: tuple[str, ...] = ("emerging", "advantageous", "traditional")

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "order":
                if sorted(value) != ["advantageous", "emerging", "traditional"]:
                    raise HaiheError("E-DIA-37", value=field.name, reason=", ".join(value))
            elif not (np.isfinite(value) and value >= 0):
                raise HaiheError("E-DIA-37", value=field.name, reason=f"{value:g} < 0")

    def says(self) -> Text:
        """Give the criteria in words."""
        zh = "，".join(KINDS[kind].zh for kind in self.order)
        en = ", ".join(KINDS[kind].en.lower() for kind in self.order)
        return Text(
            f"优势：区位商≥{self.quotient:g} 且占本地区产出≥{self.share:.1%}；新兴：占比≥{self.small:.1%}，本地区该行业年均增速"
            f"比本地区总产出快 {self.lead:.1%} 以上，且全国该行业不慢于全国总产出；传统：占比≥{self.share:.1%}，全国该行业年均增速"
            f"比全国总产出慢 {self.lag:.1%} 以上；同时符合多项时依次取{zh}",
            f"advantageous: location quotient >= {self.quotient:g} and share of the region's output >= {self.share:.1%}; "
            f"emerging: share >= {self.small:.1%}, the sector grows in the region by at least {self.lead:.1%} a year more "
            f"than the region's whole output, and in the nation no slower than the nation's; traditional: share >= "
            f"{self.share:.1%} and the nation's sector grows by more than {self.lag:.1%} a year less than the nation's "
            f"whole output; a sector that fits several is called the first of: {en}",
        )


DEFAULT = Criteria()


@dataclass(frozen=True)
class Classification(Result):
    """What every sector of every region is, and by which test.

    Attributes
    ----------
    sectors : DataFrame
        region, sector, kind, the flags emerging, advantageous and traditional (missing where one year of accounts
        cannot tell), quotient, share, growth (of the sector in the region, a year), lead (over the region's whole
        output), national (growth of the sector in the nation over that of the nation's whole output), new (the region
        had none of it in the first year: growth is missing and counts as faster), official, agrees (``same`` where the
        official type is among the flags, ``different``, or ``none`` without one).
    criteria : Criteria
        What was asked for.
    home : str
        Region that the official types are about and that is shown.
    year : int
        Year of quotient and share.
    growth : (int, int) or None
        Years between which growth is taken; None where there are no two.
    prices : Text
        Price basis of the growth.
    basis : Basis
        What it rests on.
    focus : tuple of str
        Sectors that the table and chart of `home` show; all where empty.
    """

    sectors: pd.DataFrame
    criteria: Criteria
    home: str
    year: int
    growth: tuple[int, int] | None
    prices: Text
    basis: Basis
    focus: tuple[str, ...] = ()

    def of(self, region: str) -> pd.DataFrame:
        """Give the sectors of one region, by kind in the order of the criteria, largest share first."""
        own = self.sectors[self.sectors["region"] == region]
        rank = own["kind"].map({kind: at for at, kind in enumerate([*self.criteria.order, "other"])})
        return own.assign(_rank=rank).sort_values(["_rank", "share"], ascending=[True, False]).drop(columns="_rank")

    def agreement(self) -> dict[str, int]:
        """Count how our reading of `home` compares with the official types."""
        own = self.sectors[self.sectors["region"] == self.home]["agrees"]
        return {name: int((own == name).sum()) for name in AGREES}

    def shown(self) -> Iterable[Table | Figure]:
        """The sectors of `home` by kind, a chart of quotient against growth, and the kinds of every region."""
        parts: list[Table | Figure] = [self._home_table()]
        return [*parts, self._chart(), self._all_table()] if self.growth else [*parts, self._all_table()]

    @property
    def _prices_note(self) -> Text:
        return Text(f"价格：{self.prices.zh}。", f"Prices: {self.prices.en}.")

    def _columns(self) -> list[Column]:
        first, last = self.growth or (self.year, self.year)
        growth = [
            Column(
                "growth",
                Text(f"{first}—{last} 年均增速", f"Growth a year, {first}-{last}"),
                kind="share",
                digits=1,
                signed=True,
            ),
            Column("lead", Text("快于本地区", "Over the region"), kind="share", digits=1, signed=True),
            Column(
                "national",
                Text("全国该行业快于全国", "Nation's sector over nation"),
                kind="share",
                digits=1,
                signed=True,
            ),
        ]
        return [
            self.basis.place("sector"),
            Column("kind", Text("类型", "Kind"), labels=KINDS),
            Column("quotient", Text(f"{self.year} 年区位商", f"Location quotient {self.year}"), digits=2),
            Column("share", Text(f"{self.year} 年占产出", f"Share {self.year}"), kind="share", digits=1),
            *(growth if self.growth else []),
        ]

    def _home(self) -> pd.DataFrame:
        """Sectors of `home` in focus, with all the kinds that each fits."""
        own = self.of(self.home)
        own = own[own["sector"].isin(self.focus)] if self.focus else own
        marks = own[list(DEFAULT.order)].fillna(value=False).to_numpy(dtype=bool)
        fits = [[KINDS[kind] for kind, on in zip(DEFAULT.order, row, strict=True) if on] for row in marks]
        words = [Text("、".join(t.zh for t in on), ", ".join(t.en for t in on)) if on else None for on in fits]
        return own.assign(fits=pd.Series(words, index=own.index, dtype=object))

    def _home_table(self) -> Table:
        name = self.basis.name(self.home)
        return self.basis.table(
            "structure-kinds",
            Text(f"{name.zh}的新兴、优势、传统行业", f"Emerging, advantageous and traditional sectors of {name.en}"),
            self._home(),
            [
                *self._columns(),
                Column("fits", Text("符合的类型", "Kinds that fit")),
                Column("official", Text("官方类型", "Official type"), labels=KINDS),
                Column("agrees", Text("与官方比较", "Against the official list"), labels=AGREES),
            ],
            self.criteria.says(),
            self._prices_note,
            OFFICIAL_NOTE,
        )

    def _all_table(self) -> Table:
        codes = list(dict.fromkeys(self.sectors["region"]))
        return self.basis.table(
            "structure-kinds-all",
            Text("各地区的新兴、优势、传统行业", "Emerging, advantageous and traditional sectors of every region"),
            pd.concat([self.of(code) for code in codes]).query("kind != 'other'"),
            [self.basis.place(), *self._columns()],
            self.criteria.says(),
            self._prices_note,
        )

    def _chart(self) -> Figure:
        name = self.basis.name(self.home)
        own = self._home()
        table = self.basis.table(
            "structure-kinds-chart",
            Text(f"{name.zh}各行业：区位商与增长", f"Sectors of {name.en}: quotient and growth"),
            own[own["share"] >= self.criteria.small],
            self._columns(),
            self.criteria.says(),
            self._prices_note,
        )
        return scatter(table, "quotient", "lead", "sector", by="kind")


OFFICIAL_NOTE = Text(
    "官方类型取自政策文件对个别行业的点名，并非完整名单；未列不等于不是。",
    "Official types are those that policy documents name one by one, not a full list; not named does not mean it is not.",
)


def classify(
    tables: Mapping[int, Source],
    *,
    criteria: Criteria = DEFAULT,
    official: Mapping[str, str] | None = None,
    home: str | None = None,
    focus: Sequence[str] = (),
    growth: tuple[int, int] | None = None,
    measure: str = "output",
    basis: Basis = GIVEN,
) -> Classification:
    """Sort the sectors of every region into emerging, advantageous, traditional and other.

    Parameters
    ----------
    tables : mapping of year to Accounts, Grid or DataFrame
        All regions of the nation × sectors. With one year only, growth is not known: only advantageous can be told,
        the other flags are missing.
    criteria : Criteria
        The tests.
    official : mapping of sector to str, optional
        Official types ``emerging``, ``leading``, ``traditional`` of `home`.
    home : str, optional
        Region that the official types are about; the first one where not given.
    focus : sequence of str
        Sectors to show of `home`, say those of industry; all where empty.
    growth : (int, int), optional
        Years between which growth is taken; the first and the last where not given. Quotient and share are those of
        the last year in any case.
    measure, basis
        As in `specialisation`.

    Returns
    -------
    Classification

    Raises
    ------
    HaiheError
        ``E-DIA-37`` for criteria that cannot hold, and what `grids_of` and `price_basis` raise.
    """
    grids = grids_of(tables, measure)
    if growth is None and len(grids) > 1:
        growth = (min(grids), max(grids))
    last = grids[max(grids)]
    home = str(last.regions[0]) if home is None else home
    last.select([home])
    cells = _indicators(
        last, (grids[growth[0]], grids[growth[1]]) if growth else None, growth[1] - growth[0] if growth else 1
    )
    cells = _kinds(cells, criteria)
    prices = price_basis({year: tables[year] for year in growth or (max(grids),)})
    named = {sector: OFFICIAL.get(kind, kind) for sector, kind in (official or {}).items()}
    said = cells["sector"].map(named).where(cells["region"] == home)
    matched = np.zeros(len(cells), dtype=bool)
    for kind in DEFAULT.order:
        matched |= ((said == kind) & cells[kind].fillna(value=False)).to_numpy(dtype=bool)
    agrees = np.where(said.isna(), "none", np.where(matched, "same", "different"))
    return Classification(
        cells.assign(official=said, agrees=agrees), criteria, home, max(grids), growth, prices, basis, tuple(focus)
    )


def _indicators(last: Grid, pair: tuple[Grid, Grid] | None, span: int) -> pd.DataFrame:
    """Measure what the tests look at; growth is missing without two years or from nothing."""
    R, n = last.amounts.shape
    growth = lead = national = np.full((R, n), np.nan)
    new = np.zeros((R, n), dtype=bool)
    if pair is not None:
        then, now = pair
        new = (then.amounts == 0) & (now.amounts > 0)
        growth = _yearly(then.amounts, now.amounts, span)
        whole = _yearly(then.amounts.sum(axis=1), now.amounts.sum(axis=1), span)
        lead = growth - whole[:, None]
        sector = _yearly(then.amounts.sum(axis=0), now.amounts.sum(axis=0), span)
        total = _yearly(np.array([then.amounts.sum()]), np.array([now.amounts.sum()]), span)
        national = np.broadcast_to(sector - total, (R, n))
    return pd.DataFrame(
        {
            "region": last.regions.repeat(n),
            "sector": last.sectors.take(np.tile(np.arange(n), R)),
            "quotient": slq(last.amounts, last.amounts.sum(axis=0)).ravel(),
            "share": last.shares.ravel(),
            "growth": growth.ravel(),
            "lead": lead.ravel(),
            "national": national.ravel(),
            "new": new.ravel(),
        }
    )


def _yearly(then: FloatArray, now: FloatArray, span: int) -> FloatArray:
    """Growth a year; missing from nothing."""
    ratio = np.divide(now, then, out=np.full(then.shape, np.nan), where=then > 0)
    return np.asarray(ratio ** (1.0 / max(span, 1)) - 1.0)


def _kinds(cells: pd.DataFrame, c: Criteria) -> pd.DataFrame:
    """Run the tests; a test that rests on unknown growth is missing."""
    advantageous = (cells["quotient"] >= c.quotient) & (cells["share"] >= c.share)
    faster = cells["new"] | (cells["lead"] >= c.lead)
    rising = (cells["share"] >= c.small) & faster & ~(cells["national"] < 0)
    mature = (cells["share"] >= c.share) & (cells["national"] < -c.lag)
    known = cells["new"] | cells["lead"].notna()
    flags = pd.DataFrame(
        {
            "emerging": rising.astype("boolean").where(known),
            "advantageous": advantageous.astype("boolean"),
            "traditional": mature.astype("boolean").where(cells["national"].notna()),
        }
    )
    kind = pd.Series("other", index=cells.index)
    for name in reversed(c.order):
        kind = kind.mask(flags[name].fillna(value=False).to_numpy(dtype=bool), name)
    places, measured = cells[["region", "sector"]], cells.drop(columns=["region", "sector"])
    return pd.concat([places, kind.rename("kind"), flags, measured], axis=1)
