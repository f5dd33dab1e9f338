"""Upgrade, keep or exit: what becomes of a sector in a region under each, and of the people who work there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.figures.workbook import InSheets
from haihe.messages import HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.assembly import Assembly, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.measures import Measure
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.program import Floats
from haihe.planning.relax import solve_or_explain
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution
from haihe.region import Region
from haihe.region.nearest import suggest

NAMES: dict[object, Text] = {
    "free": Text("方案自选", "as the plan chooses"),
    "keep": Text("维持", "keep"),
    "upgrade": Text("改造", "upgrade"),
    "exit": Text("退出", "exit"),
}
YI_PER_BN = 10.0


@dataclass(frozen=True)
class Fates(InSheets):
    """The three fates of a sector, each a plan of its own in the same program.

    Attributes
    ----------
    table : DataFrame
        One row a fate (and ``free``): fate, welfare (against ``keep``, discounted bn yuan), output, value_added,
        imports (with inflow) and co2 in the last plan year against ``keep``: output of the sector in its region,
        purchases of its product by all members, the rest of all members; jobs_lost and jobs_absorbed over all members
        against ``keep``, persons; missing where the region states no uses of labour or CO2;
        held, whether purchases of the product from outside end at the limit of their answer, so that the cost is that
        limit's and tells a direction only.
    jobs : DataFrame
        fate, region, sector, jobs: change against ``keep`` in the last plan year, persons.
    """

    region: Region
    sector: str
    member: str
    table: pd.DataFrame
    jobs: pd.DataFrame
    quality: Quality

    def __repr__(self) -> str:
        told = self.table.set_index("fate")["welfare"].drop("keep", errors="ignore")
        each = ", ".join(f"{fate} {value:+.1f}" for fate, value in told.items())
        return f"Fates of {self.member}/{self.sector}: {each} bn yuan of welfare against keep"

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        sectors = self.region["sectors"].set_index("sector")
        places = self.region["regions"].set_index("region")
        name = {
            lang: f"{places.loc[self.member, f'name_{lang}']!s}{sep}{sectors.loc[self.sector, f'name_{lang}']!s}"
            for lang, sep in (("zh", ""), ("en", ", "))
        }
        yi = Text("亿元", "100 m yuan")
        frame = self.table.assign(
            **{k: self.table[k] * YI_PER_BN for k in ("welfare", "output", "value_added", "imports")},
            **{k: self.table[k] / 1e4 for k in ("jobs_lost", "jobs_absorbed", "co2")},
        )
        people, tonnes = Text("万人", "10,000 persons"), Text("万吨", "10,000 t")
        columns = [
            Column("fate", Text("去向", "Fate"), labels=NAMES),
            Column("welfare", Text("福利（贴现累计）", "Welfare (discounted total)"), unit=yi, digits=1, signed=True),
            Column("output", Text("本行业产出", "Output of the sector"), unit=yi, digits=1, signed=True),
            Column("value_added", Text("全部成员增加值", "Value added, all members"), unit=yi, digits=1, signed=True),
            Column("imports", Text("该产品进口与流入", "Imports and inflow of it"), unit=yi, digits=1, signed=True),
            Column("co2", Text("全部成员碳排放", "CO2, all members"), unit=tonnes, digits=1, signed=True),
            Column("jobs_lost", Text("减少的岗位", "Jobs lost"), unit=people, digits=2, signed=True),
            Column("jobs_absorbed", Text("其他行业吸纳", "Absorbed elsewhere"), unit=people, digits=2, signed=True),
        ]
        note = Text(
            "均为与“维持”相比的差额。改造：每年按上限改造；退出：产能到末年退完；维持：不改造。岗位按现有用工强度计，"
            "“吸纳”是其他行业因此多用的人，不等于同一批人再就业。",
            "All against “keep”. Upgrade: retrofitted as fast as allowed; exit: capacity closed by the last year; keep: "
            "nothing is retrofitted. Jobs by today's labour per output; “absorbed” is what other sectors use more, not the "
            "same people hired again.",
        )
        notes = [note]
        held = [NAMES[fate] for fate in self.table.loc[self.table["held"], "fate"]]
        if held:
            zh, en = "、".join(name.zh for name in held), ", ".join(name.en for name in held)
            notes.append(
                Text(
                    f"{zh}：该产品自区外的购入已到弹性响应的上限（基准的一倍），代价由这一上限决定，只能看方向，不能引用数值。",
                    f"{en}: what can be bought of the product outside has reached the limit of its answer (twice the "
                    "reference), so the cost is that limit's: read the direction, do not quote the figure.",
                )
            )
        return {
            "fates": Table(
                frame, columns, key=f"fates-{self.member}-{self.sector}",
                title=Text(f"改造、维持还是退出：{name['zh']}", f"Upgrade, keep or exit: {name['en']}"),
                source=Text("haihe 方案计算", "computed by the haihe plan"), quality=self.quality, notes=notes,
            )
        }  # fmt: skip

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        table = self.tables["fates"]
        return {"fates": bars(table, "fate", "welfare")}


def fates(
    region: Region,
    sector: str,
    *,
    member: str,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    progress: Progress | None = None,
) -> Fates:
    """Compare upgrading, keeping and closing a sector of a member, under all limits.

    One program; each fate sets bounds of the sector in place. ``keep`` bars upgraded technology from it. ``upgrade``
    retrofits as much as the technologies allow every year until the last plan year. ``exit`` lets capacity fall in a
    straight line to nothing in the last plan year: what does not wear out is closed early, at the parameter
    ``closure_cost``.

    Parameters
    ----------
    region : Region
        A checked region with accounts.
    sector, member : str
        Codes.
    assumptions : Assumptions, optional
        As in `haihe.plan`.
    path : str
        As in `haihe.plan`.
    progress : callable, optional
        Called with a `Text` before each fate.

    Returns
    -------
    Fates
        The three fates side by side.

    Raises
    ------
    HaiheError
        ``E-PLN-80`` for a sector or member that is not in the plan, ``E-PLN-81`` where the sector may not upgrade;
        ``E-PLN-02`` where a fate cannot be met with the limits.
    """
    must_be_planned(region, sector, member)
    setup = setup_of(region, assumptions=assumptions, path=path, projects=False)
    e = setup.economy
    i, r = e.sectors.index(sector), e.members.index(member)
    if not e.can[:, i].any():
        raise HaiheError("E-PLN-81", value=sector)
    assembly = assemble(setup)
    session = Session(assembly.model.program)
    ways: dict[str, Callable[[Session, Assembly, int, int], None]] = {
        "free": _released,
        "keep": _kept,
        "upgrade": _upgraded,
        "exit": _closed,
    }
    found: dict[str, Solution] = {}
    for name, bound in ways.items():
        if progress:
            progress(Text(f"求解“{NAMES[name].zh}”", f"solving “{NAMES[name].en}”"))
        _released(session, assembly, r, i)
        bound(session, assembly, r, i)
        found[name] = solve_or_explain(session, method=None if found else "ipx")
    return _told(region, sector, member, assembly, found)


def must_be_planned(region: Region, sector: str, member: str) -> None:
    """Refuse a sector or member that no plan of the region has, before anything is solved; ``E-PLN-80``."""
    regions = region.frame("regions")
    members = regions.loc[regions["role"] == "member", "region"].tolist()
    for value, known, table, column in (
        (sector, region.frame("sectors")["sector"].tolist(), "sectors", "sector"),
        (member, members, "regions", "region"),
    ):
        if value not in known:
            raise HaiheError("E-PLN-80", table=table, column=column, value=value, near=suggest(value, known))


def _bound(session: Session, assembly: Assembly, r: int, i: int, name: str, upper: Floats, lower: Floats) -> None:
    """Bound a block of production in one sector of one member, in place; bounds broadcast against (…, T)."""
    index = getattr(assembly.model.production, name).index[..., r, i, :]
    low, high = (np.broadcast_to(v, index.shape) for v in (lower, upper))
    session.set_column_bounds(index, low, high)


def _released(session: Session, assembly: Assembly, r: int, i: int) -> None:
    """Put the sector's bounds back as they were built."""
    built = assembly.model.program.arrays()
    for name in ("retrofit", "build_upgraded", "old", "stock_old", "upgraded"):
        index = getattr(assembly.model.production, name).index[..., r, i, :]
        session.set_column_bounds(index, built.lower[index], built.upper[index])


