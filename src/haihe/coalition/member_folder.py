"""The folder of one member: what it would have itself, and nothing of the others' technology.

Trade with the other members is frozen at the reference. The plan of the member's folder counts it as fixed demand, so
it is entered in the accounts' column ``residual``; by sector and partner it stands in ``exchange/frozen_flows.csv``
beside the tables. Trade with everybody else stays as it was, on its own curves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts import Accounts
from haihe.accounts.of_region import accounts_of
from haihe.files import write_tables
from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.inputs import capped, caps_of, economy_of, members_of
from haihe.planning.link_inputs import corridors_of
from haihe.planning.links import CorridorSpec
from haihe.planning.stated import members_above
from haihe.region import Region
from haihe.region.tables import TABLES

EXCHANGE = "exchange"
"""Folder inside the member's folder that belongs to the exchange and is no table of the region."""
FROZEN = "frozen_flows"
PLACES = "regions.region"
SOURCE = "EXCHANGE"
WITHOUT = ("flows", "scenarios", "agreements", "allocations")
"""Tables that no member's folder has: flows stand as totals, the others are about several members or their records."""
EMPTY_MEANS_ALL = ("known_totals", "targets", "problems")
"""Tables in which an empty region means all of them together."""


@dataclass(frozen=True)
class MemberPart:
    """What one member would have itself.

    Attributes
    ----------
    member : str
    region : Region
        Its tables; the only member in it is this one.
    frozen : DataFrame
        Columns year, partner, sector, sent, received, unit: trade with the other members, frozen at the reference.
    findings : Findings
        What the member's plan leaves out because it belongs to several members (``N-COA-80``).
    """

    member: str
    region: Region
    frozen: pd.DataFrame
    findings: Findings

    def write(self, path: str | Path) -> Path:
        """Write the folder; as `Region.write`."""
        folder = self.region.write(path)
        write_tables({FROZEN: self.frozen}, folder / EXCHANGE)
        return folder


def member_part(region: Region, member: str) -> MemberPart:
    """Cut out of a region's tables what one member would have itself.

    Rows of other members and of their parts go, and with them everything that refers to what is gone. Accounts are
    cut to the member; limits on the use of resources become the amounts allotted to it in every milestone.

    Parameters
    ----------
    region : Region
        Two members or more, with accounts.
    member : str
        One of the members.

    Returns
    -------
    MemberPart

    Raises
    ------
    HaiheError
        ``E-COA-70`` for a region that is no member.
    """
    members = members_of(region)
    if member not in members:
        raise HaiheError("E-COA-70", value=member, near=", ".join(members))
    places = _Places.of(region, member, members)
    tables = {name: region[name] for name in region if name not in WITHOUT}
    assumptions = Assumptions.of(region)
    economy = economy_of(region, assumptions)
    links, shared = _own_links(region, economy, member)
    tables["regions"] = places.regions(region)
    tables["accounts"], frozen = _accounts(region, member, members)
    tables["sources"] = _with_source(region)
    if "limits" in tables:
        tables["limits"] = _limits(region, member, caps_of(region, economy), assumptions, places)
    if "links" in tables:
        tables["links"] = tables["links"][tables["links"]["link"].isin(links)]
    if "transfers" in tables:
        tables["transfers"] = _transfers(tables["transfers"], places)
    cut = _without_lost({name: _own_rows(name, frame, places) for name, frame in tables.items()})
    part = Region({name: frame for name, frame in cut.items() if len(frame)}, region.meta)
    found = [Finding("N-COA-80", table="links", values={"links": ", ".join(shared)})] if shared else []
    return MemberPart(member, part, frozen, Findings(found))


def member_folder(region: Region, member: str, path: str | Path) -> Path:
    """Write a folder that holds only what one member would have itself; see `member_part`.

    Parameters
    ----------
    region : Region
    member : str
    path : str or Path
        New, empty, or a folder that already holds a region.

    Returns
    -------
    Path
        The folder; `haihe.region.read` reads it.

    Raises
    ------
    HaiheError
        As `member_part`.
    """
    return member_part(region, member).write(path)


@dataclass(frozen=True)
class _Places:
    """Which regions are the member's own, and which belong to another member."""

    member: str
    members: tuple[str, ...]
    own: frozenset[str]
    others: frozenset[str]

    @classmethod
    def of(cls, region: Region, member: str, members: Sequence[str]) -> "_Places":
        owner = members_above(region, members)
        own = frozenset(place for place, owned in owner.items() if owned == member)
        return cls(member, tuple(members), own, frozenset(owner) - own)

    def regions(self, region: Region) -> pd.DataFrame:
        """Rows of the table ``regions``: all but the parts of other members, which are no members here."""
        table = region["regions"]
        known = table[~table["region"].isin(self.others - set(self.members))].copy()
        known.loc[known["region"].isin(set(self.members) - {self.member}), "role"] = "none"
        return known


def _own_rows(name: str, frame: pd.DataFrame, places: _Places) -> pd.DataFrame:
    """Rows of a table that speak of the member, its parts, or nobody in particular."""
    if name in ("regions", "accounts", "transfers", "links"):
        return frame
    kept = frame
    for column in TABLES[name].columns:
        if column.ref != PLACES:
            continue
        if column.kind == "codes":
            kept = kept.assign(**{column.name: kept[column.name].map(lambda cell: _codes(cell, places))})
            kept = kept[kept[column.name].ne("")]
        else:
            mine = kept[column.name].isin(places.own)
            kept = kept[mine if name in EMPTY_MEANS_ALL else mine | kept[column.name].isna()]
    return kept


