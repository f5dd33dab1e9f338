"""What members agree to share: an agreement is a list of things, read from the table ``agreements``.

A thing opens columns of the plan's program that stay shut without it: permits of a cap, transfers of a resource, trade
among members, rights to a link. What a thing is worth is found by opening and shutting it, see `haihe.coalition.worth`.
"""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning.measures import ALL, split
from haihe.region import Region
from haihe.region.nearest import suggest

Kind = Literal["permits", "pool", "transfers", "trade", "links", "labour", "finance", "funds"]
GIVEN: tuple[Kind, ...] = ("permits", "pool", "labour")
"""Kinds of which a member may give no more than a share of its own."""
AS_PLANNED = "as-planned"
"""Code of the agreement that the plan itself takes for granted."""
TITLES: dict[Kind, Text] = {
    "permits": Text("指标调剂", "Permits"),
    "pool": Text("要素统筹", "Pooled resources"),
    "transfers": Text("要素调剂", "Transfers of resources"),
    "trade": Text("成员间贸易改道", "Trade among members"),
    "links": Text("港口与对外通道共用", "Shared ports and links"),
    "labour": Text("劳动力流动", "Mobility of labour"),
    "finance": Text("对外收支统筹", "Pooled balance of payments"),
    "funds": Text("专项资金互认", "Access to funds"),
}


@dataclass(frozen=True)
class Thing:
    """One thing that members share.

    Parameters
    ----------
    name : str
        Code, unique in the agreement.
    title : Text
    kind : Kind
        What is opened, see `haihe.coalition.gates`.
    of : tuple of str
        Codes it is about (limits, resources, links or funds, as the kind says); ``("*",)`` for all.
    members : tuple of str
        Who takes part; ``("*",)`` for all.
    most : float
        Most that a member gives, as a share of its own amount; infinite for no limit.
    cost : float
        What it costs once to agree on it and to run it, bn yuan; NaN where nobody says.
    quality : Quality
    """

    name: str
    title: Text
    kind: Kind
    of: tuple[str, ...] = ALL
    members: tuple[str, ...] = ALL
    most: float = np.inf
    cost: float = np.nan
    quality: Quality = "illustrative"

    def names(self, code: str) -> bool:
        """Tell whether it is about a code."""
        return self.of == ALL or code in self.of

    def joined_by(self, member: str) -> bool:
        """Tell whether a member takes part."""
        return self.members == ALL or member in self.members


@dataclass(frozen=True)
class Agreement:
    """A list of things that members share.

    Parameters
    ----------
    name : str
    things : tuple of Thing
        In the order of the table; none twice.
    """

    name: str
    things: tuple[Thing, ...]

    def __post_init__(self) -> None:
        names = [thing.name for thing in self.things]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None or not names:
            raise HaiheError("E-COA-20", table="agreements", column="thing", value=twice or "—", name=self.name)

    @property
    def everything(self) -> int:
        """Mask of all things: bit k stands for thing k."""
        return (1 << len(self.things)) - 1

    def only(self, *names: str) -> "Agreement":
        """The same with some of its things only; ``E-COA-20`` for one that it does not have."""
        known = {thing.name: thing for thing in self.things}
        for name in names:
            if name not in known:
                raise HaiheError("E-COA-20", table="agreements", column="thing", value=name, name=self.name)
        return Agreement(self.name, tuple(known[name] for name in names))

    @property
    def quality(self) -> Quality:
        """Worst mark of its things."""
        return worst_quality({thing.quality for thing in self.things}) or "illustrative"


def as_planned() -> Agreement:
    """Give the agreement that a plan of all members takes for granted.

    Permits of every cap are handed over, resources move as the table ``transfers`` says, trade among members may be
    re-routed, ports are shared and the balance of payments is pooled. The grand coalition under it is the plan itself.
    """
    kinds: tuple[Kind, ...] = ("permits", "trade", "finance", "transfers", "links")
    return Agreement(AS_PLANNED, tuple(Thing(kind, TITLES[kind], kind) for kind in kinds))


def agreements_of(region: Region) -> dict[str, Agreement]:
    """Read every agreement of the table ``agreements``; `as_planned` comes first unless the table has one of that name.

    Raises
    ------
    HaiheError
        ``E-COA-20`` for a thing that stands twice; ``E-COA-21`` for a limit on what is given where a kind takes none.
    """
    found = {AS_PLANNED: as_planned()}
    table = region.frame("agreements").reset_index(drop=True)
    for name, rows in table.groupby("agreement", sort=False):
        found[str(name)] = Agreement(str(name), tuple(_thing(row) for _, row in rows.iterrows()))
    return found


def agreement_of(region: Region, name: str | None = None) -> Agreement:
    """Give one agreement: by its code, else the first of the table, else `as_planned`.

    Raises
    ------
    HaiheError
        ``E-COA-22`` for one that is not in the table; otherwise as `agreements_of`.
    """
    known = agreements_of(region)
    if name is None:
        name = next(iter(region.frame("agreements")["agreement"]), AS_PLANNED)
    if name not in known:
        raise HaiheError("E-COA-22", table="agreements", column="agreement", value=name, near=suggest(name, known))
    return known[name]


def _thing(row: "pd.Series") -> Thing:
    most = row["most"]
    if pd.notna(most) and row["kind"] not in GIVEN:
        raise HaiheError("E-COA-21", table="agreements", row=int(str(row.name)) + 2, column="kind", value=row["kind"])
    return Thing(
        name=str(row["thing"]),
        title=Text(row["name_zh"], row["name_en"]),
        kind=cast(Kind, row["kind"]),
        of=split(row["of"]),
        members=split(row["members"]),
        most=float(most) if pd.notna(most) else np.inf,
        cost=float(row["cost"]) / 10.0 if pd.notna(row["cost"]) else np.nan,
        quality=row["quality"],
    )