def _kept(session: Session, assembly: Assembly, r: int, i: int) -> None:
    none = np.zeros(1)
    for name in ("retrofit", "build_upgraded"):
        _bound(session, assembly, r, i, name, none, none)


def _upgraded(session: Session, assembly: Assembly, r: int, i: int) -> None:
    """Retrofit with the technologies open to the sector, together as fast as the fastest of them allows."""
    e = assembly.model.economy
    open_ = np.flatnonzero(e.can[:, i])
    limits = e.change("retrofit_limit")[open_]
    pace = limits * limits.max() / limits.sum()
    until = np.arange(len(e.assumptions.years)) < max(1, e.assumptions.last_index)
    least = np.zeros((len(e.technologies), until.size))
    least[open_] = pace[:, None] * e.output[r, i, 0] * until
    index = assembly.model.production.retrofit.index[:, r, i, :]
    built = assembly.model.program.arrays()
    session.set_column_bounds(index, least, np.maximum(built.upper[index], least))


def _closed(session: Session, assembly: Assembly, r: int, i: int) -> None:
    e = assembly.model.economy
    s = e.assumptions
    span = max(1, s.last_year - s.first_year)
    left = np.clip(1.0 - (np.asarray(s.years, dtype=np.float64) - s.first_year) / span, 0.0, 1.0)
    _kept(session, assembly, r, i)
    most = e.capacity[r, i] * left
    first = np.arange(len(s.years)) == 0
    _bound(session, assembly, r, i, "stock_old", most, np.where(first, most, 0.0))