def _codes(cell: object, places: _Places) -> object:
    """Codes of a list that are the member's own; a list of all, or none at all, stays."""
    if not isinstance(cell, str) or cell in ("", "*"):
        return cell if isinstance(cell, str) and cell else pd.NA
    return ";".join(code for code in cell.split(";") if code in places.own)


def _transfers(frame: pd.DataFrame, places: _Places) -> pd.DataFrame:
    """Transfers to the member's own places, from them or from outside; those of other members are frozen at nothing."""
    return frame[frame["to_region"].isin(places.own) & ~frame["from_region"].isin(places.others)]


def _without_lost(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Leave out rows that refer to what is gone, until nothing does."""
    kept = dict(tables)
    while True:
        before = sum(len(frame) for frame in kept.values())
        if "projects" in kept and "project_sites" in tables:
            here = kept["project_sites"]["project"]
            kept["projects"] = kept["projects"][kept["projects"]["project"].isin(here)]
        for name, frame in kept.items():
            for column in TABLES[name].columns:
                if column.ref is None or column.kind != "code":
                    continue
                target, _, key = column.ref.partition(".")
                known = kept[target][key] if target in kept else pd.Series(dtype="str")
                frame = frame[frame[column.name].isna() | frame[column.name].isin(known)]
            kept[name] = frame
        if sum(len(frame) for frame in kept.values()) == before:
            return kept


def _accounts(region: Region, member: str, members: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts of the member in every year that it has any, and its trade with the other members."""
    table = region["accounts"]
    own = table[table["region"] == member]
    cells, frozen = [], []
    for year in sorted(own["year"].unique()):
        accounts = accounts_of(region, int(year))
        alone, traded = _alone(accounts, member, [one for one in members if one != member])
        quality = region.worst_quality("flows") or "estimated"
        frame = alone.to_frame().assign(unit=alone.unit, source=SOURCE, quality=quality, price_year=alone.price_year)
        cells.append(frame[(frame["value"] != 0) | (frame["column"] == "output")])
        frozen.append(traded.assign(year=int(year), unit=alone.unit))
    columns = ["year", "partner", "sector", "sent", "received", "unit"]
    return pd.concat(cells)[TABLES["accounts"].names], pd.concat(frozen, ignore_index=True)[columns]


def _alone(accounts: Accounts, member: str, others: Sequence[str]) -> tuple[Accounts, pd.DataFrame]:
    """Accounts of one member: trade with other members in the residual, with everybody else in outflow and inflow."""
    alone = replace(accounts.select([member]), flows=None)
    here = accounts.position(member)
    there = [other for other in others if other in accounts.regions]
    at = [accounts.position(other) for other in there]
    nothing = np.zeros((len(at), len(accounts.sectors)))
    sent = nothing if accounts.flows is None else accounts.flows[here, at]
    received = nothing if accounts.flows is None else accounts.flows[at, here]
    traded = pd.DataFrame(
        {
            "partner": np.repeat(there, len(accounts.sectors)),
            "sector": np.tile(accounts.sectors, len(there)),
            "sent": sent.ravel(),
            "received": received.ravel(),
        }
    )
    frozen = replace(
        alone,
        outflow=alone.outflow - sent.sum(axis=0),
        inflow=alone.inflow - received.sum(axis=0),
        residual=alone.residual + sent.sum(axis=0) - received.sum(axis=0),
    )
    return frozen, traded[(traded["sent"] != 0) | (traded["received"] != 0)]


def _with_source(region: Region) -> pd.DataFrame:
    """The table ``sources`` with one more row, for figures that were cut out."""
    row = {
        "source": SOURCE,
        "publisher_zh": "haihe 项目",
        "publisher_en": "the haihe project",
        "title_zh": "由共同的表切出的成员部分",
        "title_en": "The member's part, cut out of the shared tables",
        "method_zh": "与其他成员之间的流动固定在基准，计入误差列",
        "method_en": "Flows with the other members are frozen at the reference and stand in the column residual",
    }
    table = region.frame("sources")
    return pd.concat([table, pd.DataFrame([row]).reindex(columns=table.columns)], ignore_index=True)


def _limits(
    region: Region, member: str, caps: Sequence[CapSpec], assumptions: Assumptions, places: _Places
) -> pd.DataFrame:
    """Limits of the member: amounts allotted to it in every milestone, and those that are about it alone."""
    table = region["limits"].reset_index(drop=True)
    of_caps = set(capped(region)["limit"])
    rest = table[~table["limit"].isin(of_caps)]
    alone = rest["regions"].map(lambda cell: isinstance(cell, str) and set(cell.split(";")) <= places.own)
    here = members_of(region).index(member)
    frames = [rest[alone.astype(bool)]]
    for cap in caps:
        amounts = cap.cap[here] * assumptions.trend
        if np.isfinite(amounts).all():
            rows = table[table["limit"] == cap.name]
            repeated = pd.concat([rows.iloc[:1]] * len(amounts), ignore_index=True)
            frames.append(
                repeated.assign(
                    regions=member, year=list(assumptions.years), value=amounts, unit=cap.unit, source=SOURCE
                )
            )
    return pd.concat(frames, ignore_index=True)[table.columns]


def _own_links(region: Region, economy: Economy, member: str) -> tuple[set[str], list[str]]:
    """Links that only this member uses, and those that it shares with others."""
    specs = corridors_of(region, economy)
    own = {name for spec in specs if is_private(spec) and spec.users == (member,) for name in spec.names}
    shared = sorted({name for spec in specs if not is_private(spec) for name in spec.names})
    return own, shared


def is_private(corridor: CorridorSpec) -> bool:
    """Whether one member alone uses a corridor, so that its capacity binds nobody else."""
    return corridor.far != "member" and len(corridor.users) == 1
