"""Shocks as tables: rows that say what happens, turned into events of the disruption model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Text
from haihe.region import TABLES, Region
from haihe.region.nearest import plain
from haihe.region.units import factor
from haihe.shocks.baseline import ABROAD, DAYS, AtRest
from haihe.shocks.events import CAPITAL_TO_ADDED, Event, Rebuild, out_of_range
from haihe.shocks.shock_places import EVENTS, meant, names_in, placed

PARTNERS = TABLES[EVENTS].column("partner").word_of
Row = Mapping[str, Any]
NEEDS = {
    "link": ("regions", "to_regions"),
    "energy": ("product",),
    "price": (),
    "firm": ("enterprise",),
    "stage": ("chain", "stage"),
    "capital": ("unit",),
}
"""Cells that a kind of event cannot do without."""


@dataclass(frozen=True, eq=False)
class Shock:
    """A scenario, ready to run.

    Attributes
    ----------
    code : str
    name : Text
    events : tuple of Event
        What happens to quantities.
    prices : Series, index (region, sector)
        Relative rise of prices that is set, at its largest; empty where no price is.
    pass_through : float
        Share of higher costs that is passed on (the least of the rows).
    rows : DataFrame
        The rows of the table ``shock_events`` it comes from.
    """

    code: str
    name: Text
    events: tuple[Event, ...]
    prices: pd.Series
    pass_through: float
    rows: pd.DataFrame


def shock_of(region: Region, rest: AtRest, code: str) -> Shock:
    """Turn the rows of one scenario into events.

    Parameters
    ----------
    region : Region
        With ``shocks`` and ``shock_events``; by kind of event also ``links``, ``chain_stages``, ``enterprises``,
        ``district_shares``.
    rest : AtRest
        The economy the shock hits.
    code : str
        Code of the scenario, or its Chinese or English name.

    Raises
    ------
    HaiheError
        ``E-SHK-60`` no such scenario, ``E-SHK-61`` no event in it, ``E-SHK-62`` a cell that the kind needs is empty,
        ``E-SHK-63`` a place without accounts and shares, ``E-SHK-64`` an unknown code, ``E-SHK-65`` a firm whose size is
        not known; and what `Event` raises.
    """
    about = region.frame("shocks")
    said = {
        plain(str(name)): str(row.shock) for row in about.itertuples() for name in (row.name_zh, row.name_en, row.shock)
    }
    if plain(code) not in said:
        raise HaiheError("E-SHK-60", table="shocks", value=code, near=meant(code, names_in(about, "shock")))
    found = about[about["shock"] == said[plain(code)]].iloc[0]
    frame = region.frame(EVENTS)
    rows = frame[frame["shock"] == found["shock"]]
    if rows.empty:
        raise HaiheError("E-SHK-61", table=EVENTS, value=found["shock"])
    reader = Reader(region, rest)
    events: list[Event] = []
    prices: dict[tuple[str, str], float] = {}
    passed = 1.0
    for at, row in zip(rows.index, rows.to_dict("records"), strict=True):
        try:
            if row["kind"] == "price":
                prices |= {k: v for k, v in reader.price(row).items() if abs(v) >= abs(prices.get(k, 0.0))}
                passed = min(passed, float(row["pass_through"]))
            else:
                events += reader.events(row)
        except HaiheError as error:
            raise placed(region, error, int(at)) from error
    index = pd.MultiIndex.from_tuples(list(prices), names=["region", "sector"]) if prices else rest.index[:0]
    name = Text(str(found["name_zh"]), str(found["name_en"] or found["name_zh"]))
    return Shock(str(found["shock"]), name, tuple(events), pd.Series(prices, index=index, dtype=float), passed, rows)


class Reader:
    """Reads rows of ``shock_events`` against an economy.

    Parameters
    ----------
    region : Region
    rest : AtRest
    """

    def __init__(self, region: Region, rest: AtRest) -> None:
        self.region, self.rest = region, rest
        self.names = named(region)
        table = region["regions"]
        self.parent = dict(zip(table["region"], table["parent"], strict=True))
        self.makers: dict[str, Callable[[Row], list[Event]]] = {
            "capacity": self._capacity,
            "capital": self._capital,
            "demand": self._demand,
            "exports": self._exports,
            "imports": self._imports,
            "link": self._link,
            "port": self._port,
            "energy": self._energy,
            "firm": self._firm,
            "stage": self._stage,
        }

    def events(self, row: Row) -> list[Event]:
        """Give the events of one row."""
        for cell in NEEDS.get(str(row["kind"]), ()):
            if not filled(row.get(cell)):
                raise HaiheError("E-SHK-62", table=EVENTS, value=self._label(row), what=cell, kind=row["kind"])
        made = self.makers[str(row["kind"])](row)
        if float(row["amount"]) and not any(np.any(np.asarray(event.amount) != 0) for event in made):
            raise HaiheError("E-SHK-09", value=self._label(row))
        return made

    def price(self, row: Row) -> dict[tuple[str, str], float]:
        """Prices that a row sets, by (region, sector)."""
        sectors = self._sectors(row) or ([str(row["product"])] if filled(row.get("product")) else [])
        if not sectors:
            raise HaiheError("E-SHK-62", table=EVENTS, value=self._label(row), what="product", kind="price")
        self._known(sectors, self.rest.sectors, "sectors", row)
        places = self._places(row) or list(self.rest.regions)
        self._known(places, self.rest.regions, "regions", row)
        return {(place, sector): float(row["amount"]) for place in places for sector in sectors}

    def _capacity(self, row: Row) -> list[Event]:
        return [self._timed(row, "capacity", self._spread(row, self._sectors(row) or self.rest.sectors))]

    def _capital(self, row: Row) -> list[Event]:
        """Damage, spread over those hit by their capital (in a district: by its share of it)."""
        if not float(row["amount"]) >= 0:
            raise out_of_range(float(row["amount"]), 0.0, np.inf)
        weights = self._spread({**row, "amount": 1.0}, self._sectors(row) or self.rest.sectors)
        owned = pd.Series(np.maximum(self.rest.value_added, 0.0) * CAPITAL_TO_ADDED * DAYS, index=self.rest.index)
        weights = weights * owned.reindex(weights.index)
        money = float(row["amount"]) * factor(str(row["unit"]), self.rest.unit)
        if not weights.sum() > 0:
            raise HaiheError("E-SHK-12", value=self._label(row))
        builders = listed(row.get("rebuild_sectors"))
        self._known(builders, self.rest.sectors, "rebuild_sectors", row)
        made = pd.Series(self.rest.output, index=self.rest.index).groupby(level="sector").sum()
        for sector in builders:
            if not made[sector] > 0:
                raise HaiheError("E-SHK-13", column="rebuild_sectors", value=sector)
        days = row.get("rebuild_days")
        rebuild = None
        if builders:
            length = float(days) if days is not None and filled(days) else 60.0
            rebuild = Rebuild({sector: 1.0 / len(builders) for sector in builders}, days=length)
        return [self._timed(row, "capital", money * weights / weights.sum(), rebuild=rebuild)]

    def _demand(self, row: Row) -> list[Event]:
        return [self._plain(row, "demand", self._in_accounts(row))]

    def _exports(self, row: Row) -> list[Event]:
        return [self._plain(row, "exports", self._in_accounts(row))]

    def _imports(self, row: Row) -> list[Event]:
        partner = row.get("partner")
        partners = [str(partner)] if filled(partner) else []
        self._known(partners, self.rest.partners, "partner", row)
        return [self._plain(row, "imports", partners)]

    def _link(self, row: Row) -> list[Event]:
        """Both ways."""
        here, there = self._in_accounts(row), listed(row["to_regions"])
        self._known(there, self.rest.regions, "to_regions", row)
        forth = self._plain(row, "link", here, to_regions=tuple(there))
        return [forth, self._plain(row, "link", there, to_regions=tuple(here))]

    def _port(self, row: Row) -> list[Event]:
        """Exports of the port's users, and the imports of all."""
        users = self._in_accounts(row)
        if not users and filled(row.get("link")):
            links = self.region.frame("links")
            found = links[links["link"] == row["link"]]
            if found.empty:
                raise self._unknown("link", row["link"], links["link"], row)
            named = {code for cell in found["users"] for code in listed(cell)}
            users = [code for code in self.rest.regions if code in named]
        events = [self._plain(row, "exports", users)]
        if ABROAD in self.rest.partners:
            events.append(self._plain(row, "imports", [ABROAD]))
        return events

    def _energy(self, row: Row) -> list[Event]:
        """Users in fixed proportions: who needs the energy loses capacity as it is rationed."""
        product = str(row["product"])
        self._known([product], self.rest.sectors, "product", row)
        spread = self._spread(row, self._sectors(row) or self.rest.sectors)
        needs = pd.Series(self.rest.inputs[self.rest.sectors.index(product)], index=self.rest.index)
        return [self._timed(row, "capacity", spread.where(needs.reindex(spread.index) > 0, 0.0))]

    def _firm(self, row: Row) -> list[Event]:
        """A firm's share of its sector's output."""
        firms = self.region.frame("enterprises")
        found = firms[firms["enterprise"] == row["enterprise"]]
        if found.empty:
            raise self._unknown("enterprise", row["enterprise"], firms["enterprise"], row)
        firm = found.iloc[0]
        place = self._ancestor(str(firm["region"]), row)
        if firm["sector"] not in self.rest.sectors:
            raise self._unknown("sector", firm["sector"], self.rest.sectors, row)
        whole = float(pd.Series(self.rest.output * DAYS, index=self.rest.index)[(place, firm["sector"])])
        size = float(firm["output"]) if filled(firm["output"]) else np.nan
        if not (size > 0 and whole > 0):
            raise HaiheError("E-SHK-65", table="enterprises", value=row["enterprise"])
        share = min(size * factor(str(firm["unit"]), self.rest.unit) / whole, 1.0)
        return [self._timed(row, "capacity", series({(place, str(firm["sector"])): share * float(row["amount"])}))]

    def _stage(self, row: Row) -> list[Event]:
        """A stage's share of its sector."""
        stages = self.region.frame("chain_stages")
        found = stages[(stages["chain"] == row["chain"]) & (stages["stage"] == row["stage"])]
        if found.empty:
            known = [f"{c}.{s}" for c, s in zip(stages["chain"], stages["stage"], strict=True)]
            raise self._unknown("stage", f"{row['chain']}.{row['stage']}", known, row)
        whole = self._spread(row, [str(s) for s in found["sector"]])
        share = found.groupby("sector")["share"].sum()
        return [self._timed(row, "capacity", whole * whole.index.get_level_values("sector").map(share).to_numpy(float))]

    def _spread(self, row: Row, sectors: Sequence[str]) -> pd.Series:
        """The row's amount by (region, sector); a district counts by its share of its city."""
        self._known(sectors, self.rest.sectors, "sectors", row)
        amounts: dict[tuple[str, str], float] = {}
        for place in self._places(row) or self.rest.regions:
            city = place if place in self.rest.regions else self._ancestor(place, row)
            shares = None if city == place else self._shares(place, row)
            for sector in sectors:
                part = 1.0 if shares is None else float(shares.get(sector, 0.0))
                amounts[city, sector] = amounts.get((city, sector), 0.0) + part * float(row["amount"])
        return series(amounts)

    def _shares(self, place: str, row: Row) -> pd.Series:
        shares = self.region.frame("district_shares")
        own = shares[shares["region"] == place]
        if own.empty:
            raise HaiheError("E-SHK-63", table=EVENTS, value=place, what=self._label(row))
        return own.set_index("sector")["share"]

    def _ancestor(self, place: str, row: Row) -> str:
        """The region with accounts that a place is part of."""
        at: Any = place
        for _ in range(len(self.parent) + 1):
            if at in self.rest.regions:
                return str(at)
            at = self.parent.get(at)
        if place not in self.parent:
            raise self._unknown("regions", place, self.parent, row)
        raise HaiheError("E-SHK-63", table=EVENTS, value=place, what=self._label(row))

    def _in_accounts(self, row: Row) -> list[str]:
        places = self._places(row)
        self._known(places, self.rest.regions, "regions", row)
        return places

    def _places(self, row: Row) -> list[str]:
        return listed(row.get("regions"))

    def _sectors(self, row: Row) -> list[str]:
        return listed(row.get("sectors"))

    def _plain(self, row: Row, kind: Any, regions: Sequence[str], **more: Any) -> Event:
        sectors = self._sectors(row)
        self._known(sectors, self.rest.sectors, "sectors", row)
        return self._timed(row, kind, float(row["amount"]), regions=tuple(regions), sectors=tuple(sectors), **more)

    def _timed(self, row: Row, kind: Any, amount: float | pd.Series, **more: Any) -> Event:
        times = {"start": row["start"], "duration": row["duration"]}
        if more.get("rebuild") is None:
            times |= {"recovery": row["recovery"], "recovery_days": row["recovery_days"]}
        return Event(kind, amount, name=self._label(row), **times, **more)

    def _label(self, row: Row) -> str:
        return f"{row['shock']}/{row['event']}"

    def _known(self, named: Sequence[str], labels: Sequence[str], column: str, row: Row) -> None:
        for one in named:
            if one not in labels:
                raise self._unknown(column, one, labels, row)

    def _unknown(self, column: str, value: object, labels: Any, row: Row) -> HaiheError:
        known = {str(one): self.names.get(str(one), Text(str(one), str(one))) for one in labels}
        near = meant(str(value), known)
        return HaiheError("E-SHK-64", table=EVENTS, column=column, value=value, near=near, what=self._label(row))


def named(region: Region) -> dict[str, Text]:
    """Names of everything that a row of ``shock_events`` may name by its code."""
    stages = region.frame("chain_stages")
    known = names_in(stages.assign(code=stages["chain"].str.cat(stages["stage"], sep=".")), "code")
    for table, key in (("enterprises", "enterprise"), ("links", "link"), ("sectors", "sector"), ("regions", "region")):
        known |= names_in(region.frame(table), key)
    return known | PARTNERS


def filled(value: object) -> bool:
    """Tell whether a cell holds something."""
    return not (value is None or value == "" or bool(pd.isna(value)))  # type: ignore[call-overload]


def listed(cell: object) -> list[str]:
    """Codes of a cell; none where it is empty or ``*``."""
    return [] if not filled(cell) or cell == "*" else [code for code in str(cell).split(";") if code]


def series(amounts: Mapping[tuple[str, str], float]) -> pd.Series:
    """Amounts by (region, sector) as a Series."""
    return pd.Series(list(amounts.values()), index=pd.MultiIndex.from_tuples(list(amounts), names=["region", "sector"]))