def _told(region: Region, sector: str, member: str, assembly: Assembly, found: dict[str, Solution]) -> Fates:
    """Read every fate against ``keep`` in the last plan year."""
    e, indicators = assembly.model.economy, assembly.indicators
    year, keep = e.assumptions.last_year, found["keep"]
    measures = {
        "output": [Measure("output", (member,), (sector,), year)],
        "value_added": [Measure("value_added", year=year)],
        "imports": [Measure(code, sectors=(sector,), year=year) for code in ("imports", "inflow")],
        "co2": [Measure("co2", year=year)],
    }
    people = None if indicators.absent("jobs") else indicators.field("jobs")
    index = pd.MultiIndex.from_product([e.members, e.sectors], names=["region", "sector"])
    rows, moved = [], []
    for fate, solution in found.items():
        row: dict[str, object] = {"fate": fate, "welfare": keep.objective - solution.objective}
        for name, parts in measures.items():
            known = all(indicators.absent(m.indicator) is None for m in parts)
            change = [indicators.value(m, solution.x) - indicators.value(m, keep.x) for m in parts] if known else []
            row[name] = sum(change) if known else np.nan
        row |= {"jobs_lost": np.nan, "jobs_absorbed": np.nan, "held": _held(assembly, solution, member, sector)}
        if people is not None:
            jobs = (people.at(solution.x) - people.at(keep.x))[..., e.assumptions.last_index]
            row |= {"jobs_lost": np.minimum(jobs, 0.0).sum(), "jobs_absorbed": np.maximum(jobs, 0.0).sum()}
            moved.append(pd.DataFrame({"jobs": jobs.ravel()}, index=index).reset_index().assign(fate=fate))
        rows.append(row)
    by_sector = (
        pd.concat(moved, ignore_index=True) if moved else pd.DataFrame(columns=["region", "sector", "jobs", "fate"])
    )
    quality = worst_quality(assembly.setup.marks.values()) or "illustrative"
    return Fates(region, sector, member, pd.DataFrame(rows), by_sector, quality)


def _held(assembly: Assembly, solution: Solution, member: str, sector: str) -> bool:
    """Tell whether purchases of a product from outside the members end at the limit of their answer."""
    e, goods = assembly.model.economy, assembly.model.goods
    r, i = e.members.index(member), e.sectors.index(sector)
    return any(bool(soft.at_end(solution.x)[..., r, i, :].any()) for soft in (goods.imports, goods.inflow))
